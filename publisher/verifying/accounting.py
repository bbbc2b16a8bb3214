"""The store against its manifest: is every object there and sound, and can the feed be made again from it?

Nothing but the store is asked: it works on a machine that never saw the show folder.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from publisher.errors import (
    AccessDenied,
    NoSuchBucket,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from publisher.identity import sha256
from publisher.manifest import FEED_KEY, Manifest, PartLost, StoredObject, feed_names, named_by, read_manifest
from publisher.manifest.pieces import ReadParts
from publisher.private import FOLDER
from publisher.release import feed_copy
from publisher.release.manifest_parts import parts_from, remembered
from publisher.release.names import NOTICES, copied, is_manifest, is_page, told_key
from publisher.release.uploads import each
from publisher.store import Store
from publisher.store.base import is_key
from publisher.verifying.content import bare
from publisher.verifying.verification import Fault, Verification, as_problems

_BLOCK: Final = 1 << 20
_RELEASES: Final = "releases/"
_RESTORE: Final = "make it again from the show folder: publisher publish --mend; or restore it from a backup"

# What the store itself is to blame for: the objects may be well.
_ITS_OWN: Final = (AccessDenied, NoSuchBucket, StoreFull, StoreUnavailable)


@dataclass(frozen=True, slots=True)
class _Accounts:
    """What one reading of the store came to."""

    faults: list[Fault]
    checked: int
    unaccounted: int
    rebuilt: bool


def account(store: Store, *, everything: bool, workers: int) -> Verification:
    """Accounts for every object of a store.

    Args:
        everything: read every object and compare its digest; otherwise only what the store says of it.

    Raises:
        StoreError: the store failed, or nothing is published there.
    """
    started = time.monotonic()
    while True:
        feed, version = _feed(store)
        accounts = _accounts(store, feed, everything, workers)
        now = store.head(FEED_KEY)
        # Somebody published meanwhile: what was read belongs to two releases.
        if not accounts.faults or (now is not None and now.version == version):
            break
    return Verification(
        problems=as_problems(accounts.faults),
        checked=accounts.checked,
        skipped=0,
        reached=True,
        seconds=time.monotonic() - started,
        unaccounted=accounts.unaccounted,
        rebuilt=accounts.rebuilt,
    )


def _feed(store: Store) -> tuple[bytes, str]:
    found = store.read(FEED_KEY)
    if found is None:
        from publisher.verifying.showing import nothing_published

        raise nothing_published(store)
    return found[0], found[1].version


def _accounts(store: Store, feed: bytes, everything: bool, workers: int) -> _Accounts:
    key = named_by(feed)
    if not key:
        message = "the feed names no manifest, so publisher did not write it"
        return _Accounts([Fault("verify-rebuild", FEED_KEY, message, _RESTORE)], 1, 0, False)
    manifest = _manifest(store, key)
    if isinstance(manifest, Fault):
        return _Accounts([manifest], 2, 0, False)
    objects = [item for item in manifest.all_objects().values() if item.key != FEED_KEY]
    found = each(lambda item: _looked_at(store, item, everything), objects, workers=workers)
    faults = [fault for fault in found if fault]
    rebuilt = _rebuilt(store, manifest, key, feed)
    if isinstance(rebuilt, Fault):
        faults.append(rebuilt)
    accounted, old = _all_accounted(store, manifest, key)
    unaccounted = sum(1 for stored in store.list() if not _is_accounted(stored.key, accounted))
    return _Accounts(faults + old, len(objects) + 2, unaccounted, not isinstance(rebuilt, Fault))


def _manifest(store: Store, key: str, read_parts: ReadParts | None = None) -> Manifest | Fault:
    found = store.read(key)
    if found is None:
        return Fault("verify-missing", key, "the manifest that the feed names is not there", _RESTORE)
    if key != f"{_RELEASES}{sha256(found[0])}.json":
        message = "the manifest that the feed names has other bytes than its name says"
        return Fault("verify-damaged", key, message, _RESTORE)
    try:
        return read_manifest(key, found[0], read_parts or parts_from(store))
    except PartLost as error:
        rule, what = (
            ("verify-damaged", "a part of the manifest has other bytes than its name says")
            if error.is_there
            else ("verify-missing", "a part of the manifest is not there")
        )
        return Fault(rule, error.key, what, _RESTORE)


def _looked_at(store: Store, item: StoredObject, everything: bool) -> Fault | None:
    if not is_key(item.key):
        return Fault(
            "verify-damaged", item.key[:200], "the manifest lists what cannot be an object", _RESTORE
        )
    stored = store.head(item.key)
    if stored is None:
        return Fault("verify-missing", item.key, "the object is not in the store", _RESTORE)
    if stored.length_bytes != item.length_bytes:
        message = f"the object has {stored.length_bytes} bytes, and was released with {item.length_bytes}"
        return Fault("verify-damaged", item.key, message, _RESTORE)
    if stored.type and bare(stored.type) != bare(item.type):
        message = f"the object is stored as {stored.type}, and was released as {item.type}"
        return Fault("verify-damaged", item.key, message, "put it back with its type")
    digest = stored.digest
    if everything:
        try:
            digest = _digest(store, item.key)
        except ObjectMissing:
            return Fault("verify-missing", item.key, "the object is not in the store", _RESTORE)
        except _ITS_OWN:
            raise
        except StoreError as error:
            return Fault("verify-damaged", item.key, error.message, _RESTORE)
    if digest and digest != item.digest:
        message = "the object has other bytes than were released (their SHA-256 differs)"
        return Fault("verify-damaged", item.key, message, _RESTORE)
    return None


def _digest(store: Store, key: str) -> str:
    digest = hashlib.sha256()
    with store.open(key) as reader:
        while block := reader.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _rebuilt(store: Store, manifest: Manifest, key: str, feed: bytes) -> bytes | Fault:
    """The feed made again: the copy that the manifest lists, and the line that names the manifest in it.

    A release of before copies were kept has none: there the feed without that line has to be what was
    released.
    """
    if manifest.feed is None:
        return Fault("verify-rebuild", key, "the manifest says nothing of its feed", _RESTORE)
    copy = feed.replace(feed_names(key), b"", 1)
    if manifest.feed_parts or manifest.feed.key != FEED_KEY:
        parts = feed_copy.read_parts(store, manifest)
        missing = [key for key, part in parts.items() if part is None]
        if missing:
            message = "the feed cannot be made again: its copy is not there"
            return Fault("verify-rebuild", missing[0], message, _RESTORE)
        copy = b"".join(part for part in parts.values() if part is not None)
    again = named(copy, key)
    if not manifest.is_feed(copy) or again != feed:
        message = "the published feed is not the one that was released"
        help = "somebody wrote over it past publisher: publish again, or roll back to a release"
        return Fault("verify-rebuild", FEED_KEY, message, help)
    return again


def named(feed: bytes, manifest_key: str) -> bytes:
    """A feed with the line that names its manifest, behind the XML declaration."""
    behind = feed.index(b"\n") + 1 if b"\n" in feed else len(feed)
    return feed[:behind] + feed_names(manifest_key) + feed[behind:]


def _all_accounted(store: Store, manifest: Manifest, key: str) -> tuple[set[str], list[Fault]]:
    """Keys of everything that some release lists, digests of pages (whose copies are kept by them), and
    what is wrong with earlier releases' manifests."""
    accounted, faults = {FEED_KEY, NOTICES, key, told_key(key), *_keys(manifest)}, []
    # Releases have most of their parts in common.
    read_parts = remembered(parts_from(store))
    for stored in store.list(_RELEASES):
        if stored.key == key or not is_manifest(stored.key):
            continue
        earlier = _manifest(store, stored.key, read_parts)
        if isinstance(earlier, Fault):
            message = "the manifest of an earlier release is damaged, so it cannot be rolled back to"
            faults.append(Fault("verify-damaged", stored.key, message, _RESTORE, "warning"))
        else:
            accounted.update(_keys(earlier))
        accounted |= {stored.key, told_key(stored.key)}
    return accounted, faults


def _keys(manifest: Manifest) -> Iterator[str]:
    for item in manifest.all_objects().values():
        yield item.key
        if is_page(item.key) or item.key == "index.html":
            yield f"page {item.digest[:24]}"


def _is_accounted(key: str, accounted: set[str]) -> bool:
    copy = copied(key)
    # Private feeds are shows of their own; this one's manifest knows nothing of them.
    return key in accounted or key.startswith(FOLDER) or (copy != "" and f"page {copy}" in accounted)
