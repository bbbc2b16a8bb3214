"""What shows in one process have in common: made once, in turns, and over when all is to end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher.sharing import Sharing, room_for_processes, shared, sharing, turn_to_build
from publisher.store.s3 import connection_to
from publisher.watching.process import Watch
from publisher.watching.show import Settings

SECONDS = 20


def test_a_thing_is_made_once_however_many_ask_at_the_same_time() -> None:
    common, made, together = Sharing(), [], threading.Barrier(8)

    def make() -> object:
        made.append(1)
        return object()

    def ask(_: int) -> object:
        together.wait(SECONDS)
        return common.get("thing", make)

    with ThreadPoolExecutor(8) as threads:
        found = set(map(id, threads.map(ask, range(8))))
    assert len(made) == 1
    assert len(found) == 1
    assert common.get("another", make) is not common.get("thing", make)


def test_what_could_not_be_made_is_asked_for_again() -> None:
    common = Sharing()

    def fail() -> object:
        raise LookupError

    with pytest.raises(LookupError):
        common.get("thing", fail)
    assert common.get("thing", lambda: "made") == "made"


def test_what_is_old_is_made_anew() -> None:
    common, made = Sharing(), iter(range(9))
    first = common.get("thing", lambda: next(made), for_seconds=3600)
    assert common.get("thing", lambda: next(made), for_seconds=3600) == first
    assert common.get("thing", lambda: next(made), for_seconds=-1) != first


def test_nothing_is_shared_where_nobody_shares() -> None:
    assert shared("thing", object) is not shared("thing", object)
    with sharing():
        assert shared("thing", object) is shared("thing", object)
    assert shared("thing", object) is not shared("thing", object)
    with turn_to_build(), turn_to_build(), turn_to_build():
        pass


def test_no_more_build_than_have_a_turn() -> None:
    common, lock, at_work, most = Sharing(turns=2), threading.Lock(), 0, 0
    both = threading.Barrier(2)

    def build(number: int) -> None:
        nonlocal at_work, most
        with common.turn():
            with lock:
                at_work += 1
                most = max(most, at_work)
            # Each waits for another: two do build at the same time.
            both.wait(SECONDS)
            with lock:
                at_work -= 1

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(build, range(6)))
    assert most == 2


def test_whoever_waits_for_a_turn_gets_none_when_all_is_to_end() -> None:
    common, waits = Sharing(turns=1), threading.Event()

    def wait() -> str:
        waits.set()
        try:
            with common.turn():
                return "built"
        except KeyboardInterrupt:
            return "ended"

    with ThreadPoolExecutor(1) as threads, common.turn():
        waiting = threads.submit(wait)
        assert waits.wait(SECONDS)
        common.ended.set()
        assert waiting.result(SECONDS) == "ended"
    with pytest.raises(KeyboardInterrupt), common.turn():
        pass


def test_processes_of_all_shows_together_are_bounded_and_none_waits_for_more_than_one() -> None:
    common = Sharing(workers=3)
    with common.processes(2) as first, common.processes(5) as second:
        assert (first, second) == (2, 1)
        waits, got = threading.Event(), threading.Event()

        def wait() -> int:
            waits.set()
            with common.processes(5) as third:
                got.set()
                return third

        threads = ThreadPoolExecutor(1)
        third = threads.submit(wait)
        assert waits.wait(SECONDS)
        assert not got.wait(0.3)
    assert 1 <= third.result(SECONDS) <= 3
    threads.shutdown()
    with common.processes(5) as all_of_them:
        assert all_of_them == 3
    with room_for_processes(7) as alone:
        assert alone == 7


def test_shows_have_one_client_for_each_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    here, there = "http://127.0.0.1:1", "http://127.0.0.1:2"
    with sharing():
        one = connection_to(here)
        assert connection_to(here) is one
        assert connection_to(there).client is not one.client
        assert connection_to(there).client.meta.endpoint_url == there
    assert connection_to(here) is not one


def test_the_threads_of_a_watch_share(tmp_path: Path) -> None:
    settings = Settings("", "", "", 1.0, 0.0, False)
    watch, found, told = Watch([tmp_path], settings, tell=lambda event: None), [], threading.Semaphore(0)

    def ask() -> None:
        found.append(shared("thing", object))
        told.release()

    for number in range(2):
        watch._thread(ask, f"thread {number}")
    for _ in range(2):
        assert told.acquire(timeout=SECONDS)
    assert found[0] is found[1]
    watch.stop()
