"""The player in a page of somebody else's, by the code that oEmbed gives their site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lxml import html

from tests.site.conftest import ARTIFACTS, Opening, Visit
from tests.site.stand import URL, Pages, said

BLOG = "https://blog.example/"
PLAYING = """
audio => new Promise(done => audio.currentTime > 0 ? done() : audio.addEventListener("timeupdate", done))
"""
OVERFLOW = """
(root => [root.scrollWidth - innerWidth, root.scrollHeight - innerHeight])(document.documentElement)
"""


@pytest.fixture
def told(published: Path, pages: Pages) -> dict[str, str]:
    """What another site is told of the episode, found the way such sites find it."""
    page = html.document_fromstring((published / pages.episode / "index.html").read_bytes())
    (link,) = (link for link in page.iter("link") if link.get("type") == "application/json+oembed")
    address = str(link.get("href"))
    document: dict[str, str] = json.loads((published / address.removeprefix(URL)).read_bytes())
    return document


def blog(code: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        f"<title>Blog</title><h1>Heard this week</h1>{code}<p>Well?</p>"
    )


def embedding(code: str) -> object:
    def route(seen: Visit) -> None:
        seen.page.route(f"{BLOG}**", lambda route: route.fulfill(body=blog(code), content_type="text/html"))

    return route


@pytest.mark.parametrize(("width", "light"), [(1024, "light"), (360, "dark")])
def test_it_plays_in_somebody_elses_page(
    elsewhere: Opening, pages: Pages, told: dict[str, str], width: int, light: str
) -> None:
    seen = elsewhere(BLOG, width=width, color_scheme=light, before=embedding(told["html"]))
    frame = seen.page.frame_locator("iframe")
    frame.get_by_role("button", name=said("play"), exact=True).click()
    (inner,) = (frame for frame in seen.page.frames if frame.url.startswith(URL))
    inner.wait_for_selector("audio", state="attached")
    inner.locator("audio").evaluate(PLAYING)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    seen.page.screenshot(path=ARTIFACTS / f"embed-{width}-{light}.png", full_page=True)
    overflow = inner.evaluate(OVERFLOW)
    assert overflow == [0, 0], "nothing of it has to be scrolled to"
    assert inner.locator("h1 a").get_attribute("target") == "_blank"


def test_what_oembed_tells(told: dict[str, str]) -> None:
    assert (told["version"], told["type"]) == ("1.0", "rich")
    frame = html.fragment_fromstring(told["html"])
    assert frame.get("src").startswith(URL)
    assert frame.get("title")
    assert frame.get("height") == str(told["height"])
