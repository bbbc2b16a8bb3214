"""One seekable reader over bytes in memory and stretches of files, so that nothing is copied."""

from __future__ import annotations

import hashlib
import io
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER = 1 << 18
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes [start, end) of the file at `path`."""

    path: Path
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Patched:
    """The bytes of `span` with others in a few places, as they are read: `patches` holds `width` bytes for
    each of `places`, which count from the start of the span, rise, and lie at least `width` apart."""

    span: Span
    places: array[int]
    patches: bytes
    width: int

    def __len__(self) -> int:
        return len(self.span)

    def apply(self, start: int, target: memoryview) -> None:
        """Puts the patches into `target`, which holds the span's bytes from `start` on."""
        width, end = self.width, start + len(target)
        first = bisect_right(self.places, start - width)
        for number in range(first, bisect_left(self.places, end)):
            place = self.places[number]
            patch = self.patches[number * width : (number + 1) * width]
            low, high = max(place, start), min(place + width, end)
            target[low - start : high - start] = patch[low - place : high - place]


Piece = bytes | memoryview | Span | Patched


def open_spliced(pieces: tuple[Piece, ...]) -> BinaryIO:
    """A buffered, seekable reader of the pieces one after the other, positioned at 0.

    Raises:
        OSError: on opening or reading, if a file is gone or has become shorter.
    """
    return io.BufferedReader(_Spliced(pieces), _BUFFER)


def digest_of(open: Callable[[], BinaryIO]) -> str:
    """SHA-256 of what the reader that `open` gives yields, lowercase hexadecimal; closes the reader."""
    digest = hashlib.sha256()
    with open() as reader:
        while block := reader.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class _Spliced(io.RawIOBase):
    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        super().__init__()
        self._pieces = tuple(piece for piece in pieces if len(piece))
        self._starts: list[int] = []
        self._length = 0
        for piece in self._pieces:
            self._starts.append(self._length)
            self._length += len(piece)
        self._position = 0
        self._files: dict[Path, io.FileIO] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._check()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._check()
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}.get(whence)
        if base is None:
            raise ValueError(f"whence is {whence}; 0, 1 or 2 was expected")
        if base + offset < 0:
            raise ValueError(f"cannot seek to {base + offset}, before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        self._check()
        target = memoryview(buffer).cast("B")
        if self._position >= self._length or not target:
            return 0
        place = bisect_right(self._starts, self._position) - 1
        piece, inside = self._pieces[place], self._position - self._starts[place]
        count = min(len(target), len(piece) - inside)
        if isinstance(piece, Span):
            count = self._read_file(piece, inside, target[:count])
        elif isinstance(piece, Patched):
            count = self._read_file(piece.span, inside, target[:count])
            piece.apply(inside, target[:count])
        else:
            target[:count] = piece[inside : inside + count]
        self._position += count
        return count

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()
        super().close()

    def _read_file(self, span: Span, inside: int, target: memoryview) -> int:
        file = self._files.get(span.path)
        if file is None:
            file = self._files[span.path] = io.FileIO(span.path)
        file.seek(span.start + inside)
        count = file.readinto(target)
        if not count:
            raise OSError(f"{span.path} became shorter while it was read")
        return count

    def _check(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")
