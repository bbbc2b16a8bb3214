"""Items of a feed, kept in runs of some dozens, as they stand in it one after the other. Pure: whoever keeps
them is handed in.

An item's bytes do not depend on where it stands (`publisher.feed.keys`), and of ten thousand nearly all are
where they were: those are read as some hundred runs, and not one by one. Runs are counted from the oldest
item on, so that the next episode changes the newest one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple, Protocol

from publisher.cutting import is_end
from publisher.feed.item import FeedItem
from publisher.feed.rendering import render_items
from publisher.identity import sha256
from publisher.model import Show

_LEAST, _MOST, _ODDS = 32, 64, 16
_AT_ONCE: Final = 16  # Of so many runs the bytes are read together.


class Run(NamedTuple):
    """Items that stand together.

    Attributes:
        name: tells the items from any others.
        keys: of the items (`publisher.feed.keys.ItemKeys`), the newest first.
        lengths: how many bytes each has.
        digest: SHA-256 of the bytes.
        is_closed: whether it ends by itself, and not with the newest item of the feed.
    """

    name: str
    keys: list[str]
    lengths: list[int]
    digest: str
    is_closed: bool

    @property
    def length_bytes(self) -> int:
        return sum(self.lengths)


class Keeper(Protocol):
    """Where the bytes of runs are kept."""

    def read(self, names: Collection[str]) -> Mapping[str, bytes]:
        """Those that are there, of those asked for."""

    def put(self, name: str, data: bytes) -> None:
        """Keeps one."""


@dataclass(slots=True)
class KeptRuns:
    """The runs of a feed and of its archive pages.

    Args:
        known: of earlier releases.
        keeper: of their bytes.
    """

    show: Show
    known: Sequence[Run]
    keeper: Keeper
    used: dict[str, Run] = field(default_factory=dict)
    """Those that were given out, by their names."""
    _run_of: dict[str, Run] | None = None
    """Of each item that is kept."""

    def of(
        self, keys: Sequence[str], guids: Sequence[str], make: Callable[[int], FeedItem]
    ) -> Iterator[tuple[Run, bytes]]:
        """The items, newest first, in runs; some runs at a time, for their texts do not all fit in memory.

        Args:
            keys, guids: of the items, newest first.
            make: gives an item by its place; asked only for those that are not kept.
        """
        places = self._cut(keys, guids)
        for first in range(0, len(places), _AT_ONCE):
            batch = places[first : first + _AT_ONCE]
            there = self.keeper.read([run.name for _, _, run in batch if run])
            for start, end, run in batch:
                data = there.get(run.name) if run else None
                if run is None or data is None or len(data) != run.length_bytes:
                    made = self._made(keys[start:end], start, make)
                    closed = start > 0 or self._is_closed(guids, start, end)
                    run, data = _run(keys[start:end], made, closed=closed)
                    self.keeper.put(run.name, data)
                self.used[run.name] = run
                yield run, data

    def _cut(self, keys: Sequence[str], guids: Sequence[str]) -> list[tuple[int, int, Run | None]]:
        """[start, end) of each run, and it itself where it is known."""
        keys, found, end = [*keys], list[tuple[int, int, Run | None]](), len(keys)
        by_oldest = {run.keys[-1]: run for run in self.known}
        while end > 0:
            run = by_oldest.get(keys[end - 1])
            start = end - len(run.keys) if run else -1
            if run is None or start < 0 or keys[start:end] != run.keys or not (run.is_closed or start == 0):
                starts = range(end - 1, -1, -1)
                run, start = None, next((at for at in starts if self._is_closed(guids, at, end)), 0)
            found.append((start, end, run))
            end = start
        return found[::-1]

    @staticmethod
    def _is_closed(guids: Sequence[str], start: int, end: int) -> bool:
        return is_end(guids[start], end - start, least=_LEAST, most=_MOST, odds=_ODDS)

    def _made(self, keys: Sequence[str], first: int, make: Callable[[int], FeedItem]) -> list[bytes]:
        """The items of a run that is not kept: those of other runs, and those that are nowhere."""
        if self._run_of is None:
            self._run_of = {key: run for run in self.known for key in run.keys}
        others = {run.name: run for key in keys if (run := self._run_of.get(key))}
        items: dict[str, bytes] = {}
        for name, data in self.keeper.read(others).items():
            if len(data) == others[name].length_bytes:
                items |= zip(others[name].keys, _items(others[name], data), strict=True)
        missing = [place for place, key in enumerate(keys) if key not in items]
        made = render_items(self.show, (make(first + place) for place in missing))
        items |= {keys[place]: item for place, item in zip(missing, made, strict=True)}
        return [items[key] for key in keys]

    def wanted(self, keys: Collection[str]) -> list[Run]:
        """The runs that are of use still: those that were given out, and others with an item of the release
        that is in none of these, as those on archive pages are that stand as they did.

        Args:
            keys: of every item of the release.
        """
        left = {*keys}.difference(*[run.keys for run in self.used.values()])
        others = [run for run in self.known if run.name not in self.used and not left.isdisjoint(run.keys)]
        return [*self.used.values(), *others]


def _run(keys: Sequence[str], items: Sequence[bytes], *, closed: bool) -> tuple[Run, bytes]:
    data = b"".join(items)
    name = hashlib.blake2b("\n".join(keys).encode(), digest_size=16).hexdigest()
    return Run(name, [*keys], [len(item) for item in items], sha256(data), closed), data


def _items(run: Run, data: bytes) -> Iterator[bytes]:
    ends = [*accumulate(run.lengths)]
    return (data[end - length : end] for end, length in zip(ends, run.lengths, strict=True))
