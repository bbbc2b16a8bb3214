"""The feed opened in Chromium: readable, and it says how to subscribe.

Chromium shows `application/rss+xml` as plain text, whatever style sheet it names; a server that says
`text/xml` has it laid out. Pictures to look at are left in `tests/.artifacts/`.
"""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin

import pytest

from publisher.words import word
from tests.clients.chromium import Browser, browsing, visit
from tests.clients.stand import Stand
from tests.clients.test_chromium import ARTIFACTS, SIZES
from tests.support.require import require_program

# Texts and boxes of what a reader sees: the elements that are laid out, with what stands before them.
_VISIBLE = """
[...document.documentElement.querySelectorAll('*')].filter(one => one.getClientRects().length).map(one => {
  const before = getComputedStyle(one, '::before').content;
  return [one.nodeName, (before === 'none' ? '' : before) + one.textContent];
})
"""
# A phone draws what is no HTML as wide as a desk's window and then smaller.
_MEASURES = """({
  wide: document.documentElement.clientWidth,
  text: parseFloat(getComputedStyle(document.querySelector('item') ?? document.body).fontSize)
    * (visualViewport.scale)
})"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(require_program("chromium"), tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="module")
def as_xml(stand: Stand) -> Iterator[str]:
    """The address of the same feed on a server that calls it XML, as some do."""
    with urllib.request.urlopen(stand.at("feed.xml"), timeout=20) as response:
        feed = response.read()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/feed.xml"
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            if found:
                self.send_header("Content-Length", str(len(feed)))
            self.end_headers()
            if found:
                self.wfile.write(feed)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="as-xml", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed.xml"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _icon(url: str) -> str:
    """What a browser asks for by itself where no page names an icon."""
    return urljoin(url, "/favicon.ico")


@pytest.mark.parametrize("width", SIZES)
def test_as_xml_it_is_laid_out(stand: Stand, browser: Browser, as_xml: str, width: int) -> None:
    picture = ARTIFACTS / f"feed-xml-{width}.png"
    tell = f"[{_MEASURES}, {_VISIBLE}]"
    seen = visit(browser, as_xml, width=width, height=SIZES[width], picture=picture, tell=tell)
    measures, visible = seen.told
    assert seen.faults == []
    assert seen.width == measures["wide"], "the feed can be scrolled sideways"
    assert 14 <= measures["text"] <= 20, "the text is too small or too large to read"
    assert {url for url in seen.requests if not url.startswith(stand.url)} <= {as_xml, _icon(as_xml)}
    show, shown = stand.show, [(name, text.strip()) for name, text in visible]
    assert ("title", show.title) in shown
    assert [name for name, _ in shown].count("item") == len(stand.episodes)
    for episode in stand.episodes:
        assert ("title", episode.title) in shown
        assert ("link", stand.at(f"episodes/{episode.slug}/")) in shown
    (channel,) = (text for name, text in shown if name == "channel")
    assert channel.startswith(f'"{word(show.language, "feed_hint")}"')
    (address,) = (text for name, text in shown if name == "atom:link")
    assert address in (f'"{stand.at("feed.xml")}"', "attr(href)")
    (description,) = (text for name, text in shown if name == "description" and "Et lite lærings" in text)
    assert "<p>" not in description.partition('"')[2].partition('"')[0]
    assert not {name for name, _ in shown} - {
        *("channel", "title", "link", "atom:link", "description", "item", "pubDate")
    }


@pytest.mark.parametrize("width", SIZES)
def test_as_rss_its_first_lines_say_what_it_is(stand: Stand, browser: Browser, width: int) -> None:
    picture = ARTIFACTS / f"feed-rss-{width}.png"
    tell = f"[{_MEASURES}, document.body.innerText]"
    url = stand.at("feed.xml")
    seen = visit(browser, url, width=width, height=SIZES[width], picture=picture, tell=tell)
    assert [fault for fault in seen.faults if _icon(url) not in fault] == []
    measures, text = seen.told
    assert seen.width == measures["wide"], "the feed can be scrolled sideways"
    first = "\n".join(text.splitlines()[:5])
    assert word(stand.show.language, "feed_hint") in first
    assert stand.url in first


def test_the_home_page_is_where_people_are_led(stand: Stand, browser: Browser, tmp_path: Path) -> None:
    tell = "[...document.querySelectorAll('a')].filter(a => a.href.endsWith('feed.xml')).length"
    home = visit(browser, stand.url, width=390, height=844, picture=tmp_path / "home.png", tell=tell)
    assert home.title == stand.show.title
    assert home.told >= 1
