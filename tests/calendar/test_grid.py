"""Months on a terminal: 78 columns, every day once, each release in its box."""

from __future__ import annotations

import re
from datetime import date

from publisher.calendar.grid import Entry, Mark, mark_of, months
from publisher.coming import Upcoming

TODAY = date(2028, 2, 10)


def drawn(*entries: Entry, first: date = date(2028, 2, 1), last: date = date(2028, 3, 31)) -> list[str]:
    return list(months(entries, first, last, today=TODAY))


def test_a_leap_february() -> None:
    lines = drawn(Entry(date(2028, 2, 29), "06:00", "*", "S1 E2"))
    assert lines[0] == "February 2028"
    numbers = [int(n) for line in lines for n in re.findall(r"\|[ \[](\d+)\]? ", line)]
    assert numbers == list(range(1, 30))
    assert "[10]" in "".join(lines)
    row = next(place for place, line in enumerate(lines) if "| 29 " in line)
    assert lines[row + 1].split("|")[2] == "* 06:00 S1"


def test_every_line_is_equally_wide_and_fits() -> None:
    days = (date(2028, 2, 1), date(2028, 2, 7))
    many = [Entry(day, f"{hour:02}:00", "!", "a long name") for day in days for hour in range(9)]
    boxes = [line for line in drawn(*many) if line[:1] in "|+"]
    assert boxes
    assert {len(line) for line in boxes} == {78}


def test_more_than_fit_are_counted() -> None:
    day = date(2028, 2, 3)
    four = "\n".join(drawn(*(Entry(day, f"0{hour}:00", "*", "A") for hour in range(4))))
    assert "more" not in four
    nine = "\n".join(drawn(*(Entry(day, f"0{hour}:00", "*", "A") for hour in range(9))))
    assert nine.count("* 0") == 3
    assert "6 more" in nine


def test_months_without_a_release_are_left_out_but_for_the_first() -> None:
    entries = (Entry(date(2028, 12, 31), "06:00", "*"), Entry(date(2029, 2, 1), "06:00", "*"))
    lines = drawn(*entries, first=date(2028, 11, 20), last=date(2029, 3, 1))
    titles = [line for line in lines if line[:1].isalpha()]
    assert titles == ["November 2028", "December 2028", "February 2029"]


def test_colours_leave_the_width_alone() -> None:
    def style(text: str, mark: Mark) -> str:
        assert len(text) == 10
        return f"<{mark}{text}>"

    entry = Entry(date(2028, 2, 3), "06:00", "~", "A")
    lines = list(months([entry], date(2028, 2, 1), date(2028, 2, 28), today=TODAY, style=style))
    assert any("|<~~ 06:00 A >|" in line for line in lines)


def test_marks() -> None:
    def mark(state: str, *missing: str) -> str:
        return mark_of(Upcoming("e", "Show", "UTC", "one", "One", state, missing=missing))  # type: ignore[arg-type]

    assert mark("released") == "+"
    assert mark("scheduled") == "*"
    assert mark("due", "artwork") == "~"
    assert mark("draft", "audio", "artwork") == "!"
