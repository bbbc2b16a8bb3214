"""What an episode.yaml without problems says, kept in the cache: parsing is most of what reading costs.

A file with a problem is not kept, so that the problem is found, with its place, in every run. Dates are kept
as they were written, for they depend on the show's zone and on what is known of zones.
"""

from __future__ import annotations

import functools
import os
from dataclasses import fields, is_dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from publisher import model, namespace
from publisher.cache import made_by
from publisher.reading.cache import FactsCache
from publisher.reading.times import BadTime, parse_date
from publisher.reading.yaml import Mapping, Node, Scalar

_KIND: Final = "yaml"
_DATE: Final = "published"
_TYPES: Final[dict[str, Any]] = {
    name: made for name, made in (vars(namespace) | vars(model)).items() if is_dataclass(made)
}
_TYPE: Final = ""
"""Key under which a packed value says what it is; no field is called so."""


def recall(cache: FactsCache, name: str, stat: os.stat_result, zone: ZoneInfo) -> dict[str, Any] | None:
    """The file's values by attribute, or None where it has to be read."""
    kept = cache.get(name, _KIND, stat)
    if kept is None:
        return None
    try:
        if kept["reader"] != _reader():
            return None
        values = {key: _unpacked(value) for key, value in kept["values"].items()}
        if _DATE in values:
            values[_DATE] = parse_date(values[_DATE], zone)
    except (BadTime, KeyError, TypeError, AttributeError):
        return None  # the zone's clocks have changed, or somebody meddled with the cache: read the file
    return values


def keep(cache: FactsCache, name: str, stat: os.stat_result, root: Node, values: dict[str, Any]) -> None:
    """Keeps the values of a file that has no problem.

    Args:
        stat: from before it was read.
        root: what it was read from.
    """
    if not cache.is_open or not _reader():
        return
    packed = {key: _packed(value) for key, value in values.items() if key != _DATE}
    if _DATE in values:
        assert isinstance(root, Mapping)
        written = root.items[_DATE]
        assert isinstance(written, Scalar)
        packed[_DATE] = written.text
    cache.put(name, _KIND, stat, {"reader": _reader(), "values": packed})


def _packed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        said = {name: _packed(item) for name, item, default in named if item != default}
        return {_TYPE: type(value).__name__} | said
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return tuple([_unpacked(item) for item in value])
    if isinstance(value, dict):
        made = _TYPES[value.pop(_TYPE)]
        return made(**{name: _unpacked(item) for name, item in value.items()})
    return value


@functools.cache
def _defaults(type_: Any) -> tuple[tuple[str, Any], ...]:
    # A field without a default has MISSING, which no value equals: it is always kept.
    return tuple((field.name, field.default) for field in fields(type_))


def _reader() -> str:
    """Tells the code that reads, and the lists it knows, from any other; empty where it cannot be told."""
    return made_by("", "reading", "data")
