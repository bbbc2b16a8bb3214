"""A problem: one thing wrong with a show, said so that a producer can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

Severity = Literal["error", "warning", "hint"]
"""An error stops the release. A warning says what a directory refuses or a listener notices. A hint is
advice, given where it is asked for."""

KeyPath = tuple[str | int, ...]
"""Where in a YAML file: `("chapters", 2, "start")` is `chapters[2].start`, counted from 0."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong.

    Attributes:
        rule: the rule's id, as `publisher.checking.rules` lists it.
        severity: an error stops the release, a warning and a hint do not.
        message: what was found and what was wanted, in one sentence.
        help: how to mend it.
        path: the file or folder, relative to the folder that holds the show (POSIX separators);
            `episodes/0796-x/episode.yaml` for a show folder `episodes`.
        line, column: counted from 1, where they are known.
        key: the place in the YAML file, from which line and column can be found later.
        source: address of the document that asks for this, if anybody but us does.
    """

    rule: str
    severity: Severity
    message: str
    help: str = ""
    path: str = ""
    line: int | None = None
    column: int | None = None
    key: KeyPath = ()
    source: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line, self.column) if part not in ("", None))
        text = f"{self.severity}[{self.rule}]: {self.message}"
        if where:
            text = f"{where}: {text}"
        if self.help:
            text += f"\n  help: {self.help}"
        return text

    def as_json(self) -> dict[str, Any]:
        """The problem as `--json` prints it; places that are not known are left out."""
        values = {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "source": self.source,
        }
        return {name: value for name, value in values.items() if value not in ("", None)}


_NAMES: Final = tuple(field.name for field in fields(Problem))


def packed(problems: Iterable[Problem]) -> list[list[Any]]:
    """Problems as JSON has room for them, whole: with their keys too, which nobody is shown."""
    return [[getattr(problem, name) for name in _NAMES] for problem in problems]


def unpacked(values: Iterable[list[Any]]) -> tuple[Problem, ...]:
    """The problems out of what `packed` gave.

    Raises:
        ValueError, KeyError, TypeError: it is no such thing.
    """
    named = (dict(zip(_NAMES, found, strict=True)) for found in values)
    return tuple(Problem(**found | {"key": tuple(found["key"])}) for found in named)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found wrong in one piece of content; it becomes a `Problem` once its path is known."""

    rule: str
    severity: Severity
    message: str
    help: str = ""
    line: int | None = None
    column: int | None = None

    def at(self, path: str) -> Problem:
        return Problem(self.rule, self.severity, self.message, self.help, path, self.line, self.column)


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems as a person reads them: file by file, top to bottom, each said once."""
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda p: (p.path, p.line or 0, p.column or 0, p.rule, p.message)))


def without_hints(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The problems where nobody asked for advice."""
    return tuple(problem for problem in problems if problem.severity != "hint")
