"""Podcast Index's own parser on the served feeds: every field that it knows, against the YAML."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from publisher import effective
from publisher.media_types import content_type
from publisher.model import Episode, Person
from publisher.vocabulary import licenses
from tests.clients.stand import Stand, chapters, parse_html, people, published
from tests.support.pictures import same_picture


@pytest.fixture
def told(either: Stand, partytime: Callable[[Stand], dict[str, Any]]) -> dict[str, Any]:
    return partytime(either)


def _items(either: Stand, told: dict[str, Any]) -> list[tuple[Episode, dict[str, Any]]]:
    return list(zip(either.episodes, told["items"], strict=True))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _license(slug: str) -> dict[str, str]:
    """A licence of one's own is its address."""
    if "://" in slug:
        return {"identifier": slug.lower(), "url": slug}
    return {"identifier": slug.lower(), "url": licenses()[slug.lower()]}


def _expect_people(stand: Stand, told: list[dict[str, str]], expected: list[tuple[Person, str]]) -> None:
    assert [(one["name"], one["role"].casefold()) for one in told] == [
        (person.name, role.casefold()) for person, role in expected
    ]
    for one, (person, _) in zip(told, expected, strict=True):
        assert one.get("href", "") == person.url
        assert bool(one.get("img")) is bool(person.image)
        if "://" in person.image:
            assert one["img"] == person.image
        elif person.image:
            assert stand.local(one["img"]).is_file()


def test_the_show(either: Stand, told: dict[str, Any]) -> None:
    show = either.show
    assert told["type"] == 0, "it is no RSS"
    assert told["title"] == show.title
    assert told["link"] == (show.link or either.url)
    assert told["language"] == show.language.lower() or told["language"] == show.language
    assert told["explicit"] is show.explicit
    assert told["author"] == show.author
    assert show.owner is not None
    assert told["owner"] == {"name": show.owner.name, "email": show.owner.email}
    assert told["itunesCategory"] == list(show.categories)
    assert told["itunesType"] == show.type
    assert told["itunesBlock"] is (("", True) in effective.blocks(show))
    assert told["itunesComplete"] is show.complete
    assert told["copyright"] == show.copyright
    assert told["generator"] == "publisher"
    assert told["pubsub"]["self"] == either.at("feed.xml")
    text = " ".join("".join(parse_html(told["description"]).itertext()).split())
    for words in show.description.replace("*", "").split("\n\n"):
        assert " ".join(words.split()) in text
    assert show.artwork is not None
    for address in (told["itunesImage"], told["image"]["url"]):
        assert same_picture(either.local(address).read_bytes(), either.folder / show.artwork.source.path)
    newest, oldest = published(either.episodes[0]), published(either.episodes[-1])
    assert _moment(told["lastBuildDate"]) == _moment(told["newestItemPubDate"]) == newest
    assert _moment(told["oldestItemPubDate"]) == oldest


def test_the_shows_tags_of_the_podcast_namespace(either: Stand, told: dict[str, Any]) -> None:
    show = either.show
    assert told["locked"] is show.locked
    assert show.owner is not None
    assert told["podcastOwner"] == show.owner.email
    assert told["podcastFunding"] == [{"message": given.text, "url": given.url} for given in show.funding]
    assert told["medium"] == show.medium
    assert told["license"] == _license(show.license)
    assert len(told["guid"]) == 36
    _expect_people(either, told["podcastPeople"], [(host, host.role or "host") for host in show.hosts])
    seasons = {episode.season for episode in either.episodes if episode.season}
    assert {int(number) for number in told["podcastSeasons"]} == seasons


