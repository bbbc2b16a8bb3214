"""Removing what no kept release refers to. Nothing else ever removes what listeners may be fetching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from publisher.errors import Conflict, PublisherError, UsageError
from publisher.folder_names import STATE_FOLDER
from publisher.manifest import FEED_KEY, Manifest
from publisher.model import Show
from publisher.reading.load import load_show
from publisher.release.former import Former, find_former
from publisher.release.history import Past, chain, ensure_published
from publisher.release.live_pages import pages_of, settle_pages
from publisher.release.names import FOLDERS, NOTICES, copy_key, is_manifest, is_ours, told_key
from publisher.release.preparing import store_of
from publisher.release.private import stores_of
from publisher.release.published import manifest_of, read_published
from publisher.release.uploads import Quiet, Uploads, each
from publisher.state.journal import Journal
from publisher.state.lock import only_run
from publisher.store import PrefixedStore, Store, Stored, abort_stale_uploads

GRACE: Final = timedelta(days=30)
SHORTEST: Final = timedelta(days=1)
"""A publish that runs meanwhile relies on what it found; `Uploads` sends again what is older than half."""

_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class PrunedFeed:
    """What goes of one private feed.

    Attributes:
        name: the feed's, as podcast.yaml has it.
        removable, kept: as `Pruning` has them; keys are those within the feed.
        error: why it was left, wholly or in part; None where it was not.
    """

    name: str
    removable: tuple[Stored, ...] = ()
    kept: tuple[Past, ...] = ()
    error: PublisherError | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "objects": [stored.key for stored in self.removable],
            "kept_releases": [past.name for past in self.kept],
            "error": self.error.message if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class Pruning:
    """What a prune would remove, or has removed.

    Attributes:
        removable: objects that no kept release refers to and that are older than the grace period.
        kept: releases that stay: the one that stands, and every one that stood within the grace period.
        uploads_aborted: multipart uploads of ours that were begun and never ended.
        done: whether they were removed.
        private: the same of each private feed whose secret is known.
        former: what private feeds left that the show has no more.
        notices: what else a person should know.
    """

    removable: tuple[Stored, ...]
    kept: tuple[Past, ...]
    done: bool = False
    uploads_aborted: int = 0
    private: tuple[PrunedFeed, ...] = ()
    former: Former = field(default_factory=Former)
    notices: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many objects go, those of private feeds among them."""
        return sum(1 for _ in self._all())

    @property
    def length_bytes(self) -> int:
        return sum(stored.length_bytes for stored in self._all())

    @property
    def exit_status(self) -> int:
        """0, or that of a private feed that could not be pruned."""
        return max((feed.error.exit_status for feed in self.private if feed.error), default=0)

    def as_json(self) -> dict[str, Any]:
        """Without any address of a private feed: a log must not hold one."""
        return {
            "done": self.done,
            "objects": [stored.key for stored in self.removable],
            "bytes": self.length_bytes,
            "kept_releases": [past.name for past in self.kept],
            "uploads_aborted": self.uploads_aborted,
            "private": [feed.as_json() for feed in self.private],
            "former_private": {
                "objects": len(self.former.removable),
                "waiting": self.former.waiting,
                "reason": self.former.reason or None,
            },
            "notices": list(self.notices),
        }

    def _all(self) -> Iterator[Stored]:
        yield from self.removable
        for feed in self.private:
            yield from feed.removable
        yield from self.former.removable


