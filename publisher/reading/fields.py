"""What a value may be: each kind reads a node into a Python value, and describes itself as JSON Schema.

The tables in `keys` are made of these, so that reading, the schema for editors and the nearest known names
cannot drift apart. (A validation library would want every type a second time and knows no line numbers.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from publisher.nfc import nfc
from publisher.problems import Problem
from publisher.reading.characters import ILLEGAL, describe_illegal, printable
from publisher.reading.yaml import Mapping, Node, Scalar, Sequence
from publisher.suggest import did_you_mean, nearest

ABSENT: Final[Any] = object()
"""No usable value: the key stands empty, or what was wrong with it is already reported."""

# What is wrong with one file is understood from the first ones.
_MOST_PROBLEMS: Final = 50

_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(slots=True)
class Reading:
    """What reading one file needs to know, and the problems found so far."""

    path: str
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    problems: list[Problem] = field(default_factory=list)
    errors: int = 0

    @property
    def is_full(self) -> bool:
        """Whether so much is wrong with this file that no more is said."""
        return self.errors > _MOST_PROBLEMS

    def error(self, rule: str, node: Node, message: str, help: str = "") -> Any:
        """Reports an error at the node, and gives ABSENT."""
        self.errors += 1
        if self.errors > _MOST_PROBLEMS + 1:
            return ABSENT
        if self.errors > _MOST_PROBLEMS:
            rule, help = "too-many", "mend these first"
            message = f"more than {_MOST_PROBLEMS} problems were found up to here; no more are listed"
        self.problems.append(Problem(rule, "error", message, help, self.path, node.line, node.column))
        return ABSENT

    def warn(self, rule: str, node: Node, message: str, help: str = "") -> None:
        self.problems.append(Problem(rule, "warning", message, help, self.path, node.line, node.column))


class Kind(Protocol):
    @property
    def wanted(self) -> str:
        """How a message names it: "a text", "a whole number above 0"."""

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        """The value, or ABSENT. `name` is the key as a person would say it."""

    def schema(self) -> dict[str, Any]: ...


NOTHING: Final = Scalar("", True, 1, 1)


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _NULLS


def is_lost(node: Node) -> bool:
    """Whether all is said about the value already."""
    return isinstance(node, Scalar) and node.lost


def _found(node: Node) -> str:
    if isinstance(node, Scalar):
        return f'"{printable(node.text)}"'
    return "a list" if isinstance(node, Sequence) else "a mapping"


def wrong_type(name: str, node: Node, reading: Reading, wanted: str, help: str = "") -> Any:
    what = repr(name) if name else "the file"
    if is_null(node):
        return reading.error("type", node, f"{what} is empty; wanted is {wanted}", help)
    return reading.error("type", node, f"{what} is {_found(node)}; wanted is {wanted}", help)


def no_text(name: str, node: Node, reading: Reading, wanted: str) -> Any:
    """A list or a mapping where a text was wanted; often somebody forgot to quote one."""
    signs = "[ or '- '" if isinstance(node, Sequence) else "{, or holds ': ',"
    help = f"a text that begins with {signs} goes between double quotes"
    return wrong_type(name, node, reading, wanted, help)


def clean_text(name: str, node: Scalar, reading: Reading) -> str:
    """NFC, stripped, and without what XML cannot carry (which is reported)."""
    text = node.text
    if not text.isascii() or not text.isprintable():
        text = nfc(text)
        match = ILLEGAL.search(text)
        if match:
            message, help = describe_illegal(match.group())
            reading.error("character", node, f"in '{name}': {message}", help)
            text = ILLEGAL.sub("\ufffd", text)
    return text.strip()


@dataclass(frozen=True, slots=True)
class Text:
    """Any text; numbers and words such as `no` are texts too."""

    wanted: str = "a text"
    max_characters: int | None = None

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Scalar):
            return no_text(name, node, reading, self.wanted)
        text = clean_text(name, node, reading)
        if self.max_characters and len(text) > self.max_characters:
            reading.error(
                "too-long",
                node,
                f"{name!r} has {len(text)} characters; at most {self.max_characters} are read",
                "shorten it",
            )
        return text or ABSENT

    def schema(self) -> dict[str, Any]:
        # A number or `no` without quotes is a text to us; editors must not complain about it.
        return {"type": ["string", "number", "boolean"]}


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that a function accepts. The function raises ValueError(message, help) or gives the value.

    What stands in a `discreet` one is not repeated: it may be a secret in the wrong place.
    """

    accept: Callable[[str], Any]
    wanted: str
    rule: str
    json_schema: MappingOf[str, Any] = field(default_factory=lambda: {"type": "string"})
    discreet: bool = False

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Scalar):
            return no_text(name, node, reading, self.wanted)
        text = clean_text(name, node, reading)
        if not text:
            return ABSENT
        try:
            return self.accept(text)
        except ValueError as error:
            message, help = (*error.args, "")[:2]
            found = "" if self.discreet else f" is {_found(node)}"
            return reading.error(self.rule, node, f"{name!r}{found}: {message}", help)

    def schema(self) -> dict[str, Any]:
        return dict(self.json_schema)


