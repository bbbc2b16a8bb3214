"""How a show stands: what is out, what comes next, and what is wrong. Pure; `now` is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from publisher.coming import AUDIO, Upcoming, within
from publisher.problems import Problem
from publisher.status.run import LastRun

SOON: Final = timedelta(hours=48)
"""So long ahead an episode without audio is said to be waiting for it."""

FAILED: Final = 3


@dataclass(frozen=True, slots=True)
class LastRelease:
    """The release that stands.

    Attributes:
        name: short, as `publisher history` lists it.
        key: of its manifest.
        when: when the feed was flipped, as the store says, aware, UTC; None where it does not say, or could
            not be asked.
        episodes: how many it holds.
        added, changed, removed: titles of episodes, against the release before, where that is still there.
        repeats: name of the release that it rolled back to; empty for any other.
    """

    name: str
    key: str
    when: datetime | None
    episodes: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    repeats: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "key": self.key,
            "when": self.when.isoformat() if self.when else None,
            "episodes": self.episodes,
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "repeats": self.repeats or None,
        }


@dataclass(frozen=True, slots=True)
class PrivateState:
    """How a private feed stands. No address is in it.

    Attributes:
        state: `well`; `waiting`, if a publish would release it; `held` after a rollback; `left`, where its
            secret is not set here; `failed`.
        reason: why it is left or failed.
    """

    name: str
    state: Literal["well", "waiting", "held", "left", "failed"]
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "state": self.state, "reason": self.reason or None}


@dataclass(frozen=True, slots=True)
class Status:
    """How a show stands at one moment.

    Attributes:
        show: the folder as it was named.
        title: empty where podcast.yaml cannot be read.
        now: aware, UTC.
        store, feed_url: where it is published; empty where that is not known.
        store_asked: whether the store was asked at all, which takes a podcast.yaml that can be read.
        store_error: why the store could not be asked; what it holds is then what this machine last knew.
        release: the one that stands; None where nothing is published, or that is not known.
        entries: every episode by when it goes out.
        pending: slugs that a publish would release, change or remove now.
        held: as `publisher.planning.Plan` has it.
        problems: of the show, hints left out.
        last_run: of a publish on this machine.
        private: the private feeds, where they could be looked at.
    """

    show: str
    title: str
    timezone: str
    now: datetime
    store: str = ""
    feed_url: str = ""
    store_asked: bool = True
    store_error: str = ""
    release: LastRelease | None = None
    entries: tuple[Upcoming, ...] = ()
    pending: tuple[str, ...] = ()
    held: Literal["", "undone", "undone and due"] = ""
    problems: tuple[Problem, ...] = ()
    last_run: LastRun | None = None
    private: tuple[PrivateState, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def next(self) -> Upcoming | None:
        """What goes out next of that whose time has not come."""
        return next((entry for entry in self.entries if entry.state == "scheduled"), None)

    @property
    def due(self) -> tuple[Upcoming, ...]:
        """What has fallen due and is not released."""
        return tuple(entry for entry in self.entries if entry.state == "due")

    @property
    def waiting(self) -> tuple[Upcoming, ...]:
        """What has no audio although it is due, or due soon."""
        return tuple(entry for entry in within(self.entries, self.now, SOON) if AUDIO in entry.missing)

    @property
    def failed_run(self) -> LastRun | None:
        """The last run, if it failed and nobody has released anything since."""
        run, release = self.last_run, self.release
        if run is None or run.is_success:
            return None
        if release is None or release.when is None or run.release == release.key:
            return run
        return run if run.when >= release.when else None

    @property
    def exit_status(self) -> int:
        """0; 1 where the show has errors; 3 where the store could not be asked, or the last run failed for
        another reason than the show's errors."""
        run = self.failed_run
        feed_failed = any(feed.state == "failed" for feed in self.private)
        if self.store_error or feed_failed or (run and run.status != 1):
            return FAILED
        return 1 if self.errors or run else 0

    def count(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        failed = self.failed_run
        return {
            "title": self.title,
            "timezone": self.timezone,
            "now": self.now.isoformat(),
            "well": self.exit_status == 0,
            "store": self.store or None,
            "store_error": self.store_error or None,
            "feed_url": self.feed_url or None,
            "release": self.release.as_json() if self.release else None,
            "next": self.next.as_json() if self.next else None,
            "due": [entry.as_json() for entry in self.due],
            "waiting": [entry.as_json() for entry in self.waiting],
            "pending": list(self.pending),
            "held": self.held or None,
            "errors": self.count("error"),
            "warnings": self.count("warning"),
            "problems": [problem.as_json() for problem in self.errors],
            "last_run": self.last_run.as_json() if self.last_run else None,
            "last_run_failed": failed is not None,
            "private": [feed.as_json() for feed in self.private],
        }


def span(length: timedelta) -> str:
    """A length of time in its largest unit, rounded down: `3 days`, `18 hours`, `1 minute`."""
    seconds = int(abs(length.total_seconds()))
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        # Two days are told in days; one and a half are told in hours.
        number = seconds // size
        if number >= (2 if name == "day" else 1):
            return f"{number} {name}{'s' if number != 1 else ''}"
    return "less than a minute"


def titles(slugs: Iterable[str], known: dict[str, str]) -> tuple[str, ...]:
    """The titles of episodes, and slugs of those that have none."""
    return tuple(known.get(slug) or slug for slug in slugs)
