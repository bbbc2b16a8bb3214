"""Chapters as numbered comments: `CHAPTER01=00:00:00.000`, `CHAPTER01NAME=…`, `CHAPTER01URL=…`.

Ogg and FLAC files carry them (https://wiki.xiph.org/Chapter_Extension), and programs for films write them
into text files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from publisher.chapters.draft import (
    CLOCK,
    MAX_CHAPTERS,
    Draft,
    add_no_clock,
    clean,
    clock_seconds,
    finish,
)
from publisher.findings import Findings
from publisher.model import Chapter
from publisher.quoting import shown

COMMENT: Final = re.compile(r"CHAPTER(\d{1,4})(NAME|URL|)", re.IGNORECASE)
"""A comment's key."""

_CLOCK = re.compile(CLOCK)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and its line where it stands in a text file."""

    key: str
    value: str
    line: int | None = None


def from_comments(comments: Iterable[Comment], findings: Findings) -> tuple[Chapter, ...]:
    """The chapters of these comments; those that speak of something else are passed over."""
    starts: dict[int, tuple[float, int | None]] = {}
    words: dict[tuple[int, str], tuple[str, int | None]] = {}
    for comment in comments:
        match = COMMENT.fullmatch(comment.key)
        if match is None or len(starts) > MAX_CHAPTERS:
            continue
        number, what = int(match[1]), match[2].upper()
        if (number, what) in words or (not what and number in starts):
            _add_twice(comment, findings)
        elif what:
            words[number, what] = (clean(comment.value), comment.line)
        elif (start := _start(comment, findings)) is not None:
            starts[number] = (start, comment.line)
        else:
            starts[number] = (-1.0, comment.line)
    for (number, what), (_, line) in words.items():
        if number not in starts:
            findings.add(
                "chapters-syntax",
                "error",
                f"CHAPTER{number:02}{what} belongs to no chapter: there is no CHAPTER{number:02}",
                f"write CHAPTER{number:02}=00:00:00.000",
                line,
            )
    drafts = [
        Draft(
            start,
            title=words.get((number, "NAME"), ("", None))[0],
            url=words.get((number, "URL"), ("", None))[0],
            line=line,
        )
        for number, (start, line) in sorted(starts.items())
        if start >= 0
    ]
    return finish(drafts, findings)


def _start(comment: Comment, findings: Findings) -> float | None:
    match = _CLOCK.fullmatch(comment.value.strip())
    if match is None:
        findings.add(
            "chapters-syntax",
            "error",
            f"{comment.key} is {shown(comment.value)}, which is no time",
            "write it as 00:01:02.500",
            comment.line,
        )
        return None
    seconds = clock_seconds(match[1], match[2], match[3], match[4])
    if seconds is None:
        add_no_clock(comment.value, findings, comment.line)
    return seconds


def _add_twice(comment: Comment, findings: Findings) -> None:
    findings.add(
        "chapters-syntax",
        "error",
        f"{comment.key.upper()} stands twice",
        "give each chapter a number of its own",
        comment.line,
    )
