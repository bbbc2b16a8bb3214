"""Where records are kept: in the store, and a copy in the show's `.publisher/`, so that a run with nothing to
do asks the store for none."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.build.artifact import of_bytes
from publisher.errors import Conflict, StoreError
from publisher.identity import sha256
from publisher.manifest import Manifest
from publisher.model import Show, Social
from publisher.planning import Plan
from publisher.release.names import told_key
from publisher.release.published import Published
from publisher.release.recipients import networks, new_episodes, tells, wanted
from publisher.release.told import Record, joined, read_record, record_bytes, record_of
from publisher.store import PrefixedStore, Store

FOLDER: Final = "told"
_NONE: Final = b"none"
_KEPT: Final = 8
_BEHIND: Final = 4
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Kept:
    """A record and the version under which the store has it."""

    record: Record
    version: str


class Records:
    """The records of the releases in one store, as one show folder knows them.

    Args:
        state: the show's `.publisher/`; where it cannot be written to, the store is asked more often.
    """

    def __init__(self, store: Store, state: Path) -> None:
        self._store = store
        self._folder = state / FOLDER / sha256(store.name.encode())[:16]

    @property
    def owner(self) -> str:
        """Who claims from here: the same for every run of this folder on this machine, and nobody else's."""
        path = self._folder.parent / "owner"
        own = ""
        with contextlib.suppress(OSError):
            own = path.read_text("ascii", errors="ignore").strip()
        if not own:
            own = os.urandom(12).hex()
            _write(path, own.encode())
        # Somebody may have copied the whole folder.
        return sha256(f"{own}\n{socket.gethostname()}\n{self._folder}".encode())[:24]

    def is_settled(self, release: str) -> bool:
        """Whether a copy says that nobody has to be told of the release any more."""
        data = self._copy(release)
        if data is None:
            return False
        if data == _NONE:
            return True
        with contextlib.suppress(StoreError):
            return read_record(release, data).is_settled
        return False

    def copy(self, release: str) -> Record | None:
        """The record as it was when it was last seen; None where no copy of one is at hand."""
        data = self._copy(release)
        if data is None or data == _NONE:
            return None
        with contextlib.suppress(StoreError):
            return read_record(release, data)
        return None

    def settled_copy(self, release: str) -> Record | None:
        """The record, if a copy of it is at hand that will not change."""
        record = self.copy(release)
        return record if record and record.is_settled else None

    def read(self, release: str) -> Kept | None:
        """The record in the store; None where there is none: nobody was to be told.

        Raises:
            StoreError: the store failed, or the record cannot be read.
        """
        key = told_key(release)
        got = self._store.read(key)
        if got is None:
            self._keep(release, _NONE)
            return None
        record = read_record(key, got[0])
        self._keep(release, got[0])
        return Kept(record, got[1].version)

    def begin(
        self, release: str, ids: tuple[str, ...], *, previous: str, new: tuple[str, ...] = (), left: int = 0
    ) -> None:
        """Before the flip: writes down who is to be told, unless somebody has begun with the same release.

        Args:
            previous: key of the release before, of which somebody may have to be told still.

        Raises:
            StoreError: the store failed.
        """
        behind = self._open_behind(previous) if previous else ()
        if not ids and not left and not behind:
            return
        made = datetime.now(UTC)
        with contextlib.suppress(Conflict):
            self.write(record_of(release, ids, made=made, new=new, left=left, behind=behind), None)

    def _open_behind(self, previous: str) -> tuple[str, ...]:
        record = self.settled_copy(previous)
        if record is None:
            if self.is_settled(previous):
                return ()
            try:
                kept = self.read(previous)
            except StoreError:
                # Whether somebody has to be told of it is for the run that tells to find out.
                return (previous,)
            if kept is None:
                return ()
            record = kept.record
        open_ones = (previous,) if not record.is_settled else ()
        return (*open_ones, *record.behind)[:_BEHIND]

    def write(self, record: Record, expected: str | None) -> Kept:
        """Puts the record in the place of the one that was read.

        Raises:
            Conflict: somebody else has written it in between.
            StoreError: the store failed.
        """
        artifact = of_bytes(told_key(record.release), record_bytes(record))
        stored = self._store.replace(artifact.object.key, artifact.body, artifact.headers, expected=expected)
        self._keep(record.release, record_bytes(record))
        return Kept(record, stored.version)

    def change(self, kept: Kept, change: Callable[[Record], Record]) -> Kept:
        """Writes a change, onto whatever others have written in between.

        Raises:
            Conflict: they did not stop to.
            StoreError: the store failed, or the record is gone.
        """
        for _ in range(_TRIES):
            record = change(kept.record)
            if record == kept.record:
                return kept
            try:
                return self.write(record, kept.version)
            except Conflict:
                again = self.read(kept.record.release)
                if again is None:
                    raise
                kept = again
        raise Conflict(told_key(kept.record.release))

    def add_post(self, release: str, guid: str, post: Social, now: datetime) -> None:
        """Notes with the release that stands where an episode was announced; the next release has it."""
        kept = self.read(release)
        if kept is None:
            with contextlib.suppress(Conflict):
                self.write(record_of(release, (), made=now).with_post(guid, post), None)
                return
            kept = self.read(release)
        if kept is not None:
            self.change(kept, lambda record: record.with_post(guid, post))

    def _path(self, release: str) -> Path:
        return self._folder / Path(release).name

    def _copy(self, release: str) -> bytes | None:
        try:
            return self._path(release).read_bytes()
        except OSError:
            return None

    def _keep(self, release: str, data: bytes) -> None:
        path = self._path(release)
        _write(path, data)
        with contextlib.suppress(OSError):
            for old in sorted(path.parent.glob("*.json"), key=lambda item: item.stat().st_mtime)[:-_KEPT]:
                old.unlink(missing_ok=True)


def begin(store: Store, state: Path, plan: Plan, key: str, manifest: Manifest, *, public: bool) -> None:
    """Writes, before the flip, who is to be told of a release; nothing where that is nobody.

    Args:
        public: whether the feed has an address that others can ask.

    Raises:
        StoreError: the store failed; nothing was released.
    """
    if not tells(plan.show):
        return
    ids, left = wanted(plan, now=plan.now, public=public)
    new = new_episodes(manifest, plan.before)
    Records(store, state).begin(key, ids, previous=manifest.previous, new=new, left=left)


def announced(show: Show, store: Store, published: Published, state: Path) -> dict[str, tuple[Social, ...]]:
    """Where episodes were announced since the release that stands was made, or shortly before; of each of
    them all that is known. Where the store fails, what it could not say is for the next release to say."""
    manifest = published.manifest
    if manifest is None or show.private or isinstance(store, PrefixedStore) or not any(networks(show)):
        return {}
    records, posts = Records(store, state), dict[str, tuple[Social, ...]]()
    for release in filter(None, (manifest.previous, published.manifest_key)):
        record = records.settled_copy(release)
        if record is None and not records.is_settled(release):
            with contextlib.suppress(StoreError):
                kept = records.read(release)
                record = kept.record if kept else None
        for guid, found in (record.posts if record else {}).items():
            posts[guid] = joined(posts.get(guid) or manifest.posts.get(guid, ()), found)
    return {guid: found for guid, found in posts.items() if manifest.posts.get(guid) != found}


def _write(path: Path, data: bytes) -> None:
    """Where that is not possible, the next run asks the store."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(data)
        partial.replace(path)
