"""Small values of which a run reads all: some dozens of them stand in a row of the cache together.

Ten thousand rows would each have to be begun and ended. Which row a value stands in is told by its name, so
that one that changes has its own row written again and no other.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

from publisher.cache import Table

_ROWS: Final = 256
_APART: Final = b"\0"
"""Between names and values, none of which may have it."""
_WAITING_BYTES: Final = 8_000_000


class Shelf:
    """Values by name, in one thread. Use as a context manager.

    Args:
        folder, table: as `publisher.cache.Table` takes them.
    """

    def __init__(self, folder: Path | None, table: str) -> None:
        self._table = Table(folder, table)
        self._rows: dict[int, dict[str, bytes]] = {}
        self._new: dict[str, bytes] = {}
        self._new_bytes = 0
        self._used: set[str] = set()
        self.values: dict[str, bytes] = {}
        """All that are kept."""
        for (scope, key), row in self._table.all().items():
            names, values = (row.split(_APART)[start::2] for start in (0, 1))
            try:
                found = dict(zip([name.decode() for name in names], values, strict=True))
                self._rows[int(key)] = found
            except ValueError:
                continue  # another version's
            self._table.use(scope, key)
            self.values |= found

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

    def put(self, name: str, value: bytes) -> None:
        """Keeps a value: at the latest when the shelf is closed."""
        try:
            is_kept = self.is_open and _APART not in name.encode() + value
        except UnicodeEncodeError:
            return  # the name of a file that is not in UTF-8
        if is_kept:
            self._new[name] = value
            self._new_bytes += len(value)
            if self._new_bytes >= _WAITING_BYTES:
                self._write()

    def close(self) -> None:
        """Writes what waits."""
        for row in self._changed() & self._rows.keys():
            kept = self._rows[row]
            self._rows[row] = {name: value for name, value in kept.items() if name in self._used}
        self._write()
        self._table.close()

    def _changed(self) -> set[int]:
        return {_row(name) for name in self._new}

    def _write(self) -> None:
        rows = self._changed()
        for name, value in self._new.items():
            self._rows.setdefault(_row(name), {})[name] = value
        self._used |= self._new.keys()
        self._new, self._new_bytes = {}, 0
        for row in rows:
            parts = [part for name, value in self._rows[row].items() for part in (name.encode(), value)]
            self._table.put("", str(row), _APART.join(parts))


def _row(name: str) -> int:
    return zlib.crc32(name.encode()) % _ROWS
