"""Line and column of a problem that a rule found: the YAML is read again, only when there is one to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from publisher.problems import KeyPath, Problem, in_order
from publisher.reading.folder import below
from publisher.reading.times import BadTime, parse_offset
from publisher.reading.yaml import Mapping, Node, Scalar, Sequence, read_yaml


def locate(problems: tuple[Problem, ...], root: Path) -> tuple[Problem, ...]:
    """Adds line and column to problems that name a key.

    Args:
        root: the show folder; a problem's path starts with that folder's name.
    """
    documents: dict[str, _Document | None] = {}
    return in_order([_located(problem, root, documents) for problem in problems])


@dataclass(frozen=True, slots=True)
class _Document:
    """A file read again; `chapters` holds their places in the file by their order in the show, which goes by
    their start."""

    root: Node
    chapters: tuple[int, ...]


def _located(problem: Problem, root: Path, documents: dict[str, _Document | None]) -> Problem:
    if problem.line is not None or not problem.key or not problem.path.endswith(".yaml"):
        return problem
    if problem.path not in documents:
        documents[problem.path] = _document(root, problem.path.partition("/")[2])
    document = documents[problem.path]
    if document is None:
        return problem
    line, column = _place(document.root, _as_written(document, problem.key))
    return replace(problem, line=line, column=column)


def _document(root: Path, name: str) -> _Document | None:
    path = below(root, name)
    try:
        node = read_yaml(path.read_bytes())[0] if path else None
    except OSError:
        return None
    return None if node is None else _Document(node, _chapters(node))


def _chapters(node: Node) -> tuple[int, ...]:
    listed = node.items.get("chapters") if isinstance(node, Mapping) else None
    items = listed.items if isinstance(listed, Sequence) else []
    return tuple(sorted(range(len(items)), key=lambda place: _start(items[place])))


def _place(node: Node, key: KeyPath) -> tuple[int, int]:
    """Of the deepest node on the way that is there."""
    place = (node.line, node.column)
    for part in key:
        if isinstance(node, Mapping) and part in node.items:
            place = (node.keys[str(part)].line, node.keys[str(part)].column)
            node = node.items[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = (node.line, node.column)
        elif isinstance(node, Mapping) and isinstance(part, int):
            continue  # one alone, where a list of them may stand
        else:
            break
    return place


def _as_written(document: _Document, key: KeyPath) -> KeyPath:
    """The key with a chapter's place in the file."""
    if len(key) < 2 or key[0] != "chapters" or int(key[1]) >= len(document.chapters):
        return key
    return (key[0], document.chapters[int(key[1])], *key[2:])


def _start(chapter: Node) -> float:
    start = chapter.items.get("start") if isinstance(chapter, Mapping) else None
    try:
        return parse_offset(start.text) if isinstance(start, Scalar) else inf
    except BadTime:
        return inf
