"""Dates and offsets."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from publisher.reading.times import BadTime, has_offset, parse_date, parse_offset

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2020-09-02", "2020-09-01T22:00:00"),
        ("2020-9-2", "2020-09-01T22:00:00"),
        (" 2020-09-02 06:00 ", "2020-09-02T04:00:00"),
        ("2020-01-02 06:00", "2020-01-02T05:00:00"),
        ("2020-09-02T06:00:30", "2020-09-02T04:00:30"),
        ("2020-09-02T06:00:30.5", "2020-09-02T04:00:30"),
        ("2020-09-02 06:00Z", "2020-09-02T06:00:00"),
        ("2020-09-02 06:00 UTC", "2020-09-02T06:00:00"),
        ("2020-09-02 06:00 +05:30", "2020-09-02T00:30:00"),
        ("2020-09-02 06:00-0700", "2020-09-02T13:00:00"),
        ("2024-02-29", "2024-02-28T23:00:00"),
        ("2000-02-29", "2000-02-28T23:00:00"),
        # Of the hour that comes twice it is the first; one that does not come can be given with an offset.
        ("2026-10-25 02:30", "2026-10-25T00:30:00"),
        ("2026-10-25 02:30 +01:00", "2026-10-25T01:30:00"),
        ("2026-03-29 01:59", "2026-03-29T00:59:00"),
        ("2026-03-29 03:00", "2026-03-29T01:00:00"),
        ("2026-03-29 02:30 +01:00", "2026-03-29T01:30:00"),
    ],
)
def test_dates(text: str, utc: str) -> None:
    found = parse_date(text, OSLO)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-13-01", "no month 13"),
        ("2026-00-01", "no month 0"),
        ("2026-04-31", "April 2026 has 30 days"),
        ("2023-02-29", "February 2023 has 28 days"),
        ("1900-02-29", "February 1900 has 28 days"),
        ("2026-01-00", "January 2026 has 31 days"),
        ("2026-01-05 24:00", "no time 24:00"),
        ("2026-01-05 12:60", "no time 12:60"),
        ("2026-01-05 12:00:60", "no time 12:00:60"),
        ("2026-01-05 12:00 +15:00", "no offset +15:00"),
        ("2026-01-05 12:00 +14:30", "no offset +14:30"),
        ("2026-01-05 12:00 +01:60", "no offset +01:60"),
        ("0000-01-01", "no year 0"),
        ("0001-01-01 00:00 +14:00", "outside the calendar"),
        ("9999-12-31 23:00 -12:00", "outside the calendar"),
        ("0001-01-01", "outside the calendar"),
        ("2026-03-29 02:30", "the clocks skip that time and go on at 03:30"),
        ("2026-03-29 02:00", "the clocks skip"),
        ("soon", "not a date"),
        ("", "not a date"),
        ("2026-01-05 12", "not a date"),
        ("2026-01-05 +01:00", "not a date"),
        ("05.01.2026", "not a date"),
        ("٢٠٢٦-٠١-٠٥", "not a date"),
        ("1" * 5000, "not a date"),
        ("2026-01-05\x1b[31m", "not a date"),
    ],
)
def test_no_dates(text: str, said: str) -> None:
    with pytest.raises(BadTime) as raised:
        parse_date(text, OSLO)
    assert said in raised.value.message
    assert raised.value.message.isprintable()
    assert raised.value.help


def test_the_mend_of_a_date_with_dots() -> None:
    with pytest.raises(BadTime) as raised:
        parse_date("5.1.2026", OSLO)
    assert "2026-01-05" in raised.value.help


@pytest.mark.parametrize(
    ("text", "given"),
    [("2026-01-05", False), ("2026-01-05 06:00", False), ("2026-01-05 06:00Z", True), ("soon", False)],
)
def test_whether_an_offset_is_given(text: str, given: bool) -> None:
    assert has_offset(text) is given


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("754", 754),
        ("12.5", 12.5),
        ("0:00", 0),
        ("12:34", 754),
        ("90:00", 5400),
        ("1:02:03.5", 3723.5),
        ("01:02:03", 3723),
        (" 0:05 ", 5),
        ("100:00:00", 360000),
    ],
)
def test_offsets(text: str, seconds: float) -> None:
    assert parse_offset(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-5",
        "+5",
        "1:60",
        "1:75",
        "1:60:00",
        "1:2:3:4",
        "12.34.56",
        "1 min",
        ":30",
        "1:",
        "1e3",
        "nan",
        "inf",
        "9" * 5000,
        "9" * 400 + ":00:00",
        "0." + "0" * 5000,
        "٣",
    ],
)
def test_no_offsets(text: str) -> None:
    with pytest.raises(BadTime) as raised:
        parse_offset(text)
    assert raised.value.help
