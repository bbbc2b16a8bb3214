"""A feed whose items stand in runs: it is written, summed and copied from where they lie. Pure.

Of ten thousand items it has some thirty megabytes, which are never joined.
"""

from __future__ import annotations

from dataclasses import dataclass

from publisher.feed.runs import Run


@dataclass(frozen=True, slots=True)
class FeedPieces:
    """A feed.

    Attributes:
        head: what stands before the items.
        runs: the items, newest first.
        tail: what stands behind them.
    """

    head: bytes
    runs: tuple[tuple[Run, bytes], ...]
    tail: bytes

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The bytes, one piece after the other."""
        return (self.head, *(data for _, data in self.runs), self.tail)

    @property
    def length_bytes(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def count(self) -> int:
        """Of the items."""
        return sum(len(run.keys) for run, _ in self.runs)

    def whole(self) -> bytes:
        return b"".join(self.pieces)

    def item(self, place: int) -> bytes:
        """An item by its place, counted from the newest. Raises IndexError where there is none."""
        for run, data in self.runs:
            if place < len(run.lengths):
                start = sum(run.lengths[:place])
                return data[start : start + run.lengths[place]]
            place -= len(run.lengths)
        raise IndexError(place)
