"""One store laid over another: a preview shows a release without touching what is published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from publisher.errors import Conflict, ObjectMissing, StoreError
from publisher.store.base import Body, Headers, Store, Stored


class OverlayStore:
    """Reads from `top`, then from `base`; writes to `top` alone."""

    def __init__(self, top: Store, base: Store) -> None:
        self._top = top
        self._base = base

    @property
    def name(self) -> str:
        return f"{self._top.name} over {self._base.name}"

    @property
    def conditional_writes(self) -> bool:
        return self._top.conditional_writes

    def head(self, key: str) -> Stored | None:
        return self._top.head(key) or self._base.head(key)

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        return self._top.read(key, first_bytes=first_bytes) or self._base.read(key, first_bytes=first_bytes)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._top.open(key)
        except ObjectMissing:
            return self._base.open(key)

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        self._top.put(key, body, headers, progress=progress)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        """As the port says; an object that only `base` holds is expected by its version there."""
        if self._top.head(key) is None:
            beneath = self._base.head(key)
            if (beneath.version if beneath else None) != expected:
                raise Conflict(key)
            expected = None
        return self._top.replace(key, body, headers, expected=expected)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        beneath = self._base.list(prefix)
        below = next(beneath, None)
        for above in self._top.list(prefix):
            while below is not None and below.key < above.key:
                yield below
                below = next(beneath, None)
            if below is not None and below.key == above.key:
                below = next(beneath, None)
            yield above
        if below is not None:
            yield below
            yield from beneath

    def delete(self, key: str) -> None:
        """Removes the object from `top`.

        Raises:
            StoreError: `base` holds it too, and would show it again.
        """
        if self._base.head(key) is not None:
            raise StoreError(f"{key!r} belongs to {self._base.name}, which is only looked at here")
        self._top.delete(key)
