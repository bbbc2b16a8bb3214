"""Many at the same time: how many, told of in which order, and how it ends."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from publisher.network import IN_FLIGHT, run_all, still_at_work
from publisher.sharing import going_on

SECONDS = 20


def names(number: int) -> list[str]:
    return [f"show{place}" for place in range(number)]


def test_so_many_are_in_flight_and_no_more() -> None:
    lock, at_work, most = threading.Lock(), 0, 0
    together = threading.Barrier(IN_FLIGHT)

    def action(place: int) -> int:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        together.wait(SECONDS)
        with lock:
            at_work -= 1
        return place

    told: list[int] = []
    run_all(names(3 * IN_FLIGHT), action, lambda place, result: told.append(result))
    assert told == list(range(3 * IN_FLIGHT))
    assert most == IN_FLIGHT


def test_they_are_told_of_in_order_as_soon_as_that_is_possible() -> None:
    """The first ends only when the second was told to go, and the third ends before both."""
    third, first = threading.Event(), threading.Event()
    told: list[int] = []

    def action(place: int) -> int:
        if place == 0:
            assert third.wait(SECONDS)
            assert not told
        if place == 1:
            assert first.wait(SECONDS), "the first is told of while the second is at work"
        if place == 2:
            third.set()
        return place

    def tell(place: int, result: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append(result)
        if place == 0:
            first.set()

    run_all(names(3), action, tell)
    assert told == [0, 1, 2]


def test_a_folder_that_is_named_twice_is_worked_on_by_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    shows = [str(tmp_path), "other", f"{tmp_path}/", str(tmp_path / "link")]
    lock, at_work = threading.Lock(), Counter[bool]()

    def action(place: int) -> int:
        own = shows[place] != "other"
        with lock:
            at_work[own] += 1
            assert at_work[own] == 1
        # Long enough for another to come in between, if it could.
        threading.Event().wait(0.05)
        with lock:
            at_work[own] -= 1
        return place

    told: list[int] = []
    run_all(shows, action, lambda place, result: told.append(result))
    assert told == [0, 1, 2, 3]


def test_one_at_a_time_keeps_the_order() -> None:
    done: list[int] = []

    def action(place: int) -> None:
        assert done == list(range(place))
        done.append(place)

    run_all(names(20), action, lambda place, result: None, one_at_a_time=True)
    assert done == list(range(20))


def test_what_is_raised_ends_all_and_is_raised() -> None:
    begun: list[int] = []
    others = threading.Barrier(IN_FLIGHT)

    def action(place: int) -> int:
        begun.append(place)
        others.wait(SECONDS)
        if place == 5:
            raise LookupError("five")
        while True:
            threading.Event().wait(0.01)
            going_on()()

    with pytest.raises(LookupError, match="five"):
        run_all(names(1000), action, lambda place, result: None)
    assert len(begun) == IN_FLIGHT
    assert not still_at_work()


def test_an_interrupt_tells_of_what_was_done_and_begins_nothing_more() -> None:
    told: list[int] = []
    begun: list[int] = []
    done = threading.Event()

    def action(place: int) -> int:
        begun.append(place)
        if place == 3:
            done.set()
            return place
        if place == 0:
            assert done.wait(SECONDS)
            return place
        while True:
            threading.Event().wait(0.01)
            going_on()()

    def tell(place: int, result: int) -> None:
        told.append(place)
        if place == 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(names(1000), action, tell)
    # The third had come to its end, and stood behind two that had not.
    assert told == [0, 3]
    assert len(begun) <= IN_FLIGHT + 2
    assert not still_at_work()


def test_the_caller_does_not_wait_for_one_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher import network

    monkeypatch.setattr(network, "END_SECONDS", 0.2)
    release, hangs = threading.Event(), threading.Event()

    def action(place: int) -> int:
        if place == 1:
            hangs.set()
            assert release.wait(SECONDS)
        else:
            assert hangs.wait(SECONDS)
        return place

    def tell(place: int, result: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(names(2), action, tell)
    assert still_at_work()
    release.set()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(SECONDS)
    assert not still_at_work()
