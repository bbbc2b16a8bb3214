"""An item's elements out of an episode. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from publisher import effective
from publisher.feed.namespace import Element, element, seconds
from publisher.feed.shared import (
    chat_elements,
    funding_elements,
    image_elements,
    license_elements,
    person_elements,
    place_elements,
    rfc2822,
    social_elements,
    txt_elements,
    value_elements,
)
from publisher.model import Alternate, Chapter, Episode, Show
from publisher.vocabulary import license_names


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
        length_bytes, type, digest, bitrate: of the enclosure; its SHA-256, and bits per second.
        page_url: the episode's page.
        content_html: the show notes, safe.
        transcripts: (address, type) of each form, the best one first.
        translations: (language, address, type) of each form of those in further languages.
        artwork_sizes: (pixels a side, address) of smaller ones, the largest first.
        picture_urls: address by the name under which a picture stands in the YAML.
        chapters: those that hold.
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
    artwork_sizes: tuple[tuple[int, str], ...] = ()
    chapters_url: str = ""
    transcripts: tuple[tuple[str, str], ...] = ()
    translations: tuple[tuple[str, str, str], ...] = ()
    picture_urls: dict[str, str] = field(default_factory=dict)
    alternates: tuple[FurtherEnclosure, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    digest: str = ""
    bitrate: int = 0


def item_elements(show: Show, item: FeedItem) -> Iterator[Element]:
    """All of the item that feedgen does not write itself."""
    yield from _plain(show, item)
    yield from _apple(show, item)
    yield from _namespace(show, item)
    yield from _simple_chapters(item)


def _plain(show: Show, item: FeedItem) -> Iterator[Element]:
    """RSS and Dublin Core: https://www.rssboard.org/rss-profile"""
    episode = item.episode
    # feedgen would set the locale of the whole process, and set it back, for each date.
    yield element("pubDate", rfc2822(item.published))
    for word in episode.keywords:
        yield element("category", word)
    for taxonomy, words in episode.taxonomies:
        for word in words:
            yield element("category", word, domain=taxonomy)
    # RSS's own author is an e-mail address, and the host's is nobody's business here.
    author = effective.author(show, episode)
    if author:
        yield element("dc:creator", author)
    talked = next((post.url for post in episode.social if post.url and post.protocol != "disabled"), "")
    if talked:
        yield element("comments", talked)


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
        name = dict(show.seasons).get(episode.season, "")
        yield element("podcast:season", str(episode.season), name=name)
    if episode.number:
        yield element("podcast:episode", str(episode.number), display=episode.code)
    own = [(show.language, url, type_) for url, type_ in item.transcripts]
    for language, url, type_ in (*own, *item.translations):
        rel = "captions" if type_ in ("text/vtt", "application/x-subrip") else None
        yield element("podcast:transcript", url=url, type=type_, language=language, rel=rel)
    if item.chapters_url:
        yield element("podcast:chapters", url=item.chapters_url, type="application/json+chapters")
    for bite in episode.soundbites:
        times = {"startTime": seconds(bite.start_seconds), "duration": seconds(bite.duration_seconds)}
        yield element("podcast:soundbite", bite.title, **times)
    people = [(person, person.role or "guest") for person in effective.people(show, episode)]
    yield from person_elements(people, item.picture_urls)
    if item.alternates:
        yield _main_enclosure(item)
    for further in item.alternates:
        yield _alternate_enclosure(further)
    yield from image_elements(
        episode.artwork,
        item.artwork_url,
        effective.images(episode),
        item.picture_urls,
        artwork_sizes=item.artwork_sizes,
    )
    yield from place_elements(episode.location)
    if episode.license:
        yield from license_elements(episode.license)
    # A channel has RSS's own `copyright`, and should not say it twice; an item has no such element.
    # https://validator.w3.org/feed/docs/warning/DuplicateSemantics.html
    if rights := license_names().get(episode.license.casefold()):
        yield element("dc:rights", rights)
    yield from funding_elements(episode.funding)
    yield from value_elements(episode.value)
    for link in episode.content_link:
        yield element("podcast:contentLink", link.text or link.url, href=link.url)
    yield from social_elements(episode.social)
    yield from chat_elements(episode.chat)
    yield from txt_elements(episode.txt)


def _simple_chapters(item: FeedItem) -> Iterator[Element]:
    """https://podlove.org/simple-chapters/: they all have titles, and none is hidden."""
    chapters = [
        element(
            "psc:chapter",
            start=_play_time(chapter.start_seconds),
            title=chapter.title,
            href=chapter.url,
            image=item.picture_urls.get(chapter.image, chapter.image if "://" in chapter.image else ""),
        )
        for chapter in item.chapters
        if chapter.title and chapter.toc
    ]
    if chapters:
        yield element("psc:chapters", "", *chapters, version="1.2")


def _play_time(start_seconds: float) -> str:
    """Normal play time, https://www.rfc-editor.org/rfc/rfc2326#section-3.6"""
    milliseconds = round(start_seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _main_enclosure(item: FeedItem) -> Element:
    """The enclosure itself, among those that stand in for it: apps choose from one list."""
    taken = any(further.alternate.default for further in item.alternates)
    return element(
        "podcast:alternateEnclosure",
        "",
        *_integrity(item.digest),
        element("podcast:source", uri=item.enclosure_url),
        type=item.type,
        length=item.length_bytes,
        bitrate=item.bitrate or None,
        default="" if taken else "true",
    )


def _alternate_enclosure(further: FurtherEnclosure) -> Element:
    """https://podcastnamespace.org/tag/alternate-enclosure"""
    alternate = further.alternate
    return element(
        "podcast:alternateEnclosure",
        "",
        *_integrity(further.digest),
        element("podcast:source", uri=further.url),
        *(
            element("podcast:source", uri=source.uri, contentType=source.content_type)
            for source in alternate.sources
        ),
        type=further.type,
        length=further.length_bytes,
        bitrate=alternate.bitrate,
        height=alternate.height,
        lang=alternate.language,
        title=alternate.title,
        rel=alternate.rel,
        codecs=alternate.codecs,
        default="true" if alternate.default else "",
    )


def _integrity(digest: str) -> list[Element]:
    """https://www.w3.org/TR/SRI/"""
    if not digest:
        return []
    value = base64.b64encode(bytes.fromhex(digest)).decode()
    return [element("podcast:integrity", type="sri", value=f"sha256-{value}")]
