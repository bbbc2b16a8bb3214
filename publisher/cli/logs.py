"""`--log-format json`: what goes to stderr as one JSON object a line, for whatever gathers logs.

Each has `time` (UTC), `level` (`error`, `warning`, `info`), `event` and `message`; `show`, `rule`, `help`,
`path`, `line` and `column` where they are known, and `plan` with a failure that a person has to decide about.
Results stay on stdout as they are.

Of an error that is not publisher's own only the kind is told: servers and libraries put addresses, passwords
and keys into their words.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from publisher.cli import streams
from publisher.errors import PublisherError
from publisher.problems import Problem

FORMATS: Final = ("text", "json")
_OPTION: Final = "--log-format"
_OWN: Final = "publisher"
_LEVELS: Final = {"error": "error", "warning": "warning", "hint": "info"}
_FIELDS: Final = ("event", "show", "rule", "path", "line", "column", "help")

_show: ContextVar[str] = ContextVar("show", default="")


@dataclass(slots=True)
class _Speech:
    """How stderr is written. One for the whole process: a thread that follows a folder speaks too, and has
    a context of its own."""

    is_json: bool = False


_speech: Final = _Speech()


def is_json() -> bool:
    """Whether stderr is for machines."""
    return _speech.is_json


@contextmanager
def speaking(arguments: Sequence[str], variable: str) -> Iterator[None]:
    """One run of the command line. What it is asked for is known before its arguments are understood, so that
    a wrong one is reported in the right format too.

    Args:
        arguments: of the command line.
        variable: what the environment says of the format; empty where it says nothing.
    """
    before = _speech.is_json
    _speech.is_json = asked_for(arguments, variable) == "json"
    try:
        with _listening() if _speech.is_json else nullcontext():
            yield
    finally:
        _speech.is_json = before


def asked_for(arguments: Sequence[str], variable: str) -> str:
    """The format that a command line asks for, as far as it can be told without understanding it."""
    asked = variable
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == _OPTION and arguments[place + 1 :]:
            asked = arguments[place + 1]
        elif argument.startswith(f"{_OPTION}="):
            asked = argument.partition("=")[2]
    return asked.strip().lower()


@contextmanager
def about(show: str) -> Iterator[None]:
    """What is said meanwhile is about that show."""
    token = _show.set(show)
    try:
        yield
    finally:
        _show.reset(token)


def write(level: str, event: str, message: str, **fields: Any) -> None:
    """One line. Fields that are None or empty are left out.

    Args:
        level: `error`, `warning` or `info`.
        event: what kind of thing is said: `problem`, `note`, `failure`, `log`, …
    """
    line = {"time": datetime.now(UTC).isoformat(), "level": level, "event": event, "message": message}
    known = {"show": _show.get()} | fields
    line |= {name: value for name, value in known.items() if value not in (None, "")}
    # Escaped as far as anybody's terminal or log might not take it; a name that is no text comes through too.
    streams.echo(json.dumps(line), err=True)


def write_problem(problem: Problem) -> None:
    found = problem.as_json()
    write(_LEVELS[found.pop("severity")], "problem", found.pop("message"), **found)


def write_failure(error: PublisherError, origin: str = "", **fields: Any) -> None:
    write(
        "error",
        "failure",
        error.message,
        help=error.help,
        kind=type(error).__name__,
        status=error.exit_status,
        origin=origin,
        **fields,
    )


def origin_of(error: BaseException) -> str:
    """Where an error arose, and what it came from, without words that are not publisher's."""
    import traceback

    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    words = ""
    if isinstance(error, PublisherError):
        words = f": {error}"
    elif isinstance(error, OSError) and error.strerror and type(error).__module__ == "builtins":
        words = f": {error.strerror}"
    return "".join(
        (
            f"{origin_of(earlier)}\n" if earlier else "",
            "Traceback (most recent call last):\n",
            *traceback.format_tb(error.__traceback__),
            f"{type(error).__module__}.{type(error).__qualname__}{words}\n",
        )
    )


@contextmanager
def _listening() -> Iterator[None]:
    """What is logged meanwhile, by publisher or by others, and what Python warns of, is written too."""
    handler, root, own = _Handler(), logging.getLogger(), logging.getLogger(_OWN)
    level = own.level
    root.addHandler(handler)
    own.setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        own.setLevel(level)
        root.removeHandler(handler)


class _Handler(logging.Handler):
    """Takes records of publisher's loggers, and warnings and errors of others: these would stand between the
    lines as plain text."""

    def emit(self, record: logging.LogRecord) -> None:
        is_own = record.name.partition(".")[0] == _OWN
        if not is_own and record.levelno < logging.WARNING:
            return
        error = record.exc_info[1] if record.exc_info else None
        known = {name: getattr(record, name, None) for name in _FIELDS}
        # A log that nobody takes, or that was called with the wrong arguments, is no reason to end.
        with suppress(OSError, ValueError, TypeError):
            write(
                _level(record.levelno),
                str(known.pop("event") or "log"),
                # What others fill into their words may be an address with a password in it.
                record.getMessage() if is_own or record.name == "py.warnings" else str(record.msg),
                logger=record.name,
                origin=origin_of(error) if error else None,
                **{name: value for name, value in known.items() if value is not None},
            )


def _level(number: int) -> str:
    if number >= logging.ERROR:
        return "error"
    return "warning" if number >= logging.WARNING else "info"
