"""The manifest: all that a release consists of. Written once per release, named by its digest. Pure.

It holds no time of day and nothing of the machine, so that two machines that publish the same folder write
the same bytes. When a release happened is what the store says of the object.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from publisher.errors import StoreError
from publisher.identity import canonical_json, sha256
from publisher.manifest_index import EPISODE, EPISODES, Entry, between, read_index
from publisher.model import Chapter, Social

FORMAT: Final = 1
FEED_KEY: Final = "feed.xml"
FEED_HEAD_BYTES: Final = 1024
"""So many of a feed's first bytes hold the line that names its manifest, and more."""
_NAMED_WITHIN_BYTES: Final = 512

_LATE: Final = ("enclosure", "parts", "objects", "page", "pages", "made_of")
"""Of an episode, what is made out of the manifest's bytes when it is first asked for."""
_EARLY: Final = frozenset(("guid", "published", "slug", "title"))
_GUID: Final = b',"guid":"'
_PUBLISHED: Final = b',"published":"'
_MADE_OF: Final = b',"made_of":"'
_DIGEST_CHARACTERS: Final = 64
_SOURCE: Final = b'"source_digest":"'

_NAMED = re.compile(rb"<!-- publisher release: (releases/[0-9a-f]{64}\.json) -->")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of the release. `digest` is the whole SHA-256."""

    key: str
    digest: str
    length_bytes: int
    type: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The released audio and the source it was made from; enough to publish on without the source.

    Attributes:
        object: what listeners fetch.
        source_digest, source_length_bytes: of the producer's file.
        recipe: fingerprint of all that the tags were made from.
        chapters: those found inside the source.
        id3_version: of an MP3's tags, 4 or 3.
        made: how the sound was made, where it is not the producer's own: `publisher.sound.Made` as JSON has
            it. Empty for sound that went out as it was given.
    """

    object: StoredObject
    source_digest: str
    source_length_bytes: int
    recipe: str
    duration_seconds: float
    bitrate: int = 0
    sample_rate: int = 0
    channels: int = 0
    chapters: tuple[Chapter, ...] = ()
    id3_version: int = 4
    made: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Released:
    """One released episode.

    Attributes:
        parts: fingerprint of each part of the source, to tell what changed.
        objects: by what they are: `artwork`, `chapters`, `transcript.vtt`, `translation.en.vtt`,
            `picture:<name>`, …
        page: the episode's page.
        pages: its further pages, by where they are below its own.
        made_of: fingerprint of all that its pages are rendered from: where it is the same again, none of
            them is rendered again.
    """

    slug: str
    guid: str
    title: str
    published: datetime
    enclosure: Enclosure
    parts: dict[str, str]
    objects: dict[str, StoredObject] = field(default_factory=dict)
    page: StoredObject | None = None
    pages: dict[str, StoredObject] = field(default_factory=dict)
    made_of: str = ""
    piece: bytes | memoryview = field(default=b"", init=False, compare=False, repr=False)
    """The episode as it stands in the manifest that it was read from; empty for any other. As no argument it
    is not carried over to a copy with other values."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Asked only for what is not set.
            if name in _LATE and (piece := object.__getattribute__(self, "piece")):
                _complete(self, piece)
                return object.__getattribute__(self, name)
            raise AttributeError(name)

    @property
    def source_digest(self) -> str:
        """Of the producer's audio file, without reading the rest."""
        _, found, rest = bytes(self.piece).partition(_SOURCE)
        digest = rest[:_DIGEST_CHARACTERS]
        is_plain = (
            bool(found) and digest.isalnum() and rest[_DIGEST_CHARACTERS : _DIGEST_CHARACTERS + 1] == b'"'
        )
        return digest.decode() if is_plain else self.enclosure.source_digest

    @property
    def own_pages(self) -> tuple[StoredObject, ...]:
        return (self.page, *self.pages.values()) if self.page else tuple(self.pages.values())


