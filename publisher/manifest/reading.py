"""A manifest out of its bytes. Pure."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Final

from publisher.errors import StoreError
from publisher.identity import sha256
from publisher.manifest.index import read_index
from publisher.manifest.listings import read_listings
from publisher.manifest.model import FORMAT_LISTED_APART, Manifest, Released, late_of
from publisher.manifest.pieces import CLOSING, EPISODE, OPENING, Part, Piece, ReadParts, sound
from publisher.manifest.stored import StoredObject, expect, listed, listing, object_of, objects_of
from publisher.model import Social

_EPISODES: Final = b'"episodes":['
_EARLY: Final = frozenset(("guid", "published", "slug", "title"))
_GUID: Final = b',"guid":"'
_PUBLISHED: Final = b',"published":"'
_MADE_OF: Final = b',"made_of":"'


def read_manifest(key: str, data: bytes, read_parts: ReadParts | None = None) -> Manifest:
    """A manifest out of its bytes.

    Args:
        read_parts: reads the parts of one that is kept in parts.

    Raises:
        PartLost: a part is not there, or damaged.
        StoreError: the bytes are not those that the key names, or a newer publisher's.
    """
    if key != f"releases/{sha256(data)}.json":
        raise StoreError(
            f"the manifest {key} was damaged in the store: its bytes have another digest",
            help="restore it from a backup of the bucket; until then the published show stays as it is",
        )
    try:
        rest, pieces = _parted(data)
        values = json.loads(rest)
        if values["format"] > FORMAT_LISTED_APART:
            raise StoreError(
                f"the show was published by a newer publisher ({values.get('version', 'unknown')})",
                help="update publisher on this machine",
            )
        manifest = _manifest(values, pieces)
        if not manifest.episode_parts and not manifest.listing_parts:
            return manifest
        if read_parts is None:
            raise StoreError(f"the manifest {key} is kept in parts, and there is nowhere to read them from")
        if manifest.listing_parts:
            found = read_listings(manifest.listing_parts, read_parts)
            manifest = replace(manifest, **found._asdict())
        if manifest.episode_parts:
            manifest = replace(manifest, episodes=_whole(manifest.episode_parts, read_parts))
        return manifest
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"the manifest {key} cannot be read: {error!r}") from error


def indexed_manifest(key: str, index: bytes, read_parts: ReadParts) -> Manifest | None:
    """A manifest in parts, out of its index alone; None where that is damaged or not this manifest's.

    Args:
        index: as `publisher.manifest.index.index_of` gives it.
        read_parts: asked for a part when something of one of its episodes is asked for.
    """
    found = read_index(key, index)
    if found is None:
        return None
    try:
        manifest = _manifest(found.values, [])
        parts = [
            Part(item, count, read_parts, indexed=indexed)
            for item, (indexed, count) in zip(manifest.episode_parts, found.parts, strict=True)
        ]
    except (ValueError, KeyError, TypeError):
        return None
    of = chain.from_iterable(repeat(part, part.count) for part in parts)
    pieces = [*map(Piece._make, zip(of, found.starts, found.ends, strict=True))]
    return replace(
        manifest,
        episodes=tuple(
            _begun(found.slugs, found.guids, found.titles, found.published, found.made_of, pieces)
        ),
        objects=found.objects,
        pages=found.pages,
        made_of=found.pages_made_of,
    )


def _whole(parts: Sequence[StoredObject], read_parts: ReadParts) -> tuple[Released, ...]:
    """The episodes out of all parts."""
    plain, placed = [], []
    for item, data in zip(parts, read_parts(parts), strict=True):
        data = sound(item, data)
        rest, pieces = _parted(data)
        if rest != OPENING + CLOSING or not pieces:
            raise ValueError(f"{item.key} is no part of a manifest")
        part, place = Part(item, len(pieces), read_parts, data), len(OPENING)
        for piece in pieces:
            placed.append(Piece(part, place, place + len(piece)))
            place += len(piece) + 1
        plain += pieces
    return (*_written(plain, placed),)


def _parted(data: bytes) -> tuple[bytes, list[bytes]]:
    """A manifest without its episodes, and each of these, as they are written.

    In JSON a quotation mark inside a text is never alone, so what is looked for here stands in no text.
    """
    head, found, body = data.partition(_EPISODES + EPISODE)
    if not found:
        return data, []
    pieces = body.split(b"," + EPISODE)
    # What comes behind the last one, from the bracket on.
    last = (EPISODE + pieces[-1]).decode()
    _, end = json.JSONDecoder().raw_decode(last)
    tail = last[end:].encode()
    if not tail.startswith(b"]"):
        raise ValueError("the episodes do not end where they should")
    whole = [EPISODE + piece for piece in pieces[:-1]]
    return head + _EPISODES + tail, [*whole, last[:end].encode()]


def _manifest(values: dict[str, Any], pieces: list[bytes]) -> Manifest:
    known = {item.name for item in fields(Manifest)}
    values = {name: value for name, value in values.items() if name in known}
    values["parts"] = values.get("parts", {})
    values["objects"] = listing(objects_of(values.get("objects", {})))
    values["pages"] = listed(map(object_of, values.get("pages", ())))
    values["feed_parts"] = tuple(object_of(part) for part in values.get("feed_parts", ()))
    for name in ("episode_parts", "listing_parts"):
        values[name] = tuple(object_of(part) for part in values.get(name, ()))
    values["feed"] = object_of(values["feed"]) if "feed" in values else None
    values["posts"] = posts_of(values.get("posts", {}))
    values["episodes"] = (*_written(pieces, pieces), *map(_released, values.get("episodes", ())))
    expect(str, *values.get("made_of", {}).values())
    expect(str, *(values[name] for name in ("guid", "feed_url", "url", "title")))
    return Manifest(**values)


def posts_of(values: dict[str, Any]) -> dict[str, tuple[Social, ...]]:
    """Posts by GUID, out of JSON."""
    return {guid: tuple(Social(**post) for post in posts) for guid, posts in values.items()}


def _written(pieces: Sequence[bytes], placed: Sequence[bytes | Piece]) -> list[Released]:
    """Episodes of which only what every run asks for is read: ten thousand take no longer than a hundred.

    Args:
        placed: the pieces as the episodes are to know them.
    """
    early = _early(pieces)
    if early is not None:
        slugs, guids, titles = ([of[name] for of in early] for name in ("slug", "guid", "title"))
        published = [_moment(of["published"]) for of in early]
        return _begun(slugs, guids, titles, published, [of.get("made_of", "") for of in early], placed)
    found = []
    for data, piece in zip(pieces, placed, strict=True):
        released = _released(json.loads(data.decode()))
        object.__setattr__(released, "piece", piece)
        found.append(released)
    return found


def _begun(
    slugs: Sequence[str],
    guids: Sequence[str],
    titles: Sequence[str],
    published: Sequence[datetime],
    made_of: Sequence[str],
    pieces: Sequence[bytes | Piece],
) -> list[Released]:
    """Episodes of which all else is made out of their bytes, when it is asked for."""
    found = [*map(object.__new__, repeat(Released, len(slugs)))]
    columns = {
        "slug": slugs,
        "guid": guids,
        "title": titles,
        "published": published,
        "made_of": made_of,
        "piece": pieces,
    }
    for name, column in columns.items():
        # A column at a time: sixty thousand calls, each of which would have to be told what to set.
        deque(map(getattr(Released, name).__set__, found, column), maxlen=0)
    return found


def _early(pieces: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """Slug, GUID, title, moment and `made_of` of each episode; None where one is not written as we write it.

    Keys are in the order of the alphabet, and in JSON a quotation mark inside a text is never alone: the
    first `guid` and the last `published` are the episode's own.
    """
    found = []
    for piece in pieces:
        start, last = piece.find(_GUID), piece.rfind(_PUBLISHED)
        end = piece.find(b'",', start + len(_GUID))
        made_of = end + 1
        if piece.startswith(_MADE_OF, made_of):
            end = piece.find(b'"', made_of + len(_MADE_OF))
        first = piece[start + 1 : end + 1]
        if not 0 < start < end < last or b"\\" in first:
            return None
        found.append(b"{" + first + piece[last:])
    values: list[dict[str, Any]] = json.loads(b"[" + b",".join(found) + b"]")
    if len(values) != len(pieces) or not all(_is_early(item) for item in values):
        return None
    return values


def _is_early(values: dict[str, Any]) -> bool:
    if len(values) != len(_EARLY) + ("made_of" in values) or not values.keys() >= _EARLY:
        return False
    return all(type(text) is str for text in values.values())


def _released(values: dict[str, Any]) -> Released:
    expect(str, values["slug"], values["guid"], values["title"])
    return Released(
        slug=values["slug"],
        guid=values["guid"],
        title=values["title"],
        published=_moment(values["published"]),
        **late_of(values),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} says no offset from UTC")
    return moment
