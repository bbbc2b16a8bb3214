"""Dates and offsets as producers write them."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?"
    r"\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+)(\.\d+)?")


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
        raise BadTime(
            f"{text!r} is not a date",
            f"write it as 2020-12-02, or 2020-12-02 06:00 for a time of day in the show's zone ({zone.key})",
        )
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    _refuse_impossible(text, zone, year, month, day, hour, minute, second)
    if match[7]:
        return datetime(year, month, day, hour, minute, second, tzinfo=_offset(text, match[7])).astimezone(
            UTC
        )
    wall = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    try:
        instant = wall.astimezone(UTC)
    except OverflowError:
        raise BadTime(f"{text!r} is outside the calendar", "use a year from 1970 on") from None
    back = instant.astimezone(zone)
    if back.replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise BadTime(
            f"{text!r} does not exist: in {zone.key} the clocks skip that time and go on at {back:%H:%M}",
            f"write {back:%Y-%m-%d %H:%M}, or give an offset such as +01:00",
        )
    return instant


def _instant(text: str, wall: datetime) -> datetime:
    try:
        return wall.astimezone(UTC)
    except OverflowError:
        raise BadTime(f"{text!r} is outside the calendar", "use a year from 1970 on") from None


def _refuse_impossible(
    text: str, zone: ZoneInfo, year: int, month: int, day: int, hour: int, minute: int, second: int
) -> None:
    help = f"write it as 2020-12-02, or 2020-12-02 06:00 for a time of day in the show's zone ({zone.key})"
    if not 1 <= month <= 12:
        raise BadTime(f"{text!r}, and there is no month {month}", help)
    if year < 1:
        raise BadTime(f"{text!r}, and there is no year {year}", help)
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise BadTime(f"{text!r}, and {calendar.month_name[month]} {year} has {days} days", help)
    if hour > 23 or minute > 59 or second > 59:
        raise BadTime(f"{text!r}, and there is no time {hour:02}:{minute:02}:{second:02}", help)


def _offset(text: str, written: str) -> timezone:
    if written in ("Z", "z", "UTC"):
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    if hours > 14 or minutes > 59:
        raise BadTime(f"{text!r}, and there is no offset {written}", "offsets run from -12:00 to +14:00")
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def parse_offset(text: str) -> float:
    """Seconds from the start: `12:34`, `1:02:03.5` or `754`.

    Raises:
        BadTime: it is none of these.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise BadTime(f"{text!r} is not a time", "write it as 12:34, 1:02:03.5 or in seconds")
    hours, minutes, seconds = int(match[1] or 0), int(match[2] or 0), int(match[3])
    if match[2] is not None and seconds > 59:
        raise BadTime(
            f"{text!r} has {seconds} seconds in a minute", "write it as 12:34, 1:02:03.5 or in seconds"
        )
    if match[1] is not None and minutes > 59:
        raise BadTime(
            f"{text!r} has {minutes} minutes in an hour", "write it as 12:34, 1:02:03.5 or in seconds"
        )
    return hours * 3600 + minutes * 60 + seconds + float(match[4] or 0)


def has_offset(text: str) -> bool:
    """Whether a date says itself how far from UTC it is."""
    match = _DATE.fullmatch(text.strip())
    return bool(match and match[7])
