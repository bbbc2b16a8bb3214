"""The part of a feed that a release changed, where its bytes are those that were released. Pure.

Of ten thousand items all but a few were looked at when they came, and stand as they did: they are not read
once more after every release, only when somebody asks (`publisher verify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from publisher.identity import sha256
from publisher.manifest import Manifest, feed_names, named_by

_ITEM: Final = b"<item>"
_ITEM_END: Final = b"</item>"


@dataclass(frozen=True, slots=True)
class Part:
    """A feed with some of its items.

    Attributes:
        slugs: of the episodes whose items these are.
    """

    feed: bytes
    slugs: frozenset[str]


def part_of(body: bytes, key: str, manifest: Manifest | None, newest: int) -> Part | None:
    """The feed with the newest items and with those that the release made; None where it has to be read
    whole.

    Args:
        body: the feed as it is served.
        key: of the manifest of the release.
        newest: how many of the newest items are wanted in any case.
    """
    if manifest is None or manifest.feed is None or all(item.piece for item in manifest.episodes):
        return None  # nothing tells what the release made
    plain = body.replace(feed_names(key), b"", 1)
    if named_by(body) != key or sha256(plain) != manifest.feed.digest:
        return None
    head, *items = body.split(_ITEM)
    if not items:
        return None
    items[-1], end, tail = items[-1].rpartition(_ITEM_END)
    items[-1] += end
    slugs, wanted = set[str](), list[bytes]()
    for place, (item, episode) in enumerate(zip(items, reversed(manifest.episodes), strict=False)):
        if place < newest or not episode.piece:
            if episode.guid.encode() not in item:
                return None  # there are others than we think, such as one within a text
            slugs.add(episode.slug)
            wanted.append(_ITEM + item)
    return Part(b"".join((head, *wanted, tail)), frozenset(slugs))
