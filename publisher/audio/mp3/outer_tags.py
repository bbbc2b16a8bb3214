"""Where the tags of an MP3 file lie: at its start, at its end, and between joined parts.

ID3v2: https://id3.org/id3v2.4.0-structure · Lyrics3: https://id3.org/Lyrics3v2 ·
APEv2: https://wiki.hydrogenaud.io/index.php?title=APE_Tags_Header
"""

from __future__ import annotations

from typing import BinaryIO

_ID3V2_HEADER = 10
_ID3V1 = 128
_ID3V1_ENHANCED = 227
_APE_HEADER = 32
_LYRICS3_MAX = 5100
"""Lyrics3 v1 has no size: its text is at most this long, marks included."""
MAX_TAGS = 1_000
"""At one end of a file; the smallest tags have ten bytes, and millions of them would take minutes."""


class TooManyTags(Exception):
    """More tags stand at one end of the file than anybody writes."""

    def __init__(self) -> None:
        super().__init__(f"more than {MAX_TAGS:,} tags stand one behind the other")


def read_at(file: BinaryIO, start: int, count: int) -> bytes:
    """Up to `count` bytes from `start`; nothing where `start` is negative."""
    if start < 0 or count <= 0:
        return b""
    file.seek(start)
    return file.read(count)


def id3v2_length(head: bytes) -> int:
    """The whole length of the ID3v2 tag that `head` (10 bytes) opens, 0 where it opens none."""
    if len(head) < _ID3V2_HEADER or head[:3] != b"ID3" or head[3] == 0xFF or head[4] == 0xFF:
        return 0
    return _ID3V2_HEADER + _synchsafe(head[6:10]) + (_ID3V2_HEADER if head[5] & 0x10 else 0)


def tag_length(head: bytes) -> int:
    """The length of a tag that stands where a frame was expected, told by its first 32 bytes; 0 if none."""
    length = id3v2_length(head)
    if length:
        return length
    if head[:3] == b"TAG":
        return _ID3V1_ENHANCED if head[:4] == b"TAG+" else _ID3V1
    if head[:8] == b"APETAGEX" and len(head) >= _APE_HEADER:
        return _ape_length(head)
    return 0


def leading_end(file: BinaryIO, size: int) -> int:
    """Where the tags at the start end; more than `size` if the last one claims more than there is.

    Raises:
        TooManyTags: it would take too long to find out.
    """
    position = 0
    for _ in range(MAX_TAGS):
        head = read_at(file, position, _APE_HEADER)
        length = id3v2_length(head) or (tag_length(head) if head[:8] == b"APETAGEX" else 0)
        if not length or position >= size:
            return position
        position += length
    raise TooManyTags


def trailing_start(file: BinaryIO, start: int, size: int) -> int:
    """Where the tags at the end begin; they come in any order.

    Raises:
        TooManyTags: as above.
    """
    end = size
    for _ in range(MAX_TAGS):
        length = _last_tag_length(file, end)
        if not length or end - length < start:
            return end
        end -= length
    raise TooManyTags


def _last_tag_length(file: BinaryIO, end: int) -> int:
    """The length of the tag that ends at `end`, 0 where none does."""
    if read_at(file, end - _ID3V1, 3) == b"TAG":
        plus = read_at(file, end - _ID3V1 - _ID3V1_ENHANCED, 4) == b"TAG+"
        return _ID3V1 + (_ID3V1_ENHANCED if plus else 0)
    tail = read_at(file, end - _APE_HEADER, _APE_HEADER)
    if tail[:8] == b"APETAGEX":
        return _ape_length(tail)
    if tail[22:25] == b"3DI":
        return _synchsafe(tail[28:32]) + 2 * _ID3V2_HEADER
    if tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    if tail[-9:] == b"LYRICSEND":
        text = read_at(file, max(0, end - _LYRICS3_MAX), min(end, _LYRICS3_MAX))
        begin = text.rfind(b"LYRICSBEGIN")
        return len(text) - begin if begin >= 0 else 0
    return 0


def _synchsafe(four: bytes) -> int:
    return (four[0] & 0x7F) << 21 | (four[1] & 0x7F) << 14 | (four[2] & 0x7F) << 7 | (four[3] & 0x7F)


def _ape_length(mark: bytes) -> int:
    """From an APE header or footer: the stated size counts the footer, but not the header."""
    size = int.from_bytes(mark[12:16], "little")
    flags = int.from_bytes(mark[20:24], "little")
    return max(size, _APE_HEADER) + (_APE_HEADER if flags & 0x8000_0000 else 0)
