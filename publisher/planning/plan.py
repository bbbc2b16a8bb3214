"""What a plan says: of each episode what becomes of it, and of the show what changes."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import Any, Literal

from publisher.errors import PublisherError
from publisher.late import make_late
from publisher.manifest import Enclosure, Manifest, Released
from publisher.model import Audio, Episode, Show, Social
from publisher.problems import Problem

State = Literal["new", "changed", "unchanged", "scheduled", "draft", "private", "removed", "re-identified"]


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


def _as_released(planned: PlannedEpisode, name: str) -> Any:
    """What is not set of an episode that is as it was released."""
    if name == "changes":
        return ()
    if name == "lent":
        return None
    before = planned.before
    if before is None:
        raise AttributeError(name)
    if name == "title":
        return before.title
    if name == "parts":
        return tuple(sorted(before.parts.items()))
    return getattr(before.enclosure, name)


make_late(PlannedEpisode, ("changes", "lent", "title", "parts", "recipe", "id3_version"), _as_released)


def unchanged(episodes: Sequence[Episode], before: Sequence[Released]) -> list[PlannedEpisode]:
    """Episodes that are as they are published; of what is published nothing is read before it is asked for.

    A column at a time: ten thousand have six slots set each.
    """
    planned = [*map(object.__new__, repeat(PlannedEpisode, len(episodes)))]
    columns: dict[str, Iterable[object]] = {
        "slug": [item.slug for item in before],
        "state": repeat("unchanged"),
        "guid": [item.guid for item in before],
        "published": [episode.published for episode in episodes],
        "episode": episodes,
        "before": before,
    }
    for name, values in columns.items():
        deque(map(getattr(PlannedEpisode, name).__set__, planned, values), maxlen=0)
    return planned


@dataclass(frozen=True)
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

    @cached_property
    def _by_state(self) -> dict[State, list[tuple[int, PlannedEpisode]]]:
        """Each with its place."""
        found: dict[State, list[tuple[int, PlannedEpisode]]] = {}
        for place, episode in enumerate(self.episodes):
            found.setdefault(episode.state, []).append((place, episode))
        return found

    def of(self, *states: State) -> tuple[PlannedEpisode, ...]:
        found = [self._by_state[state] for state in {*states} if state in self._by_state]
        if len(found) < 2:
            return tuple([episode for of in found for _, episode in of])
        return tuple([episode for _, episode in heapq.merge(*found, key=itemgetter(0))])

    @cached_property
    def released(self) -> tuple[PlannedEpisode, ...]:
        """Every episode of the next release, oldest first."""
        return tuple([episode for episode in self.episodes if episode.in_release])

    @cached_property
    def changing(self) -> tuple[PlannedEpisode, ...]:
        """Of the episodes of the next release those that are not as they were."""
        return tuple([episode for episode in self.released if episode.state != "unchanged"])

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