@dataclass(frozen=True, slots=True)
class InZone:
    """A text that a function turns into an instant, in the show's zone."""

    accept: Callable[[str, ZoneInfo], Any]
    wanted: str = "a date"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Scalar):
            return wrong_type(name, node, reading, self.wanted)
        try:
            return self.accept(node.text, reading.zone)
        except ValueError as error:
            message, help = (*error.args, getattr(error, "help", ""))[:2]
            return reading.error("date", node, f"{name!r} is {message}", help)

    def schema(self) -> dict[str, Any]:
        pattern = (
            r"^\d{4}-\d{1,2}-\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?)?$"
        )
        return {"type": "string", "pattern": pattern}


@dataclass(frozen=True, slots=True)
class Choice:
    values: tuple[str, ...]

    @property
    def wanted(self) -> str:
        return "one of " + ", ".join(self.values)

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Scalar):
            return no_text(name, node, reading, self.wanted)
        text = clean_text(name, node, reading)
        if text in self.values:
            return text
        return reading.error(
            "value",
            node,
            f"{name!r} is {_found(node)}; wanted is {self.wanted}",
            f"did you mean {nearest(text, self.values)!r}?" if nearest(text, self.values) else "",
        )

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class Flag:
    wanted: str = "true or false"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        help = ""
        if isinstance(node, Scalar) and node.text.casefold() in ("yes", "on", "true", "1", "ja"):
            help = "write true, without quotes"
        elif isinstance(node, Scalar) and node.text.casefold() in ("no", "off", "false", "0", "nei", "clean"):
            help = "write false, without quotes"
        return reading.error("type", node, f"{name!r} is {_found(node)}; wanted is {self.wanted}", help)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


_LARGEST: Final = 2**31 - 1
_NUMBER: Final = re.compile(r"[-+]?\d{0,30}\.?\d{0,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WholeNumber:
    minimum: int = 1
    maximum: int = _LARGEST
    help: str = ""

    @property
    def wanted(self) -> str:
        if self.maximum < _LARGEST:
            return f"a whole number from {self.minimum} to {self.maximum}"
        return f"a whole number above {self.minimum - 1}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        # isdecimal alone lets Arabic-Indic digits pass, which nobody's feed reader takes.
        if not isinstance(node, Scalar) or not (node.text.isascii() and node.text.isdecimal()):
            return wrong_type(name, node, reading, self.wanted, self.help)
        if len(node.text) > 12 or not self.minimum <= int(node.text) <= self.maximum:
            return wrong_type(name, node, reading, self.wanted, self.help)
        return int(node.text)

    def schema(self) -> dict[str, Any]:
        limit = {"maximum": self.maximum} if self.maximum < _LARGEST else {}
        return {"type": "integer", "minimum": self.minimum} | limit


@dataclass(frozen=True, slots=True)
class Number:
    minimum: float
    maximum: float
    help: str = ""

    @property
    def wanted(self) -> str:
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Scalar):
            return wrong_type(name, node, reading, self.wanted, self.help)
        try:
            value = float(node.text if _NUMBER.fullmatch(node.text) else "")
        except ValueError:
            return wrong_type(name, node, reading, self.wanted, self.help)
        if not self.minimum <= value <= self.maximum:
            return wrong_type(name, node, reading, self.wanted, self.help)
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class OrWord:
    """A word with a meaning of its own, or another kind: `loudness: off`."""

    word: str
    kind: Kind

    @property
    def wanted(self) -> str:
        return f"{self.kind.wanted}, or {self.word}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Scalar) and node.text == self.word:
            return self.word
        return self.kind.read(name, node, reading)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": self.word}, self.kind.schema()]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; where it is one of texts (or of things with a short form), a single one will do."""

    kind: Kind
    single: bool = True

    @property
    def wanted(self) -> str:
        return f"a list, each item {self.kind.wanted}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Scalar) and self.single:
            value = self.kind.read(name, node, reading)
            return ABSENT if value is ABSENT else (value,)
        if not isinstance(node, Sequence):
            return wrong_type(name, node, reading, self.wanted)
        return tuple(value for _, value in self.items(name, node, reading))

    def items(self, name: str, node: Sequence, reading: Reading) -> Iterator[tuple[int, Any]]:
        """Every item that could be read, with its place in the file, counted from 0."""
        for place, item in enumerate(node.items):
            if reading.is_full:
                break
            full = f"{name}[{place + 1}]"
            if is_lost(item) or self._empty(full, item, reading):
                continue
            value = self.kind.read(full, item, reading)
            if value is not ABSENT:
                yield place, value

    def _empty(self, name: str, item: Node, reading: Reading) -> bool:
        if is_null(item):
            reading.error("empty-item", item, f"{name!r} is empty", "fill it in, or remove the line")
            return True
        return False

    def schema(self) -> dict[str, Any]:
        items = self.kind.schema()
        listed = {"type": "array", "items": items}
        return {"anyOf": [listed, items]} if self.single and items.get("type") != "object" else listed


