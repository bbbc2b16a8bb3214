"""Line and column of a problem that a rule found: the YAML is read again, only when there is one to show.

A rule counts what it was given. In the file, an item that could not be read may stand before it, and chapters
stand in an order of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path

from publisher.problems import KeyPath, Problem, in_order
from publisher.reading.fields import Kind, ListOf, Reading, Record
from publisher.reading.folder import below
from publisher.reading.keys import EPISODE, SHOW, Chapters
from publisher.reading.kinds import OneOrMany
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
    """A file read again.

    Attributes:
        keys: what its keys may hold.
        written: for each list that was asked for, the places in the file of the items that the show has.
    """

    root: Node
    keys: Record
    written: dict[KeyPath, tuple[int, ...]] = field(default_factory=dict)


def _located(problem: Problem, root: Path, documents: dict[str, _Document | None]) -> Problem:
    if problem.line is not None or not problem.key or not problem.path.endswith(".yaml"):
        return problem
    if problem.path not in documents:
        documents[problem.path] = _document(root, problem.path.partition("/")[2])
    document = documents[problem.path]
    if document is None:
        return problem
    line, column = _place(document, problem.key)
    return replace(problem, line=line, column=column)


def _document(root: Path, name: str) -> _Document | None:
    path = below(root, name)
    try:
        node = read_yaml(path.read_bytes())[0] if path else None
    except OSError:
        return None
    return None if node is None else _Document(node, EPISODE if "/" in name else SHOW)


def _place(document: _Document, key: KeyPath) -> tuple[int, int]:
    """Of the deepest node on the way that is there."""
    node: Node = document.root
    kind: Kind | None = document.keys
    place = (node.line, node.column)
    for depth, part in enumerate(key):
        if isinstance(node, Mapping) and part in node.items:
            place = (node.keys[str(part)].line, node.keys[str(part)].column)
            node, kind = node.items[str(part)], _kind_of(kind, part)
        elif isinstance(node, Sequence) and isinstance(part, int):
            kind = kind.kind if isinstance(kind, ListOf | OneOrMany | Chapters) else None
            written = _written(document, key[:depth], kind, node)
            if part >= len(written):
                break
            node = node.items[written[part]]
            place = (node.line, node.column)
        elif isinstance(node, Mapping) and isinstance(part, int):
            # one alone, where a list of them may stand
            kind = kind.kind if isinstance(kind, OneOrMany) else None
        else:
            break
    return place


def _kind_of(kind: Kind | None, part: str | int) -> Kind | None:
    keys = kind.keys if isinstance(kind, Record) else ()
    return next((key.kind for key in keys if key.name == part), None)


def _written(document: _Document, key: KeyPath, kind: Kind | None, node: Sequence) -> tuple[int, ...]:
    """Places in the file of a list's items, in the order in which the show has them."""
    if key not in document.written:
        places = list(range(len(node.items)))
        if kind is not None:
            # What is wrong with the items was said when the show was read.
            places = [place for place, _ in ListOf(kind).items("", node, Reading(""))]
        if key == ("chapters",):
            places = sorted(places, key=lambda place: _start(node.items[place]))
        document.written[key] = tuple(places)
    return document.written[key]


def _start(chapter: Node) -> float:
    start = chapter.items.get("start") if isinstance(chapter, Mapping) else None
    try:
        return parse_offset(start.text) if isinstance(start, Scalar) else inf
    except BadTime:
        return inf
