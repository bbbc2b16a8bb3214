"""The chapters inside an audio file, and the pictures they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from publisher.audio import vorbis_comments
from publisher.audio.chapter_parts import RawChapter
from publisher.audio.lossless import flac
from publisher.audio.mp3 import chapters as id3_chapters
from publisher.audio.mp3.outer_tags import TooManyTags, leading_end, read_at
from publisher.audio.mp4 import chapters as mp4_chapters
from publisher.audio.ogg import pages
from publisher.audio.ogg import walk as ogg
from publisher.model import Chapter


@dataclass(frozen=True, slots=True)
class Chapters:
    """Chapters ordered by start, and (MIME type, bytes) of the picture of those that have one, by the
    chapter's place in `chapters`, counted from 0."""

    chapters: tuple[Chapter, ...] = ()
    pictures: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)


def read_chapters(path: Path, type: str) -> Chapters:
    """The chapters inside the file at `path`.

    Args:
        type: its MIME type: `audio/mpeg`, `audio/mp4` (or a video's), `audio/ogg` or `audio/flac`. WAV and
            AIFF have no chapters.

    Raises:
        OSError: the file cannot be read. Damaged chapters raise nothing: what can be read of them is given.
    """
    with path.open("rb") as file:
        return read_chapters_from(file, path.stat().st_size, type)


def read_chapters_from(file: BinaryIO, size: int, type: str) -> Chapters:
    """As `read_chapters`, for an open file of `size` bytes."""
    if type == "audio/mpeg":
        found = id3_chapters.read(file, size)
    elif type in ("audio/mp4", "video/mp4", "video/quicktime"):
        found = mp4_chapters.read(file, size)
    elif type in ("audio/ogg", "audio/flac"):
        found = vorbis_comments.chapters(_comments(file, size))
    else:
        found = []
    return _ordered(found)


def _comments(file: BinaryIO, size: int) -> vorbis_comments.Comments:
    try:
        start = leading_end(file, size)
    except TooManyTags:
        return []
    magic = read_at(file, start, 4)
    if magic == flac.MAGIC:
        read = flac.read_blocks(file, start, size)
        return [] if read is None else flac.comments_of(file, read[0])
    return ogg.comments_of(file, size, start) if magic == pages.MAGIC else []


def _ordered(found: list[RawChapter]) -> Chapters:
    ordered = sorted(found, key=lambda raw: raw.start_seconds)
    chapters = tuple(
        Chapter(
            start_seconds=raw.start_seconds,
            title=raw.title,
            url=raw.url,
            toc=raw.toc,
            end_seconds=raw.end_seconds,
        )
        for raw in ordered
    )
    pictures = {place: raw.picture for place, raw in enumerate(ordered) if raw.picture is not None}
    return Chapters(chapters, pictures)
