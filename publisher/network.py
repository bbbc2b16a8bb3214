"""Many shows at the same time: each in a thread of its own, a bounded number of them, told of in order.

Most of a show that has nothing to do is waiting for its one answer from the store, so a thousand of them cost
little more than a thousand answers that overlap. What computes is bounded further down (`publisher.sharing`).
"""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from publisher.sharing import Sharing, sharing

R = TypeVar("R")

IN_FLIGHT: Final = 16
"""So many shows at the same time: at fifty milliseconds an answer, three hundred a second."""

END_SECONDS: Final = 5.0
"""Shows that are told to end are waited for so long: that they end an upload, and remove what they made."""

_NAME: Final = "show at work"
_WAKE_SECONDS: Final = 0.2


def run_all(
    shows: Sequence[str],
    action: Callable[[int], R],
    told: Callable[[int, R], None],
    *,
    one_at_a_time: bool = False,
    in_flight: int = IN_FLIGHT,
) -> None:
    """Runs the action for each show, several at the same time, and tells what came of each, in their order.

    A folder that is named twice is worked on by one thread, so that it does not wait for itself.

    Args:
        shows: the folders.
        action: called with a show's place among them, in a thread whose context has this one's values and a
            `Sharing`. What it raises ends everything: what may go wrong with one show is a result.
        told: called with a place and its result, in the calling thread.
        one_at_a_time: in the order that they stand in, for shows that would be in each other's way.
        in_flight: so many at the same time.

    Raises:
        KeyboardInterrupt: or whatever else `action` or `told` raised. No further show was begun, those that
            had been were told to end, and those that had ended were told of.
    """
    with sharing() as common:
        ways = [list(range(len(shows)))] if one_at_a_time else _apart(shows)
        course = _Course(iter(ways), action, common)
        threads = [course.thread() for _ in range(min(in_flight, len(ways)))]
        waiting = dict.fromkeys(range(len(shows)))
        try:
            for place in tuple(waiting):
                result = course.result(place)
                del waiting[place]
                told(place, result)
        except BaseException:
            common.ended.set()
            until = time.monotonic() + END_SECONDS
            for thread in threads:
                thread.join(max(0.0, until - time.monotonic()))
            for place, result in course.finished(waiting):
                told(place, result)
            raise


def still_at_work() -> bool:
    """Whether a show that was told to end has not: a store that is silent can be waited for longer than
    anybody waits who has interrupted a command."""
    return any(thread.name == _NAME for thread in threading.enumerate())


def _apart(shows: Sequence[str]) -> list[list[int]]:
    """The places of each folder."""
    ways: dict[str, list[int]] = {}
    for place, show in enumerate(shows):
        ways.setdefault(os.path.realpath(show), []).append(place)
    return list(ways.values())


@dataclass(slots=True)
class _Course(Generic[R]):
    """The shows' way through the threads."""

    ways: Iterable[list[int]]
    action: Callable[[int], R]
    common: Sharing
    results: dict[int, R] = field(default_factory=dict)
    failure: BaseException | None = None
    news: threading.Condition = field(default_factory=threading.Condition)

    def thread(self) -> threading.Thread:
        # A daemon: the interpreter's end does not wait for one that hangs.
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(self._go,), name=_NAME, daemon=True)
        thread.start()
        return thread

    def result(self, place: int) -> R:
        """Waits for it, and forgets it."""
        with self.news:
            while place not in self.results:
                if self.failure is not None:
                    raise self.failure
                # Only with an end does a wait let a signal through that came to another thread.
                self.news.wait(_WAKE_SECONDS)
            return self.results.pop(place)

    def finished(self, places: Iterable[int]) -> list[tuple[int, R]]:
        with self.news:
            return [(place, self.results.pop(place)) for place in places if place in self.results]

    def _go(self) -> None:
        try:
            while (way := self._next()) is not None:
                for place in way:
                    self.common.go_on()
                    result = self.action(place)
                    with self.news:
                        self.results[place] = result
                        self.news.notify()
        except BaseException as error:
            with self.news:
                if not self.common.ended.is_set():
                    self.failure = self.failure or error
                self.common.ended.set()
                self.news.notify()

    def _next(self) -> list[int] | None:
        with self.news:
            return next(iter(self.ways), None) if not self.common.ended.is_set() else None
