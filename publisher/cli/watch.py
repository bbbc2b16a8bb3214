"""`publisher watch`."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options

if TYPE_CHECKING:
    from publisher.watching.show import Event

_SIGNAL_SECONDS = 1.0


@click.command(short_help="Keep running, and release what falls due.")
@options.shows
@options.store
@options.option("--url", metavar="URL", default="", help="Public address of what is published.")
@options.option("--still", type=options.Duration(), default="5s",
                help="So long nothing in a new folder may change before it is picked up.")  # fmt: skip
@options.option("--ahead", type=options.Duration(), default="15m",
                help="So long before an episode goes out its files are stored.")  # fmt: skip
@options.option(
    "--health",
    metavar="[HOST:]PORT",
    default="",
    help="Answer there whether all is well, and with figures for Prometheus.",
)
@options.option("--no-verify", is_flag=True, help="Do not look at releases from outside.")
@options.output
def watch(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    url: str,
    still: timedelta,
    ahead: timedelta,
    health: str,
    no_verify: bool,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Releases each episode when it falls due, and picks up folders as they are dropped in.

    A new folder that is still being copied, or that has errors, waits by itself; it is said once. What the
    store refuses is tried again. An inbox (inbox: in podcast.yaml) is looked into as well. SIGTERM and Ctrl-C
    end it, SIGHUP lets it look at everything now. With --json each event is a line.

    Example: publisher watch episodes --to s3://my-bucket --url https://podcast.example.com/
    """
    import threading

    from publisher.cli.output import Output, default_show, echo_json
    from publisher.watching.process import Watch, signals
    from publisher.watching.show import Settings

    output = Output(as_json, quiet, verbose)
    folders = [Path(show) for show in shows or (default_show(),)]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise click.UsageError(f"{missing[0]} is not a folder: name the shows that are to be watched")

    def tell(event: Event) -> None:
        if as_json:
            echo_json(_document(event), indent=None)
            return
        output.problems(event.problems)
        if event.kind in ("failed", "problems"):
            output.complaint(f"{event.when:%Y-%m-%dT%H:%M:%SZ} {event.show}: {event.text}")
        else:
            output.say(f"{event.when:%Y-%m-%dT%H:%M:%SZ} {event.show}: {event.text}")

    ended = threading.Event()
    settings = Settings(to, endpoint, url, still.total_seconds(), ahead.total_seconds(), not no_verify)
    running = Watch(folders, settings, tell=tell)
    with ExitStack() as stack:
        if health:
            from publisher.watching.health import answering

            where = stack.enter_context(answering(running.shows, settings, health))
            output.note(f"health: {where}health, {where}metrics")
        stack.enter_context(signals(ended.set, running.look))
        running.start()
        output.note(f"watching {', '.join(map(str, folders))}; stop with Ctrl-C")
        # Python acts on a signal in this thread alone, and one that the system hands to another thread does
        # not end a wait here that has no end of its own.
        while not ended.wait(_SIGNAL_SECONDS):
            pass
        running.stop()
    return 0


def _document(event: Event) -> dict[str, Any]:
    return {
        "time": event.when.isoformat(),
        "show": event.show,
        "event": event.kind,
        "text": event.text,
        "episodes": list(event.slugs),
        "problems": [problem.as_json() for problem in event.problems],
        "release": event.outcome.manifest_key if event.outcome else None,
    }
