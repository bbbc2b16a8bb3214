"""An item's elements out of an episode. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from publisher import effective
from publisher.feed.channel import license_element, person_elements
from publisher.feed.namespace import Element, element
from publisher.model import Alternate, Episode, Show


@dataclass(frozen=True, slots=True)
class FurtherEnclosure:
    """A further enclosure. `length_bytes` and `digest` (SHA-256) are known of files of ours only."""

    alternate: Alternate
    url: str
    type: str
    length_bytes: int | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """All that an item is made of.

    Attributes:
        length_bytes, type: of the enclosure.
        page_url: the episode's page.
        content_html: the show notes, safe.
        transcripts: (address, type) of each form, the best one first.
        translations: (language, address, type) of each form of those in further languages.
        picture_urls: address by the name under which a picture stands in the YAML.
    """

    episode: Episode
    guid: str
    published: datetime
    enclosure_url: str
    length_bytes: int
    type: str
    duration_seconds: float
    page_url: str
    content_html: str
    artwork_url: str = ""
    chapters_url: str = ""
    transcripts: tuple[tuple[str, str], ...] = ()
    translations: tuple[tuple[str, str, str], ...] = ()
    picture_urls: dict[str, str] = field(default_factory=dict)
    alternates: tuple[FurtherEnclosure, ...] = ()


def item_elements(show: Show, item: FeedItem) -> Iterator[Element]:
    """Apple's and the podcast namespace's elements of the item."""
    yield from _apple(show, item)
    yield from _namespace(show, item)


def _apple(show: Show, item: FeedItem) -> Iterator[Element]:
    """https://help.apple.com/itc/podcasts_connect/#/itcb54353390"""
    episode = item.episode
    yield element("itunes:title", episode.title)
    author = effective.author(show, episode)
    if author:
        yield element("itunes:author", author)
    yield element("itunes:duration", str(max(1, round(item.duration_seconds))))
    yield element("itunes:explicit", str(effective.explicit(show, episode)).lower())
    yield element("itunes:episodeType", episode.type)
    if episode.season:
        yield element("itunes:season", str(episode.season))
    if episode.number:
        yield element("itunes:episode", str(episode.number))
    if item.artwork_url:
        yield element("itunes:image", href=item.artwork_url)
    if episode.keywords:
        yield element("itunes:keywords", ",".join(word.replace(",", " ") for word in episode.keywords))
    if effective.block(show, episode):
        yield element("itunes:block", "Yes")


def _namespace(show: Show, item: FeedItem) -> Iterator[Element]:
    """https://podcastnamespace.org"""
    episode = item.episode
    if episode.season:
        yield element("podcast:season", str(episode.season))
    if episode.number:
        yield element("podcast:episode", str(episode.number), display=episode.code)
    own = [(show.language, url, type_) for url, type_ in item.transcripts]
    for language, url, type_ in (*own, *item.translations):
        rel = "captions" if type_ in ("text/vtt", "application/x-subrip") else None
        yield element("podcast:transcript", url=url, type=type_, language=language, rel=rel)
    if item.chapters_url:
        yield element("podcast:chapters", url=item.chapters_url, type="application/json+chapters")
    for bite in episode.soundbites:
        times = {"startTime": _seconds(bite.start_seconds), "duration": _seconds(bite.duration_seconds)}
        yield element("podcast:soundbite", bite.title, **times)
    people = [(person, person.role or "guest") for person in effective.people(show, episode)]
    yield from person_elements(people, item.picture_urls)
    for further in item.alternates:
        yield _alternate_enclosure(further)
    if episode.location:
        place = episode.location
        yield element("podcast:location", place.name, geo=place.geo, osm=place.osm)
    if episode.license:
        yield license_element(episode.license)
    if episode.social:
        yield element("podcast:socialInteract", uri=episode.social.url, protocol=episode.social.protocol)


def _seconds(seconds: float) -> str:
    """Whole milliseconds at most, and never an exponent."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _alternate_enclosure(further: FurtherEnclosure) -> Element:
    """https://podcastnamespace.org/tag/alternate-enclosure"""
    children = []
    if further.digest:
        value = base64.b64encode(bytes.fromhex(further.digest)).decode()
        children.append(element("podcast:integrity", type="sri", value=f"sha256-{value}"))
    children.append(element("podcast:source", uri=further.url))
    return element(
        "podcast:alternateEnclosure",
        "",
        *children,
        type=further.type,
        length=further.length_bytes,
        bitrate=further.alternate.bitrate,
        title=further.alternate.title,
        lang=further.alternate.language,
    )
