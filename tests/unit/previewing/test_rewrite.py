from __future__ import annotations

import html
import json

import pytest

from publisher.previewing.rewrite import is_rewritten, rewriter

PUBLIC = "https://cdn.example.org/show"
LOCAL = "http://127.0.0.1:8123/"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("<link>https://cdn.example.org/show/</link>", "<link>http://127.0.0.1:8123/</link>"),
        ('url="https://cdn.example.org/show/a.mp3"', 'url="http://127.0.0.1:8123/a.mp3"'),
        ('"https:\\/\\/cdn.example.org\\/show\\/a"', '"http:\\/\\/127.0.0.1:8123\\/a"'),
        ("<link>https://cdn.example.org/show</link>", "<link>http://127.0.0.1:8123</link>"),
        ("https://cdn.example.org/show. So", "http://127.0.0.1:8123. So"),
        ("https://cdn.example.org/show: so", "http://127.0.0.1:8123: so"),
        ("?url=https%3A%2F%2Fcdn.example.org%2Fshow%2Fa%2F", "?url=http%3A%2F%2F127.0.0.1%3A8123%2Fa%2F"),
        ("?url=https%3A%2F%2Fcdn.example.org%2Fshows%2F", "?url=https%3A%2F%2Fcdn.example.org%2Fshows%2F"),
    ],
)
def test_every_form_becomes_local(written: str, wanted: str) -> None:
    assert rewriter(f"{PUBLIC}/", LOCAL)(written.encode()) == wanted.encode()


@pytest.mark.parametrize("other", ["/show-2/x", "/shows/x", "/show.old/x", "/show%20two", "/show_x", "/sho"])
def test_other_addresses_stay(other: str) -> None:
    text = f"https://cdn.example.org{other}".encode()
    assert rewriter(PUBLIC, LOCAL)(text) == text


def test_another_port_is_another_place() -> None:
    text = b"https://example.org:8443/x https://example.org.uk/"
    assert rewriter("https://example.org", LOCAL)(text) == text


def test_ampersands_and_quotes_are_found_however_they_are_written() -> None:
    public, local = "https://x.org/?a=1&b='2'", "http://127.0.0.1:1/?c=3&d='4'"
    change = rewriter(public, local)
    for write in (
        str,
        html.escape,
        lambda url: html.escape(url, quote=False),
        lambda url: html.escape(url).replace("&#x27;", "&#39;"),
        json.dumps,
        lambda url: json.dumps(url).replace("/", "\\/"),
        lambda url: json.dumps(url).replace("&", "\\u0026").replace("'", "\\u0027"),
    ):
        assert change(write(public).encode()) == write(local).encode()


def test_the_same_place_is_left_alone() -> None:
    assert rewriter(LOCAL, LOCAL.rstrip("/"))(LOCAL.encode()) == LOCAL.encode()
    assert rewriter("", LOCAL)(b"text") == b"text"


def test_media_and_captions_are_not_rewritten() -> None:
    assert [is_rewritten(key) for key in ("feed.xml", "a/index.html", "x.chapters.json", "feed.xsl")] == [
        True
    ] * 4
    assert [is_rewritten(key) for key in ("a.mp3", "a.jpg", "a.vtt", "site/style-a.css")] == [False] * 4
