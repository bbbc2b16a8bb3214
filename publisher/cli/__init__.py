"""The commands. What they do is imported when they do it: `publisher --help` stays quick."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

import click

from publisher import __version__
from publisher.cli import (
    calendar,
    check,
    commands,
    doctor,
    inbox,
    logs,
    releases,
    status,
    systemd,
    verify,
    watch,
)
from publisher.errors import Defect, PublisherError

_INTERRUPTED: Final = 130


class _Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            if logs.is_json():
                # click would put an empty line on stderr.
                raise click.Abort from error
            raise


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, or nothing to do · 1 the show has errors · 2 wrong usage · "
    "3 the store failed · 4 another publisher was first · 5 a person must decide · "
    "6 released, but with problems seen from outside · 130 interrupted. "
    "Example: publisher publish episodes --to public",
)
@click.version_option(__version__, prog_name="publisher")
def cli() -> None:
    """A podcast host made of a folder and a bucket."""


for command in (
    commands.new,
    check.check,
    commands.plan,
    commands.publish,
    inbox.inbox,
    commands.preview,
    watch.watch,
    verify.verify,
    status.status,
    calendar.calendar,
    releases.history,
    releases.rollback,
    releases.prune,
    doctor.doctor,
    systemd.systemd,
    commands.schema,
):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Runs a command and gives its exit status."""
    with logs.speaking(arguments, os.environ.get("PUBLISHER_LOG_FORMAT", "")):
        return _run(arguments)


def _run(arguments: Sequence[str]) -> int:
    try:
        result = cli.main(list(arguments), prog_name="publisher", standalone_mode=False)
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.ClickException as error:
        if logs.is_json():
            logs.write("error", "usage", error.format_message(), status=error.exit_code)
        else:
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        message = "interrupted; what was published before still stands"
        if logs.is_json():
            logs.write("error", "interrupted", message, status=_INTERRUPTED)
        else:
            click.echo(message, err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        # Where what was found out is all that is left to say, it may be the saying that fails.
        failure = error if isinstance(error, PublisherError) else Defect(error)
        if logs.is_json():
            logs.write_failure(failure)
        else:
            click.echo(f"error: {failure}", err=True)
        return failure.exit_status
    return result if isinstance(result, int) else 0
