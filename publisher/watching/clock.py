"""Time, as watching sees it: a wall clock that people and their computers set, and one that only runs."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a test has its own."""

    def now(self) -> datetime:
        """The wall clock, aware, UTC. It may jump either way."""

    def running(self) -> float:
        """Seconds on a clock that nobody sets; while the machine sleeps, it may stand."""

    def wait(self, seconds: float, until: threading.Event) -> None:
        """Waits so long, or until the event is set."""


class SystemClock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def running(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float, until: threading.Event) -> None:
        until.wait(max(0.0, seconds))
