"""Whether a folder is still being written: by the sizes and times of what lies in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.watching.clock import Clock

Signature = frozenset[tuple[str, int, int]]

TEMPORARY: Final = (".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", ".!ut")
"""How programs end the names of files that they are not done with."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What a folder looks like.

    Attributes:
        unfinished: a file that a program says it is not done with; empty where there is none.
    """

    signature: Signature
    newest_seconds: float
    unfinished: str


class Stillness:
    """How long each folder has been as it is.

    Args:
        still_seconds: so long nothing may change.
    """

    def __init__(self, clock: Clock, still_seconds: float) -> None:
        self._clock = clock
        self._still_seconds = still_seconds
        self._seen: dict[Path, tuple[Signature, float]] = {}

    def seconds_left(self, folder: Path) -> float:
        """How long until the folder counts as still; 0 once it does."""
        stand = look(folder)
        running = self._clock.running()
        known = self._seen.get(folder)
        if known is None or known[0] != stand.signature:
            age = self._clock.now().timestamp() - stand.newest_seconds
            # Of what was there before anybody watched, the files' own times tell; one from the future tells
            # of a clock that was set, and is waited for.
            since = running - (age if known is None and age > 0 else 0.0)
            known = self._seen[folder] = (stand.signature, since)
        if stand.unfinished:
            return self._still_seconds
        return max(0.0, self._still_seconds - (running - known[1]))

    def forget(self, folders: frozenset[Path]) -> None:
        """Drops what is known of all folders but these."""
        self._seen = {folder: known for folder, known in self._seen.items() if folder in folders}


def look(folder: Path) -> Stand:
    """What lies in a folder now. What vanishes meanwhile is not there."""
    signature, newest, unfinished = set(), 0.0, ""
    for entry in _files(folder):
        try:
            stat = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        signature.add((entry.path, stat.st_size, stat.st_mtime_ns))
        # The time of a copy is often the original's; the time of the change is the copy's own.
        newest = max(newest, stat.st_ctime)
        if entry.name.lower().endswith(TEMPORARY) or entry.name.startswith("~$"):
            unfinished = entry.name
    return Stand(frozenset(signature), newest, unfinished)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry
    except OSError:
        return
