"""What saves time in the next run: `.publisher/cache.sqlite` of the show folder, one table for each user.

The file may be deleted, damaged in any byte, shared between two runs, or carried to another machine or
another version of publisher. At worst the next run is slower: nothing here raises, and a value is only given
back if it is, to the bit, what was put.
"""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final

NAME: Final = "cache.sqlite"

# No write-ahead log: it is a second file, which would have to be carried along, and it took twice as long to
# write. Nor does anybody wait for the disk: what a power cut leaves is whole, or found out by its sums.
# Pages of 16 KiB hold a feed's items whole, and so ten thousand are read in half the time.
_SETTINGS: Final = (
    "PRAGMA page_size = 16384",
    "PRAGMA synchronous = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)
_BUSY_SECONDS: Final = 2.0
_BROKEN: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""A file that is none, and one that holds another table than we made. Others, such as `SQLITE_BUSY`, pass."""

# What waits to be written. A run that is killed has lost no more than this.
_WAITING_ROWS: Final = 1000
_WAITING_BYTES: Final = 8_000_000
_ASKED_AT_ONCE: Final = 250

_DAY_SECONDS: Final = 86_400
_NOTED_DAYS: Final = 7
"""How old the note of a value's last use may grow before it is renewed: it would cost every run a write."""
_FORGOTTEN_DAYS: Final = 60


class Table:
    """Values by scope and key, in one thread. Use as a context manager.

    Args:
        folder: where the database lies, made if need be; None for a table that remembers nothing.
        name: the table's; its user counts a number in it up when older values mean something else.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        self._folder = folder
        self._name = name
        self._today = int(time.time()) // _DAY_SECONDS
        self._waiting: dict[tuple[str, str], bytes] = {}
        self._waiting_bytes = 0
        self._long_unused: set[tuple[str, str]] = set()
        self._used: list[tuple[str, str]] = []
        self._connection = _connect(folder, name) if folder is not None else None

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anything is remembered."""
        return self._connection is not None

    def all(self) -> dict[tuple[str, str], bytes]:
        """Every value. Who uses one says so (`use`), or it is forgotten in the end."""
        rows = self._rows(f"SELECT scope, key, day, sum, value FROM {self._name} ORDER BY rowid", ())
        found: dict[tuple[str, str], bytes] = {}
        for scope, key, day, total, value in rows:
            if isinstance(value, bytes) and total == _sum(scope, key, value):
                found[scope, key] = value
                if self._is_old(day):
                    self._long_unused.add((scope, key))
        return found

    def use(self, scope: str, key: str) -> None:
        """Notes that a value that `all` gave is of use still."""
        if self._long_unused and (scope, key) in self._long_unused:
            self._used.append((scope, key))

    def read(self, scope: str, keys: Collection[str]) -> dict[str, bytes]:
        """The values that are there, of those asked for."""
        asked, found = list(keys), dict[str, bytes]()
        for start in range(0, len(asked), _ASKED_AT_ONCE):
            part = asked[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, day, sum, value FROM {self._name} WHERE scope = ? AND key IN ({marks})"
            for key, day, total, value in self._rows(query, (scope, *part)):
                if isinstance(value, bytes) and total == _sum(scope, key, value):
                    found[key] = value
                    if self._is_old(day):
                        self._used.append((scope, key))
        return found

    def put(self, scope: str, key: str, value: bytes) -> None:
        """Keeps a value: at the latest when the table is closed."""
        if self._connection is None or not _is_text(scope + key):
            return
        self._waiting[scope, key] = value
        self._waiting_bytes += len(value)
        if len(self._waiting) >= _WAITING_ROWS or self._waiting_bytes >= _WAITING_BYTES:
            self._write()

    def keep_only(self, scope: str, keys: Collection[str]) -> None:
        """Forgets every other value of the scope."""
        there = {key for (key,) in self._rows(f"SELECT key FROM {self._name} WHERE scope = ?", (scope,))}
        gone = there.difference(keys)
        self._change(f"DELETE FROM {self._name} WHERE scope = ? AND key = ?", ((scope, key) for key in gone))

    def forget(self, names: Iterable[tuple[str, str]]) -> None:
        """Forgets values by scope and key."""
        self._change(f"DELETE FROM {self._name} WHERE scope = ? AND key = ?", names)

    def flush(self) -> None:
        """Writes what waits."""
        self._write()

    def close(self) -> None:
        """Writes what waits, and forgets what nobody has asked for in two months."""
        if self._connection is None:
            return
        self._write()
        used = ((self._today, *row) for row in self._used)
        self._change(f"UPDATE {self._name} SET day = ? WHERE scope = ? AND key = ?", used)
        # A day that is to come was written by a clock that was wrong, or is damaged.
        unused = f"SELECT 1 FROM {self._name} WHERE day < ? OR day > ? LIMIT 1"
        days = (self._today - _FORGOTTEN_DAYS, self._today + 1)
        if self._rows(unused, days):
            self._change(f"DELETE FROM {self._name} WHERE day < ? OR day > ?", [days])
        self._end()

    def _is_old(self, day: Any) -> bool:
        return not isinstance(day, int) or not 0 <= self._today - day <= _NOTED_DAYS

    def _write(self) -> None:
        rows = [
            (scope, key, self._today, _sum(scope, key, value), value)
            for (scope, key), value in self._waiting.items()
        ]
        self._waiting, self._waiting_bytes = {}, 0
        self._change(f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?, ?, ?, ?)", rows)

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            self._failed(error)
            return []

    def _change(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        rows = list(rows)
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                self._connection.executemany(statement, rows)
        except (sqlite3.Error, UnicodeError) as error:
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        """Where the file is broken behind its beginning, it is started anew; all else passes by itself."""
        if _is_broken(error) and self._folder is not None:
            self._end()
            if _remove(self._folder):
                self._connection = _connect(self._folder, self._name)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect(folder: Path, name: str) -> sqlite3.Connection | None:
    """The database, with the table in it. None where there can be none: on a read-only disk, or while another
    program holds it for longer than anybody would wait."""
    try:
        folder.mkdir(exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError:
        if not (folder / NAME).is_file():
            return None
    for _ in range(2):
        connection = None
        try:
            connection = sqlite3.connect(folder / NAME, timeout=_BUSY_SECONDS, isolation_level="IMMEDIATE")
            connection.text_factory = _text
            for setting in _SETTINGS:
                connection.execute(setting)
            _create(connection, name)
            return connection
        except (sqlite3.Error, UnicodeError) as error:
            if connection is not None:
                connection.close()
            if not _is_broken(error) or not _remove(folder):
                return None
    return None


def _create(connection: sqlite3.Connection, name: str) -> None:
    table = (
        f"CREATE TABLE {name} (scope TEXT, key TEXT, day INTEGER, sum INTEGER, value BLOB,"
        " PRIMARY KEY (scope, key))"
    )
    index = f"CREATE INDEX {name}_day ON {name} (day)"
    found = connection.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (name,)
    )
    there = {sql for (sql,) in found}
    if there == {table, index}:
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if there:
            connection.execute(f"DROP TABLE {name}")  # another version's, with other columns
        # Another run may have made it in this very moment.
        connection.execute(table.replace("TABLE", "TABLE IF NOT EXISTS", 1))
        connection.execute(index.replace("INDEX", "INDEX IF NOT EXISTS", 1))


def _is_broken(error: Exception) -> bool:
    # An error that cannot be read quotes a name that is damaged.
    return isinstance(error, UnicodeError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _remove(folder: Path) -> bool:
    """Takes a broken database away, and first what SQLite would write back into a new one of its name."""
    try:
        for ending in ("-journal", "-wal", "-shm", ""):
            folder.joinpath(NAME + ending).unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _is_text(name: str) -> bool:
    """Whether it can be written: the name of a file that is not in UTF-8 cannot."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def _text(data: bytes) -> str:
    """A damaged key is a key that nobody asks for, and no error."""
    return data.decode("utf-8", "replace")


def _sum(scope: object, key: object, value: bytes) -> int:
    """Tells a value that is damaged, or stands under another key than it was put under."""
    return zlib.crc32(value, zlib.crc32(f"{scope}\0{key}".encode()))
