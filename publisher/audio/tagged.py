"""An episode's audio as it is published: our tags, and the producer's sound untouched.

Nothing is copied: the result is a list of pieces, tag bytes in memory and stretches of the source file. It
depends on the sound and the tags alone, whatever tags were there before, so that tagging a published file
again gives the same bytes as tagging the producer's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from publisher.audio.lossless.flac_tagged import flac_pieces
from publisher.audio.mp3 import walk as mp3
from publisher.audio.mp3.id3 import id3_bytes
from publisher.audio.mp3.outer_tags import TooManyTags
from publisher.audio.mp4 import walk as mp4
from publisher.audio.mp4.tagged import mp4_pieces
from publisher.audio.ogg.opus_tagged import opus_pieces
from publisher.audio.spliced import Piece, Span, digest_of, open_spliced
from publisher.audio.tags import Tags, chapters_in_order
from publisher.audio.unsuitable import Unsuitable
from publisher.errors import PublisherError

__all__ = ["AudioError", "Tagged", "digest_of", "tagged"]


class AudioError(PublisherError):
    """The audio cannot be tagged: it is damaged, or not what it was said to be."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tagged audio, which can be opened as often as needed, from any thread or process, as long as the
    source file stays as it is."""

    pieces: tuple[Piece, ...]

    @property
    def length_bytes(self) -> int:
        return sum(len(piece) for piece in self.pieces)

    def open(self) -> BinaryIO:
        """A fresh seekable reader, positioned at 0.

        Raises:
            OSError: the source file is gone, or (on reading) has become shorter.
        """
        return open_spliced(self.pieces)


def tagged(
    source: Path, type: str, tags: Tags, *, id3_version: int = 4, duration_seconds: float | None = None
) -> Tagged:
    """The audio at `source` with `tags` in place of all tags it has; `source` is only read.

    Args:
        type: its MIME type as `probe` found it: `audio/mpeg`, `audio/mp4`, `audio/ogg` (Opus alone) or
            `audio/flac`.
        id3_version: 4 or 3, for an MP3.
        duration_seconds: as `probe` found it, where it is known: the end of a last chapter that names none.

    Raises:
        AudioError: there is no sound to be tagged in it.
        OSError: it cannot be read.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        try:
            return Tagged(_pieces(source, file, size, type, tags, id3_version, duration_seconds))
        except Unsuitable as cause:
            help = f"export it again as an ordinary {_ORDINARY[type]}"
            raise AudioError(f"{source.name} {cause}", help=help) from cause


_ORDINARY = {"audio/mp4": "M4A", "audio/ogg": "Opus file", "audio/flac": "FLAC"}


def _pieces(
    source: Path,
    file: BinaryIO,
    size: int,
    type: str,
    tags: Tags,
    id3_version: int,
    duration_seconds: float | None,
) -> tuple[Piece, ...]:
    if type == "audio/ogg":
        return opus_pieces(source, file, size, tags)
    if type == "audio/flac":
        return flac_pieces(source, file, size, tags)
    if type not in ("audio/mpeg", "audio/mp4"):
        message = f"{source.name} is {type!r}, which cannot be tagged"
        raise AudioError(message, help="export it as MP3 or M4A")
    if duration_seconds is None and _ends_open(tags):
        duration_seconds = _duration(file, size, type)
    if type == "audio/mp4":
        return mp4_pieces(source, file, size, tags, duration_seconds)
    start, end = _sound(source, file, size)
    return (id3_bytes(tags, version=id3_version, duration_seconds=duration_seconds), Span(source, start, end))


def _sound(source: Path, file: BinaryIO, size: int) -> tuple[int, int]:
    help = "export it again from your editor"
    try:
        start, end = mp3.audio_region(file, size)
    except TooManyTags as cause:
        raise AudioError(f"{source.name} holds no sound: {cause}", help=help) from cause
    if end <= start:
        raise AudioError(f"{source.name} holds no sound", help=help)
    return start, end


def _ends_open(tags: Tags) -> bool:
    return bool(tags.chapters) and chapters_in_order(tags.chapters)[-1].end_seconds is None


def _duration(file: BinaryIO, size: int, type: str) -> float:
    walk = mp3.walk_file if type == "audio/mpeg" else mp4.walk_file
    return walk(file, size).duration_seconds
