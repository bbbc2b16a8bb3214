"""The sample show where a test may change it, and the command line as a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

AFTER_ALL_BUT_ONE = "2030-01-01"
"""A moment at which every dated episode of the sample show is out, but for the one of 2040."""
SCHEDULED = "0104-hilsen-til-2040"

_YEAR = re.compile(r"^published: 2026-", re.M)


def copy_sample(target: Path) -> Path:
    """The sample show at `target`, with its dates two years earlier.

    What has to read the clock, as a preview has, then finds its episodes out on any machine.
    """
    shutil.copytree(ROOT / "episodes", target, ignore=shutil.ignore_patterns(".publisher"))
    moved = 0
    for path in target.glob("*/episode.yaml"):
        text, count = _YEAR.subn("published: 2024-", path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        moved += count
    assert moved, "the sample show has no episode of 2026 any more"
    return target


def drop_audio(show: Path) -> Path:
    """Takes every sound out of a show folder, as a version control keeps it."""
    sources = [path for path in show.glob("*/*") if path.suffix in (".mp3", ".m4a", ".opus")]
    assert sources
    for path in sources:
        path.unlink()
    return show


def forget_names_of_audio(show: Path) -> None:
    """Takes `audio:` out of the episodes: which file it is, only its type says."""
    for path in show.glob("*/episode.yaml"):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"^audio: .*\n", "", text, flags=re.M), "utf-8")


def plain_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment that says nothing of this machine but where programs are."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"} | dict(
        extra or {}
    )


def command(*arguments: str | Path) -> list[str]:
    """The command line of `publisher ARGUMENTS`."""
    return [sys.executable, "-m", "publisher", *map(str, arguments)]


def run(
    *arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Runs `publisher ARGUMENTS` in `folder`, where it finds no settings but those of `environment`."""
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=plain_environment(folder, environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )


def run_well(
    *arguments: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same, which has to go well."""
    done = run(*arguments, folder=folder, environment=environment)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done
