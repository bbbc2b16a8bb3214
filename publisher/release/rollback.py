"""Back to a past release: a new one with the old one's content, flipped like any other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from publisher import __version__
from publisher.build.artifact import Artifact, of_bytes
from publisher.errors import Conflict, StoreError, UsageError
from publisher.folder_names import STATE_FOLDER
from publisher.identity import sha256
from publisher.manifest import Manifest, StoredObject, digest_in, manifest_bytes
from publisher.model import Show
from publisher.reading.load import load_show
from publisher.release.feed_copy import read_copy
from publisher.release.flip import flip, named_feed
from publisher.release.history import Past, ensure_published, find, short
from publisher.release.live_pages import pages_of, restore_pages, settle_pages
from publisher.release.names import copy_key
from publisher.release.preparing import DEFAULT_URL, store_of
from publisher.release.private import store_of_feed
from publisher.release.published import KEPT, Published, keep_copy, read_published
from publisher.release.recipients import wanted_of_rollback
from publisher.release.telling_notes import Records
from publisher.release.told import Told
from publisher.release.uploads import Progress, Quiet, Uploads, each
from publisher.state.journal import Journal
from publisher.state.lock import only_run
from publisher.store import PrefixedStore
from publisher.store.base import Store


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback came to.

    Attributes:
        release: name of the new release.
        repeats: name of the release whose content it has.
        undone: name of the release that stood before.
        feed_url: the feed, which has the same address as ever.
        removed: slugs of episodes that are not in the feed any more.
        reachable: addresses of audio that only the undone release has, and that stay until they are pruned;
            for a private feed, these and `feed_url` do not tell where it is.
        private_left: names of private feeds, which stay as they are when the public one is rolled back.
        told: who was told of it.
    """

    release: str
    repeats: str
    undone: str
    feed_url: str
    removed: tuple[str, ...]
    reachable: tuple[str, ...]
    private_left: tuple[str, ...] = ()
    told: Told = field(default_factory=Told)

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.release,
            "repeats": self.repeats,
            "undone": self.undone,
            "feed_url": self.feed_url,
            "removed": list(self.removed),
            "reachable": list(self.reachable),
            "private_left": list(self.private_left),
            "told": self.told.as_json(),
        }


def rollback(
    folder: Path | str,
    release: str,
    *,
    to: str = "",
    endpoint: str = "",
    feed: str = "",
    tell: bool = False,
    progress: Progress | None = None,
) -> RolledBack:
    """Puts a past release back in the place of the one that stands.

    The show folder is not touched. As long as it still says what was undone, a publish leaves things as they
    are; once it is mended, the next publish releases it.

    Args:
        folder: the show folder.
        release: the first digits of a release's name, or `previous`.
        to, endpoint: go before those of podcast.yaml.
        feed: name of a private feed, which is put back then; without it that is the public one alone.
        tell: write down who is to be told of it; telling is for `publisher.telling`.

    Raises:
        UsageError: there is no such release or feed, or it stands already.
        ShowError: podcast.yaml cannot be read, so that the private feed is not known.
        StoreError: nothing is published, the store failed, or something of the release was pruned.
        Conflict: somebody else published in between; what they released stands.
    """
    progress = progress or Quiet()
    with only_run(folder, say=progress.say):
        loaded = load_show(folder)
        store = store_of_feed(loaded, store_of(loaded, to=to, endpoint=endpoint), feed)
        ensure_published(store)
        published, past = read_published(store), find(store, release)
        if past.key in (published.manifest_key, published.manifest.repeats if published.manifest else ""):
            what = f"the release {past.name} is the one that stands"
            raise UsageError(what, help="publisher history lists others")
        uploads = Uploads(store, progress)
        show = loaded.show if tell and not feed else None
        manifest, artifact = _put_back(loaded.root, uploads, published, past, show)
        keep_copy(loaded.root / STATE_FOLDER / KEPT, *manifest_bytes(manifest), manifest)
    told = _told(published, past, artifact)
    if isinstance(store, PrefixedStore):
        reachable = tuple(store.discreet(address) for address in told.reachable)
        return replace(told, feed_url=store.discreet(told.feed_url), reachable=reachable)
    left = tuple(private.name for private in loaded.show.feeds) if loaded.show else ()
    return replace(told, private_left=left)


