"""The chunks of a WAV or AIFF file: a name of four bytes, a length, so many bytes, padded to an even place.

WAV's lengths are little-endian (RIFF), AIFF's big-endian (IFF). Lengths are never believed further than there
are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Literal

from publisher.audio.mp3.outer_tags import read_at

_MAX_CHUNKS = 10_000
UNKNOWN = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its content is `length` bytes from `body`, as it claims; that may be more than there are."""

    name: bytes
    start: int
    body: int
    length: int

    @property
    def end(self) -> int:
        return self.body + self.length


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks from a place on.

    Attributes:
        found: in order; only the last one may reach beyond the end of the file.
        end: where what is no chunk begins; the file's end, where all is chunks.
        too_many: whether there are more than anybody writes; the others were not looked at.
    """

    found: tuple[Chunk, ...]
    end: int
    too_many: bool = False

    def first(self, *names: bytes) -> Chunk | None:
        return next((chunk for chunk in self.found if chunk.name in names), None)


def read_chunks(
    file: BinaryIO,
    start: int,
    size: int,
    order: Literal["little", "big"],
    lengths: Mapping[bytes, int] | None = None,
) -> Chunks:
    """The chunks in [start, size) of the file.

    Args:
        lengths: what holds in place of a length of 0xFFFFFFFF, by name (RF64).
    """
    found: list[Chunk] = []
    position = start
    while position + 8 <= size:
        if len(found) == _MAX_CHUNKS:
            return Chunks(tuple(found), position, too_many=True)
        head = read_at(file, position, 8)
        if not _is_name(head[:4]):
            break
        length = int.from_bytes(head[4:], order)
        if length == UNKNOWN and lengths:
            length = lengths.get(head[:4], length)
        chunk = Chunk(head[:4], position, position + 8, length)
        found.append(chunk)
        position = min(chunk.end, size)
        if length % 2 and position < size and not _stands_unpadded(read_at(file, position, 5)):
            position += 1
    if size - position == 1 and read_at(file, position, 1) == b"\0":
        position = size
    return Chunks(tuple(found), position)


def _is_name(four: bytes) -> bool:
    return len(four) == 4 and all(0x20 <= byte < 0x7F for byte in four)


def _stands_unpadded(five: bytes) -> bool:
    """Whether a chunk begins here already, as some programs write it, and not behind a padding byte."""
    return _is_name(five[:4]) and not (five[:1] in b"\0" and _is_name(five[1:5]))
