"""A show with an inbox beside it, and a look at what is in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from publisher.inbox import Outcome, Refused, Taken, Waiting, take_in
from tests.release.trees import tree
from tests.support.shows import make_show

YAML = "title: A dropped one\nnumber: 7\nsummary: In a few words.\n"


@dataclass(frozen=True, slots=True)
class Scene:
    show: Path
    inbox: Path

    def look(self, *, later_seconds: float = 3600, **settings: Any) -> tuple[Outcome, ...]:
        """One look, an hour after everything was dropped unless said otherwise."""
        now = datetime.now(UTC) + timedelta(seconds=later_seconds)
        return take_in(self.show, str(self.inbox), now=now, **settings)

    def only(self, **settings: Any) -> Outcome:
        outcomes = self.look(**settings)
        assert len(outcomes) == 1, outcomes
        return outcomes[0]

    def taken(self, **settings: Any) -> Taken:
        outcome = self.only(**settings)
        assert isinstance(outcome, Taken), outcome
        return outcome

    def refused(self, **settings: Any) -> Refused:
        outcome = self.only(**settings)
        assert isinstance(outcome, Refused), outcome
        return outcome

    def waiting(self, **settings: Any) -> Waiting:
        outcome = self.only(**settings)
        assert isinstance(outcome, Waiting), outcome
        return outcome

    def drop(self, name: str, files: Mapping[str, str | bytes]) -> Path:
        """A folder in the inbox with these files."""
        folder = self.inbox / name
        folder.mkdir()
        for path, content in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    def left(self) -> list[str]:
        """What is in the inbox, but for originals that are kept."""
        return sorted(path for path in tree(self.inbox) if not path.startswith(".taken/"))

    def episode(self, slug: str) -> list[str]:
        return sorted(tree(self.show / slug))


def make_scene(folder: Path, *, episodes: int = 1, **keys: Any) -> Scene:
    show = make_show(folder / "show", episodes=episodes, **keys)
    inbox = folder / "inbox"
    inbox.mkdir()
    return Scene(show, inbox)


def zipped(files: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def rules(refused: Refused) -> set[str]:
    return {problem.rule for problem in refused.problems if problem.is_error}
