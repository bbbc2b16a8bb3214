"""What is asked again and what is not, over a store that fails when it is told to."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from publisher.errors import (
    AccessDenied,
    Conflict,
    NoSuchBucket,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from publisher.store import open_store
from publisher.store.base import Body, Headers, Store, Stored
from publisher.store.folder import FolderStore
from publisher.store.retrying import ATTEMPTS, CALL_SECONDS, Budget, RetryingStore
from tests.servers.process import free_ports
from tests.servers.server import S3Server
from tests.store.subjects import TEXT, body, content_of

OLD = hashlib.sha256(b"old").hexdigest()
CALLS: dict[str, Callable[[Store], object]] = {
    "head": lambda store: store.head("feed.xml"),
    "read": lambda store: store.read("feed.xml"),
    "open": lambda store: store.open("feed.xml").close(),
    "put": lambda store: store.put("feed.xml", body(b"put"), TEXT),
    "replace": lambda store: store.replace("feed.xml", body(b"new"), TEXT, expected=OLD),
    "list": lambda store: list(store.list()),
    "delete": lambda store: store.delete("feed.xml"),
}
every_call = pytest.mark.parametrize("name", CALLS)


@dataclass
class Time:
    """A clock that only moves when somebody waits, and what was waited."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


class Failing:
    """A folder whose next calls fail as told, before or after they have had their effect."""

    def __init__(self, root: Path, time: Time) -> None:
        self._folder = FolderStore(root)
        self._time = time
        self._lock = threading.Lock()
        self.plan: dict[str, list[tuple[str, Exception]]] = {}
        self.asked: list[str] = []
        self.lasts_seconds = 0.0
        self.meanwhile: Callable[[], object] = lambda: None

    def will_fail(
        self, name: str, *, times: int, when: str = "before", error: Exception | None = None
    ) -> None:
        self.plan[name] = [(when, error or StoreUnavailable("busy"))] * times

    @property
    def name(self) -> str:
        return "failing"

    @property
    def conditional_writes(self) -> bool:
        return self._folder.conditional_writes

    def head(self, key: str) -> Stored | None:
        found: Stored | None = self._do("head", lambda: self._folder.head(key))
        return found

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        found: tuple[bytes, Stored] | None = self._do(
            "read", lambda: self._folder.read(key, first_bytes=first_bytes)
        )
        return found

    def open(self, key: str) -> BinaryIO:
        opened: BinaryIO = self._do("open", lambda: self._folder.open(key))
        return opened

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        self._do("put", lambda: self._folder.put(key, body, headers, progress=progress))

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        stored: Stored = self._do(
            "replace", lambda: self._folder.replace(key, body, headers, expected=expected)
        )
        return stored

    def list(self, prefix: str = "") -> Iterator[Stored]:
        yield from self._do("list", lambda: self._folder.list(prefix))

    def delete(self, key: str) -> None:
        self._do("delete", lambda: self._folder.delete(key))

    def _do(self, name: str, call: Callable[[], Any]) -> Any:
        with self._lock:
            self.asked.append(name)
            planned = self.plan.get(name) or self.plan.get("every")
            when, error = planned.pop() if planned else ("", None)
            self._time.now += self.lasts_seconds if error else 0
        if error is None:
            return call()
        if when == "after":
            with contextlib.ExitStack() as lost:
                result = call()
                if hasattr(result, "close"):
                    lost.callback(result.close)
            self.meanwhile()
        raise error


@pytest.fixture
def time_() -> Time:
    return Time()


@pytest.fixture
def failing(tmp_path: Path, time_: Time) -> Failing:
    store = Failing(tmp_path / "public", time_)
    store.put("feed.xml", body(b"old"), TEXT)
    store.asked.clear()
    return store


def patient(failing: Failing, time_: Time, **settings: Any) -> RetryingStore:
    return RetryingStore(failing, sleep=time_.sleep, random=lambda: 1.0, clock=lambda: time_.now, **settings)


