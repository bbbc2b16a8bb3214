"""What is known of the last publish of a show. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class LastRun:
    """One run of publish.

    Attributes:
        when: its end, by this machine's clock, aware, UTC.
        seconds: how long it took.
        status: the exit status that it had, or would have had on the command line.
        released: whether the feed was flipped.
        release: key of the public release that stood at its end; empty where the run did not get that far.
        store, feed_url: where it is published; empty where the run did not get that far.
        episodes: (slug, title) of those that were new in the release, 20 at most.
        reason: why it failed; empty where it did not.
        help: how to mend that.
        errors: of a show that has errors, as a person reads them, 20 at most.
    """

    when: datetime
    status: int
    seconds: float = 0.0
    released: bool = False
    release: str = ""
    store: str = ""
    feed_url: str = ""
    episodes: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    help: str = ""
    errors: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        return self.status == 0

    def as_json(self) -> dict[str, Any]:
        return {
            "when": self.when.isoformat(),
            "seconds": round(self.seconds, 3),
            "status": self.status,
            "success": self.is_success,
            "released": self.released,
            "release": self.release or None,
            "store": self.store or None,
            "feed_url": self.feed_url or None,
            "episodes": [{"slug": slug, "title": title} for slug, title in self.episodes],
            "reason": self.reason or None,
            "help": self.help or None,
            "errors": list(self.errors),
        }

    @staticmethod
    def from_json(values: dict[str, Any]) -> LastRun:
        """The record out of what `as_json` gave.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is no such thing.
        """
        when = datetime.fromisoformat(values["when"])
        if when.tzinfo is None:
            raise ValueError("a moment without a zone")
        return LastRun(
            when=when.astimezone(UTC),
            status=int(values["status"]),
            seconds=float(values["seconds"]),
            released=bool(values["released"]),
            release=str(values["release"] or ""),
            store=str(values["store"] or ""),
            feed_url=str(values["feed_url"] or ""),
            episodes=tuple((str(item["slug"]), str(item["title"])) for item in values["episodes"]),
            reason=str(values["reason"] or ""),
            help=str(values["help"] or ""),
            errors=tuple(str(item) for item in values["errors"]),
        )
