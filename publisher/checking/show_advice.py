"""What directories ask of a show beyond what RSS needs, and what makes it look well in them."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from publisher.checking.rule import (
    APPLE_ARTWORK,
    APPLE_FEED,
    APPLE_TAGS,
    NAMESPACE,
    PSP1,
    RSS_PROFILE,
    SPOTIFY,
    Found,
    Scope,
    show_rule,
)
from publisher.model import Episode

_MOST_CATEGORIES: Final = 3
_BEST_PIXELS: Final = 3000
_LEAST_PIXELS: Final = 1400
_LONG_TITLE: Final = 100
_RIGHTS: Final = re.compile(r"©|\(c\)|\bcopyright\b|\b(?:19|20)\d\d\b", re.I)


@show_rule(
    "owner-email",
    "warning",
    "a show has an e-mail address of its owner",
    SPOTIFY,
    profiles=("spotify", "youtube"),
)
def _owner_email(scope: Scope) -> Iterator[Found]:
    # Of a locked show `owner-missing` says so already.
    if not scope.show.locked and not (scope.show.owner and scope.show.owner.email):
        yield Found(
            "the show has no e-mail address, and directories send the code there that proves who owns it",
            "add owner with name and email",
            ("owner",),
        )


@show_rule(
    "category-count",
    "hint",
    f"a show has at most {_MOST_CATEGORIES} categories",
    "https://podcasters.apple.com/support/1691-apple-podcasts-categories",
    profiles=("apple", "spotify"),
)
def _categories(scope: Scope) -> Iterator[Found]:
    count = len(scope.show.categories)
    if count > _MOST_CATEGORIES:
        yield Found(
            f"the show has {count} categories; directories take one to {_MOST_CATEGORIES}",
            "keep the ones in which listeners would look, the best one first",
            ("categories", _MOST_CATEGORIES),
        )


@show_rule(
    "copyright-sign", "hint", "copyright holds the owner's name alone, without sign or year", PSP1, ("psp1",)
)
def _copyright(scope: Scope) -> Iterator[Found]:
    match = _RIGHTS.search(scope.show.copyright)
    if match:
        yield Found(
            f"'copyright' holds {match.group()!r}; apps put the sign there themselves",
            "write the name alone",
            ("copyright",),
        )


@show_rule(
    "title-stuffed", "warning", "a show's title is its name and nothing else", APPLE_FEED, profiles=("apple",)
)
def _stuffed(scope: Scope) -> Iterator[Found]:
    title = scope.show.title
    parts = len(re.findall(r"\s[|/•·]\s|[,;|]\s", title))
    if parts >= 4 or (parts >= 2 and len(title) > _LONG_TITLE):
        yield Found(
            f"the title looks like a list of search words ({len(title)} characters); Apple refuses those",
            "write the name alone; the description is searched too",
            ("title",),
        )


@show_rule("artwork-small", "hint", "artwork has 3000 pixels a side", APPLE_ARTWORK, profiles=("apple",))
def _artwork_small(scope: Scope) -> Iterator[Found]:
    art = scope.show.artwork
    if art and art.width == art.height and _LEAST_PIXELS <= art.width < _BEST_PIXELS:
        yield Found(
            f"the artwork has {art.width} × {art.height} pixels; Apple prefers 3000 × 3000",
            "export the original at 3000 × 3000; do not enlarge this one",
            file=art.source.path,
        )


@show_rule("trailer-missing", "hint", "a show has a trailer", APPLE_TAGS, profiles=("apple", "spotify"))
def _trailer(scope: Scope) -> Iterator[Found]:
    out = [episode for episode in scope.show.episodes if scope.is_due(episode)]
    if out and not any(episode.type == "trailer" for episode in out):
        yield Found(
            "no trailer is out; apps play it to those who look at the show for the first time",
            "add a short episode with type: trailer",
        )


@show_rule("season-gap", "hint", "seasons are numbered without a gap", APPLE_TAGS, profiles=("apple",))
def _season_gap(scope: Scope) -> Iterator[Found]:
    seasons = sorted({episode.season for episode in _full(scope) if episode.season})
    for before, after in pairwise(seasons):
        if after > before + 1:
            first = next(episode for episode in _full(scope) if episode.season == after)
            yield Found(
                f"season {after} follows season {before}",
                "number the seasons one after the other, or leave season out",
                ("season",),
                file=f"{first.slug}/episode.yaml",
            )


@show_rule(
    "season-mixed",
    "warning",
    "of a serial show either all full episodes have a season, or none",
    APPLE_TAGS,
    profiles=("apple",),
)
def _season_mixed(scope: Scope) -> Iterator[Found]:
    if scope.show.type != "serial":
        return
    full = [episode for episode in _full(scope) if episode.published]
    without = [episode for episode in full if not episode.season]
    if len(without) < len(full):
        for episode in without:
            yield Found(
                "the other episodes of the serial show have a season, and this one has none",
                "add season",
                ("season",),
                file=f"{episode.slug}/episode.yaml",
            )


@show_rule(
    "number-order",
    "warning",
    "the episodes of a serial show came out in the order of their numbers",
    APPLE_TAGS,
    profiles=("apple",),
)
def _number_order(scope: Scope) -> Iterator[Found]:
    if scope.show.type != "serial":
        return
    seasons: defaultdict[int, list[Episode]] = defaultdict(list)
    for episode in _full(scope):
        if episode.number and episode.published:
            seasons[episode.season or 0].append(episode)
    for episodes in seasons.values():
        episodes.sort(key=lambda episode: (episode.number or 0, episode.slug))
        for before, after in pairwise(episodes):
            if after.published and before.published and after.published < before.published:
                yield Found(
                    f"episode {after.number} is dated before episode {before.number} ({before.slug!r}): "
                    "some apps play by number, others by date",
                    "mend published or number",
                    ("published",),
                    file=f"{after.slug}/episode.yaml",
                )


@show_rule("duplicate-title", "hint", "no two episodes have the same title", RSS_PROFILE, profiles=("rss",))
def _titles(scope: Scope) -> Iterator[Found]:
    seen: dict[str, Episode] = {}
    for episode in scope.show.episodes:
        other = seen.setdefault(episode.title.casefold(), episode) if episode.title else episode
        if other is not episode:
            yield Found(
                f"{other.slug!r} has the same title; listeners cannot tell the two apart",
                "say in the title what is in this one",
                ("title",),
                file=f"{episode.slug}/episode.yaml",
            )


@show_rule("duplicate-audio", "hint", "no two episodes have the same audio")
def _same_audio(scope: Scope) -> Iterator[Found]:
    seen: dict[str, Episode] = {}
    for episode in scope.show.episodes:
        if not episode.audio:
            continue
        other = seen.setdefault(episode.audio.source.digest, episode)
        if other is not episode:
            yield Found(
                f"the audio is the same as that of {other.slug!r}, to the last byte",
                "check that the right file lies in each folder",
                file=episode.audio.source.path,
            )


@show_rule(
    "complete-too-early",
    "warning",
    "a show that is complete has no episode to come",
    APPLE_TAGS,
    profiles=("apple",),
)
def _complete(scope: Scope) -> Iterator[Found]:
    if not scope.show.complete:
        return
    coming = [episode for episode in scope.show.episodes if episode.published and not scope.is_due(episode)]
    if coming:
        yield Found(
            f"the show is complete, and {coming[0].slug!r} is still to come: "
            "directories stop looking for new episodes",
            "set complete when the last episode is out",
            ("complete",),
        )


@show_rule(
    "show-blocked",
    "hint",
    "a show that directories are to list is not blocked",
    APPLE_TAGS,
    profiles=("apple", "spotify", "youtube"),
)
def _blocked(scope: Scope) -> Iterator[Found]:
    if scope.show.block:
        yield Found(
            "the show asks directories to leave it out",
            "remove block, unless that is what you want",
            ("block",),
        )


@show_rule(
    "guid-version",
    "hint",
    "a show's GUID is a UUID of version 5",
    NAMESPACE + "guid",
    profiles=("podcasting2", "psp1"),
)
def _guid(scope: Scope) -> Iterator[Found]:
    guid = scope.show.guid
    if guid and uuid.UUID(guid).version != 5:
        yield Found(
            "the show's GUID was not made from its feed's address (it is no UUIDv5)",
            "keep it if the show is known by it already; else remove the line",
            ("guid",),
        )


@show_rule(
    "link-https",
    "hint",
    "addresses that apps open are https",
    PSP1,
    profiles=("psp1", "podcasting2", "apple"),
)
def _links(scope: Scope) -> Iterator[Found]:
    show = scope.show
    addresses = [(("link",), show.link)]
    addresses += [(("funding", place, "url"), item.url) for place, item in enumerate(show.funding)]  # type: ignore[misc]
    addresses += [(("hosts", place, "url"), person.url) for place, person in enumerate(show.hosts)]  # type: ignore[misc]
    for key, address in addresses:
        if address.startswith("http://"):
            yield Found(f"{address} is not https", "use https:// if the page answers there", key)


def _full(scope: Scope) -> list[Episode]:
    return [episode for episode in scope.show.episodes if episode.type == "full"]
