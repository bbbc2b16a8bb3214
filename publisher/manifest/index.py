"""The index of a manifest in parts: where each episode stands, and what every run asks of them all. Pure.

It is kept beside a copy of the manifest and says nothing that the parts do not: without one, all of them are
read, and the same is found by going through them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from publisher.identity import sha256

if TYPE_CHECKING:
    from publisher.manifest.model import Manifest
    from publisher.manifest.writing import Cut

_FORM: Final = 2
"""Raised when an index means something else."""


class Entry(NamedTuple):
    """An episode: its bytes are [start, end) of its part's."""

    slug: str
    guid: str
    title: str
    published: datetime
    made_of: str
    start: int
    end: int


def index_of(key: str, manifest: Manifest, cuts: Sequence[Cut]) -> bytes:
    """The index: its own digest, the names of the parts, and all else, a line each.

    Args:
        key: of the manifest.
        cuts: its parts.
    """
    episodes, counts = manifest.episodes, [cut.count for cut in cuts]
    places = [place for cut in cuts for place in cut.places]
    columns = [
        [item.slug for item in episodes],
        [item.guid for item in episodes],
        [item.title for item in episodes],
        [item.published.isoformat() for item in episodes],
        [item.made_of for item in episodes],
        [start for start, _ in places],
        [end for _, end in places],
    ]
    names = json.dumps([part.key for part in manifest.episode_parts]).encode()
    body = names + b"\n" + json.dumps([_FORM, key, counts, columns]).encode()
    return sha256(body).encode() + b"\n" + body


def read_index(key: str, index: bytes) -> tuple[list[int], list[Entry]] | None:
    """How many episodes each part has, and all of them; None where the index is damaged, another version's,
    or not that of the manifest."""
    digest, _, body = index.partition(b"\n")
    if digest != sha256(body).encode():
        return None
    try:
        form, of, counts, columns = json.loads(body.partition(b"\n")[2])
        if form != _FORM or of != key:
            return None
        slugs, guids, titles, published, made_of, starts, ends = columns
        moments = map(datetime.fromisoformat, published)
        entries = [*map(Entry._make, zip(slugs, guids, titles, moments, made_of, starts, ends, strict=True))]
        if sum(counts) != len(entries):
            return None
    except (ValueError, TypeError):
        return None
    return counts, entries


def parts_in(index_head: bytes) -> set[str] | None:
    """Keys of the parts that an index names, out of its first two lines; None for another version's."""
    try:
        names = json.loads(index_head.split(b"\n", 2)[1])
    except (ValueError, IndexError):
        return None
    return {*names} if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
