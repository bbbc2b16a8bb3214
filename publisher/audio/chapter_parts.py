"""What the chapter readers of both formats share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.nfc import nfc

MAX_CHAPTERS = 5_000
MAX_PICTURE = 16 << 20
"""A larger picture is left out."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile(r"\s+")
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


@dataclass(slots=True)
class RawChapter:
    """One chapter as a reader found it; texts are clean already."""

    start_seconds: float
    end_seconds: float | None = None
    title: str = ""
    url: str = ""
    toc: bool = True
    picture: tuple[str, bytes] | None = None


def clean(text: str) -> str:
    """NFC, on one line, without what XML cannot carry, as the model promises."""
    return _SPACE.sub(" ", _NOT_XML.sub("", nfc(text))).strip()


def picture(data: bytes) -> tuple[str, bytes] | None:
    """The picture with the MIME type its bytes tell, or None where they tell of none."""
    if not data or len(data) > MAX_PICTURE:
        return None
    return next(((type, data) for magic, type in _MAGIC if data.startswith(magic)), None)
