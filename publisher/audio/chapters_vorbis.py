"""Chapters in the Vorbis comments of Ogg Opus, Ogg Vorbis and FLAC: https://wiki.xiph.org/Chapter_Extension"""

from __future__ import annotations

from typing import Any, BinaryIO

from mutagen.flac import FLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from publisher.audio.chapter_parts import RawChapter
from publisher.audio.mp3_tags import read_at
from publisher.chapters import Comment, from_comments
from publisher.findings import Findings

_READERS: tuple[tuple[bytes, Any], ...] = (
    (b"fLaC", FLAC),
    (b"OpusHead", OggOpus),
    (b"\x01vorbis", OggVorbis),
)


def read(file: BinaryIO) -> list[RawChapter]:
    """The chapters of the file, by start; none where its comments cannot be read, or where they are wrong in
    a way that leaves none."""
    head = read_at(file, 0, 64)
    reader = next((reader for magic, reader in _READERS if magic in head), None)
    if reader is None:
        return []
    file.seek(0)
    try:
        tags = reader(file).tags
    except Exception:  # whatever a damaged file makes the library raise: there is nothing to be had then
        return []
    comments = [Comment(key, value[:8_192]) for key, value in tags or ()]
    return [
        RawChapter(chapter.start_seconds, title=chapter.title, url=chapter.url)
        for chapter in from_comments(comments, Findings())
    ]
