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
_NOTHING: Final = b"[]"


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
        wanted = [mark and mark + on for mark, on in zip(marks, depends, strict=True)]
        known: dict[str, str] = {}
        said: dict[str, bytes] = {}
        for row in self._shelf.rows:
            known.update(zip(row.names, row.marks, strict=True))
            # Of nearly all nothing was found.
            if row.joined(b"") != _NOTHING * len(row.names):
                said.update(zip(row.names, row.fronts, strict=True))
        kept = [*map(known.get, slugs)]
        found: list[tuple[Problem, ...] | None] = [
            (() if slug not in said else _said(said[slug])) if mark and mark == of else None
            for slug, mark, of in zip(slugs, kept, wanted, strict=True)
        ]
        self._used += [slug for slug, problems in zip(slugs, found, strict=True) if problems is not None]
        return found

    def keep(self, episode: Episode, depends: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        mark = mark_of(episode)
        if not mark:
            return problems
        problems = locate(problems, self._root)
        self._shelf.put(episode.slug, mark + depends, json.dumps(packed(problems)).encode())
        return problems


def _said(front: bytes) -> tuple[Problem, ...] | None:
    """What was found; None where somebody meddled with it."""
    try:
        return unpacked(json.loads(front))
    except (ValueError, KeyError, TypeError):
        return None
