"""What was found out about a file, remembered by its stat. Never trusted over the file."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Final

from publisher.cache import Table

# Counted up when probes learn something new: what older ones found is then found again.
FACTS_VERSION: Final = 4

_TABLE: Final = "facts"

# A file changed within the clock's grain after it was read would keep its stat (as git's racy index).
_SETTLED_SECONDS: Final = 2.0


class FactsCache:
    """Facts by (path, kind), valid while size, times and inode stay. Use as a context manager."""

    def __init__(self, folder: Path | None) -> None:
        self._table = Table(folder, _TABLE)

    def __enter__(self) -> FactsCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anything is remembered."""
        return self._table.is_open

    def get(self, path: str, kind: str, stat: os.stat_result) -> Any:
        """The facts, or None where there are none that still hold."""
        found = self._table.read(path, (kind,)).get(kind)
        if found is None:
            return None
        stamp, _, facts = found.partition(b"\n")
        if stamp != _stamp(stat):
            return None
        try:
            return json.loads(facts)
        except ValueError:
            return None

    def holds(self, path: str, kind: str, stat: os.stat_result) -> bool:
        """Whether there are facts that still hold."""
        found = self._table.read(path, (kind,)).get(kind)
        return found is not None and found.startswith(_stamp(stat) + b"\n")

    def put(self, path: str, kind: str, stat: os.stat_result, facts: Any) -> None:
        if self._table.is_open and time.time() - stat.st_mtime > _SETTLED_SECONDS:
            said = json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")
            self._table.put(path, kind, _stamp(stat) + b"\n" + said)

    def close(self) -> None:
        """Writes what was found in this run."""
        self._table.close()


def _stamp(stat: os.stat_result) -> bytes:
    times = f"{stat.st_mtime_ns}:{stat.st_ctime_ns}"
    return f"{FACTS_VERSION}:{stat.st_size}:{times}:{stat.st_ino}".encode()
