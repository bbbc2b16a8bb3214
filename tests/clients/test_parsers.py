"""podcastparser (gPodder's) and feedparser read the served feed: every field they know, against the YAML."""

from __future__ import annotations

import calendar
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

from tests.clients.stand import PUBLIC_URL, Stand, chapters, parse, parse_html, people, published

SLUGS = (
    "0003-hvorfor-glemmer-vi",
    "0002-hva-husker-en-fjord",
    "0001-hvordan-finner-en-podkast-fram",
    "0000-smakebit",
)
# https://podcastnamespace.org/tag/guid: of the feed's address without its scheme.
SHOW_GUID = uuid.uuid5(
    uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6"), f"{PUBLIC_URL}feed.xml".removeprefix("https://")
)
# podcastparser 0.6 knows the podcast namespace by its first address alone; PSP-1 asks for the newer one.
_NAMESPACE = b"https://podcastindex.org/namespace/1.0"
_FIRST_NAMESPACE = b"https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"


@pytest.fixture(scope="module")
def feed(stand: Stand) -> bytes:
    with urllib.request.urlopen(stand.at("feed.xml"), timeout=20) as response:
        data: bytes = response.read()
    return data


@pytest.fixture(scope="module")
def by_podcastparser(stand: Stand, feed: bytes) -> dict[str, Any]:
    assert feed.count(_NAMESPACE) == 1
    known = feed.replace(_NAMESPACE, _FIRST_NAMESPACE)
    parsed: dict[str, Any] = podcastparser.parse(stand.at("feed.xml"), io.BytesIO(known))
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


def test_the_episodes_that_are_out_stand_newest_first(stand: Stand, by_podcastparser: dict[str, Any]) -> None:
    titles = [episode.title for episode in stand.episodes]
    assert [episode.slug for episode in stand.episodes] == list(SLUGS)
    assert [entry["title"] for entry in by_podcastparser["episodes"]] == titles


def test_podcastparser_reads_the_show(stand: Stand, by_podcastparser: dict[str, Any]) -> None:
    show, parsed = stand.show, by_podcastparser
    assert parsed["title"] == show.title
    assert parsed["link"] == stand.url
    assert parsed["language"] == show.language
    assert parsed["itunes_author"] == show.author
    assert parsed["itunes_categories"] == [category.split(" > ") for category in show.categories]
    assert parsed["explicit"] is show.explicit
    assert show.owner is not None
    assert parsed["itunes_owner"] == {"name": show.owner.name, "email": show.owner.email}
    assert parsed["type"] == show.type
    assert parsed["generator"] == "publisher"
    assert parsed["funding_url"] == show.funding[0].url
    assert parsed["import_prohibited"] is show.locked
    assert show.artwork is not None
    artwork = stand.public / parsed["cover_url"].removeprefix(stand.url)
    assert artwork.read_bytes() == (stand.folder / show.artwork.source.path).read_bytes()
    for words in ("Et lite læringsprogram", "Alle stemmer er talesyntese", "<em>publisher</em>"):
        assert words in parsed["description"]


@pytest.mark.parametrize("slug", SLUGS)
def test_podcastparser_reads_an_episode(stand: Stand, by_podcastparser: dict[str, Any], slug: str) -> None:
    episode, show = stand.episode(slug), stand.show
    parsed = _one(by_podcastparser["episodes"], episode.title)
    file = stand.enclosure(slug)
    assert episode.audio is not None
    assert parsed["enclosures"] == [
        {
            "url": stand.at(f"media/{file.name}"),
            "file_size": file.stat().st_size,
            "mime_type": episode.audio.type,
        }
    ]
    assert parsed["total_time"] == round(episode.audio.duration_seconds)
    assert parsed["published"] == published(episode).timestamp()
    assert parsed["link"] == stand.at(f"episodes/{slug}/")
    assert parsed["type"] == episode.type
    assert parsed.get("number") == episode.number
    assert parsed.get("season") == episode.season
    assert parsed["explicit"] is bool(episode.explicit if episode.explicit is not None else show.explicit)
    assert parsed["itunes_author"] == (episode.author or show.author)
    if episode.summary:
        assert parsed["description"] == episode.summary
    assert ("episode_art_url" in parsed) is (episode.artwork is not None)
    if episode.artwork:
        shown = stand.local(parsed["episode_art_url"]).read_bytes()
        assert shown == (stand.folder / episode.artwork.source.path).read_bytes()


