"""The command `calendar`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, Final

import click

from publisher.cli import options

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from publisher.calendar import Look
    from publisher.calendar.grid import Entry, Mark
    from publisher.coming import Upcoming

_COLOURS: Final = {"+": None, "*": "green", "~": "yellow", "!": "red"}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Day(click.ParamType[date]):
    """A day of the calendar."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        from zoneinfo import ZoneInfo

        from publisher.reading.times import BadTime, parse_date

        try:
            return parse_date(value, ZoneInfo("UTC")).date()
        except BadTime:
            self.fail(f"{value!r} is no date; write it as 2030-01-31", param, ctx)


@click.command(short_help="List and draw what is coming.")
@options.shows
@options.store
@options.option("--from", "first", type=Day(), default=None, help="The first day; today unless given.")
@options.option("--weeks", type=click.IntRange(1, 520), default=8, help="How many weeks.")
@options.option("--ics", metavar="FILE", default="", help="Write a calendar to subscribe to, whole.")
@options.moment
@options.output
def calendar(
    shows: tuple[str, ...],
    to: str,
    endpoint: str,
    first: date | None,
    weeks: int,
    ics: str,
    now: datetime | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
) -> int:
    """Lists what is coming, with date and time in the show's zone and what is missing, and draws the months.
    Drafts without a date come last. Several shows are drawn together, each with a letter.

    The file that --ics writes holds all that is coming and the releases of the last 90 days. If a show cannot
    be read, it stays as it is.

    Example: publisher calendar episodes --weeks 4
    """
    from publisher.cli.output import Output, each_show, written

    output = Output(as_json, quiet, verbose)
    found: list[Look] = []

    def action(folder: str) -> tuple[int, dict[str, Any]]:
        from publisher.calendar import look
        from publisher.errors import ShowError
        from publisher.status.last_run import last_release

        seen = look(folder, to=to, endpoint=endpoint, now=now, last_known=last_release)
        show = seen.loaded.show
        if show is None:
            raise ShowError(seen.problems)
        if seen.store_error is not None and seen.prepared is None:
            raise seen.store_error
        if seen.store_error is not None:
            output.note(
                f"{folder}: the store could not be asked, so what is past is taken for released: "
                f"{seen.store_error.message}"
            )
        found.append(seen)
        shown = _shown(seen, first, weeks)
        return 0, {
            "title": show.title,
            "timezone": show.timezone,
            "store_error": seen.store_error.message if seen.store_error else None,
            "episodes": [entry.as_json() for entry in shown],
        }

    result = each_show(shows, output, action)
    if not as_json and not quiet:
        for line in _drawn(found, first, weeks):
            output.say(line)
    if ics and result:
        output.note(f"{ics} stays as it is: not every show could be read")
    elif ics:
        result = written(output, Path(ics), _ics(found))
    return result


def _ics(found: Sequence[Look]) -> bytes:
    from publisher.calendar.ics import ics

    entries = [entry for seen in found for entry in seen.entries]
    titles = list(dict.fromkeys(seen.loaded.show.title for seen in found if seen.loaded.show))
    name = ", ".join(titles) or "publisher"
    return ics(entries, name=name, now=found[0].now, show_titles=len(found) > 1)


def _zone(seen: Look) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(seen.loaded.show.timezone if seen.loaded.show else "UTC")


def _days(seen: Look, first: date | None, weeks: int) -> tuple[date, date]:
    """The first day, and the last; as far as the calendar goes."""
    start = first or seen.now.astimezone(_zone(seen)).date()
    return start, start + min(timedelta(weeks=weeks, days=-1), date.max - start)


def _shown(seen: Look, first: date | None, weeks: int) -> tuple[Upcoming, ...]:
    """What is due, what has a date within the days, and drafts without one."""
    start, end = _days(seen, first, weeks)
    zone = _zone(seen)
    return tuple(
        entry
        for entry in seen.entries
        if entry.goes_out is None
        or entry.state == "due"
        or start <= entry.goes_out.astimezone(zone).date() <= end
    )


def _drawn(found: Sequence[Look], first: date | None, weeks: int) -> Iterator[str]:
    from publisher.calendar.grid import MARKS, Entry, mark_of, months

    if not found:
        return
    marked: list[Entry] = []
    for place, seen in enumerate(found):
        letter = _letter(place) if len(found) > 1 else ""
        zone, show = _zone(seen), seen.loaded.show
        assert show is not None
        yield f"{f'{letter}  ' if letter else ''}{show.title} ({zone.key})"
        shown = _shown(seen, first, weeks)
        for entry in shown:
            yield from _listed(entry, zone, letter)
            if entry.goes_out is not None:
                local = entry.goes_out.astimezone(zone)
                label = letter or entry.name
                marked.append(Entry(local.date(), f"{local:%H:%M}", mark_of(entry), label))
        if not shown:
            yield "  nothing is coming"
        yield ""
    start, end = _days(found[0], first, weeks)
    today = found[0].now.astimezone(_zone(found[0])).date()
    yield from months(marked, start, end, today=today, style=_style)
    yield "  ".join(f"{mark} {text}" for mark, text in MARKS.items())


def _listed(entry: Upcoming, zone: ZoneInfo, letter: str) -> Iterator[str]:
    from publisher.calendar.grid import mark_of

    if entry.goes_out is None:
        at = "without a date".ljust(28)
    else:
        local = entry.goes_out.astimezone(zone)
        at = f"{local:%Y-%m-%d} {_WEEKDAYS[local.weekday()]} {local:%H:%M} {_offset(local)}".ljust(28)
    name = f"{entry.name}  " if entry.name else ""
    members = "  (for members)" if entry.for_members else ""
    mark = mark_of(entry)
    indent = f"{letter} " if letter else "  "
    yield indent + _style(f"{mark} {at}{entry.state:<9}", mark) + f"  {name}{entry.title}{members}"
    if entry.gaps and entry.state != "released":
        yield f"      {entry.gaps}"


def _offset(local: datetime) -> str:
    """`+01:00`; of two equal wall times when clocks go back, it tells which."""
    text = f"{local:%z}"
    return f"{text[:3]}:{text[3:5]}"


def _letter(place: int) -> str:
    """A, B, …, Z, AA, AB, …"""
    further, rest = divmod(place, len(ascii_uppercase))
    return (_letter(further - 1) if further else "") + ascii_uppercase[rest]


def _style(text: str, mark: Mark) -> str:
    colour = _COLOURS[mark]
    return click.style(text, fg=colour) if colour and sys.stdout.isatty() else text
