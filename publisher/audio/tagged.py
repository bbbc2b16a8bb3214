"""An episode's audio as it is published: our tags, and the producer's sound untouched.

Nothing is copied: the result is a list of pieces, tag bytes in memory and stretches of the source file. It
depends on the sound and the tags alone, whatever tags were there before, so that tagging a published file
again gives the same bytes as tagging the producer's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from publisher.audio import mp3, mp4
from publisher.audio.id3 import id3_bytes
from publisher.audio.mp3_tags import TooManyTags
from publisher.audio.mp4_tagged import Unsuitable, mp4_pieces
from publisher.audio.spliced import Piece, Span, digest_of, open_spliced
from publisher.audio.tags import Tags, chapters_in_order
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
        type: its MIME type as `probe` found it, `audio/mpeg` or `audio/mp4`.
        id3_version: 4 or 3, for an MP3.
        duration_seconds: as `probe` found it, where it is known: the end of a last chapter that names none.

    Raises:
        AudioError: there is no sound to be tagged in it.
        OSError: it cannot be read.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        if duration_seconds is None and _ends_open(tags):
            duration_seconds = _duration(file, size, type)
        if type == "audio/mpeg":
            start, end = _sound(source, file, size)
            tag = id3_bytes(tags, version=id3_version, duration_seconds=duration_seconds)
            return Tagged((tag, Span(source, start, end)))
        if type == "audio/mp4":
            try:
                return Tagged(mp4_pieces(source, file, size, tags, duration_seconds))
            except Unsuitable as cause:
                raise AudioError(
                    f"{source.name} {cause}", help="export it again as an ordinary M4A"
                ) from cause
    raise AudioError(f"{source.name} is {type!r}, which cannot be tagged", help="export it as MP3 or M4A")


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
