"""A part of a store as a store of its own: every key stands behind a prefix that nobody is told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from publisher.errors import PublisherError
from publisher.store.base import Body, Headers, Store, Stored


class PrefixedStore:
    """What lies below a prefix of another store.

    The prefix is part of an address that must not become known, so neither the name nor an error tells it.

    Args:
        store: the whole.
        prefix: ends with a slash.
        label: what to call this part.
    """

    def __init__(self, store: Store, prefix: str, label: str) -> None:
        self._store = store
        self._prefix = prefix
        self._label = label

    @property
    def prefix(self) -> str:
        """What every key starts with in the whole; not to be told."""
        return self._prefix

    @property
    def name(self) -> str:
        return f"{self._store.name} ({self._label})"

    @property
    def folder(self) -> Path:
        """Where it lies, if the whole is a folder."""
        return Path(self._store.name) / self._prefix

    @property
    def conditional_writes(self) -> bool:
        return self._store.conditional_writes

    def head(self, key: str) -> Stored | None:
        with self._discreet():
            found = self._store.head(self._prefix + key)
        return self._own(found) if found else None

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        with self._discreet():
            found = self._store.read(self._prefix + key, first_bytes=first_bytes)
        return (found[0], self._own(found[1])) if found else None

    def open(self, key: str) -> BinaryIO:
        with self._discreet():
            return self._store.open(self._prefix + key)

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        with self._discreet():
            self._store.put(self._prefix + key, body, headers, progress=progress)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        with self._discreet():
            return self._own(self._store.replace(self._prefix + key, body, headers, expected=expected))

    def list(self, prefix: str = "") -> Iterator[Stored]:
        with self._discreet():
            for stored in self._store.list(self._prefix + prefix):
                yield self._own(stored)

    def delete(self, key: str) -> None:
        with self._discreet():
            self._store.delete(self._prefix + key)

    def discreet(self, text: str) -> str:
        """The text without what must not become known."""
        return text.replace(self._prefix.rstrip("/"), f"({self._label})")

    def _own(self, stored: Stored) -> Stored:
        return Stored(
            stored.key.removeprefix(self._prefix),
            stored.length_bytes,
            stored.version,
            stored.type,
            stored.digest,
            stored.modified,
        )

    @contextlib.contextmanager
    def _discreet(self) -> Iterator[None]:
        try:
            yield
        except PublisherError as error:
            error.message, error.help = self.discreet(error.message), self.discreet(error.help)
            error.args = (error.message,)
            raise
