"""What a person or a program reads: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from publisher.cli import logs
from publisher.cli.annotations import annotates, of_error, of_problem
from publisher.cli.streams import echo
from publisher.errors import Defect, FileError, NeedsDecision, PublisherError, ShowError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.cli.network import Common
    from publisher.planning import Plan, PlannedEpisode
    from publisher.problems import Problem

_COLOURS: Final = {"error": "red", "warning": "yellow", "hint": "cyan"}
_SIGNS: Final = {
    "new": "+",
    "changed": "~",
    "unchanged": " ",
    "scheduled": "@",
    "draft": "·",
    "private": "·",
    "removed": "-",
    "re-identified": "!",
}


@dataclass(slots=True)
class Output:
    """One command's output; with `as_json`, one document at its end and nothing before."""

    as_json: bool
    quiet: bool
    verbose: int
    documents: list[dict[str, Any]] = field(default_factory=list)
    show: str = ""
    """The show folder that the action is for, as it was typed."""
    came_to: str = ""
    """What came of the show, in the words of the command's summary."""
    reason: str = ""
    """Why that is not well, in a line, where no error says it."""
    common: Common | None = None
    """The progress of all, where shows run at the same time."""

    def say(self, text: str) -> None:
        """A result."""
        if not self.quiet and not self.as_json:
            echo(text)

    def note(self, text: str) -> None:
        """Something on the way."""
        if self.quiet or self.as_json:
            return
        if logs.is_json():
            logs.write("info", "note", text)
        else:
            echo(text, err=True)

    def complaint(self, text: str) -> None:
        """What went wrong and ends no command; said however quiet it is to be."""
        if self.as_json:
            return
        if logs.is_json():
            logs.write("error", "failed", text)
        else:
            echo(text, err=True)

    def problems(self, problems: Iterable[Problem]) -> None:
        if self.as_json:
            return
        for problem in problems:
            if logs.is_json():
                logs.write_problem(problem)
            else:
                echo(coloured(problem), err=True)
                if annotates():
                    echo(of_problem(problem, self.show), err=True)

    def failure(self, error: PublisherError) -> None:
        """An error that ended a command."""
        if self.as_json:
            return
        if isinstance(error, ShowError):
            self.problems(error.problems)
        if logs.is_json():
            plan = error.plan.as_json() if isinstance(error, NeedsDecision) else None
            origin = logs.origin_of(error) if self.verbose > 1 else ""
            logs.write_failure(error, origin, plan=plan)
            return
        if isinstance(error, NeedsDecision):
            self.plan(error.plan, err=True)
        echo(f"{_style('error', 'red')}: {error}", err=True)
        if error.told and not self.quiet:
            echo(f"  told: {', '.join(error.told)}", err=True)
        if annotates() and not isinstance(error, ShowError):
            echo(of_error(error), err=True)
        if self.verbose > 1:
            echo(logs.origin_of(error), err=True)

    def plan(self, plan: Plan, *, err: bool = False) -> None:
        """A plan, one episode a line; what does not change is only counted unless more is asked for."""
        if self.as_json or (self.quiet and not err):
            return
        for line in plan_lines(plan, every=bool(self.verbose)):
            echo(line, err=err)

    def close(self) -> None:
        if self.as_json:
            echo_json({"shows": self.documents})


def each_show(
    shows: Sequence[str], output: Output, action: Callable[[str], tuple[int, dict[str, Any]]]
) -> int:
    """Does the action for each show, one after the other; one that fails, however it does, does not keep the
    others from going on.

    Returns:
        The highest of the exit statuses.
    """
    status = 0
    try:
        for show in shows or (default_show(),):
            output.show = show
            result, document = do_for(show, output, action)
            output.documents.append(document)
            status = max(status, result)
    finally:
        output.close()
    return status


def do_for(
    show: str, output: Output, action: Callable[[str], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Does the action for a show, and gives the exit status of that and the document; what goes wrong with
    the show is said, and raised no further."""
    with logs.about(show):
        try:
            status, document = action(show)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            failure = error if isinstance(error, PublisherError) else Defect(error)
            output.failure(failure)
            output.reason = failure.message
            status, document = failure.exit_status, error_document(failure)
    return status, {"show": show, "status": status} | document


def plan_lines(plan: Plan, *, every: bool) -> Iterator[str]:
    """A plan as a person reads it.

    Args:
        every: whether episodes that do not change are listed, and not only counted.
    """
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(plan.show.timezone)
    for episode in plan.episodes:
        if episode.state != "unchanged" or every:
            yield _line(episode, zone)
    unchanged = len(plan.of("unchanged"))
    if unchanged and not every:
        yield f"  {unchanged} unchanged"
    if plan.before is None:
        yield f"{_SIGNS['new']} the show: its first release"
    if plan.show_changes:
        yield f"{_SIGNS['changed']} the show: {', '.join(plan.show_changes)}"


def written(output: Output, path: Path, data: bytes) -> int:
    """Writes a file that was asked for, whole or not at all, and gives the exit status of that."""
    from publisher.whole_files import write_whole

    try:
        write_whole(path, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        failure = FileError(f"{path} could not be written: {reason}", help="it is as it was; name another")
        output.failure(failure)
        return failure.exit_status
    output.note(f"wrote {path}")
    return 0


def error_document(error: PublisherError) -> dict[str, Any]:
    document: dict[str, Any] = {"error": {"message": error.message, "help": error.help}}
    if error.told:
        document["told"] = list(error.told)
    if isinstance(error, ShowError):
        document["problems"] = [problem.as_json() for problem in error.problems]
    if isinstance(error, NeedsDecision):
        document["plan"] = error.plan.as_json()
    return document


def coloured(problem: Problem) -> str:
    text, label = str(problem), f"{problem.severity}[{problem.rule}]"
    return text.replace(label, _style(label, _COLOURS[problem.severity]), 1)


def counted(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`."""
    numbers = [
        (sum(problem.severity == word for problem in problems), word) for word in ("error", "warning", "hint")
    ]
    parts = [f"{number} {word}{'s' if number != 1 else ''}" for number, word in numbers if number]
    return ", ".join(parts) or "no problems"


def size(length_bytes: int) -> str:
    """`5.8 MB`."""
    value = float(length_bytes)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _line(episode: PlannedEpisode, zone: ZoneInfo) -> str:
    date = when(episode.published, zone) if episode.published else " " * 16
    what = ", ".join(episode.changes)
    if episode.renamed_from:
        what += f" (was {episode.renamed_from})"
    tail = f": {what}" if what else ""
    return f"{_SIGNS[episode.state]} {episode.state:<13} {date}  {episode.slug}{tail}"


def _style(text: str, colour: str) -> str:
    return click.style(text, fg=colour, bold=True)


def default_show() -> str:
    """The show where none is named."""
    return os.environ.get("PUBLISHER_SHOW", "episodes")


def echo_json(document: dict[str, Any], *, indent: int | None = 2) -> None:
    """A document on stdout; whatever the terminal is set to, it says the same once it is parsed.

    Args:
        indent: None for a document on one line.
    """
    echo(json_text(document, indent=indent))


def json_text(document: dict[str, Any], *, indent: int | None = 2) -> str:
    """What `echo_json` prints."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    return json.dumps(document, ensure_ascii=encoding != "utf8", indent=indent)
