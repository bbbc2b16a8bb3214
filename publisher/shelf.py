"""Small values of which a run reads all: some dozens of them stand in a row of the cache together.

Ten thousand rows would each have to be begun and ended. Which row a value stands in is told by its name, so
that one that changes has its own row written again and no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from publisher.cache import Table

_ROWS: Final = 256
_FORM: Final = b"3"
"""Raised when a row means something else: older ones are forgotten."""
_APART: Final = b"\0"
_COLUMNS_APART: Final = b"\1"
"""No name and no value may have either."""
_QUICKLY: Final = 1
"""A level of zlib."""
_TOGETHER: Final = 4
"""So many rests are packed as one."""
_WAITING_BYTES: Final = 8_000_000


class Row:
    """Values that stand together: names, marks and fronts, each column one text, and the rests.

    Whoever finds all marks of a row as he expects them takes its fronts at once, as one text.

    Ten thousand episodes have thirty megabytes of rests, of which a run asks for few: they are packed, so
    that a fifth of that is read and summed, and a few together, so that a few are unpacked for one.
    """

    __slots__ = ("_data", "_ends", "_fronts", "_unpacked", "marks", "names")

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for what `_packed` did not give."""
        ends = [-1]
        for _ in range(5):
            ends.append(data.index(_COLUMNS_APART, ends[-1] + 1))
        form, names, marks, fronts, lengths = [data[start + 1 : end] for start, end in pairwise(ends)]
        self.names = names.decode().split(_APART.decode())
        self.marks = marks.decode().split(_APART.decode())
        self._fronts = fronts
        # The rests stay where they are.
        self._data = data
        self._ends = [*accumulate(map(int, lengths.split()), initial=ends[-1] + 1)]
        self._unpacked: dict[int, list[bytes]] = {}
        counts = {len(self.names), len(self.marks), fronts.count(_APART) + 1}
        if form != _FORM or len(counts) > 1 or self._ends[-1] != len(data):
            raise ValueError("this is no row")

    @property
    def fronts(self) -> list[bytes]:
        return self._fronts.split(_APART)

    def joined(self, between: bytes) -> bytes:
        """The fronts as one text."""
        return self._fronts.replace(_APART, between)

    def rest(self, place: int) -> bytes:
        number, at = divmod(place, _TOGETHER)
        # Where two threads ask at once, both find the same.
        found = self._unpacked.get(number)
        if found is None:
            start, end = self._ends[number : number + 2]
            found = self._unpacked[number] = zlib.decompress(self._data[start:end]).split(_APART)
        return found[at]


def _packed(values: Iterable[tuple[str, str, bytes, bytes]]) -> bytes:
    """A row of values: name, mark, front and rest of each."""
    names, marks, fronts, rests = zip(*values, strict=True)
    starts = range(0, len(rests), _TOGETHER)
    together = [zlib.compress(_APART.join(rests[at : at + _TOGETHER]), _QUICKLY) for at in starts]
    return _COLUMNS_APART.join((
        _FORM,
        _APART.decode().join(names).encode(),
        _APART.decode().join(marks).encode(),
        _APART.join(fronts),
        " ".join(str(len(packed)) for packed in together).encode(),
        b"".join(together),
    ))  # fmt: skip


Place = tuple[Row, int]
"""Where a value stands."""


def loose(front: bytes, rest: bytes) -> Place:
    """A value that stands nowhere."""
    return Row(_packed([("value", "", front, rest)])), 0


class Shelf:
    """Values by name, in one thread, each of a mark, which tells whether it is what somebody looks for, a
    front, for which every run asks, and a rest. Use as a context manager.

    Args:
        folder, table: as `publisher.cache.Table` takes them.
    """

    def __init__(self, folder: Path | None, table: str) -> None:
        self._table = Table(folder, table)
        self._new: dict[str, tuple[str, bytes, bytes]] = {}
        self._new_bytes = 0
        self._used: set[str] = set()
        self._rows: dict[int, Row] = {}
        others = []
        for (scope, key), data in self._table.all().items():
            try:
                number, row = int(key), Row(data)
            except ValueError:
                others.append((scope, key))  # another version's
                continue
            self._table.use(scope, key)
            self._rows[number] = row
        self._table.forget(others)

    @property
    def rows(self) -> Collection[Row]:
        """All that is kept."""
        return self._rows.values()

    @property
    def places(self) -> dict[str, Place]:
        """Of all that is kept, by name."""
        return {name: (row, at) for row in self.rows for at, name in enumerate(row.names)}

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anything is remembered."""
        return self._table.is_open

    def use(self, names: Iterable[str]) -> None:
        """Notes that values are of use: others are forgotten when their row is written."""
        self._used.update(names)

    def put(self, name: str, mark: str, front: bytes, rest: bytes = b"") -> None:
        """Keeps a value: at the latest when the shelf is closed."""
        try:
            data = name.encode() + mark.encode() + front + rest
        except UnicodeEncodeError:
            return  # the name of a file that is not in UTF-8
        if self.is_open and name and _APART not in data and _COLUMNS_APART not in data:
            self._new[name] = mark, front, rest
            self._new_bytes += len(data)
            if self._new_bytes >= _WAITING_BYTES:
                self._write(self.places.keys())
                self._table.flush()

    def close(self) -> None:
        """Writes what waits."""
        self._write(self._used)
        self._table.close()

    def _write(self, kept: Collection[str]) -> None:
        """Writes the rows of values that are new.

        Args:
            kept: names of the values that stay, besides these.
        """
        rows: dict[int, list[tuple[str, str, bytes, bytes]]] = {}
        for name, value in self._new.items():
            rows.setdefault(_number_of(name), []).append((name, *value))
        for number, values in rows.items():
            if row := self._rows.get(number):
                there = zip(row.names, row.marks, row.fronts, strict=True)
                values[:0] = [
                    (name, mark, front, row.rest(at))
                    for at, (name, mark, front) in enumerate(there)
                    if name in kept and name not in self._new
                ]
            data = _packed(values)
            self._table.put("", str(number), data)
            self._rows[number] = Row(data)
        self._used.update(self._new)
        self._new, self._new_bytes = {}, 0


def _number_of(name: str) -> int:
    """Of the row in which a value stands."""
    return zlib.crc32(name.encode()) % _ROWS
