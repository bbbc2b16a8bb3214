"""Is what the public sees of a show whole? A judge of its own: nothing of publisher is imported here.

    report = check(HttpSide("http://127.0.0.1:7480/bucket/show/"), base="https://show.example/", feeds={…})
    assert report.findings == []

It sees the show as the world does: over HTTP without credentials, or as the files that a web server would
serve. Whatever the feed, its manifest and the pages name under the show's address has to be there, as
promised.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

FEED: Final = "feed.xml"
_FOR_MACHINES = re.compile(
    r"(?:^|/)(?:sitemap(?:-\d+)?\.xml|robots\.txt|site\.webmanifest|opensearch\.xml|oembed\.json)$"
)
_RELEASE: Final = re.compile(rb"<!-- publisher release: (\S+) -->")
_ADDRESSED: Final = re.compile(r"-([0-9a-f]{24,64})\.[a-z0-9]+$")
_ITUNES: Final = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
_PODCAST: Final = "{https://podcastindex.org/namespace/1.0}"
_RSS_TYPES: Final = {"application/rss+xml", "application/xml", "text/xml"}


@dataclass(frozen=True)
class Got:
    """An object as the public gets it. `type` is None where a side knows none."""

    data: bytes
    length_bytes: int
    type: str | None


class Side(Protocol):
    """A public side: where objects are fetched by key."""

    def get(self, key: str) -> Got | None:
        """The object, None where there is none."""


class FolderSide:
    """Files of a folder that a web server serves."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> Got | None:
        path = self._root / key
        if any(part.startswith(".") for part in key.split("/")) or not path.is_file():
            return None
        data = path.read_bytes()
        return Got(data, len(data), None)


class HttpSide:
    """A plain HTTP client without credentials. `at` ends with a slash."""

    def __init__(self, at: str) -> None:
        parts = urlsplit(at)
        assert parts.hostname
        self._root = parts.path
        self._host, self._port = parts.hostname, parts.port

    def get(self, key: str) -> Got | None:
        """The object, and HEAD has to say the same of it."""
        status, headers, data = self._ask("GET", key)
        if status in (403, 404):
            # A bucket whose list is private answers 403 for what is not there.
            return None
        if status != 200:
            raise CannotTell(f"GET {key}: status {status}")
        of_head, head, _ = self._ask("HEAD", key)
        if of_head != 200 or head["Content-Type"] != headers["Content-Type"]:
            raise CannotTell(f"HEAD {key}: status {of_head}, {head['Content-Type']}")
        return Got(data, int(head["Content-Length"] or -1), headers["Content-Type"] or "")

    def _ask(self, method: str, key: str) -> tuple[int, Message, bytes]:
        # A connection each: on one that is kept, servers that write head and body apart wait for the other
        # side's delayed word in between.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, self._root + key)
            response = connection.getresponse()
            return response.status, response.headers, response.read()


class CannotTell(Exception):
    """The public side itself does not work."""


@dataclass
class Report:
    """What was found. `feed` is None where there is none; `seen` are the keys that were fetched."""

    feed: bytes | None = None
    findings: list[str] = field(default_factory=list)
    seen: dict[str, Got] = field(default_factory=dict)


def check(
    side: Side,
    *,
    base: str,
    feeds: Iterable[bytes | None],
    pages: Mapping[str, Iterable[bytes]] | None = None,
) -> Report:
    """Looks at all that the public side shows of a release.

    Args:
        base: the address under which the feed says that the show is reached; ends with a slash.
        feeds: the feeds that may stand there, byte for byte; None among them if there may be none.
        pages: the bytes that each page may have; a page that is not named may have any.
    """
    return _Check(side, base, pages or {}).of(tuple(feeds))


def keeps_its_address(key: str) -> bool:
    """Whether it is a page, for people or for machines, which a release writes over the one that stood."""
    return key.endswith(".html") or _FOR_MACHINES.search(key) is not None


