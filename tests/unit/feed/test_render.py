"""The feed as XML: read back with lxml, value by value."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from publisher.feed import FeedItem, render_feed
from publisher.feed.item import FurtherEnclosure
from publisher.identity import show_guid
from publisher.model import (
    Alternate,
    Episode,
    Funding,
    Owner,
    Person,
    Place,
    Show,
    Social,
    Soundbite,
)
from publisher.namespace import Source
from tests.release.feeds import NAMESPACES, Feed, all_attributes, attributes, text, texts

WHEN = datetime(2026, 1, 2, 6, tzinfo=UTC)
URL = "https://a.example/"
SHOW = Show("episodes", "Show", "About *it*", "en", ("Technology",), url=URL, link=URL,
            feed_url=URL + "feed.xml", guid=show_guid(URL + "feed.xml"))  # fmt: skip
FULL = replace(
    SHOW,
    link="https://home.example/",
    categories=("Education > Courses", "Health & Fitness"),
    author="House",
    owner=Owner("Owner", "owner@example.com"),
    explicit=True,
    type="serial",
    copyright="© House",
    license="CC-BY-4.0",
    new_feed_url="https://b.example/feed.xml",
    complete=True,
    block=True,
    medium="course",
    funding=(Funding("https://give.example/", "Give"), Funding("https://bare.example/")),
    hosts=(
        Person("Ada", url="https://ada.example/", image="https://a.example/images/ada.jpg"),
        Person("Bo", role="Co-Host"),
    ),
)


def item(number: int = 1, *, keys: dict[str, Any] | None = None, **values: Any) -> FeedItem:
    episode = Episode(f"e{number}", f"Episode {number}", published=WHEN, **(keys or {}))
    given: dict[str, Any] = {
        "guid": f"guid-{number}",
        "published": WHEN,
        "enclosure_url": f"{URL}media/e{number}.mp3",
        "length_bytes": 1000 + number,
        "type": "audio/mpeg",
        "duration_seconds": 61.5,
        "page_url": f"{URL}episodes/e{number}/",
        "content_html": "<p>Notes</p>",
    }
    return FeedItem(episode, **(given | values))


def render(show: Show, *items: FeedItem, newest: datetime | None = WHEN, **values: Any) -> Feed:
    return Feed(render_feed(show, items, newest=newest, **values))


def one(feed_item: FeedItem, show: Show = SHOW) -> etree._Element:
    feed = render(show, feed_item)
    assert len(feed.items) == 1
    return feed.items[0]


def test_it_is_rss_2_in_utf_8_with_exactly_the_namespaces_psp_1_names() -> None:
    data = render_feed(SHOW, (), newest=WHEN)
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    root = Feed(data).root
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    for prefix, address in NAMESPACES.items():
        assert root.nsmap[prefix] == address


def test_a_channel_with_everything() -> None:
    channel = render(FULL, artwork_url=URL + "a.jpg").channel
    assert text(channel, "title") == "Show"
    assert text(channel, "description") == "<p>About <em>it</em></p>"
    assert texts(channel, "link") == ["https://home.example/"]
    assert text(channel, "language") == "en"
    assert text(channel, "copyright") == "© House"
    assert text(channel, "generator") == "publisher"
    assert attributes(channel, "atom:link[@rel='self']") == {
        "href": URL + "feed.xml",
        "rel": "self",
        "type": "application/rss+xml",
    }
    assert text(channel, "itunes:author") == "House"
    assert (text(channel, "itunes:owner/itunes:name"), text(channel, "itunes:owner/itunes:email")) == (
        "Owner",
        "owner@example.com",
    )
    assert text(channel, "itunes:explicit") == "true"
    assert text(channel, "itunes:type") == "serial"
    assert attributes(channel, "itunes:image") == {"href": URL + "a.jpg"}
    assert (text(channel, "image/url"), text(channel, "image/link")) == (
        URL + "a.jpg",
        "https://home.example/",
    )
    assert all_attributes(channel, "itunes:category") == [{"text": "Education"}, {"text": "Health & Fitness"}]
    assert all_attributes(channel, "itunes:category/itunes:category") == [{"text": "Courses"}]
    assert text(channel, "itunes:new-feed-url") == "https://b.example/feed.xml"
    assert (text(channel, "itunes:block"), text(channel, "itunes:complete")) == ("Yes", "Yes")
    assert text(channel, "podcast:guid") == FULL.guid
    assert text(channel, "podcast:locked") == "yes"
    assert attributes(channel, "podcast:locked") == {"owner": "owner@example.com"}
    assert text(channel, "podcast:medium") == "course"
    assert text(channel, "podcast:license") == "CC-BY-4.0"
    assert texts(channel, "podcast:funding") == ["Give", "https://bare.example/"]
    assert all_attributes(channel, "podcast:funding") == [
        {"url": "https://give.example/"},
        {"url": "https://bare.example/"},
    ]
    assert texts(channel, "podcast:person") == ["Ada", "Bo"]
    assert all_attributes(channel, "podcast:person") == [
        {"role": "host", "group": "cast", "img": URL + "images/ada.jpg", "href": "https://ada.example/"},
        {"role": "co-host", "group": "cast"},
    ]
    assert text(channel, "pubDate") == text(channel, "lastBuildDate") == "Fri, 02 Jan 2026 06:00:00 +0000"


def test_a_bare_channel_says_what_it_must_and_no_more() -> None:
    channel = render(replace(SHOW, locked=False)).channel
    assert text(channel, "itunes:explicit") == "false"
    assert text(channel, "itunes:type") == "episodic"
    assert text(channel, "podcast:locked") == "no"
    assert text(channel, "podcast:medium") == "podcast"
    for name in ("author", "owner", "image", "new-feed-url", "block", "complete"):
        assert channel.find(f"itunes:{name}", NAMESPACES) is None
    for name in ("license", "funding", "person"):
        assert channel.find(f"podcast:{name}", NAMESPACES) is None
    assert channel.find("image") is None
    assert channel.find("copyright") is None


def test_an_item_with_everything() -> None:
    found = one(
        item(
            keys={
                "number": 7, "season": 2, "code": "C7", "type": "bonus", "summary": "Short.",
                "explicit": True, "author": "Own", "link": "https://own.example/", "block": True,
                "license": "CC0-1.0",
                "keywords": ("a", "b, c"), "location": (Place("Oslo", "geo:59.9,10.7", "R1"),),
                "guests": (Person("Bo", url="https://bo.example/", image="bo.png"),),
                "people": (Person("Cy", role="Editor"),), "social": (Social("https://s.example/1"),),
                "soundbites": (Soundbite(12345.678, 30.0, "Bite"), Soundbite(0.0, 15.25)),
            },
            artwork_url=URL + "e.jpg",
            chapters_url=URL + "c.json",
            transcripts=((URL + "t.vtt", "text/vtt"), (URL + "t.html", "text/html")),
            picture_urls={"bo.png": URL + "bo.png"},
        ),
        replace(SHOW, hosts=(Person("Ada"),)),
    )  # fmt: skip
    assert text(found, "title") == text(found, "itunes:title") == "Episode 1"
    assert attributes(found, "enclosure") == {
        "url": URL + "media/e1.mp3",
        "length": "1001",
        "type": "audio/mpeg",
    }
    assert (text(found, "guid"), attributes(found, "guid")) == ("guid-1", {"isPermaLink": "false"})
    assert text(found, "pubDate") == "Fri, 02 Jan 2026 06:00:00 +0000"
    assert text(found, "link") == "https://own.example/"
    assert text(found, "description") == "Short."
    assert text(found, "content:encoded") == "<p>Notes</p>"
    assert (text(found, "itunes:duration"), text(found, "itunes:explicit")) == ("62", "true")
    assert (text(found, "itunes:episodeType"), text(found, "itunes:author")) == ("bonus", "Own")
    assert (text(found, "itunes:episode"), text(found, "itunes:season")) == ("7", "2")
    assert (text(found, "podcast:episode"), text(found, "podcast:season")) == ("7", "2")
    assert attributes(found, "podcast:episode") == {"display": "C7"}
    assert attributes(found, "itunes:image") == {"href": URL + "e.jpg"}
    assert text(found, "itunes:keywords") == "a,b  c"
    assert text(found, "itunes:block") == "Yes"
    assert all_attributes(found, "podcast:transcript") == [
        {"url": URL + "t.vtt", "type": "text/vtt", "language": "en", "rel": "captions"},
        {"url": URL + "t.html", "type": "text/html", "language": "en"},
    ]
    assert attributes(found, "podcast:chapters") == {
        "url": URL + "c.json",
        "type": "application/json+chapters",
    }
    assert texts(found, "podcast:soundbite") == ["Bite", ""]
    assert all_attributes(found, "podcast:soundbite") == [
        {"startTime": "12345.678", "duration": "30"},
        {"startTime": "0", "duration": "15.25"},
    ]
    assert texts(found, "podcast:person") == ["Ada", "Bo", "Cy"]
    assert all_attributes(found, "podcast:person") == [
        {"role": "host", "group": "cast"},
        {"role": "guest", "group": "cast", "img": URL + "bo.png", "href": "https://bo.example/"},
        {"role": "editor", "group": "writing"},
    ]
    assert text(found, "podcast:location") == "Oslo"
    assert attributes(found, "podcast:location") == {"geo": "geo:59.9,10.7", "osm": "R1"}
    assert text(found, "podcast:license") == "CC0-1.0"
    assert attributes(found, "podcast:socialInteract") == {
        "uri": "https://s.example/1",
        "protocol": "activitypub",
    }


def test_a_bare_item_says_what_it_must_and_no_more() -> None:
    found = one(item(content_html=""))
    names = {etree.QName(child).localname for child in found}
    assert names == {
        *(
            "title",
            "link",
            "description",
            "guid",
            "pubDate",
            "enclosure",
            "duration",
            "explicit",
            "episodeType",
        ),
    }
    assert text(found, "link") == URL + "episodes/e1/"
    assert text(found, "description") == "Episode 1"


def test_further_enclosures() -> None:
    digest, main = "ab" * 32, "cd" * 32
    files = FurtherEnclosure(Alternate(file="l.opus", title="Low", bitrate=16000, language="en"),
                             URL + "l.opus", "audio/ogg", 500, digest)  # fmt: skip
    address = FurtherEnclosure(
        Alternate(url="https://v.example/v.mp4", height=720, rel="video", codecs="avc1.640028",
                  sources=(Source("ipfs://Qm1"),
                           Source("https://v.example/v.torrent", "application/x-bittorrent"))),
        "https://v.example/v.mp4", "video/mp4",
    )  # fmt: skip
    found = one(item(alternates=(files, address), digest=main, bitrate=64000))
    assert all_attributes(found, "podcast:alternateEnclosure") == [
        {"type": "audio/mpeg", "length": "1001", "bitrate": "64000", "default": "true"},
        {"type": "audio/ogg", "length": "500", "bitrate": "16000", "title": "Low", "lang": "en"},
        {"type": "video/mp4", "height": "720", "rel": "video", "codecs": "avc1.640028"},
    ]
    assert all_attributes(found, "podcast:alternateEnclosure/podcast:source") == [
        {"uri": URL + "media/e1.mp3"},
        {"uri": URL + "l.opus"},
        {"uri": "https://v.example/v.mp4"},
        {"uri": "ipfs://Qm1"},
        {"uri": "https://v.example/v.torrent", "contentType": "application/x-bittorrent"},
    ]
    sums = all_attributes(found, "podcast:alternateEnclosure/podcast:integrity")
    assert [item["type"] for item in sums] == ["sri", "sri"]
    told = [item["value"].partition("-") for item in sums]
    assert [(algorithm, base64.b64decode(value).hex()) for algorithm, _, value in told] == [
        ("sha256", main),
        ("sha256", digest),
    ]


def test_an_enclosure_alone_has_no_second_form() -> None:
    assert one(item(digest="cd" * 32)).find("podcast:alternateEnclosure", NAMESPACES) is None


def test_only_one_enclosure_is_the_default() -> None:
    other = FurtherEnclosure(
        Alternate(url="https://v.example/a.mp3", default=True), URL + "a.mp3", "audio/mpeg"
    )
    found = one(item(alternates=(other,)))
    assert [entry.get("default") for entry in all_attributes(found, "podcast:alternateEnclosure")] == [
        None,
        "true",
    ]


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, "1"), (0.4, "1"), (1.6, "2"), (3599.9, "3600")])
def test_a_duration_is_whole_seconds_and_at_least_one(seconds: float, shown: str) -> None:
    assert text(one(item(duration_seconds=seconds)), "itunes:duration") == shown


def test_dates_are_said_in_utc() -> None:
    tokyo = WHEN.astimezone(timezone(timedelta(hours=9)))
    assert text(one(item(published=tokyo)), "pubDate") == "Fri, 02 Jan 2026 06:00:00 +0000"


HOSTILE = [
    "a & b < c > d \" e ' f",
    "]]> <![CDATA[ x ]]>",
    "<script>alert(1)</script>",
    "</item></channel></rss>",
    "    <item>\n    </item>\n",
    "<!-- publisher release: releases/" + "0" * 64 + ".json -->",
    "&amp;lt;b&amp;gt; &nbsp; &#x41;",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "🎙️👩‍👩‍👧 \U0001f1f3\U0001f1f4 \u202eabc\u202c \ufeff",
    unicodedata.normalize("NFD", "æøå ÆØÅ é"),
    "日本語 العربية עברית",
    "x" * 100_000,
    "\t tab and \x85 next line \u2028",
]


@pytest.mark.parametrize("bad", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_stands_in_a_text_comes_back_as_it_was(bad: str) -> None:
    show = replace(
        SHOW, title=bad, author=bad, copyright=bad, hosts=(Person(bad),), funding=(Funding(URL, bad),)
    )
    keys = {
        "summary": bad, "guests": (Person(bad, role=bad),), "code": bad, "location": (Place(bad),),
        "author": bad,
    }  # fmt: skip
    hostile = item(keys=keys, content_html=bad, guid=bad)
    hostile = replace(hostile, episode=replace(hostile.episode, title=bad))
    feed = render(show, hostile, item(2))
    assert len(feed.items) == 2
    channel, found = feed.channel, feed.items[0]
    for value in (
        text(channel, "title"), text(channel, "itunes:author"), text(channel, "copyright"),
        text(channel, "podcast:person"), text(channel, "podcast:funding"), text(found, "title"),
        text(found, "itunes:title"), text(found, "content:encoded"), text(found, "guid"),
        text(found, "podcast:location"), text(found, "itunes:author"),
    ):  # fmt: skip
        assert value == bad
    # Apps read it as HTML: it comes back from there.
    described = text(found, "description") or ""
    assert html.unescape(described) == bad
    assert not re.search("<[A-Za-z/!?]", described)
    assert text(feed.items[1], "title") == "Episode 2"


def test_items_in_many_batches_are_what_they_are_in_one() -> None:
    """Rendered in pieces and joined: the bytes must be those of a feed rendered whole."""
    items = [item(number) for number in range(1, 452)]
    joined = render_feed(FULL, items, newest=WHEN)
    feed = Feed(joined)
    assert [text(found, "guid") for found in feed.items] == [f"guid-{number}" for number in range(1, 452)]
    whole = etree.tostring(feed.root, encoding="UTF-8")
    assert whole == joined[joined.index(b"<rss ") :].rstrip(b"\n")
    head, _, rest = joined.partition(b"    <item>\n")
    for few in (items[:1], items[:200], items[:201]):
        assert render_feed(FULL, few, newest=WHEN).startswith(head + b"    <item>\n")
    assert rest.count(b"<item>") == 450


def test_the_order_is_the_one_given() -> None:
    assert render(SHOW, item(3), item(1), item(2)).titles() == ["Episode 3", "Episode 1", "Episode 2"]


def test_nothing_released_yet_gives_a_feed_without_items() -> None:
    feed = render(SHOW, newest=None)
    assert feed.items == []
    assert text(feed.channel, "lastBuildDate") == "Thu, 01 Jan 1970 00:00:00 +0000"


def test_the_same_show_gives_the_same_bytes() -> None:
    assert render_feed(FULL, [item()], newest=WHEN) == render_feed(FULL, iter([item()]), newest=WHEN)
