"""podcastparser (gPodder's) and feedparser read the served feed: every field they know, against the YAML."""

from __future__ import annotations

import calendar
import html
import io
import json
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

import feedparser
import podcastparser
import pytest

from publisher.media_types import content_type
from publisher.model import Episode
from tests.clients.stand import PUBLIC_URL, Stand, chapters, parse, parse_html, people, published
from tests.support.pictures import same_picture

# https://podcastnamespace.org/tag/guid: of the feed's address without its scheme.
SHOW_GUID = uuid.uuid5(
    uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6"), f"{PUBLIC_URL}feed.xml".removeprefix("https://")
)
# podcastparser 0.6 knows the podcast namespace by its first address alone; PSP-1 asks for the newer one.
_NAMESPACE = b"https://podcastindex.org/namespace/1.0"
_FIRST_NAMESPACE = b"https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"


@pytest.fixture(scope="module")
def feed(either: Stand) -> bytes:
    with urllib.request.urlopen(either.at("feed.xml"), timeout=20) as response:
        data: bytes = response.read()
    return data


@pytest.fixture(scope="module")
def by_podcastparser(either: Stand, feed: bytes) -> dict[str, Any]:
    assert feed.count(_NAMESPACE) == 1
    known = feed.replace(_NAMESPACE, _FIRST_NAMESPACE)
    parsed: dict[str, Any] = podcastparser.parse(either.at("feed.xml"), io.BytesIO(known))
    return parsed


@pytest.fixture(scope="module")
def by_feedparser(feed: bytes) -> Any:
    parsed = feedparser.parse(feed, sanitize_html=False)
    assert not parsed.bozo
    return parsed


def _utc(parts: time.struct_time) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parts), UTC)


def _one(entries: list[Any], title: str) -> Any:
    (found,) = (entry for entry in entries if entry["title"] == title)
    return found


def _as_podcastparser_orders(stand: Stand) -> list[Episode]:
    """Newest first, as the feed has them; a serial from its beginning."""
    return list(reversed(stand.episodes) if stand.show.type == "serial" else stand.episodes)


def test_podcastparser_lists_the_episodes_that_are_out_in_their_order(
    either: Stand, by_podcastparser: dict[str, Any]
) -> None:
    titles = [episode.title for episode in _as_podcastparser_orders(either)]
    assert [entry["title"] for entry in by_podcastparser["episodes"]] == titles


def test_podcastparser_reads_the_show(either: Stand, by_podcastparser: dict[str, Any]) -> None:
    show, parsed = either.show, by_podcastparser
    assert parsed["title"] == show.title
    assert parsed["link"] == (show.link or either.url)
    assert parsed["language"] == show.language
    assert parsed["itunes_author"] == show.author
    assert parsed["itunes_categories"] == [category.split(" > ") for category in show.categories]
    assert parsed["explicit"] is show.explicit
    assert show.owner is not None
    assert parsed["itunes_owner"] == {"name": show.owner.name, "email": show.owner.email}
    assert parsed["type"] == show.type
    assert parsed["generator"] == "publisher"
    assert parsed["funding_url"] in [given.url for given in show.funding]
    assert parsed["import_prohibited"] is show.locked
    assert show.artwork is not None
    artwork = either.public / parsed["cover_url"].removeprefix(either.url)
    assert same_picture(artwork.read_bytes(), either.folder / show.artwork.source.path)
    text = " ".join("".join(parse_html(parsed["description"]).itertext()).split())
    for paragraph in show.description.replace("*", "").split("\n\n"):
        assert " ".join(paragraph.split()) in text


def test_podcastparser_reads_an_episode(either: Stand, by_podcastparser: dict[str, Any]) -> None:
    for episode in either.episodes:
        show = either.show
        parsed = _one(by_podcastparser["episodes"], episode.title)
        file = either.enclosure(episode.slug)
        assert episode.audio is not None
        assert parsed["enclosures"] == [
            {
                "url": either.at(f"media/{file.name}"),
                "file_size": file.stat().st_size,
                "mime_type": episode.audio.type,
            }
        ]
        assert parsed["total_time"] == round(episode.audio.duration_seconds)
        assert parsed["published"] == published(episode).timestamp()
        assert parsed["link"] == (episode.link or either.at(f"episodes/{episode.slug}/"))
        assert parsed["type"] == episode.type
        assert parsed.get("number") == episode.number
        assert parsed.get("season") == episode.season
        assert parsed["explicit"] is bool(episode.explicit if episode.explicit is not None else show.explicit)
        assert parsed["itunes_author"] == (episode.author or show.author)
        if episode.summary:
            assert html.unescape(parsed["description"]) == episode.summary
        assert ("episode_art_url" in parsed) is (episode.artwork is not None)
        if episode.artwork:
            shown = either.local(parsed["episode_art_url"]).read_bytes()
            assert same_picture(shown, either.folder / episode.artwork.source.path)