class _Check:
    def __init__(self, side: Side, base: str, pages: Mapping[str, Iterable[bytes]]) -> None:
        self._side, self._base = side, base
        self._pages = {key: set(allowed) for key, allowed in pages.items()}
        self._report = Report()
        self._say = self._report.findings.append

    def of(self, feeds: tuple[bytes | None, ...]) -> Report:
        got = self._side.get(FEED)
        self._report.feed = got.data if got else None
        if self._report.feed not in feeds:
            self._say("the feed is none of those that were released")
        if got is None:
            return self._report
        self._check_type(FEED, got, _RSS_TYPES)
        try:
            root = etree.fromstring(got.data)
        except etree.XMLSyntaxError as error:
            self._say(f"the feed cannot be parsed: {error}")
            return self._report
        self._enclosures(root)
        self._typed(root)
        self._addresses(root)
        self._manifest(got.data)
        for key in [key for key in self._report.seen if keeps_its_address(key)]:
            self._page(key)
        return self._report

    def _enclosures(self, root: etree._Element) -> None:
        items = root.findall("channel/item")
        if not items:
            self._say("the feed has no items")
        for item in items:
            enclosures = item.findall("enclosure")
            if len(enclosures) != 1 or not item.findtext("guid"):
                self._say("an item has not one enclosure and a GUID")
            for enclosure in enclosures:
                self._promised(
                    enclosure.get("url", ""),
                    length=enclosure.get("length", ""),
                    type=enclosure.get("type", ""),
                )
        guids = [item.findtext("guid") for item in items]
        if len(set(guids)) != len(guids):
            self._say("two items have one GUID")

    def _typed(self, root: etree._Element) -> None:
        for name in ("transcript", "chapters"):
            for element in root.iter(_PODCAST + name):
                self._promised(element.get("url", ""), type=element.get("type", ""))
        for further in root.iter(_PODCAST + "alternateEnclosure"):
            for source in further.iter(_PODCAST + "source"):
                self._promised(
                    source.get("uri", ""), length=further.get("length", ""), type=further.get("type", "")
                )
        for image in root.iter(_ITUNES + "image"):
            got = self._promised(image.get("href", ""))
            if got and got.type is not None and not got.type.startswith("image/"):
                self._say(f"artwork {image.get('href')} is served as {got.type}")

    def _addresses(self, root: etree._Element) -> None:
        """Everything under the base, wherever it stands: in attributes, in text, in HTML inside text."""
        found: set[str] = set()
        pattern = re.compile(re.escape(self._base) + r"[^\s\"'<>]*")
        for element in root.iter(etree.Element):
            for text in (element.text or "", *map(str, element.attrib.values())):
                found |= set(pattern.findall(text))
        for address in sorted(found):
            self._promised(address)

    def _promised(self, address: str, *, length: str = "", type: str = "") -> Got | None:
        if not address.startswith(self._base):
            if length:
                self._say(f"{address} is not under {self._base}")
            return None
        key = unquote(address.removeprefix(self._base).partition("#")[0])
        got = self._fetched(key)
        if got is None:
            return None
        if length and str(len(got.data)) != length:
            self._say(f"{key} has {len(got.data)} bytes, and the feed says {length}")
        if type:
            self._check_type(key, got, {type.partition(";")[0].strip()})
        return got

    def _fetched(self, key: str) -> Got | None:
        if not key or key.endswith("/"):
            key += "index.html"
        if key in self._report.seen:
            return self._report.seen[key]
        try:
            got = self._side.get(key)
        except CannotTell as error:
            self._say(str(error))
            return None
        if got is None:
            self._say(f"{key} is not there")
            return None
        self._report.seen[key] = got
        if got.length_bytes != len(got.data):
            self._say(f"{key} has {len(got.data)} bytes, and HEAD says {got.length_bytes}")
        named = _ADDRESSED.search(key)
        if named and not hashlib.sha256(got.data).hexdigest().startswith(named.group(1)):
            self._say(f"{key} has not the digest of its name")
        return got

    def _check_type(self, key: str, got: Got, wanted: set[str]) -> None:
        if got.type is not None and got.type.partition(";")[0].strip() not in wanted:
            self._say(f"{key} is served as {got.type}, and {sorted(wanted)} is wanted")

    def _manifest(self, feed: bytes) -> None:
        named = _RELEASE.search(feed[:1024])
        if named is None:
            self._say("the feed names no manifest")
            return
        key = named.group(1).decode()
        linked = [name for name in self._report.seen if name != FEED]
        got = self._fetched(key)
        if got is None:
            return
        digest = hashlib.sha256(got.data).hexdigest()
        if key != f"releases/{digest}.json":
            self._say(f"the manifest {key} has the digest {digest}")
            return
        manifest = json.loads(got.data)
        named_parts = [part for of in ("episode_parts", "listing_parts") for part in manifest.get(of, [])]
        parts = [self._fetched(part["key"]) for part in named_parts]
        together = [manifest, *(json.loads(part.data) for part in parts if part)]
        objects = {item["key"]: item for item in _objects(together) if item["key"] != FEED}
        for name in linked:
            if name not in objects:
                self._say(f"{name} is in the feed, and not in its manifest")
        for item in objects.values():
            self._listed(item)

    def _listed(self, item: dict[str, Any]) -> None:
        key = item["key"]
        got = self._fetched(key)
        if got is None:
            return
        if got.type is not None and got.type != item["type"]:
            self._say(f"{key} is served as {got.type}, and the manifest says {item['type']}")
        if keeps_its_address(key):
            # Pages keep their addresses, and may be of the release before or after; their own check follows.
            if not self._pages and hashlib.sha256(got.data).hexdigest() != item["digest"]:
                self._say(f"{key} is not the page that the manifest names")
            return
        if (len(got.data), hashlib.sha256(got.data).hexdigest()) != (item["length_bytes"], item["digest"]):
            self._say(f"{key} is not the object that the manifest names")

    def _page(self, key: str) -> None:
        data = self._report.seen[key].data
        if key in self._pages and data not in self._pages[key]:
            self._say(f"{key} is no page of any release")
        if key.endswith(".xml"):
            for place in etree.fromstring(data).iter("{*}loc"):
                self._promised(str(place.text))
        if not key.endswith(".html"):
            return
        if not data.rstrip().endswith(b"</html>"):
            self._say(f"{key} is cut short")
            return
        here = self._base + key
        for element in html.document_fromstring(data).iter(etree.Element):
            for name in ("src", "href", "poster"):
                if name in element.attrib:
                    self._promised(urljoin(here, str(element.attrib[name])))


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    """Every description of an object, wherever in the manifest it stands."""
    if isinstance(value, dict):
        if {"key", "digest", "length_bytes", "type"} <= value.keys():
            yield value
        for item in value.values():
            yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)
