"""Fingerprints of parts: each key tells of itself alone, and the tags' recipe of all that stands in tags."""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import publisher.build.notes
from publisher.identity import fingerprint
from publisher.model import (
    Alternate,
    Announce,
    Artwork,
    AudioFormat,
    Bluesky,
    Chapter,
    Colors,
    Episode,
    Funding,
    Learning,
    Link,
    Mail,
    Notify,
    Owner,
    Person,
    Place,
    PrivateFeed,
    Question,
    Quote,
    Show,
    Social,
    Soundbite,
    SourceFile,
    TranscriptFile,
    Webhook,
)
from publisher.namespace import (
    Chat,
    ContentLink,
    Image,
    Recipient,
    RemoteItem,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from publisher.parts import _WORDS_IN_TAGS, TagRecipes, chapters_of, episode_parts, show_parts
from tests.support.released import sound

SHOW = Show(
    "episodes", "Show", "About", "en", url="https://a.example/", feed_url="https://a.example/feed.xml"
)
EPISODE = Episode("a", "A", published=datetime(2026, 1, 1, tzinfo=UTC), audio=sound("a"))


def source(name: str) -> SourceFile:
    return SourceFile(name, name.encode().hex().ljust(64, "0"), 10)


SHOW_KEYS: dict[str, Any] = {
    "title": "Other", "description": "Other", "language": "nb", "categories": ("Arts",), "url": "https://b.example/",
    "link": "https://b.example/", "author": "Ada", "owner": Owner("Ada"), "explicit": True, "type": "serial",
    "timezone": "Europe/Oslo", "copyright": "Ada", "license": "CC0-1.0", "guid": "g",
    "feed_url": "https://b.example/f", "new_feed_url": "https://b.example/f",
    "locked": False, "complete": True, "block": True, "medium": "course",
    "funding": (Funding("https://b.example/"),), "hosts": (Person("Ada"),),
    "subscribe": (Link("https://b.example/"),),
    "taxonomies": (("theme", "Theme"),), "audio": AudioFormat(bitrate=64), "feed_limit": 10,
    "feed_lean": True, "feed_gzip": True, "private": True,
    "feed_ttl": 60, "web_master": Owner("Web"), "seasons": ((1, "One"),), "location": (Place("Oslo"),),
    "social": (Social("https://b.example/"),), "value": (Value((Recipient("a", 1),)),), "images": (Image("https://b.example/i"),),
    "txt": (Txt("t"),), "chat": Chat("b.example", "irc"), "update_frequency": UpdateFrequency("Weekly"),
    "trailer": (Trailer("T", "https://b.example/t", datetime(2026, 1, 1, tzinfo=UTC)),),
    "podroll": (RemoteItem("g"),), "publisher": RemoteItem("g"), "remote_item": (RemoteItem("g"),),
    "notify": Notify(podping=True), "feeds": (PrivateFeed("members", "SECRET"),),
    "colors": Colors("#0d5f58"), "words": (("play", "Hear"),),
    "theme": (("style.css", "a {}"),),
}  # fmt: skip
SHOW_IN_TAGS = {
    *("title", "author", "hosts", "language", "copyright", "categories", "link", "url", "feed_url", "guid"),
    *("owner", "explicit"),
}
EPISODE_KEYS: dict[str, Any] = {
    "title": "Other", "published": datetime(2026, 1, 2, tzinfo=UTC), "number": 2, "season": 2, "code": "C2",
    "type": "bonus", "summary": "S", "guid": "g", "explicit": True, "author": "Ada", "link": "https://b.example/",
    "block": True, "license": "CC0-1.0", "hosts": (), "guests": (Person("Bo"),), "people": (Person("Cy"),),
    "quote": Quote("Q"), "location": (Place("Oslo"),), "taxonomies": (("theme", ("x",)),), "keywords": ("k",),
    "chapters": (Chapter(0.0, "C"),), "soundbites": (Soundbite(1.0, 20.0),),
    "links": (Link("https://b.example/"),),
    "interview": (Question("Q", "A"),), "learning": Learning(reflection="R"), "related": ("b",), "next": "b",
    "social": (Social("https://b.example/"),), "alternates": (Alternate(url="https://b.example/x.mp4"),),
    "funding": (Funding("https://b.example/"),), "value": (Value((Recipient("a", 1),)),),
    "images": (Image("https://b.example/i"),), "content_link": (ContentLink("https://b.example/"),),
    "txt": (Txt("t"),), "chat": Chat("b.example", "irc"),
    "notes": "N", "feeds": ("members",),
}  # fmt: skip
NOT_IN_TAGS = {
    *("quote", "location", "soundbites", "interview", "learning", "related", "next", "social", "alternates"),
    *("funding", "value", "images", "content_link", "txt", "chat"),
}


def recipe(show: Show = SHOW, episode: Episode = EPISODE, guid: str = "g") -> str:
    assert episode.audio is not None
    return TagRecipes(show).of(episode, guid, episode_parts(episode, episode.audio, {}))


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_the_tables_above_hold_every_key() -> None:
    elsewhere = {
        *("folder", "publish_to", "publish_endpoint", "artwork", "pictures", "image_files", "unreadable"),
        "fonts",
    }
    elsewhere |= {"feeds", "inbox", "announce"}
    assert {item.name for item in fields(Show)} == set(SHOW_KEYS) | elsewhere | {"episodes"}
    files = {
        "slug",
        "audio",
        "audio_name",
        "audio_pointer",
        "artwork",
        "transcript",
        "translations",
        "chapters_file",
        "pictures",
        "image_files",
        "alternate_files",
        "unreadable",
    }
    assert {item.name for item in fields(Episode)} == set(EPISODE_KEYS) | files


@pytest.mark.parametrize("key", SHOW_KEYS)
def test_a_key_of_the_show_changes_its_own_part_and_the_tags_it_stands_in(key: str) -> None:
    other = replace(SHOW, **{key: SHOW_KEYS[key]})
    assert changed(show_parts(SHOW), show_parts(other)) == {key}
    assert (recipe(other) != recipe()) == (key in SHOW_IN_TAGS)


@pytest.mark.parametrize("key", EPISODE_KEYS)
def test_a_key_of_an_episode_changes_its_own_part_and_the_tags_it_stands_in(key: str) -> None:
    other = replace(EPISODE, **{key: EPISODE_KEYS[key]})
    audio = sound("a")
    assert changed(episode_parts(EPISODE, audio, {}), episode_parts(other, audio, {})) == {key}
    assert (recipe(episode=other) != recipe()) == (key not in NOT_IN_TAGS)


def test_where_a_show_is_published_is_no_part_of_it() -> None:
    other = replace(SHOW, folder="x", publish_to="s3://b", publish_endpoint="https://e")
    assert show_parts(other) == show_parts(SHOW)


def test_a_key_that_is_not_set_leaves_what_was_recorded() -> None:
    """Recorded by a version that did not know the keys of the podcast namespace."""
    assert set(show_parts(SHOW)) == {
        *("title", "description", "language", "url", "feed_url", "audio"),
    }
    assert set(episode_parts(EPISODE, sound("a"), {})) == {"title", "published", "audio"}
    assert fingerprint(Person("Ada", "host")) == "1eea96cbd7c3"
    assert recipe() == "975ca82153a9"


def test_further_images_count_by_their_content_and_stand_in_no_tags() -> None:
    image = Artwork(source("one"), "image/png", 1, 1)
    show, other = (replace(SHOW, image_files=(("a.png", item),)) for item in (image, replace(image, width=2)))
    assert show_parts(show) == show_parts(other)
    assert changed(show_parts(SHOW), show_parts(show)) == {"image files"}
    episode = replace(EPISODE, image_files=(("a.png", image),))
    assert recipe(episode=episode) == recipe()
    assert changed(episode_parts(EPISODE, sound("a"), {}), episode_parts(episode, sound("a"), {})) == {
        "image files"
    }


def test_files_count_by_their_content_and_not_by_their_name() -> None:
    def parts(**keys: Any) -> dict[str, str]:
        return episode_parts(replace(EPISODE, **keys), sound("a"), {})

    art = Artwork(source("one"), "image/jpeg", 1400, 1400)
    elsewhere = replace(art, source=replace(art.source, path="elsewhere/cover.jpg"))
    assert parts(artwork=art)["artwork"] == parts(artwork=elsewhere)["artwork"]
    assert parts(artwork=art)["artwork"] != parts(artwork=replace(art, source=source("two")))["artwork"]
    script = TranscriptFile(source("one"), "vtt", timed=True)
    assert (
        parts(transcript=script)["transcript"] != parts(transcript=replace(script, kind="srt"))["transcript"]
    )
    assert (
        parts(pictures=(("a.jpg", source("one")),))["pictures"]
        != parts(pictures=(("a.jpg", source("two")),))["pictures"]
    )


def test_the_shows_artwork_is_in_the_tags_of_episodes_without_their_own() -> None:
    art, other = (Artwork(source(name), "image/png", 1400, 1400) for name in ("one", "two"))
    own = replace(EPISODE, artwork=Artwork(source("own"), "image/png", 1400, 1400))
    assert recipe(replace(SHOW, artwork=art)) != recipe(replace(SHOW, artwork=other))
    assert recipe(replace(SHOW, artwork=art), own) == recipe(replace(SHOW, artwork=other), own)
    assert changed(show_parts(SHOW), show_parts(replace(SHOW, artwork=art))) == {"artwork"}


def test_fonts_are_a_part_of_the_show_and_stand_in_no_tags() -> None:
    show, other = (replace(SHOW, fonts=(source(name),)) for name in ("one", "two"))
    assert changed(show_parts(SHOW), show_parts(show)) == {"fonts"}
    assert changed(show_parts(show), show_parts(other)) == {"fonts"}
    assert recipe(show) == recipe()


def test_a_word_that_show_notes_hold_stands_in_the_tags() -> None:
    show = replace(SHOW, words=(("links", "To read"), ("play", "Hear")))
    assert changed(show_parts(SHOW), show_parts(show)) == {"words"}
    assert recipe(show) != recipe()
    assert recipe(show) == recipe(replace(SHOW, words=(("links", "To read"),)))
    assert recipe(replace(SHOW, words=(("play", "Hear"),))) == recipe()


def test_every_word_that_show_notes_hold_is_known_to_stand_in_tags() -> None:
    source = Path(publisher.build.notes.__file__).read_text("utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    asked = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "word"]
    keys = {
        item.value
        for argument in asked
        for item in ast.walk(argument)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }
    assert keys == set(_WORDS_IN_TAGS)


def test_the_guid_stands_in_the_tags() -> None:
    assert recipe(guid="g") != recipe(guid="h")


def test_a_further_enclosure_that_left_the_folder_is_as_it_was() -> None:
    listed = replace(EPISODE, alternates=(Alternate(file="low.opus"),))
    there = replace(listed, alternate_files=(("low.opus", source("low")),))
    before = episode_parts(there, sound("a"), {})
    assert changed(before, episode_parts(listed, sound("a"), before)) == set()
    other = replace(listed, alternate_files=(("low.opus", source("other")),))
    assert changed(before, episode_parts(other, sound("a"), before)) == {"alternate low.opus"}
    assert recipe(episode=there) == recipe(episode=EPISODE)


def test_chapters_of_the_file_go_before_those_inside_the_audio() -> None:
    inside = replace(sound("a"), chapters=(Chapter(1.0, "inside"),))
    assert chapters_of(EPISODE, inside) == inside.chapters
    assert chapters_of(replace(EPISODE, chapters=(Chapter(0.0, "own"),)), inside) == (Chapter(0.0, "own"),)
    assert chapters_of(replace(EPISODE, chapters=()), inside) == ()
    assert chapters_of(EPISODE, None) == ()


def test_a_transcript_in_a_further_language_is_a_part_and_stands_in_no_tag() -> None:
    german = TranscriptFile(source("transcript.de.vtt"), "vtt", True, language="de")
    other = replace(EPISODE, translations=(german,), chapters_file="chapters.json")
    assert EPISODE.audio is not None
    before, after = (episode_parts(item, EPISODE.audio, {}) for item in (EPISODE, other))
    assert changed(before, after) == {"transcript de"}
    edited = replace(other, translations=(replace(german, source=source("other")),))
    assert changed(after, episode_parts(edited, EPISODE.audio, {})) == {"transcript de"}
    assert recipe(episode=other) == recipe()


def test_fingerprints_of_what_was_published_before_stay() -> None:
    """A show that uses nothing new is not built again: these were recorded by the first version."""
    episode = replace(
        EPISODE,
        chapters=(Chapter(0.0, "A"), Chapter(2.5, "B", "https://e.example/", "b.jpg", toc=False)),
        transcript=TranscriptFile(source("transcript.vtt"), "vtt", True, ("Ada",), 9.0),
    )
    assert episode.audio is not None
    assert episode_parts(episode, episode.audio, {}) == {
        "title": "2a3e53f714c9",
        "published": "6625e5acee2f",
        "chapters": "522736c99565",
        "audio": "610000000000",
        "transcript": "e78cc7d9e3a5",
    }
    assert recipe(episode=episode) == "d2de969805c5"


def test_who_else_is_told_is_no_change_of_the_feed() -> None:
    told = Notify(podping=True, webhooks=(Webhook("https://a.example/"),), email=(Mail(("a@example.com",)),))
    announced = replace(SHOW, announce=Announce(bluesky=Bluesky("a.example", "PASSWORD")))
    assert show_parts(announced) == show_parts(SHOW)
    assert show_parts(replace(SHOW, notify=told)) == show_parts(replace(SHOW, notify=Notify(podping=True)))
