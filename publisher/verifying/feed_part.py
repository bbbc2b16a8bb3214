"""The part of a feed that a release changed, where its bytes are those that were released. Pure.

Of ten thousand items all but a few were looked at when they came, and stand as they did: they are not read
once more after every release, only when somebody asks (`publisher verify`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import islice
from typing import Final

from publisher.manifest import FEED_HEAD_BYTES, Manifest, feed_names, named_by

_ITEM: Final = re.compile(rb"<item>")
_ITEM_END: Final = b"</item>"


@dataclass(frozen=True, slots=True)
class Part:
    """A feed with some of its items.

    Attributes:
        slugs: of the episodes whose items these are.
    """

    feed: bytes
    slugs: frozenset[str]


def part_of(
    body: bytes, key: str, manifest: Manifest | None, newest: int, *, is_released: bool = False
) -> Part | None:
    """The feed with the newest items and with those that the release made; None where it has to be read
    whole.

    Args:
        body: the feed as it is served.
        key: of the manifest of the release.
        newest: how many of the newest items are wanted in any case.
        is_released: whether the bytes are known to be those that were released.
    """
    if manifest is None or manifest.feed is None or all(item.piece for item in manifest.episodes):
        return None  # nothing tells what the release made
    if named_by(body) != key:
        return None
    if not is_released and _digest_without(feed_names(key), body) != manifest.feed.digest:
        return None
    # Not split: of thirty megabytes all but a few kilobytes would be copied for nothing.
    places = [found.start() for found in _ITEM.finditer(body)]
    if not places:
        return None
    places.append(body.rfind(_ITEM_END) + len(_ITEM_END))
    slugs, wanted = set[str](), [body[: places[0]]]
    for place, episode in enumerate(islice(reversed(manifest.episodes), len(places) - 1)):
        if place < newest or not episode.piece:
            item = body[places[place] : places[place + 1]]
            if episode.guid.encode() not in item:
                return None  # there are others than we think, such as one within a text
            slugs.add(episode.slug)
            wanted.append(item)
    return Part(b"".join((*wanted, body[places[-1] :])), frozenset(slugs))


def _digest_without(line: bytes, body: bytes) -> str:
    before, _, _ = body[:FEED_HEAD_BYTES].partition(line)
    digest = hashlib.sha256(before)
    digest.update(memoryview(body)[len(before) + len(line) :])
    return digest.hexdigest()
