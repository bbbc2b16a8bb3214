"""Where values stand in a YAML file, and how to write others in their place. Pure.

The file is never written anew from what was read: only the characters of a value change, so that comments,
order and indentation stay as somebody liked them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import yaml

from publisher.problems import KeyPath

_LINE: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Edit:
    """`new` in place of the characters from `start` to `end`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What cures one problem.

    Attributes:
        rule: the problem's.
        line: of the problem, counted from 1.
        before, after: what a person reads of it.
        edits: all of them, or the problem stays.
    """

    rule: str
    line: int
    before: str
    after: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A scalar where it stands.

    Attributes:
        style: `'`, `"`, or nothing for a plain one; `|` or `>` where it does not stand on one line.
        is_key: whether it is a key, not a value.
        path: of the value; a key has its value's.
    """

    path: KeyPath
    text: str
    style: str
    start: int
    end: int
    line: int
    column: int
    is_key: bool
    in_flow: bool


def line_starts(text: str) -> list[int]:
    """Where each line starts, by YAML's idea of a line."""
    return [0, *(match.end() for match in _LINE.finditer(text))]


def places(text: str) -> tuple[Place, ...]:
    """Every scalar of the first document.

    Args:
        text: the file's, without a byte order mark.

    Returns:
        Nothing where it is no YAML.
    """
    try:
        return tuple(_places(text))
    except yaml.YAMLError:
        return ()


def _places(text: str) -> list[Place]:
    starts = line_starts(text)
    found: list[Place] = []
    # Of each open collection: its path, the key that waits for a value (or the next place), whether in flow.
    stack: list[tuple[KeyPath, list[str | int | None], bool]] = []

    def next_path() -> tuple[KeyPath, bool]:
        """The path of what comes next, and whether that is a key."""
        if not stack:
            return (), False
        path, state, _ = stack[-1]
        if isinstance(state[0], int):
            place = state[0]
            state[0] = place + 1
            return (*path, place), False
        if state[0] is None:
            return path, True
        key, state[0] = state[0], None
        return (*path, key), False

    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            path, _ = next_path()
            is_list = isinstance(event, yaml.SequenceStartEvent)
            in_flow = bool(event.flow_style) or bool(stack and stack[-1][2])
            stack.append((path, [0 if is_list else None], in_flow))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            next_path()
        elif isinstance(event, yaml.ScalarEvent):
            path, is_key = next_path()
            if is_key:
                stack[-1][1][0] = event.value
                path = (*path, event.value)
            first, last = event.start_mark, event.end_mark
            assert first is not None
            assert last is not None
            start, end = starts[first.line] + first.column, starts[last.line] + last.column
            style = event.style or ""
            found.append(
                Place(
                    path,
                    event.value,
                    style if _is_simple(text[start:end], event.value, style) else ">",
                    start,
                    end,
                    first.line + 1,
                    first.column + 1,
                    is_key,
                    bool(stack and stack[-1][2]),
                )
            )
        elif isinstance(event, yaml.DocumentEndEvent):
            break
    return found


def _is_simple(source: str, value: str, style: str) -> bool:
    """Whether a scalar stands on one line, without an anchor or a tag before it."""
    if _LINE.search(source):
        return False
    return source == value if style == "" else source[:1] == source[-1:] == style


def written(text: str, style: str, in_flow: bool) -> str:
    """A text as a scalar of that style, on one line; in double quotes where the style cannot hold it."""
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if style == "" and _is_plain(text, in_flow):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _is_plain(text: str, in_flow: bool) -> bool:
    if not text.isprintable():
        return False
    source = f"[{text}]" if in_flow else f"key: {text}\n"
    try:
        events = list(yaml.parse(source, Loader=_PARSER))
    except yaml.YAMLError:
        return False
    scalars = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    return (
        len(scalars) == (1 if in_flow else 2)
        and len(events) == len(scalars) + 6
        and scalars[-1].value == text
        and scalars[-1].style in (None, "")
    )


def applied(text: str, fixes: tuple[Fix, ...]) -> tuple[str, tuple[Fix, ...]]:
    """The text with the fixes made, and those that were: of two that meet, only the first is."""
    taken: list[Edit] = []
    made: list[Fix] = []
    for fix in fixes:
        if any(_meet(edit, other) for edit in fix.edits for other in taken):
            continue
        taken.extend(fix.edits)
        made.append(fix)
    for edit in sorted(taken, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text, tuple(made)


def _meet(one: Edit, other: Edit) -> bool:
    if one.start == other.start:
        return True
    return one.start < other.end and other.start < one.end
