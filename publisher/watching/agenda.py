"""When a show has to be looked at next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

FIRST_RETRY_SECONDS: Final = 5.0
LONGEST_RETRY_SECONDS: Final = 300.0
LOOK_SECONDS: Final = 3600.0
"""A show is looked at so often even if nothing is heard of it: news of a file can get lost."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a show waits for.

    Attributes:
        due: when the next episode goes out, by the wall clock.
        lead_seconds: how long before that building it begins.
        looks: moments at which it is looked at whatever happens, by the clock that only runs.
    """

    due: datetime | None = None
    lead_seconds: float = 0.0
    looks: tuple[float, ...] = ()

    def seconds(self, now: datetime, running: float) -> float:
        """How long there is nothing to do; 0 where there is something now."""
        waits = [look - running for look in self.looks]
        if self.due is not None:
            waits.append((self.due - now).total_seconds() - self.lead_seconds)
        return max(0.0, min(waits, default=LOOK_SECONDS))


def retry_seconds(failures: int) -> float:
    """How long to wait after so many failures in a row: 5 s, 10 s, 20 s, … 5 minutes."""
    doubled = FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 16)
    return min(LONGEST_RETRY_SECONDS, doubled)
