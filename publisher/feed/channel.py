"""The channel's elements out of the show. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC

from publisher import effective
from publisher.feed.namespace import Element, element
from publisher.feed.shared import (
    chat_elements,
    funding_elements,
    image_elements,
    license_elements,
    person_elements,
    place_elements,
    remote_item_element,
    rfc2822,
    social_elements,
    txt_elements,
    value_elements,
)
from publisher.model import Show
from publisher.namespace import Trailer, UpdateFrequency


def channel_elements(
    show: Show,
    *,
    artwork_url: str,
    artwork_sizes: tuple[tuple[int, str], ...] = (),
    trailers: Iterable[Trailer] = (),
) -> Iterator[Element]:
    """All of the channel that feedgen does not write itself.

    Args:
        show: settled (`publisher.planning.settle`), its pictures by their addresses.
        artwork_url: where the released artwork is.
        artwork_sizes: (pixels a side, address) of smaller ones, the largest first.
        trailers: the released episodes that are trailers; the show's own go before them.
    """
    for hub in show.notify.websub:
        yield element("atom:link", href=hub, rel="hub")
    for category in show.categories:
        # A hierarchy has slashes in RSS: https://www.rssboard.org/rss-specification
        yield element("category", category.replace(" > ", "/"))
    yield from _apple(show, artwork_url)
    yield from _namespace(show, artwork_url, artwork_sizes)
    yield from _trailers(show, trailers)


def _apple(show: Show, artwork_url: str) -> Iterator[Element]:
    """https://help.apple.com/itc/podcasts_connect/#/itcb54353390"""
    yield element("itunes:title", show.title)
    author = effective.show_author(show)
    if author:
        yield element("itunes:author", author)
    for category in show.categories:
        name, _, sub = category.partition(" > ")
        inner = (element("itunes:category", text=sub),) if sub else ()
        yield element("itunes:category", "", *inner, text=name)
    yield element("itunes:explicit", str(show.explicit).lower())
    if artwork_url:
        yield element("itunes:image", href=artwork_url)
    if show.owner and (show.owner.name or show.owner.email):
        parts = [("itunes:name", show.owner.name), ("itunes:email", show.owner.email)]
        yield element("itunes:owner", "", *(element(name, text) for name, text in parts if text))
    yield element("itunes:type", show.type)
    if show.new_feed_url:
        yield element("itunes:new-feed-url", show.new_feed_url)
    if ("", True) in effective.blocks(show):
        yield element("itunes:block", "Yes")
    if show.complete:
        yield element("itunes:complete", "Yes")


def _namespace(show: Show, artwork_url: str, artwork_sizes: tuple[tuple[int, str], ...]) -> Iterator[Element]:
    """https://podcastnamespace.org"""
    yield element("podcast:guid", show.guid)
    owner = show.owner.email if show.owner else ""
    yield element("podcast:locked", "yes" if show.locked else "no", owner=owner)
    yield element("podcast:medium", show.medium)
    for service, blocked in effective.blocks(show):
        yield element("podcast:block", "yes" if blocked else "no", id=service)
    if show.notify.podping:
        yield element("podcast:podping", usesPodping="true")
    if show.license:
        yield from license_elements(show.license)
    yield from funding_elements(show.funding)
    yield from value_elements(show.value)
    yield from person_elements([(person, person.role or "host") for person in show.hosts], {})
    images = effective.images(show)
    yield from image_elements(show.artwork, artwork_url, images, {}, artwork_sizes=artwork_sizes)
    yield from place_elements(show.location)
    yield from social_elements(show.social)
    yield from chat_elements(show.chat)
    yield from txt_elements(show.txt)
    yield from _update_frequency(show)
    if show.publisher:
        yield element("podcast:publisher", "", remote_item_element(show.publisher, medium="publisher"))
    if show.podroll:
        yield element("podcast:podroll", "", *map(remote_item_element, show.podroll))
    yield from map(remote_item_element, show.remote_item)


def _update_frequency(show: Show) -> Iterator[Element]:
    """https://podcastnamespace.org/tag/update-frequency; a show that is complete says so here as well."""
    frequency = show.update_frequency or (UpdateFrequency() if show.complete else None)
    if frequency is None:
        return
    start = frequency.dtstart
    yield element(
        "podcast:updateFrequency",
        frequency.text,
        complete="true" if show.complete or frequency.complete else "",
        dtstart=start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z") if start else "",
        rrule=frequency.rrule,
    )


def _trailers(show: Show, released: Iterable[Trailer]) -> Iterator[Element]:
    """https://podcastnamespace.org/tag/trailer"""
    by_url: dict[str, Trailer] = {}
    for trailer in (*show.trailer, *released):
        by_url.setdefault(trailer.url, trailer)
    for trailer in by_url.values():
        yield element(
            "podcast:trailer",
            trailer.title,
            pubdate=rfc2822(trailer.published),
            url=trailer.url,
            length=trailer.length,
            type=trailer.type,
            season=trailer.season,
        )
