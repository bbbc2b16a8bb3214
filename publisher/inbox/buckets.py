"""A prefix of a bucket as an inbox. Objects there are whole or not at all; a drop is complete once its
objects stopped changing."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from publisher.errors import ObjectMissing, PublisherError, StoreError
from publisher.identity import sha256
from publisher.inbox.drops import Drop, Item
from publisher.inbox.folders import forget_old, free_name
from publisher.inbox.names import TAKEN
from publisher.inbox.place import MARK, MOST_ITEMS, Changed
from publisher.inbox.unpacking import NoRoom
from publisher.store.base import Body, Headers, Store, Stored

_BLOCK: Final = 1 << 20
_LEAST_FREE_BYTES: Final = 64 << 20
_MOST_TEXT_BYTES: Final = 1 << 20
_NO_NAMES: Final = ("", ".", "..")


class BucketInbox:
    """An inbox in a store whose objects may have any name.

    Args:
        kept: a folder on this machine for originals.
        today: for the names under which originals are kept, in UTC.
    """

    def __init__(self, store: Store, *, kept: Path, today: date) -> None:
        self._store = store
        self._kept = kept
        self._today = today
        self._fetched: dict[str, Path] = {}

    @property
    def name(self) -> str:
        return self._store.name

    def look(self) -> tuple[Item, ...]:
        found: list[Item] = []
        for stored in self._store.list():
            if stored.key.startswith(f"{TAKEN}/"):
                continue
            found.append(_item(stored))
            if len(found) > MOST_ITEMS:
                raise StoreError(
                    f"the inbox {self.name} holds more than {MOST_ITEMS:,} objects",
                    help="name a prefix that is for new episodes alone",
                )
        return tuple(found)

    def obstacle(self, drop: Drop) -> str:
        return ""

    def fetch(self, drop: Drop, work: Path) -> dict[str, Path]:
        needed = sum(item.length_bytes for item in drop.items)
        if needed + _LEAST_FREE_BYTES > shutil.disk_usage(work).free:
            raise NoRoom
        found = {}
        for place, item in enumerate(drop.items):
            if item.kind == "file":
                # The name that somebody gave it need be none that a disk can have.
                found[item.path] = work / f"{place:05d}"
                self._bring(item, found[item.path])
        self._fetched = found
        return found

    def _bring(self, item: Item, target: Path) -> None:
        try:
            with self._store.open(item.path) as reader, target.open("xb") as copy:
                while block := reader.read(_BLOCK):
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
        except ObjectMissing as error:
            raise Changed(item.path) from error
        if target.stat().st_size != item.length_bytes or not self.is_same(item):
            raise Changed(item.path)

    def is_same(self, item: Item) -> bool:
        found = self._store.head(item.path)
        return found is not None and _version(found) == item.version

    def keep(self, items: Iterable[Item]) -> str:
        forget_old(self._kept, self._today)
        folder = self._kept / self._today.isoformat()
        for item in items:
            if not self.is_same(item):
                continue
            folder.mkdir(parents=True, exist_ok=True)
            fetched = self._fetched.get(item.path)
            if fetched is None or not fetched.exists():
                # A run before this one was killed, and its copy is gone.
                fetched = folder / f".{os.getpid()}.partial"
                fetched.unlink(missing_ok=True)
                self._bring(item, fetched)
            # The name alone: the rest of the key may be none that a disk can have.
            name = "".join(sign if sign.isprintable() and sign not in "/\\" else "-" for sign in item.name)
            fetched.rename(free_name(folder / (name[:100].strip(". ") or "original")))
            self._store.delete(item.path)
        return str(folder)

    def remove(self, items: Iterable[Item], *, folder: str = "") -> None:
        for item in items:
            if item.kind == "file" and self.is_same(item):
                self._store.delete(item.path)
        if folder:
            left = list(self._store.list(f"{folder}/"))
            # Consoles make a folder by an empty object whose name ends with a slash.
            if all(stored.key.endswith("/") and not stored.length_bytes for stored in left):
                for stored in left:
                    self._store.delete(stored.key)

    def tell(self, path: str, text: str) -> bool:
        try:
            before = self._store.read(path, first_bytes=_MOST_TEXT_BYTES)
            if before and not before[0].startswith(MARK.encode()):
                return False
            data = text.encode()
            if before is None or before[0] != data:
                body = Body(lambda: io.BytesIO(data), len(data), sha256(data))
                self._store.put(path, body, Headers("text/plain; charset=utf-8", "no-cache"))
        except PublisherError:
            return False
        return True

    def untell(self, path: str) -> None:
        before = self._store.read(path, first_bytes=len(MARK))
        if before and before[0] == MARK.encode():
            self._store.delete(path)


def _item(stored: Stored) -> Item:
    changed = stored.modified or datetime.now(UTC)
    if stored.key.endswith("/") and not stored.length_bytes:
        return Item(stored.key.rstrip("/"), "folder", 0, "", changed)
    speakable = all(part not in _NO_NAMES for part in stored.key.split("/"))
    return Item(
        stored.key, "file" if speakable else "special", stored.length_bytes, _version(stored), changed
    )


def _version(stored: Stored) -> str:
    """The ETag; some stores write it with quotes in one answer and without in another."""
    return stored.version.strip('"')
