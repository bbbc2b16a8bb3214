"""Which published episode a folder is, when it has been renamed too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from publisher.manifest import Manifest, Released
from publisher.model import Episode, Show


def match(show: Show, before: Manifest | None, same: frozenset[str] = frozenset()) -> dict[str, Released]:
    """Folder's slug → published episode.

    Args:
        same: slugs of episodes that are known to be as they are published under them.
    """
    if before is None:
        return {}
    others = [episode for episode in show.episodes if episode.slug not in same]
    wanted = {episode.guid for episode in others}
    # Of ten thousand nearly all: nobody else may ask for one of these, nor is anything else asked of them.
    match = {slug: old for old in before.episodes if (slug := old.slug) in same and old.guid not in wanted}
    if len(match) == len(before.episodes):
        return match  # there is none left to be taken
    left = {slug: old for old in before.episodes if (slug := old.slug) not in match}
    if len(match) < len(same):
        others = [episode for episode in show.episodes if episode.slug not in match]

    def take(find: Callable[[Episode], Released | None]) -> None:
        for episode in others:
            found = find(episode) if episode.slug not in match else None
            if found and left.pop(found.slug, None):
                match[episode.slug] = found

    by_guid = {old.guid: old for old in left.values()}
    take(lambda episode: by_guid.get(episode.guid))
    exchanged = _exchanged(others, left, same)
    take(lambda episode: exchanged.get(episode.slug))
    take(lambda episode: left.get(episode.slug))
    by_audio = _by_audio(left)
    take(lambda episode: by_audio.get(_digest(episode)))
    return match


def _digest(episode: Episode) -> str:
    return episode.audio.source.digest if episode.audio else episode.audio_pointer


def _by_audio(left: dict[str, Released]) -> dict[str, Released]:
    return {old.source_digest: old for old in reversed(left.values())}


def _exchanged(
    episodes: Sequence[Episode], left: dict[str, Released], same: frozenset[str]
) -> dict[str, Released]:
    """Folders that hold each other's audio: going from each to the one whose audio it has leads back to it.
    Where the way ends elsewhere, the audio was replaced, and the names hold."""
    changed = [episode for episode in episodes if episode.slug not in same and episode.slug in left]
    if all(episode.guid or _digest(episode) == left[episode.slug].source_digest for episode in changed):
        # Each has the audio that it had: none has another's.
        return {}
    by_audio = _by_audio(left)
    goes = {
        episode.slug: found
        for episode in episodes
        if episode.slug in left and not episode.guid
        if (found := by_audio.get(_digest(episode)))
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
