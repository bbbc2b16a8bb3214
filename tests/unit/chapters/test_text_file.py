"""Chapters in text files: Audacity's labels, lines of times and titles, numbered comments."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.chapters import read_chapters_text
from publisher.model import Chapter


def good(text: str) -> tuple[Chapter, ...]:
    chapters, findings = read_chapters_text(text)
    assert findings == ()
    assert chapters is not None
    return chapters


def test_labels_of_audacity() -> None:
    text = (
        "0.000000\t0.000000\tÅpning\n\\\t120.0\t4000.0\n12.345678\t20.500000\tEn prat\r\n"
        "61,5\t61,5\t\n90\t90\n"
    )
    assert good(text) == (
        Chapter(0.0, "Åpning"),
        Chapter(12.346, "En prat", end_seconds=20.5),
        Chapter(61.5),
        Chapter(90.0),
    )


@pytest.mark.parametrize(
    "text",
    [
        "00:00:00 Intro\n00:12:34 Bread & butter\n01:02:03.5 The end",
        "0:00 Intro\n12:34 Bread & butter\n62:03,500 The end\n",
        "- 00:00 – Intro\n\n- 12:34 — Bread & butter\n- 1:02:03.500: The end",
        "1. (0:00) Intro\n2. [12:34] Bread & butter\n3) (1:02:03.5) The end",
        "**0:00** Intro\n**12:34** | Bread & butter\n• 1:02:03.5 - The end",
    ],
)
def test_lines(text: str) -> None:
    assert good(text) == (Chapter(0.0, "Intro"), Chapter(754.0, "Bread & butter"), Chapter(3723.5, "The end"))


def test_a_title_may_begin_with_a_number_or_be_missing() -> None:
    assert good("0:00 2024 in short\n1:00\n") == (Chapter(0.0, "2024 in short"), Chapter(60.0))


def test_numbered_comments() -> None:
    text = (
        "CHAPTER01=00:00:00.000\nCHAPTER01NAME=Intro\n\nchapter02 = 00:12:34.500\nCHAPTER02NAME=Two = 2\n"
        "CHAPTER02URL=https://e.example/\n"
    )
    assert good(text) == (Chapter(0.0, "Intro"), Chapter(754.5, "Two = 2", "https://e.example/"))


ERRORS: dict[str, tuple[str, list[tuple[str, int | None]]]] = {
    "empty": ("", [("chapters-empty", None)]),
    "blank": (" \n\t\n", [("chapters-empty", None)]),
    "prose": ("Chapters\n0:00 Intro", [("chapters-syntax", 1)]),
    "prose between": ("0:00 Intro\nand then\n1:00 B", [("chapters-syntax", 2)]),
    "a minute of 75 seconds": ("0:00 A\n1:75 B", [("chapters-times", 2)]),
    "an hour of 75 minutes": ("0:00 A\n1:75:00 B", [("chapters-times", 2)]),
    "days": ("0:00 A\n25:00:01 B", [("chapters-times", 2)]),
    "a label before the sound": ("0.0\t0.0\tA\n-1.5\t2.0\tB", [("chapters-times", 2)]),
    "a label without tabs": ("0.0\t0.0\tA\n1.5 2.0 B", [("chapters-syntax", 2)]),
    "times": ("CHAPTER01=soon\nCHAPTER02=0:00:75", [("chapters-syntax", 1), ("chapters-times", 2)]),
    "a name alone": ("CHAPTER01=0:00:00\nCHAPTER02NAME=B", [("chapters-syntax", 2)]),
    "a comment twice": ("CHAPTER01=0:00:00\nCHAPTER01=0:01:00", [("chapters-syntax", 2)]),
    "no comment": ("CHAPTER01=0:00:00\n0:12 B", [("chapters-syntax", 2)]),
    "too many": ("\n".join(["0:00 A"] * 5_001), [("chapters-too-large", None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    text, wanted = ERRORS[name]
    chapters, findings = read_chapters_text(text)
    assert chapters is None
    assert [(finding.rule, finding.line) for finding in findings] == wanted
    assert all(finding.severity == "error" and finding.help for finding in findings)


def test_what_is_mended_is_said() -> None:
    chapters, findings = read_chapters_text("0:00 A\n2:00 C\n1:00 B")
    assert chapters == (Chapter(0.0, "A"), Chapter(60.0, "B"), Chapter(120.0, "C"))
    assert [(found.rule, found.severity, found.line) for found in findings] == [
        ("chapters-order", "warning", 3)
    ]
    chapters, findings = read_chapters_text("0.0\t0.0\tA\n9.0\t4.0\tB")
    assert chapters == (Chapter(0.0, "A"), Chapter(9.0, "B"))
    assert [(found.rule, found.severity, found.line) for found in findings] == [
        ("chapters-times", "warning", 2)
    ]


def test_many_faults_are_not_all_said() -> None:
    _, findings = read_chapters_text("0:00 A\n" + "what?\n" * 3_000)
    assert len(findings) == 21
    assert "2980 more" in findings[-1].message


@pytest.mark.parametrize(
    "text", [" " * 400_000 + "x", "0:00" + " " * 400_000, "1" * 400_000, "0\t" * 200_000]
)
def test_hostile_content_takes_no_time(text: str) -> None:
    begun = time.process_time()
    read_chapters_text(text)
    read_chapters_text("0:00 A\n" + text)
    assert time.process_time() - begun < 2


@given(
    st.text()
    | st.lists(st.sampled_from(["0:00", "1.0\t2.0\tA", "CHAPTER01", "NAME", "=", "\n", " ", "9"])).map(
        "".join
    )
)
@settings(deadline=None)
def test_no_content_raises(text: str) -> None:
    chapters, findings = read_chapters_text(text)
    assert (chapters is None) == any(finding.severity == "error" for finding in findings)
