"""A show's feed by feedgen as its users drive it: with an extension, and lxml's SubElement for each element.

It holds the elements that `publisher.feed` writes for the same items, no more and no fewer, and decides
nothing: no defaults of the show, no escaping of texts that would be taken for HTML, no checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher.feed import FeedItem
from publisher.model import Episode, Person, Show

_ITUNES: Final = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST: Final = "https://podcastindex.org/namespace/1.0"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_NAMESPACES: Final = {"itunes": _ITUNES, "podcast": _PODCAST, "dc": _DC}


class ShowExtension(BaseExtension):  # type: ignore[misc]
    """The elements of the channel that feedgen does not know."""

    show: Show

    def extend_ns(self) -> dict[str, str]:
        return _NAMESPACES

    def extend_rss(self, feed: Any) -> Any:
        channel, show = feed[0], self.show
        for category in show.categories:
            etree.SubElement(channel, "category").text = category
        etree.SubElement(channel, f"{{{_ITUNES}}}title").text = show.title
        etree.SubElement(channel, f"{{{_ITUNES}}}author").text = show.author
        for category in show.categories:
            etree.SubElement(channel, f"{{{_ITUNES}}}category", text=category)
        etree.SubElement(channel, f"{{{_ITUNES}}}explicit").text = "false"
        etree.SubElement(channel, f"{{{_ITUNES}}}type").text = show.type
        etree.SubElement(channel, f"{{{_PODCAST}}}guid").text = show.guid
        etree.SubElement(channel, f"{{{_PODCAST}}}locked").text = "yes"
        etree.SubElement(channel, f"{{{_PODCAST}}}medium").text = show.medium
        for host in show.hosts:
            person = etree.SubElement(
                channel, f"{{{_PODCAST}}}person", role="host", group="cast", href=host.url
            )
            person.text = host.name
        return feed


class EpisodeExtension(BaseEntryExtension):  # type: ignore[misc]
    """The elements of an item that feedgen does not know."""

    show: Show
    item: FeedItem

    def extend_rss(self, entry: Any) -> Any:
        show, item = self.show, self.item
        episode = item.episode
        etree.SubElement(entry, f"{{{_DC}}}creator").text = show.author
        etree.SubElement(entry, f"{{{_ITUNES}}}title").text = episode.title
        etree.SubElement(entry, f"{{{_ITUNES}}}author").text = show.author
        etree.SubElement(entry, f"{{{_ITUNES}}}duration").text = str(round(item.duration_seconds))
        etree.SubElement(entry, f"{{{_ITUNES}}}explicit").text = "false"
        etree.SubElement(entry, f"{{{_ITUNES}}}episodeType").text = episode.type
        etree.SubElement(entry, f"{{{_ITUNES}}}season").text = str(episode.season)
        etree.SubElement(entry, f"{{{_ITUNES}}}episode").text = str(episode.number)
        etree.SubElement(entry, f"{{{_ITUNES}}}image", href=item.artwork_url)
        etree.SubElement(entry, f"{{{_PODCAST}}}season").text = str(episode.season)
        etree.SubElement(entry, f"{{{_PODCAST}}}episode").text = str(episode.number)
        for url, type_ in item.transcripts:
            etree.SubElement(
                entry,
                f"{{{_PODCAST}}}transcript",
                url=url,
                type=type_,
                language=show.language,
                rel="captions",
            )
        etree.SubElement(
            entry, f"{{{_PODCAST}}}chapters", url=item.chapters_url, type="application/json+chapters"
        )
        for role, people in (("host", show.hosts), ("guest", episode.guests)):
            for each in people:
                person = etree.SubElement(
                    entry, f"{{{_PODCAST}}}person", role=role, group="cast", href=each.url
                )
                person.text = each.name
        image = {"href": item.artwork_url, "aspect-ratio": "1/1", "purpose": "artwork"}
        etree.SubElement(entry, f"{{{_PODCAST}}}image", image)
        return entry


def bare_feed(show: Show, items: Iterable[FeedItem]) -> bytes:
    """The feed."""
    generator = FeedGenerator()
    generator.register_extension("show", ShowExtension, EpisodeExtension, atom=False, rss=True)
    generator.title(show.title)
    generator.link(href=show.feed_url, rel="self", type="application/rss+xml")
    generator.link(href=show.link, rel="alternate")
    generator.description(f"<p>{show.description}</p>")
    generator.language(show.language)
    generator.generator("publisher")
    generator.show.show = show
    newest = None
    for item in items:
        newest = newest or item.published
        entry = generator.add_entry(order="append")
        entry.title(item.episode.title)
        entry.guid(item.guid, permalink=False)
        entry.link(href=item.page_url)
        entry.description(item.episode.summary)
        entry.content(item.content_html)
        entry.enclosure(item.enclosure_url, str(item.length_bytes), item.type)
        entry.pubDate(item.published)
        entry.show.show, entry.show.item = show, item
    if newest:
        generator.lastBuildDate(newest)
        generator.pubDate(newest)
    rendered: bytes = generator.rss_str(pretty=True)
    return rendered


_URL: Final = "https://podcast.example.com/"
_CONTENT: Final = (
    "<p>What happens when a hundred people build one thing, and who decides when it is done?</p>\n"
    "<p><strong>Guest:</strong> Guest Number PLACE, chief engineer, Institute of Things</p>\n"
    f"<ul>{'<li>Say what makes cooperation last, and who pays for it</li>' * 5}</ul>\n"
    "<p>0:00 Welcome<br>12:40 How it began<br>31:00 What we learned</p>\n"
    + '<p>More: <a href="https://example.com/project/PLACE">the project&amp;its page</a></p>\n'
    * 6
)


def feed_show() -> Show:
    """The show whose feed both make."""
    return Show(
        folder="episodes",
        title="Things that speak",
        description="A weekly conversation.",
        language="en",
        categories=("Technology",),
        url=_URL,
        link=_URL,
        feed_url=_URL + "feed.xml",
        author="The makers",
        guid="ead4c236-bf58-58c6-a2c6-a6b28d128cb6",
        hosts=(Person("Ada Holm", url="https://example.com/ada"),),
    )


def feed_items(episodes: int) -> list[FeedItem]:
    """Its items, the newest first."""
    return [_item(place) for place in range(episodes, 0, -1)]


def _item(place: int) -> FeedItem:
    slug = f"{place:05}-building-together"
    return FeedItem(
        episode=Episode(
            slug,
            f"Building together & apart, part {place}",
            number=place,
            season=1 + place // 50,
            summary="What happens when a hundred people build one thing?",
            guests=(Person(f"Guest Number {place}", url=f"https://example.com/people/{place}"),),
        ),
        guid=f"ead4c236-bf58-58c6-a2c6-{place:012}",
        published=datetime(1998, 1, 5, 6, tzinfo=UTC) + timedelta(days=place),
        enclosure_url=f"{_URL}media/{slug}-0123456789abcdef01234567.mp3",
        length_bytes=28_000_000 + place,
        type="audio/mpeg",
        duration_seconds=1800.0 + place % 600,
        page_url=f"{_URL}episodes/{slug}/",
        content_html=_CONTENT.replace("PLACE", str(place)),
        artwork_url=f"{_URL}artwork/{slug}.jpg",
        chapters_url=f"{_URL}chapters/{slug}.chapters.json",
        transcripts=((f"{_URL}transcripts/{slug}.vtt", "text/vtt"),),
    )
