"""Episodes as they were read, kept in the cache: reading is most of what a publish of a large show costs.

What was read of a folder holds for as long as a look at it shows the same. Of ten thousand episodes most are
only counted, so one that is kept is taken apart when somebody asks for more than its first facts.
"""

from __future__ import annotations

import functools
import json
import zoneinfo
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from publisher import model, namespace
from publisher.identity import fingerprint
from publisher.late import make_late
from publisher.model import Episode
from publisher.parts import own_parts
from publisher.problems import Problem, packed, unpacked
from publisher.shelf import Place, Shelf, loose
from publisher.state.code import code_stamp
from publisher.state.looking import Seen

_TABLE: Final = "episodes"
_TYPE: Final = ""
"""Key under which a packed value says what it is; no field is called so."""

_TYPES: Final[dict[str, Any]] = {
    name: made for name, made in (vars(namespace) | vars(model)).items() if is_dataclass(made)
}

_COUNTED: Final = frozenset((
    *("slug", "title", "published", "number", "season", "code", "type", "guid", "feeds", "social"),
    *("related", "next", "audio_pointer", "value"),
))  # fmt: skip
"""What is asked of every episode, also where nothing of it has changed."""

_FILES: Final = frozenset((
    *("audio", "audio_name", "unreadable", "explicit", "artwork", "transcript", "translations"),
    *("pictures", "image_files", "alternates", "alternate_files"),
))  # fmt: skip
"""What is asked of every episode where the plan is not known."""


class KeptEpisode(Episode):
    """An episode out of the cache, equal to the one that was read."""

    __slots__ = ("_found", "mark", "own_parts")

    mark: str
    """Tells all that it was read from, and the code that read it, from anything else."""
    own_parts: dict[str, str]
    """As `publisher.parts.own_parts` gives them."""

    def _part(self, number: int) -> bytes:
        row, place = object.__getattribute__(self, "_found")
        found: bytes = row.rest(place)
        return found.split(b"\n")[number]

    def _set(self, defaults: dict[str, Any], values: dict[str, Any]) -> None:
        for name, default in defaults.items():
            object.__setattr__(self, name, _unpacked(values[name]) if name in values else default)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Episode):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _FIELDS)

    __hash__ = Episode.__hash__

    def __reduce__(self) -> tuple[type[Episode], tuple[Any, ...]]:
        return Episode, tuple(getattr(self, name) for name in _FIELDS)


def mark_of(episode: Episode) -> str:
    """What tells an episode that came out of the cache from any other; empty for one that did not."""
    # One that was changed since has none, of whatever type it is.
    return getattr(episode, "mark", "")


def marks_of(episodes: Iterable[Episode]) -> list[str]:
    """`mark_of` each: ten thousand calls take as long as what is done with them."""
    return [getattr(episode, "mark", "") for episode in episodes]


def _default(field: Field[Any]) -> Any:
    return None if field.default is MISSING else field.default


_FIELDS: Final = {field.name: _default(field) for field in fields(Episode)}
_COUNTED_DEFAULTS: Final = {name: default for name, default in _FIELDS.items() if name in _COUNTED}
_FILE_DEFAULTS: Final = {name: default for name, default in _FIELDS.items() if name in _FILES}
_REST: Final = {name: default for name, default in _FIELDS.items() if name not in _COUNTED | _FILES}


def _complete(episode: KeptEpisode, name: str) -> Any:
    """Sets what was asked for and what stands beside it."""
    # Where two threads ask at once, both set the same.
    if name in _REST:
        episode._set(_REST, json.loads(episode._part(1)))
    else:
        values, parts = json.loads(episode._part(0))
        episode._set(_FILE_DEFAULTS, values)
        object.__setattr__(episode, "own_parts", parts)
    return getattr(episode, name)


make_late(KeptEpisode, (*_FILE_DEFAULTS, *_REST, "own_parts"), _complete)


