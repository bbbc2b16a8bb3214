"""A show, its store, and a command line that tells whether it read everything or knew by a look."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from publisher.cli import run
from publisher.folder_names import LAST_RUN, STATE_FOLDER

NOW: Final = "2025-01-01 12:00"
URL: Final = "https://show.example/"
_LOGGED: Final = re.compile(r'^\{"time": "[^"]+"', re.MULTILINE)
AHEAD_SECONDS: Final = 60.0
"""What a test has just written counts as settled."""


@dataclass
class Clock:
    """This machine's clock as a look at a folder reads it: it is as far ahead as a test wants."""

    ahead_seconds: float = AHEAD_SECONDS

    def time(self) -> float:
        return time.time() + self.ahead_seconds

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True)
class Run:
    """What one command came to.

    Attributes:
        whole: how many shows were read, checked and compared.
        last: what was recorded of the run, but for when it was and how long it took.
    """

    status: int
    out: str
    err: str
    whole: int
    last: dict[str, Any] | None

    @property
    def said(self) -> tuple[int, str, str, dict[str, Any] | None]:
        """All that anybody sees of it, but for the moment at which a line of a log was written."""
        return self.status, self.out, _LOGGED.sub('{"time"', self.err), self.last

    @property
    def is_idle(self) -> bool:
        return not self.whole


@dataclass
class Stand:
    """A show in a working folder of its own.

    Attributes:
        show: its folder; the command names it `show`.
        options: what every publish is given, but for what a test changes.
    """

    show: Path
    clock: Clock
    whole: list[str]
    read: Callable[[], tuple[str, str]]
    options: dict[str, str] = field(default_factory=lambda: {"--to": "public", "--url": URL, "--now": NOW})

    @property
    def public(self) -> Path:
        return self.show.parent / "public"

    @property
    def state(self) -> Path:
        return self.show / STATE_FOLDER

    @property
    def cache(self) -> Path:
        return self.state / "cache.sqlite"

    def publish(self, *more: str, shows: Sequence[str] = ("show",), **changes: str | None) -> Run:
        """`publisher publish show`.

        Args:
            more: flags.
            changes: options in place of the usual ones (`now="…"`); None leaves one out.
        """
        options = self.options | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
        given = [word for name, value in options.items() if value is not None for word in (name, value)]
        self.whole.clear()
        self.read()
        status = run(["publish", *shows, *given, *more])
        out, err = self.read()
        return Run(status, out, err, len(self.whole), self.last())

    def settle(self, *more: str, shows: Sequence[str] = ("show",), **changes: str | None) -> Run:
        """Publishes until there is nothing to do, and gives the run after which an idle one said the same."""
        for _ in range(3):
            done = self.publish(*more, shows=shows, **changes)
            again = self.publish(*more, shows=shows, **changes)
            if again.is_idle:
                assert again.said == done.said
                return done
        raise AssertionError(f"it is never idle: {done}")

    def last(self) -> dict[str, Any] | None:
        """What the last run recorded, but for its time."""
        path = self.state / LAST_RUN
        if not path.exists():
            return None
        record: dict[str, Any] = json.loads(path.read_bytes())
        assert record.pop("when")
        assert record.pop("seconds") >= 0
        return record


def make_stand(show: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stand:
    """A stand for the show, whose parent becomes the working folder."""
    import publisher.operations

    clock, whole, real = Clock(), list[str](), publisher.operations.publish

    def publish(folder: Any, **options: Any) -> Any:
        whole.append(str(folder))
        return real(folder, **options)

    def read() -> tuple[str, str]:
        found = capsys.readouterr()
        return found.out, found.err

    monkeypatch.setattr(publisher.operations, "publish", publish)
    for module in ("publisher.idle.recalling", "publisher.state.looking"):
        monkeypatch.setattr(f"{module}.time", clock)
    monkeypatch.chdir(show.parent)
    return Stand(show, clock, whole, read)
