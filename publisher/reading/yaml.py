"""YAML to nodes that know their line and column; nothing else happens to the text.

Stands on the events of PyYAML's C parser. Its `compose` and `load` are not used: they crash the process
on deep nesting, expand alias bombs, let the last of two equal keys win, and turn `no` into `false`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from publisher.problems import Finding

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 12

# What XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets).
ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    """One value as it was written. `plain` is false for quoted and block text."""

    text: str
    plain: bool
    line: int
    column: int


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

    def say(self, rule: str, message: str, help: str, line: int, column: int) -> None:
        self.findings.append(Finding(rule, "error", message, help, line, column))

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
            self.say("yaml-key", "a key is a list or a mapping, not a text", "", node.line, node.column)
            parent.ignore = True
            return
        first = parent.node.keys.get(node.text)
        if first is not None:
            self.say(
                "duplicate-key",
                f"{node.text!r} stands here a second time; the first is on line {first.line}",
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
                f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} (1 MiB) are read",
                "move long text into notes.md or the transcript",
            ),
        )
    text, encoding = _decode(data)
    if encoding:
        return None, (encoding,)
    builder = _Builder()
    text = _without_illegal(text, builder)
    try:
        _build(text, builder)
    except yaml.YAMLError as error:
        builder.findings.append(_syntax_finding(error, text))
        return None, tuple(builder.findings)
    return builder.root, tuple(builder.findings)


def _decode(data: bytes) -> tuple[str, Finding | None]:
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        guess = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "Latin-1 or Windows-1252"
        return "", Finding(
            "encoding",
            "error",
            f"the byte 0x{data[error.start]:02x} is not UTF-8; the file looks like {guess}",
            "save it again with the encoding UTF-8",
            line,
            column,
        )


def _without_illegal(text: str, builder: _Builder) -> str:
    match = ILLEGAL.search(text)
    if match is None:
        return text
    for match in ILLEGAL.finditer(text):
        start = match.start()
        line = text.count("\n", 0, start) + 1
        column = start - text.rfind("\n", 0, start)
        builder.say("character", *describe_illegal(match.group()), line, column)
    return ILLEGAL.sub("\ufffd", text)


def describe_illegal(character: str) -> tuple[str, str]:
    """Message and help for a character that XML cannot carry."""
    name = unicodedata.name(character, "a control character")
    return (
        f"U+{ord(character):04X} ({name}) cannot stand in a feed: XML has no way to write it",
        "remove it; it often comes along when text is pasted from a word processor or a terminal",
    )


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
            builder.say("yaml-alias", f"'*{event.anchor}' is an alias", "write the value out", line, column)
            builder.add(Scalar("", True, line, column))


def _anchor(event: Any, builder: _Builder, line: int, column: int) -> None:
    builder.say(
        "yaml-alias", f"'&{event.anchor}' is an anchor", "remove it, and write values out", line, column
    )


def _scalar(event: Any, builder: _Builder, line: int, column: int) -> None:
    if event.anchor is not None:
        _anchor(event, builder, line, column)
    if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
        builder.say("yaml-tag", f"the tag {event.tag!r} is not used here", "remove it", line, column)
    builder.add(Scalar(event.value, event.style in (None, ""), line, column))


def _collection(event: Any, builder: _Builder, line: int, column: int) -> None:
    if event.anchor is not None:
        _anchor(event, builder, line, column)
    if len(builder.stack) >= MAX_DEPTH:
        # The rest cannot be skipped without walking it, and thirty thousand levels are no mistake.
        raise yaml.MarkedYAMLError(
            problem=f"lists and mappings are nested more than {MAX_DEPTH} levels deep",
            problem_mark=event.start_mark,
        )
    if type(event) is yaml.MappingStartEvent:
        builder.stack.append(_Open(Mapping({}, {}, line, column)))
    else:
        builder.stack.append(_Open(Sequence([], line, column)))


def _syntax_finding(error: yaml.YAMLError, text: str) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Finding("yaml-syntax", "error", f"this is not YAML: {error}", "", 1, 1)
    line, column = mark.line + 1, mark.column + 1
    what = getattr(error, "problem", None) or "cannot be read"
    context = getattr(error, "context", None)
    lines = text.splitlines()
    here = lines[mark.line] if mark.line < len(lines) else ""
    help = "compare with an episode that works; text with ': ' or '#' in it goes between quotes"
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in what:
        what, help = "a tab is used to indent", "indent with spaces; YAML does not take tabs"
        column = here.find("\t") + 1 or column
    elif "nested more than" in what:
        help = "no key of publisher's needs that"
    elif "mapping values are not allowed" in what:
        what = "a ': ' stands inside a text that is not quoted"
        help = "put the whole text between double quotes"
    message = f"this is not YAML: {what}"
    if context and context not in what and "tab is used" not in what:
        message += f" ({context})"
    return Finding("yaml-syntax", "error", message, help, line, column)
