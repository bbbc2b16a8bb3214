"""Kinds of values that the podcast namespace asks for, beside the plain ones of `fields`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from publisher.reading.characters import printable
from publisher.reading.fields import (
    ABSENT,
    Flag,
    Kind,
    ListOf,
    MapOf,
    Reading,
    Record,
    Text,
    is_lost,
    is_null,
    no_text,
    wrong_type,
)
from publisher.reading.yaml import Mapping, Node, Scalar, Sequence
from publisher.suggest import did_you_mean

_TEXT = Text()
_FLAG = Flag()
_FLAG_WORDS = frozenset(("true", "false", "yes", "no", "on", "off"))


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """The same kind, alone or in a list."""

    kind: Record

    @property
    def wanted(self) -> str:
        return f"{self.kind.wanted}, or a list of them"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Mapping):
            value = self.kind.read(name, node, reading)
            return ABSENT if value is ABSENT else (value,)
        return ListOf(self.kind, single=bool(self.kind.short)).read(name, node, reading)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.kind.schema(), {"type": "array", "items": self.kind.schema()}]}


@dataclass(frozen=True, slots=True)
class Limited:
    """A text of which apps show so many characters: a longer one is published, with a warning."""

    most: int
    wanted: str = "a text"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        text = _TEXT.read(name, node, reading)
        if text is not ABSENT and len(text) > self.most:
            reading.warn(
                "text-limit",
                node,
                f"{name!r} has {len(text):,} characters; the podcast namespace allows {self.most:,}, "
                "and apps may cut it there",
                "shorten it",
            )
        return text

    def schema(self) -> dict[str, Any]:
        return _TEXT.schema()


@dataclass(frozen=True, slots=True)
class Known:
    """A text that is one of a list which may grow: another one is published, with a warning.

    Attributes:
        known: gives the list.
        what: how a message names one of them.
        rule: under which the warning stands.
    """

    known: Callable[[], tuple[str, ...]]
    what: str
    rule: str
    wanted: str = "a text"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        text = _TEXT.read(name, node, reading)
        if text is not ABSENT:
            self.check(name, text, node, reading)
        return text

    def check(self, name: str, text: str, node: Node, reading: Reading) -> None:
        names = self.known()
        if text.casefold() not in {known.casefold() for known in names}:
            message = f'{name!r} is "{printable(text)}", which is no {self.what}'
            reading.warn(self.rule, node, message, did_you_mean(text, names))

    def schema(self) -> dict[str, Any]:
        return _TEXT.schema()


@dataclass(frozen=True, slots=True)
class Block:
    """`true`, a list of services, or `{all: true, google: false}`; services become (service, flag) pairs."""

    services: Known
    wanted: str = "true, false, a list of services, or a mapping of services to true and false"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Mapping):
            return tuple(
                ("" if service == "all" else service.casefold(), flag)
                for service, flag in MapOf(_FLAG).read(name, node, reading)
                if service == "all" or self._checked(name, service, node.keys.get(service, node), reading)
            )
        if isinstance(node, Scalar) and (node.text.casefold() in _FLAG_WORDS or is_null(node)):
            return _FLAG.read(name, node, reading)
        if isinstance(node, Scalar):
            service = _TEXT.read(name, node, reading)
            return ABSENT if service is ABSENT else self._blocked(name, service, node, reading)
        return tuple(pair for item in self._items(name, node, reading) for pair in item)

    def _items(self, name: str, node: Node, reading: Reading) -> list[tuple[tuple[str, bool], ...]]:
        if not isinstance(node, Sequence):
            wrong_type(name, node, reading, self.wanted)
            return []
        found = []
        for place, item in enumerate(node.items, start=1):
            if reading.is_full or is_lost(item):
                continue
            full = f"{name}[{place}]"
            if not isinstance(item, Scalar):
                no_text(full, item, reading, "a service's name")
            elif is_null(item) or (service := _TEXT.read(full, item, reading)) is ABSENT:
                reading.error("empty-item", item, f"{full!r} is empty", "fill it in, or remove the line")
            else:
                found.append(self._blocked(full, service, item, reading))
        return found

    def _blocked(self, name: str, service: str, node: Node, reading: Reading) -> tuple[tuple[str, bool], ...]:
        self._checked(name, service, node, reading)
        return ((service.casefold(), True),)

    def _checked(self, name: str, service: str, node: Node, reading: Reading) -> bool:
        self.services.check(name, service, node, reading)
        return True

    def schema(self) -> dict[str, Any]:
        flags = {"type": "object", "additionalProperties": {"type": "boolean"}}
        return {"anyOf": [_FLAG.schema(), {"type": "string"}, ListOf(_TEXT, single=False).schema(), flags]}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A mapping of whole numbers above 0 to another kind: `1: The first season`."""

    kind: Kind

    @property
    def wanted(self) -> str:
        return f"a mapping of numbers to {self.kind.wanted}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Mapping):
            return wrong_type(name, node, reading, self.wanted)
        pairs = []
        for key, value in MapOf(self.kind).read(name, node, reading):
            if key.isascii() and key.isdecimal() and len(key) < 10 and int(key) > 0:
                pairs.append((int(key), value))
            else:
                at = node.keys.get(key, node)
                message = f"{printable(key)!r} in {name!r} is no whole number above 0"
                reading.error("type", at, message, "write the season's number before the ':'")
        return tuple(pairs)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "patternProperties": {"^[0-9]+$": self.kind.schema()},
            "additionalProperties": False,
        }
