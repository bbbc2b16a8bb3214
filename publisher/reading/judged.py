"""What rules found of episodes, kept in the cache with its places in the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from publisher.model import Episode
from publisher.problems import Problem, packed, unpacked
from publisher.reading.kept import mark_of
from publisher.reading.locate import locate
from publisher.shelf import Shelf

_TABLE: Final = "judged"


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

    def recall(self, episode: Episode, depends: str) -> tuple[Problem, ...] | None:
        mark, slug = mark_of(episode), episode.slug
        front = self._shelf.fronts.get(slug) if mark else None
        if front is None:
            return None
        wanted = f"{mark}{depends}\n".encode()
        if not front.startswith(wanted):
            return None
        self._used.append(slug)
        said = front[len(wanted) :]
        if said == b"[]":
            return ()
        try:
            return unpacked(json.loads(said))
        except (ValueError, KeyError, TypeError):
            return None

    def keep(self, episode: Episode, depends: str, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        mark = mark_of(episode)
        if not mark:
            return problems
        problems = locate(problems, self._root)
        said = json.dumps(packed(problems))
        self._shelf.put(episode.slug, f"{mark}{depends}\n{said}".encode())
        return problems
