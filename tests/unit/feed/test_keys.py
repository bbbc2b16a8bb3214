"""The key under which an item is kept changes with whatever changes the item's bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.build.workshop import Workshop
from publisher.feed import ItemKeys, render_items
from publisher.feed.keys import NOT_IN_ITEMS
from publisher.manifest import Enclosure, Released, StoredObject
from publisher.model import (
    Alternate,
    Announce,
    Artwork,
    Audio,
    AudioFormat,
    Bluesky,
    Chapter,
    Episode,
    Funding,
    Learning,
    Link,
    Owner,
    Person,
    Place,
    PrivateFeed,
    Question,
    QuizQuestion,
    Quote,
    Show,
    Social,
    Soundbite,
    SourceFile,
    TranscriptFile,
)
from publisher.namespace import (
    Chat,
    ContentLink,
    Image,
    Recipient,
    RemoteItem,
    Source,
    TimeSplit,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)
from publisher.parts import episode_parts, form_parts
from publisher.release.items import feed_item

URL = "https://show.example/"
WHEN = datetime(2024, 5, 6, 7, tzinfo=UTC)
HEX = "0123456789abcdef" * 4

_PLACES = (Place("Oslo", "geo:59.9,10.7", "R406091", "subject", "NO"), Place("Bergen"))
_SOCIAL = (
    Social("https://social.example/@ada/1", "activitypub", "@ada", "https://social.example/@ada", 3),
    Social("https://social.example/@bo/2", priority=2),
)
_REMOTE = RemoteItem(HEX[:8], URL + "other.xml", "item-1", "music", "Another")
_PAID = (Recipient("Ada", 90, "node", HEX, "7", "01", True), Recipient("Bo", 10, "node", HEX))
_SPLITS = (TimeSplit(1.0, 2.0, 3.0, 50, _REMOTE), TimeSplit(5.0, 6.0, recipients=_PAID))
_VALUES = (Value(_PAID, "lightning", "keysend", "0.1", _SPLITS),)
_IMAGES = (
    Image("banner.png", "A banner", "3/1", 300, 100, "image/png", "banner"),
    Image("square.png", "", "1/1"),
    Image(URL + "far.png", "Far", "1/1", 600, 600, "image/png", "social"),
)
_PEOPLE = (
    Person("Ada", "host", "Guild", "Maker", URL + "ada", URL + "ada.jpg", "Makes things.", "Cast"),
    Person("Bo", image="bo.png"),
)
_CHATS = Chat("irc.example", "irc", "@ada", "#show")


_PICTURES = ("cy.png", "bo.png", "banner.png", "square.png", "chapter.png")


def source(name: str) -> SourceFile:
    return SourceFile(name, name.encode().hex().ljust(64, "0")[:64], 1000 + len(name))


def artwork(name: str, side: int) -> Artwork:
    return Artwork(source(name), "image/png", side, side)


EPISODE = Episode(
    slug="0001-everything",
    title="Everything",
    published=WHEN,
    number=1,
    season=2,
    code="E1",
    summary="In short.",
    guid="own-1",
    explicit=True,
    author="Bo",
    link=URL + "elsewhere",
    block=True,
    license="cc-by-4.0",
    hosts=_PEOPLE,
    guests=(Person("Cy", url=URL + "cy", image="cy.png"), Person("Di", title="Editor", organization="Guild")),
    people=(Person("Ed", "Sound Designer"),),
    quote=Quote("It is so.", "Cy"),
    location=_PLACES,
    taxonomies=(("theme", ("Things", "Others")),),
    keywords=("one", "two"),
    chapters=(
        Chapter(0.0, "Start", URL + "0", "chapter.png", True, 20.0, _PLACES[0]),
        Chapter(20.5, "End", image=URL + "end.jpg"),
    ),
    soundbites=(Soundbite(1.0, 15.0, "The best"),),
    links=(Link(URL + "report", "The report"),),
    interview=(Question("Why?", "Because."),),
    learning=Learning(("To do it",), "What *now*?", (QuizQuestion("Which?", ("a", "b"), 1, "So."),), 0.5),
    related=("0002-more",),
    next="0002-more",
    social=_SOCIAL,
    alternates=(
        Alternate(
            "low.ogg",
            "",
            "audio/ogg",
            "Small",
            16000,
            "nb",
            720,
            "small",
            "opus",
            True,
            (Source("ipfs://1", "x/y"),),
        ),
        Alternate(url=URL + "video.mp4", height=720),
    ),
    feeds=("members",),
    funding=(Funding(URL + "give", "Give"),),
    value=_VALUES,
    images=_IMAGES,
    content_link=(ContentLink(URL + "watch", "See it"),),
    txt=(Txt("true", "ai"),),
    chat=_CHATS,
    notes="Some *notes*.\n\nAnd more: https://notes.example/",
    audio=Audio(
        source("audio.mp3"), "audio/mpeg", 61.0, 128_000, 44_100, 2, (Chapter(3.0, "Inside"),), "mp3"
    ),
    audio_name="audio.mp3",
    audio_pointer=HEX,
    artwork=artwork("cover.png", 1500),
    transcript=TranscriptFile(source("transcript.vtt"), "vtt", True, ("Ada",), 60.0, "nb"),
    translations=(
        TranscriptFile(source("de.vtt"), "vtt", True, ("Ada",), 60.0, "de"),
        TranscriptFile(source("en.vtt"), "vtt", True, ("Ada",), 60.0, "en"),
    ),
    chapters_file="chapters.txt",
    pictures=(("cy.png", source("cy.png")), ("chapter.png", source("chapter.png"))),
    image_files=(("banner.png", artwork("banner.png", 300)), ("square.png", artwork("square.png", 640))),
    alternate_files=(("low.ogg", source("low.ogg")),),
    unreadable=("transcript",),
)
SHOW = Show(
    folder="show",
    title="A show",
    description="About *it*.",
    language="nb",
    categories=("Education > Courses",),
    url=URL,
    link=URL + "home",
    author="Ada",
    owner=Owner("Ada", "ada@show.example"),
    guid="18b54d9d-b7b5-5ad1-b568-c3d3782406f4",
    feed_url=URL + "feed.xml",
    block=(("google", True),),
    funding=EPISODE.funding,
    hosts=_PEOPLE,
    subscribe=EPISODE.links,
    taxonomies=(("theme", "Themes"),),
    audio=AudioFormat("mp3", 96, 1, -16.0, (AudioFormat("opus", 32),)),
    web_master=Owner("Bo", "bo@show.example"),
    seasons=((2, "The rest"),),
    location=_PLACES,
    social=_SOCIAL,
    value=_VALUES,
    images=_IMAGES,
    txt=EPISODE.txt,
    chat=_CHATS,
    trailer=(Trailer("Soon", URL + "soon.mp3", WHEN, 12, "audio/mpeg", 1),),
    update_frequency=UpdateFrequency("Weekly", "FREQ=WEEKLY", WHEN, False),
    podroll=(_REMOTE,),
    publisher=_REMOTE,
    remote_item=(_REMOTE,),
    feed_limit=10,
    feeds=(PrivateFeed("members", "SECRET", "Members", 60.0, ("0001-everything",)),),
    feed_ttl=60,
    announce=Announce(bluesky=Bluesky("ada", "PASSWORD"), text="{title}"),
    artwork=artwork("show.png", 1500),
    pictures=(("ada.png", source("ada.png")),),
    image_files=EPISODE.image_files,
    fonts=(source("font.otf"),),
    words=(("links", "Further reading"), ("chapters", "Parts")),
    theme=(("style.css", "p {}"),),
    unreadable=("artwork",),
    episodes=(EPISODE,),
)


def stored(folder: str, ending: str) -> StoredObject:
    return StoredObject(f"{folder}/{ending}-{HEX[:24]}.{ending}", HEX, 1234, f"text/{ending}")


RELEASED = Released(
    slug=EPISODE.slug,
    guid="guid-1",
    title=EPISODE.title,
    published=WHEN,
    enclosure=Enclosure(
        object=stored("media", "mp3"),
        source_digest=HEX,
        source_length_bytes=999,
        recipe="recipe",
        duration_seconds=61.7,
        bitrate=128_000,
        sample_rate=44_100,
        channels=2,
        chapters=(Chapter(4.0, "Inside"),),
        made={"reached": "yes"},
    ),
    parts={"title": "abc"},
    objects={
        "artwork": stored("artwork", "jpg"),
        "artwork.600": stored("artwork", "six.jpg"),
        "card": stored("images", "card.jpg"),
        "chapters": stored("chapters", "json"),
        **{f"transcript.{form}": stored("transcripts", form) for form in ("vtt", "srt", "json", "html")},
        "translation.de.vtt": stored("transcripts", "de.vtt"),
        "translation.en.srt": stored("transcripts", "en.srt"),
        **{
            f"picture:{name}": stored("images", name)
            for name in ("cy.png", "bo.png", "banner.png", "square.png")
        },
        "picture:chapter.png": stored("images", "chapter.png"),
        "alternate:low.ogg": stored("media", "ogg"),
        "form:opus:32": stored("media", "opus"),
    },
    page=stored("episodes", "index.html"),
    pages={"oembed.json": stored("episodes", "oembed.json")},
    made_of="abc",
)


@dataclass(frozen=True)
class Case:
    """All that an item is made from."""

    show: Show
    episode: Episode
    released: Released


EVERYTHING = Case(SHOW, EPISODE, RELEASED)
# What stands inside the audio holds where the folder says nothing of chapters; so with each of these.
_UNSAID = replace(EPISODE, hosts=None, author="")
OTHERS = (
    replace(EVERYTHING, episode=replace(EPISODE, chapters=None)),
    replace(EVERYTHING, episode=replace(_UNSAID, explicit=None, summary="", block=None)),
    Case(replace(SHOW, author=""), _UNSAID, RELEASED),
    Case(replace(SHOW, author="", hosts=()), _UNSAID, RELEASED),
    replace(EVERYTHING, show=replace(SHOW, feed_lean=True)),
    replace(EVERYTHING, show=replace(SHOW, private=True)),
    replace(
        EVERYTHING, episode=replace(EPISODE, link="", social=(Social(protocol="disabled"),), artwork=None)
    ),
)


def _is_pair(value: tuple[Any, ...]) -> bool:
    """Whether it is a name and what is called so, and no list."""
    others = len(value) == 2 and isinstance(value[0], str | int) and type(value[0]) is not type(value[1])
    return others or value in SHOW.words or value in SHOW.taxonomies or value in SHOW.theme


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one thing changed in it, wherever it is, and where that is."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for where, other in changed(getattr(value, field.name)):
                yield f".{field.name}{where}", replace(value, **{field.name: other})
    elif isinstance(value, StoredObject):
        for name in value._fields:
            for where, other in changed(getattr(value, name)):
                yield f".{name}{where}", value._replace(**{name: other})
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            for where, other in changed(item):
                yield f"[{place}]{where}", (*value[:place], other, *value[place + 1 :])
            if not _is_pair(value):
                yield f"[{place}] gone", value[:place] + value[place + 1 :]
        if len(value) > 1 and all(is_dataclass(item) for item in value):
            yield " turned round", value[::-1]
    elif isinstance(value, dict):
        for name, item in value.items():
            others = {key: kept for key, kept in value.items() if key != name}
            for where, other in changed(item):
                yield f"[{name}]{where}", {**value, name: other}
            yield f"[{name}] gone", others
            yield f"[{name}] renamed", {**others, name.replace(".", "-1.") + "1": item}
    elif isinstance(value, bool):
        yield "", not value
    elif isinstance(value, int | float):
        yield "", value + 1
    elif isinstance(value, datetime):
        yield "", value + timedelta(days=1)
    elif isinstance(value, str):
        yield (
            " longer",
            value[:-1] + ("0" if value[-1] != "0" else "1")
            if re.fullmatch("[0-9a-f]{8,}", value)
            else value + "x",
        )
        if value and not re.fullmatch("[0-9a-f]{64}", value):
            yield " empty", ""


def made(case: Case) -> tuple[str, bytes]:
    """Key and bytes of the item."""
    shop = Workshop(case.show, Path(), Path(), _unused, _unused, _unused, Path())
    audio = case.episode.audio
    assert audio is not None
    audio = case.episode.audio
    assert audio is not None
    parts = episode_parts(case.episode, audio, {}) | form_parts(case.show, audio, {})
    key = ItemKeys(case.show, "code").of(case.episode, sorted(parts.items()), case.released)
    (item,) = render_items(case.show, [feed_item(shop, case.episode, case.released)])
    return key, item


def _unused(*_: object) -> Any:
    raise AssertionError("an item is made of what is known")


def test_nothing_is_left_out_of_this_test() -> None:
    for value in (SHOW, EPISODE, RELEASED, RELEASED.enclosure):
        bare = [field.name for field in fields(value) if getattr(value, field.name) in (None, (), {})]
        assert bare == [], f"give {type(value).__name__} a value here, so that it can be changed"
    assert {field.name for field in fields(Show)} >= NOT_IN_ITEMS
    assert {field.name for field in fields(Case)} == {"show", "episode", "released"}


@pytest.mark.parametrize("case", [EVERYTHING, *OTHERS], ids=range(1 + len(OTHERS)))
def test_an_item_of_other_bytes_has_another_key(case: Case) -> None:
    key, item = made(case)
    counted = moved = 0
    for where, other in changed(case):
        if other.episode.type not in ("full", "fullx"):
            continue  # reading gives no such thing
        other_key, other_item = made(other)
        counted += 1
        moved += other_item != item
        assert other_item == item or other_key != key, f"{where} changes the item and not its key"
    assert counted > 600
    assert moved > 150


def test_of_the_show_only_what_items_say_changes_their_keys() -> None:
    key, item = made(EVERYTHING)
    changes = {"key": set[str](), "bytes": set[str]()}
    for where, other in changed(SHOW):
        name = re.split(r"[.\[ ]", where)[1]
        other_key, other_item = made(replace(EVERYTHING, show=other))
        changes["key"] |= {name} if other_key != key else set()
        changes["bytes"] |= {name} if other_item != item else set()
    # Another form beside the enclosure is a part of the episode.
    assert not changes["key"] & NOT_IN_ITEMS - {"audio"}
    assert changes["bytes"] <= changes["key"]
    assert {"url", "language", "seasons", "words"} <= changes["bytes"]


def test_other_code_has_other_keys() -> None:
    keys = {ItemKeys(SHOW, made_by).of(EPISODE, (), RELEASED) for made_by in ("1", "2", "")}
    assert len(keys) == 3


def test_a_key_is_the_same_for_what_a_manifest_says() -> None:
    from publisher.manifest import Manifest, manifest_bytes, read_manifest

    manifest = Manifest("guid", URL, URL, "A show", {}, (RELEASED,))
    (again,) = read_manifest(*manifest_bytes(manifest)).episodes
    episode = replace(EPISODE, chapters=None)
    chapters = replace(again.enclosure, chapters=RELEASED.enclosure.chapters)
    assert ItemKeys(SHOW, "").of(episode, (), again) == ItemKeys(SHOW, "").of(episode, (), RELEASED)
    assert replace(again, enclosure=chapters).objects == RELEASED.objects
