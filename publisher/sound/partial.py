"""A file that is whole or not there: written under another name beside its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

_ENDING: Final = ".sound-part"


@contextlib.contextmanager
def written_whole(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Gives a new empty file beside `target`, open for writing and reading; moves it there at the end.

    Whatever is raised inside removes it. What a killed process left in the same folder is removed first.

    Raises:
        OSError: it cannot be written.
    """
    _remove_leftovers(target.parent)
    path, file = _new(target)
    try:
        with file:
            yield path, file
            file.flush()
            os.fsync(file.fileno())
            path.replace(target)
        _sync(target.parent)
    finally:
        path.unlink(missing_ok=True)


def _new(target: Path) -> tuple[Path, BinaryIO]:
    while True:
        path = target.parent / f".{target.name[:100]}.{secrets.token_hex(6)}{_ENDING}"
        file = path.open("x+b")
        # Held for as long as this process lives: an unlocked one is a leftover.
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return path, cast(BinaryIO, file)
        # Somebody took it for a leftover before it was locked.
        file.close()


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(f".*{_ENDING}"):
        with contextlib.suppress(OSError), path.open("rb") as leftover:
            fcntl.flock(leftover, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
