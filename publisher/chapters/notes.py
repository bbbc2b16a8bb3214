"""Chapters out of the show notes: a list of lines `00:00 Title`, as Apple and YouTube read them.

https://podcasters.apple.com/support/5482 · https://support.google.com/youtube/answer/9884579
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from publisher.chapters.draft import LONGEST_SECONDS, Draft, clean, clock, clock_seconds, finish
from publisher.chapters.lines import LINE
from publisher.findings import Findings
from publisher.model import Chapter
from publisher.problems import Finding
from publisher.text import plain_text

_FEWEST = 3
_MOST = 1_000
_FENCE = re.compile(r" {0,3}(```|~~~)")
_LINKED = re.compile(r"\[([^\[\]]*)\]\((https?://[^\s()]+)\)")


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of the notes that may be a chapter; `index` is its place among all lines."""

    index: int
    start_seconds: float
    words: str


def chapters_in_notes(notes: str) -> tuple[tuple[Chapter, ...], tuple[Finding, ...]]:
    """The chapters that the notes list, none where they list none, and what is wrong with the list.

    A list is three lines or more, one below the other, the first at 0:00 and each later than the one before.
    Anything else that looks like a time is what somebody says in the notes, and no chapter.
    """
    findings = Findings()
    for run in _runs(notes):
        late = next((second for first, second in pairwise(run) if not _follows(first, second)), None)
        if late is None:
            return finish([_draft(item) for item in run], Findings()), findings.all()
        findings.add(
            "chapters-order",
            "warning",
            f"the chapter at {clock(late.start_seconds)} is no later than the one above it, so none is used",
            "put the chapters in the notes in the order of the sound",
            late.index + 1,
        )
    return (), findings.all()


def lists_chapters(notes: str) -> bool:
    """Whether the notes list the episode's chapters themselves."""
    return bool(_list(notes))


def with_line_breaks(notes: str) -> str:
    """The notes with each chapter of a list on a line of its own: Markdown joins the lines of a paragraph,
    and apps look for times at the start of one."""
    found = {item.index for item in _list(notes)}
    if not found:
        return notes
    lines = notes.split("\n")
    return "\n".join(
        line.rstrip() + "  " if index in found and index + 1 in found else line
        for index, line in enumerate(lines)
    )


def _list(notes: str) -> tuple[_Item, ...]:
    for run in _runs(notes):
        if all(_follows(first, second) for first, second in pairwise(run)):
            return run
    return ()


def _follows(first: _Item, second: _Item) -> bool:
    return first.start_seconds < second.start_seconds <= LONGEST_SECONDS


def _draft(item: _Item) -> Draft:
    link = _LINKED.search(item.words)
    # Behind a word, `1. Intro` is no list and `# Intro` no heading.
    title = clean(plain_text(f"x {item.words}"))[2:]
    return Draft(item.start_seconds, title, link[2] if link else "")


@lru_cache(maxsize=64)
def _runs(notes: str) -> tuple[tuple[_Item, ...], ...]:
    """Items that stand below each other, three or more, the first at 0:00."""
    if ":00" not in notes:
        return ()
    return tuple(tuple(run) for run in _all_runs(notes) if len(run) >= _FEWEST and run[0].start_seconds == 0)


def _all_runs(notes: str) -> Iterator[list[_Item]]:
    run: list[_Item] = []
    fence = ""
    for index, line in enumerate(notes.split("\n")):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        item = None if fence or mark else _item(index, line)
        if item is not None and len(run) < _MOST:
            run.append(item)
        elif line.strip() and not line.startswith(("  ", "\t")):
            # What is neither empty nor indented below an item ends the list.
            yield run
            run = []
    yield run


def _item(index: int, line: str) -> _Item | None:
    match = LINE.fullmatch(line.strip()) if ":" in line else None
    if match is None or not match[5].strip():
        return None
    seconds = clock_seconds(match[1], match[2], match[3], match[4])
    return None if seconds is None else _Item(index, seconds, match[5])
