"""YAML to nodes that know their line and column; nothing else happens to the text.

Stands on the events of PyYAML's C parser. Its `compose` and `load` are not used: they crash the process
on deep nesting, expand alias bombs, let the last of two equal keys win, and turn `no` into `false`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from publisher.problems import Finding
from publisher.reading.characters import ILLEGAL as ILLEGAL
from publisher.reading.characters import decode, find_illegal, printable
from publisher.reading.characters import describe_illegal as describe_illegal
from publisher.reading.syntax import MAX_DEPTH, syntax_finding, too_deep

MAX_BYTES: Final = 1 << 20

# The C parser stops at C1 control characters too, without saying where.
_NOT_YAML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

# What is wrong with one file is understood from the first ones.
_MOST_FINDINGS: Final = 50

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """One value as it was written. `plain` is false for quoted and block text; `lost` is an alias, about
    which all is said already."""

    text: str
    plain: bool
    line: int
    column: int
    lost: bool = False


@dataclass(slots=True)
class Sequence:
    items: list[Node]
    line: int
    column: int


@dataclass(slots=True)
class Mapping:
    """Keys in the order in which they were written; of two equal ones the first is kept."""

    items: dict[str, Node]
    keys: dict[str, Scalar]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been seen yet; `key` waits for its value."""

    node: Sequence | Mapping
    key: Scalar | None = None
    ignore: bool = False


@dataclass(slots=True)
class _Builder:
    findings: list[Finding] = field(default_factory=list)
    root: Node | None = None
    stack: list[_Open] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def say(self, rule: str, message: str, help: str, line: int, column: int) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(rule, "error", message, help, line, column))
        elif len(self.findings) == _MOST_FINDINGS:
            message = f"more than {_MOST_FINDINGS} problems were found up to here; no more are listed"
            self.findings.append(Finding("too-many", "error", message, "mend these first", line, column))

    def say_once(self, name: str, message: str, help: str, line: int, column: int) -> None:
        """Of an anchor or an alias, which may come back a thousand times."""
        if name not in self.names:
            self.names.add(name)
            self.say("yaml-alias", message, help, line, column)

    def add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent.node, Sequence):
            parent.node.items.append(node)
        elif parent.key is None and not parent.ignore:
            self._take_key(parent, node)
        else:
            if parent.key is not None:
                parent.node.items[parent.key.text] = node
            parent.key, parent.ignore = None, False

    def _take_key(self, parent: _Open, node: Node) -> None:
        assert isinstance(parent.node, Mapping)
        if not isinstance(node, Scalar):
            self.say(
                "yaml-key",
                "a key is a list or a mapping, not a text",
                "put a text that begins with [ or { between double quotes",
                node.line,
                node.column,
            )
            parent.ignore = True
            return
        first = parent.node.keys.get(node.text)
        if first is not None:
            self.say(
                "duplicate-key",
                f"{printable(node.text)!r} stands here a second time; the first is on line {first.line}",
                "keep one of the two",
                node.line,
                node.column,
            )
            parent.ignore = True
            return
        parent.node.keys[node.text] = node
        parent.key = node


def read_yaml(data: bytes) -> tuple[Node | None, tuple[Finding, ...]]:
    """Parses one YAML document.

    Args:
        data: the file's bytes, UTF-8 with or without a byte order mark.

    Returns:
        The root node (None where there is no document, or it cannot be read at all), and what is wrong.
        Every duplicate key and stray character is found in one go; a syntax error ends the reading.
    """
    if len(data) > MAX_BYTES:
        return None, (
            Finding(
                "yaml-too-large",
                "error",
                f"the file has more than {MAX_BYTES:,} bytes (1 MiB), and no larger one is read",
                "move long text into notes.md or the transcript",
            ),
        )
    text, encoding = decode(data)
    if encoding:
        return None, (encoding,)
    strange = find_illegal(text, _NOT_YAML)
    if strange:
        text = _NOT_YAML.sub("\ufffd", text)
    builder = _Builder([*strange])
    try:
        _build(text, builder)
    except yaml.YAMLError as error:
        return None, (*builder.findings, syntax_finding(error, text))
    return builder.root, tuple(builder.findings)


def _build(text: str, builder: _Builder) -> None:
    # Asked event by event: the generator `yaml.parse` looks ahead before each, which costs as much again.
    next_event: Callable[[], Any] = _PARSER(text).get_event
    documents = 0
    while True:
        event = next_event()
        kind = type(event)
        if kind is yaml.StreamEndEvent:
            return
        mark = event.start_mark
        assert mark is not None
        line, column = mark.line + 1, mark.column + 1
        if kind is yaml.ScalarEvent:
            _scalar(event, builder, line, column)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            builder.add(builder.stack.pop().node)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _collection(event, builder, line, column)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                builder.say(
                    "yaml-documents", "a second YAML document starts here", "remove the '---'", line, column
                )
                return
        elif kind is yaml.AliasEvent:
            name = f"*{event.anchor}"
            message = f"'{printable(name)}' stands for a value from elsewhere in the file (a YAML alias)"
            help = "write the value out; put a text that begins with * between double quotes"
            builder.say_once(name, message, help, line, column)
            builder.add(Scalar("", True, line, column, lost=True))


def _anchor(event: Any, builder: _Builder, line: int, column: int) -> None:
    name = f"&{event.anchor}"
    message = f"'{printable(name)}' gives a value a name (a YAML anchor)"
    help = "remove it; put a text that begins with & between double quotes"
    builder.say_once(name, message, help, line, column)


def _tag(event: Any, builder: _Builder, line: int, column: int) -> None:
    tag = printable(event.tag.replace("tag:yaml.org,2002:", "!!"))
    message = f"'{tag}' tells what kind of value follows (a YAML tag), and no tags are used here"
    help = "remove it; put a text that begins with ! between double quotes"
    builder.say("yaml-tag", message, help, line, column)


def _scalar(event: Any, builder: _Builder, line: int, column: int) -> None:
    if event.anchor is not None:
        _anchor(event, builder, line, column)
    if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
        _tag(event, builder, line, column)
    builder.add(Scalar(event.value, event.style in (None, ""), line, column))


def _collection(event: Any, builder: _Builder, line: int, column: int) -> None:
    if event.anchor is not None:
        _anchor(event, builder, line, column)
    if event.tag not in (None, "!", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        _tag(event, builder, line, column)
    if len(builder.stack) >= MAX_DEPTH:
        # The rest cannot be skipped without walking it, and thirty thousand levels are no mistake.
        raise yaml.MarkedYAMLError(
            problem=too_deep(),
            problem_mark=event.start_mark,
        )
    if type(event) is yaml.MappingStartEvent:
        builder.stack.append(_Open(Mapping({}, {}, line, column)))
    else:
        builder.stack.append(_Open(Sequence([], line, column)))
