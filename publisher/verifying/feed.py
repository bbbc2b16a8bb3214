"""The addresses of a feed, found as a stranger finds them: by its XML alone. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from lxml import etree

from publisher.verifying.verification import Fault

Kind = Literal["enclosure", "alternate", "artwork", "picture", "transcript", "chapters", "page", "object"]

_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_PODCAST: Final = "{https://podcastindex.org/namespace/1.0}"


@dataclass(frozen=True, slots=True)
class Address:
    """One address and what is said of it.

    Attributes:
        name: what to call it before a person.
        type: as the feed says; empty where it says nothing.
        length_bytes: as the feed (or the manifest) says.
        digest: as the manifest says.
    """

    url: str
    kind: Kind
    name: str
    type: str = ""
    length_bytes: int | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says. Homes of persons, funding and comments are left out: other people's places, where a
    program has no business.

    Attributes:
        channel: addresses of the show itself.
        items: addresses of each item, in the feed's order.
        faults: what is wrong with it before anything is asked for.
    """

    channel: tuple[Address, ...]
    items: tuple[tuple[Address, ...], ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Seen:
    guids: dict[str, str] = field(default_factory=dict)
    enclosures: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read_feed(feed_url: str, body: bytes) -> Feed | Fault:
    """Reads a feed; a fault where it is none."""
    channel: tuple[Address, ...] | None = None
    items: list[tuple[Address, ...]] = []
    faults: list[Fault] = []
    seen = _Seen()
    try:
        # No entities and no network: the feed may be anybody's.
        events = etree.iterparse(
            io.BytesIO(body),
            events=("end",),
            tag=("item", "channel"),
            resolve_entities=False,
            no_network=True,
        )
        for _, element in events:
            if element.tag == "item":
                title = _text(element, "title") or f"item {len(items) + 1}"
                items.append(tuple(_item(element, title)))
                faults += _duplicates(element, title, feed_url, seen)
                element.clear()
            else:
                channel = tuple(_channel(element))
        root = events.root
    except etree.XMLSyntaxError as error:
        where = f"line {error.lineno}" if error.lineno else "its start"
        return Fault(
            "verify-feed",
            feed_url,
            f"the feed is no well-formed XML ({where}: {error.msg})",
            "publish again; if it stays so, something between the store and the world changes it",
        )
    if channel is None or root is None or root.tag != "rss":
        return Fault(
            "verify-feed", feed_url, "the feed is XML, but no RSS", "see what stands at this address"
        )
    return Feed(channel, tuple(items), tuple(faults))


def _text(element: Any, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _attribute(element: Any, name: str) -> str:
    return (element.get(name) or "").strip()


def _channel(channel: Any) -> Iterator[Address]:
    yield from _page(channel, "the show's page")
    for picture in channel.iterfind(f"{_ITUNES}image"):
        yield Address(_attribute(picture, "href"), "artwork", "the show's artwork")
    url = _text(channel, "image/url")
    if url:
        yield Address(url, "artwork", "the show's artwork")
    yield from _people(channel, "the show")


def _item(item: Any, title: str) -> Iterator[Address]:
    name = f"“{title}”"
    for enclosure in item.iterfind("enclosure"):
        yield _medium(enclosure, "enclosure", "url", f"the enclosure of {name}")
    yield from _page(item, f"the page of {name}")
    for picture in item.iterfind(f"{_ITUNES}image"):
        yield Address(_attribute(picture, "href"), "artwork", f"the artwork of {name}")
    for transcript in item.iterfind(f"{_PODCAST}transcript"):
        type_ = _attribute(transcript, "type")
        yield Address(_attribute(transcript, "url"), "transcript", f"a transcript of {name}", type_)
    for chapters in item.iterfind(f"{_PODCAST}chapters"):
        type_ = _attribute(chapters, "type")
        yield Address(_attribute(chapters, "url"), "chapters", f"the chapters of {name}", type_)
    for alternate in item.iterfind(f"{_PODCAST}alternateEnclosure"):
        yield from _alternate(alternate, f"a further enclosure of {name}")
    yield from _people(item, name)


def _alternate(alternate: Any, name: str) -> Iterator[Address]:
    """Its places on the web; what is fetched by its content (`ipfs:`) is for other programs, and a source of
    another type (a torrent) is not of the medium's length."""
    medium = _medium(alternate, "alternate", "", name)
    for source in alternate.iterfind(f"{_PODCAST}source"):
        url, type_ = _attribute(source, "uri"), _attribute(source, "contentType")
        if urlsplit(url).scheme.lower() in ("magnet", "ipfs", "ipns"):
            continue
        other = bool(type_) and type_ != medium.type
        yield Address(url, medium.kind, name, type_ or medium.type, None if other else medium.length_bytes)


def _medium(element: Any, kind: Kind, url: str, name: str) -> Address:
    length = _attribute(element, "length")
    known = int(length) if length.isascii() and length.isdigit() else None
    return Address(_attribute(element, url) if url else "", kind, name, _attribute(element, "type"), known)


def _page(element: Any, name: str) -> Iterator[Address]:
    url = _text(element, "link")
    if url:
        yield Address(url, "page", name)


def _people(element: Any, name: str) -> Iterator[Address]:
    for person in element.iterfind(f"{_PODCAST}person"):
        url = _attribute(person, "img")
        if url:
            yield Address(url, "picture", f"the picture of {(person.text or '').strip()} ({name})")


def _duplicates(item: Any, title: str, feed_url: str, seen: _Seen) -> Iterator[Fault]:
    guid = _text(item, "guid")
    enclosure = item.find("enclosure")
    if not guid:
        yield Fault("verify-feed", feed_url, f"“{title}” has no GUID", "publish again with publisher")
    elif guid in seen.guids:
        yield Fault(
            "verify-duplicate",
            feed_url,
            f"“{title}” and “{seen.guids[guid]}” have the same GUID {guid}",
            "apps show one of them only; give one of the two another guid",
        )
    seen.guids.setdefault(guid, title)
    lacking = [name for name in ("url", "length", "type") if enclosure is None or not enclosure.get(name)]
    if lacking:
        what = "enclosure" if enclosure is None else f"{' and no '.join(lacking)} on its enclosure"
        yield Fault("verify-enclosure", feed_url, f"“{title}” has no {what}", "apps leave such items out")
        return
    url = _attribute(enclosure, "url")
    name = basename(urlsplit(url).path)
    if url in seen.enclosures:
        yield Fault(
            "verify-duplicate",
            feed_url,
            f"“{title}” and “{seen.enclosures[url]}” have the same enclosure {url}",
            "apps play the same sound for both; give one of the two its own",
        )
    elif name in seen.names:
        yield Fault(
            "verify-duplicate",
            feed_url,
            f"the enclosures of “{title}” and “{seen.names[name]}” have the same last part, {name}",
            "apps that store downloads under it keep one of them only",
            "warning",
        )
    seen.enclosures.setdefault(url, title)
    seen.names.setdefault(name, title)