class KeptEpisodes:
    """The episodes of one show, by the names of their folders. Use as a context manager.

    Args:
        folder: where the cache is; None for one that keeps nothing.
        seen: a look at the show from before anything of it is read; None where that tells nothing.
    """

    def __init__(self, folder: Path | None, seen: Seen | None) -> None:
        self._seen = seen
        usable = seen is not None and code_stamp()
        self._shelf = Shelf(folder if usable else None, _TABLE)
        self._show = ""
        self._known: dict[str, tuple[KeptEpisode, tuple[Problem, ...]]] = {}
        """By their folders, with the problems that were found when they were read."""

    def __enter__(self) -> KeptEpisodes:
        return self

    def __exit__(self, *_: object) -> None:
        self._shelf.close()

    def of_show(self, name: str, language: str, zone: str) -> None:
        """Says of which show the episodes are: what was read for another is none of its own.

        Args:
            name: the show folder's.
            language, zone: as podcast.yaml has them.
        """
        # The name of a folder need not be text.
        self._show = fingerprint([code_stamp(), repr(name), language, zone, _clocks(zone)])
        seen, show = self._seen.folders if self._seen else {}, self._show
        wanted = {name: f"{show} {folder.digest} " for name, folder in seen.items()}
        folders, marks, places, heads = list[str](), list[str](), list[Place](), list[bytes]()
        for row in self._shelf.rows:
            # A row of which nothing has changed is taken whole.
            fitting = [*map(wanted.get, row.names)]
            if fitting == row.marks:
                folders += row.names
                marks += row.marks
                places += zip(repeat(row), range(len(row.names)))
                heads.append(row.joined(b","))
                continue
            for at, (name, mark, head) in enumerate(zip(row.names, row.marks, row.fronts, strict=True)):
                if mark == fitting[at]:
                    folders.append(name)
                    marks.append(mark)
                    places.append((row, at))
                    heads.append(head)
        try:
            # All at once: each by itself takes as long again to begin and to end.
            found = json.loads(b"[" + b",".join(heads) + b"]")
            episodes = _episodes([counted for counted, _ in found], places, marks)
            problems = [unpacked(packed) if packed else () for _, packed in found]
            self._known = dict(zip(folders, zip(episodes, problems, strict=True), strict=True))
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # somebody meddled with the cache
        self._shelf.use(folders)

    def recall(self, folder: str) -> tuple[Episode, tuple[Problem, ...]] | None:
        """An episode with the problems that were found when it was read, or None where it has to be read."""
        return self._known.get(folder)

    def keep(self, folder: str, episode: Episode, problems: tuple[Problem, ...]) -> Episode:
        """Keeps an episode that was read after the look, and gives it as `recall` will."""
        mark = self._mark(folder)
        if not mark or not self._shelf.is_open or not self._is_settled(folder):
            return episode
        named = {name: getattr(episode, name) for name in _FIELDS}
        said = {name: _packed(value) for name, value in named.items() if value != _FIELDS[name]}
        files = {name: said[name] for name in _FILE_DEFAULTS if name in said}
        others = {name: said[name] for name in _REST if name in said}
        head = json.dumps([[said.get(name) for name in _COUNTED_DEFAULTS], packed(problems)]).encode()
        second, rest = json.dumps([files, own_parts(episode)]).encode(), json.dumps(others).encode()
        found = b"\n".join((second, rest))
        try:
            (again,) = _episodes([json.loads(head)[0]], [loose(head, found)], [mark])
            if again != episode:
                return episode  # it holds what JSON does not
        except (ValueError, KeyError, TypeError):
            return episode
        self._shelf.put(folder, mark, head, found)
        # All of it was asked for just now.
        object.__delattr__(again, "_found")
        return again

    def _mark(self, folder: str) -> str:
        """Tells what is known of a folder from what was known of it before."""
        seen = self._seen.folders.get(folder) if self._seen else None
        return f"{self._show} {seen.digest} " if seen else ""

    def _is_settled(self, folder: str) -> bool:
        return self._seen is not None and self._seen.folders[folder].is_settled(self._seen.at)


def _episodes(
    counted: Sequence[Sequence[Any]], places: Sequence[Place], marks: Sequence[str]
) -> list[KeptEpisode]:
    """Episodes out of what is kept of them, a column at a time: ten thousand have eighteen slots set each.

    Args:
        counted: of each what `_COUNTED` names, None for a default.
    """
    episodes = [*map(object.__new__, repeat(KeptEpisode, len(places)))]
    columns: list[tuple[Any, ...]] = [*zip(*counted, strict=True)]
    columns = columns or [()] * len(_COUNTED_DEFAULTS)
    for (name, default), column in zip(_COUNTED_DEFAULTS.items(), columns, strict=True):
        values: Iterable[Any] = column
        if column.count(None) == len(column):
            values = repeat(default)
        elif name == "published":
            values = [datetime.fromisoformat(value) if value else None for value in column]
        elif not {list, dict}.isdisjoint(map(type, column)):
            values = [default if value is None else _unpacked(value) for value in column]
        elif default is not None:
            values = [default if value is None else value for value in column]
        _put(episodes, name, values)
    _put(episodes, "_found", places)
    _put(episodes, "mark", marks)
    return episodes


def _put(episodes: Sequence[KeptEpisode], name: str, values: Iterable[Any]) -> None:
    """Sets a slot of each."""
    deque(map(getattr(KeptEpisode, name).__set__, episodes, values), maxlen=0)


def _packed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        said = {name: _packed(item) for name, item, default in named if item != default}
        return {_TYPE: type(value).__name__} | said
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_unpacked(item) for item in value])
    if isinstance(value, dict):
        # Two threads may ask at once, so it is left as it is.
        return _TYPES[value[_TYPE]](
            **{name: _unpacked(item) for name, item in value.items() if name != _TYPE}
        )
    return value


@functools.cache
def _defaults(type_: Any) -> tuple[tuple[str, Any], ...]:
    # A field without a default has MISSING, which no value equals: it is always kept.
    return tuple((field.name, field.default) for field in fields(type_))


def _clocks(zone: str) -> list[str]:
    """Tells what is known of a zone from what was known of it before its clocks were changed."""
    stats = []
    for folder in zoneinfo.TZPATH:
        try:
            stat = Path(folder, zone).stat()
        except (OSError, ValueError):
            continue
        stats.append(f"{stat.st_size} {stat.st_mtime_ns}")
    return stats
