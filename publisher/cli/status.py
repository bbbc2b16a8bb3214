"""The command `status`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from publisher.cli import options

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.status import Status


@click.command(short_help="Say how shows stand: last release, next due, what is wrong.")
@options.shows
@options.destination
@options.moment
@options.option(
    "--prometheus", metavar="FILE", default="", help="Write it as a Prometheus text file too, whole."
)
@options.output
def status(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    url: str,
    now: datetime | None,
    prometheus: str,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Says how shows stand: what was released and when, what goes out next, and what is wrong. Changes
    nothing. The status is 0 where all is well, 1 where a show has errors, and 3 where the store cannot be
    asked or the last publish on this machine failed.

    Example: publisher status episodes
    """
    from publisher.cli.output import Output, counted, each_show, written

    output = Output(as_json, quiet, verbose)
    found: list[Status] = []

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.status import gather

        status = gather(Path(folder), to=to, endpoint=endpoint, url=url, now=now)
        found.append(status)
        output.problems(status.problems if verbose else status.errors)
        for line in _lines(status, counted(status.problems)):
            output.say(line)
        return status.exit_status, status.as_json()

    result = each_show(shows, output, action)
    if prometheus:
        from publisher.status import as_prometheus

        result = max(result, written(output, Path(prometheus), as_prometheus(found).encode()))
    return result


def _lines(status: Status, problems: str) -> Iterator[str]:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(status.timezone)
    yield f"{status.show}: {status.title or 'the show cannot be read'}"
    yield from _told("released", _release(status, zone))
    yield from _told("next", _next(status))
    for entry in status.due:
        yield from _told("due", iter([entry.says(status.now)]))
    for entry in status.waiting:
        if entry.state != "due":
            yield from _told("waiting", iter([entry.says(status.now)]))
    yield from _told("last run", _last_run(status, zone))
    held = {
        "": "",
        "undone": "the show was rolled back, and the folder is what was undone: mend it, or publish --again",
        "undone and due": "the show was rolled back, and with what is due now, what was undone would go out: "
        "mend the folder, or publish --again",
    }[status.held]
    if held:
        yield from _told("held", iter([held]))
    elif status.pending and not status.errors:
        number = len(status.pending)
        what = f"{number} episode{'s' if number != 1 else ''}: {', '.join(status.pending[:3])}"
        yield from _told("pending", iter([f"a publish would change {what}{', …' if number > 3 else ''}"]))
    if status.store_error:
        yield from _told("store", iter([f"it could not be asked: {status.store_error}"]))
    for feed in status.private:
        text = feed.state + (f": {feed.reason}" if feed.reason else "")
        yield from _told("private", iter([f"{feed.name}: {text}" if feed.name else text]))
    yield from _told("problems", iter([problems]))


def _told(name: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield f"  {name:<9} {line}"
        name = ""


def _release(status: Status, zone: ZoneInfo) -> Iterator[str]:
    from publisher.cli.output import when
    from publisher.status.report import span

    release = status.release
    if release is None:
        if status.store_asked and not status.store_error:
            yield "nothing yet"
        return
    at = ""
    if release.when:
        passed = status.now - release.when
        # The store has a clock of its own, and `--now` may be before the release.
        ago = f" ({span(passed)} ago)" if passed >= timedelta(0) else ""
        at = f"{when(release.when, zone)}{ago}, "
    yield f"{at}release {release.name}, {release.episodes} episode{'s' if release.episodes != 1 else ''}"
    if release.repeats:
        yield f"rolled back to {release.repeats}"
    for sign, titles in (("+", release.added), ("~", release.changed), ("-", release.removed)):
        for title in titles[-3:]:
            yield f"{sign} {title}"
        if titles[3:]:
            yield f"{sign} and {len(titles) - 3} more"
    yield status.feed_url


def _next(status: Status) -> Iterator[str]:
    from publisher.status.report import span

    entry = status.next
    if entry and entry.goes_out:
        yield f"{entry.says(status.now)}, in {span(entry.goes_out - status.now)} ({status.timezone})"


def _last_run(status: Status, zone: ZoneInfo) -> Iterator[str]:
    from publisher.cli.output import when

    run = status.last_run
    if run is None:
        return
    at = when(run.when, zone)
    if run.is_success:
        yield f"{at}, well{', released' if run.released else ', nothing to do'}"
        return
    since = "" if status.failed_run else "; released since"
    yield f"{at}, failed with status {run.status}: {run.reason}{since}"
    if run.help and status.failed_run:
        yield f"help: {run.help}"
