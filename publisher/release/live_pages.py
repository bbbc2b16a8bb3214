"""Pages have addresses of their own, so a release writes over those that stand. Of each there is a copy named
by its digest, stored before the page: an interrupted release is mended with it, and a rollback made.

A page cannot be written on a condition, so two publishers may write over each other's. Whoever wrote one
therefore ends with `settle_pages`: the last of them reads the feed after every flip, and leaves its pages.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

from publisher.build.artifact import Artifact, of_bytes
from publisher.identity import ascii_slugs, sha256
from publisher.manifest import Manifest, StoredObject
from publisher.media_types import content_type
from publisher.release.names import PAGE_FOLDERS, PAGES_ALONE, copy_key, is_page
from publisher.release.published import Published, read_published
from publisher.release.uploads import Uploads, each
from publisher.store import Store, Stored

_ROUNDS: Final = 10


def pages_of(manifest: Manifest | None) -> dict[str, StoredObject]:
    """Every page of a release by its key."""
    if manifest is None:
        return {}
    own = {page.key: page for item in manifest.episodes for page in item.own_pages}
    return {**manifest.pages, **own}


def _pages_at(manifest: Manifest, keys: Collection[str]) -> list[StoredObject]:
    """The pages of a release at these keys; no other episode is looked at than theirs."""
    folders = {key.split("/")[1] for key in keys if key.startswith("episodes/")}
    addresses = ascii_slugs([item.slug for item in manifest.episodes])
    owners = [item for item, name in zip(manifest.episodes, addresses, strict=True) if name in folders]
    own = [page for item in owners for page in item.own_pages if page.key in keys]
    return [*[manifest.pages[key] for key in sorted(keys) if key in manifest.pages], *own]


def write_page(uploads: Uploads, page: Artifact, before: StoredObject | None) -> StoredObject:
    """Writes a page unless it is the one that stood before; its copy goes first, so that whoever is
    interrupted or overtaken from here on can be mended."""
    if before == page.object and uploads.is_sound(before.key):
        return before
    if before is None or before.digest != page.object.digest:
        with page.body.open() as reader:
            uploads.keep(of_bytes(copy_key(page.object), reader.read()))
    return uploads.keep(page)


def settle_pages(
    uploads: Uploads,
    *,
    kept: Path | None = None,
    own: Published | None = None,
    written: Collection[str] = (),
) -> bool:
    """Makes the pages those of the release that stands, even while others publish.

    Args:
        kept: the folder for copies of manifests.
        own, written: the release that was just made, and the keys that were written for it: while it stands,
            no other page has to be looked at.

    Returns:
        Whether a release stands.
    """
    settled, published = "", own
    for _ in range(_ROUNDS):
        published = read_published(uploads.store, kept=kept, known=published)
        if published.manifest is None or published.manifest_key == settled:
            break
        settled = published.manifest_key
        if own and settled == own.manifest_key and written:
            each(lambda page: _restore(uploads, page), _pages_at(published.manifest, written))
        else:
            restore_pages(uploads, published.manifest)
    return bool(settled)


def restore_pages(uploads: Uploads, manifest: Manifest, *, keep_others: bool = False) -> int:
    """Makes the pages those of a release, from the copies, and removes those that are none of its.

    Args:
        keep_others: removes none, because a feed still stands that names them.

    Returns:
        How many had to be mended. One without a copy is left for the next release, which makes it again.
    """
    wanted = pages_of(manifest)
    mended = sum(each(lambda page: _restore(uploads, page), list(wanted.values())))
    for stored in [] if keep_others else _others(uploads.store):
        if stored.key not in wanted:
            _keep_unknown(uploads, stored.key)
            uploads.store.delete(stored.key)
            mended += 1
    return mended


def _others(store: Store) -> list[Stored]:
    """What stands at the addresses of pages that come and go."""
    alone = [stored for key in PAGES_ALONE if (stored := store.head(key))]
    return alone + [stored for folder in PAGE_FOLDERS for stored in store.list(folder) if is_page(stored.key)]


def _restore(uploads: Uploads, page: StoredObject) -> bool:
    store = uploads.store
    stored = store.head(page.key)
    if stored and stored.length_bytes == page.length_bytes and stored.digest in ("", page.digest):
        # A folder keeps no digests: there the bytes have to be looked at.
        if stored.digest:
            return False
        found = store.read(page.key)
        if found and sha256(found[0]) == page.digest:
            return False
    copy = store.read(copy_key(page))
    if copy is None or sha256(copy[0]) != page.digest:
        return False
    _keep_unknown(uploads, page.key)
    uploads.forget(page.key)
    uploads.keep(of_bytes(page.key, copy[0]))
    return True


def _keep_unknown(uploads: Uploads, key: str) -> None:
    """Copies whatever stands at a page's address: it belongs to a release that may be wanted again."""
    found = uploads.store.read(key)
    if found is not None:
        data = found[0]
        page = StoredObject(key, sha256(data), len(data), content_type(key))
        uploads.keep(of_bytes(copy_key(page), data))
