"""Which episodes of a show go out now: all but new ones that are not whole.

`publish` stops at any error, since a person reads it. Nobody looks at a watch while it runs, so a folder
that is half copied or wrong waits by itself, and what is due beside it goes out. What is published is never
left out: that would take it down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from publisher.manifest import Manifest
from publisher.model import Episode
from publisher.problems import Problem
from publisher.reading.load import Loaded
from publisher.release.preparing import checked
from publisher.release.published import Published

Reason = Literal["copying", "wrong", "unready"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A folder that is left out for now.

    Attributes:
        reason: it is still being written, it has errors, or its audio is not made ready yet.
        problems: the errors, in the show's order.
    """

    slug: str
    reason: Reason
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found at one look.

    Attributes:
        waiting: what is left out, by slug.
        still_in_seconds: when the first of the folders that are being written may be still; None for none.
        unready: episodes that are due and whose audio is to be made ready first.
        upcoming: whole episodes that are due later.
    """

    waiting: tuple[Waiting, ...] = ()
    still_in_seconds: float | None = None
    unready: tuple[Episode, ...] = ()
    upcoming: tuple[Episode, ...] = ()

    @property
    def left_out(self) -> frozenset[str]:
        return frozenset(item.slug for item in self.waiting)


def choose(
    loaded: Loaded,
    published: Published,
    now: datetime,
    *,
    seconds_left: Callable[[Path], float],
    is_ready: Callable[[Episode], bool],
) -> tuple[Loaded, Choice]:
    """Leaves out what is new and not whole.

    Args:
        now: aware.
        seconds_left: until a folder counts as still.
        is_ready: whether an episode's audio is ready to go out.

    Returns:
        The show with the rest, and what was found.
    """
    show = loaded.show
    if show is None:
        return loaded, Choice()
    new = _new(loaded, published.manifest)
    left = {slug: seconds_left(loaded.root / slug) for slug in new}
    copying = {slug for slug in new if left[slug] > 0}
    loaded = without(loaded, copying)
    waiting = [Waiting(slug, "copying") for slug in copying]
    new -= copying
    while True:
        # One rule's error may hide another's: what is left is looked at again until nothing more is found.
        wrong = _with_errors(loaded, checked(loaded, published, now), new)
        if not wrong:
            break
        waiting += [Waiting(slug, "wrong", problems) for slug, problems in wrong.items()]
        loaded = without(loaded, wrong.keys())
        new -= wrong.keys()
    whole = [episode for episode in _episodes(loaded) if episode.slug in new and episode.published]
    unready = tuple(
        episode
        for episode in whole
        if episode.published and episode.published <= now and not is_ready(episode)
    )
    loaded = without(loaded, [episode.slug for episode in unready])
    waiting += [Waiting(episode.slug, "unready") for episode in unready]
    return loaded, Choice(
        tuple(sorted(waiting, key=lambda item: item.slug)),
        min((left[slug] for slug in copying), default=None),
        unready,
        tuple(episode for episode in whole if episode.published and episode.published > now),
    )


def without(loaded: Loaded, slugs: Collection[str]) -> Loaded:
    """The show as if these folders were not there."""
    show = loaded.show
    if show is None or not slugs:
        return loaded
    episodes = tuple(episode for episode in show.episodes if episode.slug not in slugs)
    places = tuple(f"{show.folder}/{slug}" for slug in slugs)
    problems = tuple(problem for problem in loaded.problems if not _lies_in(problem, places))
    return replace(loaded, show=replace(show, episodes=episodes), problems=problems)


def _new(loaded: Loaded, manifest: Manifest | None) -> set[str]:
    """Folders that hold nothing that is published: neither by name, nor by GUID, nor by audio."""
    assert loaded.show is not None
    out = manifest.episodes if manifest else ()
    slugs, guids = {item.slug for item in out}, {item.guid for item in out}
    digests = {item.enclosure.source_digest for item in out}
    read = {episode.slug for episode in loaded.show.episodes}
    known = {
        episode.slug
        for episode in loaded.show.episodes
        if (episode.guid and episode.guid in guids)
        or (episode.audio and episode.audio.source.digest in digests)
    }
    # A folder whose episode.yaml cannot be read is in the problems alone.
    folder = f"{loaded.show.folder}/"
    inside = [problem.path.removeprefix(folder).split("/") for problem in loaded.problems
              if problem.path.startswith(folder)]  # fmt: skip
    unread = {parts[0] for parts in inside if (loaded.root / parts[0]).is_dir()}
    return (read | unread) - slugs - known


def _with_errors(
    loaded: Loaded, problems: tuple[Problem, ...], slugs: Collection[str]
) -> dict[str, tuple[Problem, ...]]:
    assert loaded.show is not None
    found = {}
    for slug in slugs:
        place = (f"{loaded.show.folder}/{slug}",)
        errors = tuple(problem for problem in problems if problem.is_error and _lies_in(problem, place))
        if errors:
            found[slug] = errors
    return found


def _lies_in(problem: Problem, places: tuple[str, ...]) -> bool:
    return any(problem.path == place or problem.path.startswith(f"{place}/") for place in places)


def _episodes(loaded: Loaded) -> tuple[Episode, ...]:
    return loaded.show.episodes if loaded.show else ()