def test_podcastparser_reads_persons_chapters_and_transcript(
    either: Stand, by_podcastparser: dict[str, Any]
) -> None:
    for episode in either.episodes:
        parsed = _one(by_podcastparser["episodes"], episode.title)
        expected = people(either.show, episode)
        assert [(person["name"], person["role"]) for person in parsed["persons"]] == [
            (person.name, role.casefold()) for person, role in expected
        ]
        for told, (person, _) in zip(parsed["persons"], expected, strict=True):
            assert (told["href"] or "") == person.url
            assert bool(told["img"]) is bool(person.image)
            if "://" in person.image:
                assert told["img"] == person.image
            elif person.image:
                assert either.local(told["img"]).is_file()
        assert bool(parsed.get("transcript_url")) is (episode.transcript is not None)
        if episode.transcript:
            assert either.local(parsed["transcript_url"]).is_file()
        assert bool(parsed.get("chapters_json_url")) is bool(chapters(episode))


def test_the_show_notes_hold_what_the_yaml_has(either: Stand, by_podcastparser: dict[str, Any]) -> None:
    for episode in either.episodes:
        notes = _one(by_podcastparser["episodes"], episode.title)["description_html"]
        text = "".join(parse_html(notes).itertext())
        for guest in episode.guests:
            assert guest.name in text
            assert guest.title in text
        for outcome in episode.learning.outcomes if episode.learning else ():
            assert outcome in text
        for chapter in chapters(episode):
            assert (chapter.title in text) is chapter.toc
        addresses = parse_html(notes).xpath("//a/@href")
        for item in episode.links:
            assert item.url in addresses
        page = either.at(f"episodes/{episode.slug}/#transcript")
        assert (page in addresses) is (episode.transcript is not None)
        assert "<script" not in notes


def test_feedparser_reads_the_show(either: Stand, by_feedparser: Any) -> None:
    show, parsed = either.show, by_feedparser.feed
    assert by_feedparser.version == "rss20"
    assert by_feedparser.encoding == "utf-8"
    assert parsed.title == show.title
    assert parsed.link == (show.link or either.url)
    assert {(link.rel, link.href) for link in parsed.links} >= {
        ("self", either.at("feed.xml")),
        ("alternate", show.link or either.url),
    }
    assert parsed.language == show.language
    assert parsed.rights == show.copyright
    assert parsed.author == show.author
    assert show.owner is not None
    assert parsed.publisher_detail == {"name": show.owner.name, "email": show.owner.email}
    levels = [level for category in show.categories for level in category.split(" > ")]
    assert _terms(parsed.tags, apple=True) == levels
    slashed = [category.replace(" > ", "/") for category in show.categories]
    assert _terms(parsed.tags, apple=False) == slashed
    assert parsed.itunes_type == show.type
    assert parsed.podcast_medium == show.medium
    assert parsed.podcast_locked == {"owner": show.owner.email}
    assert parsed.podcast_funding == {"url": show.funding[-1].url}
    assert parsed.podcast_person["href"] == show.hosts[-1].url
    assert parsed.podcast_guid == (show.guid or str(SHOW_GUID))
    newest = published(either.episodes[0])
    assert _utc(parsed.updated_parsed) == newest
    assert either.local(parsed.image.href).is_file()


