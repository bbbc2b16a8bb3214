"""The chapters file: JSON chapters of the podcast namespace."""

from __future__ import annotations

import json
from typing import Any

from publisher.build.chapters import chapters_json
from publisher.model import Chapter, Place


def made(*chapters: Chapter, pictures: dict[str, str] | None = None, author: str = "Ada") -> bytes:
    return chapters_json(
        chapters, title="Tåke", author=author, podcast_name="Været", picture_urls=pictures or {}
    )


def document(*chapters: Chapter, pictures: dict[str, str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made(*chapters, pictures=pictures))
    return found


def test_every_field() -> None:
    chapter = Chapter(1.5, "Én", "https://u.example/", "c.jpg", toc=False, end_seconds=3.0)
    assert document(chapter, pictures={"c.jpg": "https://a.example/c.jpg"}) == {
        "version": "1.2.0",
        "author": "Ada",
        "title": "Tåke",
        "podcastName": "Været",
        "chapters": [
            {
                "startTime": 1.5,
                "endTime": 3,
                "title": "Én",
                "img": "https://a.example/c.jpg",
                "url": "https://u.example/",
                "toc": False,
            }
        ],
    }


def test_a_place_goes_along() -> None:
    chapter = Chapter(0.0, location=Place("Oslo", "geo:59.9,10.7"))
    assert document(chapter)["chapters"] == [
        {"startTime": 0, "location": {"name": "Oslo", "geo": "geo:59.9,10.7"}}
    ]


def test_an_author_who_is_not_known_is_left_out() -> None:
    assert "author" not in json.loads(made(Chapter(0.0), author=""))


def test_what_says_nothing_is_left_out() -> None:
    assert document(Chapter(0.0), Chapter(2.0, "B"))["chapters"] == [
        {"startTime": 0},
        {"startTime": 2, "title": "B"},
    ]


def test_an_address_stands_for_itself_and_a_file_that_is_not_released_for_nothing() -> None:
    chapters = document(Chapter(0.0, image="https://e.example/c.png"), Chapter(1.0, image="gone.jpg"))[
        "chapters"
    ]
    assert chapters == [{"startTime": 0, "img": "https://e.example/c.png"}, {"startTime": 1}]


def test_times_are_whole_milliseconds_without_an_exponent() -> None:
    data = made(Chapter(0.1 + 0.2), Chapter(12345.6789), Chapter(0.00001))
    assert [entry["startTime"] for entry in json.loads(data)["chapters"]] == [0.3, 12345.679, 0]
    assert b"e-" not in data


def test_the_bytes_are_utf_8_with_a_newline_at_the_end() -> None:
    data = made(Chapter(0.0, "Åpning 🎙"))
    assert "Åpning 🎙".encode() in data
    assert data.endswith(b"}\n")