@pytest.mark.parametrize("when", ["before", "after"])
@every_call
def test_what_is_busy_a_few_times_is_asked_again(failing: Failing, time_: Time, name: str, when: str) -> None:
    failing.will_fail(name, times=ATTEMPTS - 1, when=when)
    CALLS[name](patient(failing, time_))
    if name == "replace" and when == "after":
        # The first attempt did it; the second is never made.
        assert failing.asked == ["replace", "head"]
    else:
        assert failing.asked.count(name) == ATTEMPTS
        assert time_.waits == [0.5, 1.0, 2.0]
    contents = {"put": b"put", "replace": b"new", "delete": None}
    found = failing.read("feed.xml")
    assert (found[0] if found else None) == contents.get(name, b"old")


@every_call
def test_what_stays_busy_ends_with_the_stores_own_error(failing: Failing, time_: Time, name: str) -> None:
    error = StoreUnavailable("busy")
    failing.will_fail(name, times=100, error=error)
    with pytest.raises(StoreUnavailable) as caught:
        CALLS[name](patient(failing, time_))
    assert caught.value is error
    assert failing.asked.count(name) == ATTEMPTS
    assert len(time_.waits) == ATTEMPTS - 1


@pytest.mark.parametrize(
    "error",
    [
        AccessDenied("no"),
        NoSuchBucket("no"),
        StoreFull("no"),
        StoreError("no"),
        ObjectMissing("feed.xml"),
        Conflict("feed.xml"),
    ],
    ids=lambda error: type(error).__name__,
)
@every_call
def test_what_no_patience_helps_is_said_at_once(
    failing: Failing, time_: Time, name: str, error: Exception
) -> None:
    failing.will_fail(name, times=1, error=error)
    with pytest.raises(type(error)) as caught:
        CALLS[name](patient(failing, time_))
    assert caught.value is error
    assert failing.asked == [name]
    assert time_.waits == []


def test_waits_are_drawn_between_nothing_and_a_growing_bound(failing: Failing, time_: Time) -> None:
    shares = iter([0.5, 0.0, 0.25, 1.0, 1.0, 1.0])
    store = RetryingStore(
        failing, attempts=7, sleep=time_.sleep, random=lambda: next(shares), clock=lambda: time_.now
    )
    failing.will_fail("head", times=6)
    store.head("feed.xml")
    assert time_.waits == [0.25, 0.0, 0.5, 4.0, 8.0, 8.0]


def test_a_silent_store_is_not_asked_again(failing: Failing, time_: Time) -> None:
    failing.lasts_seconds = CALL_SECONDS + 1
    failing.will_fail("head", times=100)
    with pytest.raises(StoreUnavailable):
        patient(failing, time_).head("feed.xml")
    assert failing.asked == ["head"]


def test_a_silent_store_is_looked_at_once_after_a_write(failing: Failing, time_: Time) -> None:
    failing.lasts_seconds = CALL_SECONDS + 1
    failing.will_fail("every", times=100)
    with pytest.raises(StoreUnavailable):
        CALLS["replace"](patient(failing, time_))
    assert failing.asked == ["replace", "head"]


def test_a_run_has_so_many_retries_and_no_more(failing: Failing, time_: Time) -> None:
    store = patient(failing, time_, budget=Budget(retries=4))
    failing.will_fail("every", times=100)
    for attempts in (4, 2, 1, 1):
        failing.asked.clear()
        with pytest.raises(StoreUnavailable):
            store.head("feed.xml")
        assert len(failing.asked) == attempts


def test_a_run_loses_so_many_seconds_and_no_more(failing: Failing, time_: Time) -> None:
    store = patient(failing, time_, budget=Budget(seconds=10.0))
    failing.lasts_seconds = 4.0
    failing.will_fail("every", times=100)
    with pytest.raises(StoreUnavailable):
        store.head("feed.xml")
    # 4, a wait of a half, 4, and a wait of one would be all right; what is then left is not enough for more.
    assert time_.waits == [0.5, 1.0]
    failing.asked.clear()
    with pytest.raises(StoreUnavailable):
        store.read("feed.xml")
    assert failing.asked == ["read"]


