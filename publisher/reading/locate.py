"""Line and column of a problem that a rule found: the YAML is read again, only when there is one to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from publisher.problems import KeyPath, Problem, in_order
from publisher.reading.yaml import Mapping, Node, Sequence, read_yaml


def locate(problems: tuple[Problem, ...], root: Path) -> tuple[Problem, ...]:
    """Adds line and column to problems that name a key.

    Args:
        root: the show folder; a problem's path starts with that folder's name.
    """
    documents: dict[str, Node | None] = {}
    return in_order([_located(problem, root, documents) for problem in problems])


def _located(problem: Problem, root: Path, documents: dict[str, Node | None]) -> Problem:
    if problem.line is not None or not problem.path.endswith(".yaml"):
        return problem
    if problem.path not in documents:
        try:
            data = (root / problem.path.partition("/")[2]).read_bytes()
        except OSError:
            data = b""
        documents[problem.path] = read_yaml(data)[0]
    node = documents[problem.path]
    if node is None or not problem.key:
        return problem
    line, column = _place(node, problem.key)
    return replace(problem, line=line, column=column)


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
        else:
            break
    return place
