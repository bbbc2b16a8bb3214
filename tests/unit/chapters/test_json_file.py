"""The podcast namespace's JSON chapters, whole and broken."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.chapters import MAX_CHAPTERS, read_chapters_json
from publisher.model import Chapter, Place


def document(*chapters: Any, **others: Any) -> str:
    return json.dumps({"version": "1.2.0", "chapters": chapters, **others})


def good(text: str) -> tuple[Chapter, ...]:
    chapters, findings = read_chapters_json(text)
    assert findings == ()
    assert chapters is not None
    return chapters


def test_every_field() -> None:
    text = document(
        {
            "startTime": 0.5,
            "endTime": 12,
            "title": " Ébauche\n av noe ",
            "img": "tower.jpg",
            "url": "https://e.example/a",
            "toc": False,
            "location": {"name": "Oslo", "geo": "geo:59.9,10.7", "osm": "R406091"},
            "unknown": [1],
        },
        {"startTime": 12, "toc": True},
        author="A",
    )
    assert good(text) == (
        Chapter(
            0.5,
            "Ébauche av noe",
            "https://e.example/a",
            "tower.jpg",
            toc=False,
            end_seconds=12.0,
            location=Place("Oslo", "geo:59.9,10.7", "R406091"),
        ),
        Chapter(12.0),
    )


def test_an_empty_list_says_that_there_are_none() -> None:
    assert good(document()) == ()


def test_a_file_without_a_version_is_read() -> None:
    assert good('{"chapters": [{"startTime": 0}]}') == (Chapter(0.0),)


ERRORS: dict[str, tuple[str, list[str]]] = {
    "no JSON": ('{"chapters": [{"startTime": 0,}]}', ["chapters-syntax"]),
    "a list": ("[]", ["chapters-syntax"]),
    "no chapters": ('{"version": "1.2.0"}', ["chapters-syntax"]),
    "chapters of another kind": ('{"chapters": {}}', ["chapters-syntax"]),
    "a chapter of another kind": (document("Intro", 3, None), ["chapters-syntax"] * 3),
    "no start": (document({"title": "A"}), ["chapters-syntax"]),
    "a start in quotes": (document({"startTime": "12:30"}), ["chapters-syntax"]),
    "a start that is true": (document({"startTime": True}), ["chapters-syntax"]),
    "a start before the sound": (document({"startTime": -1}), ["chapters-times"]),
    "a start without number": ('{"chapters": [{"startTime": NaN}]}', ["chapters-times"]),
    "a start without end": ('{"chapters": [{"startTime": 1e400}]}', ["chapters-times"]),
    "a start after days": (document({"startTime": 90_000}), ["chapters-times"]),
    "texts of another kind": (
        document({"startTime": 0, "title": 3, "url": [], "img": {}}), ["chapters-syntax"] * 3,
    ),
    "toc in quotes": (document({"startTime": 0, "toc": "false"}), ["chapters-syntax"]),
    "a location that is text": (document({"startTime": 0, "location": "Oslo"}), ["chapters-syntax"]),
    "deep": ('{"chapters": ' + "[" * 100_000, ["chapters-syntax"]),
    "deep and whole": ('{"chapters": ' + "[" * 100_000 + "]" * 100_000 + "}", ["chapters-syntax"]),
    "a long number": ('{"chapters": [{"startTime": ' + "9" * 5000 + "}]}", ["chapters-syntax"]),
    "too many": (document(*[{"startTime": 0}] * (MAX_CHAPTERS + 1)), ["chapters-too-large"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    text, wanted = ERRORS[name]
    begun = time.process_time()
    chapters, findings = read_chapters_json(text)
    assert time.process_time() - begun < 2
    assert chapters is None
    assert [finding.rule for finding in findings] == wanted
    assert all(finding.severity == "error" and finding.message and finding.help for finding in findings)


def test_a_slip_in_the_json_has_its_line() -> None:
    _, (finding,) = read_chapters_json('{"chapters": [\n {"startTime": 0}\n {"startTime": 1}\n]}')
    assert finding.line == 3


def test_what_is_mended_is_said() -> None:
    chapters, findings = read_chapters_json(
        document(
            {"startTime": 9, "title": "B", "endTime": 4}, {"startTime": 0, "title": "A"}, version="2.0.0"
        )
    )
    assert chapters == (Chapter(0.0, "A"), Chapter(9.0, "B"))
    assert [(found.rule, found.severity) for found in findings] == [
        ("chapters-syntax", "warning"),
        ("chapters-times", "warning"),
        ("chapters-order", "warning"),
    ]
    assert "chapters[1]" in findings[2].message


KEYS = st.sampled_from(["startTime", "endTime", "title", "img", "url", "toc", "location", "name"])


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: (
    st.lists(inner, max_size=4)
    | st.dictionaries(KEYS, inner)
)))  # fmt: skip
@settings(deadline=None)
def test_no_content_raises(value: Any) -> None:
    for text in (document(value), json.dumps({"chapters": value})):
        chapters, findings = read_chapters_json(text)
        assert (chapters is None) == any(finding.severity == "error" for finding in findings)
