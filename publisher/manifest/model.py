"""What a release consists of, as values."""

from __future__ import annotations

import json
import re
from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any, Final, cast

from publisher.errors import StoreError
from publisher.identity import sha256
from publisher.late import make_late
from publisher.manifest.pieces import Piece
from publisher.manifest.stored import Listing, StoredObject, expect, listing, object_of, objects_of
from publisher.model import Chapter, Social

FORMAT: Final = 1
FORMAT_IN_PARTS: Final = 2
"""Of a manifest whose episodes are kept apart: who knows no parts must not take it for one without any."""
FORMAT_LISTED_APART: Final = 3
"""Of one whose objects and pages are kept apart as well."""
FEED_KEY: Final = "feed.xml"
FEED_HEAD_BYTES: Final = 1024
"""So many of a feed's first bytes hold the line that names its manifest, and more."""
_NAMED_WITHIN_BYTES: Final = 512

_LATE: Final = ("enclosure", "parts", "objects", "page", "pages")
"""Of an episode, what is made out of the manifest's bytes when it is first asked for."""
_DIGEST_CHARACTERS: Final = 64
_SOURCE: Final = b'"source_digest":"'

_NAMED = re.compile(rb"<!-- publisher release: (releases/[0-9a-f]{64}\.json) -->")


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
    piece: bytes | Piece = field(default=b"", init=False, compare=False, repr=False)
    """The episode as it stands in the manifest that it was read from; empty for any other. As no argument it
    is not carried over to a copy with other values."""

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
        objects: artwork, style, pictures of the show, by what they are.
        pages: those that are no episode's, by key.
        made_of: for each of them by its key, a fingerprint of all that it is rendered from: one that has the
            same again is not rendered again.
        former: GUID by the key of each page of `pages` that was an episode's: it says where the episode
            is now, or that it was removed.
        moved_from: the feed's address before it moved; empty where it never did.
        feed: a copy of the feed without the line that names this manifest.
        feed_parts: where the copy is kept in parts, these, one after the other; `feed` is not stored then,
            and has the feed's own key, and for its digest that of theirs (`digest_of_parts`).
        undone: for a rollback, key of the release that it took back: the folder may still say the same.
        repeats: for a rollback, key of the release whose content this one has again.
        previous: key of the manifest before, empty in the first.
        posts: by GUID, where episodes were announced; of those too that are not in the feed any more, so
            that none is announced twice.
        completes: key of the release to which this one only adds such posts; empty for any other.
        episodes: by the order of their release.
        episode_parts: where the episodes are kept in parts, these, one after the other.
        listing_parts: where objects, pages and `made_of` are kept in parts, these: those of the objects, then
            those of the pages.
    """

    guid: str
    feed_url: str
    url: str
    title: str
    parts: dict[str, str]
    episodes: tuple[Released, ...] = ()
    objects: Mapping[str, StoredObject] = field(default_factory=Listing)
    pages: Mapping[str, StoredObject] = field(default_factory=Listing)
    made_of: dict[str, str] = field(default_factory=dict)
    feed: StoredObject | None = None
    feed_parts: tuple[StoredObject, ...] = ()
    episode_parts: tuple[StoredObject, ...] = ()
    listing_parts: tuple[StoredObject, ...] = ()
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

    def is_feed(self, data: bytes) -> bool:
        """Whether these bytes are the release's feed without the line that names this manifest."""
        if self.feed is None or len(data) != self.feed.length_bytes:
            return False
        if not self.feed_parts:
            return sha256(data) == self.feed.digest
        view, ends = memoryview(data), [*accumulate(part.length_bytes for part in self.feed_parts)]
        parts = zip(self.feed_parts, [0, *ends], ends, strict=False)
        return ends[-1] == len(data) and all(
            sha256(view[start:end]) == part.digest for part, start, end in parts
        )

    def all_objects(self, slugs: Collection[str] | None = None) -> Mapping[str, StoredObject]:
        """Every object but the feed itself and the manifest, by key.

        Args:
            slugs: of the episodes whose objects are wanted; None for all.
        """
        own = (*self.feed_parts, *self.episode_parts, *self.listing_parts)
        if self.feed and not self.feed_parts:
            own = (self.feed, *own)
        return _chained({item.key: item for item in own}, self.served_objects(slugs))

    def served_objects(self, slugs: Collection[str] | None = None) -> Mapping[str, StoredObject]:
        """Those that listeners and readers are led to: all but the feed's copy and parts of the manifest."""
        found = dict[str, StoredObject]()
        for episode in self.episodes:
            if slugs is None or episode.slug in slugs:
                for item in (episode.enclosure.object, *episode.objects.values(), *episode.own_pages):
                    found[item.key] = item
        return _chained(found, self.pages, listing(self.objects).by_key())


def _chained(*maps: Mapping[str, StoredObject]) -> Mapping[str, StoredObject]:
    # Of ten thousand entries few are looked up.
    return ChainMap(*(cast(MutableMapping[str, StoredObject], of) for of in maps))


def feed_names(manifest_key: str) -> bytes:
    """The line of the feed that names its manifest."""
    return b"<!-- publisher release: " + manifest_key.encode() + b" -->\n"


def named_pieces(feed: Sequence[bytes], manifest_key: str) -> tuple[bytes, ...]:
    """A feed with the line that names its manifest, behind the XML declaration.

    Args:
        feed: its bytes, one piece after the other, with the declaration in the first.
    """
    first, *others = feed
    behind = first.index(b"\n") + 1
    return (first[:behind], feed_names(manifest_key), first[behind:], *others)


def digest_of_parts(parts: Iterable[StoredObject]) -> str:
    """SHA-256 of the digests of parts, one after the other: of some dozens of megabytes most are known."""
    return sha256("".join([part.digest for part in parts]).encode())


def named_by(feed_head: bytes) -> str:
    """The key of the manifest that a feed's first bytes name; empty where it names none."""
    match = _NAMED.search(feed_head[:_NAMED_WITHIN_BYTES])
    return match.group(1).decode() if match else ""


def _complete(released: Released, name: str) -> Any:
    """Sets all that is made out of an episode's bytes.

    Returns:
        What is asked for by name.

    Raises:
        StoreError: they are none of an episode.
    """
    piece = released.piece
    if not piece:
        raise AttributeError(name)
    try:
        values = json.loads(bytes(piece))
        if values["slug"] != released.slug:
            raise ValueError(f"{values['slug']} stands where {released.slug} was expected")
        late = late_of(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"{released.slug} cannot be read from the manifest: {error!r}") from error
    for each, value in late.items():
        object.__setattr__(released, each, value)
    return late[name]


make_late(Released, _LATE, _complete)


def late_of(values: dict[str, Any]) -> dict[str, Any]:
    """The fields of an episode that `_LATE` names, and `made_of`."""
    enclosure = values["enclosure"]
    chapters = tuple(Chapter(**{"start_seconds": 0.0} | chapter) for chapter in enclosure.pop("chapters", ()))
    item = object_of(enclosure.pop("object"))
    made_of = values.get("made_of", "")
    expect(str, made_of)
    return {
        "enclosure": Enclosure(object=item, chapters=chapters, **enclosure),
        "parts": values["parts"],
        "objects": objects_of(values.get("objects", {})),
        "page": object_of(values["page"]) if "page" in values else None,
        "pages": objects_of(values.get("pages", {})),
        "made_of": made_of,
    }
