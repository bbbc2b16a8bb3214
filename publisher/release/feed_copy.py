"""The copy of a feed that every release keeps, so that it can be put back.

Where a feed has more than a megabyte its copy is kept in parts, each named by its content: one more episode
sends some dozens of items once more, and not ten thousand. They are the runs in which the show's cache keeps
the items (`publisher.feed.runs`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Final

from publisher.build.artifact import Artifact, addressed_bytes
from publisher.feed.rendering import ITEM
from publisher.feed.runs import Run
from publisher.identity import sha256
from publisher.manifest import FEED_KEY, Manifest, StoredObject
from publisher.media_types import content_type
from publisher.release.uploads import each
from publisher.store.base import Store

WHOLE_BYTES: Final = 1 << 20


def store_copy(
    body: bytes, runs: Sequence[Run], keep: Callable[[Artifact], StoredObject]
) -> tuple[StoredObject, tuple[StoredObject, ...]]:
    """Stores a feed's copy.

    Args:
        body: without the line that names its manifest.
        runs: those of the items in it.

    Returns:
        `Manifest.feed` and `Manifest.feed_parts`.
    """
    if len(body) <= WHOLE_BYTES:
        return keep(addressed_bytes("releases", "feed", ".xml", body)), ()
    feed = StoredObject(FEED_KEY, sha256(body), len(body), content_type(FEED_KEY))
    first = body.find(ITEM) if runs else 0
    starts = list(accumulate([run.length_bytes for run in runs[:-1]], initial=first))
    # What stands before the items goes with the newest, and what stands behind them with the oldest.
    parts, whole = [*pairwise([0, *starts[1:], len(body)])], memoryview(body)

    def stored(place: int) -> StoredObject:
        start, end = parts[place]
        digest = runs[place].digest if 0 < place < len(parts) - 1 else ""
        # Not copied: nearly all of them are there.
        return keep(addressed_bytes("releases", "feed", ".xml", whole[start:end], digest))

    return feed, tuple(each(stored, range(len(parts))))


def read_copy(store: Store, manifest: Manifest) -> bytes | None:
    """A release's feed without the line that names its manifest; None where its copy is not there whole.

    Raises:
        StoreError: the store failed.
    """
    if manifest.feed is None:
        return None
    parts = read_parts(store, manifest)
    body = b"".join(part for part in parts.values() if part is not None)
    return body if sha256(body) == manifest.feed.digest else None


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
