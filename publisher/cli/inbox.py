"""The command `inbox`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options

if TYPE_CHECKING:
    from publisher.cli.output import Output
    from publisher.inbox import Outcome


@click.command(short_help="Take in what producers dropped into a folder or a bucket.")
@options.shows
@options.option(
    "--from",
    "inbox",
    metavar="INBOX",
    default="",
    envvar="PUBLISHER_INBOX",
    help="A folder or s3://bucket/prefix; else inbox of podcast.yaml.",
)
@options.option(
    "--still",
    type=options.Duration(),
    default="5s",
    help="How long nothing of an episode may have changed: 5s, 2m.",
)
@options.option("--endpoint", metavar="URL", default="", help="The S3 server, where it is not Amazon's.")
@options.output
def inbox(
    shows: tuple[str, ...],
    inbox: str,
    still: timedelta,
    endpoint: str,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Looks into an inbox once. An episode's folder, a ZIP of it, or an audio file moves into the show when
    it is complete and right; what is not right gets a PROBLEMS.txt beside it. Nothing is published. The
    status is 1 where something is refused.

    Example: publisher inbox episodes --from ../inbox
    """
    from publisher.cli.output import Output, each_show

    output = Output(as_json, quiet, verbose)

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.inbox import Refused
        from publisher.operations import take_in

        outcomes = take_in(folder, inbox, still_seconds=still.total_seconds(), endpoint=endpoint)
        for outcome in outcomes:
            show_outcome(output, folder, outcome)
        if not outcomes:
            output.say(f"{folder}: nothing is in the inbox")
        refused = any(isinstance(outcome, Refused) for outcome in outcomes)
        return int(refused), {"inbox": [outcome.as_json() for outcome in outcomes]}

    return each_show(shows, output, action)


def show_outcome(output: Output, folder: str, outcome: Outcome) -> None:
    """Says what became of one thing; what was said by an earlier look is not said again as a problem."""
    from dataclasses import replace

    from publisher.inbox import Refused, Taken
    from publisher.reading.characters import printable

    name = printable(outcome.name)
    if isinstance(outcome, Taken):
        output.problems(
            replace(problem, path=f"{folder}/{outcome.slug}/{problem.path}") for problem in outcome.problems
        )
        draft = ", a draft" if outcome.is_draft else ""
        output.say(f"{name}: taken in as {folder}/{outcome.slug}{draft}")
        for note in outcome.notes:
            output.say(f"  {note}")
        if outcome.kept:
            output.say(f"  the original is kept in {outcome.kept}")
    elif isinstance(outcome, Refused):
        if outcome.is_news or output.verbose:
            output.problems(
                replace(problem, path="/".join(filter(None, (name, problem.path))))
                for problem in outcome.problems
            )
        told = f"; {outcome.told} says why" if outcome.told else ""
        output.say(f"{name}: {'refused' if outcome.is_news else 'still refused'}{told}")
    else:
        output.say(f"{name}: waits, {outcome.reason}")
