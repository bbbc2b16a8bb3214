"""Is the show fit to be released? Every rule has one shape and stands in one register. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from publisher.checking import episode_advice as _episode_advice
from publisher.checking import episode_rules, namespace_rules, reading_rules, show_rules, verify_rules
from publisher.checking import lengths as _lengths
from publisher.checking import listening_rules as _listening_rules
from publisher.checking import show_advice as _show_advice
from publisher.checking import sound_rules as _sound_rules
from publisher.checking.rule import ABOUT, PROFILES, RULES, Rule, Scope, problem
from publisher.identity import fingerprint
from publisher.manifest import Manifest
from publisher.model import Episode, Show
from publisher.problems import Problem, in_order
from publisher.sound.facts import Measurement

__all__ = [
    "PROFILES",
    "RULES",
    "Memory",
    "check_show",
    "check_sound",
    "episode_rules",
    "namespace_rules",
    "reading_rules",
    "show_rules",
    "verify_rules",
]

# Importing a module of rules is what enters them in the register.
_MODULES = (_episode_advice, _lengths, _listening_rules, _show_advice, _sound_rules)


class Memory(Protocol):
    """What rules found of episodes in earlier runs."""

    def recall(
        self, episodes: Sequence[Episode], depends: Sequence[str]
    ) -> Sequence[tuple[Problem, ...] | None]:
        """What was found of each episode that was the same, or None.

        Args:
            depends: for each, all that the rules look at besides the episode.
        """

    def keep(self, episode: Episode, depends: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Keeps what was found of one, and gives it back as `recall` will."""


def check_show(
    show: Show,
    *,
    before: Manifest | None,
    now: datetime,
    profiles: Iterable[str] | None = None,
    hints: bool = False,
    measured: Mapping[str, Measurement] | None = None,
    memory: Memory | None = None,
) -> tuple[Problem, ...]:
    """Applies every rule.

    Args:
        show: as read; what reading reported is not said again.
        before: the published manifest: an episode that is in it may do without its audio.
        now: aware; an episode that is not due yet may be unfinished.
        profiles: the directories that matter; None for all of them.
        hints: whether advice is wanted too.
        measured: what the audio sounds like, by slug, where somebody listened.
        memory: what was found of episodes before; not asked where somebody listened.

    Returns:
        Problems without line and column; `publisher.reading.locate` adds them.
    """
    wanted = None if profiles is None else set(profiles)
    rules = [
        rule
        for rule in RULES.values()
        if (hints or rule.severity != "hint")
        and (wanted is None or not rule.profiles or wanted & {*rule.profiles})
    ]
    found = _apply(rules, Scope.of(show, before, now, measured), None if measured else memory)
    return in_order([problem for problem in found if hints or problem.severity != "hint"])


def check_sound(
    show: Show, measured: Mapping[str, Measurement], *, now: datetime, hints: bool = False
) -> tuple[Problem, ...]:
    """Applies the rules about what is heard, and no others.

    Args:
        measured: by slug, of the episodes that were listened to.
    """
    heard = [rule for rule in RULES.values() if rule.id in _listening_rules.HEARD]
    # The others were not listened to: nothing can be found of them.
    show = replace(show, episodes=tuple([item for item in show.episodes if item.slug in measured]))
    found = _apply(heard, Scope.of(show, None, now, measured), None)
    return in_order([problem for problem in found if hints or problem.severity != "hint"])


def _apply(rules: list[Rule], scope: Scope, memory: Memory | None) -> Iterator[Problem]:
    folder = scope.show.folder
    of_episodes = [rule for rule in rules if rule.on_episode]
    for rule in rules:
        if rule.on_show:
            for found in rule.on_show(scope):
                yield problem(rule, found, folder, "podcast.yaml")
    episodes = scope.show.episodes
    if memory is None:
        for episode in episodes:
            yield from _of_episode(of_episodes, scope, episode)
        return
    # The name of a folder need not be text.
    of_show = replace(scope.show, folder=repr(folder), episodes=())
    by = fingerprint([[rule.id for rule in of_episodes], of_show])
    texts = {about: f"{by} {about}" for about in ABOUT}
    depends = [texts[about] for about in scope.about()]
    for episode, on, known in zip(episodes, depends, memory.recall(episodes, depends), strict=True):
        if known is None or not scope.is_whole(episode):
            known = tuple(_of_episode(of_episodes, scope, episode))
            if scope.is_whole(episode):
                known = memory.keep(episode, on, known)
        yield from known


def _of_episode(rules: list[Rule], scope: Scope, episode: Episode) -> Iterator[Problem]:
    for rule in rules:
        assert rule.on_episode
        for found in rule.on_episode(scope, episode):
            yield problem(rule, found, f"{scope.show.folder}/{episode.slug}", "episode.yaml")
