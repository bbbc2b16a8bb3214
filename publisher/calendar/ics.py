"""A calendar to subscribe to: iCalendar as RFC 5545 has it, with the names of RFC 7986. Pure.

https://www.rfc-editor.org/rfc/rfc5545 · https://www.rfc-editor.org/rfc/rfc7986

The same entries at the same moment give the same bytes. There is no METHOD: the file is a calendar, not an
invitation, so that DTSTAMP is when it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from publisher.coming import Upcoming

PAST: Final = timedelta(days=90)
"""How long a release stays in the calendar."""

_LINE_BYTES: Final = 75
_CONTROLS: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_NO_URI: Final = re.compile(r"[^\x21-\x7e]")


def ics(entries: Iterable[Upcoming], *, name: str, now: datetime, show_titles: bool = False) -> bytes:
    """The calendar of all that has a date, but for what went out more than 90 days before `now`.

    Args:
        entries: of one show or several.
        name: what calendar programs call it.
        now: aware; written to the second as the moment of its making.
        show_titles: whether each event says of which show it is.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//publisher//calendar//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    dated = [
        (entry.goes_out, entry.folder, entry.slug, entry)
        for entry in entries
        if entry.goes_out is not None and (entry.state != "released" or entry.goes_out >= now - PAST)
    ]
    for moment, _, _, entry in sorted(dated, key=lambda item: item[:3]):
        lines += _event(entry, moment, now, show_titles)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(entry: Upcoming, moment: datetime, now: datetime, show_titles: bool) -> Iterator[str]:
    title = f"{entry.show}: {entry.title}" if show_titles else entry.title
    is_well = entry.state == "released" or entry.is_ready
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(entry.guid)}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(moment)}"
    yield f"SUMMARY:{_text(title)}"
    yield f"DESCRIPTION:{_text(_description(entry, moment))}"
    if entry.url:
        yield f"URL:{_NO_URI.sub(_percent, entry.url)}"
    yield f"STATUS:{'CONFIRMED' if is_well else 'TENTATIVE'}"
    # A release keeps nobody from another appointment.
    yield "TRANSP:TRANSPARENT"
    if entry.state == "scheduled" and entry.gaps:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(f'{title}: {entry.gaps}')}"
        yield "TRIGGER:-P1D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _description(entry: Upcoming, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(entry.timezone))
    states = {
        "released": "Out since then.",
        "due": "Due; goes out with the next run.",
        "scheduled": "Scheduled.",
        "draft": "A draft.",
    }
    lines = [f"{entry.show}{f' · {entry.name}' if entry.name else ''}", states[entry.state]]
    if entry.for_members:
        lines.append("For members only.")
    elif entry.published is not None and entry.published != moment:
        lines.append("To members first.")
    if entry.missing:
        lines.append(f"Missing: {', '.join(entry.missing)}.")
    lines += [f"Error: {problem.message}" for problem in entry.errors[:10]]
    if entry.errors[10:]:
        lines.append(f"And {len(entry.errors) - 10} more errors.")
    lines.append(f"{local:%Y-%m-%d %H:%M} in {entry.timezone} ({local:%z})")
    return "\n".join(lines)


def _utc(moment: datetime) -> str:
    # Not strftime: of years before 1000 it leaves out the zeros.
    at = moment.astimezone(UTC)
    return f"{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}Z"


def _text(value: str) -> str:
    """A value of the type TEXT (RFC 5545, 3.3.11)."""
    plain = _CONTROLS.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _folded(line: str) -> bytes:
    """A content line: CRLF at its end, no more than 75 octets between two of them, no character cut."""
    data = line.encode()
    pieces = []
    room = _LINE_BYTES
    while len(data) > room:
        cut = room
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data = data[cut:]
        # The space that a continued line begins with counts.
        room = _LINE_BYTES - 1
    return b"\r\n ".join((*pieces, data)) + b"\r\n"