@pytest.mark.parametrize("slug", SLUGS)
def test_podcastparser_reads_persons_chapters_and_transcript(
    stand: Stand, by_podcastparser: dict[str, Any], slug: str
) -> None:
    episode = stand.episode(slug)
    parsed = _one(by_podcastparser["episodes"], episode.title)
    expected = people(stand.show, episode)
    assert [(person["name"], person["role"]) for person in parsed["persons"]] == [
        (person.name, role) for person, role in expected
    ]
    for told, (person, _) in zip(parsed["persons"], expected, strict=True):
        assert (told["href"] or "") == person.url
        assert bool(told["img"]) is bool(person.image)
        if told["img"]:
            assert stand.local(told["img"]).is_file()
    assert bool(parsed.get("transcript_url")) is (episode.transcript is not None)
    assert stand.local(parsed["transcript_url"]).is_file()
    assert bool(parsed.get("chapters_json_url")) is bool(chapters(episode))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_show_notes_hold_what_the_yaml_has(
    stand: Stand, by_podcastparser: dict[str, Any], slug: str
) -> None:
    episode = stand.episode(slug)
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
    assert stand.at(f"episodes/{slug}/#transcript") in addresses
    assert "<script" not in notes


def test_feedparser_reads_the_show(stand: Stand, by_feedparser: Any) -> None:
    show, parsed = stand.show, by_feedparser.feed
    assert by_feedparser.version == "rss20"
    assert by_feedparser.encoding == "utf-8"
    assert parsed.title == show.title
    assert parsed.link == stand.url
    assert {(link.rel, link.href) for link in parsed.links} >= {
        ("self", stand.at("feed.xml")),
        ("alternate", stand.url),
    }
    assert parsed.language == show.language
    assert parsed.rights == show.copyright
    assert parsed.author == show.author
    assert show.owner is not None
    assert parsed.publisher_detail == {"name": show.owner.name, "email": show.owner.email}
    assert _terms(parsed.tags, apple=True) == ["Education", "Courses", "Technology"]
    assert _terms(parsed.tags, apple=False) == ["Education/Courses", "Technology"]
    assert parsed.itunes_type == show.type
    assert parsed.podcast_medium == show.medium
    assert parsed.podcast_locked == {"owner": show.owner.email}
    assert parsed.podcast_funding == {"url": show.funding[0].url}
    assert parsed.podcast_person["href"] == show.hosts[0].url
    assert parsed.podcast_guid == str(SHOW_GUID)
    newest = published(stand.episodes[0])
    assert _utc(parsed.updated_parsed) == newest
    assert stand.local(parsed.image.href).is_file()


