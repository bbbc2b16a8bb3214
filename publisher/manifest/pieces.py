"""Parts of a manifest: some dozens of consecutive episodes, stored apart, read when asked for. Pure.

The manifest of a large show lists its parts, each named by its content, in place of its episodes. A release
with one new episode has nearly all of them as they were: those are neither read nor written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from publisher.errors import StoreError
from publisher.identity import sha256

if TYPE_CHECKING:
    from publisher.manifest.stored import StoredObject

EPISODE: Final = b'{"enclosure":'
"""What each episode begins with: keys are in the order of the alphabet."""
OPENING: Final = b'{"episodes":['
CLOSING: Final = b"]}\n"

ReadParts = Callable[["Sequence[StoredObject]"], "Sequence[bytes | None]"]
"""Gives the bytes of parts, None for one that is not there."""


class PartLost(StoreError):
    """A part of a manifest is not there, or is not what was stored.

    Attributes:
        key: of the part.
        is_there: whether the store has anything of that name.
    """

    def __init__(self, key: str, *, is_there: bool) -> None:
        self.key, self.is_there = key, is_there
        what = "is damaged: its bytes have another digest" if is_there else "is not there"
        super().__init__(
            f"{key}, a part of the manifest, {what}",
            help="restore it from a backup of the store; until then the published show stays as it is",
        )


class Part:
    """One part. Where its bytes are not given they are read when an episode is asked for.

    Args:
        object: as the manifest lists it.
        count: how many episodes it has.
        read: gives the bytes.
        indexed: what an index says of its episodes (`publisher.manifest.index`); empty where there is none.
    """

    __slots__ = ("_data", "_read", "count", "indexed", "object")

    def __init__(
        self,
        object: StoredObject,
        count: int,
        read: ReadParts,
        data: bytes | None = None,
        *,
        indexed: bytes = b"",
    ) -> None:
        self.object = object
        self.count = count
        self.indexed = indexed
        self._read = read
        self._data = data

    @property
    def data(self) -> bytes:
        """Raises PartLost, or whatever else reading raises."""
        # Where two threads ask at once, both read the same.
        if self._data is None:
            (found,) = self._read([self.object])
            self._data = sound(self.object, found)
        return self._data


class Piece(NamedTuple):
    """An episode in a part, as bytes: [start, end) of the part's."""

    part: Part
    start: int
    end: int

    def __bytes__(self) -> bytes:
        return self.part.data[self.start : self.end]


def length_of(piece: bytes | Piece) -> int:
    """How many bytes a piece has; of one in a part nothing is read for it."""
    return piece.end - piece.start if isinstance(piece, Piece) else len(piece)


def is_same(one: bytes | Piece, other: bytes | Piece) -> bool:
    """Whether two pieces are the same bytes; of the same part nothing is read for it."""
    if isinstance(one, Piece) and isinstance(other, Piece) and one.part.object == other.part.object:
        return one[1:] == other[1:]
    return bytes(one) == bytes(other)


def sound(item: StoredObject, data: bytes | None) -> bytes:
    """A part's bytes. Raises PartLost where they are not what was stored."""
    if data is None:
        raise PartLost(item.key, is_there=False)
    if sha256(data) != item.digest:
        raise PartLost(item.key, is_there=True)
    return data
