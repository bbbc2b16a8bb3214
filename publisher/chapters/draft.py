"""Chapters on their way in: what every reader shares, and the checks that hold for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from publisher.findings import Findings
from publisher.model import Chapter, Place
from publisher.nfc import nfc
from publisher.quoting import shown

MAX_CHAPTERS: Final = 5_000
LONGEST_SECONDS: Final = 24 * 3600
"""No episode is longer; a chapter behind this has its hours wrong."""

CLOCK: Final = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9}))?"
"""`12:34`, `1:02:03` or `1:02:03.500`; its four groups are what `clock_seconds` takes."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A chapter and where it stands: `line`, or `place` where lines are not known (`chapters[3]`)."""

    start_seconds: float
    title: str = ""
    url: str = ""
    image: str = ""
    toc: bool = True
    end_seconds: float | None = None
    location: Place | None = None
    line: int | None = None
    place: str = ""


def clean(text: str) -> str:
    """NFC, on one line, without what XML cannot carry, as the model promises."""
    return _SPACE.sub(" ", _NOT_XML.sub("", nfc(text))).strip()


def clock(seconds: float) -> str:
    """`1:02:03`, with thousandths where there are any, as a person writes it."""
    rest, thousandths = divmod(round(seconds * 1000), 1000)
    text = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{text}.{thousandths:03}" if thousandths else text


def clock_seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float | None:
    """The time in seconds; None where it counts more than 59 minutes in an hour or seconds in a minute."""
    if int(seconds) > 59 or (hours is not None and int(minutes) > 59):
        return None
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return round(whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0), 3)


def add_no_clock(written: str, findings: Findings, line: int | None = None, place: str = "") -> None:
    """Reports a time that no clock shows."""
    findings.add(
        "chapters-times",
        "error",
        f"{_where(place)}{shown(written)} counts more than 59 minutes or seconds",
        "write hours, minutes and seconds: 1:15:00",
        line,
    )


def finish(drafts: list[Draft], findings: Findings) -> tuple[Chapter, ...]:
    """The chapters in the order of the sound; their times are checked on the way.

    Mended and said in a warning: chapters out of order, and an end that comes before its start.
    """
    if len(drafts) > MAX_CHAPTERS:
        findings.add(
            "chapters-too-large",
            "error",
            f"there are {len(drafts):,} chapters; at most {MAX_CHAPTERS:,} are read",
            "are these really chapters?",
        )
        return ()
    for draft in drafts:
        _check(draft, findings)
    for before, draft in pairwise(drafts):
        if draft.start_seconds < before.start_seconds:
            findings.add(
                "chapters-order",
                "warning",
                f"{_where(draft.place)}the chapter starts at {clock(draft.start_seconds)}, before the one "
                f"above it does ({clock(before.start_seconds)})",
                "nothing to do if the times are right: they are published in order",
                draft.line,
            )
    return tuple(_made(draft) for draft in sorted(drafts, key=lambda draft: draft.start_seconds))


def _made(draft: Draft) -> Chapter:
    ends = draft.end_seconds is not None and draft.end_seconds > draft.start_seconds
    return Chapter(
        start_seconds=draft.start_seconds,
        title=draft.title,
        url=draft.url,
        image=draft.image,
        toc=draft.toc,
        end_seconds=draft.end_seconds if ends else None,
        location=draft.location,
    )


def _check(draft: Draft, findings: Findings) -> None:
    if draft.start_seconds > LONGEST_SECONDS:
        findings.add(
            "chapters-times",
            "error",
            f"{_where(draft.place)}the chapter starts at {clock(draft.start_seconds)}, and no episode lasts "
            f"{LONGEST_SECONDS // 3600} hours",
            "correct the hours",
            draft.line,
        )
    if draft.end_seconds is not None and draft.end_seconds < draft.start_seconds:
        findings.add(
            "chapters-times",
            "warning",
            f"{_where(draft.place)}the chapter ends at {clock(draft.end_seconds)}, before it starts at "
            f"{clock(draft.start_seconds)}",
            "correct one of the two; until then it lasts until the next one",
            draft.line,
        )


def _where(place: str) -> str:
    return f"{place}: " if place else ""
