"""Nothing that is published leads nowhere: every address below the show's own has a file, every fragment an
id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from lxml import etree, html

from publisher.release import publish
from tests.site.stand import URL
from tests.support.sample import copy_sample

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ATTRIBUTES = (
    *("href", "src", "action", "poster", "data-artwork", "data-waveform"),
    *("data-certificate", "data-page", "data-url", "data-show-url"),
)
IN_CSS = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
IN_SCRIPTS = re.compile(r"""(?:\bfrom|\bimport\(?)\s*["'](\.[^"']+)["']""")
MOMENT = re.compile(r"t=[\d:.]+")


@pytest.fixture(scope="module", params=["stand", "sample"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that is published, of the show of these tests and of the sample."""
    if request.param == "stand":
        found: Path = request.getfixturevalue("published")
        return found
    target = tmp_path_factory.mktemp("sample")
    publish(copy_sample(tmp_path_factory.mktemp("show") / "episodes"), to=str(target), url=URL, now=NOW)
    return target


def keys(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    # What a release keeps for the next one is at no address of a page.
    return sorted(key for key in found if not key.startswith(("releases/", ".publisher")))


def page(path: Path) -> Any:
    return html.document_fromstring(path.read_bytes())


def in_page(tree: Any) -> Iterator[str]:
    """All addresses that a page names."""
    for element in tree.iter(etree.Element):
        for name in ATTRIBUTES:
            if name in element.attrib:
                yield element.get(name)
        for part in element.get("srcset", "").split(","):
            yield from part.split()[:1]
        if "data-indexes" in element.attrib:
            indexes = json.loads(element.get("data-indexes"))
            # The first one's script takes the others in.
            yield from (f"{indexes[0]}pagefind.js", *(f"{index}pagefind-entry.json" for index in indexes))
        content = element.get("content", "")
        if element.tag == "meta" and element.get("http-equiv") == "refresh":
            yield content.partition("url=")[2]
        elif element.tag == "meta" and content.startswith(("http:", "https:")):
            yield content
        if element.tag == "script" and element.get("type") == "application/ld+json":
            yield from in_json(json.loads(element.text))


def in_json(value: Any) -> Iterator[str]:
    """All texts in it that are addresses of the show."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from in_json(each)
    elif isinstance(value, str) and value.startswith(URL):
        # Names of things and templates of searches go further than the page they are about.
        yield urldefrag(value).url.partition("?")[0]


def in_feed(text: bytes) -> Iterator[str]:
    for element in etree.fromstring(text).iter(etree.Element):
        for address in (*element.attrib.values(), element.text or ""):
            if address.startswith(URL) and not re.search(r"\s", address):
                yield address


def named(folder: Path, key: str) -> Iterator[str]:
    """Addresses that a published file names, as they stand there."""
    data = (folder / key).read_bytes()
    match key.rpartition(".")[2]:
        case "html":
            yield from in_page(html.document_fromstring(data))
        case "css":
            yield from IN_CSS.findall(data.decode())
        case "js" if key.startswith("site/"):
            yield from IN_SCRIPTS.findall(data.decode())
        case "json" if key.endswith("oembed.json"):
            told = json.loads(data)
            yield from in_json(told)
            yield html.fragment_fromstring(told["html"]).get("src")
        case "json":
            yield from in_json(json.loads(data))
        case "webmanifest":
            told = json.loads(data)
            yield from (told["start_url"], told["scope"], *(icon["src"] for icon in told["icons"]))
        case "xml":
            yield from in_feed(data)
        case "txt":
            yield from re.findall(r"(?m)^Sitemap: (.+)$", data.decode())


def test_every_address_of_the_show_leads_to_something(folder: Path) -> None:
    published = set(keys(folder))
    ids = {key: set(page(folder / key).xpath("//@id")) for key in published if key.endswith(".html")}
    players = {key for key in ids if b"data-player" in (folder / key).read_bytes()}
    lost, count = [], 0
    for key in sorted(published):
        for address in named(folder, key):
            whole, fragment = urldefrag(urljoin(URL + re.sub(r"(^|/)index\.html$", r"\1", key), address))
            if not whole.startswith(URL):
                # Nothing leads out of the show by a relative address, and nothing runs by one.
                if urlsplit(address).scheme not in ("http", "https", "mailto", "data"):
                    lost.append(f"{key}: {address}")
                continue
            count += 1
            target = unquote(urlsplit(whole).path.removeprefix(urlsplit(URL).path))
            if target.endswith("/") or not target:
                target += "index.html"
            if target not in published:
                lost.append(f"{key}: {address}")
            elif fragment and target in ids:
                is_moment = MOMENT.fullmatch(fragment) and target in players
                if not is_moment and unquote(fragment) not in ids[target]:
                    lost.append(f"{key}: {address}: no such place")
    assert count > 500, "the checker finds the addresses"
    assert sorted(set(lost)) == []


def test_every_page_can_be_reached(folder: Path) -> None:
    """From the home page, by links alone; but for what only other sites and servers ask for."""
    pages = {key for key in keys(folder) if key.endswith(".html")}
    reached, open_keys = {"index.html"}, ["index.html"]
    while open_keys:
        key = open_keys.pop()
        for address in page(folder / key).xpath("//a/@href"):
            whole = urldefrag(urljoin(URL + key.removesuffix("index.html"), address)).url
            target = unquote(urlsplit(whole).path.removeprefix(urlsplit(URL).path))
            target += "index.html" if target.endswith("/") or not target else ""
            if whole.startswith(URL) and target in pages and target not in reached:
                reached.add(target)
                open_keys.append(target)
    unreached = {
        key
        for key in pages - reached
        if not key.endswith("/embed/index.html") and not key.startswith("transcripts/")
    }
    assert unreached == {"404.html", "certificate/index.html"}


def test_the_map_names_every_page_for_searchers(folder: Path) -> None:
    tree: Any = etree.fromstring((folder / "sitemap.xml").read_bytes())
    addresses = set(tree.xpath("//*[local-name()='loc']/text()"))
    wanted = set()
    for key in keys(folder):
        if not key.endswith(".html") or key.startswith("transcripts/"):
            continue
        tree = page(folder / key)
        if not tree.xpath("//meta[@name='robots'][contains(@content, 'noindex')]"):
            wanted.add(URL + key.removesuffix("index.html"))
    assert addresses == wanted
