"""The copy of a feed that every release keeps, so that it can be put back.

Where a feed has more than a megabyte its copy is kept in parts, each named by its content: one more episode
sends some dozens of items once more, and not ten thousand. They are the runs in which the show's cache keeps
the items (`publisher.feed.runs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from publisher.build.artifact import addressed_bytes
from publisher.manifest import FEED_KEY, Manifest, StoredObject, digest_of_parts
from publisher.media_types import content_type
from publisher.release.uploads import Uploads, each
from publisher.store.base import Store

if TYPE_CHECKING:
    from publisher.feed.pieces import FeedPieces

WHOLE_BYTES: Final = 1 << 20


def store_copy(uploads: Uploads, feed: FeedPieces) -> tuple[StoredObject, tuple[StoredObject, ...]]:
    """Stores a feed's copy.

    Args:
        feed: without the line that names its manifest.

    Returns:
        `Manifest.feed` and `Manifest.feed_parts`.
    """
    length_bytes = feed.length_bytes
    if length_bytes <= WHOLE_BYTES:
        return uploads.keep(addressed_bytes("releases", "feed", ".xml", feed.whole())), ()
    parts = [(data, run.digest) for run, data in feed.runs] or [(b"", "")]
    # What stands before the items goes with the newest, and what stands behind them with the oldest.
    parts[0] = feed.head + parts[0][0], ""
    parts[-1] = parts[-1][0] + feed.tail, ""
    kept = uploads.keep_all([addressed_bytes("releases", "feed", ".xml", *part) for part in parts])
    return StoredObject(FEED_KEY, digest_of_parts(kept), length_bytes, content_type(FEED_KEY)), kept


def read_copy(store: Store, manifest: Manifest) -> bytes | None:
    """A release's feed without the line that names its manifest; None where its copy is not there whole.

    Raises:
        StoreError: the store failed.
    """
    if manifest.feed is None:
        return None
    parts = read_parts(store, manifest)
    body = b"".join(part for part in parts.values() if part is not None)
    return body if manifest.is_feed(body) else None


def read_parts(store: Store, manifest: Manifest) -> dict[str, bytes | None]:
    """The parts of a release's feed by their keys, in their order, None for one that is not there; of a feed
    that is kept whole that one.

    Raises:
        StoreError: the store failed.
    """
    kept = manifest.feed_parts or ((manifest.feed,) if manifest.feed else ())
    keys = [item.key for item in kept]
    found = each(store.read, keys)
    return {key: part[0] if part else None for key, part in zip(keys, found, strict=True)}
