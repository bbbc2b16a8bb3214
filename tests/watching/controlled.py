"""A clock that stands until it is moved, and a show that is watched by it, step by step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publisher.watching.show import Event, Settings, ShowWatch

START = datetime(2031, 5, 1, 12, 0, tzinfo=UTC)
"""Later than the files of any test: what lies in a folder when it is first seen counts as still."""


class ControlledClock:
    """Both clocks go on by what is waited, and the wall clock can be set."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._running = 1000.0

    def now(self) -> datetime:
        return self._now

    def running(self) -> float:
        return self._running

    def wait(self, seconds: float, until: threading.Event) -> None:
        if not until.is_set():
            self.forward(seconds)

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._running += seconds

    def set(self, now: datetime) -> None:
        """Somebody sets the wall clock, or the machine has slept."""
        self._now = now


class AtOnce(Executor):
    """Does what is submitted there and then."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Watched:
    """A show under watch, with all that was told of it."""

    def __init__(self, show: Path, public: Path, clock: ControlledClock, **settings: Any) -> None:
        self.clock = clock
        self.events: list[Event] = []
        self.stop = threading.Event()
        chosen = Settings(to=str(public), verify=False, **settings)
        self.watch = ShowWatch(show, chosen, clock, self.events.append, self.stop, AtOnce())

    def told(self, kind: str) -> list[str]:
        return [event.text for event in self.events if event.kind == kind]

    def released(self) -> list[tuple[datetime, tuple[str, ...]]]:
        """When something went out, and the slugs."""
        return [(event.when, event.slugs) for event in self.events if event.kind == "released"]

    def run(self, seconds: float) -> int:
        """As the process does for so long; gives how many steps that took."""
        end, steps = self.clock.running() + seconds, 0
        while self.clock.running() < end:
            wait = self.watch.wait_seconds()
            if wait > 0:
                self.clock.forward(min(wait, 10.0, end - self.clock.running()))
                continue
            steps += 1
            assert steps < 10_000, "it never comes to rest"
            self.watch.step()
        return steps
