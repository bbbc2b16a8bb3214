"""Parts of a manifest in a store: those that are there are not stored again, unless they are damaged."""

from __future__ import annotations

from pathlib import Path

from publisher.manifest import Manifest
from publisher.release.manifest_parts import parts_from, store_parts
from publisher.release.uploads import Quiet, Uploads
from publisher.store.folder import FolderStore
from tests.unit import test_listings
from tests.unit.test_listings import shown
from tests.unit.test_manifest_parts import with_index

small, small_listings = test_listings.small, test_listings.small_listings


def released(folder: Path) -> tuple[FolderStore, Manifest]:
    """A release's manifest as the next run reads it, and where its parts are."""
    store = FolderStore(folder)
    manifest, cuts = store_parts(Uploads(store, Quiet()), shown(60))
    return store, with_index(manifest, cuts, parts_from(store))


def test_what_is_there_is_not_stored_again(tmp_path: Path) -> None:
    store, manifest = released(tmp_path)
    uploads = Uploads(store, Quiet())
    uploads.know(manifest, slugs=())
    assert store_parts(uploads, manifest)[0] == manifest
    assert uploads.count == 0


def test_what_is_damaged_is_stored_again(tmp_path: Path) -> None:
    store, manifest = released(tmp_path)
    keys = manifest.episode_parts[0].key, manifest.listing_parts[0].key, manifest.listing_parts[-1].key
    # What an index says of a part is enough but for its episodes, which are read before.
    assert manifest.all_objects()
    whole = [(tmp_path / key).read_bytes() for key in keys]
    for key in keys:
        (tmp_path / key).write_bytes(b"damaged")
    uploads = Uploads(store, Quiet())
    uploads.know(manifest, slugs=(), but=frozenset(keys))
    assert store_parts(uploads, manifest)[0] == manifest
    assert [(tmp_path / key).read_bytes() for key in keys] == whole
    assert sorted(uploads.keys) == sorted(keys)
