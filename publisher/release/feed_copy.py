"""The copy of a feed that every release keeps, so that it can be put back.

Where a feed has more than a megabyte its copy is kept in parts, each named by its content: one more episode
sends some dozens of items once more, and not ten thousand. Where a part ends is told by its own items, as
with `publisher.searching.shards`: an episode that comes or goes in the middle moves the ends near it alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from publisher.build.artifact import Artifact, addressed_bytes
from publisher.identity import sha256
from publisher.manifest import FEED_KEY, Manifest, StoredObject
from publisher.media_types import content_type
from publisher.release.uploads import each
from publisher.store.base import Store

WHOLE_BYTES: Final = 1 << 20
_LEAST, _MOST, _ODDS = 32, 64, 16
_ITEM: Final = b"<item>"


def store_copy(
    body: bytes, items: Sequence[tuple[str, int]], keep: Callable[[Artifact], StoredObject]
) -> tuple[StoredObject, tuple[StoredObject, ...]]:
    """Stores a feed's copy.

    Args:
        body: without the line that names its manifest.
        items: GUID and length in bytes of each, as they stand in it.

    Returns:
        `Manifest.feed` and `Manifest.feed_parts`.
    """
    if len(body) <= WHOLE_BYTES:
        return keep(addressed_bytes("releases", "feed", ".xml", body)), ()
    feed = StoredObject(FEED_KEY, sha256(body), len(body), content_type(FEED_KEY))
    ends = (0, *sorted(_cuts(body, items)), len(body))

    def stored(part: tuple[int, int]) -> StoredObject:
        return keep(addressed_bytes("releases", "feed", ".xml", body[slice(*part)]))

    return feed, tuple(each(stored, list(pairwise(ends))))


def _cuts(body: bytes, items: Sequence[tuple[str, int]]) -> Iterator[int]:
    """Where parts begin but for the first, counted from the oldest item on: only the newest part grows."""
    first = max(body.find(_ITEM), 0)
    starts = list(accumulate((length for _, length in items), initial=first))
    count = 0
    for place in range(len(items) - 1, 0, -1):
        count += 1
        guid, _ = items[place]
        if count >= _MOST or (count >= _LEAST and _ends(guid)):
            yield starts[place]
            count = 0


def _ends(guid: str) -> bool:
    return hashlib.sha256(guid.encode("utf-8", "surrogatepass")).digest()[0] % _ODDS == 0


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