def test_every_episode(either: Stand, told: dict[str, Any]) -> None:
    show = either.show
    for episode, item in _items(either, told):
        file = either.enclosure(episode.slug)
        assert episode.audio is not None
        assert item["title"] == episode.title
        assert item["enclosure"] == {
            "url": either.at(f"media/{file.name}"),
            "length": file.stat().st_size,
            "type": episode.audio.type,
        }
        assert item["duration"] == round(episode.audio.duration_seconds)
        assert item["link"] == (episode.link or either.at(f"episodes/{episode.slug}/"))
        assert item["explicit"] is effective.explicit(show, episode)
        assert item["author"] == (episode.author or show.author)
        assert item["itunesEpisodeType"] == episode.type
        assert item.get("itunesSeason") == episode.season
        assert item.get("itunesEpisode") == episode.number
        assert item.get("keywords", []) == list(episode.keywords)
        assert _moment(item["pubDate"]) == published(episode)
        assert html.unescape(item["description"]) == (effective.summary(episode) or episode.title)
        assert bool(item.get("itunesImage")) is (episode.artwork is not None)
    assert len({item["guid"] for item in told["items"]}) == len(told["items"])


def test_every_episodes_tags_of_the_podcast_namespace(either: Stand, told: dict[str, Any]) -> None:
    for episode, item in _items(either, told):
        _expect_people(either, item["podcastPeople"], people(either.show, episode))
        _expect_files(either, episode, item)
        season, number = item.get("podcastSeason"), item.get("podcastEpisode")
        name = dict(either.show.seasons).get(episode.season or 0, "")
        named = {"name": name} if name else {}
        assert season == ({"number": episode.season, **named} if episode.season else None)
        display = {"display": episode.code} if episode.code else {}
        assert number == ({"number": episode.number, **display} if episode.number else None)
        bites = [
            {"startTime": bite.start_seconds, "duration": bite.duration_seconds, "title": bite.title}
            for bite in episode.soundbites
        ]
        assert item.get("podcastSoundbites", []) == bites
        place = episode.location[0] if episode.location else None
        kept = {key: getattr(place, key) for key in ("name", "geo", "osm") if getattr(place, key, "")}
        assert item.get("podcastLocation", {}) == kept
        assert item.get("license") == (_license(episode.license) if episode.license else None)
        # That nobody is to talk about it has no address, and it skips what has none.
        posts = [(post.url, post.protocol) for post in episode.social if post.url]
        told_posts = item.get("podcastSocialInteraction", [])
        assert [(post["url"], post["platform"]) for post in told_posts] == posts


def _expect_files(stand: Stand, episode: Episode, item: dict[str, Any]) -> None:
    transcripts = item.get("podcastTranscripts", [])
    assert bool(transcripts) is (episode.transcript is not None)
    for transcript in transcripts:
        assert stand.local(transcript["url"]).is_file()
        assert transcript["language"] == stand.show.language
        assert transcript["type"] != "unknown"
        assert (transcript.get("rel") == "captions") is (
            transcript["type"] in ("text/vtt", "application/srt")
        )
    if chapters(episode):
        assert item["podcastChapters"]["type"] == "application/json+chapters"
        assert stand.local(item["podcastChapters"]["url"]).is_file()
    else:
        assert "podcastChapters" not in item
    # It skips those without a length, which nobody knows of somebody else's file.
    ours = [alternate for alternate in episode.alternates if alternate.file]
    enclosures = item.get("alternativeEnclosures", [])
    if episode.alternates:
        main = enclosures.pop(0)
        assert main["default"] is True
        assert main["source"][0]["uri"] == item["enclosure"]["url"]
    for found, alternate in zip(enclosures, ours, strict=True):
        source, *further = found["source"]
        assert [one["uri"] for one in further] == [one.uri for one in alternate.sources]
        data = stand.local(source["uri"]).read_bytes()
        assert found["type"] == source["contentType"] == (alternate.type or content_type(alternate.file))
        assert found["title"] == alternate.title
        assert found["bitrate"] == alternate.bitrate
        assert found.get("lang", "") == alternate.language
        assert found["length"] == len(data)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        assert found["integrity"] == {"type": "sri", "value": f"sha256-{digest}"}


def test_it_sees_which_tags_are_there(either: Stand, told: dict[str, Any]) -> None:
    seen = {name for names in told["pc20support"].values() for name in names}
    assert seen >= {
        *("locked", "funding", "transcript", "chapters", "soundbite", "person", "season", "episode"),
        *("location", "license", "guid", "alternateEnclosure", "medium"),
    }
