"""What was seen of an inbox before: since when a drop is as it is, and what was said of it."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from publisher.identity import fingerprint
from publisher.problems import Problem

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """One drop, as it was when it was last looked at.

    Attributes:
        fingerprint: of the drop's files.
        since: when it was first seen so, aware, UTC.
        said: what was said of it last: a reason to wait, or `refused`; empty for nothing.
        problems: why it was refused.
        against: fingerprint of the show that it was judged by; another show may judge otherwise.
        told: where the problems were written, empty where they could not be.
    """

    fingerprint: str
    since: datetime
    said: str = ""
    problems: tuple[Problem, ...] = ()
    against: str = ""
    told: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "fingerprint": self.fingerprint,
            "since": self.since.isoformat(),
            "said": self.said,
            "problems": [problem.as_json() for problem in self.problems],
            "against": self.against,
            "told": self.told,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Seen:
        return cls(
            document["fingerprint"],
            datetime.fromisoformat(document["since"]).astimezone(UTC),
            document["said"],
            tuple(Problem(**problem) for problem in document["problems"]),
            document["against"],
            document["told"],
        )


@dataclass(slots=True)
class Memory:
    """Everything seen of one inbox. Safe to delete: drops are then looked at anew."""

    path: Path
    inbox: str
    drops: dict[str, Seen] = field(default_factory=dict)
    _before: dict[str, Seen] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, inbox: str) -> Memory:
        drops: dict[str, Seen] = {}
        path = folder / f"seen-{fingerprint(inbox)}.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            document = json.loads(path.read_text("utf-8"))
            if document["version"] == _VERSION and document["inbox"] == inbox:
                drops = {name: Seen.from_json(seen) for name, seen in document["drops"].items()}
        return cls(path, inbox, dict(drops), drops)

    def write(self) -> None:
        """Writes it where it changed; a memory that cannot be written costs time only."""
        if self.drops == self._before:
            return
        document = {
            "version": _VERSION,
            "inbox": self.inbox,
            "drops": {name: seen.as_json() for name, seen in sorted(self.drops.items())},
        }
        with contextlib.suppress(OSError):
            write_json(self.path, document)
            self._before = dict(self.drops)


def write_json(path: Path, document: Any) -> None:
    """A document under its name whole or not at all, on the disk when this returns. Raises OSError."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with partial.open("w", encoding="ascii") as writer:
        # ASCII, so that names which are no text are kept as they are.
        json.dump(document, writer, ensure_ascii=True, indent=1)
        writer.flush()
        os.fsync(writer.fileno())
    partial.replace(path)
