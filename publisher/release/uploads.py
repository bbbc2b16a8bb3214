"""Putting artifacts into the store: each once, several at a time, counted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar

from publisher.build.artifact import Artifact
from publisher.manifest import Listing, Manifest, StoredObject
from publisher.store.base import Store

WORKERS: Final = 8
_ASKED_FROM_BYTES: Final = 64 << 10
"""What is smaller is sent to a bucket as soon as it is asked for, and most of it is not there."""

_OLD: Final = timedelta(hours=12)
_BLOCK: Final = 1 << 20

T = TypeVar("T")
R = TypeVar("R")


class Progress(Protocol):
    """What is told of a release while it runs; called from several threads."""

    def expect(self, length_bytes: int) -> None:
        """That many bytes more will have to be stored, as far as is known."""

    def advance(self, length_bytes: int) -> None:
        """So many have been stored; negative when a retry starts over."""

    def listen(self, done_seconds: float, total_seconds: float) -> None:
        """So much sound has been measured or encoded, of so much."""

    def say(self, text: str) -> None:
        """What is being done, in a few words."""


class Quiet:
    """Progress that nobody watches."""

    def expect(self, length_bytes: int) -> None: ...

    def advance(self, length_bytes: int) -> None: ...

    def listen(self, done_seconds: float, total_seconds: float) -> None: ...

    def say(self, text: str) -> None: ...


class Uploads:
    """Stores what is not there yet.

    Objects of the last manifest are known to be there, by key and digest; anything else that is named by its
    digest is asked for first, unless sending it takes no longer than asking, so that a run after an
    interrupted one does nothing twice that takes its time.
    """

    def __init__(self, store: Store, progress: Progress) -> None:
        self.store = store
        self.progress = progress
        self.count = 0
        self.length_bytes = 0
        self.keys: list[str] = []
        """Of what was stored."""
        self._damaged: frozenset[str] = frozenset()
        self._known: Mapping[str, StoredObject] = Listing()
        self._there: dict[str, str] = {}
        """Digests by key, of what was stored or forgotten since; empty for the latter."""
        self._lock = threading.Lock()

    def afresh(self) -> Uploads:
        """The same store and the same count, and nothing known to be there."""
        uploads = Uploads(self.store, self.progress)
        uploads.count, uploads.length_bytes = self.count, self.length_bytes
        uploads.keys = self.keys
        return uploads

    def know(
        self, manifest: Manifest | None, *, slugs: Collection[str] | None, but: frozenset[str] = frozenset()
    ) -> None:
        """Counts a manifest's objects as stored, but for those that are known to be damaged.

        Args:
            slugs: of the episodes of which anything may be stored; of ten thousand others nothing is read.
                None for all.
        """
        self._damaged = but
        if manifest:
            self._known = manifest.all_objects(slugs)
            self._there |= dict.fromkeys(but, "")

    def is_sound(self, key: str) -> bool:
        """Whether what the release has at a key is not known to be damaged."""
        return key not in self._damaged

    def forget(self, key: str) -> None:
        """Counts whatever is said to stand at a key as unknown."""
        with self._lock:
            self._there[key] = ""

    def keep(self, artifact: Artifact) -> StoredObject:
        """Stores the artifact unless it is there.

        Raises:
            StoreError: the store failed; nothing of the artifact is visible.
        """
        item = artifact.object
        with self._lock:
            if self._is_known(item):
                return item
        if not self._found(item):
            self.progress.say(item.key)
            self.store.put(item.key, artifact.body, artifact.headers, progress=self.progress.advance)
            with self._lock:
                self.count += 1
                self.length_bytes += item.length_bytes
                self.keys.append(item.key)
        with self._lock:
            self._there[item.key] = item.digest
        return item

    def keep_all(self, artifacts: Sequence[Artifact]) -> tuple[StoredObject, ...]:
        """Stores those artifacts that are not there, several at a time, and gives what is stored of each, in
        their order. Raises as `keep` does."""
        # A large feed has hundreds of parts, of which nearly all are known to be there: to hand each to a
        # thread takes longer than to look.
        with self._lock:
            new = [artifact for artifact in artifacts if not self._is_known(artifact.object)]
        each(self.keep, new)
        return tuple(artifact.object for artifact in artifacts)

    def _is_known(self, item: StoredObject) -> bool:
        digest = self._there.get(item.key)
        if digest is None:
            known = self._known.get(item.key)
            digest = known.digest if known else ""
        return digest == item.digest

    @property
    def mends(self) -> bool:
        """Whether something in the store is known to be damaged."""
        return bool(self._damaged)

    def has(self, item: StoredObject) -> bool:
        """Whether the object is in the store, as far as `keep` would trust it."""
        with self._lock:
            known = self._is_known(item)
        return known or self._found(item)

    def accept(self, item: StoredObject, sent: bool) -> bool:
        """Looks whether an object that another machine has stored is there, and counts it as stored if it is.

        Args:
            sent: whether that machine sent it; else it was there before.

        Raises:
            StoreError: the store failed.
        """
        stored = self.store.head(item.key)
        if stored is None or stored.length_bytes != item.length_bytes:
            return False
        if (stored.digest or self._digest_of(item.key)) != item.digest:
            return False
        with self._lock:
            self._there[item.key] = item.digest
            if sent:
                self.count += 1
                self.length_bytes += item.length_bytes
                self.keys.append(item.key)
        self.progress.advance(item.length_bytes)
        return True

    def _digest_of(self, key: str) -> str:
        """Where a store keeps no digests, the bytes tell."""
        digest = hashlib.sha256()
        with self.store.open(key) as reader:
            while block := reader.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    def _found(self, item: StoredObject) -> bool:
        if item.length_bytes < _ASKED_FROM_BYTES and self.store.name.startswith("s3://"):
            return False
        if item.digest[:24] not in item.key or item.key in self._damaged:
            return False
        stored = self.store.head(item.key)
        if stored is None or stored.length_bytes != item.length_bytes:
            return False
        # What is old and in no release that stands may be removed by a prune at any moment; sent again it is
        # young, and stays.
        old = stored.modified is not None and datetime.now(UTC) - stored.modified > _OLD
        return stored.digest in ("", item.digest) and not old


def each(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    workers: int = WORKERS,
    stop: Callable[[], None] | None = None,
) -> list[R]:
    """Applies the function to every item, several at a time, and gives the results in order.

    The first failure (or an interrupt) stops what has not begun, waits for what has, and is raised.

    Args:
        stop: called then, for what has begun to end early.
    """
    if len(items) <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(max_workers=min(workers, len(items)), thread_name_prefix="release") as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            if stop is not None:
                stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        return [future.result() for future in futures]
