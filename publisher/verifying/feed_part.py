"""The part of a feed that a release changed, where its bytes are those that were released. Pure.

Of ten thousand items all but a few were looked at when they came, and stand as they did: they are not read
once more after every release, only when somebody asks (`publisher verify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from publisher.manifest import Manifest

if TYPE_CHECKING:
    from publisher.feed.pieces import FeedPieces


@dataclass(frozen=True, slots=True)
class ReleasedFeed:
    """The feed of a release.

    Attributes:
        pieces: the feed without the line that names its manifest.
        digest: SHA-256 of the feed with that line.
        etag: with which the store serves it, with its quotes; empty where nobody knows.
    """

    pieces: FeedPieces
    digest: str
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A feed with some of its items.

    Attributes:
        slugs: of the episodes whose items these are.
    """

    feed: bytes
    slugs: frozenset[str]


def part_of(feed: FeedPieces, manifest: Manifest, newest: int) -> Part:
    """The feed with the newest items and with those that the release made.

    Args:
        manifest: of the release.
        newest: how many of the newest items are wanted in any case.
    """
    slugs, wanted = set[str](), list[bytes]()
    for place, episode in enumerate(islice(reversed(manifest.episodes), feed.count)):
        if place < newest or not episode.piece:
            slugs.add(episode.slug)
            wanted.append(feed.item(place))
    return Part(b"".join((feed.head, *wanted, feed.tail)), frozenset(slugs))
