"""A published show of fifty episodes, each with notes and a transcript, of which there is nothing to do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from tests.release.trees import environment
from tests.support.shows import FIRST_DAY, add_episode, make_show

EPISODES: Final = 50
URL: Final = "https://show.example/"
_PATIENCE_SECONDS: Final = 60.0

# What a process is asked to do, and then which modules it has.
_ASKED: Final = """
import json, sys
from publisher.cli import run
status = run(sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps(sorted(sys.modules)))
sys.exit(status)
"""


@dataclass(frozen=True)
class Place:
    """The show, and where it is published to. Both are absolute, and no link is on the way."""

    root: Path

    @property
    def show(self) -> Path:
        return self.root / "show"

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def publish(self) -> tuple[str, ...]:
        return ("publish", str(self.show), "--to", str(self.public), "--url", URL, "--no-verify")

    def modules(self, *arguments: str) -> set[str]:
        """What a command that goes well has imported."""
        asked = arguments or self.publish
        return modules_of(self.root / "modules.json", *asked)

    def settle(self) -> None:
        """Publishes until a run knows by a look that there is nothing to do: what was written has to be two
        seconds old for that."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while "publisher.operations" in self.modules():
            assert time.monotonic() < until, "it is never idle"


def modules_of(note: Path, *arguments: str, **more: str) -> set[str]:
    """The modules of a process that runs the command.

    Args:
        more: variables of its environment.
    """
    command = [sys.executable, "-c", _ASKED, str(note), *arguments]
    done = subprocess.run(
        command, env=environment(more), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(note.read_text())
    return set(found)


def _episode(place: int) -> dict[str, Any]:
    slug = f"{place:04d}-episode"
    return {
        "slug": slug,
        "number": place,
        "published": (FIRST_DAY + timedelta(days=place)).isoformat(),
        "notes": f"# Notes\n\nOf **{slug}**, and of what else there is.\n",
        "files": {"transcript.vtt": f"WEBVTT\n\n00:00.000 --> 00:01.500\n<v Ada>Hello from {slug}.\n"},
        "guests": [f"Guest {place % 7}"],
        "keywords": [f"word {place % 5}"],
    }


def add_one(show: Path, number: int = 1) -> str:
    """One episode more, the newest; gives its slug."""
    keys = _episode(EPISODES + number)
    add_episode(show, **keys)
    return str(keys["slug"])


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The show as every run leaves it: known by a look. Nobody changes it."""
    found = Place(tmp_path_factory.mktemp("counts").resolve())
    make_show(found.show, episodes=[_episode(place) for place in range(1, EPISODES + 1)])
    found.settle()
    return found


@pytest.fixture
def place(settled: Place, tmp_path: Path) -> Place:
    """A copy of it, to be changed."""
    root = tmp_path.resolve() / "place"
    shutil.copytree(settled.root, root, symlinks=True)
    found = Place(root)
    found.settle()
    return found
