"""The plan: what a publish would do, by comparing the folder with what the manifest says. Pure.

`now` is an argument. Nothing here knows where the show lies, or reads anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from publisher.delivery import delivered_type
from publisher.errors import PublisherError
from publisher.identity import episode_guid, show_guid
from publisher.manifest import FEED_KEY, Enclosure, Manifest, Released
from publisher.model import Audio, Episode, Show, Social
from publisher.parts import RECIPES, episode_parts, form_parts, show_parts, tag_recipe
from publisher.problems import Problem

State = Literal["new", "changed", "unchanged", "scheduled", "draft", "private", "removed", "re-identified"]

# Of the show, what each episode's card is drawn with.
_ON_CARDS: Final = ("colors", "fonts", "words")


@dataclass(frozen=True, slots=True)
class PlannedEpisode:
    """What becomes of one episode.

    Attributes:
        episode: as it stands in the folder; None when it is only published.
        before: as it is published; None when it is not.
        lent: as another feed of the show has it published, whose audio will do where there is no other.
        guid: the one it has, or will have.
        changes: names of the parts that differ, such as `title`, `audio`, `tags`; for `removed` and
            `re-identified`, why.
        parts: fingerprints to be recorded.
        recipe: fingerprint of what the tags are made from.
        id3_version: of an MP3's tags, 4 or 3.
    """

    slug: str
    state: State
    title: str
    guid: str = ""
    published: datetime | None = None
    episode: Episode | None = None
    before: Released | None = None
    changes: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    recipe: str = ""
    id3_version: int = 4
    lent: Released | None = None

    @property
    def in_release(self) -> bool:
        """Whether the next release holds it."""
        return self.state in ("new", "changed", "unchanged", "re-identified") and self.episode is not None

    @property
    def renamed_from(self) -> str:
        return self.before.slug if self.before and self.before.slug != self.slug else ""

    @property
    def audio(self) -> Audio | Enclosure | None:
        """The audio in the folder, else what is known of the published one."""
        if self.episode and self.episode.audio:
            return self.episode.audio
        known = self.before or self.lent
        return known.enclosure if known else None

    @property
    def keeps_sound(self) -> bool:
        """Whether the sound that is published is that of the audio in the folder: it is never made again."""
        audio = self.episode.audio if self.episode else None
        return bool(self.before and audio and self.before.enclosure.source_digest == audio.source.digest)

    @property
    def borrows(self) -> bool:
        """Whether its audio is another feed's."""
        return self.before is None and self.lent is not None and not (self.episode and self.episode.audio)

    @property
    def needs_audio(self) -> bool:
        """Whether its audio has to be tagged (again)."""
        if self.before is None:
            return True
        tagged = (self.before.enclosure.recipe, self.before.enclosure.id3_version)
        return tagged != (self.recipe, self.id3_version)

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "state": self.state,
            "title": self.title,
            "guid": self.guid,
            "published": self.published.isoformat() if self.published else None,
            "changes": list(self.changes),
            "renamed_from": self.renamed_from or None,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between the folder and what is published, at one moment.

    Attributes:
        show: with identity and addresses settled (`settle`).
        before: what is published, None the first time.
        show_changes: names of the parts of podcast.yaml that differ.
        episodes: in the order of their release, drafts last.
    """

    show: Show
    before: Manifest | None
    now: datetime
    show_changes: tuple[str, ...]
    episodes: tuple[PlannedEpisode, ...]
    identity_changes: tuple[str, ...] = ()
    moved_from: str = ""
    """The feed's address before it moved; empty where it never did."""
    id3_version: int | None = None
    """As it was asked for, so that a plan can be made again."""
    held: Literal["", "undone", "undone and due"] = ""
    """Whether the show was rolled back and the folder is still what was undone; `and due`: but for episodes
    that are new since."""
    private: tuple[PrivatePlan, ...] = ()
    """What would become of each private feed, where that was asked for."""
    posts: Mapping[str, tuple[Social, ...]] = field(default_factory=dict)
    """By GUID, where episodes were announced."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person has to do elsewhere for this plan to come out well."""
        if self.before is None or self.before.feed_url == self.show.feed_url:
            return ()
        old, new = self.before.feed_url, self.show.feed_url
        return (
            f"the feed moves from {old} to {new}, and keeps its GUIDs: let {old} answer with a permanent "
            f"redirect (301) to {new} for as long as anybody may ask there, four weeks at least, and change "
            "the address where directories list the show",
        )

    def of(self, *states: State) -> tuple[PlannedEpisode, ...]:
        return tuple(episode for episode in self.episodes if episode.state in states)

    @property
    def released(self) -> tuple[PlannedEpisode, ...]:
        """Every episode of the next release, oldest first."""
        return tuple(episode for episode in self.episodes if episode.in_release)

    @property
    def has_changes(self) -> bool:
        changed = self.of("new", "changed", "removed", "re-identified")
        return self.before is None or bool(changed or self.show_changes or self.identity_changes)

    @property
    def only_adds_posts(self) -> bool:
        """Whether nothing would change but that the feed says where episodes were announced."""
        known = self.before.posts if self.before else {}
        return (
            bool(self.posts)
            and self.has_changes
            and not (
                self.show_changes
                or self.identity_changes
                or self.of("new", "removed", "re-identified")
                or any(
                    planned.changes != ("social",)
                    or self.posts.get(planned.guid) in (None, known.get(planned.guid))
                    for planned in self.of("changed")
                )
            )
        )

    @property
    def would_release(self) -> bool:
        """Whether a publish would release anything, to everybody or in a private feed."""
        own = self.has_changes and not self.held
        return own or any(feed.plan is not None and feed.plan.would_release for feed in self.private)

    @property
    def exit_status(self) -> int:
        """0, or that of a private feed that cannot be planned."""
        return max((feed.error.exit_status for feed in self.private if feed.error), default=0)

    @property
    def next_due(self) -> datetime | None:
        """When the next scheduled episode goes out."""
        due = [episode.published for episode in self.of("scheduled") if episode.published]
        return min(due, default=None)

    def as_json(self) -> dict[str, Any]:
        return {
            "now": self.now.isoformat(),
            "guid": self.show.guid,
            "feed_url": self.show.feed_url,
            "changes": self.has_changes,
            "would_release": self.would_release,
            "held": self.held,
            "show_changes": list(self.show_changes),
            "moved_from": self.moved_from or None,
            "next_due": self.next_due.isoformat() if self.next_due else None,
            "episodes": [episode.as_json() for episode in self.episodes],
            "private": [feed.as_json() for feed in self.private],
        }


