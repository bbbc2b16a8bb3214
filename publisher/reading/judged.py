"""What rules found of episodes, kept in the cache with its places in the files."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from publisher.cache import Table
from publisher.model import Episode
from publisher.problems import Problem
from publisher.reading.kept import mark_of
from publisher.reading.locate import locate

_TABLE: Final = "judged"
_NAMES: Final = tuple(field.name for field in fields(Problem))


class Judged:
    """The memory of one show's rules (`publisher.checking.Memory`). Use as a context manager.

    Only what is said of an episode that was kept is kept: by its mark it is known to be the same.

    Args:
        folder: where the cache is.
        root: the show folder.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self._table = Table(folder if folder.is_dir() else None, _TABLE)
        self._known = self._table.all()

    def __enter__(self) -> Judged:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()

    def recall(self, episode: Episode, depends: str) -> tuple[Problem, ...] | None:
        mark = mark_of(episode)
        found = self._known.get((episode.slug, "")) if mark else None
        if found is None:
            return None
        head, _, said = found.partition(b"\n")
        if head != f"{mark}{depends}".encode():
            return None
        self._table.use(episode.slug, "")
        if said == b"[]":
            return ()
        try:
            return tuple(_problem(values) for values in json.loads(said))
        except (ValueError, TypeError, AttributeError):
            return None

    def keep(self, episode: Episode, depends: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        mark = mark_of(episode)
        if not mark:
            return problems
        problems = locate(problems, self._root)
        said = [[getattr(problem, name) for name in _NAMES] for problem in problems]
        self._table.put(episode.slug, "", f"{mark}{depends}\n{json.dumps(said)}".encode())
        return problems


def _problem(values: list[Any]) -> Problem:
    named = dict(zip(_NAMES, values, strict=True))
    return Problem(**named | {"key": tuple(named["key"])})
