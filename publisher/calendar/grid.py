"""Months as a terminal shows them: 78 columns of plain text, a box for each day. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from publisher.coming import Upcoming

Mark = Literal["+", "*", "~", "!"]

MARKS: Final[Mapping[Mark, str]] = {
    "*": "ready",
    "~": "something is missing",
    "!": "cannot go out as it is",
    "+": "out",
}
_WIDTH: Final = 10
_MOST: Final = 4
"""Releases that one day's box has room for; more are counted."""
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_RULE: Final = "+" + "+".join("-" * _WIDTH for _ in _DAYS) + "+"


@dataclass(frozen=True, slots=True)
class Entry:
    """A release as a box shows it.

    Attributes:
        day, time: in the show's zone; `time` as `06:00`.
        mark: how it stands.
        label: what is written behind the time: a show's letter, or the episode's number.
    """

    day: date
    time: str
    mark: Mark
    label: str = ""

    @property
    def text(self) -> str:
        return f"{self.mark} {self.time} {self.label}"[:_WIDTH].rstrip()


def mark_of(entry: Upcoming) -> Mark:
    if entry.state == "released":
        return "+"
    if not entry.is_ready:
        return "!"
    return "~" if entry.missing else "*"


def months(
    entries: Iterable[Entry],
    first: date,
    last: date,
    *,
    today: date,
    style: Callable[[str, Mark], str] = lambda text, mark: text,
) -> Iterator[str]:
    """Lines that draw every month from `first` to `last` in which something goes out, and the first one.

    Args:
        entries: in any order; those outside of the months are left out.
        today: is written as `[28]`.
        style: colours a text that is as long as it is to be; it must not change its width.
    """
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        is_first = (year, month) == (first.year, first.month)
        if is_first or any((day.year, day.month) == (year, month) for day in by_day):
            if not is_first:
                yield ""
            yield from _month(year, month, by_day, today, style)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _month(
    year: int,
    month: int,
    by_day: Mapping[date, list[Entry]],
    today: date,
    style: Callable[[str, Mark], str],
) -> Iterator[str]:
    yield f"{_MONTHS[month]} {year}"
    yield "|" + "|".join(f" {name:<{_WIDTH - 1}}" for name in _DAYS) + "|"
    yield _RULE
    for week in calendar.monthcalendar(year, month):
        days = [date(year, month, number) if number else None for number in week]
        yield "|" + "|".join(_number(day, today) for day in days) + "|"
        boxes = [_box(by_day.get(day, ()) if day else (), style) for day in days]
        for place in range(max(map(len, boxes))):
            yield "|" + "|".join(box[place] if place < len(box) else " " * _WIDTH for box in boxes) + "|"
        yield _RULE


def _number(day: date | None, today: date) -> str:
    if day is None:
        return " " * _WIDTH
    return f"{f'[{day.day}]' if day == today else f' {day.day}':<{_WIDTH}}"


def _box(entries: Iterable[Entry], style: Callable[[str, Mark], str]) -> list[str]:
    found = sorted(entries, key=lambda entry: (entry.time, entry.label))
    room = _MOST if len(found) <= _MOST else _MOST - 1
    lines = [style(f"{entry.text:<{_WIDTH}}", entry.mark) for entry in found[:room]]
    if found[room:]:
        lines.append(f"{f'  {len(found) - room} more':<{_WIDTH}}")
    return lines