@dataclass(frozen=True, slots=True)
class MapOf:
    """Keys of the producer's own, in the order in which they were written: ((key, value), …)."""

    kind: Kind

    @property
    def wanted(self) -> str:
        return f"a mapping whose values are {self.kind.wanted}"

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if not isinstance(node, Mapping):
            return wrong_type(name, node, reading, self.wanted)
        pairs = []
        for key, item in node.items.items():
            if is_null(item) or is_lost(item) or reading.is_full:
                continue
            value = self.kind.read(f"{name}.{printable(key)}", item, reading)
            own = clean_text(f"{name}.{printable(key)}", node.keys[key], reading)
            if ILLEGAL.search(key):
                continue
            if not own:
                reading.error(
                    "missing-key", item, f"a key of {name!r} is empty", "write a word before the ':'"
                )
            elif value is not ABSENT:
                pairs.append((own, value))
        return tuple(pairs)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.kind.schema()}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping. `attribute` is its name in the type that is made, where that differs."""

    name: str
    kind: Kind
    doc: str = ""
    required: bool = False
    attribute: str = ""

    @property
    def into(self) -> str:
        return self.attribute or self.name

    @property
    def mend(self) -> str:
        return f"fill it in: {self.doc or self.kind.wanted}"


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys that becomes `make(**values)`.

    `short` is the key that a bare text fills: a person may be just a name.
    """

    make: Callable[..., Any]
    keys: tuple[Key, ...]
    wanted: str
    short: str = ""
    one_of: tuple[str, ...] = ()
    """Of these keys at least one has to be there."""

    def read(self, name: str, node: Node, reading: Reading) -> Any:
        if isinstance(node, Scalar) and self.short:
            key = next(key for key in self.keys if key.name == self.short)
            value = key.kind.read(name, node, reading)
            return ABSENT if value is ABSENT else self.make(**{key.into: value})
        values = self.values(name, node, reading)
        if values is None or any(key.required and key.into not in values for key in self.keys):
            return ABSENT
        return self.make(**values)

    def values(self, name: str, node: Node, reading: Reading) -> dict[str, Any] | None:
        """What could be read, by attribute; None where the node is no mapping. All problems are reported."""
        if not isinstance(node, Mapping):
            wrong_type(name, node, reading, self.wanted)
            return None
        self._refuse_unknown(name, node, reading)
        values: dict[str, Any] = {}
        for key in self.keys:
            item = node.items.get(key.name)
            if item is None and not key.required:
                continue
            full = f"{name}.{key.name}" if name else key.name
            if item is None or is_null(item):
                if key.required and (item is None or not is_lost(item)):
                    at = node.keys.get(key.name, node)
                    state = "is empty" if key.name in node.keys else "is missing"
                    reading.error("missing-key", at, f"{full!r} {state}", key.mend)
                continue
            if is_lost(item):
                continue
            value = key.kind.read(full, item, reading)
            if value is not ABSENT:
                values[key.into] = value
            if key.required and _is_empty(item):
                reading.error("missing-key", item, f"{full!r} is empty", key.mend)
        if self.one_of and all(is_null(node.items.get(key, NOTHING)) for key in self.one_of):
            wanted = " or ".join(map(repr, self.one_of))
            reading.error("missing-key", node, f"{name!r} needs {wanted}", "write one of them")
        return values

    def _refuse_unknown(self, name: str, node: Mapping, reading: Reading) -> None:
        known = {key.name: key for key in self.keys}
        for written, place in node.keys.items():
            if written not in known and not reading.is_full:
                inside = f" in {name!r}" if name else ""
                message = f"{printable(written)!r} is no key of publisher's{inside}"
                reading.error("unknown-key", place, message, did_you_mean(written, known))

    def schema(self) -> dict[str, Any]:
        properties = {}
        for key in self.keys:
            properties[key.name] = key.kind.schema() | ({"description": key.doc} if key.doc else {})
        result: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
        required = [key.name for key in self.keys if key.required]
        if required:
            result["required"] = required
        if self.one_of:
            result["anyOf"] = [{"required": [key]} for key in self.one_of]
        if self.short:
            short = next(key.kind.schema() for key in self.keys if key.name == self.short)
            return {"anyOf": [short, result]}
        return result


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return not node.text.strip()
    return isinstance(node, Sequence) and not node.items
