"""The boxes of an MP4 file (ISO/IEC 14496-12) and the sample tables within them.

The file's own boxes are walked on disk; `moov`, which is small, is held in memory. Sizes and counts are never
believed further than there are bytes, so that hostile files stay cheap.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from struct import Struct
from typing import BinaryIO

MAX_MOOV = 32 << 20
_MAX_TOP = 100_000
_MAX_CHILDREN = 500
"""Looked at in one box; none that concerns us has more than a few."""
_HEAD = Struct(">I4s")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: it begins at `start`, its content is [body, end)."""

    type: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a track, times in the track's time scale."""

    start: int
    duration: int
    offset: int
    length_bytes: int


def top_boxes(file: BinaryIO, size: int) -> list[Box]:
    """The boxes of the file itself, in order. The end of the last one is where it says, which may lie beyond
    `size`; the list stops at what is no box."""
    found: list[Box] = []
    position = 0
    while position + 8 <= size and len(found) < _MAX_TOP:
        file.seek(position)
        box = _box(file.read(16), 0, position, size)
        if box is None:
            break
        found.append(box)
        position = box.end
    return found


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes in [start, end) of `data`; stops at the first that does not fit, and after some hundreds."""
    end = min(end, len(data))
    for _ in range(_MAX_CHILDREN):
        if start + 8 > end:
            return
        box = _box(data[start : start + 16], 0, start, end)
        if box is None or box.end > end:
            return
        yield box
        start = box.end


def child(data: bytes, box: Box, *path: bytes) -> Box | None:
    """The first box along `path` within `box`."""
    for name in path:
        found = next((inner for inner in boxes(data, box.body, box.end) if inner.type == name), None)
        if found is None:
            return None
        box = found
    return box


def render(type: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return _HEAD.pack(len(body) + 8, type) + body


def full(type: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags."""
    return render(type, bytes((version,)) + flags.to_bytes(3, "big"), *parts)


def _box(head: bytes, at: int, start: int, end: int) -> Box | None:
    length, type = _HEAD.unpack_from(head, at)
    if length == 1:
        if len(head) < at + 16:
            return None
        length = int.from_bytes(head[at + 8 : at + 16], "big")
        return Box(type, start, start + 16, start + length) if length >= 16 else None
    if length == 0:
        return Box(type, start, start + 8, end)
    return Box(type, start, start + 8, start + length) if length >= 8 else None


def numbers(data: bytes, box: Box | None, code: str = "I", skip: int = 8) -> array[int]:
    """The numbers of a table box behind its first `skip` bytes (version, flags, count), as many as its count
    says (if `skip` is 8) and there are bytes for. Flat: a long show has millions of them."""
    return big_endian(b"" if box is None else data[box.body + skip : box.end], code)


def big_endian(data: bytes, code: str) -> array[int]:
    """The whole numbers in these bytes."""
    found = array(code)
    found.frombytes(memoryview(data)[: len(data) // found.itemsize * found.itemsize])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _counted(data: bytes, box: Box | None, code: str, width: int) -> array[int]:
    """The numbers of a table box, `width` of them in each entry that its count announces."""
    found = numbers(data, box, code)
    count = 0 if box is None else int.from_bytes(data[box.body + 4 : box.body + 8], "big")
    return found[: min(count, len(found) // width) * width]


def time_runs(data: bytes, stbl: Box) -> Iterator[tuple[int, int]]:
    """(samples, duration of each) of a track."""
    flat = _counted(data, child(data, stbl, b"stts"), "I", 2)
    for at in range(0, len(flat), 2):
        yield flat[at], flat[at + 1]


def sample_sizes(data: bytes, stbl: Box) -> tuple[int, int, array[int]]:
    """How many samples there are, the size of all where they are alike, and else the size of each."""
    stsz = child(data, stbl, b"stsz")
    if stsz is None or stsz.end - stsz.body < 12:
        return 0, 0, array("I")
    alike = int.from_bytes(data[stsz.body + 4 : stsz.body + 8], "big")
    count = int.from_bytes(data[stsz.body + 8 : stsz.body + 12], "big")
    if alike:
        return count, alike, array("I")
    sizes = numbers(data, stsz, "I", 12)[:count]
    return len(sizes), 0, sizes


def chunk_offsets(data: bytes, stbl: Box) -> array[int]:
    stco = child(data, stbl, b"stco")
    return (
        _counted(data, child(data, stbl, b"co64"), "Q", 1) if stco is None else _counted(data, stco, "I", 1)
    )


def chunks(data: bytes, stbl: Box) -> Iterator[tuple[int, int, int]]:
    """(offset, first sample, samples) of each chunk, for chunks that have samples."""
    offsets = chunk_offsets(data, stbl)
    runs = _counted(data, child(data, stbl, b"stsc"), "I", 3)
    count = sample_sizes(data, stbl)[0]
    sample = done = 0
    for at in range(0, len(runs), 3):
        first, per_chunk = runs[at], runs[at + 1]
        after = runs[at + 3] if at + 3 < len(runs) else len(offsets) + 1
        for chunk in range(max(done + 1, first), min(after, len(offsets) + 1)):
            done = chunk
            here = min(per_chunk, count - sample)
            if here <= 0:
                return
            yield offsets[chunk - 1], sample, here
            sample += here


def media_end(data: bytes, stbl: Box) -> int:
    """The first byte of the file behind every sample of the track."""
    _, alike, sizes = sample_sizes(data, stbl)
    sums = array("Q", accumulate(sizes, initial=0))
    end = 0
    for offset, first, count in chunks(data, stbl):
        length = count * alike if alike else sums[first + count] - sums[first]
        end = max(end, offset + length)
    return end


def samples(data: bytes, stbl: Box, limit: int) -> Iterator[Sample]:
    """The first `limit` samples of a track, in order."""
    _, alike, sizes = sample_sizes(data, stbl)
    durations = (duration for count, duration in time_runs(data, stbl) for _ in range(count))
    time = given = 0
    for chunk_offset, first, count in chunks(data, stbl):
        offset = chunk_offset
        for sample in range(first, first + count):
            if given >= limit:
                return
            length = alike or sizes[sample]
            duration = next(durations, 0)
            yield Sample(time, duration, offset, length)
            offset += length
            time += duration
            given += 1
