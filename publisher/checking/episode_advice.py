"""What directories and apps ask of an episode beyond what RSS needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from publisher.checking.rule import (
    APPLE_CHAPTERS,
    APPLE_TAGS,
    NAMESPACE,
    PSP1,
    RSS_PROFILE,
    Found,
    Rule,
    Scope,
    declare,
    episode_rule,
    inside,
)
from publisher.model import Episode
from publisher.problems import KeyPath

_FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_KEYWORDS: Final = 12
_MOST_CHAPTERS: Final = 255
_LEAST_CHAPTERS: Final = 3
_LONG_WORD: Final = re.compile(r"[^\s/]{61,}")
_ENTITY: Final = re.compile(r"&(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos|nbsp);", re.I)
_DROPPED: Final = re.compile(
    r"<(script|style|iframe|form|object|embed|video|audio|table|img|svg)\b(?=[\s/>])", re.I
)
_UNSAFE: Final = re.compile(r"(?:\]\(\s*<?|href\s*=\s*[\"']?\s*)(javascript|vbscript|data|file):", re.I)


@episode_rule(
    "date-odd",
    "warning",
    "an episode came out in this century",
    "https://www.rssboard.org/rss-profile#element-channel-item-pubdate",
)
def _date(scope: Scope, episode: Episode) -> Iterator[Found]:
    date = episode.published and episode.published.astimezone(ZoneInfo(scope.show.timezone))
    if date and date < _FIRST:
        yield Found(
            f"the episode is dated {date:%Y-%m-%d}, before there were podcasts",
            "write when it goes out; the recording's date belongs in the notes",
            ("published",),
        )
    elif date and date >= _LAST:
        yield Found(
            f"the episode is dated {date:%Y-%m-%d}, and until then nobody hears it",
            "check the year",
            ("published",),
        )


def _entity(key: KeyPath, title: str) -> Iterator[Found]:
    match = _ENTITY.search(title)
    if match:
        yield Found(
            f"the title holds {match.group()!r}, and listeners would read just that",
            "write the sign itself; publisher escapes what has to be",
            key,
        )


declare(
    Rule(
        "title-entity",
        "warning",
        "a title is plain text, not HTML",
        RSS_PROFILE,
        on_show=lambda scope: _entity(("title",), scope.show.title),
        on_episode=lambda scope, episode: _entity(("title",), episode.title),
    )
)


@episode_rule(
    "title-repeats",
    "hint",
    "an episode's title does not begin with the show's",
    APPLE_TAGS,
    profiles=("apple", "spotify"),
)
def _repeats(scope: Scope, episode: Episode) -> Iterator[Found]:
    show = scope.show.title.casefold()
    rest = episode.title.casefold().removeprefix(show)
    if show and rest != episode.title.casefold() and rest.lstrip()[:1] in (":", "-", "–", "—", "|", "#"):
        yield Found(
            "the title begins with the show's, which stands beside it everywhere",
            "remove the show's title",
            ("title",),
        )


@episode_rule("word-long", "hint", "no word of a title or summary has more than 60 characters")
def _word(scope: Scope, episode: Episode) -> Iterator[Found]:
    for key, text in (("title", episode.title), ("summary", episode.summary)):
        match = _LONG_WORD.search(text) if len(text) > 60 else None
        if match:
            yield Found(
                f"{key!r} holds a word of {len(match.group())} characters, which no list can break",
                "put spaces or hyphens into it",
                (key,),
            )


@episode_rule(
    "keyword-count",
    "hint",
    f"an episode has at most {_MOST_KEYWORDS} keywords",
    APPLE_TAGS,
    profiles=("apple",),
)
def _keywords(scope: Scope, episode: Episode) -> Iterator[Found]:
    if len(episode.keywords) > _MOST_KEYWORDS:
        yield Found(
            f"the episode has {len(episode.keywords)} keywords; directories took {_MOST_KEYWORDS}, if any",
            "keep the best ones",
            ("keywords", _MOST_KEYWORDS),
        )


def _dropped(key: KeyPath, markdown: str) -> Iterator[Found]:
    tags = sorted({match.group(1).lower() for match in _DROPPED.finditer(markdown)})
    if tags:
        named = ", ".join(f"<{tag}>" for tag in tags)
        yield Found(
            f"{named} in the text {'is' if len(tags) == 1 else 'are'} left out of the feed",
            "apps show paragraphs, lists, links, bold and italics; link to the rest",
            key,
        )


declare(
    Rule(
        "notes-html",
        "hint",
        "show notes hold only what apps can show",
        APPLE_TAGS,
        on_show=lambda scope: _dropped(("description",), scope.show.description),
        on_episode=lambda scope, episode: _dropped(("notes",), episode.notes),
    )
)


@episode_rule("notes-link", "warning", "links in show notes lead to web pages", RSS_PROFILE)
def _link(scope: Scope, episode: Episode) -> Iterator[Found]:
    # Quicker by far than to look for links in ten thousand notes that have none of these.
    folded = episode.notes.lower()
    if not any(scheme in folded for scheme in ("script:", "data:", "file:")):
        return
    for scheme in sorted({match.group(1).lower() for match in _UNSAFE.finditer(episode.notes)}):
        yield Found(
            f"a link in the show notes begins with {scheme}: and is left out",
            "link to an address that begins with https://",
            key=("notes",),
        )


@episode_rule(
    "chapters-start",
    "hint",
    "the first chapter starts at 0:00",
    APPLE_CHAPTERS,
    profiles=("apple", "spotify", "youtube"),
)
def _first_chapter(scope: Scope, episode: Episode) -> Iterator[Found]:
    if episode.chapters and episode.chapters[0].start_seconds > 0:
        yield Found(
            f"the first chapter starts at {episode.chapters[0].start_seconds:g} s, "
            "and what comes before belongs to none",
            "begin with a chapter at 0:00",
            ("chapters", 0),
        )


@episode_rule(
    "chapters-few",
    "hint",
    f"an episode with chapters has at least {_LEAST_CHAPTERS}",
    APPLE_CHAPTERS,
    profiles=("apple", "spotify", "youtube"),
)
def _few_chapters(scope: Scope, episode: Episode) -> Iterator[Found]:
    if episode.chapters and len(episode.chapters) < _LEAST_CHAPTERS:
        yield Found(
            f"the episode has {len(episode.chapters)} "
            f"{'chapter' if len(episode.chapters) == 1 else 'chapters'}; directories show {_LEAST_CHAPTERS} "
            "or more",
            "add some, or leave them out",
            ("chapters",),
        )


@episode_rule(
    "transcript-plain",
    "hint",
    "a transcript has times",
    NAMESPACE + "transcript",
    profiles=("apple", "podcasting2", "spotify"),
)
def _plain(scope: Scope, episode: Episode) -> Iterator[Found]:
    if episode.transcript and not episode.transcript.timed:
        yield Found(
            "the transcript has no times; apps that follow along show none",
            "give a transcript.vtt or transcript.srt where you have one",
            file=inside(episode.transcript.source.path),
        )


@episode_rule(
    "role-missing",
    "hint",
    "of those who had a part it is said which",
    NAMESPACE + "person",
    profiles=("podcasting2", "psp1"),
)
def _role(scope: Scope, episode: Episode) -> Iterator[Found]:
    for place, person in enumerate(episode.people):
        if not person.role:
            yield Found(
                f"{person.name!r} has no role; apps take those for guests or hosts",
                "add role: editor, writer, producer, …",
                ("people", place),
            )


@episode_rule(
    "episode-link-https",
    "hint",
    "addresses that an episode's tags name are https",
    PSP1,
    profiles=("psp1", "podcasting2", "apple"),
)
def _links(scope: Scope, episode: Episode) -> Iterator[Found]:
    for key, address in _addresses(episode):
        if address.startswith("http://"):
            yield Found(f"{address} is not https", "use https:// if the page answers there", key)


def _addresses(episode: Episode) -> Iterator[tuple[KeyPath, str]]:
    yield ("link",), episode.link
    for place, post in enumerate(episode.social):
        yield ("social", place, "url"), post.url
    for place, chapter in enumerate(episode.chapters or ()):
        if chapter.url:
            yield ("chapters", place, "url"), chapter.url
        if chapter.image:
            yield ("chapters", place, "image"), chapter.image
    for place, alternate in enumerate(episode.alternates):
        yield ("alternates", place, "url"), alternate.url
    for key, people in (("guests", episode.guests), ("people", episode.people)):
        for place, person in enumerate(people):
            yield (key, place, "url"), person.url
            yield (key, place, "image"), person.image
