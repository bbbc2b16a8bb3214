"""A published feed, read with lxml."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
}


class Feed:
    """The channel of a feed; `item` gives those of one item."""

    def __init__(self, data: bytes) -> None:
        self.root = etree.fromstring(data)
        channel = self.root.find("channel")
        assert channel is not None
        self.channel = channel

    @property
    def items(self) -> list[etree._Element]:
        return self.channel.findall("item")

    def titles(self) -> list[str]:
        return [item.findtext("title") or "" for item in self.items]

    def item(self, title: str) -> etree._Element:
        found = [item for item in self.items if item.findtext("title") == title]
        assert len(found) == 1, f"{len(found)} items are called {title!r}"
        return found[0]


def read_feed(store: Path) -> Feed:
    return Feed((store / "feed.xml").read_bytes())


def text(element: etree._Element, path: str) -> str | None:
    """The text at a path, None where nothing is."""
    return element.findtext(path, namespaces=NAMESPACES)


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path, namespaces=NAMESPACES)]


def attributes(element: etree._Element, path: str) -> dict[str, str]:
    found = element.find(path, namespaces=NAMESPACES)
    assert found is not None, f"there is no {path}"
    return {str(name): str(value) for name, value in found.attrib.items()}


def all_attributes(element: etree._Element, path: str) -> list[dict[str, str]]:
    return [
        {str(name): str(value) for name, value in found.attrib.items()}
        for found in element.findall(path, namespaces=NAMESPACES)
    ]
