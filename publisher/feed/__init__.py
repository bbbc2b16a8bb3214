"""The feed: RSS 2.0 by feedgen, with an extension of our own. Pure; the same show gives the same bytes."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from feedgen.feed import FeedGenerator

from publisher import __version__, effective
from publisher.feed.channel import channel_elements
from publisher.feed.item import FeedItem, item_elements
from publisher.feed.namespace import ChannelExtension, Element, ItemExtension
from publisher.feed.paging import Paging, paging_elements
from publisher.feed.style import feed_opening, feed_stylesheet
from publisher.model import Owner, Show
from publisher.namespace import Trailer
from publisher.text import feed_html, text_as_html

__all__ = ["FeedItem", "feed_stylesheet", "render_feed"]

# Ten thousand items as one tree of elements take a gigabyte; as bytes they take sixty megabytes.
_BATCH: Final = 200
# feedgen writes a date by setting the locale of the whole process and putting it back: two threads at once
# may put back what the other had set.
_dating: Final = threading.Lock()
_OPEN: Final = b"    <item>\n"
_CLOSE: Final = b"    </item>\n"


def render_feed(
    show: Show,
    items: Iterable[FeedItem],
    *,
    newest: datetime | None,
    artwork_url: str = "",
    artwork_sizes: tuple[tuple[int, str], ...] = (),
    paging: Paging | None = None,
    trailers: Iterable[Trailer] = (),
    style_url: str = "",
) -> bytes:
    """The feed, or an archive page of it, as UTF-8 XML.

    Args:
        show: settled (`publisher.planning.settle`), its hosts' pictures by their addresses.
        items: in the order in which they shall stand, the newest first.
        newest: when the newest episode went out, aware. It is the feed's date too: a clock's would make
            two machines write two feeds.
        artwork_url: where the show's artwork is.
        artwork_sizes: (pixels a side, address) of smaller ones, the largest first.
        trailers: the released episodes that are trailers: the channel lists them before any item.
        paging: where this document stands among those of a large show; None: it is the only one.
        style_url: where `feed_stylesheet` of the show is.
    """
    paging = paging or Paging(show.feed_url)
    own = (
        *paging_elements(paging),
        *channel_elements(show, artwork_url=artwork_url, artwork_sizes=artwork_sizes, trailers=trailers),
    )
    chunks: list[bytes] = []
    head = tail = b""
    for batch in itertools.chain([()], _batched(items)):
        rendered = _render_batch(show, batch, newest, artwork_url, own, archive=paging.archive)
        start, end = rendered.find(_OPEN), rendered.rfind(_CLOSE)
        if start < 0:
            # Without items: what comes before them, and after.
            cut = rendered.rindex(b"  </channel>")
            head, tail = rendered[:cut], rendered[cut:]
        else:
            # `<` stands in no text unescaped, and there is no CDATA: these are the item's own tags.
            chunks.append(rendered[start : end + len(_CLOSE)])
    declaration, _, rest = head.partition(b"\n")
    opening = feed_opening(show, style_url)
    return b"".join((declaration, b"\n", opening, rest, *chunks, tail))


def _batched(items: Iterable[FeedItem]) -> Iterable[tuple[FeedItem, ...]]:
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, _BATCH)):
        yield batch


def _render_batch(
    show: Show,
    batch: tuple[FeedItem, ...],
    newest: datetime | None,
    artwork_url: str,
    own: tuple[Element, ...],
    *,
    archive: bool,
) -> bytes:
    feed = FeedGenerator()
    feed.register_extension("publisher", ChannelExtension, ItemExtension, atom=False, rss=True)
    feed.title(show.title)
    # RSS <link> is the last of these, so `self` comes first.
    if not archive:
        feed.link(href=show.feed_url, rel="self", type="application/rss+xml")
    feed.link(href=show.link, rel="alternate")
    feed.description(feed_html(show.description) or text_as_html(show.title))
    feed.language(show.language)
    feed.generator("publisher", __version__)
    if show.copyright:
        feed.copyright(show.copyright)
    if artwork_url:
        feed.image(artwork_url, show.title, show.link)
    moment = (newest or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC)
    feed.lastBuildDate(moment)
    feed.pubDate(moment)
    if show.owner and show.owner.email:
        feed.managingEditor(_mailbox(show.owner))
    web_master = show.web_master or show.owner
    if web_master and web_master.email:
        feed.webMaster(_mailbox(web_master))
    if show.feed_ttl:
        feed.ttl(show.feed_ttl)
    feed.publisher.elements = own
    for item in batch:
        _add(feed, show, item)
    with _dating:
        rendered: bytes = feed.rss_str(pretty=True)
    return rendered


def _mailbox(owner: Owner) -> str:
    """As RSS writes a person: the address, and who it is."""
    return f"{owner.email} ({owner.name})" if owner.name else owner.email


def _add(feed: Any, show: Show, item: FeedItem) -> None:
    entry = feed.add_entry(order="append")
    entry.title(item.episode.title)
    entry.guid(item.guid, permalink=False)
    entry.link(href=item.episode.link or item.page_url)
    entry.description(text_as_html(effective.summary(item.episode) or item.episode.title))
    if item.content_html:
        entry.content(item.content_html)
    entry.enclosure(item.enclosure_url, str(item.length_bytes), item.type)
    entry.pubDate(item.published.astimezone(UTC))
    entry.publisher.elements = tuple(item_elements(show, item))
