"""Which publisher this is, to the file: what one has remembered, another must not take for its own."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from pathlib import Path
from typing import Final

from publisher import __version__

_PACKAGE: Final = Path(__file__).parent.parent


@functools.cache
def code_stamp() -> str:
    """Tells this code, its data and this Python, with the libraries beside it, from any other.

    Told by stat, so that it costs a few milliseconds and not the reading of everything. Empty where that
    cannot be told: publisher runs from inside an archive, and then nothing is remembered.
    """
    try:
        found = [__version__, sys.version, *sorted(_files(os.fspath(_PACKAGE)))]
        # An installer writes here whatever it installs.
        found.append(str(_libraries().stat().st_mtime_ns))
    except OSError:
        return ""
    return hashlib.sha256("\n".join(found).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _libraries() -> Path:
    import click

    return Path(click.__file__).parent.parent


def _files(folder: str) -> list[str]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == "__pycache__":
                continue
            if entry.is_dir():
                found += _files(entry.path)
            else:
                stat = entry.stat()
                found.append(f"{entry.path} {stat.st_size} {stat.st_mtime_ns}")
    return found
