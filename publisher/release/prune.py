"""Removing what no kept release refers to. Nothing else ever removes what listeners may be fetching."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from publisher.errors import Conflict, UsageError
from publisher.identity import DIGEST_CHARACTERS
from publisher.manifest import FEED_KEY, Manifest
from publisher.model import Show
from publisher.private import FOLDER, TOKEN_CHARACTERS
from publisher.reading.load import STATE_FOLDER, load_show
from publisher.release.history import Past, chain, ensure_published
from publisher.release.journal import Journal
from publisher.release.live_pages import copy_key, pages_of, settle_pages
from publisher.release.lock import only_run
from publisher.release.preparing import store_of
from publisher.release.private import tokens
from publisher.release.published import manifest_of, read_published
from publisher.release.uploads import Quiet, Uploads, each
from publisher.store import Store, Stored, abort_stale_uploads

GRACE: Final = timedelta(days=30)
SHORTEST: Final = timedelta(days=1)
"""A publish that runs meanwhile relies on what it found; `Uploads` sends again what is older than half."""

# Only names that publisher gives are ever looked at: a bucket may hold other things.
_FOLDERS: Final = (
    *("media/", "artwork/", "images/", "transcripts/", "chapters/", "site/", "archive/"),
    *("releases/", "episodes/"),
)
_PRIVATE: Final = re.compile(rf"{FOLDER}([0-9a-f]{{{TOKEN_CHARACTERS}}})/.+")
_OURS: Final = re.compile(
    rf"(?:media|artwork|images|transcripts|chapters|site|archive)/[^/]*-[0-9a-f]{{{DIGEST_CHARACTERS}}}\.[A-Za-z0-9.]+"
    rf"|releases/(?:[0-9a-f]{{64}}\.json|feed-[0-9a-f]{{{DIGEST_CHARACTERS}}}\.xml)"
    rf"|releases/pages/page-[0-9a-f]{{{DIGEST_CHARACTERS}}}\.(?:html|xml\.gz)"
    r"|episodes/[^/]+/index\.html"
)
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Pruning:
    """What a prune would remove, or has removed.

    Attributes:
        removable: objects that no kept release refers to and that are older than the grace period.
        kept: releases that stay: the one that stands, and every one that stood within the grace period.
        uploads_aborted: multipart uploads of ours that were begun and never ended.
        done: whether they were removed.
    """

    removable: tuple[Stored, ...]
    kept: tuple[Past, ...]
    done: bool = False
    uploads_aborted: int = 0

    @property
    def length_bytes(self) -> int:
        return sum(stored.length_bytes for stored in self.removable)

    def as_json(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "objects": [stored.key for stored in self.removable],
            "bytes": self.length_bytes,
            "kept_releases": [past.name for past in self.kept],
            "uploads_aborted": self.uploads_aborted,
        }


def prune(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    older_than: timedelta = GRACE,
    yes: bool = False,
    now: datetime | None = None,
) -> Pruning:
    """Finds, and with `yes` removes, what no kept release refers to.

    Args:
        older_than: the grace period; what is younger stays, whoever refers to it, and so does every release
            that stood at any moment of it.
        yes: whether to act.
        now: aware; the clock's unless given.

    Raises:
        UsageError: the grace period is under a day.
        StoreError: nothing is published, or the store failed; what is gone by then nobody needs.
        Conflict: somebody published meanwhile; the rest was left.
    """
    if older_than < SHORTEST:
        what = "the grace period is under a day, and a publish may be running"
        raise UsageError(what, help="give --older-than 1d or more")
    with only_run(folder):
        loaded = load_show(folder)
        store = store_of(loaded, to=to, endpoint=endpoint)
        ensure_published(store)
        since = (now or datetime.now(UTC)) - older_than
        found = _find(store, since, loaded.show)
        if not yes:
            return found
        # Pages that an interrupted run left may name what is removed now.
        journal = Journal(loaded.root / STATE_FOLDER, store.name)
        if journal.is_open and settle_pages(Uploads(store, Quiet())):
            journal.close()
        _remove(store, found)
        aborted = abort_stale_uploads(store, older_than)
    return Pruning(found.removable, found.kept, True, aborted)


def _find(store: Store, since: datetime, show: Show | None) -> Pruning:
    kept = _kept(store, since)
    needed = _needed(store, kept)
    listed = (stored for folder in _FOLDERS for stored in store.list(folder))
    removable = tuple(
        stored
        for stored in listed
        if stored.key not in needed
        and _OURS.fullmatch(stored.key)
        and stored.modified is not None
        and stored.modified < since
    )
    return Pruning((*removable, *_former_private(store, show)), kept)


def _former_private(store: Store, show: Show | None) -> Iterable[Stored]:
    """Everything of private feeds whose secret was changed, or that the show has no more: their addresses are
    to be known to nobody any more, however young they are. Without every secret nothing can be told."""
    if show is None:
        return
    known = tokens(show)
    if len(known) < len(show.feeds):
        return
    for stored in store.list(FOLDER):
        match = _PRIVATE.fullmatch(stored.key)
        if match and match[1] not in known.values():
            yield stored


def _kept(store: Store, since: datetime) -> tuple[Past, ...]:
    """The release that stands, and those before it until the one that stood when the grace period began."""
    kept: list[Past] = []
    for past in chain(store):
        kept.append(past)
        if past.when is not None and past.when < since:
            break
    return tuple(kept)


def _needed(store: Store, kept: tuple[Past, ...]) -> set[str]:
    needed = {FEED_KEY}
    for past in kept:
        needed |= _keys(past.key, past.manifest)
        # What was rolled back is in the show folder still, and may be wanted again without its audio there.
        undone = manifest_of(store, past.manifest.undone) if past.manifest.undone else None
        if undone:
            needed |= _keys(past.manifest.undone, undone)
    return needed


def _keys(key: str, manifest: Manifest) -> set[str]:
    return {key, *manifest.all_objects(), *(copy_key(page) for page in pages_of(manifest).values())}


def _remove(store: Store, found: Pruning) -> None:
    """Manifests first, then the rest, and the feed read in between: see `rollback`."""
    before = read_published(store).manifest_key
    if before != found.kept[0].key:
        raise _published_meanwhile()
    manifests = [stored.key for stored in found.removable if _is_manifest(stored.key)]
    each(store.delete, manifests)
    rest = iter(stored.key for stored in found.removable if not _is_manifest(stored.key))
    for batch in _batches(rest):
        if read_published(store).manifest_key != before:
            raise _published_meanwhile()
        each(store.delete, batch)


def _is_manifest(key: str) -> bool:
    return key.startswith("releases/") and key.endswith(".json")


def _batches(keys: Iterable[str]) -> Iterable[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _published_meanwhile() -> Conflict:
    message = "somebody published meanwhile, so that prune does not know any more what is needed"
    help = "nothing that a release needs was removed; run prune again"
    return Conflict(FEED_KEY, message=message, help=help)
