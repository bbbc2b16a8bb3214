"""feedgen's extension of our own: the itunes, podcast and remaining RSS elements.

feedgen's podcast extension refuses `itunes:explicit` as directories want it, drops artwork whose name ends in
.jpeg or .JPG, and knows nothing of the podcast namespace. An element here is data until feedgen asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from feedgen.ext.base import BaseEntryExtension, BaseExtension
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


@dataclass(frozen=True, slots=True)
class Element:
    """One element: `itunes:author`, its text, attributes in the order given, and children."""

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element, ...] = field(default=())


def element(name: str, text: str = "", /, *children: Element, **attributes: str | int | None) -> Element:
    """An element; attributes that are None or empty are left out, `_` in their names is nothing special."""
    kept = tuple((key, str(value)) for key, value in attributes.items() if value not in (None, ""))
    return Element(name, text, kept, children)


def seconds(value: float) -> str:
    """Whole milliseconds at most, and never an exponent."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def append_to(parent: Any, elements: Iterable[Element]) -> None:
    """Writes the elements below an lxml element."""
    for item in elements:
        prefix, _, local = item.name.rpartition(":")
        tag = f"{{{_URIS[prefix]}}}{local}" if prefix else local
        node = etree.SubElement(parent, tag)
        for key, value in item.attributes:
            node.set(key, value)
        if item.text:
            node.text = item.text
        append_to(node, item.children)


class _Elements:
    """What both extensions share: the elements to be written."""

    def __init__(self) -> None:
        self.elements: tuple[Element, ...] = ()


class ChannelExtension(_Elements, BaseExtension):  # type: ignore[misc]
    """Elements at the end of the channel's head."""

    def extend_ns(self) -> dict[str, str]:
        archive = any(item.name == "fh:archive" for item in self.elements)
        return {**NAMESPACES, "fh": _HISTORY} if archive else dict(NAMESPACES)

    def extend_rss(self, feed: Any) -> Any:
        append_to(feed[0], self.elements)
        return feed


class ItemExtension(_Elements, BaseEntryExtension):  # type: ignore[misc]
    """Elements at the end of an item."""

    def extend_rss(self, entry: Any) -> Any:
        append_to(entry, self.elements)
        return entry
