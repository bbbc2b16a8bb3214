"""The manifest: all that a release consists of. Written once per release, named by its digest. Pure.

It holds no time of day and nothing of the machine, so that two machines that publish the same folder write
the same bytes. When a release happened is what the store says of the object.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Final

from publisher.errors import StoreError
from publisher.identity import canonical_json, sha256
from publisher.model import Chapter, Social

FORMAT: Final = 1
FEED_KEY: Final = "feed.xml"
FEED_HEAD_BYTES: Final = 1024
"""So many of a feed's first bytes hold the line that names its manifest, and more."""
_NAMED_WITHIN_BYTES: Final = 512

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
    """

    slug: str
    guid: str
    title: str
    published: datetime
    enclosure: Enclosure
    parts: dict[str, str]
    objects: dict[str, StoredObject] = field(default_factory=dict)
    page: StoredObject | None = None
    piece: bytes = field(default=b"", init=False, compare=False, repr=False)
    """The episode as it stands in the manifest that it was read from; empty for any other. As no argument it
    is not carried over to a copy with other values."""


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
        made_of: for each page by its key, a fingerprint of all that it is rendered from: one that has the
            same again is not rendered again.
        former: GUID by the key of each page of `pages` that was an episode's: it says where the episode
            is now, or that it was removed.
        moved_from: the feed's address before it moved; empty where it never did.
        feed: a copy of the feed without the line that names this manifest.
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

    def all_objects(self) -> dict[str, StoredObject]:
        """Every object but the feed itself and the manifest, by key."""
        found: dict[str, StoredObject] = {item.key: item for item in (*self.objects.values(), *self.pages)}
        for episode in self.episodes:
            found[episode.enclosure.object.key] = episode.enclosure.object
            for item in episode.objects.values():
                found[item.key] = item
            if episode.page:
                found[episode.page.key] = episode.page
        if self.feed:
            found[self.feed.key] = self.feed
        return found


def manifest_bytes(manifest: Manifest) -> tuple[str, bytes]:
    """Key and bytes of a manifest."""
    data = b"".join(_pieces(manifest))
    return f"releases/{sha256(data)}.json", data


def _pieces(manifest: Manifest) -> Iterator[bytes]:
    """Canonical JSON, an episode at a time: as values, ten thousand take several times their bytes."""
    others: dict[str, Any] = _sparse(replace(manifest, episodes=()))
    names = sorted([*others, "episodes"] if manifest.episodes else others)
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
            yield canonical_json(others[name])[:-1]
    yield b"}\n"


def read_manifest(key: str, data: bytes) -> Manifest:
    """A manifest out of its bytes.

    Raises:
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
        if values["format"] > FORMAT:
            raise StoreError(
                f"the show was published by a newer publisher ({values.get('version', 'unknown')})",
                help="update publisher on this machine",
            )
        return _manifest(values, pieces)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"the manifest {key} cannot be read: {error!r}") from error


def _parted(data: bytes) -> tuple[bytes, list[bytes]]:
    """A manifest without its episodes, and each of these, as they are written.

    In JSON a quotation mark inside a text is never alone, so what is looked for here stands in no text.
    """
    head, found, body = data.partition(b'"episodes":[{"enclosure":')
    if not found:
        return data, []
    pieces = body.split(b',{"enclosure":')
    # What comes behind the last one, from the bracket on.
    last = (b'{"enclosure":' + pieces[-1]).decode()
    _, end = json.JSONDecoder().raw_decode(last)
    tail = last[end:].encode()
    if not tail.startswith(b"]"):
        raise ValueError("the episodes do not end where they should")
    whole = [b'{"enclosure":' + piece for piece in pieces[:-1]]
    return head + b'"episodes":[' + tail, [*whole, last[:end].encode()]


def feed_names(manifest_key: str) -> bytes:
    """The line of the feed that names its manifest."""
    return b"<!-- publisher release: " + manifest_key.encode() + b" -->\n"


def named_by(feed_head: bytes) -> str:
    """The key of the manifest that a feed's first bytes name; empty where it names none."""
    match = _NAMED.search(feed_head[:_NAMED_WITHIN_BYTES])
    return match.group(1).decode() if match else ""


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
    values["feed"] = _object(values["feed"]) if "feed" in values else None
    values["posts"] = posts_of(values.get("posts", {}))
    written = (*map(_written, pieces), *map(_released, values.get("episodes", ())))
    values["episodes"] = written
    _expect(str, *values.get("made_of", {}).values())
    _expect(str, *(values[name] for name in ("guid", "feed_url", "url", "title")))
    return Manifest(**values)


def posts_of(values: dict[str, Any]) -> dict[str, tuple[Social, ...]]:
    """Posts by GUID, out of JSON."""
    return {guid: tuple(Social(**post) for post in posts) for guid, posts in values.items()}


def _written(piece: bytes) -> Released:
    released = _released(json.loads(piece.decode()))
    object.__setattr__(released, "piece", piece)
    return released


def _released(values: dict[str, Any]) -> Released:
    enclosure = values["enclosure"]
    chapters = tuple(Chapter(**{"start_seconds": 0.0} | chapter) for chapter in enclosure.pop("chapters", ()))
    item = _object(enclosure.pop("object"))
    published = datetime.fromisoformat(values["published"])
    if published.tzinfo is None:
        raise ValueError(f"{values['published']} says no offset from UTC")
    _expect(str, values["slug"], values["guid"], values["title"])
    return Released(
        slug=values["slug"],
        guid=values["guid"],
        title=values["title"],
        published=published,
        enclosure=Enclosure(object=item, chapters=chapters, **enclosure),
        parts=values["parts"],
        objects=_objects(values.get("objects", {})),
        page=_object(values["page"]) if "page" in values else None,
    )


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
