"""The one shape of a rule, and the one register of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final

from publisher.manifest import Manifest
from publisher.model import Episode, Show
from publisher.problems import KeyPath, Problem, Severity
from publisher.sound.facts import Measurement

ABOUT: Final = tuple([f"{number:04b}" for number in range(16)])
"""What `Scope.about` may say of an episode."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule may look at.

    Attributes:
        before: what of the show is published; None where nothing is, or where it is not known.
        slugs: of every episode in the folder.
        published: slugs and GUIDs of every published episode.
        published_audio: digests of their audio; of none where the folder points to no audio.
        measured: what the audio sounds like, by slug, of the episodes that were listened to.
    """

    show: Show
    before: Manifest | None
    now: datetime
    slugs: frozenset[str]
    published: frozenset[str]
    published_audio: frozenset[str] = frozenset()
    measured: Mapping[str, Measurement] = field(default_factory=dict)

    @staticmethod
    def of(
        show: Show, before: Manifest | None, now: datetime, measured: Mapping[str, Measurement] | None = None
    ) -> Scope:
        old = before.episodes if before else ()
        points = any(map(attrgetter("audio_pointer"), show.episodes))
        return Scope(
            show,
            before,
            now,
            slugs=frozenset([episode.slug for episode in show.episodes]),
            published=frozenset([*[item.slug for item in old], *[item.guid for item in old]]),
            published_audio=frozenset([item.source_digest for item in old] if points else ()),
            measured=measured or {},
        )

    def about(self) -> list[str]:
        """All that a rule may learn here of each episode besides what is said of the show."""
        known, audio, now = self.published, self.published_audio, self.now
        return [
            ABOUT[
                8 * (episode.published is not None and episode.published <= now)
                + 4 * (episode.slug in known)
                + 2 * (episode.guid in known)
                + (episode.audio_pointer in audio)
            ]
            for episode in self.show.episodes
        ]

    def is_whole(self, episode: Episode) -> bool:
        """Whether every episode that it names is there: else what is said of it depends on all the others."""
        if not episode.related and not episode.next:
            return True
        return self.slugs.issuperset((*episode.related, episode.next or episode.slug))

    def is_due(self, episode: Episode) -> bool:
        return episode.published is not None and episode.published <= self.now


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: the message, the mend, and the key or file it is about."""

    message: str
    help: str = ""
    key: KeyPath = ()
    file: str = ""
    severity: Severity | None = None


ShowRule = Callable[[Scope], Iterable[Found]]
EpisodeRule = Callable[[Scope, Episode], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        id: what stands in `error[id]`.
        severity: unless a finding says otherwise.
        says: the rule in one sentence.
        source: address of the document that asks for it; empty where it is the show format's own.
        profiles: the directories that ask for it; empty for a rule that always holds.
        on_show, on_episode: what looks for it; neither where reading itself does.
    """

    id: str
    severity: Severity
    says: str
    source: str = ""
    profiles: tuple[str, ...] = ()
    on_show: ShowRule | None = None
    on_episode: EpisodeRule | None = None


APPLE_ARTWORK: Final = "https://podcasters.apple.com/support/896-artwork-requirements"
APPLE_FEED: Final = "https://podcasters.apple.com/support/823-podcast-requirements"
APPLE_TAGS: Final = "https://help.apple.com/itc/podcasts_connect/#/itcb54353390"
PSP1: Final = "https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification"
APPLE_AUDIO: Final = "https://podcasters.apple.com/support/893-audio-requirements"
APPLE_CHAPTERS: Final = "https://podcasters.apple.com/support/5482-using-chapters-on-apple-podcasts"
NAMESPACE: Final = "https://podcastnamespace.org/tag/"
ID3_CHAPTERS: Final = "https://id3.org/id3v2-chapters-1.0"
RSS_PROFILE: Final = "https://www.rssboard.org/rss-profile"
SPOTIFY: Final = "https://support.spotify.com/us/creators/article/podcast-specification-doc/"
GIT_LFS: Final = "https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"
YOUTUBE: Final = "https://support.google.com/youtube/answer/13525207"

PROFILES: Final = ("apple", "spotify", "psp1", "podcasting2", "youtube", "rss")
"""Who may ask for a rule: Apple Podcasts, Spotify, the Podcast Standards Project, the podcast namespace,
YouTube, and RSS itself."""

RULES: Final[dict[str, Rule]] = {}


def declare(rule: Rule) -> Rule:
    unknown = set(rule.profiles) - set(PROFILES)
    if unknown:
        raise ValueError(f"rule {rule.id} names the profiles {sorted(unknown)}, which are unknown")
    if rule.id in RULES:
        raise ValueError(f"rule {rule.id} stands twice")
    RULES[rule.id] = rule
    return rule


def show_rule(
    id: str, severity: Severity, says: str, source: str = "", profiles: tuple[str, ...] = ()
) -> Callable[[ShowRule], ShowRule]:
    """Registers a function that looks at the whole show."""

    def register(function: ShowRule) -> ShowRule:
        declare(Rule(id, severity, says, source, profiles, on_show=function))
        return function

    return register


def episode_rule(
    id: str, severity: Severity, says: str, source: str = "", profiles: tuple[str, ...] = ()
) -> Callable[[EpisodeRule], EpisodeRule]:
    """Registers a function that looks at one episode."""

    def register(function: EpisodeRule) -> EpisodeRule:
        declare(Rule(id, severity, says, source, profiles, on_episode=function))
        return function

    return register


def inside(path: str) -> str:
    """A file's path in the show as its path in the episode's folder."""
    return path.partition("/")[2]


def problem(rule: Rule, found: Found, folder: str, yaml_name: str) -> Problem:
    return Problem(
        rule.id,
        found.severity or rule.severity,
        found.message,
        found.help,
        f"{folder}/{found.file or yaml_name}",
        key=found.key,
        source=rule.source,
    )
