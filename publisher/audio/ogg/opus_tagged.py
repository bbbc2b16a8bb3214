"""An Ogg Opus file with other comments (RFC 7845): new header pages before the old pages of sound.

Those keep every byte but for their numbers, and the checksums that depend on them, where the comments take
more or fewer pages than before.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import BinaryIO

from publisher.audio import vorbis_comments
from publisher.audio.mp3.outer_tags import TooManyTags, leading_end
from publisher.audio.ogg.codecs import OPUS_HEAD, OPUS_TAGS
from publisher.audio.ogg.pages import (
    CONTINUED,
    FIRST,
    NO_GRANULE,
    SEQUENCE_AT,
    Gap,
    Page,
    TooDamaged,
    read_heads,
    read_pages,
    render,
    renumbered,
)
from publisher.audio.ogg.walk import MAX_HEADERS
from publisher.audio.spliced import Patched, Piece, Span
from publisher.audio.tags import Tags
from publisher.audio.unsuitable import Unsuitable

_LONGEST = 255
"""Pieces of a page."""
_NUMBERED_BYTES = 8
_MAX_SEQUENCE = 0xFFFF_FFFF


def opus_pieces(path: Path, file: BinaryIO, size: int, tags: Tags) -> tuple[Piece, ...]:
    """The pieces of the file at `path` with `tags`.

    Raises:
        Unsuitable: it is no Opus file, or one that is cut off, joined from several, or damaged.
    """
    try:
        first, old, begin = _headers(file, size)
    except (TooDamaged, TooManyTags) as cause:
        raise Unsuitable("is damaged") from cause
    heads = _heads(file, begin, size, first)
    comments = vorbis_comments.comments_for(tags)
    if tags.cover is not None:
        comments.append(vorbis_comments.picture_comment(tags.cover))
    packet = OPUS_TAGS + vorbis_comments.render(vorbis_comments.vendor(old[8:]), comments)
    pages = _comment_pages(first.serial, packet)
    opening = render(first.serial, 0, FIRST, 0, first.lacing, bytes(first.body)) + b"".join(pages)
    return opening, _sound(path, begin, size, heads, len(pages) + 1)


def _headers(file: BinaryIO, size: int) -> tuple[Page, bytes, int]:
    """The first page, the packet of comments, and where the pages of sound begin."""
    first: Page | None = None
    packet = bytearray()
    for page in read_pages(file, leading_end(file, size), size):
        if isinstance(page, Gap):
            raise Unsuitable("is damaged: a page of its header is missing")
        if first is None:
            if bytes(page.body[:8]) != OPUS_HEAD:
                raise Unsuitable("is no Opus file")
            first = page
            continue
        if page.flags & FIRST or page.serial != first.serial:
            raise Unsuitable("holds more than one stream")
        packet += page.body
        ends = [place for place, length in enumerate(page.lacing) if length < 255]
        if ends and ends != [len(page.lacing) - 1]:
            raise Unsuitable("is damaged: its sound begins on a page of its header")
        if len(packet) > MAX_HEADERS:
            raise Unsuitable("has comments that are too large")
        if ends:
            if packet[:8] != OPUS_TAGS:
                raise Unsuitable("is damaged: it has no comments where they should stand")
            return first, bytes(packet), page.end
    raise Unsuitable("is cut off within its header")


def _heads(file: BinaryIO, begin: int, size: int, first: Page) -> list[Page]:
    """The pages of sound without what is in them."""
    found = list(read_heads(file, begin, size))
    if not found or found[-1].end != size:
        raise Unsuitable("is damaged or cut off" if found else "holds no sound")
    if any(page.serial != first.serial or page.flags & FIRST for page in found):
        raise Unsuitable("holds more than one stream")
    return found


def _comment_pages(serial: int, packet: bytes) -> list[bytes]:
    """The packet on pages of its own, from number 1 on."""
    lacing = bytes((255,)) * (len(packet) // 255) + bytes((len(packet) % 255,))
    pages = []
    for number, at in enumerate(range(0, len(lacing), _LONGEST)):
        here = lacing[at : at + _LONGEST]
        body = packet[at * 255 : at * 255 + sum(here)]
        granule = 0 if at + _LONGEST >= len(lacing) else NO_GRANULE
        pages.append(render(serial, number + 1, CONTINUED if number else 0, granule, here, body))
    return pages


def _sound(path: Path, begin: int, size: int, heads: list[Page], sequence: int) -> Piece:
    """The pages of sound, numbered from `sequence` on."""
    span = Span(path, begin, size)
    moved = sequence - heads[0].sequence
    if not moved:
        return span
    numbers = [page.sequence + moved for page in heads]
    if not 0 <= min(numbers) <= max(numbers) <= _MAX_SEQUENCE:
        raise Unsuitable("has pages with numbers that cannot be")
    places = array("Q", (page.start - begin + SEQUENCE_AT for page in heads))
    patches = b"".join(renumbered(page, number) for page, number in zip(heads, numbers, strict=True))
    return Patched(span, places, patches, _NUMBERED_BYTES)
