"""Making a plan: each episode of a settled show is held against the published one."""

from __future__ import annotations

import operator
from bisect import insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from itertools import compress
from typing import Final

from publisher.delivery import delivered_type
from publisher.identity import episode_guid, show_guid
from publisher.manifest import FEED_KEY, Manifest, Released
from publisher.model import Audio, Episode, Show, Social
from publisher.parts import RECIPES, TagRecipes, episode_parts, form_parts, show_parts
from publisher.planning.matching import match
from publisher.planning.plan import Plan, PlannedEpisode, unchanged

# Of the show, what each episode's card is drawn with.
_ON_CARDS: Final = ("colors", "fonts", "words")

_FEW: Final = 100
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def settle(show: Show, before: Manifest | None, *, url: str) -> Show:
    """The show with its addresses and its GUID filled in.

    Args:
        url: the public address under which the files will be reached; ends with a slash.
        before: what is published: its GUID is kept for ever.
    """
    feed_url = show.feed_url or url + FEED_KEY
    guid = show.guid or (before.guid if before else "") or show_guid(feed_url)
    moved = moved_from(feed_url, before)
    return replace(
        show,
        url=url,
        feed_url=feed_url,
        link=show.link or url,
        guid=guid,
        # Apps that still ask at the old address learn the new one by this, whatever the server there does.
        new_feed_url=show.new_feed_url or (feed_url if moved else ""),
    )


def moved_from(feed_url: str, before: Manifest | None) -> str:
    """The address at which listeners knew the feed before it came to `feed_url`; empty if it never moved."""
    if before is None:
        return ""
    if before.feed_url != feed_url:
        return before.feed_url
    return before.moved_from


def make_plan(
    show: Show,
    before: Manifest | None,
    now: datetime,
    *,
    id3_version: int | None = None,
    undone: Manifest | None = None,
    lent: Manifest | None = None,
    posts: Mapping[str, tuple[Social, ...]] | None = None,
    same: frozenset[str] = frozenset(),
) -> Plan:
    """Compares a settled show with what is published.

    An episode is recognised by its own `guid`, else by its slug, else by its audio, so that a renamed folder
    keeps its GUID; folders that only exchanged their names are recognised too. What is published and not
    found again, is not due any more, or would get another GUID, is said to be `removed` or `re-identified`;
    whether that may happen is for the caller to decide.

    Args:
        show: as `settle` gave it.
        before: the published manifest, None where nothing is published.
        now: aware; an episode is due when `published` is not after it.
        id3_version: 4 or 3; None leaves what is published as it is, and tags what is new with 4.
        undone: a release that was rolled back: listeners know its GUIDs, and audio of its episodes may be in
            the store alone.
        posts: by GUID, where episodes were announced since: each becomes the episode's root post, unless the
            folder names one.
        lent: of another feed of the same show: a new episode without audio in the folder has that one's.
        same: slugs of episodes that are known to be as they are published under them, by a plan for the same
            show, of the same publisher, to which the same was said.
    """
    posts = (before.posts if before else {}) | dict(posts or {})
    published = match(show, before, same)
    rolled_back = match(show, undone)
    lending = match(show, lent)
    making = _Making(
        show=show,
        before=before,
        now=now,
        posts=posts,
        recipes=TagRecipes(show),
        for_all=_changes_of_all(show, before),
        owners=cache(lambda: {old.guid: old.slug for old in reversed(before.episodes)} if before else {}),
    )
    stay, others = making.divided(published, same)
    planned = [
        making.from_undone(
            making.planned(
                _with_id3(show, episode, published.get(episode.slug), lending.get(episode.slug), id3_version)
            ),
            rolled_back.get(episode.slug),
        )
        for episode in others
    ]
    return Plan(
        show=show,
        before=before,
        now=now,
        show_changes=_show_changes(show, before),
        episodes=_in_order(
            unchanged(stay, [published[episode.slug] for episode in stay]),
            [*planned, *_gone(before, published)],
        ),
        identity_changes=_identity_changes(show, before),
        moved_from=moved_from(show.feed_url, before),
        id3_version=id3_version,
        posts=posts,
    )


def _gone(before: Manifest | None, published: Mapping[str, Released]) -> list[PlannedEpisode]:
    """The published episodes that no folder is.

    Args:
        published: as `match` gives them.
    """
    # No two folders are the same one.
    if before is None or len(published) == len(before.episodes):
        return []
    taken = {old.slug for old in published.values()}
    return [
        PlannedEpisode(
            old.slug, "removed", old.title, old.guid, old.published, None, old, ("its folder is not there",)
        )
        for old in before.episodes
        if old.slug not in taken
    ]


def _in_order(stay: list[PlannedEpisode], others: list[PlannedEpisode]) -> tuple[PlannedEpisode, ...]:
    """By the order of their release, drafts last.

    Args:
        stay: those that are as they are published.
    """
    if len(others) > _FEW:
        return tuple(sorted((*stay, *others), key=_order))
    # Of ten thousand nearly all stand in order, told by their moments alone where no two went out at once.
    moments = [planned.published or _NEVER for planned in stay]
    if not all(map(operator.lt, moments, moments[1:])):
        stay = sorted(stay, key=_order)
    for planned in others:
        insort(stay, planned, key=_order)
    return tuple(stay)


def _order(planned: PlannedEpisode) -> tuple[bool, datetime, int, int, str]:
    number = planned.episode.number if planned.episode else None
    season = planned.episode.season if planned.episode else None
    moment = planned.published
    return (moment is None, moment or _NEVER, season or 0, number or 0, planned.slug)


