"""Whether an episode may come into the show: it is checked as a part of it, before it is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.checking import check_show
from publisher.errors import ShowError
from publisher.folder_names import EPISODE_YAML, SHOW_YAML
from publisher.identity import fingerprint
from publisher.model import Episode, Show
from publisher.problems import Problem, in_order, without_hints
from publisher.reading.load import load_show
from publisher.reading.locate import locate

# What may be missing in a show folder, where somebody is at work, and not in what was handed over.
_NEEDED: Final = ("audio-missing",)


def show_stamp(root: Path) -> str:
    """Changes when something in the show changes that an episode may be refused for."""
    stamps = []
    for path in (root / SHOW_YAML, *sorted(root.glob(f"*/{EPISODE_YAML}"))):
        try:
            status = path.stat()
        except OSError:
            continue
        stamps.append([ascii(path.parent.name), status.st_size, status.st_mtime_ns])
    return fingerprint(stamps)


def read_show(root: Path) -> Show:
    """The show that episodes come into.

    Raises:
        ShowError: it cannot be read; that is no fault of what lies in the inbox.
    """
    loaded = load_show(root)
    if loaded.show is None:
        raise ShowError(without_hints(loaded.problems))
    return loaded.show


def judged(show: Show, stand: Path, slug: str, now: datetime) -> tuple[Episode | None, tuple[Problem, ...]]:
    """Checks an episode as a part of the show.

    Args:
        show: as it is, with what this look has taken in already.
        stand: a folder that holds a copy of podcast.yaml and, under its slug, the episode.
        now: aware.

    Returns:
        The episode, and all that is wrong with it; paths are those within its folder.
    """
    loaded = load_show(stand, cache=False)
    found = [problem for problem in loaded.problems if _inside(problem.path, slug)]
    episode = next((one for one in loaded.show.episodes if one.slug == slug), None) if loaded.show else None
    if episode is not None:
        whole = replace(show, folder=stand.name, episodes=(*show.episodes, episode))
        ruled = [
            problem for problem in check_show(whole, before=None, now=now) if _inside(problem.path, slug)
        ]
        ruled += _twins(show, episode, f"{stand.name}/{slug}/{EPISODE_YAML}")
        found += locate(tuple(ruled), stand)
    problems = (_as_handed_over(problem, slug) for problem in without_hints(tuple(found)))
    return episode, in_order(list(dict.fromkeys(problems)))


def _inside(path: str, slug: str) -> bool:
    return path.split("/")[1:2] == [slug]


def _as_handed_over(problem: Problem, slug: str) -> Problem:
    path = "/".join(problem.path.split("/")[2:])
    severity = "error" if problem.rule in _NEEDED else problem.severity
    return replace(problem, path=path, severity=severity, key=())


def _twins(show: Show, episode: Episode, path: str) -> list[Problem]:
    """The episodes that are the same as this one, though neither GUID nor number says so."""
    found = []
    for other in show.episodes:
        if episode.audio and other.audio and episode.audio.source.digest == other.audio.source.digest:
            message = f"the audio is that of {other.slug!r}, which is in the show already"
            help = "put the right audio into it; to change an episode, change its folder in the show"
            found.append(Problem("inbox-twin", "error", message, help, path.rpartition("/")[0]))
        if not _same(episode.title, other.title):
            continue
        message = f"{other.slug!r} in the show has the same title"
        if None not in (episode.number, other.number) and episode.number != other.number:
            found.append(Problem("inbox-twin", "warning", message, "see whether both are meant", path))
        else:
            help = (
                "give it another title, or number both; to change an episode, change its folder in the show"
            )
            found.append(Problem("inbox-twin", "error", message, help, path, key=("title",)))
    return found


def _same(title: str, other: str) -> bool:
    return bool(title) and title.casefold() == other.casefold()
