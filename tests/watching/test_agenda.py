from __future__ import annotations

from datetime import timedelta

from publisher.watching.agenda import LONGEST_RETRY_SECONDS, LOOK_SECONDS, Agenda, retry_seconds
from tests.watching.controlled import START


def test_the_soonest_counts() -> None:
    agenda = Agenda(START + timedelta(seconds=60), 2.0, (1030.0, 1500.0))
    assert agenda.seconds(START, 1000.0) == 30.0
    assert agenda.seconds(START + timedelta(seconds=50), 1000.0) == 8.0
    assert agenda.seconds(START + timedelta(seconds=59), 1000.0) == 0.0
    assert agenda.seconds(START, 1031.0) == 0.0


def test_the_wall_clock_may_jump() -> None:
    agenda = Agenda(START + timedelta(hours=3))
    assert agenda.seconds(START + timedelta(hours=5), 1000.0) == 0.0
    assert agenda.seconds(START - timedelta(days=1), 1000.0) == 27 * 3600.0


def test_with_nothing_to_wait_for_there_is_a_look_now_and_then() -> None:
    assert Agenda().seconds(START, 1000.0) == LOOK_SECONDS


def test_retries_come_later_and_later_and_never_stop() -> None:
    waits = [retry_seconds(failures) for failures in range(1, 12)]
    assert waits[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_RETRY_SECONDS == retry_seconds(10_000)
