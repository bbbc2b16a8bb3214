"""Small files that others read at any moment: each is the old one or the new one, never half of either."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

_ENDING: Final = ".partial"


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file under another name beside its own, and moves it into place.

    The other name starts with a dot and ends in `.partial`, so that whoever gathers `*.prom` or `*.ics` does
    not take it. What is no plain file, `/dev/stdout` or a pipe, is written to as it is. A link is followed.

    Raises:
        OSError: the file stays as it was.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    target = Path(os.path.realpath(path))
    part = target.parent / f".{target.name[:100]}.{secrets.token_hex(6)}{_ENDING}"
    try:
        with part.open("xb") as file:
            file.write(data)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
