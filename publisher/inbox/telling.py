"""The text that lies beside what was refused: for somebody who reads no manuals. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.inbox.place import MARK
from publisher.problems import Problem


def problems_text(name: str, problems: Sequence[Problem]) -> str:
    """All that is wrong with a drop, errors first.

    Args:
        name: what lies in the inbox.
    """
    errors = [problem for problem in problems if problem.is_error]
    others = [problem for problem in problems if not problem.is_error]
    count = "one thing has" if len(errors) == 1 else f"{len(errors)} things have"
    lines = [
        MARK,
        "",
        f"{name} is not in the show yet: {count} to be mended first.",
        "Leave it here and mend it. As soon as something in it changes, it is looked at again.",
        "",
        *(line for place, problem in enumerate(errors, start=1) for line in _lines(f"{place}. ", problem)),
    ]
    if others:
        lines += ["What follows does not keep it out of the show, and could be better:", ""]
        lines += (line for problem in others for line in _lines("-  ", problem))
    return "\n".join(lines).rstrip() + "\n"


def _lines(mark: str, problem: Problem) -> list[str]:
    indent = " " * len(mark)
    place = problem.path
    if problem.line is not None:
        place += f", line {problem.line}"
        place += f", column {problem.column}" if problem.column is not None else ""
    head = [f"{mark}{place}"] if place else []
    lines = [*head, f"{indent if head else mark}{problem.message}"]
    if problem.help:
        lines.append(f"{indent}To mend it: {problem.help}")
    return [*lines, ""]
