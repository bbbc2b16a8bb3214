"""A FLAC file with other comments and another picture, before the old frames.

The stream's own description and its seek table, which counts from the first frame, stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from publisher.audio import vorbis_comments
from publisher.audio.lossless.flac import COMMENTS, MAGIC, PICTURE, SEEKTABLE, STREAMINFO, read_blocks
from publisher.audio.mp3.outer_tags import TooManyTags, leading_end, read_at, trailing_start
from publisher.audio.spliced import Piece, Span
from publisher.audio.tags import Tags
from publisher.audio.unsuitable import Unsuitable

_LONGEST = (1 << 24) - 1


def flac_pieces(path: Path, file: BinaryIO, size: int, tags: Tags) -> tuple[Piece, ...]:
    """The pieces of the file at `path` with `tags`.

    Raises:
        Unsuitable: it is no FLAC, has no sound, or its header is damaged.
    """
    try:
        start = leading_end(file, size)
        if read_at(file, start, 4) != MAGIC:
            raise Unsuitable("is no FLAC")
        read = read_blocks(file, start, size)
        if read is None or read[0][0].kind != STREAMINFO:
            raise Unsuitable("has a damaged header")
        end = trailing_start(file, read[1], size)
    except TooManyTags as cause:
        raise Unsuitable("is damaged") from cause
    blocks, begin = read
    if end <= begin:
        raise Unsuitable("holds no sound")
    kept = [
        (block.kind, read_at(file, block.body, block.length))
        for block in blocks
        if block.kind in (STREAMINFO, SEEKTABLE)
    ]
    old = next((block for block in blocks if block.kind == COMMENTS), None)
    vendor = b"" if old is None else vorbis_comments.vendor(read_at(file, old.body, old.length))
    kept.append((COMMENTS, vorbis_comments.render(vendor, vorbis_comments.comments_for(tags))))
    if tags.cover is not None:
        kept.append((PICTURE, vorbis_comments.picture_block(tags.cover)))
    return _rendered(kept), Span(path, begin, end)


def _rendered(blocks: list[tuple[int, bytes]]) -> bytes:
    parts = [MAGIC]
    for number, (kind, body) in enumerate(blocks, start=1):
        if len(body) > _LONGEST:
            raise Unsuitable("has no room for tags of more than 16 MiB")
        is_last = 0x80 if number == len(blocks) else 0
        parts += (bytes((kind | is_last,)), len(body).to_bytes(3, "big"), body)
    return b"".join(parts)
