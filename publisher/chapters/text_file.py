"""Chapters in a text file: labels of Audacity, lines `00:00:00 Title`, or numbered comments.

Audacity: https://manual.audacityteam.org/man/importing_and_exporting_labels.html
"""

from __future__ import annotations

import re

from publisher.chapters.comments import Comment, from_comments
from publisher.chapters.draft import Draft, add_no_clock, clean, clock_seconds, finish
from publisher.chapters.lines import LINE
from publisher.findings import Findings
from publisher.model import Chapter
from publisher.problems import Finding
from publisher.quoting import shown

_NUMBER = r"(-?\d{1,9}(?:[.,]\d{1,12})?)"
_LABEL = re.compile(rf"{_NUMBER}\t{_NUMBER}(?:\t(.*))?")
_FREQUENCIES = "\\\t"
"""Begins the line below a label whose sound was chosen by pitch too."""
_COMMENT = re.compile(r"(CHAPTER\d{1,4}(?:NAME|URL|))\s*=(.*)", re.IGNORECASE)

_FORMS = "write each chapter as 00:12:34 Title, or export the labels from Audacity again"


def read_chapters_text(text: str) -> tuple[tuple[Chapter, ...] | None, tuple[Finding, ...]]:
    """The chapters of a text file, and everything found in it.

    The first line that is not empty decides which of the three forms it is. None where an error was found.
    """
    findings = Findings()
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        help = "fill it, or remove the file: an episode needs no chapters"
        findings.add("chapters-empty", "error", "the file holds no chapters", help)
        return None, findings.all()
    first = lines[0][1].strip()
    if _COMMENT.fullmatch(first):
        chapters = _from_comments(lines, findings)
    elif _LABEL.fullmatch(lines[0][1].rstrip("\r\n")):
        chapters = _from_labels(lines, findings)
    else:
        chapters = _from_lines(lines, findings)
    return None if findings.has_error else chapters, findings.all()


def _from_comments(lines: list[tuple[int, str]], findings: Findings) -> tuple[Chapter, ...]:
    comments = []
    for number, line in lines:
        match = _COMMENT.fullmatch(line.strip())
        if match is None:
            _add_other(line, number, "write CHAPTER01=00:00:00.000 and CHAPTER01NAME=Title", findings)
        else:
            comments.append(Comment(match[1], match[2], number))
    return from_comments(comments, findings)


def _from_labels(lines: list[tuple[int, str]], findings: Findings) -> tuple[Chapter, ...]:
    drafts = []
    for number, line in lines:
        if line.startswith(_FREQUENCIES):
            continue
        match = _LABEL.fullmatch(line)
        if match is None:
            _add_other(line, number, "export the labels from Audacity again", findings)
            continue
        start, end = (round(float(part.replace(",", ".")), 3) for part in (match[1], match[2]))
        if start < 0:
            message = f"the label starts at {start:g} s, before the sound begins"
            findings.add("chapters-times", "error", message, "correct it", number)
            continue
        # A label at a point has its start as its end: the chapter lasts until the next one.
        drafts.append(
            Draft(start, clean(match[3] or ""), end_seconds=None if end == start else end, line=number)
        )
    return finish(drafts, findings)


def _from_lines(lines: list[tuple[int, str]], findings: Findings) -> tuple[Chapter, ...]:
    drafts = []
    for number, line in lines:
        match = LINE.fullmatch(line.strip())
        if match is None:
            _add_other(line, number, _FORMS, findings)
            continue
        seconds = clock_seconds(match[1], match[2], match[3], match[4])
        if seconds is None:
            add_no_clock(line, findings, number)
            continue
        drafts.append(Draft(seconds, clean(match[5]), line=number))
    return finish(drafts, findings)


def _add_other(line: str, number: int, help: str, findings: Findings) -> None:
    findings.add("chapters-syntax", "error", f"{shown(line)} is no chapter", help, number)