def test_feedparser_reads_an_episode(either: Stand, by_feedparser: Any) -> None:
    for episode in either.episodes:
        entry = _one(by_feedparser.entries, episode.title)
        file = either.enclosure(episode.slug)
        assert episode.audio is not None
        (enclosure,) = entry.enclosures
        assert enclosure.href == either.at(f"media/{file.name}")
        assert int(enclosure.length) == file.stat().st_size
        assert enclosure.type == episode.audio.type
        assert entry.guidislink is False
        assert _utc(entry.published_parsed) == published(episode)
        assert entry.link == (episode.link or either.at(f"episodes/{episode.slug}/"))
        assert int(entry.itunes_duration) == round(episode.audio.duration_seconds)
        assert entry.itunes_episodetype == episode.type
        assert int(entry.itunes_season) == episode.season
        assert entry.podcast_season == {"name": dict(either.show.seasons)[episode.season or 0]}
        assert entry.get("itunes_episode") == (str(episode.number) if episode.number else None)
        number = str(episode.number) if episode.number else None
        assert entry.get("podcast_episode") == ({"display": episode.code} if episode.code else number)
        assert _terms(entry.get("tags", []), apple=True) == list(episode.keywords)
        values = [word for _, words in episode.taxonomies for word in words]
        assert _terms(entry.get("tags", []), apple=False) == [*episode.keywords, *values]
        assert (entry.get("image") is not None) is (episode.artwork is not None)
        (content,) = entry.content
        assert content.type == "text/html"
        if episode.summary:
            assert html.unescape(entry.summary) == episode.summary
            assert html.escape(episode.summary, quote=False) in content.value
        if episode.soundbites:
            (bite,) = episode.soundbites
            assert float(entry.podcast_soundbite["starttime"]) == bite.start_seconds
            assert float(entry.podcast_soundbite["duration"]) == bite.duration_seconds
        for place in episode.location[-1:]:
            assert entry.podcast_location.get("geo", "") == place.geo
            assert entry.podcast_location.get("osm", "") == place.osm
            assert entry.podcast_location.get("country", "") == place.country
        for post in episode.social[-1:]:
            assert entry.podcast_socialinteract.get("uri", "") == post.url


def _terms(tags: list[Any], *, apple: bool) -> list[str]:
    """Those of itunes:category and itunes:keywords, or those of RSS's own category."""
    return [tag.term for tag in tags if (tag.scheme == "http://www.itunes.com/") is apple]


def test_both_parsers_see_the_guids_that_the_format_promises(
    either: Stand, by_podcastparser: dict[str, Any], by_feedparser: Any
) -> None:
    show_guid = uuid.UUID(either.show.guid) if either.show.guid else SHOW_GUID
    guids = {episode.slug: str(uuid.uuid5(show_guid, episode.slug)) for episode in either.episodes}
    ordered = [guids[episode.slug] for episode in _as_podcastparser_orders(either)]
    assert [entry["guid"] for entry in by_podcastparser["episodes"]] == ordered
    assert [entry.id for entry in by_feedparser.entries] == list(guids.values())


def test_the_chapters_file_says_what_the_yaml_says(either: Stand, by_podcastparser: dict[str, Any]) -> None:
    chaptered = [episode for episode in either.episodes if chapters(episode)]
    assert chaptered
    for episode in chaptered:
        url = _one(by_podcastparser["episodes"], episode.title)["chapters_json_url"]
        with urllib.request.urlopen(url, timeout=20) as response:
            document = json.load(response)
        assert document["version"] == "1.2.0"
        expected = chapters(episode)
        assert len(document["chapters"]) == len(expected)
        for entry, chapter in zip(document["chapters"], expected, strict=True):
            assert entry["startTime"] == pytest.approx(chapter.start_seconds, abs=0.0005)
            assert entry.get("title", "") == chapter.title
            assert entry.get("url", "") == chapter.url
            assert entry.get("toc", True) is chapter.toc
            assert ("img" in entry) is bool(chapter.image)
            if "://" in chapter.image:
                assert entry["img"] == chapter.image
            elif chapter.image:
                source = either.folder / episode.slug / chapter.image
                assert either.local(entry["img"]).read_bytes() == source.read_bytes()


def test_further_enclosures_stand_with_their_lengths_and_types(either: Stand, feed: bytes) -> None:
    names = {"podcast": _NAMESPACE.decode()}
    items = {item.findtext("title"): item for item in parse(feed).iter("item")}
    assert any(episode.alternates for episode in either.episodes)
    for episode in either.episodes:
        item = items[episode.title]
        main, *others = item.iterfind("podcast:alternateEnclosure", names) if episode.alternates else [None]
        if main is not None:
            assert main.get("default") == "true"
            assert main.get("length") == item.find("enclosure").get("length")
        for found, written in zip(others, episode.alternates, strict=True):
            source, *_ = found.xpath("podcast:source/@uri", namespaces=names)
            assert found.get("default") is None
            assert found.get("type") == (written.type or content_type(written.file or written.url))
            assert found.get("bitrate", "") == str(written.bitrate or "")
            assert found.get("title", "") == written.title
            if written.file:
                assert int(found.get("length")) == either.local(source).stat().st_size
            else:
                assert source == written.url
