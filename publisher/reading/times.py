"""Dates and offsets as producers write them."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from publisher.reading.characters import printable

_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(?:(?:(\d{1,6}):)?(\d{1,9}):)?(\d{1,9})(\.\d{0,30})?", re.ASCII)
_HOW = "write it as 12:34, 1:02:03.5 or in seconds"


class BadTime(ValueError):
    """What is wrong with a date or an offset; `help` says how to write it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def parse_date(text: str, zone: ZoneInfo) -> datetime:
    """A date or a date with time as an instant.

    Args:
        text: `2020-09-02`, `2020-09-02 06:00`, `2020-09-02T06:00:00+02:00`.
        zone: holds where no offset is written; a date alone means its midnight.

    Returns:
        Aware, in UTC. Of two equal wall times when clocks go back, the first.

    Raises:
        BadTime: it is no such date, or a wall time that the zone's clocks skip.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise BadTime(f"{_quoted(text)}, which is not a date", _how(text, zone))
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    _refuse_impossible(text, zone, year, month, day, hour, minute, second)
    if match[7]:
        return _instant(
            text, datetime(year, month, day, hour, minute, second, tzinfo=_offset(text, match[7]))
        )
    wall = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    instant = _instant(text, wall)
    back = instant.astimezone(zone)
    if back.replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise BadTime(
            f"{_quoted(text)}, which does not exist: in {zone.key} the clocks skip that time "
            f"and go on at {back:%H:%M}",
            f"write {back:%Y-%m-%d %H:%M}, or another time",
        )
    return instant


def _instant(text: str, wall: datetime) -> datetime:
    try:
        instant = wall.astimezone(UTC)
    except OverflowError:
        instant = None
    # A day is left at both ends of the calendar, so that no zone's clock runs out of it.
    if instant is None or not 1 < instant.year < 9999:
        raise BadTime(f"{_quoted(text)}, which is outside the calendar", "use a year from 1970 on")
    return instant


def _how(text: str, zone: ZoneInfo) -> str:
    dotted = _DOTTED.match(text.strip())
    if dotted:
        day, month, year = (int(part) for part in dotted.groups())
        return f"write year, month and day: {year}-{month:02}-{day:02}"
    return f"write it as 2020-12-02, or 2020-12-02 06:00 for a time of day in the show's zone ({zone.key})"


def _quoted(text: str) -> str:
    return f'"{printable(text)}"'


def _refuse_impossible(
    text: str, zone: ZoneInfo, year: int, month: int, day: int, hour: int, minute: int, second: int
) -> None:
    help = _how(text, zone)
    if not 1 <= month <= 12:
        raise BadTime(f"{_quoted(text)}, and there is no month {month}", help)
    if year < 1:
        raise BadTime(f"{_quoted(text)}, and there is no year {year}", help)
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise BadTime(f"{_quoted(text)}, and {calendar.month_name[month]} {year} has {days} days", help)
    if hour > 23 or minute > 59 or second > 59:
        seconds = f":{second:02}" if second else ""
        raise BadTime(f"{_quoted(text)}, and there is no time {hour:02}:{minute:02}{seconds}", help)


def _offset(text: str, written: str) -> timezone:
    if written in ("Z", "z", "UTC"):
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    if hours * 60 + minutes > 14 * 60 or minutes > 59:
        raise BadTime(
            f"{_quoted(text)}, and there is no offset {written}", "offsets run from -12:00 to +14:00"
        )
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def parse_offset(text: str) -> float:
    """Seconds from the start: `12:34`, `1:02:03.5` or `754`.

    Raises:
        BadTime: it is none of these.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise BadTime("this is no time", _HOW)
    hours, minutes, seconds = int(match[1] or 0), int(match[2] or 0), int(match[3])
    if match[2] is not None and seconds > 59:
        raise BadTime(f"a minute has no {seconds} seconds", _HOW)
    if match[1] is not None and minutes > 59:
        raise BadTime(f"an hour has no {minutes} minutes", _HOW)
    return hours * 3600 + minutes * 60 + seconds + float(f"0{match[4] or ''}")


def has_offset(text: str) -> bool:
    """Whether a date says itself how far from UTC it is."""
    match = _DATE.fullmatch(text.strip())
    return bool(match and match[7])
