"""Chapters that the show notes list."""

from __future__ import annotations

import time

import pytest

from publisher.chapters import chapters_in_notes, lists_chapters, with_line_breaks
from publisher.model import Chapter

THREE = (Chapter(0.0, "Intro"), Chapter(12.0, "Two"), Chapter(3723.0, "End"))


@pytest.mark.parametrize(
    "notes",
    [
        "About it.\n\n00:00:00 Intro\n00:00:12 Two\n01:02:03 End\n\nThanks.",
        "0:00 Intro\n0:12 Two\n1:02:03 End",
        "(0:00) Intro\n\n(0:12) Two\n\n(1:02:03) End",
        "# Chapters\n\n- 00:00 – Intro\n- 00:12 – Two\n  with a word more\n- 1:02:03 – End\n",
        "* 0:00 **Intro**\n* 0:12 `Two`\n* 1:02:03 *End*",
        "At 12:30 she laughs.\n\n```\n0:00 A\n0:01 B\n0:02 C\n```\n\n0:00 Intro\n0:12 Two\n1:02:03 End",
    ],
)
def test_a_list_is_found(notes: str) -> None:
    assert chapters_in_notes(notes) == (THREE, ())
    assert lists_chapters(notes)


@pytest.mark.parametrize(
    "notes",
    [
        "",
        "At 0:00 it begins.",
        "0:00 Intro\n0:12 Two",
        "0:05 Intro\n0:12 Two\n1:00 End",
        "0:00\n0:12\n1:00",
        "0:00 Intro\nthen\n0:12 Two\nthen\n1:00 End",
        "```\n0:00 Intro\n0:12 Two\n1:00 End\n```",
        "0:00 Intro\n0:75 Two\n1:00 End",
    ],
)
def test_what_is_no_list(notes: str) -> None:
    assert chapters_in_notes(notes) == ((), ())
    assert not lists_chapters(notes)
    assert with_line_breaks(notes) == notes


@pytest.mark.parametrize("second", ["2:00", "1:00"])
def test_a_list_out_of_order_is_not_used_and_that_is_said(second: str) -> None:
    chapters, (finding,) = chapters_in_notes(f"Hi\n\n0:00 A\n{second} B\n1:00 C")
    assert chapters == ()
    assert (finding.rule, finding.severity, finding.line) == ("chapters-order", "warning", 5)


def test_links_and_marks_of_markdown() -> None:
    notes = "0:00 [Intro](https://e.example/a) & more\n0:10 1. Second\n0:20 # Third"
    chapters, _ = chapters_in_notes(notes)
    assert chapters == (
        Chapter(0.0, "Intro & more", "https://e.example/a"),
        Chapter(10.0, "1. Second"),
        Chapter(20.0, "# Third"),
    )


def test_lines_of_a_paragraph_stay_lines() -> None:
    assert (
        with_line_breaks("Hi\n\n0:00 A\n0:10 B\n0:20 C\n\nBye") == "Hi\n\n0:00 A  \n0:10 B  \n0:20 C\n\nBye"
    )


def test_long_notes_take_no_time() -> None:
    begun = time.process_time()
    chapters_in_notes("0:00 A\n" * 50_000)
    chapters_in_notes("0:00" + " " * 500_000 + "\n" + "1:00 " * 50_000)
    chapters_in_notes("\n".join(f"{place // 60}:{place % 60:02} A" for place in range(3_000)))
    assert time.process_time() - begun < 3
