"""Strategies for model values as reading gives them: NFC, stripped, nothing that XML cannot carry."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

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
    Quote,
    Show,
    Soundbite,
    SourceFile,
)

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
        funding=draw(st.lists(st.builds(Funding, ADDRESSES, texts()), max_size=2).map(tuple)),
        hosts=draw(st.lists(PERSONS, max_size=2).map(tuple)),
        complete=draw(st.booleans()),
        episodes=tuple(draw(episodes(slug)) for slug in sorted(slugs)),
    )
