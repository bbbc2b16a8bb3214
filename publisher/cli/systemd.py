"""The command `systemd`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from publisher.cli import options

if TYPE_CHECKING:
    from publisher.systemd import Way


@click.command(short_help="Print units for systemd: a timer, or a service that watches.")
@options.shows
@options.destination
@options.option("--timer", "way", flag_value="timer", default=True, help="Publish every five minutes.")
@options.option("--watch", "way", flag_value="watch", help="Stay, and release when an episode falls due.")
@options.option("--user", metavar="NAME", default="", help="Who it runs as, if not the folder's owner.")
@options.option("--environment", metavar="FILE", default="", help="File of NAME=value lines: credentials.")
@options.option("--output", metavar="FOLDER", default="", help="Write the units there instead.")
@options.output
def systemd(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    url: str,
    way: str,
    user: str,
    environment: str,
    output: str,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Prints the units with which systemd publishes shows by itself: a service and its timer, or with --watch
    one service that stays. They may write into the show's folder and the one it is published to, and nowhere
    else. With --output they are files.

    Example: publisher systemd episodes --user podcast
    """
    from publisher.cli.output import Output, echo_json
    from publisher.errors import PublisherError
    from publisher.systemd import FOLDER, next_steps, units
    from publisher.systemd.setting import missing, setup, write

    out = Output(as_json, quiet, verbose)
    kind: Way = "watch" if way == "watch" else "timer"
    folders = shows or (os.environ.get("PUBLISHER_SHOW", "episodes"),)
    try:
        wanted = setup(folders, to=to, endpoint=endpoint, url=url, user=user, credentials=environment)
        made = units(wanted, kind)
        written = write(wanted, kind, Path(output)) if output else ()
    except PublisherError as error:
        out.failure(error)
        return error.exit_status
    steps = (*missing(wanted), *next_steps(wanted, kind))
    if as_json:
        echo_json(
            {
                "units": [{"name": unit.name, "text": unit.text} for unit in made],
                "written": [str(path) for path in written],
                "next_steps": list(steps),
            }
        )
        return 0
    if not written:
        click.echo("\n".join(f"# {FOLDER}/{unit.name}\n{unit.text}" for unit in made), nl=False)
    for path in written:
        out.say(f"wrote {path}")
    for place, step in enumerate(steps, start=1):
        out.note(f"  {place}. {step}")
    return 0
