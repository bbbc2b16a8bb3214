"""The feed of a show that uses everything: each tag is there, and says what the show says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image

from publisher import model
from publisher.feed import render_feed
from publisher.feed.namespace import NAMESPACES
from publisher.feed.paging import Paging
from publisher.feed.tags import CHANNEL, ITEM, PSP1
from publisher.operations import check
from publisher.reading import keys
from publisher.release import publish
from tests.release.feeds import Feed, all_attributes, attributes, read_feed, text, texts
from tests.support.everything import BONUS, EPISODES, MAIN, SHOW, TRAILER, URL, make_everything, picture
from tests.support.schema import checked, schema

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_everything(tmp_path_factory.mktemp("everything") / "show")


@pytest.fixture(scope="module")
def store(show: Path) -> Path:
    publish(show, to=str(show.parent / "public"), now=NOW)
    return show.parent / "public"


@pytest.fixture(scope="module")
def feed(store: Path) -> Feed:
    return read_feed(store)


@pytest.fixture(scope="module")
def main(feed: Feed) -> etree._Element:
    return feed.item("Everything at once")


def name_of(tag: str) -> str:
    name = etree.QName(tag)
    prefixes = {address: prefix for prefix, address in NAMESPACES.items()}
    prefixes["http://purl.org/syndication/history/1.0"] = "fh"
    return f"{prefixes[name.namespace]}:{name.localname}" if name.namespace else name.localname


def paths(element: etree._Element, path: str) -> Iterator[str]:
    yield from (f"{path}@{attribute}" for attribute in map(str, element.attrib))
    for child in element:
        if isinstance(child.tag, str) and child.tag != "item":
            inner = f"{path}/{name_of(child.tag)}"
            yield inner
            yield from paths(child, inner)


def test_the_show_uses_every_key() -> None:
    elsewhere = {"artwork", "subscribe", "audio", "publish", "description", "feeds", "announce", "inbox"}
    assert {key.name for key in keys.SHOW.keys} - set(SHOW) <= elsewhere
    pages_only = {"feeds", "quote", "links", "interview", "learning", "related", "next", "hosts", "guid"}
    files = {"audio", "artwork", "notes", "transcript"}
    assert {key.name for key in keys.EPISODE.keys} - set(EPISODES[1]) <= pages_only | files


def test_nothing_is_said_of_it(show: Path) -> None:
    assert check(show, now=NOW) == ()


def test_the_feed_holds_exactly_the_tags_that_are_documented(feed: Feed) -> None:
    found = {*paths(feed.channel, "channel")}
    for item in feed.items:
        found |= {*paths(item, "item")}
    show = model.Show("show", "A", "B", "en", guid="g", link="https://a.example/")
    page = render_feed(show, (), newest=None, paging=Paging("https://a.example/", True))
    archive = etree.fromstring(page).find("channel")
    assert archive is not None
    found |= {*paths(archive, "channel")}
    documented = {tag.path for tag in (*CHANNEL, *ITEM)}
    assert documented - found == set(), "documented, and not in the feed"
    assert found - documented == set(), "in the feed, and not documented"
    assert documented >= PSP1
    assert len({tag.path for tag in (*CHANNEL, *ITEM)}) == len((*CHANNEL, *ITEM))


def test_the_namespaces_stand_at_the_root_with_their_usual_prefixes(feed: Feed) -> None:
    assert {str(prefix): address for prefix, address in feed.root.nsmap.items()} == NAMESPACES


def test_the_channel_in_rss_and_atom(feed: Feed) -> None:
    channel = feed.channel
    assert all_attributes(channel, "atom:link") == [
        {"href": URL + "feed.xml", "rel": "self", "type": "application/rss+xml"},
        {"href": "https://hub.example/", "rel": "hub"},
    ]
    assert text(channel, "managingEditor") == "ada@show.example (Ada)"
    assert text(channel, "webMaster") == "bo@show.example (Bo)"
    assert text(channel, "ttl") == "60"
    assert texts(channel, "category") == ["Education/Courses", "Technology"]
    assert text(channel, "docs") == "http://www.rssboard.org/rss-specification"
    assert text(channel, "title") == text(channel, "itunes:title") == SHOW["title"]
    assert text(channel, "itunes:block") == text(channel, "itunes:complete") == "Yes"


@pytest.mark.parametrize("place", ["channel", "item"])
def test_licences(feed: Feed, main: etree._Element, place: str) -> None:
    element = main if place == "item" else feed.channel
    address = "https://creativecommons.org/licenses/by/4.0/"
    assert text(element, "podcast:license") == "cc-by-4.0"
    assert attributes(element, "podcast:license") == {"url": address}
    assert text(element, "{http://purl.org/dc/terms/}license") == address
    assert text(element, "{http://backend.userland.com/creativeCommonsRssModule}license") == address
    rights = {"channel": [], "item": ["Creative Commons Attribution"]}
    assert texts(element, "{http://purl.org/dc/elements/1.1/}rights") == rights[place]


def test_blocks_name_their_services(feed: Feed) -> None:
    assert texts(feed.channel, "podcast:block") == ["yes", "no", "yes"]
    assert all_attributes(feed.channel, "podcast:block") == [{}, {"id": "google"}, {"id": "amazon"}]
    assert attributes(feed.channel, "podcast:podping") == {"usesPodping": "true"}


def test_how_often_episodes_come(feed: Feed) -> None:
    assert text(feed.channel, "podcast:updateFrequency") == "Every Monday"
    assert attributes(feed.channel, "podcast:updateFrequency") == {
        "complete": "true",
        "dtstart": "2023-12-31T23:00:00.000Z",
        "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
    }


def test_trailers_are_the_shows_own_and_its_episodes_of_that_type(feed: Feed, store: Path) -> None:
    assert texts(feed.channel, "podcast:trailer") == ["Soon", "Coming soon"]
    given, released = all_attributes(feed.channel, "podcast:trailer")
    assert given == {
        "pubdate": "Mon, 01 Jan 2024 05:00:00 +0000",
        "url": "https://trailers.example/1.mp3",
        "length": "12345",
        "type": "audio/mpeg",
        "season": "1",
    }
    enclosure = attributes(feed.item("Coming soon"), "enclosure")
    assert released == {
        "pubdate": text(feed.item("Coming soon"), "pubDate"),
        "season": "1",
        **{name: enclosure[name] for name in ("url", "length", "type")},
    }
    assert (store / released["url"].removeprefix(URL)).stat().st_size == int(released["length"])


def test_other_shows(feed: Feed) -> None:
    other = {
        "feedGuid": "917393e3-1b1e-5cef-ace4-edaa54e1f810",
        "feedUrl": "https://other.example/feed.xml",
        "itemGuid": "other-1",
        "medium": "music",
        "title": "Another show",
    }
    assert all_attributes(feed.channel, "podcast:remoteItem") == [other]
    assert all_attributes(feed.channel, "podcast:podroll/podcast:remoteItem") == [other]
    assert all_attributes(feed.channel, "podcast:publisher/podcast:remoteItem") == [
        {**other, "medium": "publisher", "feedUrl": "https://publisher.example/feed.xml"}
    ]


def test_images_are_stored_and_their_sizes_found(feed: Feed, main: etree._Element, store: Path) -> None:
    for element in (feed.channel, main):
        artwork, banner, canvas, elsewhere = all_attributes(element, "podcast:image")
        assert artwork == {
            "href": attributes(element, "itunes:image")["href"],
            "aspect-ratio": "1/1",
            "width": "1400",
            "height": "1400",
            "type": "image/jpeg",
            "purpose": "artwork",
        }
        assert {**banner, "href": ""} == {
            "href": "",
            "alt": "A wide picture",
            "aspect-ratio": "3/1",
            "width": "300",
            "height": "100",
            "type": "image/png",
            "purpose": "banner",
        }
        assert (store / banner["href"].removeprefix(URL)).read_bytes() == picture(300, 100)
        assert (canvas["type"], canvas["width"], canvas["height"]) == ("video/mp4", "1080", "1920")
        assert (store / canvas["href"].removeprefix(URL)).is_file()
        assert elsewhere["href"] == "https://img.example/600.webp"
        # Neither the wide one nor the video is for apps that know square pictures alone.
        srcset = attributes(element, "podcast:images")["srcset"].split(", ")
        assert srcset[0] == f"{artwork['href']} 1400w"
        assert srcset[3:] == ["https://img.example/600.webp 600w"]
        for smaller, side in zip(srcset[1:3], (600, 300), strict=True):
            address, width = smaller.split()
            assert width == f"{side}w"
            with Image.open(store / address.removeprefix(URL)) as image:
                assert (image.format, image.size) == ("JPEG", (side, side))


def test_persons_have_the_group_of_their_role(feed: Feed, main: etree._Element) -> None:
    assert [person["group"] for person in all_attributes(feed.channel, "podcast:person")] == ["cast"]
    told = [(person["role"], person["group"]) for person in all_attributes(main, "podcast:person")]
    assert told == [("host", "cast"), ("guest", "cast"), ("sound designer", "audio post-production")]


@pytest.mark.parametrize("place", ["channel", "item"])
def test_places_posts_chat_and_texts(feed: Feed, main: etree._Element, place: str) -> None:
    element = main if place == "item" else feed.channel
    assert texts(element, "podcast:location") == ["Oslo", "Bergen"]
    assert all_attributes(element, "podcast:location") == [
        {"rel": "subject", "geo": "geo:59.91,10.75", "osm": "R406091", "country": "NO"},
        {"rel": "creator"},
    ]
    assert all_attributes(element, "podcast:socialInteract") == [
        {
            "uri": "https://social.example/@ada/1",
            "protocol": "activitypub",
            "accountId": "@ada",
            "accountUrl": "https://social.example/@ada",
            "priority": "1",
        },
        {"uri": "https://bsky.example/post/1", "protocol": "atproto", "priority": "2"},
    ]
    assert attributes(element, "podcast:chat") == {
        "server": "irc.example.org",
        "protocol": "irc",
        "accountId": "@ada",
        "space": "#show",
    }
    expected = {"channel": ["a-token", "Any text"], "item": ["true"]}
    assert texts(element, "podcast:txt") == expected[place]
    assert attributes(element, "podcast:txt")["purpose"] == (
        "applepodcastsverify" if place == "channel" else "ai-content"
    )


def test_value_with_its_recipients_and_times(feed: Feed, main: etree._Element) -> None:
    for element in (feed.channel, main):
        assert attributes(element, "podcast:value") == {
            "type": "lightning",
            "method": "keysend",
            "suggested": "0.00000015000",
        }
        ada, host = all_attributes(element, "podcast:value/podcast:valueRecipient")
        assert ada == {
            "name": "Ada",
            "type": "node",
            "address": "03" + "ab" * 32,
            "split": "95",
            "customKey": "906608",
            "customValue": "01abc",
        }
        assert (host["type"], host["split"], host["fee"]) == ("lnaddress", "5", "true")
    assert feed.channel.find("podcast:value/podcast:valueTimeSplit", NAMESPACES) is None
    assert all_attributes(main, "podcast:value/podcast:valueTimeSplit") == [
        {"startTime": "0", "duration": "0.5", "remoteStartTime": "12", "remotePercentage": "90"},
        {"startTime": "0.5", "duration": "0.5"},
    ]
    splits = main.findall("podcast:value/podcast:valueTimeSplit", NAMESPACES)
    assert [[name_of(str(child.tag)) for child in split] for split in splits] == [
        ["podcast:remoteItem"],
        ["podcast:valueRecipient", "podcast:valueRecipient"],
    ]


def test_the_rest_of_an_item(main: etree._Element, feed: Feed) -> None:
    assert attributes(main, "podcast:season") == {"name": "The rest"}
    assert text(main, "comments") == "https://social.example/@ada/1"
    assert text(main, "{http://purl.org/dc/elements/1.1/}creator") == "Bo"
    assert texts(main, "category") == ["everything", "more", "Things"]
    assert all_attributes(main, "category") == [{}, {}, {"domain": "theme"}]
    assert text(main, "podcast:contentLink") == "See it"
    assert attributes(main, "podcast:contentLink") == {"href": "https://video.example/watch/2"}
    assert text(main, "podcast:funding") == "Give for this one"
    trailer = feed.item("Coming soon")
    assert all_attributes(trailer, "podcast:socialInteract") == [{"protocol": "disabled"}]
    assert text(trailer, "comments") is None


def test_simple_chapters(main: etree._Element) -> None:
    (chapters,) = main.iterfind("{http://podlove.org/simple-chapters}chapters")
    assert chapters.items() == [("version", "1.2")]
    assert [dict(chapter.items()) for chapter in chapters] == [
        {
            "start": "00:00:00.000",
            "title": "Start",
            "href": "https://e.example/0",
            "image": "https://img.example/0.jpg",
        },
        {"start": "00:00:20.500", "title": "End & out"},
    ]


def test_the_main_enclosure_stands_among_the_others(main: etree._Element) -> None:
    first, small, video = all_attributes(main, "podcast:alternateEnclosure")
    enclosure = attributes(main, "enclosure")
    assert (first["default"], first["type"], first["length"]) == ("true", "audio/mpeg", enclosure["length"])
    assert int(first["bitrate"]) > 8000
    sources = [
        [source["uri"] for source in all_attributes(alternate, "podcast:source")]
        for alternate in main.findall("podcast:alternateEnclosure", NAMESPACES)
    ]
    assert sources[0] == [enclosure["url"]]
    assert sources[1][1:] == [
        "ipfs://QmdwGqd3d2gFPGeJNLLCshdiPert45fMu84552Y4XHTy4y",
        "https://e.example/low.torrent",
    ]
    assert (small["rel"], small["codecs"], small["lang"]) == ("small", "opus", "nb")
    assert (video["type"], video["height"]) == ("video/mp4", "720")


def test_the_same_folder_gives_the_same_feed(tmp_path: Path, store: Path) -> None:
    again = make_everything(tmp_path / "again")
    publish(again, to=str(tmp_path / "public"), now=NOW)
    assert (tmp_path / "public/feed.xml").read_bytes() == (store / "feed.xml").read_bytes()


def test_the_namespaces_own_schema_accepts_the_elements_it_knows(feed: Feed) -> None:
    assert checked(feed.root) == schema()[1]


def test_the_schema_refuses_what_is_wrong() -> None:
    rules, _ = schema()
    assert not rules.validate(etree.fromstring("<funding>Give</funding>"))
    assert not rules.validate(etree.fromstring("<locked owner='a@b.example'>maybe</locked>"))


def test_names_are_those_of_the_show() -> None:
    assert {episode["slug"] for episode in EPISODES} == {TRAILER, MAIN, BONUS}
