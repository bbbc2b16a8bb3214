"""What rules found of episodes, kept in the cache with its places in the files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from publisher.model import Episode
from publisher.problems import Problem, packed, unpacked
from publisher.reading.kept import mark_of, marks_of
from publisher.reading.locate import locate
from publisher.shelf import Shelf

_TABLE: Final = "judged"
_APART: Final = "\0"


class Judged:
    """The memory of one show's rules (`publisher.checking.Memory`). Use as a context manager.

    Only what is said of an episode that was kept is kept: by its mark it is known to be the same.

    Args:
        folder: where the cache is.
        root: the show folder.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self._used: list[str] = []
        self._shelf = Shelf(folder if folder.is_dir() else None, _TABLE)

    def __enter__(self) -> Judged:
        return self

    def __exit__(self, *_: object) -> None:
        self._shelf.use(self._used)
        self._shelf.close()

    def recall(self, episodes: Sequence[Episode], depends: Sequence[str]) -> list[tuple[Problem, ...] | None]:
        slugs = [episode.slug for episode in episodes]
        marks = marks_of(episodes)
        fronts = [*map(self._shelf.fronts.get, slugs)]
        # Of nearly all nothing was found. Ten thousand are not encoded one by one; no text has the zero.
        good = _APART.join([f"{mark}{on}\n[]" for mark, on in zip(marks, depends, strict=True)]).encode()
        found: list[tuple[Problem, ...] | None] = [
            () if front == begin else (_said(front, begin[:-2]) if front and mark else None)
            for front, begin, mark in zip(fronts, good.split(_APART.encode()), marks, strict=False)
        ]
        self._used += [slug for slug, said in zip(slugs, found, strict=True) if said is not None]
        return found

    def keep(self, episode: Episode, depends: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        mark = mark_of(episode)
        if not mark:
            return problems
        problems = locate(problems, self._root)
        said = json.dumps(packed(problems))
        self._shelf.put(episode.slug, f"{mark}{depends}\n{said}".encode())
        return problems


def _said(front: bytes, begin: bytes) -> tuple[Problem, ...] | None:
    """What was found, where a front begins so; else None."""
    if not front.startswith(begin):
        return None
    try:
        return unpacked(json.loads(front[len(begin) :]))
    except (ValueError, KeyError, TypeError):
        return None
