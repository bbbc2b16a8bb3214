"""What is wrong with a file that is not YAML, in words of somebody who never heard of YAML."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from publisher.problems import Finding
from publisher.reading.characters import printable

MAX_DEPTH: Final = 12
TOO_DEEP: Final = "nested more than"
_PARSERS_LIMIT: Final = "maximum nesting depth"
"""The parser's own, which is far beyond ours, and may be met while it looks ahead."""

_QUOTE: Final = "put the whole text between double quotes"

# What the parser says (problem, context) → (message, help, whether the context's place is the better one).
_FAULTS: Final = (
    (
        "mapping values are not allowed",
        "",
        "a second ': ' stands on this line, or the line is indented further than the one above it",
        "put a text that holds ': ' between double quotes; else start the line where the one above starts",
        False,
    ),
    (
        "escape",
        "",
        "a backslash in a text between double quotes means something else than itself",
        "write \\\\ for a backslash, or put the text between single quotes",
        False,
    ),
    (
        "hexdecimal",
        "",
        "a backslash in a text between double quotes means something else than itself",
        "write \\\\ for a backslash, or put the text between single quotes",
        False,
    ),
    (
        "",
        "quoted scalar",
        "a quotation mark opens a text here and none closes it",
        'close it; a quotation mark inside a text in double quotes is written \\"',
        True,
    ),
    (
        "could not find expected ':'",
        "",
        "this line has no ': ' between a key and its value",
        "write it as key: value; a text that goes on is indented under its key",
        True,
    ),
    ("',' or ']'", "", "a list that opens here with [ is never closed", "close it with ]", True),
    ("',' or '}'", "", "a mapping that opens here with { is never closed", "close it with }", True),
    (
        "did not find expected '-' indicator",
        "",
        "this line belongs to no item of the list above it",
        "start each item with '- ', all of them in the same column",
        False,
    ),
    (
        "did not find expected key",
        "",
        "this does not fit what stands before it",
        "keys that belong together start in the same column; put a text that begins with a quotation mark, "
        "but goes on behind the closing one, between other quotation marks",
        False,
    ),
    (
        "cannot start any token",
        "",
        "a text cannot begin with this sign unless it is quoted",
        _QUOTE,
        False,
    ),
    (
        "",
        "alias",
        "a text cannot begin with * unless it is quoted",
        _QUOTE,
        True,
    ),
    (
        "",
        "anchor",
        "a text cannot begin with & unless it is quoted",
        _QUOTE,
        True,
    ),
    ("", "tag", "a text cannot begin with ! unless it is quoted", _QUOTE, True),
    (
        "block scalar",
        "",
        "the lines under | or > are not indented alike",
        "indent all of them by two spaces more than the key above",
        False,
    ),
)
_OTHERWISE: Final = "compare with a file that works; a text with ': ' or ' #' in it goes between quotes"


def too_deep() -> str:
    """What is wrong with what is nested too deep."""
    return f"lists and mappings are {TOO_DEEP} {MAX_DEPTH} levels deep"


def syntax_finding(error: yaml.YAMLError, text: str) -> Finding:
    """The parser's complaint about the text, with its place and the mend."""
    problem = str(getattr(error, "problem", None) or "")
    context = str(getattr(error, "context", None) or "")
    at = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    mark = at or opened
    if mark is None:
        return _finding(printable(str(error), 200), _OTHERWISE, 1, 1)
    tab = _tab(text, at, problem)
    if tab:
        return _finding("a tab is used to indent", "indent with spaces; YAML does not take tabs", *tab)
    if _PARSERS_LIMIT in problem:
        problem = too_deep()
    if TOO_DEEP in problem:
        return _finding(problem, "no key of publisher's needs that", mark.line + 1, mark.column + 1)
    for said, where, message, help, prefer_context in _FAULTS:
        if said in problem and where in context:
            best = opened if prefer_context and opened else mark
            return _finding(message, help, best.line + 1, best.column + 1)
    message = f"{problem} ({context})" if context else problem or "it cannot be read"
    return _finding(message, _OTHERWISE, mark.line + 1, mark.column + 1)


def _finding(message: str, help: str, line: int, column: int) -> Finding:
    return Finding("yaml-syntax", "error", f"this is not YAML: {message}", help, line, column)


def _tab(text: str, mark: Any, problem: str) -> tuple[int, int] | None:
    """The place of a tab in the indentation of the line that the parser stopped at."""
    if mark is None:
        return None
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    indent = re.match(r"[ \t]*", line)
    place = line.find("\t", 0, indent.end() if indent else 0)
    if place < 0 and "'\\t'" in problem:
        place = line.find("\t")
    return (mark.line + 1, place + 1) if place >= 0 else None