@dataclass(frozen=True, slots=True)
class Manifest:
    """One release.

    Attributes:
        version: publisher's, that made it.
        recipes: versions of the ways in which things are made; a newer way makes them again.
        guid, feed_url, url: the show's identity and addresses, pinned by the first release.
        parts: fingerprint of each part of podcast.yaml.
        objects: artwork, style, pictures of the show.
        pages: those that are no episode's.
        made_of: for each of them by its key, a fingerprint of all that it is rendered from: one that has the
            same again is not rendered again.
        former: GUID by the key of each page of `pages` that was an episode's: it says where the episode
            is now, or that it was removed.
        moved_from: the feed's address before it moved; empty where it never did.
        feed: a copy of the feed without the line that names this manifest.
        feed_parts: where the copy is kept in parts, these, one after the other; `feed` is not stored then,
            and has the feed's own key.
        undone: for a rollback, key of the release that it took back: the folder may still say the same.
        repeats: for a rollback, key of the release whose content this one has again.
        previous: key of the manifest before, empty in the first.
        posts: by GUID, where episodes were announced; of those too that are not in the feed any more, so
            that none is announced twice.
        completes: key of the release to which this one only adds such posts; empty for any other.
        episodes: by the order of their release.
    """

    guid: str
    feed_url: str
    url: str
    title: str
    parts: dict[str, str]
    episodes: tuple[Released, ...] = ()
    objects: dict[str, StoredObject] = field(default_factory=dict)
    pages: tuple[StoredObject, ...] = ()
    made_of: dict[str, str] = field(default_factory=dict)
    feed: StoredObject | None = None
    feed_parts: tuple[StoredObject, ...] = ()
    former: dict[str, str] = field(default_factory=dict)
    moved_from: str = ""
    recipes: dict[str, int] = field(default_factory=dict)
    version: str = ""
    posts: dict[str, tuple[Social, ...]] = field(default_factory=dict)
    completes: str = ""
    previous: str = ""
    undone: str = ""
    repeats: str = ""
    format: int = FORMAT

    def by_slug(self) -> dict[str, Released]:
        return {episode.slug: episode for episode in self.episodes}

    def all_objects(self, slugs: Collection[str] | None = None) -> dict[str, StoredObject]:
        """Every object but the feed itself and the manifest, by key.

        Args:
            slugs: of the episodes whose objects are wanted; None for all.
        """
        found: dict[str, StoredObject] = {item.key: item for item in (*self.objects.values(), *self.pages)}
        for episode in self.episodes:
            if slugs is not None and episode.slug not in slugs:
                continue
            found[episode.enclosure.object.key] = episode.enclosure.object
            for item in episode.objects.values():
                found[item.key] = item
            for page in episode.own_pages:
                found[page.key] = page
        if self.feed and not self.feed_parts:
            found[self.feed.key] = self.feed
        found |= {part.key: part for part in self.feed_parts}
        return found


def manifest_bytes(manifest: Manifest) -> tuple[str, bytes]:
    """Key and bytes of a manifest."""
    data = b"".join(_pieces(manifest))
    return f"releases/{sha256(data)}.json", data


def digest_in(key: str) -> str:
    """SHA-256 of a manifest's bytes, which its key names."""
    return key.removeprefix("releases/").removesuffix(".json")


def _pieces(manifest: Manifest) -> Iterator[bytes | memoryview]:
    """Canonical JSON, an episode at a time: as values, ten thousand take several times their bytes."""
    others: dict[str, Any] = _sparse(replace(manifest, episodes=(), pages=(), objects={}))
    text = json.encoder.encode_basestring
    written = {name: canonical_json(value)[:-1] for name, value in others.items()}
    if manifest.pages:
        written["pages"] = f"[{','.join(_stored(manifest.pages))}]".encode()
    if manifest.objects:
        roles = sorted(manifest.objects)
        objects = _stored(manifest.objects[role] for role in roles)
        pairs = [f"{text(role)}:{item}" for role, item in zip(roles, objects, strict=True)]
        written["objects"] = f"{{{','.join(pairs)}}}".encode()
    names = sorted([*written, "episodes"] if manifest.episodes else written)
    opening = b"{"
    for name in names:
        yield opening + canonical_json(name)[:-1] + b":"
        opening = b","
        if name == "episodes":
            for place, episode in enumerate(manifest.episodes):
                yield b"," if place else b"["
                yield episode.piece or canonical_json(_sparse(episode))[:-1]
            yield b"]"
        else:
            yield written[name]
    yield b"}\n"


def read_manifest(key: str, data: bytes, index: bytes = b"") -> Manifest:
    """A manifest out of its bytes.

    Args:
        index: as `publisher.manifest_index.index_of` gives it, where it is at hand.

    Raises:
        StoreError: the bytes are not those that the key names, or a newer publisher's.
    """
    if key != f"releases/{sha256(data)}.json":
        raise StoreError(
            f"the manifest {key} was damaged in the store: its bytes have another digest",
            help="restore it from a backup of the bucket; until then the published show stays as it is",
        )
    try:
        entries = read_index(index, data) if index else None
        rest, pieces = (b"".join(between(entries, data)), []) if entries else _parted(data)
        values = json.loads(rest)
        if values["format"] > FORMAT:
            raise StoreError(
                f"the show was published by a newer publisher ({values.get('version', 'unknown')})",
                help="update publisher on this machine",
            )
        manifest = _manifest(values, pieces)
        return replace(manifest, episodes=(*_indexed(entries, data),)) if entries else manifest
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"the manifest {key} cannot be read: {error!r}") from error


def _parted(data: bytes) -> tuple[bytes, list[bytes]]:
    """A manifest without its episodes, and each of these, as they are written.

    In JSON a quotation mark inside a text is never alone, so what is looked for here stands in no text.
    """
    head, found, body = data.partition(EPISODES + EPISODE)
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
    return head + EPISODES + tail, [*whole, last[:end].encode()]


def feed_names(manifest_key: str) -> bytes:
    """The line of the feed that names its manifest."""
    return b"<!-- publisher release: " + manifest_key.encode() + b" -->\n"


def named_by(feed_head: bytes) -> str:
    """The key of the manifest that a feed's first bytes name; empty where it names none."""
    match = _NAMED.search(feed_head[:_NAMED_WITHIN_BYTES])
    return match.group(1).decode() if match else ""