@dataclass(frozen=True, slots=True)
class PrivatePlan:
    """What a publish would do to one private feed.

    Attributes:
        name: the feed's, as podcast.yaml has it.
        plan: None where there is none to make.
        error: why it cannot be made.
        problems: why the feed would be left as it is.
    """

    name: str
    plan: Plan | None = None
    error: PublisherError | None = None
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Without any address: a log must not hold one."""
        values = self.plan.as_json() if self.plan else {}
        for name in ("feed_url", "moved_from", "private"):
            values.pop(name, None)
        return {
            "name": self.name,
            "plan": values or None,
            "error": self.error.message if self.error else None,
            "problems": [problem.as_json() for problem in self.problems],
        }


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
    """
    posts = (before.posts if before else {}) | dict(posts or {})
    match = _match(show, before)
    known = _match(show, undone)
    lending = _match(show, lent)
    planned = [
        _from_undone(
            show,
            _planned(
                show,
                _with_id3(show, episode, match.get(episode.slug), lending.get(episode.slug), id3_version),
                now,
                before,
                posts,
            ),
            known.get(episode.slug),
            before,
        )
        for episode in show.episodes
    ]
    taken = {released.slug for released in match.values()}
    gone = [
        PlannedEpisode(
            old.slug, "removed", old.title, old.guid, old.published, None, old, ("its folder is not there",)
        )
        for old in (before.episodes if before else ())
        if old.slug not in taken
    ]
    return Plan(
        show=show,
        before=before,
        now=now,
        show_changes=_show_changes(show, before),
        episodes=tuple(sorted((*planned, *gone), key=_order)),
        identity_changes=_identity_changes(show, before),
        moved_from=moved_from(show.feed_url, before),
        id3_version=id3_version,
        posts=posts,
    )


def _order(planned: PlannedEpisode) -> tuple[bool, datetime | None, int, int, str]:
    number = planned.episode.number if planned.episode else None
    season = planned.episode.season if planned.episode else None
    return (planned.published is None, planned.published, season or 0, number or 0, planned.slug)


def _match(show: Show, before: Manifest | None) -> dict[str, Released]:
    """Folder's slug → published episode."""
    if before is None:
        return {}
    match: dict[str, Released] = {}
    left = {old.slug: old for old in before.episodes}

    def take(find: Callable[[Episode], Released | None]) -> None:
        for episode in show.episodes:
            found = find(episode) if episode.slug not in match else None
            if found and left.pop(found.slug, None):
                match[episode.slug] = found

    by_guid = {old.guid: old for old in before.episodes}
    take(lambda episode: by_guid.get(episode.guid))
    exchanged = _exchanged(show, left)
    take(lambda episode: exchanged.get(episode.slug))
    take(lambda episode: left.get(episode.slug))
    by_audio = _by_audio(left)
    take(lambda episode: by_audio.get(episode.audio.source.digest) if episode.audio else None)
    return match


