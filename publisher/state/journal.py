"""A note that pages are being written: the next run on this machine mends what an interrupted one left.

The feed tells whether a release happened; nothing in the store tells whether its pages did. The note stands
in the show's `.publisher/`, written before the first page and removed after the flip.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Final

from publisher.identity import sha256

_FOLDER: Final = "writing"


class Journal:
    """The notes of one show folder, one for each store it is published to."""

    def __init__(self, state: Path, store_name: str) -> None:
        self._path = state / _FOLDER / f"{sha256(store_name.encode())[:16]}.json"
        self._store_name = store_name

    @property
    def is_open(self) -> bool:
        """Whether a run began to write pages and did not come to its end."""
        return self._path.exists()

    def open(self) -> None:
        """Before the first page is written."""
        # Where the show cannot be written to there is no note, and pages are mended by the next release.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("w") as writer:
                json.dump({"store": self._store_name}, writer)
                writer.flush()
                os.fsync(writer.fileno())

    def close(self) -> None:
        """After the flip, when every page is the release's."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
