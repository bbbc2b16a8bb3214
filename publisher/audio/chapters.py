"""The chapters inside an audio file, and the pictures they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from publisher.audio import chapters_id3, chapters_mp4, chapters_vorbis
from publisher.audio.chapter_parts import RawChapter
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
        type: its MIME type: `audio/mpeg`, `audio/mp4`, `audio/ogg` (Opus and Vorbis) or `audio/flac`.

    Raises:
        OSError: the file cannot be read. Damaged chapters raise nothing: what can be read of them is given.
    """
    with path.open("rb") as file:
        return read_chapters_from(file, path.stat().st_size, type)


def read_chapters_from(file: BinaryIO, size: int, type: str) -> Chapters:
    """As `read_chapters`, for an open file of `size` bytes."""
    if type == "audio/mpeg":
        found = chapters_id3.read(file, size)
    elif type == "audio/mp4":
        found = chapters_mp4.read(file, size)
    elif type in ("audio/ogg", "audio/flac"):
        found = chapters_vorbis.read(file)
    else:
        found = []
    return _ordered(found)


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
