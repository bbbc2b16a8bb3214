from __future__ import annotations

import json

import pytest
from lxml import etree
from lxml import html as lxml_html

from publisher.site.machine_files import oembed, opensearch, robots, sitemap, sitemaps, web_manifest

BASE = "https://cdn.example.org/show/"
MAPS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
HOSTILE = "\"'></script><script>alert(1)</script>&amp;]]>æ😀"
PAGES = [(f"{BASE}episodes/e{at}/?a=1&b=<2>", "2020-09-02" if at % 2 else "") for at in range(10)]


def told(data: bytes) -> list[str]:
    return [element.text or "" for element in etree.fromstring(data).iterfind(".//s:loc", MAPS)]


def test_a_small_site_has_one_map() -> None:
    maps = sitemaps(PAGES, base_url=BASE)

    assert list(maps) == ["sitemap.xml"]
    assert maps["sitemap.xml"] == sitemap(PAGES)
    assert told(maps["sitemap.xml"]) == [address for address, _ in PAGES]
    days = etree.fromstring(maps["sitemap.xml"]).xpath("//s:lastmod/text()", namespaces=MAPS)
    assert days == ["2020-09-02"] * 5


@pytest.mark.parametrize("limits", [{"most_addresses": 3}, {"most_bytes": 420}])
def test_a_large_site_has_several_maps_and_a_list_of_them(limits: dict[str, int]) -> None:
    maps = sitemaps(PAGES, base_url=BASE.rstrip("/"), **limits)
    index = maps.pop("sitemap.xml")

    assert len(maps) > 2
    assert told(index) == [BASE + key for key in maps]
    assert [address for part in maps.values() for address in told(part)] == [address for address, _ in PAGES]
    for part in maps.values():
        assert len(told(part)) <= limits.get("most_addresses", 10)
        assert len(part) <= limits.get("most_bytes", 10_000)


def test_the_standards_limit_holds() -> None:
    many = [(f"{BASE}{at}/", "") for at in range(50_001)]

    assert [len(told(part)) for part in sitemaps(many, base_url=BASE).values()] == [2, 50_000, 1]
    assert len(told(sitemap(many))) == 50_000


def test_a_site_without_pages_has_an_empty_map() -> None:
    assert told(sitemaps([], base_url=BASE)["sitemap.xml"]) == []


def test_crawlers_are_let_in_or_kept_out() -> None:
    assert b"Disallow:\n" in robots(f"{BASE}sitemap.xml", block=False)
    assert robots(f"{BASE}sitemap.xml", block=False).endswith(f"Sitemap: {BASE}sitemap.xml\n".encode())
    assert robots(f"{BASE}sitemap.xml", block=True) == b"User-agent: *\nDisallow: /\n"


def test_the_web_manifest_names_the_show_and_its_icons() -> None:
    found = json.loads(
        web_manifest(
            HOSTILE,
            description="Om hverdag.",
            language="nb",
            colours=("#fff", "#000"),
            icons=[(192, "artwork/192.jpg")],
        )
    )

    assert found["name"] == HOSTILE
    assert len(found["short_name"]) <= 30
    assert (found["start_url"], found["scope"], found["lang"]) == ("./", "./", "nb")
    assert found["icons"][0]["sizes"] == "192x192"


def test_browsers_learn_how_to_search() -> None:
    found = etree.fromstring(opensearch(HOSTILE, search_url=f"{BASE}search/\"<&'", language="nb"))
    space = {"o": "http://a9.com/-/spec/opensearch/1.1/"}

    assert found.xpath("string(o:ShortName)", namespaces=space) == HOSTILE[:16]
    assert found.xpath("string(o:Url/@template)", namespaces=space) == f"{BASE}search/\"<&'?q={{searchTerms}}"


def test_an_episode_can_be_embedded() -> None:
    data = oembed(
        title=HOSTILE,
        embed_url=f"{BASE}episodes/one/embed/?a=1&b=2",
        author="",
        provider="Hverdag",
        provider_url=BASE,
        thumbnail=(f"{BASE}card.jpg", 1200, 630),
    )
    found = json.loads(data)
    (frame,) = lxml_html.fragments_fromstring(found["html"])

    assert (found["version"], found["type"], found["title"]) == ("1.0", "rich", HOSTILE)
    assert "author_name" not in found
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (1200, 630)
    assert frame.tag == "iframe"
    assert frame.get("src") == f"{BASE}episodes/one/embed/?a=1&b=2"
    assert frame.get("title") == HOSTILE
    assert (frame.get("width"), frame.get("height")) == ("100%", str(found["height"]))
    assert len(frame) == 0