def _stored(items: Iterable[StoredObject]) -> list[str]:
    """Objects of a release as canonical JSON: it may have some of each episode's beside the episode."""
    text = json.encoder.encode_basestring
    return [
        f'{{"digest":{text(item.digest)},"key":{text(item.key)},'
        f'"length_bytes":{item.length_bytes},"type":{text(item.type)}}}'
        if item.length_bytes and item.key and item.digest and item.type
        else canonical_json(_sparse(item))[:-1].decode()
        for item in items
    ]


def _sparse(value: Any) -> Any:
    """Without absent and empty values: ten thousand episodes are read by every bare machine."""
    if type(value) is str:
        return value  # As nearly all are.
    if type(value) is StoredObject and value.length_bytes and value.key and value.digest and value.type:
        names = ("digest", "key", "length_bytes", "type")
        return {name: getattr(value, name) for name in names}
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


def _manifest(values: dict[str, Any], pieces: list[bytes]) -> Manifest:
    known = {item.name for item in fields(Manifest)}
    values = {name: value for name, value in values.items() if name in known}
    values["parts"] = values.get("parts", {})
    values["objects"] = _objects(values.get("objects", {}))
    values["pages"] = tuple(_object(page) for page in values.get("pages", ()))
    values["feed_parts"] = tuple(_object(part) for part in values.get("feed_parts", ()))
    values["feed"] = _object(values["feed"]) if "feed" in values else None
    values["posts"] = posts_of(values.get("posts", {}))
    values["episodes"] = (*_written(pieces), *map(_released, values.get("episodes", ())))
    _expect(str, *values.get("made_of", {}).values())
    _expect(str, *(values[name] for name in ("guid", "feed_url", "url", "title")))
    return Manifest(**values)


def posts_of(values: dict[str, Any]) -> dict[str, tuple[Social, ...]]:
    """Posts by GUID, out of JSON."""
    return {guid: tuple(Social(**post) for post in posts) for guid, posts in values.items()}


def _indexed(entries: list[Entry], data: bytes) -> Iterator[Released]:
    whole = memoryview(data)
    for slug, guid, title, published, made_of, start, end in entries:
        yield _begun(slug, guid, title, published, made_of, whole[start:end])


def _written(pieces: list[bytes]) -> Iterator[Released]:
    """Episodes of which only what every run asks for is read: ten thousand take no longer than a hundred."""
    early = _early(pieces)
    if early is None:
        for piece in pieces:
            released = _released(json.loads(piece.decode()))
            object.__setattr__(released, "piece", piece)
            yield released
        return
    for piece, of in zip(pieces, early, strict=True):
        published, made_of = _moment(of["published"]), of.get("made_of", "")
        yield _begun(of["slug"], of["guid"], of["title"], published, made_of, piece)


def _begun(
    slug: str, guid: str, title: str, published: datetime, made_of: str, piece: bytes | memoryview
) -> Released:
    """An episode of which all else is made out of its bytes, when it is asked for."""
    released = object.__new__(Released)
    put = object.__setattr__
    put(released, "slug", slug)
    put(released, "guid", guid)
    put(released, "title", title)
    put(released, "published", published)
    put(released, "made_of", made_of)
    put(released, "piece", piece)
    return released


def _early(pieces: list[bytes]) -> list[dict[str, Any]] | None:
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


def _complete(released: Released, piece: bytes | memoryview) -> None:
    """Sets all that is made out of an episode's bytes.

    Raises:
        StoreError: they are none of an episode.
    """
    try:
        late = _late(json.loads(bytes(piece)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"{released.slug} cannot be read from the manifest: {error!r}") from error
    for name in _LATE:
        object.__setattr__(released, name, late[name])


def _released(values: dict[str, Any]) -> Released:
    _expect(str, values["slug"], values["guid"], values["title"])
    return Released(
        slug=values["slug"],
        guid=values["guid"],
        title=values["title"],
        published=_moment(values["published"]),
        **_late(values),
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} says no offset from UTC")
    return moment


def _late(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of an episode that `_LATE` names."""
    enclosure = values["enclosure"]
    chapters = tuple(Chapter(**{"start_seconds": 0.0} | chapter) for chapter in enclosure.pop("chapters", ()))
    item = _object(enclosure.pop("object"))
    made_of = values.get("made_of", "")
    _expect(str, made_of)
    return {
        "enclosure": Enclosure(object=item, chapters=chapters, **enclosure),
        "parts": values["parts"],
        "objects": _objects(values.get("objects", {})),
        "page": _object(values["page"]) if "page" in values else None,
        "pages": _objects(values.get("pages", {})),
        "made_of": made_of,
    }


def _objects(values: dict[str, Any]) -> dict[str, StoredObject]:
    return {role: _object(item) for role, item in values.items()}


def _object(values: dict[str, Any]) -> StoredObject:
    item = StoredObject(**values)
    if not (type(item.key) is type(item.digest) is type(item.type) is str):
        _expect(str, item.key, item.digest, item.type)
    _expect(int, item.length_bytes)
    return item


def _expect(kind: type, *values: object) -> None:
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} stands where {kind.__name__} was expected")
