"""The commands. What they do is imported when they do it: `publisher --help` stays quick."""

from __future__ import annotations

from collections.abc import Sequence

import click

from publisher import __version__
from publisher.cli import check, commands, doctor, releases, systemd, verify
from publisher.errors import Defect


@click.group(
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
    commands.preview,
    verify.verify,
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
    try:
        result = cli.main(list(arguments), prog_name="publisher", standalone_mode=False)
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; what was published before still stands", err=True)
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:
        defect = Defect(error)
        click.echo(f"error: {defect}", err=True)
        return defect.exit_status
    return result if isinstance(result, int) else 0
