"""Items as bytes, by feedgen. Pure.

An item's bytes are the same wherever it stands, so a feed is its head, its items joined, and its tail.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from feedgen.entry import FeedEntry
from lxml import etree

from publisher import effective
from publisher.feed.item import FeedItem, item_elements
from publisher.feed.namespace import NAMESPACES, append_to
from publisher.model import Show
from publisher.text import text_as_html

# Ten thousand items as one tree of elements take a gigabyte; as bytes they take thirty megabytes.
_BATCH: Final = 100
_OPEN: Final = b"    <item>\n"
_CLOSE: Final = b"    </item>\n"


def render_items(show: Show, items: Iterable[FeedItem]) -> Iterator[bytes]:
    """Each item as it stands in the feed, indented, with the line break after it.

    Args:
        show: as `publisher.feed.render_feed` takes it.
    """
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, _BATCH)):
        yield from _rendered(show, batch)


def split_at_items(document: bytes) -> tuple[bytes, bytes]:
    """What stands before the items of a feed that has none, and what after them."""
    cut = document.rindex(b"  </channel>")
    return document[:cut], document[cut:]


def _rendered(show: Show, batch: tuple[FeedItem, ...]) -> list[bytes]:
    # An element is given its namespace more quickly where that is declared above it already: so the items
    # are put into a channel first, and filled there.
    rss = etree.Element("rss", nsmap=NAMESPACES)
    channel = etree.SubElement(rss, "channel")
    for item in batch:
        node = _entry(item).rss_entry()
        channel.append(node)
        append_to(node, item_elements(show, item))
    document = etree.tostring(rss, encoding="UTF-8", pretty_print=True)
    start, end = document.index(_OPEN), document.rindex(_CLOSE)
    # `<` stands in no text unescaped, and there is no CDATA: these are the items' own tags.
    return [part + _CLOSE for part in document[start:end].split(_CLOSE)]


def _entry(item: FeedItem) -> Any:
    """What feedgen knows of an item."""
    episode = item.episode
    entry = FeedEntry()
    entry.title(episode.title)
    entry.guid(item.guid, permalink=False)
    entry.link(href=episode.link or item.page_url)
    entry.description(text_as_html(effective.summary(episode) or episode.title))
    if item.content_html:
        entry.content(item.content_html)
    entry.enclosure(item.enclosure_url, str(item.length_bytes), item.type)
    return entry
