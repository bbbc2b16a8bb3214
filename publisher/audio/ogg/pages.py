"""The pages of an Ogg file (RFC 3533), read in blocks and checked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import BinaryIO

MAGIC = b"OggS"
CONTINUED, FIRST, LAST = 1, 2, 4
HEAD = 27
NO_GRANULE = -1
"""No packet ends on the page."""
SEQUENCE_AT = 18
"""Where a page's number stands; its checksum follows directly."""
_LAYOUT = Struct("<4sBBqIIIB")
_LONGEST = HEAD + 255 + 255 * 255
_BLOCK = 1 << 20
_MAX_FALSE = 2_000
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(slots=True)
class Page:
    """One whole page with a right checksum: [start, end) of the file, its packets' pieces from `body`.

    Attributes:
        lacing: the lengths of the pieces; one of 255 goes on in the next.
        data: the whole page.
    """

    start: int
    end: int
    flags: int
    granule: int
    serial: int
    sequence: int
    checksum: int
    lacing: bytes
    data: memoryview

    @property
    def body(self) -> memoryview:
        return self.data[HEAD + len(self.lacing) :]


@dataclass(frozen=True, slots=True)
class Gap:
    """[start, end) of the file is no sound page.

    Attributes:
        is_cut: a page begins here whose end is not in the file.
        is_damaged: a page of that length stands here, with a wrong checksum.
        only_zeros: nothing else is there.
    """

    start: int
    end: int
    is_cut: bool = False
    is_damaged: bool = False
    only_zeros: bool = False


class TooDamaged(Exception):
    """What looks like pages is none, over and over."""


def checksum(data: bytes | memoryview) -> int:
    """Ogg's checksum: as zlib's, but with the bits the other way round, and from 0."""
    value = zlib.crc32(bytes(data).translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return _mirrored(value)


def renumbered(page: Page, sequence: int) -> bytes:
    """The eight bytes of number and checksum of the page, were it the one of that number.

    The checksum is moved by the difference alone, so that a page that was damaged stays recognisable as such.
    """
    changed = (page.sequence ^ sequence).to_bytes(4, "little").translate(_REVERSED)
    behind = page.end - page.start - SEQUENCE_AT - 4
    value = zlib.crc32(bytes(behind), zlib.crc32(changed, 0xFFFF_FFFF)) ^ 0xFFFF_FFFF
    return sequence.to_bytes(4, "little") + (page.checksum ^ _mirrored(value)).to_bytes(4, "little")


def render(serial: int, sequence: int, flags: int, granule: int, lacing: bytes, body: bytes) -> bytes:
    """A page with its checksum."""
    head = _LAYOUT.pack(MAGIC, 0, flags, granule, serial, sequence, 0, len(lacing)) + lacing
    whole = bytearray(head + body)
    whole[22:26] = checksum(bytes(whole)).to_bytes(4, "little")
    return bytes(whole)


def _mirrored(value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little").translate(_REVERSED), "big")


def read_pages(file: BinaryIO, start: int, size: int) -> Iterator[Page | Gap]:
    """The pages in [start, size) of the file, and what stands between them.

    Raises:
        TooDamaged: after too many false starts, which must not cost minutes.
    """
    window = _Window(file, size)
    position, gap, false = start, -1, 0
    while position < size:
        data = window.at(position)
        page = _page(data, position)
        if isinstance(page, Page):
            if gap >= 0:
                yield _gap(file, gap, position)
                gap = -1
            yield page
            position = page.end
            continue
        if page is not None:
            false += 1
            if false > _MAX_FALSE:
                raise TooDamaged
            if page.is_damaged and (page.end == size or window.at(page.end)[:4] == MAGIC):
                if gap >= 0:
                    yield _gap(file, gap, position)
                    gap = -1
                yield page
                position = page.end
                continue
            if page.is_cut and bytes(data).find(MAGIC, 4) < 0:
                if gap >= 0:
                    yield _gap(file, gap, position)
                yield Gap(position, size, is_cut=True)
                return
        if gap < 0:
            gap = position
        following = bytes(data).find(MAGIC, 1)
        position += following if following > 0 else max(len(data) - 3, 1)
    if gap >= 0:
        yield _gap(file, gap, size)


class _Window:
    """A block of the file that moves along; what it gives reaches a whole page further, if the file does."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._start = 0
        self._data = b""

    def at(self, position: int) -> memoryview:
        end = self._start + len(self._data)
        if not self._start <= position < end or (end - position < _LONGEST and end < self._size):
            self._file.seek(position)
            self._start, self._data = position, self._file.read(min(_BLOCK, self._size - position))
        return memoryview(self._data)[position - self._start :]


def _page(data: memoryview, start: int) -> Page | Gap | None:
    """The page that begins with `data`, or what is wrong with it; None where none begins."""
    if data[:4] != MAGIC:
        return None
    if len(data) < HEAD:
        return Gap(start, start + len(data), is_cut=True)
    _, version, flags, granule, serial, sequence, stated, count = _LAYOUT.unpack_from(data)
    if version or flags > 7:
        return Gap(start, start + HEAD)
    lacing = bytes(data[HEAD : HEAD + count])
    length = HEAD + count + sum(lacing)
    if len(lacing) < count or length > len(data):
        return Gap(start, start + len(data), is_cut=True)
    whole = data[:length]
    without = bytes(whole[:22]) + bytes(4) + bytes(whole[26:])
    if checksum(without) != stated:
        return Gap(start, start + length, is_damaged=True)
    return Page(start, start + length, flags, granule, serial, sequence, stated, lacing, whole)


def read_heads(file: BinaryIO, start: int, size: int) -> Iterator[Page]:
    """The pages in [start, size) one behind the other, without what is in them and with unproved checksums;
    the last one may claim to end behind `size`, and what is no page ends the list."""
    position = start
    while position < size:
        file.seek(position)
        head = file.read(HEAD + 255)
        if len(head) < HEAD or head[:4] != MAGIC:
            return
        _, _, flags, granule, serial, sequence, stated, count = _LAYOUT.unpack_from(head)
        lacing = head[HEAD : HEAD + count]
        end = position + HEAD + count + sum(lacing)
        yield Page(position, end, flags, granule, serial, sequence, stated, lacing, memoryview(b""))
        position = end


def _gap(file: BinaryIO, start: int, end: int) -> Gap:
    only_zeros, position = True, start
    file.seek(start)
    while only_zeros and position < end:
        block = file.read(min(_BLOCK, end - position))
        only_zeros = bool(block) and not block.strip(b"\0")
        position += len(block)
    return Gap(start, end, only_zeros=only_zeros)
