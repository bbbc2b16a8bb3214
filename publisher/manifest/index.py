"""The index of a manifest in parts: what every run asks of it, by columns. Pure.

It is kept beside a copy of the manifest and says nothing that the manifest and its parts do not: without one,
all of them are read. Pages and files stay the JSON that they are in the manifest, and what is said of the
episodes of a part stands together: where neither changes, both are written as they were read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, chain, islice
from typing import Any, Final, NamedTuple

from publisher.identity import sha256
from publisher.manifest.listings import as_read
from publisher.manifest.model import Manifest, Released
from publisher.manifest.pieces import OPENING
from publisher.manifest.stored import Block, Blocks, Listing, listing, object_of
from publisher.manifest.writing import Cut, manifest_bytes

_FORM: Final = 7
"""Raised when an index means something else."""
_APART: Final = "\0"
_BYTES_APART: Final = b"\0"
_COLUMNS_APART: Final = b"\1"
"""No text of a manifest has either: YAML and XML do not."""
_TEXTS: Final = 5
"""So many columns of texts, before two of blocks and those of the parts."""
_LINES: Final = 4
"""Before the columns."""
_FIELDS: Final = 6
"""Of an episode: slug, GUID, title, moment, `made_of`, and how many bytes it has in its part."""


class Index(NamedTuple):
    """What an index says.

    Attributes:
        values: of the manifest as JSON has it, without its episodes, its objects and its pages.
        parts: of each part, what the index says of its episodes, and of how many.
        slugs, guids, titles, published, made_of: of all episodes.
        starts, ends: where the bytes of each are in its part.
    """

    values: dict[str, Any]
    objects: Listing
    pages: Listing
    pages_made_of: dict[str, str]
    parts: list[tuple[bytes, int]]
    slugs: list[str]
    guids: list[str]
    titles: list[str]
    published: list[datetime]
    made_of: list[str]
    starts: list[int]
    ends: list[int]


def index_of(key: str, manifest: Manifest, cuts: Sequence[Cut]) -> tuple[bytes, ...]:
    """The index: its own digest, the names of the parts, and all else, a line each but for the columns.

    Args:
        key: of the manifest.
        cuts: its parts.

    Returns:
        The bytes, one piece after the other: of a large show they are some millions. None where a text has
        what columns are told apart by.
    """
    objects = listing(manifest.objects).by_name()
    pages, made_of = listing(manifest.pages), manifest.made_of
    blocks = objects.written(named=True), pages.written(named=False)
    columns: list[Collection[str]] = [objects, objects.object_keys(), pages]
    # Nearly always it is told of each page what it was made of, and of nothing else.
    of_pages = made_of.keys() == pages.keys()
    columns += [(), [*map(made_of.__getitem__, pages)]] if of_pages else [made_of, made_of.values()]
    told = [_APART.join(column).encode() for column in columns]
    told += [_BYTES_APART.join([block.data for block in of]) for of in blocks]
    counts = [*map(len, columns), *map(len, blocks)]
    place = 0
    for of in cuts:
        members = manifest.episodes[place : place + of.count]
        told.append((of.part and of.part.indexed) or _indexed(members, of.places))
        counts.append(_FIELDS * of.count)
        place += of.count
    if any(
        data.count(_BYTES_APART) != max(count - 1, 0) or _COLUMNS_APART in data
        for data, count in zip(told, counts, strict=True)
    ):
        return ()
    _, rest = manifest_bytes(replace(manifest, episodes=(), objects={}, pages={}, made_of={}))
    head = [_FORM, key, counts, *[[block.length for block in of] for of in blocks]]
    lines = json.dumps([part.key for part in manifest.episode_parts]), json.dumps(head)
    apart = [b"", *[_COLUMNS_APART] * (len(told) - 1)]
    body = ["\n".join((*lines, "")).encode(), rest, *chain.from_iterable(zip(apart, told, strict=True))]
    digest = hashlib.sha256()
    for piece in body:
        digest.update(piece)
    return (digest.hexdigest().encode() + b"\n", *body)


def _indexed(episodes: Sequence[Released], places: Sequence[tuple[int, int]]) -> bytes:
    """What an index says of the episodes of a part."""
    rows = [
        (item.slug, item.guid, item.title, item.published.isoformat(), item.made_of, str(end - start))
        for item, (start, end) in zip(episodes, places, strict=True)
    ]
    return _APART.join(chain.from_iterable(rows)).encode()


def read_index(key: str, index: bytes) -> Index | None:
    """What an index says; None where it is damaged, another version's, or not that of the manifest."""
    # Of a large show it has some millions of bytes, which are not copied more often than they have to be.
    lines = [-1]
    while len(lines) <= _LINES and (end := index.find(b"\n", lines[-1] + 1)) >= 0:
        lines.append(end)
    if len(lines) <= _LINES or index[: lines[1]] != sha256(memoryview(index)[lines[1] + 1 :]).encode():
        return None
    try:
        form, of, *others = json.loads(index[lines[2] : lines[3]])
        if form != _FORM or of != key:
            return None
        counts, of_objects, of_pages = others
        # The lines before the columns have none: JSON does not.
        head, *columns = index.split(_COLUMNS_APART)
        columns.insert(0, head[lines[4] + 1 :])
        columns_of_blocks = [
            _split(columns.pop(_TEXTS), count) for count in (counts.pop(_TEXTS), counts.pop(_TEXTS))
        ]
        texts = [
            data.decode().split(_APART) if count else [] for data, count in zip(columns, counts, strict=True)
        ]
        if [*map(len, texts)] != counts:
            return None
        (roles, keys, urls, made, made_of), parts = texts[:_TEXTS], texts[_TEXTS:]
        objects, pages = map(_blocks, (of_objects, of_pages), columns_of_blocks)
        pages_made_of = dict(zip(made or urls, made_of, strict=True)) if made_of else {}
        values = json.loads(index[lines[3] : lines[4]])
        if stored := [object_of(part) for part in values.get("listing_parts", ())]:
            objects, pages = (
                as_read(objects, stored[: len(objects)], ()),
                as_read(pages, stored[len(objects) :], [pages_made_of.get(url, "") for url in urls]),
            )
        told, starts, ends = [*chain.from_iterable(parts)], list[int](), list[int]()
        lengths = iter([*map(int, told[5::_FIELDS])])
        for column in parts:
            # With a byte between two of them.
            own = [1 + length for length in islice(lengths, len(column) // _FIELDS)]
            places = [*accumulate(own, initial=len(OPENING))]
            starts += places[:-1]
            ends += [place - 1 for place in places[1:]]
        return Index(
            values=values,
            objects=_listing(roles, Blocks(objects, keys, are_named=True)),
            pages=_listing(urls, Blocks(pages, urls, are_named=False)),
            pages_made_of=pages_made_of,
            parts=[
                (data, len(column) // _FIELDS) for data, column in zip(columns[_TEXTS:], parts, strict=True)
            ],
            slugs=told[::_FIELDS],
            guids=told[1::_FIELDS],
            titles=told[2::_FIELDS],
            published=[*map(datetime.fromisoformat, told[3::_FIELDS])],
            made_of=told[4::_FIELDS],
            starts=starts,
            ends=ends,
        )
    except (ValueError, TypeError, IndexError, AttributeError):
        return None


def _split(data: bytes, count: int) -> list[bytes]:
    return data.split(_BYTES_APART) if count else []


def _blocks(counts: Sequence[int], of: Sequence[bytes]) -> list[Block]:
    return [*map(Block, counts, of)] if len(counts) == len(of) else []


def _listing(names: Sequence[str], blocks: Blocks) -> Listing:
    return Listing(dict(zip(names, range(len(blocks.keys)), strict=True)), blocks)


def parts_in(index_head: bytes) -> set[str] | None:
    """Keys of the parts that an index names, out of its first two lines; None for another version's."""
    try:
        names = json.loads(index_head.split(b"\n", 2)[1])
    except (ValueError, IndexError):
        return None
    return {*names} if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
