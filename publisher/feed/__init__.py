"""The feed: RSS 2.0 by feedgen, with elements of our own. Pure; the same show gives the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, TypedDict, Unpack

from feedgen.feed import FeedGenerator

from publisher import __version__
from publisher.feed.channel import channel_elements
from publisher.feed.item import FeedItem
from publisher.feed.keys import ItemKeys
from publisher.feed.namespace import ChannelExtension, Element
from publisher.feed.paging import Paging, paging_elements
from publisher.feed.rendering import render_items, split_at_items
from publisher.feed.style import feed_opening, feed_stylesheet
from publisher.model import Owner, Show
from publisher.namespace import Trailer
from publisher.text import feed_html, text_as_html

__all__ = [
    "FeedItem",
    "ItemKeys",
    "feed_frame",
    "feed_stylesheet",
    "render_feed",
    "render_items",
]

# feedgen writes a date by setting the locale of the whole process and putting it back: two threads at once
# may put back what the other had set.
_dating: Final = threading.Lock()


class Head(TypedDict, total=False):
    """What stands above the items, besides what the show says.

    Attributes:
        artwork_url: where the show's artwork is.
        artwork_sizes: (pixels a side, address) of smaller ones, the largest first.
        trailers: the released episodes that are trailers: the channel lists them before any item.
        paging: where this document stands among those of a large show; without: it is the only one.
        style_url: where `feed_stylesheet` of the show is.
    """

    artwork_url: str
    artwork_sizes: tuple[tuple[int, str], ...]
    paging: Paging
    trailers: Iterable[Trailer]
    style_url: str


def render_feed(
    show: Show, items: Iterable[FeedItem], *, newest: datetime | None, **above: Unpack[Head]
) -> bytes:
    """The feed, or an archive page of it, as UTF-8 XML.

    Args:
        items: in the order in which they shall stand, the newest first.
        show, newest, above: as `feed_frame` takes them.
    """
    head, tail = feed_frame(show, newest=newest, **above)
    return b"".join((head, *render_items(show, items), tail))


def feed_frame(show: Show, *, newest: datetime | None, **above: Unpack[Head]) -> tuple[bytes, bytes]:
    """The feed, or an archive page of it, without its items: what stands before them and what behind them.

    Args:
        show: settled (`publisher.planning.settle`), its hosts' pictures by their addresses.
        newest: when the newest episode went out, aware. It is the feed's date too: a clock's would make
            two machines write two feeds.
        above: see `Head`.
    """
    paging = above.get("paging", Paging(show.feed_url))
    artwork_url = above.get("artwork_url", "")
    own = (
        *paging_elements(paging),
        *channel_elements(
            show,
            artwork_url=artwork_url,
            artwork_sizes=above.get("artwork_sizes", ()),
            trailers=above.get("trailers", ()),
        ),
    )
    head, tail = split_at_items(_channel(show, newest, artwork_url, own, archive=paging.archive))
    declaration, line_break, rest = head.partition(b"\n")
    return declaration + line_break + feed_opening(show, above.get("style_url", "")) + rest, tail


def _channel(
    show: Show,
    newest: datetime | None,
    artwork_url: str,
    own: tuple[Element, ...],
    *,
    archive: bool,
) -> bytes:
    feed = FeedGenerator()
    feed.register_extension("publisher", ChannelExtension, atom=False, rss=True)
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
    with _dating:
        rendered: bytes = feed.rss_str(pretty=True)
    return rendered


def _mailbox(owner: Owner) -> str:
    """As RSS writes a person: the address, and who it is."""
    return f"{owner.email} ({owner.name})" if owner.name else owner.email
