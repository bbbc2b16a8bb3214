"""Podcast Index's parser on the show that uses every key: what it knows comes out as it went in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.clients.stand import Stand
from tests.support.everything import EPISODES, SHOW

MAIN = EPISODES[1]


@pytest.fixture
def show(everything: Stand, partytime: Callable[[Stand], dict[str, Any]]) -> dict[str, Any]:
    return partytime(everything)


@pytest.fixture
def episode(show: dict[str, Any]) -> dict[str, Any]:
    (found,) = (item for item in show["items"] if item["title"] == MAIN["title"])
    item: dict[str, Any] = found
    return item


def remote(written: Mapping[str, Any]) -> dict[str, Any]:
    names = {"feed_guid": "feedGuid", "feed_url": "feedUrl", "item_guid": "itemGuid"}
    return {names.get(key, key): value for key, value in written.items()}


def recipients(written: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {"custom_key": "customKey", "custom_value": "customValue"}
    return [{"fee": False} | {names.get(key, key): value for key, value in one.items()} for one in written]


def value(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": written["type"],
        "method": written["method"],
        "suggested": float(written["suggested"]),
        "recipients": recipients(written["recipients"]),
    }


def test_payments_of_the_show_and_of_an_episode(show: dict[str, Any], episode: dict[str, Any]) -> None:
    assert show["value"] == value(SHOW["value"])
    first, second = MAIN["value"]["time_splits"]
    splits = episode["value"].pop("valueTimeSplits")
    assert episode["value"] == value(MAIN["value"])
    assert splits == [
        {
            "type": "remoteItem",
            "startTime": first["start"],
            "duration": first["duration"],
            "remoteStartTime": first["remote_start"],
            "remotePercentage": first["remote_percentage"],
            "remoteItem": remote(first["remote_item"]),
        },
        {
            "type": "recipients",
            "startTime": second["start"],
            "duration": second["duration"],
            "recipients": recipients(second["recipients"]),
        },
    ]


def test_other_shows(show: dict[str, Any]) -> None:
    assert show["podroll"] == [remote(one) for one in SHOW["podroll"]]
    assert show["podcastRemoteItems"] == [remote(SHOW["remote_item"])]
    publisher = SHOW["publisher"]
    assert show["podcastPublisher"] == {
        "feedGuid": publisher["feed_guid"], "feedUrl": publisher["feed_url"],
    }  # fmt: skip


def test_trailers_are_those_given_and_those_released(show: dict[str, Any], everything: Stand) -> None:
    given, released = show["trailers"]
    trailer = SHOW["trailer"]
    assert {key: given[key] for key in ("title", "url", "type", "length", "season")} == {
        key: trailer[key] for key in ("title", "url", "type", "length", "season")
    }
    assert datetime.fromisoformat(given["pubdate"]) == datetime(2024, 1, 1, 5, tzinfo=UTC)
    media = everything.local(released["url"])
    assert (released["title"], released["length"]) == (EPISODES[0]["title"], media.stat().st_size)


def test_chat_blocks_texts_and_seasons(show: dict[str, Any], episode: dict[str, Any]) -> None:
    chat = {key: SHOW["chat"][key] for key in ("protocol", "server", "space")}
    for told in (show["chat"], episode["chat"]):
        assert {key: told[key] for key in chat} == chat
        assert told["accountId"] == SHOW["chat"]["account_id"]
    assert show["podcastBlocked"] == "yes"
    assert show["podcastBlockedPlatforms"] == {"google": False, "amazon": True}
    assert show["podcastTxt"] == [
        {"value": "a-token", "purpose": "applepodcastsverify"},
        {"value": "Any text"},
    ]
    assert {int(key): one["name"] for key, one in show["podcastSeasons"].items()} == {
        int(key): name for key, name in SHOW["seasons"].items()
    }
    assert episode["podcastSeason"] == {"number": 2, "name": SHOW["seasons"]["2"]}
    assert episode["podcastEpisode"] == {"number": 2, "display": MAIN["code"]}
    assert show["medium"] == SHOW["medium"]
    assert show["pubsub"]["hub"] == SHOW["notify"]["websub"]


def test_pictures_by_width(show: dict[str, Any], episode: dict[str, Any], everything: Stand) -> None:
    for told in (show, episode):
        *own, given = (image["parsed"] for image in told["podcastImages"])
        assert [size["width"] for size in own] == [1400, 600, 300]
        for size in own:
            assert everything.local(size["url"]).is_file()
        assert given == {"url": "https://img.example/600.webp", "width": 600}


def test_where_it_is_talked_about(episode: dict[str, Any]) -> None:
    assert [
        (post["platform"], post["url"], post.get("profileUrl"), post["priority"])
        for post in episode["podcastSocialInteraction"]
    ] == [
        (post["protocol"], post["url"], post.get("account_url"), post["priority"]) for post in MAIN["social"]
    ]


def test_further_enclosures_and_their_integrity(episode: dict[str, Any], everything: Stand) -> None:
    main, low = episode["alternativeEnclosures"]
    assert (main["default"], low["default"]) == (True, False)
    written = MAIN["alternates"][0]
    for key, name in (("bitrate", "bitrate"), ("title", "title"), ("rel", "rel"), ("codecs", "codecs")):
        assert low[name] == written[key]
    assert low["lang"] == written["language"]
    assert [one["uri"] for one in low["source"][1:]] == ["ipfs://QmdwGqd3d2gFPGeJNLLCshdiPert45fMu84552Y4XHTy4y",
                                                         "https://e.example/low.torrent"]  # fmt: skip
    for enclosure in (main, low):
        data = everything.local(enclosure["source"][0]["uri"]).read_bytes()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        assert enclosure["integrity"] == {"type": "sri", "value": f"sha256-{digest}"}
        assert enclosure["length"] == len(data)