def _put_back(
    root: Path, uploads: Uploads, published: Published, past: Past, show: Show | None
) -> tuple[Manifest, Artifact]:
    store, current = uploads.store, published.manifest
    assert current is not None
    _need_whole(store, past)
    feed = _feed_of(store, past)
    # Rolled back twice, the folder still says what stood before the first time.
    undone = current.undone or published.manifest_key
    manifest = replace(
        past.manifest,
        previous=published.manifest_key,
        undone="" if past.key == undone else undone,
        repeats=past.manifest.repeats or past.key,
        # What was announced stays announced, and is not once more when it comes back.
        posts=past.manifest.posts | current.posts,
        completes="",
        version=__version__,
    )
    key, data = manifest_bytes(manifest)
    artifact = of_bytes(key, data, digest_in(key))
    if show:
        ids = wanted_of_rollback(show, public=manifest.url != DEFAULT_URL)
        Records(store, root / STATE_FOLDER).begin(key, ids, previous=published.manifest_key)
    journal = Journal(root / STATE_FOLDER, store.name)
    journal.open()
    restore_pages(uploads, manifest, keep_others=True)
    try:
        flip(uploads, artifact, named_feed([feed], key), expected=published.feed_version)
    except Conflict:
        settle_pages(uploads.afresh())
        journal.close()
        raise
    _need_still_whole(uploads, published, past)
    settle_pages(uploads.afresh())
    journal.close()
    return manifest, artifact


def _need_whole(store: Store, past: Past) -> None:
    missing = _missing(store, past.manifest)
    if missing:
        some = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise StoreError(
            f"the release {past.name} is not whole any more: the store lacks {some}",
            help="it was pruned; choose a later release, or mend the folder and publish",
        )


def _need_still_whole(uploads: Uploads, published: Published, past: Past) -> None:
    """A prune that runs at the same time removes a release's manifest before anything else of it, and reads
    the feed after that: either it sees this flip, or this sees that the manifest is gone."""
    store = uploads.store
    if store.head(past.key) is not None and not _missing(store, past.manifest):
        return
    now = read_published(store)
    before = store.read(published.manifest_key)
    if before is not None and published.manifest is not None:
        again = read_copy(store, published.manifest)
        if again is not None:
            artifact = of_bytes(published.manifest_key, before[0])
            flip(uploads, artifact, named_feed([again], published.manifest_key), expected=now.feed_version)
            restore_pages(uploads, published.manifest)
    raise StoreError(
        f"the release {past.name} was being pruned at the same time; what stood before stands again",
        help="choose a later release",
    )


def _missing(store: Store, manifest: Manifest) -> list[str]:
    """Keys of what a release needs and the store does not have whole."""
    pages = pages_of(manifest)

    def lacks(item: StoredObject) -> str:
        there = _has_page(store, item) if item.key in pages else _stands(store, item)
        return "" if there else item.key

    return [key for key in each(lacks, list(manifest.all_objects().values())) if key]


def _has_page(store: Store, page: StoredObject) -> bool:
    if store.head(copy_key(page)):
        return True
    found = store.read(page.key)
    return found is not None and sha256(found[0]) == page.digest


def _stands(store: Store, item: StoredObject) -> bool:
    stored = store.head(item.key)
    return (
        stored is not None and stored.length_bytes == item.length_bytes and stored.digest in ("", item.digest)
    )


def _feed_of(store: Store, past: Past) -> bytes:
    copy = read_copy(store, past.manifest)
    if copy is None:
        raise StoreError(
            f"the feed of the release {past.name} is not kept whole", help="choose a later release"
        )
    return copy


def _told(published: Published, past: Past, artifact: Artifact) -> RolledBack:
    current = published.manifest
    assert current is not None
    kept = past.manifest.all_objects()
    listed = {episode.guid for episode in past.manifest.episodes}
    return RolledBack(
        release=short(artifact.object.key),
        repeats=past.name,
        undone=short(published.manifest_key),
        feed_url=past.manifest.feed_url,
        removed=tuple(episode.slug for episode in current.episodes if episode.guid not in listed),
        reachable=tuple(
            current.url + episode.enclosure.object.key
            for episode in current.episodes
            if episode.enclosure.object.key not in kept
        ),
    )
