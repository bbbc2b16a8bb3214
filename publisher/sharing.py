"""What shows that are published in one process have in common: connections, processes, turns to build.

Whoever runs several opens a `Sharing` and runs each show in a context that has it; what lies far below asks
for what it needs by name, and makes it for itself where nobody shares. Nothing has to be handed through.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

_LOOK_SECONDS: Final = 0.2
_current: ContextVar[Sharing | None] = ContextVar("sharing", default=None)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(slots=True)
class _Kept:
    value: Any
    made_at: float


@dataclass(slots=True)
class Sharing:
    """What is shared; for any number of threads.

    Attributes:
        workers: so many processes may compute at the same time for all shows together.
        turns: so many shows may build and store at the same time. One releases with eight threads, so two
            fill the line while one of them encodes; more would only hold more in memory.
        ended: set when all shows are to come to an end: whoever would begin something more does not.
    """

    turns: int = field(default_factory=lambda: max(2, cores()))
    ended: threading.Event = field(default_factory=threading.Event)
    workers: int = field(default_factory=cores)
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)
    _making: threading.RLock = field(default_factory=threading.RLock)
    _building: threading.Semaphore = field(init=False)
    _free: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._building = threading.Semaphore(self.turns)
        self._free = threading.Semaphore(self.workers)

    def get(self, name: Hashable, make: Callable[[], T], *, for_seconds: float | None = None) -> T:
        """The thing of that name, made by whoever asks for it first. What `make` raises, only he gets.

        Args:
            for_seconds: it is made anew once it is older.
        """
        with self._making:
            now = time.monotonic()
            kept = self._kept.get(name)
            if kept is None or (for_seconds is not None and now - kept.made_at > for_seconds):
                kept = self._kept[name] = _Kept(make(), now)
            return cast(T, kept.value)

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Waits until fewer than `turns` shows build.

        Raises:
            KeyboardInterrupt: all shows are to end.
        """
        self._take(self._building)
        try:
            yield
        finally:
            self._building.release()

    @contextlib.contextmanager
    def processes(self, wanted: int) -> Iterator[int]:
        """Waits until there is room for one process, and gives for how many of those that are wanted.

        Each show has its own, in this number, so that one that is killed from outside takes no other show
        along.

        Raises:
            KeyboardInterrupt: all shows are to end.
        """
        self._take(self._free)
        taken = 1
        try:
            while taken < wanted and self._free.acquire(blocking=False):
                taken += 1
            yield taken
        finally:
            self._free.release(taken)

    def _take(self, places: threading.Semaphore) -> None:
        while not places.acquire(timeout=_LOOK_SECONDS):
            self.go_on()
        if self.ended.is_set():
            places.release()
            self.go_on()

    def go_on(self) -> None:
        """Goes on.

        Raises:
            KeyboardInterrupt: unless all shows are to end.
        """
        if self.ended.is_set():
            raise KeyboardInterrupt


@contextlib.contextmanager
def sharing(common: Sharing | None = None) -> Iterator[Sharing]:
    """Whatever this context begins has these things in common, and so has each thread that is started in a
    copy of it."""
    common = common or Sharing()
    token = _current.set(common)
    try:
        yield common
    finally:
        _current.reset(token)


def shared(name: Hashable, make: Callable[[], T], *, for_seconds: float | None = None) -> T:
    """As `Sharing.get`; where nothing is shared, a new one."""
    common = _current.get()
    return common.get(name, make, for_seconds=for_seconds) if common else make()


def going_on() -> Callable[[], None]:
    """`Sharing.go_on` of this context, to be called from any; where nothing is shared, it does nothing."""
    common = _current.get()
    return common.go_on if common else lambda: None


def turn_to_build() -> contextlib.AbstractContextManager[None]:
    """As `Sharing.turn`; where nothing is shared, nobody is waited for."""
    common = _current.get()
    return common.turn() if common else contextlib.nullcontext()


def room_for_processes(wanted: int) -> contextlib.AbstractContextManager[int]:
    """As `Sharing.processes`; where nothing is shared, there is room for all."""
    common = _current.get()
    return common.processes(wanted) if common else contextlib.nullcontext(wanted)
