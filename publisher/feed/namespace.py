"""Elements that feedgen does not write: the itunes, podcast and remaining RSS ones.

feedgen's podcast extension refuses `itunes:explicit` as directories want it, drops artwork whose name ends in
.jpeg or .JPG, and knows nothing of the podcast namespace. An element here is data until it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from feedgen.ext.base import BaseExtension
from lxml import etree

# PSP-1 asks for exactly these, to the letter and to the trailing slash.
NAMESPACES: Final = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "psc": "http://podlove.org/simple-chapters",
}
_HISTORY: Final = "http://purl.org/syndication/history/1.0"
"""Declared on archive pages alone."""

_URIS: Final = {**NAMESPACES, "fh": _HISTORY}


_NONE: Final[dict[str, str]] = {}


class Element(NamedTuple):
    """One element: `itunes:author`, its text, attributes in the order given, and children.

    A tuple, since a feed of ten thousand items has two hundred thousand of them, and tuples are made in a
    third of the time.
    """

    name: str
    text: str
    attributes: dict[str, str]
    children: tuple[Element, ...]


def element(name: str, text: str = "", /, *children: Element, **attributes: str | int | None) -> Element:
    """An element; attributes that are None or empty are left out, `_` in their names is nothing special."""
    if not attributes:
        return Element(name, text, _NONE, children)
    kept = {key: str(value) for key, value in attributes.items() if value is not None and value != ""}
    return Element(name, text, kept, children)


def seconds(value: float) -> str:
    """Whole milliseconds at most, and never an exponent."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def append_to(parent: Any, elements: Iterable[Element]) -> None:
    """Writes the elements below an lxml element."""
    for name, text, attributes, children in elements:
        node = etree.SubElement(parent, _TAGS.get(name) or _tag(name), attributes)
        if text:
            node.text = text
        if children:
            append_to(node, children)


_TAGS: Final[dict[str, str]] = {}


def _tag(name: str) -> str:
    """lxml's own way to write a name with a prefix; kept, for there are few of them."""
    prefix, _, local = name.rpartition(":")
    return _TAGS.setdefault(name, f"{{{_URIS[prefix]}}}{local}" if prefix else local)


class ChannelExtension(BaseExtension):  # type: ignore[misc]
    """feedgen's extension of our own: elements at the end of the channel's head."""

    def __init__(self) -> None:
        self.elements: tuple[Element, ...] = ()

    def extend_ns(self) -> dict[str, str]:
        archive = any(item.name == "fh:archive" for item in self.elements)
        return {**NAMESPACES, "fh": _HISTORY} if archive else dict(NAMESPACES)

    def extend_rss(self, feed: Any) -> Any:
        append_to(feed[0], self.elements)
        return feed