def _with_id3(
    show: Show,
    episode: Episode,
    before: Released | None,
    lent: Released | None,
    wanted: int | None,
) -> PlannedEpisode:
    """An episode about which nothing is decided but the version of an MP3's tags: M4A has no such thing."""
    version = wanted or (before.enclosure.id3_version if before else 4)
    base = PlannedEpisode(
        episode.slug,
        "draft",
        episode.title,
        published=episode.published,
        episode=episode,
        before=before,
        lent=lent,
    )
    audio = base.audio
    type_ = ""
    if isinstance(audio, Audio) and not base.keeps_sound:
        type_ = delivered_type(show, audio)
    elif audio:
        known = before or lent
        type_ = known.enclosure.object.type if known else ""
    return replace(base, id3_version=version if type_ == "audio/mpeg" else 4)


@dataclass(frozen=True, slots=True)
class _Making:
    """What every episode of a show is planned by.

    Attributes:
        for_all: what changed of the show or of publisher, so that every episode is made again.
        owners: gives the slug of the published episode by its GUID.
    """

    show: Show
    before: Manifest | None
    now: datetime
    posts: Mapping[str, tuple[Social, ...]]
    recipes: TagRecipes
    for_all: tuple[str, ...]
    owners: Callable[[], Mapping[str, str]]

    def divided(
        self, published: Mapping[str, Released], same: frozenset[str]
    ) -> tuple[list[Episode], list[Episode]]:
        """The episodes that are known to be as they are published and that nothing else changes, and the
        others."""
        episodes, now, posts = self.show.episodes, self.now, self.posts
        if self.for_all or not same:
            return [], [*episodes]
        stays = [
            (slug := episode.slug) in same
            and (before := published.get(slug)) is not None
            and before.slug == slug
            and (moment := episode.published) is not None
            and moment <= now
            and (not posts or before.guid not in posts or bool(episode.social))
            for episode in episodes
        ]
        return [*compress(episodes, stays)], [*compress(episodes, map(operator.not_, stays))]

    def planned(self, base: PlannedEpisode) -> PlannedEpisode:
        show, episode, before = self.show, base.episode, base.before
        assert episode is not None
        due = episode.published is not None and episode.published <= self.now and not episode.feeds
        kept = before.guid if before else ""
        guid = episode.guid or kept or episode_guid(show.guid, episode.slug)
        if not episode.social and guid in self.posts:
            episode = replace(episode, social=self.posts[guid])
        base = replace(base, guid=guid, episode=episode)
        if not due:
            if before:
                why = "it is a draft now" if episode.published is None else "its date is in the future now"
                why = "it is for members only now" if episode.feeds else why
                return replace(base, state="removed", changes=(why,), episode=None, guid=kept)
            if episode.feeds:
                return replace(base, state="private")
            return replace(base, state="scheduled") if episode.published else base
        audio = base.audio
        if audio is None:
            return replace(base, state="new", changes=("its audio is missing",))
        known = before or base.lent
        old = known.parts if known else {}
        parts = episode_parts(episode, audio, old) | form_parts(show, audio, old)
        recipe = self.recipes.of(episode, guid, parts)
        base = replace(base, parts=tuple(sorted(parts.items())), recipe=recipe)
        if before is None:
            other = self.owners().get(guid, "")
            if other:
                return replace(base, state="re-identified", changes=(f"its GUID belongs to {other}",))
            return replace(base, state="new")
        if guid != kept:
            return replace(base, state="re-identified", changes=(f"its GUID was {kept}",))
        changes = (*_changes(base, before), *self.for_all)
        return replace(base, state="changed" if changes else "unchanged", changes=changes)

    def from_undone(self, planned: PlannedEpisode, old: Released | None) -> PlannedEpisode:
        """A new episode, with the GUID and, where it has none of its own, the audio that it had before it was
        rolled back."""
        episode = planned.episode
        if planned.state != "new" or episode is None or old is None or self.owners().get(old.guid):
            return planned
        if episode.audio is None:
            planned = replace(planned, before=old, changes=(), id3_version=old.enclosure.id3_version)
        guid = episode.guid or old.guid
        was = old.parts if episode.audio is None else {}
        parts = episode_parts(episode, episode.audio or old.enclosure, was)
        recipe = self.recipes.of(episode, guid, parts)
        return replace(planned, guid=guid, parts=tuple(sorted(parts.items())), recipe=recipe)


def _changes(planned: PlannedEpisode, before: Released) -> tuple[str, ...]:
    now, then = dict(planned.parts), before.parts
    changes = (
        [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)] if now != then else []
    )
    if planned.renamed_from:
        changes.insert(0, "folder")
    if planned.needs_audio and "audio" not in changes:
        changes.append("tags")
    return tuple(changes)


def _changes_of_all(show: Show, manifest: Manifest | None) -> tuple[str, ...]:
    if manifest is None:
        return ()
    own = show_parts(show)
    changes = [name for name in _ON_CARDS if own.get(name) != manifest.parts.get(name)]
    if any(manifest.recipes.get(name) != RECIPES[name] for name in ("transcripts", "chapters", "pictures")):
        changes.append("recipe")
    return tuple(changes)


def _show_changes(show: Show, before: Manifest | None) -> tuple[str, ...]:
    if before is None:
        return ()
    now, then = show_parts(show), before.parts
    changes = [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
    if any(before.recipes.get(name) != RECIPES[name] for name in ("pictures", "feed", "pages")):
        changes.append("recipe")
    return tuple(changes)


def _identity_changes(show: Show, before: Manifest | None) -> tuple[str, ...]:
    if before is None or before.guid == show.guid:
        return ()
    return (f"the show's guid was {before.guid} and would become {show.guid}",)
