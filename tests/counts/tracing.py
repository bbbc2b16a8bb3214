"""Counts what a command asks the system for below some folders, by strace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from tests.release.trees import environment
from tests.support.require import require, require_program

# Reading by mmap would pass unseen: nothing here does it with files of a show.
_CALLS: Final = (
    "trace=open,openat,openat2,creat,stat,lstat,newfstatat,statx,access,faccessat,faccessat2,readlink,"
    "readlinkat,read,pread64,readv,preadv,getdents64,write,pwrite64,writev,rename,renameat,renameat2,unlink,"
    "unlinkat,sendfile,copy_file_range"
)
_LINE: Final = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?")
_BEGUN: Final = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED: Final = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_PATH: Final = re.compile(r'^(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"(\.\.\.)?')
_DESCRIPTOR: Final = re.compile(r"^\d+<([^>]*)>")


@dataclass
class Trace:
    """What was done below one folder, by the path relative to it; the folder itself is `.`.

    Attributes:
        opened: files that were opened, how often, whether to read or to write.
        listed: folders that were listed.
        looked_at: stats by name, those of an open file left aside, and questions whether there is one.
        read_bytes, written_bytes: how much of each file.
        renamed: files that were moved or removed.
    """

    opened: Counter[str] = field(default_factory=Counter)
    listed: Counter[str] = field(default_factory=Counter)
    looked_at: Counter[str] = field(default_factory=Counter)
    read_bytes: Counter[str] = field(default_factory=Counter)
    written_bytes: Counter[str] = field(default_factory=Counter)
    renamed: list[str] = field(default_factory=list)

    def opened_of(self, ending: str) -> set[str]:
        return {name for name in self.opened if name.endswith(ending)}


@cache
def _can_trace(strace: str) -> bool:
    done = subprocess.run([strace, "-f", "-o", os.devnull, "true"], capture_output=True, check=False)
    return done.returncode == 0


def traced(
    arguments: Iterable[str | Path], roots: Iterable[Path], log: Path
) -> tuple[subprocess.CompletedProcess[str], list[Trace]]:
    """Runs `python -m publisher ARGUMENTS`, and gives what it did below each of the folders.

    Args:
        roots: absolute.
        log: where strace writes.
    """
    strace = require_program("strace")
    if not _can_trace(strace):
        require("strace", "this machine lets nobody trace a process")
    command = [strace, "-f", "-y", "-s", "4096", "-o", str(log), "-e", _CALLS]
    done = subprocess.run(
        [*command, sys.executable, "-m", "publisher", *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = {root: Trace() for root in roots}
    for call, given, result, opened in _calls(log):
        _note(found, call, given, result, opened)
    return done, list(found.values())


def _calls(log: Path) -> Iterable[tuple[str, str, int, str]]:
    """Each call: its name, its arguments, what it gave, and the path of a file that it opened."""
    begun: dict[str, str] = {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if match := _BEGUN.match(line):
                begun[match[1]] = match[2]
                continue
            if match := _RESUMED.match(line):
                line = f"{match[1]} {begun.pop(match[1], '')}{match[2]}"
            if match := _LINE.match(line):
                yield match[2], match[3], int(match[4]), match[5] or ""


def _note(found: dict[Path, Trace], call: str, given: str, result: int, opened: str) -> None:
    if call in ("read", "pread64", "readv", "preadv", "write", "pwrite64", "writev", "getdents64"):
        match = _DESCRIPTOR.match(given)
        place = _below(found, match[1]) if match and result >= 0 else None
        if place is None:
            return
        trace, name = place
        if call == "getdents64":
            # The last answer is empty: once for each time that the folder was listed to its end.
            trace.listed[name] += result == 0
        elif "read" in call:
            trace.read_bytes[name] += result
        else:
            trace.written_bytes[name] += result
        return
    match = _PATH.match(given)
    if match is None:
        return
    path = os.path.normpath(os.path.join(match[1] or "/", match[2]))  # noqa: PTH118
    place = _below(found, path)
    if place is None:
        return
    trace, name = place
    if call.startswith(("open", "creat")):
        if "O_DIRECTORY" not in given and result >= 0:
            trace.opened[name] += 1
    elif call.startswith(("rename", "unlink")):
        trace.renamed.append(name)
    elif match[2]:
        trace.looked_at[name] += 1


def _below(found: dict[Path, Trace], path: str) -> tuple[Trace, str] | None:
    for root, trace in found.items():
        if path == str(root):
            return trace, "."
        if path.startswith(f"{root}/"):
            return trace, path.removeprefix(f"{root}/")
    return None
