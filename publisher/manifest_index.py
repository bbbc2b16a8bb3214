"""The index of a manifest: where each episode stands in its bytes, and what every run asks of them all. Pure.

It is kept beside a copy of the manifest and says nothing that the manifest does not: without one, the same is
found by going through the bytes, which of ten thousand episodes takes five times as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from publisher.identity import sha256

if TYPE_CHECKING:
    from publisher.manifest import Manifest

FORM: Final = 1
"""Raised when an index means something else."""

EPISODE: Final = b'{"enclosure":'
"""What each episode of a manifest begins with: keys are in the order of the alphabet."""
EPISODES: Final = b'"episodes":['


class Entry(NamedTuple):
    """An episode: its bytes are [start, end) of the manifest's."""

    slug: str
    guid: str
    title: str
    published: datetime
    made_of: str
    start: int
    end: int


def index_of(manifest: Manifest, data: bytes) -> bytes:
    """The index, with its own digest in front.

    Args:
        manifest: what the data says; of an episode that was taken over as it was nothing is looked for.
    """
    episodes, starts, ends = manifest.episodes, list[int](), list[int]()
    place = data.find(EPISODES) + len(EPISODES)
    for number, episode in enumerate(episodes, 1):
        starts.append(place)
        if episode.piece:
            end = place + len(episode.piece)
        elif number < len(episodes):
            end = data.index(b"," + EPISODE, place)
        else:
            text = data[place:].decode()
            end = place + len(text[: json.JSONDecoder().raw_decode(text)[1]].encode())
        ends.append(end)
        place = end + 1
    columns = [
        [item.slug for item in episodes],
        [item.guid for item in episodes],
        [item.title for item in episodes],
        [item.published.isoformat() for item in episodes],
        [item.made_of for item in episodes],
        starts,
        ends,
    ]
    body = json.dumps([FORM, len(data), columns]).encode()
    return sha256(body).encode() + b"\n" + body


def read_index(index: bytes, data: bytes) -> list[Entry] | None:
    """The entries of an index; None where it is damaged, another version's, or not that of the data."""
    digest, _, body = index.partition(b"\n")
    if digest != sha256(body).encode():
        return None
    try:
        form, length, columns = json.loads(body)
        if form != FORM or length != len(data):
            return None
        slugs, guids, titles, published, made_of, starts, ends = columns
        moments = map(datetime.fromisoformat, published)
        entries = [
            Entry._make(of) for of in zip(slugs, guids, titles, moments, made_of, starts, ends, strict=True)
        ]
    except (ValueError, TypeError):
        return None
    return entries if entries and _fits(entries, data) else None


def _fits(entries: list[Entry], data: bytes) -> bool:
    """Whether the entries lie in the data one after the other, as episodes do."""
    place = data.find(EPISODES) + len(EPISODES)
    if place < len(EPISODES):
        return False
    for entry in entries:
        if entry.start != place or not data.startswith(EPISODE, place):
            return False
        place = entry.end + 1
    return data[place - 1 : place] == b"]"


def between(entries: list[Entry], data: bytes) -> Iterator[bytes]:
    """The data without its episodes."""
    yield data[: entries[0].start]
    yield data[entries[-1].end :]
