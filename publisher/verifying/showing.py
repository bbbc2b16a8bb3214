"""Which feed and which store are meant; a folder is served for as long as it takes to look at it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from publisher.errors import ShowError, StoreError, UsageError
from publisher.manifest import FEED_KEY, Manifest, read_manifest
from publisher.reading.load import load_show
from publisher.release import store_of
from publisher.release.manifest_parts import parts_from
from publisher.release.published import read_published
from publisher.store import PrefixedStore, Store, open_store
from publisher.verifying.accounting import account
from publisher.verifying.feed_part import ReleasedFeed
from publisher.verifying.outside import look_from_outside
from publisher.verifying.verification import Limits, Verification

_YAML: Final = "podcast.yaml"


def verify_show(
    place: str, *, to: str, endpoint: str, everything: bool, from_manifest: bool, limits: Limits | None
) -> Verification:
    """See `publisher.verifying.verify`."""
    limits = limits or Limits()
    if "@" in place.partition("://")[2].partition("/")[0]:
        raise UsageError(
            "the address of a feed holds a user or a password",
            help="take them out: what only some may read cannot be looked at as everybody does",
        )
    if place.lower().startswith(("http://", "https://")):
        if to or from_manifest:
            raise UsageError(
                "the address of a feed says nothing of a store",
                help="leave the address out: publisher verify --manifest --to STORE",
            )
        return look_from_outside(
            place, local_base=None, manifest=None, changed=None, everything=everything, limits=limits
        )
    store = _store(place, to, endpoint)
    if from_manifest:
        return account(store, everything=everything, workers=limits.workers)
    published = read_published(store)
    if published.manifest is None:
        raise nothing_published(store)
    return verify_stored(
        store,
        published.manifest,
        changed_keys=None,
        everything=everything,
        limits=limits,
        manifest_key=published.manifest_key,
    )


def verify_stored(
    store: Store,
    manifest: Manifest,
    *,
    changed_keys: Collection[str] | None,
    everything: bool,
    limits: Limits,
    manifest_key: str = "",
    released: ReleasedFeed | None = None,
) -> Verification:
    """See `publisher.verifying.verify_release`."""
    previous = None
    if changed_keys is None and manifest.previous and not everything:
        found = store.read(manifest.previous)
        previous = _read(store, manifest.previous, found[0]) if found else None

    def look(feed_url: str, local_base: tuple[str, str] | None) -> Verification:
        return look_from_outside(
            feed_url,
            local_base=local_base,
            manifest=manifest,
            changed=changed_keys,
            everything=everything,
            limits=limits,
            previous=previous,
            manifest_key=manifest_key,
            released=released,
        )

    if store.name.startswith("s3://"):
        return look(manifest.feed_url, None)
    # Imported here: the server is needed for folders alone.
    from publisher.previewing.server import make_app, serving

    folder = store.folder if isinstance(store, PrefixedStore) else Path(store.name)
    app = make_app([folder], public_url=manifest.url, local_url=manifest.url)
    under = manifest.feed_url.startswith(manifest.url)
    with serving(app) as local_url:
        return look(manifest.feed_url if under else manifest.url + FEED_KEY, (manifest.url, local_url))


def nothing_published(store: Store) -> StoreError:
    return StoreError(
        f"{store.name} holds no {FEED_KEY}: nothing is published there",
        help="publish first, or name the store with --to",
    )


def _store(place: str, to: str, endpoint: str) -> Store:
    """A store that is named needs no show folder; where there is one, it may still know the endpoint."""
    if to and not (Path(place) / _YAML).is_file():
        return open_store(to, endpoint=endpoint, base=Path.cwd())
    loaded = load_show(place)
    if loaded.show is None and not to:
        raise ShowError(loaded.problems)
    return store_of(loaded, to=to, endpoint=endpoint)


def _read(store: Store, key: str, data: bytes) -> Manifest | None:
    """A manifest of the past; a damaged one only makes this look at less."""
    try:
        return read_manifest(key, data, parts_from(store))
    except StoreError:
        return None
