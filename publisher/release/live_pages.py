"""Pages have addresses of their own, so a release writes over those that stand. What is written over, or
removed, is kept as a copy named by its digest: an interrupted release is mended with it, and a rollback made.
"""

from __future__ import annotations

from publisher.build.artifact import Artifact, of_bytes
from publisher.identity import DIGEST_CHARACTERS, sha256
from publisher.manifest import Manifest, StoredObject
from publisher.media_types import content_type
from publisher.release.uploads import Uploads, each

EPISODE_PAGES = "episodes/"


def copy_key(page: StoredObject) -> str:
    """Where the copy of a page is."""
    return f"releases/pages/page-{page.digest[:DIGEST_CHARACTERS]}.html"


def pages_of(manifest: Manifest | None) -> dict[str, StoredObject]:
    """Every page of a release by its key."""
    if manifest is None:
        return {}
    found = {page.key: page for page in manifest.pages}
    return found | {item.page.key: item.page for item in manifest.episodes if item.page}


def keep_copy(uploads: Uploads, page: StoredObject) -> None:
    """Copies a page that is about to go. One that does not stand as it was released is not worth keeping:
    either its copy was made by the run that wrote over it, or somebody else did that."""
    found = uploads.store.read(page.key)
    if found is not None and sha256(found[0]) == page.digest:
        uploads.keep(of_bytes(copy_key(page), found[0]))


def write_page(uploads: Uploads, page: Artifact, before: StoredObject | None) -> StoredObject:
    """Writes a page; the one that stood in its place is kept."""
    if before is not None and before.digest != page.object.digest:
        keep_copy(uploads, before)
    return uploads.keep(page)


def remove_page(uploads: Uploads, page: StoredObject) -> None:
    keep_copy(uploads, page)
    uploads.store.delete(page.key)


def restore_pages(uploads: Uploads, manifest: Manifest) -> int:
    """Makes the pages those of a release, from the copies, and removes those that are none of its.

    Returns:
        How many had to be mended. One without a copy is left for the next release, which makes it again.
    """
    wanted = pages_of(manifest)
    mended = sum(each(lambda page: _restore(uploads, page), list(wanted.values())))
    for stored in list(uploads.store.list(EPISODE_PAGES)):
        if stored.key not in wanted:
            _keep_unknown(uploads, stored.key)
            uploads.store.delete(stored.key)
            mended += 1
    return mended


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