def test_stores_may_share_a_budget(failing: Failing, time_: Time) -> None:
    budget = Budget(retries=3)
    failing.will_fail("every", times=100)
    with pytest.raises(StoreUnavailable):
        patient(failing, time_, budget=budget).head("feed.xml")
    failing.asked.clear()
    with pytest.raises(StoreUnavailable):
        patient(failing, time_, budget=budget).head("feed.xml")
    assert failing.asked == ["head"]


def test_threads_share_the_budget_exactly(failing: Failing, time_: Time) -> None:
    retries, calls = 17, 24
    store = patient(failing, time_, budget=Budget(retries=retries, seconds=1e9))
    failing.will_fail("every", times=10_000)

    def call(_: int) -> bool:
        with pytest.raises(StoreUnavailable):
            store.head("feed.xml")
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(call, range(calls)))
    assert len(failing.asked) == calls + retries


def test_progress_of_an_attempt_that_failed_is_taken_back(failing: Failing, time_: Time) -> None:
    told: list[int] = []
    failing.will_fail("put", times=2, when="after")
    patient(failing, time_).put("media/a.mp3", body(b"0123456789"), TEXT, progress=told.append)
    assert told == [10, -10, 10, -10, 10]
    failing.will_fail("put", times=1, when="after", error=StoreFull("no"))
    told.clear()
    with pytest.raises(StoreFull):
        patient(failing, time_).put("media/b.mp3", body(b"0123456789"), TEXT, progress=told.append)
    assert told == [10, -10]


def test_a_long_upload_that_broke_off_is_no_silence(failing: Failing, time_: Time) -> None:
    """An hour of parts that arrived is neither held against the call nor taken from the run's budget."""
    content = b"x" * 100

    def reading() -> BinaryIO:
        time_.now += 3600
        return source.open()

    source = body(content)
    failing.will_fail("put", times=1, when="after")
    store = patient(failing, time_, budget=Budget(seconds=5.0))
    store.put("media/a.mp3", Body(reading, source.length_bytes, source.digest), TEXT)
    assert failing.asked == ["put", "put"]


def test_a_body_is_opened_anew_for_each_attempt(failing: Failing, time_: Time) -> None:
    opened: list[BinaryIO] = []
    source = body(b"0123456789")

    def opening() -> BinaryIO:
        opened.append(source.open())
        return opened[-1]

    failing.will_fail("put", times=2, when="after")
    again = Body(opening, source.length_bytes, source.digest)
    patient(failing, time_).put("media/a.mp3", again, TEXT)
    assert len({id(reader) for reader in opened}) == 3
    assert all(reader.closed for reader in opened)
    assert content_of(failing, "media/a.mp3") == b"0123456789"


def test_a_list_that_broke_off_later_says_so(tmp_path: Path, time_: Time) -> None:
    class BreaksOff(Failing):
        def list(self, prefix: str = "") -> Iterator[Stored]:
            for number, stored in enumerate(super().list(prefix)):
                if number == 2:
                    raise StoreUnavailable("broke off")
                yield stored

    store = BreaksOff(tmp_path / "public", time_)
    for number in range(4):
        store.put(f"{number}.txt", body(b"x"), TEXT)
    listed = patient(store, time_).list()
    assert [next(listed).key, next(listed).key] == ["0.txt", "1.txt"]
    with pytest.raises(StoreUnavailable):
        next(listed)
    assert time_.waits == []


def test_the_first_version_whose_answer_was_lost_is_known_as_ours(failing: Failing, time_: Time) -> None:
    failing.will_fail("replace", times=1, when="after")
    stored = patient(failing, time_).replace("new.xml", body(b"new"), TEXT, expected=None)
    assert failing.asked == ["replace", "head"]
    assert stored == failing.head("new.xml")


