"""The index of a manifest in parts: what every run asks of it, by columns. Pure.

It is kept beside a copy of the manifest and says nothing that the manifest and its parts do not: without one,
all of them are read. As JSON, the twenty thousand pages and files of a large show take four times as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from publisher.identity import sha256
from publisher.manifest.model import Manifest, StoredObject
from publisher.manifest.writing import Cut, manifest_bytes

_FORM: Final = 3
"""Raised when an index means something else."""
_APART: Final = "\0"
_COLUMNS_APART: Final = "\1"
"""No text of a manifest has either: YAML and XML do not."""


class Index(NamedTuple):
    """What an index says.

    Attributes:
        values: of the manifest as JSON has it, without its episodes, its objects and its pages.
        counts: how many episodes each part has.
        episodes: slug, GUID, title, moment and `made_of` of each, and [start, end) of its bytes in its part.
    """

    values: dict[str, Any]
    objects: dict[str, StoredObject]
    pages: tuple[StoredObject, ...]
    made_of: dict[str, str]
    counts: list[int]
    episodes: Iterable[tuple[str, str, str, datetime, str, int, int]]


def index_of(key: str, manifest: Manifest, cuts: Sequence[Cut]) -> bytes:
    """The index: its own digest, the names of the parts, and all else, a line each but for the columns.

    Args:
        key: of the manifest.
        cuts: its parts.

    Returns:
        Nothing where a text has what columns are told apart by.
    """
    episodes, made_of, roles = manifest.episodes, manifest.made_of, sorted(manifest.objects)
    places = [place for cut in cuts for place in cut.places]
    columns: list[Sequence[str]] = [
        [item.slug for item in episodes],
        [item.guid for item in episodes],
        [item.title for item in episodes],
        [item.published.isoformat() for item in episodes],
        [item.made_of for item in episodes],
        [str(start) for start, _ in places],
        [str(end) for _, end in places],
        roles,
        *_stored_columns([manifest.objects[role] for role in roles]),
        *_stored_columns(manifest.pages),
        [*made_of],
        [*made_of.values()],
    ]
    texts = [_APART.join(column) for column in columns]
    if sum(text.count(_APART) + 1 for text in texts) != sum(len(column) or 1 for column in columns) or any(
        _COLUMNS_APART in text for text in texts
    ):
        return b""
    _, rest = manifest_bytes(replace(manifest, episodes=(), objects={}, pages=(), made_of={}))
    head = [_FORM, key, [cut.count for cut in cuts], [len(column) for column in columns]]
    body = b"".join((
        json.dumps([part.key for part in manifest.episode_parts]).encode() + b"\n",
        json.dumps(head).encode() + b"\n",
        rest,
        _COLUMNS_APART.join(texts).encode(),
    ))  # fmt: skip
    return sha256(body).encode() + b"\n" + body


def _stored_columns(items: Sequence[StoredObject]) -> list[Sequence[str]]:
    if not items:
        return [()] * len(StoredObject._fields)
    keys, digests, lengths, types = zip(*items, strict=True)
    return [keys, digests, [*map(str, lengths)], types]


def read_index(key: str, index: bytes) -> Index | None:
    """What an index says; None where it is damaged, another version's, or not that of the manifest."""
    digest, _, body = index.partition(b"\n")
    if digest != sha256(body).encode():
        return None
    try:
        _, head, rest, data = body.split(b"\n", 3)
        form, of, counts, lengths = json.loads(head)
        if form != _FORM or of != key:
            return None
        columns = [
            text.decode().split(_APART) if length else []
            for text, length in zip(data.split(_COLUMNS_APART.encode()), lengths, strict=True)
        ]
        if [*map(len, columns)] != lengths or sum(counts) != len(columns[0]):
            return None
        slugs, guids, titles, published, made_of, starts, ends, roles, *others = columns
        moments = map(datetime.fromisoformat, published)
        return Index(
            values=json.loads(rest),
            objects=dict(zip(roles, _stored(others[:4]), strict=True)),
            pages=tuple(_stored(others[4:8])),
            made_of=dict(zip(*others[8:], strict=True)),
            counts=counts,
            episodes=zip(
                slugs, guids, titles, moments, made_of, map(int, starts), map(int, ends), strict=True
            ),
        )
    except (ValueError, TypeError):
        return None


def _stored(columns: Sequence[Sequence[str]]) -> Iterable[StoredObject]:
    keys, digests, lengths, types = columns
    return map(StoredObject._make, zip(keys, digests, map(int, lengths), types, strict=True))


def parts_in(index_head: bytes) -> set[str] | None:
    """Keys of the parts that an index names, out of its first two lines; None for another version's."""
    try:
        names = json.loads(index_head.split(b"\n", 2)[1])
    except (ValueError, IndexError):
        return None
    return {*names} if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
