"""Line and column of a problem that a rule found: the YAML is read again, only when there is one to show."""

from __future__ import annotations

from dataclasses import replace
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
    documents: dict[str, Node | None] = {}
    return in_order([_located(problem, root, documents) for problem in problems])


def _located(problem: Problem, root: Path, documents: dict[str, Node | None]) -> Problem:
    if problem.line is not None or not problem.key or not problem.path.endswith(".yaml"):
        return problem
    if problem.path not in documents:
        documents[problem.path] = _document(root, problem.path.partition("/")[2])
    node = documents[problem.path]
    if node is None:
        return problem
    line, column = _place(node, problem.key)
    return replace(problem, line=line, column=column)


def _document(root: Path, name: str) -> Node | None:
    path = below(root, name)
    try:
        return read_yaml(path.read_bytes())[0] if path else None
    except OSError:
        return None


def _place(node: Node, key: KeyPath) -> tuple[int, int]:
    """Of the deepest node on the way that is there."""
    place = (node.line, node.column)
    for part in _as_written(node, key):
        if isinstance(node, Mapping) and part in node.items:
            place = (node.keys[str(part)].line, node.keys[str(part)].column)
            node = node.items[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            place = (node.line, node.column)
        else:
            break
    return place


def _as_written(node: Node, key: KeyPath) -> KeyPath:
    """The key with a chapter's place in the file: the show has chapters by their start."""
    listed = node.items.get("chapters") if isinstance(node, Mapping) else None
    if len(key) < 2 or key[0] != "chapters" or not isinstance(listed, Sequence):
        return key
    places = sorted(range(len(listed.items)), key=lambda place: _start(listed.items[place]))
    return (key[0], places[int(key[1])], *key[2:]) if int(key[1]) < len(places) else key


def _start(chapter: Node) -> float:
    start = chapter.items.get("start") if isinstance(chapter, Mapping) else None
    try:
        return parse_offset(start.text) if isinstance(start, Scalar) else inf
    except BadTime:
        return inf
