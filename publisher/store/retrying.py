"""Patience round a store: what it could not answer just now is asked again, a bounded number of times."""

from __future__ import annotations

import contextlib
import hashlib
import random as randomness
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, TypeVar

from publisher.errors import Conflict, StoreUnavailable
from publisher.store.base import Body, Headers, Store, Stored

ATTEMPTS: Final = 4
RETRIES_PER_RUN: Final = 60
SECONDS_PER_RUN: Final = 180.0
CALL_SECONDS: Final = 20.0
"""A call that got nowhere for so long is not begun again: the store is silent, not busy."""

_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 8.0

T = TypeVar("T")


class Budget:
    """How much patience a run has, for all its threads together.

    Args:
        retries: so many further attempts.
        seconds: so much time lost on attempts that failed and on waits between them, summed over threads.
    """

    def __init__(self, retries: int = RETRIES_PER_RUN, seconds: float = SECONDS_PER_RUN) -> None:
        self._retries = retries
        self._seconds = seconds
        self._lock = threading.Lock()

    def lose(self, seconds: float) -> None:
        """Counts the time of an attempt that failed."""
        with self._lock:
            self._seconds -= seconds

    def take(self, wait_seconds: float) -> bool:
        """Whether one more attempt may be made after that wait; if so, both are counted."""
        with self._lock:
            if self._retries < 1 or self._seconds < wait_seconds:
                return False
            self._retries -= 1
            self._seconds -= wait_seconds
            return True


class RetryingStore:
    """A store that is asked again where that may help: after `StoreUnavailable`, and after nothing else.

    Waits grow exponentially, each drawn anew between nothing and its bound, so that clients that failed
    together do not come back together.

    A `replace` whose answer was lost may have happened. It is settled by looking: where the object is what
    was to be written, the write is ours; where it is still the expected one, it is tried again under the same
    condition, which at most one of the two attempts can meet; where it is anything else, somebody else was
    first.

    Args:
        store: the store itself.
        attempts: at most so many for one call, the first included.
        budget: shared by all calls of the run; one of its own unless given.
        sleep, random, clock: as `time.sleep`, `random.random` and `time.monotonic`.
    """

    def __init__(
        self,
        store: Store,
        *,
        attempts: int = ATTEMPTS,
        budget: Budget | None = None,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = randomness.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._attempts = attempts
        self._budget = budget or Budget()
        self._sleep = sleep
        self._random = random
        self._clock = clock

    @property
    def inner(self) -> Store:
        """The store without the patience."""
        return self._store

    @property
    def name(self) -> str:
        return self._store.name

    @property
    def conditional_writes(self) -> bool:
        return self._store.conditional_writes

    def head(self, key: str) -> Stored | None:
        return self._again(lambda _: self._store.head(key))

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        return self._again(lambda _: self._store.read(key, first_bytes=first_bytes))

    def open(self, key: str) -> BinaryIO:
        return self._again(lambda _: self._store.open(key))

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        def attempt(call: _Call) -> None:
            told = _Told(progress, call)
            try:
                self._store.put(key, body, headers, progress=told)
            except BaseException:
                told.take_back()
                raise

        self._again(attempt)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        """As the port says.

        Raises:
            StoreUnavailable: the store does not answer; where it could not even be looked whether the write
                happened, it may have.
        """
        call = _Call(self)
        while True:
            try:
                return self._store.replace(key, body, headers, expected=expected)
            except StoreUnavailable as error:
                failure = error
            except Conflict:
                # The attempt before this one may have arrived late, and be what stood in the way.
                found = self.head(key) if call.failures else None
                if found is None or self._digest(found) != body.digest:
                    raise
                return found
            may_go_on = call.failed()
            found = self._look_after(key, failure, patiently=may_go_on)
            if found is not None and self._digest(found) == body.digest:
                return found
            if (found.version if found else None) != expected:
                raise Conflict(key) from failure
            if not may_go_on:
                raise failure

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """As the port says; once the first object was given, a failure is not hidden."""

        def begin(_: _Call) -> tuple[Stored | None, Iterator[Stored]]:
            listed = self._store.list(prefix)
            return next(listed, None), listed

        first, others = self._again(begin)
        if first is not None:
            yield first
            yield from others

    def delete(self, key: str) -> None:
        self._again(lambda _: self._store.delete(key))

    def _again(self, attempt: Callable[[_Call], T]) -> T:
        call = _Call(self)
        while True:
            try:
                return attempt(call)
            except StoreUnavailable:
                if not call.failed():
                    raise

    def _look_after(self, key: str, failure: StoreUnavailable, *, patiently: bool) -> Stored | None:
        """What is there after a write that may have happened; `failure` is raised where nobody answers. Where
        the write's own patience is used up, one look has to do: a silent store would be waited for twice."""
        with contextlib.suppress(StoreUnavailable):
            return self.head(key) if patiently else self._store.head(key)
        raise failure

    def _digest(self, found: Stored) -> str:
        if found.digest:
            return found.digest
        got = self.read(found.key)
        return hashlib.sha256(got[0]).hexdigest() if got else ""

    def _wait_seconds(self, failures: int) -> float:
        bound = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** (failures - 1))
        return self._random() * bound


class _Call:
    """One call's attempts."""

    def __init__(self, store: RetryingStore) -> None:
        self._owner = store
        self._began = self._alive = store._clock()
        self.failures = 0

    def lives(self) -> None:
        """Something arrived: a long upload that fails at its end was no silence."""
        self._alive = self._owner._clock()

    def failed(self) -> bool:
        """Counts an attempt that failed; waits and gives True where another one is due."""
        owner, now = self._owner, self._owner._clock()
        self.failures += 1
        owner._budget.lose(now - max(self._began, self._alive))
        if self.failures >= owner._attempts or now - self._alive > CALL_SECONDS:
            return False
        wait = owner._wait_seconds(self.failures)
        if not owner._budget.take(wait):
            return False
        owner._sleep(wait)
        self._began = owner._clock()
        return True


class _Told:
    """Passes progress on, and takes it back when it came to nothing."""

    def __init__(self, progress: Callable[[int], None] | None, call: _Call) -> None:
        self._progress = progress
        self._call = call
        self._bytes = 0

    def __call__(self, length_bytes: int) -> None:
        self._bytes += length_bytes
        if length_bytes > 0:
            self._call.lives()
        if self._progress is not None:
            self._progress(length_bytes)

    def take_back(self) -> None:
        if self._bytes:
            self(-self._bytes)
