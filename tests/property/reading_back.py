"""Model values out of a feed's elements: a reader that shares nothing with what writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from publisher.model import Episode, Funding, Place, Show, Social
from publisher.namespace import (
    Chat,
    ContentLink,
    Image,
    Recipient,
    RemoteItem,
    TimeSplit,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from tests.release.feeds import NAMESPACES

Said = dict[str, Any]


def of_channel(channel: etree._Element) -> Said:
    """Everything that the channel says in the podcast namespace and the show's own values say as well."""
    return _shared(channel) | {
        "block": tuple((node.get("id", ""), node.text == "yes") for node in _all(channel, "block")),
        "trailer": tuple(map(_trailer, _all(channel, "trailer"))),
        "update_frequency": [_frequency(node) for node in _all(channel, "updateFrequency")],
        "podroll": tuple(map(_remote, _all(channel, "podroll/podcast:remoteItem"))),
        "publisher": [_remote(node) for node in _all(channel, "publisher/podcast:remoteItem")],
        "remote_item": tuple(map(_remote, _all(channel, "remoteItem"))),
        "ttl": channel.findtext("ttl"),
    }


def of_item(item: etree._Element) -> Said:
    season = [(node.text, node.get("name", "")) for node in _all(item, "season")]
    links = (ContentLink(node.get("href", ""), node.text or "") for node in _all(item, "contentLink"))
    return _shared(item) | {"season": season, "content_link": tuple(links)}


def said_by_show(show: Show) -> Said:
    """What `of_channel` should give."""
    block = ((("", True),) if show.block else ()) if isinstance(show.block, bool) else show.block
    frequency = show.update_frequency or UpdateFrequency()
    complete = show.complete or frequency.complete
    trailers = {trailer.url: trailer for trailer in reversed(show.trailer)}
    return _said(show) | {
        "block": block,
        "trailer": tuple(trailers[url] for url in dict.fromkeys(trailer.url for trailer in show.trailer)),
        "update_frequency": (
            [replace(frequency, complete=complete)] if show.update_frequency or show.complete else []
        ),
        "podroll": show.podroll,
        "publisher": [replace(show.publisher, medium="publisher")] if show.publisher else [],
        "remote_item": show.remote_item,
        "ttl": str(show.feed_ttl) if show.feed_ttl else None,
    }


def said_by_episode(show: Show, episode: Episode) -> Said:
    """What `of_item` should give."""
    name = dict(show.seasons).get(episode.season or 0, "")
    links = (replace(link, text=link.text or link.url) for link in episode.content_link)
    return _said(episode) | {
        "season": [(str(episode.season), name)] if episode.season else [],
        "content_link": tuple(links),
    }


def _said(value: Show | Episode) -> Said:
    unranked = len(value.social) > 1 and all(post.priority is None for post in value.social)
    posts = []
    for place, post in enumerate(value.social, start=1):
        if post.protocol != "disabled" and unranked:
            post = replace(post, priority=place)
        posts.append(post)
    return {
        "funding": tuple(replace(item, text=item.text or item.url) for item in value.funding),
        "location": value.location,
        "social": tuple(posts),
        "value": value.value,
        "images": value.images,
        "txt": value.txt,
        "chat": [value.chat] if value.chat else [],
    }


def _shared(element: etree._Element) -> Said:
    return {
        "funding": tuple(Funding(node.get("url", ""), node.text or "") for node in _all(element, "funding")),
        "location": tuple(map(_place, _all(element, "location"))),
        "social": tuple(map(_social, _all(element, "socialInteract"))),
        "value": tuple(map(_value, _all(element, "value"))),
        "images": tuple(map(_image, _all(element, "image"))),
        "txt": tuple(Txt(node.text or "", node.get("purpose", "")) for node in _all(element, "txt")),
        "chat": [_chat(node) for node in _all(element, "chat")],
    }


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall(f"podcast:{path}", NAMESPACES)


def _number(node: etree._Element, name: str) -> int | None:
    text = node.get(name)
    return None if text is None else int(text)


def _place(node: etree._Element) -> Place:
    given = {name: node.get(name, "") for name in ("geo", "osm", "rel", "country")}
    return Place(node.text or "", **given)


def _social(node: etree._Element) -> Social:
    return Social(
        node.get("uri", ""),
        node.get("protocol", ""),
        node.get("accountId", ""),
        node.get("accountUrl", ""),
        _number(node, "priority"),
    )


def _chat(node: etree._Element) -> Chat:
    return Chat(*(node.get(name, "") for name in ("server", "protocol", "accountId", "space")))


def _remote(node: etree._Element) -> RemoteItem:
    return RemoteItem(
        *(node.get(name, "") for name in ("feedGuid", "feedUrl", "itemGuid", "medium", "title"))
    )


def _value(node: etree._Element) -> Value:
    return Value(
        tuple(map(_recipient, _all(node, "valueRecipient"))),
        node.get("type", ""),
        node.get("method", ""),
        node.get("suggested", ""),
        tuple(map(_time_split, _all(node, "valueTimeSplit"))),
    )


def _recipient(node: etree._Element) -> Recipient:
    return Recipient(
        node.get("address", ""),
        int(node.get("split", "")),
        node.get("name", ""),
        node.get("type", ""),
        node.get("customKey", ""),
        node.get("customValue", ""),
        node.get("fee") == "true",
    )


def _time_split(node: etree._Element) -> TimeSplit:
    start, others = node.get("remoteStartTime"), _all(node, "remoteItem")
    return TimeSplit(
        float(node.get("startTime", "")),
        float(node.get("duration", "")),
        None if start is None else float(start),
        _number(node, "remotePercentage"),
        _remote(others[0]) if others else None,
        tuple(map(_recipient, _all(node, "valueRecipient"))),
    )


def _image(node: etree._Element) -> Image:
    return Image(
        node.get("href", ""),
        node.get("alt", ""),
        node.get("aspect-ratio", ""),
        _number(node, "width"),
        _number(node, "height"),
        node.get("type", ""),
        node.get("purpose", ""),
    )


def _trailer(node: etree._Element) -> Trailer:
    return Trailer(
        node.text or "",
        node.get("url", ""),
        parsedate_to_datetime(node.get("pubdate", "")),
        _number(node, "length"),
        node.get("type", ""),
        _number(node, "season"),
    )


def _frequency(node: etree._Element) -> UpdateFrequency:
    start = node.get("dtstart")
    return UpdateFrequency(
        node.text or "",
        node.get("rrule", ""),
        datetime.strptime(start, "%Y-%m-%dT%H:%M:%S.000Z").replace(tzinfo=UTC) if start else None,
        node.get("complete") == "true",
    )
