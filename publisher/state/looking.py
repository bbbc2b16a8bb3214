"""A look at everything that lies in a show folder, by stat alone."""

from __future__ import annotations

import hashlib
import os
import stat as kinds
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Whoever nests folders deeper than that has more to do than nothing.
_DEEPEST: Final = 16

_GRAIN_SECONDS: Final = 2.0


class NotToldError(Exception):
    """By stat alone it cannot be told whether anything here changed."""


@dataclass(frozen=True, slots=True)
class SeenFolder:
    """What was seen of a folder.

    Attributes:
        digest: of the stats of all that lies in it, at any depth.
        latest_ns: when the newest of it last changed in any way, in nanoseconds since 1970, by the disk's
            clock; 0 for an empty folder.
    """

    digest: str
    latest_ns: int

    def is_settled(self, at: float) -> bool:
        """Whether what is read from it after `at`, in seconds since 1970, is what was seen.

        What changes twice within the clock's grain looks as it did after the first time, as with git's
        racy index.
        """
        return self.latest_ns < (at - _GRAIN_SECONDS) * 1e9


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a show folder.

    Attributes:
        at: when, in seconds since 1970, by this machine's clock; before anything of it was looked at.
        beside: what lies in the show folder itself.
        folders: those in it, by their names.
    """

    at: float
    beside: SeenFolder
    folders: Mapping[str, SeenFolder]

    @property
    def digest(self) -> str:
        """Of everything."""
        whole = "\n".join(f"{folder.digest} {name}" for name, folder in sorted(self.folders.items()))
        return _digest(f"{self.beside.digest}\n{whole}")

    @property
    def is_settled(self) -> bool:
        """Whether what is read after the look is what was seen."""
        return all(folder.is_settled(self.at) for folder in (self.beside, *self.folders.values()))


def look(root: Path) -> Seen:
    """Looks at all that is no publisher's own and not set aside: names that start with `.` or `_` are.

    Size, times of change and inode of every file: what is copied over, moved in or touched counts as changed,
    also where somebody gave it its old time again.

    Args:
        root: the show folder.

    Raises:
        OSError: something cannot be looked at.
        NotToldError: there is a link to a folder, or the folders are too deep.
    """
    at = time.time()
    folders: dict[str, SeenFolder] = {}
    beside: list[str] = []
    latest = 0
    for name, stamp, changed, is_folder in _entries(os.fspath(root)):
        if is_folder:
            found: list[str] = []
            changed = max(changed, _below(f"{root}{os.sep}{name}", "", found, _DEEPEST))
            folders[name] = SeenFolder(_digest("\n".join(found)), changed)
        else:
            beside.append(stamp)
            latest = max(latest, changed)
    return Seen(at, SeenFolder(_digest("\n".join(beside)), latest), folders)


def _below(folder: str, before: str, found: list[str], depth: int) -> int:
    """Adds a stamp of everything below a folder, and gives when the newest of it changed."""
    if not depth:
        raise NotToldError
    latest = 0
    for name, stamp, changed, is_folder in _entries(folder):
        found.append(before + stamp)
        if is_folder:
            changed = max(changed, _below(f"{folder}{os.sep}{name}", f"{before}{name}/", found, depth - 1))
        latest = max(latest, changed)
    return latest


def _entries(folder: str) -> list[tuple[str, str, int, bool]]:
    """Name, stamp, time of change in nanoseconds, and whether it is a folder; by name."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name[0] in "._":
                continue
            if entry.is_symlink():
                found.append(_linked(entry))
                continue
            stat = entry.stat()
            if kinds.S_ISDIR(stat.st_mode):
                # What lies in it is stamped itself; a folder's own times say no more.
                found.append((name, name, 0, True))
            else:
                found.append((name, f"{name}\0{_stamp(stat)}", stat.st_ctime_ns, False))
    found.sort()
    return found


def _linked(entry: os.DirEntry[str]) -> tuple[str, str, int, bool]:
    """A link with what it leads to: either may be changed."""
    own, target = entry.stat(follow_symlinks=False), Path(entry.path).readlink()
    try:
        stat = entry.stat()
    except OSError:
        return entry.name, f"{entry.name}\0{target}\0{_stamp(own)}\0broken", own.st_ctime_ns, False
    if kinds.S_ISDIR(stat.st_mode):
        raise NotToldError
    changed = max(own.st_ctime_ns, stat.st_ctime_ns)
    return entry.name, f"{entry.name}\0{target}\0{_stamp(own)}\0{_stamp(stat)}", changed, False


def _stamp(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