def test_a_lost_answer_after_which_somebody_else_wrote_is_a_conflict(failing: Failing, time_: Time) -> None:
    failing.meanwhile = lambda: failing.put("feed.xml", body(b"theirs"), TEXT)
    failing.will_fail("replace", times=1, when="after")
    with pytest.raises(Conflict) as caught:
        CALLS["replace"](patient(failing, time_))
    assert isinstance(caught.value.__cause__, StoreUnavailable)
    assert content_of(failing, "feed.xml") == b"theirs"


def test_a_write_that_arrives_late_is_known_as_ours(failing: Failing, time_: Time) -> None:
    """The first attempt is still on its way when it is looked for, and lands before the second does."""

    class Late(Failing):
        def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
            if self.asked.count("replace") == 1:
                self._folder.replace(key, body, headers, expected=expected)
            return super().replace(key, body, headers, expected=expected)

    store = Late(Path(failing._folder.name), time_)
    store.will_fail("replace", times=1, when="before")
    stored = patient(store, time_).replace("feed.xml", body(b"new"), TEXT, expected=OLD)
    assert store.asked == ["replace", "head", "replace", "head"]
    assert stored == store.head("feed.xml")
    assert content_of(store, "feed.xml") == b"new"


def test_a_conflict_that_was_not_ours_stays_one_after_a_lost_answer(failing: Failing, time_: Time) -> None:
    failing.plan["replace"] = [("before", Conflict("feed.xml")), ("before", StoreUnavailable("busy"))]
    with pytest.raises(Conflict):
        CALLS["replace"](patient(failing, time_))
    assert failing.asked == ["replace", "head", "replace", "head"]


def test_where_nobody_can_look_the_first_error_is_said(failing: Failing, time_: Time) -> None:
    first = StoreUnavailable("the write")
    failing.will_fail("replace", times=1, when="after", error=first)
    failing.will_fail("head", times=100, error=StoreUnavailable("the look"))
    with pytest.raises(StoreUnavailable) as caught:
        CALLS["replace"](patient(failing, time_))
    assert caught.value is first


def test_the_last_attempt_is_looked_after_too(failing: Failing, time_: Time) -> None:
    failing.plan["replace"] = [(when, StoreUnavailable("x")) for when in ("after", *["before"] * 3)]
    CALLS["replace"](patient(failing, time_))
    assert failing.asked.count("replace") == ATTEMPTS
    assert content_of(failing, "feed.xml") == b"new"


def _point_to(environment: pytest.MonkeyPatch, port: int) -> None:
    server = S3Server("ceph", f"http://127.0.0.1:{port}", "producer", "secret", "us-east-1")
    for name, value in server.environment().items():
        environment.setenv(name, value)


@pytest.mark.parametrize("name", ["head", "put", "replace"])
def test_an_endpoint_where_nobody_listens_ends_soon(s3_environment: pytest.MonkeyPatch, name: str) -> None:
    (port,) = free_ports(1)
    _point_to(s3_environment, port)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        CALLS[name](open_store("s3://shows", base=Path()))
    assert time.monotonic() - began < 25


def test_a_server_that_answers_in_the_end_is_waited_for(s3_environment: pytest.MonkeyPatch) -> None:
    """Busy as often as boto3 asks by itself, for HEAD and then for the reason: only asking past it helps."""
    busy_times = 4
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _point_to(s3_environment, listener.getsockname()[1])
        listener.settimeout(60)
        asked: list[bytes] = []
        late = (
            b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "1"\r\nConnection: close\r\n'
            b"Last-Modified: Mon, 05 Jan 2026 10:00:00 GMT\r\n\r\n"
        )

        def serve() -> None:
            while len(asked) < busy_times + 1:
                with listener.accept()[0] as connection:
                    connection.settimeout(10)
                    asked.append(connection.recv(65_536))
                    busy = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    connection.sendall(late if len(asked) > busy_times else busy)

        with ThreadPoolExecutor(1) as threads:
            serving = threads.submit(serve)
            found = open_store("s3://shows", base=Path()).head("feed.xml")
            serving.result(timeout=60)
    assert found is not None
    assert found.version == '"1"'
