"""What becomes of each thing that lies in an inbox. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.problems import Problem


@dataclass(frozen=True, slots=True)
class Taken:
    """It is in the show now, and gone from the inbox.

    Attributes:
        name: what it was called in the inbox.
        slug: of its folder in the show.
        is_draft: whether it has no `published` and so never goes out by itself.
        problems: warnings about it.
        notes: what was done to it on the way, each a sentence.
        kept: where the originals of what was changed or unpacked lie; empty where nothing was.
    """

    name: str
    slug: str
    title: str
    is_draft: bool
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    kept: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": "taken",
            "name": self.name,
            "slug": self.slug,
            "title": self.title,
            "draft": self.is_draft,
            "problems": [problem.as_json() for problem in self.problems],
            "notes": list(self.notes),
            "kept": self.kept or None,
        }


@dataclass(frozen=True, slots=True)
class Refused:
    """It stays where it is, with a text beside it that says why.

    Attributes:
        problems: all of them, errors and warnings; paths are those of the files in the drop.
        told: the text's path in the inbox; empty where it could not be written.
        is_news: whether this was not said before of the same drop.
    """

    name: str
    problems: tuple[Problem, ...]
    told: str = ""
    is_news: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": "refused",
            "name": self.name,
            "problems": [problem.as_json() for problem in self.problems],
            "told": self.told or None,
            "news": self.is_news,
        }


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is not complete yet, or cannot be taken in just now.

    Attributes:
        look_again: when it may be complete, aware, UTC; None where only a change can tell.
        is_news: whether this was not said before of the same drop.
    """

    name: str
    reason: str
    look_again: datetime | None = None
    is_news: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": "waiting",
            "name": self.name,
            "reason": self.reason,
            "look_again": self.look_again.isoformat() if self.look_again else None,
            "news": self.is_news,
        }


Outcome = Taken | Refused | Waiting
