"""Rules that look at the whole show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import cast

from publisher import effective
from publisher.audio.languages import language_code
from publisher.checking.rule import (
    APPLE_ARTWORK,
    APPLE_TAGS,
    NAMESPACE,
    PSP1,
    Found,
    Rule,
    Scope,
    declare,
    inside,
    show_rule,
)
from publisher.errors import SoundError
from publisher.identity import ascii_slugs, episode_guid
from publisher.model import Artwork, Episode
from publisher.sound.facts import Format, Wanted
from publisher.suggest import did_you_mean
from publisher.text import feed_html

_MAX_DESCRIPTION_BYTES = 4000

_Look = Callable[[Artwork, str], Iterator[Found]]
"""A look at a picture that is the file named, for what is wrong with it."""


@show_rule(
    "description-length",
    "error",
    f"the description has at most {_MAX_DESCRIPTION_BYTES} bytes",
    APPLE_TAGS,
    profiles=("apple", "spotify", "psp1"),
)
def _description(scope: Scope) -> Iterator[Found]:
    size = len(feed_html(scope.show.description).encode())
    if size > _MAX_DESCRIPTION_BYTES:
        yield Found(
            f"the description has {size:,} bytes once rendered; at most {_MAX_DESCRIPTION_BYTES:,} are shown",
            "shorten it",
            ("description",),
        )


@show_rule(
    "artwork-missing", "error", "a show has artwork", PSP1, profiles=("apple", "spotify", "psp1", "youtube")
)
def _artwork_missing(scope: Scope) -> Iterator[Found]:
    if scope.show.artwork is None and "artwork" not in scope.show.unreadable:
        yield Found(
            "the show has no artwork",
            "put a square cover.jpg of 3000 pixels beside podcast.yaml",
        )


def _size(art: Artwork, file: str) -> Iterator[Found]:
    if art.width != art.height:
        yield Found(
            f"the artwork has {art.width} × {art.height} pixels; wanted is a square",
            "crop it to a square",
            file=file,
        )
    elif art.width < effective.LEAST_ARTWORK_SIDE:
        yield Found(
            f"the artwork has {art.width} × {art.height} pixels; "
            f"wanted are {effective.LEAST_ARTWORK_SIDE} to {effective.MOST_ARTWORK_SIDE} a side",
            "export it again at 3000 × 3000",
            file=file,
        )


def _colour(art: Artwork, file: str) -> Iterator[Found]:
    if art.mode == "CMYK":
        yield Found(
            "the artwork is made for print (CMYK); publisher turns it into RGB, and some colours fade",
            "look at it in the preview, or export it again as RGB (sRGB)",
            file=file,
        )
    elif art.mode in ("RGBA", "LA", "PA"):
        yield Found(
            "the artwork can be seen through in places; publisher lays it on white",
            "look at it in the preview, or export it again on a colour of your own",
            file=file,
        )


def _of_show(look: _Look, scope: Scope) -> Iterable[Found]:
    art = scope.show.artwork
    return look(art, art.source.path) if art else ()


def _of_episode(look: _Look, scope: Scope, episode: Episode) -> Iterable[Found]:
    art = episode.artwork
    return look(art, inside(art.source.path)) if art else ()


# Of each episode by itself, and so remembered of each: of ten thousand that stay as they are no picture's
# facts are read.
declare(
    Rule(
        "artwork-size",
        "error",
        "artwork is square and has at least 1400 pixels a side",
        APPLE_ARTWORK,
        ("apple", "spotify", "psp1"),
        on_show=partial(_of_show, _size),
        on_episode=partial(_of_episode, _size),
    )
)
declare(
    Rule(
        "artwork-colour",
        "hint",
        "artwork is RGB without transparency",
        APPLE_ARTWORK,
        ("apple", "spotify"),
        on_show=partial(_of_show, _colour),
        on_episode=partial(_of_episode, _colour),
    )
)


@show_rule(
    "author-missing", "warning", "a show says who is behind it", PSP1, profiles=("apple", "spotify", "psp1")
)
def _author(scope: Scope) -> Iterator[Found]:
    if not effective.show_author(scope.show):
        yield Found("nobody is named as the show's author", "add author, or hosts")


@show_rule(
    "owner-missing",
    "warning",
    "a locked show has an owner's e-mail address",
    NAMESPACE + "locked",
    profiles=("podcasting2", "psp1"),
)
def _owner(scope: Scope) -> Iterator[Found]:
    if scope.show.locked and not (scope.show.owner and scope.show.owner.email):
        yield Found(
            "the show is locked but has no owner with an e-mail address",
            "add owner with name and email; directories write there to check who owns the show",
            ("owner",),
        )


@show_rule(
    "language-unknown",
    "error",
    "the language is one of ISO 639",
    PSP1,
    profiles=("apple", "spotify", "psp1", "rss"),
)
def _language(scope: Scope) -> Iterator[Found]:
    code = scope.show.language
    if code not in ("und", "") and language_code(code) == "und":
        yield Found(f"no language has the code {code!r}", "write nb, nn, en, sv, …", ("language",))


@show_rule(
    "no-episodes", "warning", "a show has episodes", PSP1, profiles=("apple", "spotify", "psp1", "youtube")
)
def _no_episodes(scope: Scope) -> Iterator[Found]:
    if not scope.show.episodes:
        yield Found(
            "the show has no episode yet", f'make one with: publisher new {scope.show.folder} "TITLE"'
        )


@show_rule(
    "url-https",
    "warning",
    "addresses in podcast tags are https",
    PSP1,
    profiles=("apple", "psp1", "podcasting2"),
)
def _https(scope: Scope) -> Iterator[Found]:
    for key in ("url", "feed_url"):
        address: str = getattr(scope.show, key)
        if address.startswith("http://") and not _is_loopback(address):
            yield Found(f"{key!r} is not https; directories and some apps refuse it", "use https://", (key,))


def _is_loopback(address: str) -> bool:
    host = address.split("/")[2].rsplit(":", 1)[0]
    return host in ("localhost", "[::1]") or host.startswith("127.")


@show_rule("duplicate-feed", "error", "private feeds have names and episodes that are there")
def _feeds(scope: Scope) -> Iterator[Found]:
    seen: set[str] = set()
    for place, feed in enumerate(scope.show.feeds):
        if feed.name in seen:
            yield Found(f"two private feeds are called {feed.name!r}", "rename one", ("feeds", place, "name"))
        seen.add(feed.name)
        for at, slug in enumerate(feed.episodes):
            if slug not in scope.slugs:
                help = did_you_mean(slug, scope.slugs)
                yield Found(f"there is no episode {slug!r}", help, ("feeds", place, "episodes", at))


@show_rule("duplicate-slug", "error", "no two folders have the same address")
def _slugs(scope: Scope) -> Iterator[Found]:
    seen: dict[str, Episode] = {}
    addresses = ascii_slugs([episode.slug for episode in scope.show.episodes])
    if len({*addresses}) == len(addresses):
        return
    for episode, address in zip(scope.show.episodes, addresses, strict=True):
        other = seen.setdefault(address, episode)
        if other is not episode:
            # Two folders may be called the same but for how their accents are stored.
            yield Found(
                f"the folders {other.slug!r} and {episode.slug!r} would have the same address ({address})",
                "rename the newer one",
                file=f"{episode.slug}/episode.yaml",
            )


@show_rule("duplicate-guid", "error", "no two episodes have the same GUID", PSP1)
def _guids(scope: Scope) -> Iterator[Found]:
    show_guid = scope.show.guid or (scope.before.guid if scope.before else "")
    published = {old.slug: old.guid for old in scope.before.episodes} if scope.before else {}
    seen: dict[str, Episode] = {}
    guids = [
        episode.guid
        or published.get(episode.slug)
        or (episode_guid(show_guid, episode.slug) if show_guid else "")
        for episode in scope.show.episodes
    ]
    if len({*guids}) == len(guids):
        return
    for episode, guid in zip(scope.show.episodes, guids, strict=True):
        other = seen.setdefault(guid, episode) if guid else episode
        if other.slug != episode.slug:
            yield Found(
                f"the GUID {guid} belongs to {other.slug!r} already",
                "remove guid from the newer one: publisher gives it one of its own"
                if episode.guid
                else "give the newer folder another name, or write a guid of its own",
                ("guid",),
                file=f"{episode.slug}/episode.yaml",
            )


@show_rule("duplicate-number", "error", "no two full episodes of a season have the same number", APPLE_TAGS)
def _numbers(scope: Scope) -> Iterator[Found]:
    numbers = [number for episode in scope.show.episodes if (number := episode.number) is not None]
    if len({*numbers}) == len(numbers):
        return  # not even two of different seasons have
    seen: defaultdict[tuple[str, int | None], dict[int, str]] = defaultdict(dict)
    numbered = [episode for episode in scope.show.episodes if episode.number is not None]
    for episode in numbered:
        assert episode.number is not None
        other = seen[episode.type, episode.season].setdefault(episode.number, episode.slug)
        if other != episode.slug:
            where = f" in season {episode.season}" if episode.season else ""
            yield Found(
                f"the number {episode.number}{where} belongs to {other!r} already",
                "give each episode a number of its own",
                ("number",),
                file=f"{episode.slug}/episode.yaml",
            )


@show_rule("audio-form", "error", "the forms that audio is to have can be made")
def _audio_form(scope: Scope) -> Iterator[Found]:
    asked = scope.show.audio
    for place, form in enumerate((asked, *asked.alternates)):
        # Without a format of its own it is an MP3, but for alternates.
        format = form.format or ("opus" if place else "mp3")
        loudness = None if form.loudness in (None, "off") else form.loudness
        try:
            Wanted(cast(Format, format), form.bitrate, form.channels, cast("float | None", loudness))
        except SoundError as error:
            key = ("audio", "alternates", place - 1) if place else ("audio",)
            yield Found(error.message, error.help, key)
