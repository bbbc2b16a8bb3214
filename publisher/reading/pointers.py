"""What Git LFS leaves where a file was not fetched: a few lines that name the file's digest and size.

https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 1023
"""By the specification a pointer is shorter than 1,024 bytes."""
_POINTER: Final = re.compile(
    # Lines end as Git was told to end them on this machine.
    rb"version https://git-lfs\.github\.com/spec/v1\r?\n"
    rb"(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\r?\n"
)


def pointer_digest(path: Path) -> str:
    """SHA-256 of the file that the pointer stands for; empty for a file that is none. Raises OSError."""
    with path.open("rb") as reader:
        data = reader.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return ""
    found = _POINTER.match(data)
    return found[1].decode() if found else ""
