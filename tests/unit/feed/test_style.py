"""The feed in a browser: its style sheet, and the words above it."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from publisher.feed import feed_stylesheet, render_feed
from publisher.feed.style import feed_opening
from publisher.manifest import named_by
from publisher.release.flip import named_feed
from publisher.words import LANGUAGES, word
from tests.unit.feed.test_render import FULL, SHOW, WHEN, item

STYLE = "https://a.example/site/feed-1.css"


def test_the_feed_names_its_style_sheet_and_says_in_words_what_it_is() -> None:
    lines = render_feed(replace(SHOW, language="nb"), [item()], newest=WHEN, style_url=STYLE).splitlines()
    assert lines[0] == b"<?xml version='1.0' encoding='UTF-8'?>"
    assert lines[1].decode() == f'<?xml-stylesheet type="text/css" href="{STYLE}"?>'
    assert lines[2].decode().startswith("<!-- Dette er en RSS-strøm")
    assert lines[2].decode().endswith(f"Nettsted: {SHOW.link} -->")
    assert lines[3].startswith(b"<rss ")


def test_the_manifest_keeps_the_second_line_however_long_addresses_are() -> None:
    far = "https://a.example/" + "x" * 2000 + "/"
    feed = render_feed(replace(FULL, link=far), [item()], newest=WHEN, style_url=far + "site/feed.css")
    key = f"releases/{'0' * 64}.json"
    with named_feed([feed], key).body.open() as opened:
        head = opened.read(512)
    assert head.splitlines()[1].decode() == f"<!-- publisher release: {key} -->"
    assert named_by(head) == key


@pytest.mark.parametrize(
    "address",
    ['https://a.example/?a=1&b="2"&c=<d>', "https://a.example/?>", "https://a--b.example/c--d---e/"],
)
def test_an_address_of_any_kind_leaves_the_feed_well_formed(address: str) -> None:
    feed = render_feed(replace(SHOW, link=address), [], newest=WHEN, style_url=address)
    root: Any = etree.fromstring(feed)
    comment, instruction = root.getprevious(), root.getprevious().getprevious()
    assert comment.text.strip().endswith(address.replace("--", "-%2D"))
    assert html.unescape(instruction.get("href")) == address
    assert instruction.get("type") == "text/css"


def test_without_a_style_sheet_the_words_stand_alone() -> None:
    assert feed_opening(SHOW, "").startswith(b"<!-- This is an RSS feed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_style_sheet_speaks_the_shows_language(language: str) -> None:
    css = feed_stylesheet(replace(SHOW, language=language)).decode()
    assert f'content: "{word(language, "feed_hint")}";' in css
    assert f'content: "{word(language, "website")}" ": ";' in css
    assert "direction: ltr;" in css


def test_the_style_sheet_of_a_language_from_right_to_left() -> None:
    assert b"direction: rtl;" in feed_stylesheet(replace(SHOW, language="ar"))


def test_a_description_cannot_end_its_string() -> None:
    odd = 'He said "no" \\\\ and left.\n\nWebsite "HINT"; } * { display: none }'
    css = feed_stylesheet(replace(SHOW, description=odd)).decode()
    (line,) = (line for line in css.splitlines() if "He said" in line)
    assert line.strip() == (
        'content: "He said \\"no\\" \\\\ and left.\\a \\a Website \\"HINT\\"; } * { display: none }";'
    )
