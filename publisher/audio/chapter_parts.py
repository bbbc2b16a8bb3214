"""What the chapter readers of all formats share."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.chapters import MAX_CHAPTERS, clean

__all__ = ["MAX_CHAPTERS", "MAX_PICTURE", "RawChapter", "clean", "picture"]

MAX_PICTURE = 16 << 20
"""A larger picture is left out."""

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


def picture(data: bytes) -> tuple[str, bytes] | None:
    """The picture with the MIME type its bytes tell, or None where they tell of none."""
    if not data or len(data) > MAX_PICTURE:
        return None
    return next(((type, data) for magic, type in _MAGIC if data.startswith(magic)), None)
