"""What producers were told of that is no release: that publishing failed, and what goes out soon.

It is noted in the store, so that a machine which keeps nothing does not say it again with every run, and
copied into the show's `.publisher/`, so that a run with nothing to say asks the store for nothing. Everybody
can read it in the store: it holds fingerprints, and no address, no name and nothing of what is coming.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from publisher.build.artifact import of_bytes
from publisher.errors import Conflict, PublisherError
from publisher.identity import canonical_json
from publisher.release.names import NOTICES
from publisher.release.telling_notes import FOLDER
from publisher.store import Store

_TRIES: Final = 5


class Notices:
    """The notes of one show, each by its name. Without the store they are this machine's alone, and a store
    that fails is done without: who is told twice has lost nothing.

    Args:
        state: the show's `.publisher/`.
        store: None where it is not known, or does not answer.
        begins: whether the store's notes may be begun; a run that failed writes only where some are.
    """

    def __init__(self, state: Path, store: Store | None = None, *, begins: bool = False) -> None:
        self._copy = LocalNote(state, "notices")
        self._store = store
        self._begins = begins

    def read(self, name: str) -> dict[str, Any]:
        """A note as it was last seen here; the store is asked only by a machine that has seen none."""
        seen = self._copy.read()
        return _note(self._asked() if seen is None else seen, name)

    def fresh(self, name: str) -> dict[str, Any]:
        """A note as the store has it; as it was last seen here where the store does not say."""
        return _note(self._asked(), name)

    def write(self, name: str, note: Mapping[str, Any] | None) -> None:
        """Sets a note; None removes it."""
        self._copy.write(_with(self._copy.read() or {}, name, note))
        if self._store is None:
            return
        with contextlib.suppress(PublisherError):
            for _ in range(_TRIES):
                found, version = self._stored()
                if version is None and not self._begins:
                    return
                try:
                    self._put(_with(found, name, note), version)
                    return
                except Conflict:
                    continue

    def _asked(self) -> dict[str, Any]:
        seen = self._copy.read()
        found = {} if seen is None else seen
        if self._store is not None:
            with contextlib.suppress(PublisherError):
                stored, version = self._stored()
                # What was told while the store did not answer is known here alone.
                found = {**found, **stored}
                if version is None and self._begins:
                    self._put(found, None)
        if found != seen:
            self._copy.write(found)
        return found

    def _stored(self) -> tuple[dict[str, Any], str | None]:
        assert self._store is not None
        got = self._store.read(NOTICES)
        if got is None:
            return {}, None
        return _object(got[0]) or {}, got[1].version

    def _put(self, notes: Mapping[str, Any], version: str | None) -> None:
        assert self._store is not None
        artifact = of_bytes(NOTICES, canonical_json(dict(notes)))
        self._store.replace(artifact.object.key, artifact.body, artifact.headers, expected=version)


class LocalNote:
    """One small file of the show's `.publisher/`. Where it cannot be written to, nothing is remembered."""

    def __init__(self, state: Path, name: str) -> None:
        self._path = state / FOLDER / f"{name}.json"

    def read(self) -> dict[str, Any] | None:
        """None where there is none."""
        with contextlib.suppress(OSError):
            return _object(self._path.read_bytes())
        return None

    def write(self, values: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial = self._path.with_suffix(f".{os.getpid()}.partial")
            partial.write_text(json.dumps(values))
            partial.replace(self._path)

    def forget(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _object(data: bytes) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError, RecursionError):
        values = json.loads(data)
        if isinstance(values, dict):
            return values
    return None


def _note(notes: Mapping[str, Any], name: str) -> dict[str, Any]:
    note = notes.get(name)
    return note if isinstance(note, dict) else {}


def _with(notes: Mapping[str, Any], name: str, note: Mapping[str, Any] | None) -> dict[str, Any]:
    rest = {key: value for key, value in notes.items() if key != name}
    return rest if note is None else {**rest, name: dict(note)}
