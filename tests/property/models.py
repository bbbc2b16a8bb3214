"""Strategies for model values as reading gives them: NFC, stripped, nothing that XML cannot carry."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

from publisher.model import (
    Audio,
    Chapter,
    Episode,
    Funding,
    Learning,
    Link,
    Owner,
    Person,
    Place,
    Quote,
    Show,
    Social,
    Soundbite,
    SourceFile,
)
from publisher.namespace import (
    Chat,
    ContentLink,
    Image,
    Recipient,
    RemoteItem,
    TimeSplit,
    Trailer,
    Txt,
    UpdateFrequency,
    Value,
)

T = TypeVar("T")

CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")


def texts(*, least: int = 0, most: int = 40) -> st.SearchStrategy[str]:
    plain = st.text(CHARACTERS, min_size=least, max_size=most)
    hostile = st.sampled_from(
        ["a & b < c ]]>", "<item>", "&amp;amp;", "«æøå» 🎙️", "*x* [y](https://e.example)", "0796"]
    )
    tidy = (plain | hostile).map(lambda text: unicodedata.normalize("NFC", text).strip())
    return tidy.filter(lambda text: len(text) >= least)


TITLES = texts(least=1)
ADDRESSES = st.integers(0, 99).map(lambda number: f"https://e.example/{number}?a=1&b=2")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
SLUGS = st.from_regex(r"[a-z0-9]{1,6}(-[a-z]{1,4})?", fullmatch=True)
SECONDS = st.integers(0, 36_000_000).map(lambda milliseconds: milliseconds / 1000)
PERSONS = st.builds(
    Person,
    name=TITLES,
    role=st.sampled_from(["", "host", "guest", "Editor"]),
    organization=texts(),
    title=texts(),
    url=st.just("") | ADDRESSES,
)
CHAPTERS = st.lists(
    st.builds(Chapter, SECONDS, texts(), st.just("") | ADDRESSES, toc=st.booleans()),
    max_size=4,
    unique_by=lambda chapter: chapter.start_seconds,
).map(lambda chapters: tuple(sorted(chapters, key=lambda chapter: chapter.start_seconds)))

PLACES = st.builds(
    Place,
    TITLES,
    texts(),
    texts(),
    st.sampled_from(["", "subject", "creator"]),
    st.sampled_from(["", "NO", "GB"]),
)
SOCIAL = st.just(Social(protocol="disabled")) | st.builds(
    Social,
    ADDRESSES,
    st.sampled_from(["activitypub", "nostr"]),
    texts(),
    st.just("") | ADDRESSES,
    st.none() | st.integers(1, 9),
)
REMOTE_ITEMS = st.builds(
    RemoteItem,
    st.uuids().map(str),
    st.just("") | ADDRESSES,
    texts(),
    st.sampled_from(["", "music", "publisher"]),
    texts(),
)
RECIPIENTS = st.builds(
    Recipient, TITLES, st.integers(1, 1000), texts(), texts(least=1), texts(), texts(), st.booleans()
)
_PAID = st.lists(RECIPIENTS, min_size=1, max_size=2).map(tuple)
TIME_SPLITS = st.builds(
    TimeSplit, SECONDS, SECONDS, st.none() | SECONDS, st.none() | st.integers(0, 100), REMOTE_ITEMS
) | st.builds(TimeSplit, SECONDS, SECONDS, recipients=_PAID)
IMAGES = st.builds(
    Image,
    ADDRESSES,
    texts(),
    st.sampled_from(["", "1/1", "16/9"]),
    st.none() | st.integers(1, 3000),
    st.none() | st.integers(1, 3000),
    st.sampled_from(["", "image/png", "video/mp4"]),
    texts(),
)
TXT = st.builds(Txt, TITLES, texts())
CHATS = st.builds(Chat, st.just("irc.example.org"), st.sampled_from(["irc", "xmpp"]), texts(), texts())
FUNDING = st.builds(Funding, ADDRESSES, texts())
TRAILERS = st.builds(
    Trailer,
    TITLES,
    ADDRESSES,
    MOMENTS,
    st.none() | st.integers(1, 10**9),
    st.sampled_from(["", "audio/mpeg"]),
    st.none() | st.integers(1, 9),
)


def values(splits: st.SearchStrategy[TimeSplit] | None = None) -> st.SearchStrategy[Value]:
    """Payments; with time splits for an episode."""
    times = st.just(()) if splits is None else few(splits)
    return st.builds(Value, _PAID, TITLES, TITLES, st.sampled_from(["", "0.00000015"]), times)


def few(items: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=2).map(tuple)


def sounds(slug: str) -> st.SearchStrategy[Audio]:
    """Audio that only this slug has."""
    source = SourceFile(f"{slug}/audio.mp3", slug.encode().hex().ljust(64, "0")[:64], 1000)
    return st.builds(
        Audio, st.just(source), st.sampled_from(["audio/mpeg", "audio/mp4"]), SECONDS, chapters=CHAPTERS
    )


@st.composite
def episodes(draw: st.DrawFn, slug: str) -> Episode:
    return Episode(
        slug=slug,
        title=draw(TITLES),
        published=draw(st.none() | MOMENTS),
        number=draw(st.none() | st.integers(1, 5000)),
        season=draw(st.none() | st.integers(1, 50)),
        code=draw(texts(most=8)),
        type=draw(st.sampled_from(["full", "trailer", "bonus"])),
        summary=draw(texts()),
        guid=draw(st.just("") | st.just(f"own-{slug}")),
        explicit=draw(st.none() | st.booleans()),
        author=draw(texts()),
        link=draw(st.just("") | ADDRESSES),
        hosts=draw(st.none() | st.lists(PERSONS, max_size=2).map(tuple)),
        guests=draw(st.lists(PERSONS, max_size=2).map(tuple)),
        quote=draw(st.none() | st.builds(Quote, TITLES, texts())),
        keywords=draw(st.lists(TITLES, max_size=3).map(tuple)),
        chapters=draw(st.none() | CHAPTERS),
        soundbites=draw(st.lists(st.builds(Soundbite, SECONDS, SECONDS, texts()), max_size=2).map(tuple)),
        links=draw(st.lists(st.builds(Link, ADDRESSES, texts()), max_size=2).map(tuple)),
        learning=draw(st.none() | st.builds(Learning, st.lists(TITLES, max_size=2).map(tuple), texts())),
        location=draw(few(PLACES)),
        social=draw(few(SOCIAL)),
        funding=draw(few(FUNDING)),
        value=draw(few(values(TIME_SPLITS))),
        images=draw(few(IMAGES)),
        content_link=draw(few(st.builds(ContentLink, ADDRESSES, texts()))),
        txt=draw(few(TXT)),
        chat=draw(st.none() | CHATS),
        notes=draw(texts(most=200)),
        audio=draw(sounds(slug)),
    )


@st.composite
def shows(draw: st.DrawFn) -> Show:
    slugs = draw(st.lists(SLUGS, max_size=5, unique=True))
    return Show(
        folder="episodes",
        title=draw(TITLES),
        description=draw(TITLES),
        language=draw(st.sampled_from(["nb", "en-GB", "ja"])),
        categories=tuple(draw(st.lists(st.sampled_from(["Technology", "Education > Courses"]), unique=True))),
        author=draw(texts()),
        owner=draw(st.none() | st.builds(Owner, texts(), st.just("a@e.example"))),
        explicit=draw(st.booleans()),
        type=draw(st.sampled_from(["episodic", "serial"])),
        copyright=draw(texts()),
        funding=draw(few(FUNDING)),
        hosts=draw(st.lists(PERSONS, max_size=2).map(tuple)),
        complete=draw(st.booleans()),
        block=draw(st.booleans() | few(st.tuples(st.sampled_from(["", "google", "apple"]), st.booleans()))),
        seasons=draw(few(st.tuples(st.integers(1, 50), TITLES))),
        location=draw(few(PLACES)),
        social=draw(few(SOCIAL)),
        value=draw(few(values())),
        images=draw(few(IMAGES)),
        txt=draw(few(TXT)),
        chat=draw(st.none() | CHATS),
        trailer=draw(few(TRAILERS)),
        update_frequency=draw(
            st.none()
            | st.builds(
                UpdateFrequency,
                texts(),
                st.sampled_from(["", "FREQ=WEEKLY"]),
                st.none() | MOMENTS,
                st.booleans(),
            )
        ),
        podroll=draw(few(REMOTE_ITEMS)),
        publisher=draw(st.none() | REMOTE_ITEMS),
        remote_item=draw(few(REMOTE_ITEMS)),
        feed_ttl=draw(st.none() | st.integers(1, 1440)),
        episodes=tuple(draw(episodes(slug)) for slug in sorted(slugs)),
    )
