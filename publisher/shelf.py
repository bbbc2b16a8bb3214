"""Small values of which a run reads all: some dozens of them stand in a row of the cache together.

Ten thousand rows would each have to be begun and ended. Which row a value stands in is told by its name, so
that one that changes has its own row written again and no other.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from publisher.cache import Table

_ROWS: Final = 256
_FORM: Final = b"2"
"""Raised when a row means something else: older ones are forgotten."""
_APART: Final = b"\0"
_COLUMNS_APART: Final = b"\1"
"""No name and no value may have either."""
_QUICKLY: Final = 1
"""A level of zlib."""
_WAITING_BYTES: Final = 8_000_000


class Value:
    """One value.

    Attributes:
        front: what every run asks for.
    """

    __slots__ = ("_place", "_row", "front")

    def __init__(self, front: bytes, row: _Row, place: int) -> None:
        self.front = front
        self._row = row
        self._place = place

    @property
    def rest(self) -> bytes:
        """All else, which is taken out of its row when somebody asks."""
        return self._row.rests()[self._place]


class _Row:
    """Values that stand together: names, fronts and rests, each column one text.

    Ten thousand episodes have thirty megabytes of rests, of which a run asks for few: they are packed, so that
    a tenth of that is read and summed.
    """

    __slots__ = ("_rests", "fronts", "names")

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for what `_packed` did not give."""
        form, names, fronts, rests = data.split(_COLUMNS_APART, 3)
        self.names = names.decode().split(_APART.decode())
        self.fronts = fronts.split(_APART)
        self._rests: bytes | list[bytes] = rests
        if form != _FORM or len(self.names) != len(self.fronts):
            raise ValueError("this is no row")

    def rests(self) -> list[bytes]:
        # Where two threads ask at once, both find the same.
        if isinstance(self._rests, bytes):
            self._rests = zlib.decompress(self._rests).split(_APART)
        return self._rests


def _packed(values: Iterable[tuple[str, bytes, bytes]]) -> bytes:
    """A row of values: name, front and rest of each."""
    names, fronts, rests = zip(*values, strict=True)
    packed = zlib.compress(_APART.join(rests), _QUICKLY)
    return _COLUMNS_APART.join((_FORM, _APART.decode().join(names).encode(), _APART.join(fronts), packed))


def loose(front: bytes, rest: bytes) -> Value:
    """A value that stands nowhere."""
    return Value(front, _Row(_packed([("value", front, rest)])), 0)


class Shelf:
    """Values by name, in one thread. Use as a context manager.

    Args:
        folder, table: as `publisher.cache.Table` takes them.
    """

    def __init__(self, folder: Path | None, table: str) -> None:
        self._table = Table(folder, table)
        self._new: dict[str, tuple[bytes, bytes]] = {}
        self._new_bytes = 0
        self._used: set[str] = set()
        self.values: dict[str, Value] = {}
        """All that are kept."""
        others = []
        for (scope, key), data in self._table.all().items():
            try:
                row = _Row(data)
            except ValueError:
                others.append((scope, key))  # another version's
                continue
            self._table.use(scope, key)
            for place, name in enumerate(row.names):
                self.values[name] = Value(row.fronts[place], row, place)
        self._table.forget(others)

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anything is remembered."""
        return self._table.is_open

    def use(self, name: str) -> None:
        """Notes that a value is of use: others are forgotten when their row is written."""
        self._used.add(name)

    def put(self, name: str, front: bytes, rest: bytes = b"") -> None:
        """Keeps a value: at the latest when the shelf is closed."""
        try:
            data = name.encode() + front + rest
        except UnicodeEncodeError:
            return  # the name of a file that is not in UTF-8
        if self.is_open and name and _APART not in data and _COLUMNS_APART not in data:
            self._new[name] = front, rest
            self._new_bytes += len(data)
            if self._new_bytes >= _WAITING_BYTES:
                self._write(self.values.keys())
                self._table.flush()

    def close(self) -> None:
        """Writes what waits."""
        self._write(self._used)
        self._table.close()

    def _write(self, kept: Iterable[str]) -> None:
        """Writes the rows of values that are new.

        Args:
            kept: names of the values that stay, besides these.
        """
        changed = {_number_of(name) for name in self._new}
        if not changed:
            return
        rows: dict[int, list[tuple[str, bytes, bytes]]] = {}
        for name in kept:
            value = self.values.get(name)
            if value and name not in self._new and (number := _number_of(name)) in changed:
                rows.setdefault(number, []).append((name, value.front, value.rest))
        for name, (front, rest) in self._new.items():
            rows.setdefault(_number_of(name), []).append((name, front, rest))
        for number, values in rows.items():
            data = _packed(values)
            self._table.put("", str(number), data)
            row = _Row(data)
            for place, name in enumerate(row.names):
                self.values[name] = Value(row.fronts[place], row, place)
        self._used.update(self._new)
        self._new, self._new_bytes = {}, 0


def _number_of(name: str) -> int:
    """Of the row in which a value stands."""
    return zlib.crc32(name.encode()) % _ROWS