@pytest.mark.parametrize("slug", SLUGS)
def test_feedparser_reads_an_episode(stand: Stand, by_feedparser: Any, slug: str) -> None:
    episode = stand.episode(slug)
    entry = _one(by_feedparser.entries, episode.title)
    file = stand.enclosure(slug)
    assert episode.audio is not None
    (enclosure,) = entry.enclosures
    assert enclosure.href == stand.at(f"media/{file.name}")
    assert int(enclosure.length) == file.stat().st_size
    assert enclosure.type == episode.audio.type
    assert entry.guidislink is False
    assert _utc(entry.published_parsed) == published(episode)
    assert entry.link == stand.at(f"episodes/{slug}/")
    assert int(entry.itunes_duration) == round(episode.audio.duration_seconds)
    assert entry.itunes_episodetype == episode.type
    assert int(entry.itunes_season) == episode.season
    assert entry.podcast_season == {"name": dict(stand.show.seasons)[episode.season or 0]}
    assert entry.get("itunes_episode") == (str(episode.number) if episode.number else None)
    assert entry.get("podcast_episode") == ({"display": episode.code} if episode.code else None)
    assert _terms(entry.get("tags", []), apple=True) == list(episode.keywords)
    values = [word for _, words in episode.taxonomies for word in words]
    assert _terms(entry.get("tags", []), apple=False) == [*episode.keywords, *values]
    assert (entry.get("image") is not None) is (episode.artwork is not None)
    (content,) = entry.content
    assert content.type == "text/html"
    if episode.summary:
        assert entry.summary == episode.summary
        assert episode.summary in content.value
    if episode.soundbites:
        (bite,) = episode.soundbites
        assert float(entry.podcast_soundbite["starttime"]) == bite.start_seconds
        assert float(entry.podcast_soundbite["duration"]) == bite.duration_seconds
    for place in episode.location[-1:]:
        assert entry.podcast_location.get("geo", "") == place.geo
        assert entry.podcast_location.get("osm", "") == place.osm
        assert entry.podcast_location.get("country", "") == place.country
    for post in episode.social[-1:]:
        assert entry.podcast_socialinteract["uri"] == post.url


def _terms(tags: list[Any], *, apple: bool) -> list[str]:
    """Those of itunes:category and itunes:keywords, or those of RSS's own category."""
    return [tag.term for tag in tags if (tag.scheme == "http://www.itunes.com/") is apple]


def test_both_parsers_see_the_guids_that_the_format_promises(
    by_podcastparser: dict[str, Any], by_feedparser: Any
) -> None:
    expected = [str(uuid.uuid5(SHOW_GUID, slug)) for slug in SLUGS]
    assert [entry["guid"] for entry in by_podcastparser["episodes"]] == expected
    assert [entry.id for entry in by_feedparser.entries] == expected


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "0000-smakebit"])
def test_the_chapters_file_says_what_the_yaml_says(
    stand: Stand, by_podcastparser: dict[str, Any], slug: str
) -> None:
    episode = stand.episode(slug)
    url = _one(by_podcastparser["episodes"], episode.title)["chapters_json_url"]
    with urllib.request.urlopen(url, timeout=20) as response:
        document = json.load(response)
    assert document["version"] == "1.2.0"
    expected = chapters(episode)
    assert len(document["chapters"]) == len(expected) >= 3
    for entry, chapter in zip(document["chapters"], expected, strict=True):
        assert entry["startTime"] == pytest.approx(chapter.start_seconds, abs=0.0005)
        assert entry.get("title", "") == chapter.title
        assert entry.get("url", "") == chapter.url
        assert entry.get("toc", True) is chapter.toc
        assert ("img" in entry) is bool(chapter.image)
        if chapter.image:
            source = stand.folder / slug / chapter.image
            assert stand.local(entry["img"]).read_bytes() == source.read_bytes()


def test_a_further_enclosure_stands_with_its_length_and_type(stand: Stand, feed: bytes) -> None:
    names = {"podcast": _NAMESPACE.decode()}
    main, alternate = parse(feed).xpath("//podcast:alternateEnclosure", namespaces=names)
    assert (main.get("default"), alternate.get("default")) == ("true", None)
    assert main.get("length") == main.getparent().find("enclosure").get("length")
    (expected,) = stand.episode("0001-hvordan-finner-en-podkast-fram").alternates
    (source,) = alternate.xpath("podcast:source/@uri", namespaces=names)
    assert alternate.get("type") == expected.type
    assert alternate.get("bitrate") == str(expected.bitrate)
    assert alternate.get("title") == expected.title
    assert int(alternate.get("length")) == stand.local(source).stat().st_size