def _by_audio(left: dict[str, Released]) -> dict[str, Released]:
    return {old.enclosure.source_digest: old for old in reversed(left.values())}


def _exchanged(show: Show, left: dict[str, Released]) -> dict[str, Released]:
    """Folders that hold each other's audio: going from each to the one whose audio it has leads back to it.
    Where the way ends elsewhere, the audio was replaced, and the names hold."""
    by_audio = _by_audio(left)
    goes = {
        episode.slug: found
        for episode in show.episodes
        if episode.slug in left and episode.audio and not episode.guid
        if (found := by_audio.get(episode.audio.source.digest))
    }
    exchanged: dict[str, Released] = {}
    for start in goes:
        way, slug = [start], goes[start].slug
        while slug in goes and slug not in way:
            way.append(slug)
            slug = goes[slug].slug
        if slug == start and len(way) > 1:
            exchanged |= {name: goes[name] for name in way}
    return exchanged


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


def _planned(
    show: Show,
    base: PlannedEpisode,
    now: datetime,
    manifest: Manifest | None,
    posts: Mapping[str, tuple[Social, ...]],
) -> PlannedEpisode:
    episode, before = base.episode, base.before
    assert episode is not None
    due = episode.published is not None and episode.published <= now and not episode.feeds
    kept = before.guid if before else ""
    guid = episode.guid or kept or episode_guid(show.guid, episode.slug)
    if not episode.social and guid in posts:
        episode = replace(episode, social=posts[guid])
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
    base = replace(base, parts=tuple(sorted(parts.items())), recipe=tag_recipe(show, episode, guid, parts))
    if before is None:
        other = _owner(manifest, guid)
        if other:
            return replace(base, state="re-identified", changes=(f"its GUID belongs to {other}",))
        return replace(base, state="new")
    if guid != kept:
        return replace(base, state="re-identified", changes=(f"its GUID was {kept}",))
    changes = _changes(show, base, before, manifest)
    return replace(base, state="changed" if changes else "unchanged", changes=changes)


def _from_undone(
    show: Show, planned: PlannedEpisode, old: Released | None, before: Manifest | None
) -> PlannedEpisode:
    """A new episode, with the GUID and, where it has none of its own, the audio that it had before it was
    rolled back."""
    episode = planned.episode
    if planned.state != "new" or episode is None or old is None or _owner(before, old.guid):
        return planned
    if episode.audio is None:
        planned = replace(planned, before=old, changes=(), id3_version=old.enclosure.id3_version)
    guid = episode.guid or old.guid
    parts = episode_parts(episode, episode.audio or old.enclosure, old.parts if episode.audio is None else {})
    recipe = tag_recipe(show, episode, guid, parts)
    return replace(planned, guid=guid, parts=tuple(sorted(parts.items())), recipe=recipe)


def _owner(manifest: Manifest | None, guid: str) -> str:
    return next((old.slug for old in manifest.episodes if old.guid == guid), "") if manifest else ""


def _changes(
    show: Show, planned: PlannedEpisode, before: Released, manifest: Manifest | None
) -> tuple[str, ...]:
    now, then = dict(planned.parts), before.parts
    changes = [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
    if planned.renamed_from:
        changes.insert(0, "folder")
    if planned.needs_audio and "audio" not in changes:
        changes.append("tags")
    if manifest:
        own = show_parts(show)
        changes += [name for name in _ON_CARDS if own.get(name) != manifest.parts.get(name)]
    made = ("transcripts", "chapters", "pictures")
    if manifest and any(manifest.recipes.get(name) != RECIPES[name] for name in made):
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


def risks(
    plan: Plan, *, allow_removal: bool = False, allow_guid_change: bool = False
) -> Iterator[tuple[str, str]]:
    """What of the plan needs a person: (what it would do, the flag that allows it)."""
    if not allow_removal:
        for episode in plan.of("removed"):
            yield f"remove {episode.slug} ({'; '.join(episode.changes)})", "--allow-removal"
    if not allow_guid_change:
        for episode in plan.of("re-identified"):
            yield f"give {episode.slug} another GUID ({'; '.join(episode.changes)})", "--allow-guid-change"
        for change in plan.identity_changes:
            yield f"re-identify the show: {change}", "--allow-guid-change"


def empties_feed(plan: Plan) -> bool:
    """Whether nothing would be left of what is published. No flag allows it: a folder that is not mounted
    looks just so."""
    return plan.before is not None and bool(plan.before.episodes) and not plan.released
