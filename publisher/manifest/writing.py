"""A manifest as bytes: canonical JSON, in which what is absent or empty is not written. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from publisher.cutting import is_end
from publisher.identity import canonical_json, sha256
from publisher.manifest.model import FORMAT, FORMAT_IN_PARTS, FORMAT_LISTED_APART, Manifest, Released
from publisher.manifest.pieces import CLOSING, OPENING, Part, Piece, length_of
from publisher.manifest.stored import StoredObject, listing

WHOLE_BYTES: Final = 1 << 20
"""With more bytes of episodes than that a manifest is kept in parts, and with more of objects and pages these
as well."""
_LEAST, _MOST, _ODDS = 32, 64, 16


@dataclass(frozen=True, slots=True)
class Cut:
    """Episodes that stand together.

    Attributes:
        part: as it stands in the release before; None for one that has to be stored.
        data: the bytes of one that has to be stored; empty for any other.
        count: how many episodes it has.
        places: where each stands in the part's bytes.
    """

    part: Part | None
    data: bytes
    count: int
    places: tuple[tuple[int, int], ...]


def cut(episodes: Sequence[Released]) -> tuple[Cut, ...]:
    """How a release's episodes are kept in parts; empty where they are few enough to stand in the manifest.

    Where a part ends is told by the GUIDs of its own episodes, counted from the oldest on
    (`publisher.cutting`), so that the parts are the same whatever was published before.

    Args:
        episodes: by the order of their release.
    """
    written = {place: _episode(episode) for place, episode in enumerate(episodes) if not episode.piece}
    length = sum(length_of(episode.piece) for episode in episodes) + sum(map(len, written.values()))
    if length <= WHOLE_BYTES:
        return ()
    found, start = [], 0
    while start < len(episodes):
        standing = _standing(episodes, start)
        if standing is None:
            end = _end(episodes, start)
            pieces = [written.get(at) or bytes(episodes[at].piece) for at in range(start, end)]
            standing = _new(pieces)
        found.append(standing)
        start += standing.count
    return tuple(found)


def _standing(episodes: Sequence[Released], start: int) -> Cut | None:
    """The part that begins with an episode, where it would be cut in the same way now."""
    first = episodes[start].piece
    if not isinstance(first, Piece):
        return None
    part, end = first.part, start + first.part.count
    pieces = [episode.piece for episode in episodes[start:end]]
    places, place = [], len(OPENING)
    for piece in pieces:
        if not isinstance(piece, Piece) or piece.part is not part or piece.start != place:
            return None
        places.append((piece.start, piece.end))
        place = piece.end + 1
    if len(pieces) != part.count or not (end == len(episodes) or _is_end(episodes, start, end)):
        return None
    return Cut(part, b"", part.count, tuple(places))


def _new(pieces: Sequence[bytes]) -> Cut:
    places, place = [], len(OPENING)
    for piece in pieces:
        places.append((place, place + len(piece)))
        place += len(piece) + 1
    return Cut(None, OPENING + b",".join(pieces) + CLOSING, len(pieces), tuple(places))


def _end(episodes: Sequence[Released], start: int) -> int:
    ends = range(start + 1, len(episodes) + 1)
    return next((end for end in ends if _is_end(episodes, start, end)), len(episodes))


def _is_end(episodes: Sequence[Released], start: int, end: int) -> bool:
    return is_end(episodes[end - 1].guid, end - start, least=_LEAST, most=_MOST, odds=_ODDS)


def cuts_of(manifest: Manifest) -> tuple[Cut, ...]:
    """How the episodes of a manifest that was read are kept in parts; empty for one that is kept whole."""
    found = []
    pieces = [episode.piece for episode in manifest.episodes if isinstance(episode.piece, Piece)]
    for _, together in groupby(pieces, lambda piece: id(piece.part)):
        members = [*together]
        places = tuple((start, end) for _, start, end in members)
        found.append(Cut(members[0].part, b"", len(members), places))
    return tuple(found)


def in_parts(
    manifest: Manifest, episodes: Sequence[StoredObject], listings: Sequence[StoredObject] = ()
) -> Manifest:
    """The manifest with its episodes kept in parts, and its objects and pages; whole where there are none."""
    format = FORMAT_LISTED_APART if listings else FORMAT_IN_PARTS if episodes else FORMAT
    return replace(manifest, episode_parts=tuple(episodes), listing_parts=tuple(listings), format=format)


def manifest_bytes(manifest: Manifest) -> tuple[str, bytes]:
    """Key and bytes of a manifest."""
    data = b"".join(_pieces(manifest))
    return f"releases/{sha256(data)}.json", data


def digest_in(key: str) -> str:
    """SHA-256 of a manifest's bytes, which its key names."""
    return key.removeprefix("releases/").removesuffix(".json")


def _pieces(manifest: Manifest) -> Iterator[bytes]:
    """Canonical JSON, an episode at a time: as values, ten thousand take several times their bytes."""
    others: dict[str, Any] = _sparse(replace(manifest, episodes=(), pages={}, objects={}, made_of={}))
    written = {name: canonical_json(value)[:-1] for name, value in others.items()}
    # What is in parts stands there.
    if not manifest.listing_parts:
        written |= dict(_listings(manifest))
    episodes = () if manifest.episode_parts else manifest.episodes
    names = sorted([*written, "episodes"] if episodes else written)
    opening = b"{"
    for name in names:
        yield opening + canonical_json(name)[:-1] + b":"
        opening = b","
        if name == "episodes":
            for place, episode in enumerate(episodes):
                yield b"," if place else b"["
                yield bytes(episode.piece) if episode.piece else _episode(episode)
            yield b"]"
        else:
            yield written[name]
    yield b"}\n"


def _listings(manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    if made_of := {key: of for key, of in manifest.made_of.items() if of}:
        yield "made_of", canonical_json(made_of)[:-1]
    if manifest.pages:
        blocks = listing(manifest.pages).written(named=False)
        yield "pages", b"[%b]" % b",".join([block.data for block in blocks])
    if manifest.objects:
        blocks = listing(manifest.objects).by_name().written(named=True)
        yield "objects", b"{%b}" % b",".join([block.data for block in blocks])


def _episode(episode: Released) -> bytes:
    return canonical_json(_sparse(episode))[:-1]


def _sparse(value: Any) -> Any:
    """Without absent and empty values: ten thousand episodes are read by every bare machine."""
    if type(value) is str:
        return value  # As nearly all are.
    if type(value) is StoredObject:
        return _sparse(value._asdict())
    if isinstance(value, dict):
        kept = {key: _sparse(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item or not _is_nothing(item)}
    if isinstance(value, list | tuple):
        return [_sparse(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return _sparse({name: getattr(value, name) for name in _names(value.__class__)})
    return value


def _is_nothing(value: Any) -> bool:
    """Whether a value that counts as false says nothing; `False` and 0 do."""
    return value is None or isinstance(value, str | list | dict)


@functools.cache
def _names(type_: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(type_) if field.init)