def prune(
    folder: Path | str,
    *,
    to: str = "",
    endpoint: str = "",
    older_than: timedelta = GRACE,
    yes: bool = False,
    former_feeds: bool = False,
    now: datetime | None = None,
) -> Pruning:
    """Finds, and with `yes` removes, what no kept release refers to, of the public feed or of a private one.

    A private feed is pruned by its own releases; one whose secret is not known is left as it is. What a feed
    left that the show has no more goes whole, after the same grace period.

    Args:
        older_than: the grace period; what is younger stays, whoever refers to it, and so does every release
            that stood at any moment of it.
        yes: whether to act.
        former_feeds: what private feeds left that the show has no more goes at once.
        now: aware; the clock's unless given.

    Raises:
        UsageError: the grace period is under a day, or a secret is too short.
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
        stores = stores_of(loaded.show, store) if loaded.show else {}
        found = _find_all(loaded.show, store, stores, since, at_once=former_feeds)
        if not yes:
            return found
        state = loaded.root / STATE_FOLDER
        _settle(store, state)
        _remove(store, found.removable, found.kept)
        private = tuple(_pruned(feed, stores[feed.name], state) for feed in found.private)
        _remove_former(store, found.former)
        aborted = abort_stale_uploads(store, older_than)
    return replace(found, private=private, done=True, uploads_aborted=aborted)


def _settle(store: Store, state: Path) -> None:
    """Pages that an interrupted run left may name what is removed now."""
    journal = Journal(state, store.name)
    if journal.is_open and settle_pages(Uploads(store, Quiet())):
        journal.close()


def _pruned(feed: PrunedFeed, store: Store | None, state: Path) -> PrunedFeed:
    """The feed without what was found removable. One that fails keeps no other."""
    if feed.error is not None or store is None:
        return feed
    try:
        _settle(store, state)
        _remove(store, feed.removable, feed.kept)
    except PublisherError as error:
        return replace(feed, error=error)
    return feed


def _find_all(
    show: Show | None,
    store: Store,
    stores: Mapping[str, PrefixedStore | None],
    since: datetime,
    *,
    at_once: bool,
) -> Pruning:
    removable, kept = _find(store, since)
    private = tuple(_find_private(name, own, since) for name, own in stores.items() if own and _stands(own))
    by_feed = {"": kept} | {feed.name: feed.kept for feed in private}
    former = find_former(store, show, stores, by_feed, since=since, at_once=at_once)
    notices = [
        f"the private feed {feed.name!r} is left as it is: {feed.secret} is not set"
        for feed in (show.feeds if show else ())
        if stores[feed.name] is None
    ]
    if former.waiting:
        notices.append(f"{former.waiting} objects of former private feeds stay: {former.reason}")
    return Pruning(removable, kept, private=private, former=former, notices=tuple(notices))


def _stands(store: Store) -> bool:
    return store.head(FEED_KEY) is not None


def _find_private(name: str, store: Store, since: datetime) -> PrunedFeed:
    try:
        removable, kept = _find(store, since)
    except PublisherError as error:
        return PrunedFeed(name, error=error)
    return PrunedFeed(name, removable, kept)


def _find(store: Store, since: datetime) -> tuple[tuple[Stored, ...], tuple[Past, ...]]:
    """What of one feed can go, and its releases that stay."""
    kept = _kept(store, since)
    needed = _needed(store, kept)
    listed = (stored for folder in FOLDERS for stored in store.list(folder))
    removable = tuple(
        stored
        for stored in listed
        if stored.key not in needed
        and is_ours(stored.key)
        and stored.modified is not None
        and stored.modified < since
    )
    return removable, kept


def _kept(store: Store, since: datetime) -> tuple[Past, ...]:
    """The release that stands, and those before it until the one that stood when the grace period began."""
    kept: list[Past] = []
    for past in chain(store):
        kept.append(past)
        if past.when is not None and past.when < since:
            break
    return tuple(kept)


def _needed(store: Store, kept: tuple[Past, ...]) -> set[str]:
    needed = {FEED_KEY, NOTICES}
    for past in kept:
        needed |= _keys(past.key, past.manifest)
        # What was rolled back is in the show folder still, and may be wanted again without its audio there.
        undone = manifest_of(store, past.manifest.undone) if past.manifest.undone else None
        if undone:
            needed |= _keys(past.manifest.undone, undone)
    return needed


def _keys(key: str, manifest: Manifest) -> set[str]:
    return {
        key,
        told_key(key),
        *manifest.all_objects(),
        *(copy_key(page) for page in pages_of(manifest).values()),
    }


def _remove(store: Store, removable: tuple[Stored, ...], kept: tuple[Past, ...]) -> None:
    """Manifests first, then the rest, and the feed read in between: see `rollback`."""
    before = read_published(store).manifest_key
    if before != kept[0].key:
        raise _published_meanwhile()
    manifests = [stored.key for stored in removable if is_manifest(stored.key)]
    each(store.delete, manifests)
    rest = iter(stored.key for stored in removable if not is_manifest(stored.key))
    for batch in _batches(rest):
        if read_published(store).manifest_key != before:
            raise _published_meanwhile()
        each(store.delete, batch)


def _remove_former(store: Store, former: Former) -> None:
    """The feeds before the rest: an app finds a feed gone, and not its audio."""
    keys = [stored.key for stored in former.removable]
    feeds = [key for key in keys if key.endswith(f"/{FEED_KEY}")]
    each(store.delete, feeds)
    each(store.delete, [key for key in keys if key not in feeds])


def _batches(keys: Iterable[str]) -> Iterable[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _published_meanwhile() -> Conflict:
    message = "somebody published meanwhile, so that prune does not know any more what is needed"
    help = "nothing that a release needs was removed; run prune again"
    return Conflict(FEED_KEY, message=message, help=help)
