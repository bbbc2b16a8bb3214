"""Problems where GitHub shows them: at their line of the file, in the commit or the pull request.

With PUBLISHER_ANNOTATE=github, which the action sets, each is printed once more as a workflow command:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from publisher.errors import PublisherError
from publisher.problems import Problem

_VARIABLE: Final = "PUBLISHER_ANNOTATE"
_COMMANDS: Final = {"error": "error", "warning": "warning", "hint": "notice"}


def annotates() -> bool:
    return os.environ.get(_VARIABLE, "").strip().lower() == "github"


def of_problem(problem: Problem, show: str) -> str:
    """A problem of a show folder, which is named as it was typed; GitHub wants paths from the clone's top."""
    properties = {
        "file": _from_top(show, problem.path) if problem.path else "",
        "line": str(problem.line or ""),
        "col": str(problem.column or ""),
        "title": problem.rule,
    }
    text = f"{problem.message}\n{problem.help}" if problem.help else problem.message
    return _command(_COMMANDS[problem.severity], properties, text)


def of_error(error: PublisherError) -> str:
    """An error that ended a command, and belongs to no file."""
    text = f"{error.message}\n{error.help}" if error.help else error.message
    return _command("error", {"title": "publisher"}, text)


def _from_top(show: str, path: str) -> str:
    """A problem's path starts with the show folder's own name."""
    here = Path(os.path.abspath(show)).parent / path  # noqa: PTH100 - a link is named as it was typed
    top = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    return (here.relative_to(top) if here.is_relative_to(top) else here).as_posix()


def _command(name: str, properties: dict[str, str], text: str) -> str:
    told = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items() if value)
    return f"::{name} {told}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in ("%", "\r", "\n", *more):
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
