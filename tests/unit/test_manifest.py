"""The manifest: every value comes back, and bytes that are not what their name says are refused."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

import publisher.manifest.model
from publisher.errors import StoreError
from publisher.identity import canonical_json, sha256
from publisher.manifest import (
    Enclosure,
    Manifest,
    Released,
    StoredObject,
    feed_names,
    listed,
    manifest_bytes,
    named_by,
    read_manifest,
)
from publisher.manifest.model import FORMAT_LISTED_APART
from publisher.model import Chapter, Social


def stored(key: str) -> StoredObject:
    return StoredObject(key, sha256(key.encode()), len(key), "text/plain")


FULL = Manifest(
    guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
    feed_url="https://a.example/feed.xml",
    url="https://a.example/",
    title="Blåbær & co",
    parts={"title": "abc"},
    episodes=(
        Released(
            slug="0001-a",
            guid="g",
            title="En “tittel”",
            published=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
            enclosure=Enclosure(
                stored("media/a.mp3"),
                "d" * 64,
                5,
                "recipe",
                61.25,
                bitrate=64000,
                sample_rate=44100,
                channels=1,
                chapters=(
                    Chapter(0.0, "Start"),
                    Chapter(1.5, "", "https://c.example/", "c.jpg", toc=False, end_seconds=0.0),
                ),
                id3_version=3,
            ),
            parts={"audio": "dd", "title": "tt"},
            objects={"picture:c.jpg": stored("images/c.jpg"), "transcript.vtt": stored("transcripts/a.vtt")},
            page=stored("episodes/a/index.html"),
            pages={"embed/index.html": stored("episodes/a/embed/index.html")},
            made_of="0123456789",
        ),
        Released("0002-b", "h", "B", datetime(2026, 1, 3, tzinfo=UTC),
                 Enclosure(stored("media/b.mp3"), "e" * 64, 6, "r", 1.0), {"title": "b"}),
    ),
    objects={"artwork": stored("artwork/show.jpg"), "style": stored("site/style.css")},
    pages=listed([stored("index.html"), stored("episodes/z/index.html")]),
    former={"episodes/z/index.html": "z"},
    moved_from="https://old.example/feed.xml",
    feed=stored("releases/feed-ab.xml"),
    feed_parts=(stored("releases/feed-cd.xml"),),
    recipes={"tags": 1},
    version="0.1.0",
    previous="releases/" + "0" * 64 + ".json",
    undone="releases/" + "1" * 64 + ".json",
    repeats="releases/" + "2" * 64 + ".json",
    posts={"g": (Social("https://a.example/1", account_id="@a"), Social("https://b.example/2", "atproto"))},
    completes="releases/" + "3" * 64 + ".json",
)  # fmt: skip
BARE = Manifest("g", "https://a.example/feed.xml", "https://a.example/", "A", {})


@pytest.mark.parametrize("manifest", [FULL, BARE], ids=["full", "bare"])
def test_every_value_comes_back(manifest: Manifest) -> None:
    key, data = manifest_bytes(manifest)
    assert key == f"releases/{sha256(data)}.json"
    assert read_manifest(key, data) == manifest
    assert manifest_bytes(read_manifest(key, data)) == (key, data)
    assert canonical_json(json.loads(data)) == data


def test_the_test_above_leaves_no_value_at_its_default() -> None:
    episode = FULL.episodes[0]
    for value in (FULL, episode, episode.enclosure):
        for field in fields(value):
            # Parts have tests of their own.
            if field.name not in ("format", "episode_parts", "listing_parts") and field.init:
                assert getattr(value, field.name) != field.default, field.name


def test_an_episode_is_written_as_it_was_read() -> None:
    key, data = manifest_bytes(FULL)
    manifest = read_manifest(key, data)
    assert b",".join(bytes(episode.piece) for episode in manifest.episodes) in data
    assert all(json.loads(bytes(episode.piece))["slug"] == episode.slug for episode in manifest.episodes)
    first = manifest.episodes[0]
    # A copy with other values is not written as the one that it was made from.
    other = replace(first, title='],"episodes":[{"enclosure":')
    assert not other.piece
    changed = replace(manifest, episodes=(other, *manifest.episodes[1:]))
    assert read_manifest(*manifest_bytes(changed)) == changed


def test_only_what_every_run_asks_for_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    late_of = publisher.manifest.model.late_of

    def noted(values: dict[str, Any]) -> dict[str, Any]:
        read.append(values["slug"])
        return late_of(values)

    monkeypatch.setattr(publisher.manifest.model, "late_of", noted)
    manifest = read_manifest(*manifest_bytes(FULL))
    assert [
        (item.slug, item.guid, item.title, item.published, item.source_digest) for item in manifest.episodes
    ] == [(item.slug, item.guid, item.title, item.published, item.source_digest) for item in FULL.episodes]
    assert manifest_bytes(manifest) == manifest_bytes(FULL)
    assert read == []
    assert set(manifest.all_objects({"0002-b"})) < set(manifest.all_objects())
    assert read == ["0002-b", "0001-a"]


@pytest.mark.parametrize(
    "values",
    [
        {"guid": 'a",b'},
        {"guid": "a\\"},
        {"guid": "å"},
        {"guid": ',"published":"'},
        {"title": ',"guid":"x","published":"y"'},
        {"title": '"\\'},
        {"slug": '",'},
        {"parts": {"guid": "1", "published": "2", "slug": "3", "title": "4"}},
        {"made_of": ""},
    ],
)
def test_no_text_is_taken_for_another(values: dict[str, Any]) -> None:
    first = replace(FULL.episodes[0], **values)
    manifest = replace(FULL, episodes=(first, FULL.episodes[1], first))
    again = read_manifest(*manifest_bytes(manifest))
    assert again == manifest
    assert all(item.piece for item in again.episodes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"length_bytes":11', b'"length_bytes":"11"'),
        (b'"digest":', b'"digests":'),
        (b'"guid":"g"', b'"guid":3'),
        (b'"guid":"g"', b'"grid":"g"'),
        (b'"published":"2026-01-02', b'"published":"2026-13-02'),
        (b'"slug":"0001-a"', b'"slug":null'),
        (b'"parts":{"audio":"dd"', b'"pairs":{"audio":"dd"'),
    ],
)
def test_an_episode_that_is_none_is_said_to_be_none(old: bytes, new: bytes) -> None:
    """At the latest when anything of it is asked for."""
    _, data = manifest_bytes(FULL)
    assert old in data
    data = data.replace(old, new)
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(f"releases/{sha256(data)}.json", data).all_objects()


def test_a_flipped_bit_is_noticed() -> None:
    key, data = manifest_bytes(FULL)
    for place in (0, len(data) // 2, len(data) - 1):
        damaged = bytearray(data)
        damaged[place] ^= 1
        with pytest.raises(StoreError, match="damaged"):
            read_manifest(key, bytes(damaged))
    with pytest.raises(StoreError, match="damaged"):
        read_manifest(key, data[:-1])


def test_a_newer_format_asks_for_a_newer_publisher() -> None:
    key, data = manifest_bytes(replace(FULL, format=FORMAT_LISTED_APART + 1, version="9.9"))
    with pytest.raises(StoreError, match=r"newer publisher \(9\.9\)") as raised:
        read_manifest(key, data)
    assert "update" in raised.value.help


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format":1}', b'"text"', b"\xff", b'{"format":"1"}'])
def test_what_is_no_manifest_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(f"releases/{sha256(data)}.json", data)


def test_what_a_later_version_adds_at_the_top_is_passed_over() -> None:
    _, data = manifest_bytes(FULL)
    data = canonical_json(json.loads(data) | {"mood": "good"})
    assert read_manifest(f"releases/{sha256(data)}.json", data) == FULL


def test_a_feed_names_its_manifest() -> None:
    key, _ = manifest_bytes(FULL)
    head = b"<?xml version='1.0' encoding='UTF-8'?>\n" + feed_names(key) + b"<rss>"
    assert named_by(head) == key


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<rss/>",
        b"<!-- publisher release: releases/../../etc/passwd.json -->",
        b"<!-- publisher release: releases/" + b"0" * 63 + b".json -->",
        b"<!-- publisher release: releases/" + b"A" * 64 + b".json -->",
        b" " * 512 + b"<!-- publisher release: releases/" + b"0" * 64 + b".json -->",
    ],
)
def test_another_feed_names_none(head: bytes) -> None:
    assert named_by(head) == ""


def test_all_objects_are_listed_once_by_key() -> None:
    assert set(FULL.all_objects()) == {
        *("media/a.mp3", "media/b.mp3", "images/c.jpg", "transcripts/a.vtt", "episodes/a/index.html"),
        "episodes/a/embed/index.html",
        "episodes/z/index.html",
        *("artwork/show.jpg", "site/style.css", "index.html", "releases/feed-cd.xml"),
    }
    whole = replace(FULL, feed_parts=())
    assert set(whole.all_objects()) - set(FULL.all_objects()) == {"releases/feed-ab.xml"}
