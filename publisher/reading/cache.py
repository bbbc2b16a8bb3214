"""What was found out about a file, remembered by its stat. Safe to delete, never trusted over the file.

One SQLite database in `.publisher/` of the show folder. Whatever goes wrong with it costs time only.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

# Counted up when probes learn something new: what older ones found is then found again.
FACTS_VERSION: Final = 3

_NAME: Final = "cache.sqlite"

# A file changed within the clock's grain after it was read would keep its stat (as git's racy index).
_SETTLED_SECONDS: Final = 2.0

_BATCH: Final = 1000


class FactsCache:
    """Facts by (path, kind), valid while size, time of change and inode stay. Use as a context manager."""

    def __init__(self, folder: Path | None) -> None:
        self._facts: dict[tuple[str, str], tuple[str, str]] = {}
        self._new: dict[tuple[str, str], tuple[str, str]] = {}
        self._connection: sqlite3.Connection | None = None
        if folder is not None:
            self._connection = _connect(folder)
            self._load(folder)

    def __enter__(self) -> FactsCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anything is remembered."""
        return self._connection is not None

    def get(self, path: str, kind: str, stat: os.stat_result) -> Any:
        """The facts, or None where there are none that still hold."""
        found = self._facts.get((path, kind))
        if found is None or found[0] != _stamp(stat):
            return None
        try:
            return json.loads(found[1])
        except ValueError:
            return None

    def holds(self, path: str, kind: str, stat: os.stat_result) -> bool:
        """Whether there are facts that still hold."""
        found = self._facts.get((path, kind))
        return found is not None and found[0] == _stamp(stat)

    def put(self, path: str, kind: str, stat: os.stat_result, facts: Any) -> None:
        if self._connection is not None and time.time() - stat.st_mtime > _SETTLED_SECONDS:
            self._new[path, kind] = (_stamp(stat), json.dumps(facts, ensure_ascii=False))
            if len(self._new) >= _BATCH:
                self._write()

    def close(self) -> None:
        if self._connection is None:
            return
        self._write()
        self._connection.close()
        self._connection = None

    def _write(self) -> None:
        assert self._connection is not None
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)",
                    [(*key, *value) for key, value in self._new.items()],
                )
        except sqlite3.Error:
            pass  # a cache that cannot be written is no cache; the run does not depend on it
        self._new.clear()

    def _load(self, folder: Path) -> None:
        if self._connection is None:
            return
        try:
            rows = self._connection.execute("SELECT path, kind, stamp, facts FROM facts")
            self._facts = {(path, kind): (stamp, facts) for path, kind, stamp, facts in rows}
        except sqlite3.OperationalError:
            self._facts = {}
        except sqlite3.DatabaseError:
            # Its beginning is whole, so that it could be opened, and the rest is not: start a new one.
            self._facts = {}
            self._connection.close()
            self._connection = _anew(folder)


def _stamp(stat: os.stat_result) -> str:
    return f"{FACTS_VERSION}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}"


def _anew(folder: Path) -> sqlite3.Connection | None:
    try:
        folder.joinpath(_NAME).unlink(missing_ok=True)
    except OSError:
        return None
    return _connect(folder)


def _connect(folder: Path) -> sqlite3.Connection | None:
    path = folder / _NAME
    for attempt in range(2):
        connection = None
        try:
            folder.mkdir(exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n")
            connection = sqlite3.connect(path, timeout=2)
            connection.execute(
                "CREATE TABLE IF NOT EXISTS facts"
                " (path TEXT, kind TEXT, stamp TEXT, facts TEXT, PRIMARY KEY (path, kind)) WITHOUT ROWID"
            )
            return connection
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            if attempt or isinstance(error, sqlite3.OperationalError):
                return None
            try:
                path.unlink(missing_ok=True)  # not a database any more: start a new one
            except OSError:
                return None
        except OSError:
            return None
    return None
