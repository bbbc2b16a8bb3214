"""Chapters and transcripts found in an episode's folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.model import Chapter, Episode
from publisher.problems import Problem
from publisher.reading.load import load_show
from tests.support.shows import COVER, make_show

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nHi.\n"
NOTES = "About it.\n\n00:00 From the notes\n00:01 B\n00:02 C\n"
LIST = [{"start": 0, "title": "From the list"}]
JSON = json.dumps({"version": "1.2.0", "chapters": [{"startTime": 0, "title": "From JSON"}]})


def read(tmp_path: Path, *, language: str = "en", **episode: object) -> tuple[Episode, tuple[Problem, ...]]:
    folder = make_show(tmp_path / "show", episodes=[{"slug": "one", **episode}], language=language)
    loaded = load_show(folder)
    # What the cache remembers must come to the same.
    again = load_show(folder)
    assert (again.show, again.problems) == (loaded.show, loaded.problems)
    assert loaded.show is not None
    return loaded.show.episodes[0], loaded.problems


def first(episode: Episode) -> str:
    return episode.chapters[0].title if episode.chapters else ""


def test_the_order_of_the_sources(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"chapters.json": JSON}
    chosen = [
        read(tmp_path / "1", chapters=LIST, files=files, notes=NOTES),
        read(tmp_path / "2", files=files, notes=NOTES),
        read(tmp_path / "3", notes=NOTES),
        read(tmp_path / "4", sound="chapters.mp3"),
        read(tmp_path / "5", chapters=[], files=files, notes=NOTES),
    ]
    assert [problems for _, problems in chosen] == [()] * 5
    episodes = [episode for episode, _ in chosen]
    assert [first(episode) for episode in episodes[:3]] == ["From the list", "From JSON", "From the notes"]
    assert [episode.chapters_file for episode in episodes] == ["", "chapters.json", "notes.md", "", ""]
    assert episodes[3].chapters is None
    assert episodes[3].audio is not None
    assert episodes[3].audio.chapters
    assert episodes[4].chapters == ()


@pytest.mark.parametrize("name", ["chapters.txt", "labels.txt", "Chapters.TXT"])
def test_text_files_are_found(tmp_path: Path, name: str) -> None:
    episode, problems = read(tmp_path, files={name: "0:00 A\n0:01 B\n"})
    assert problems == ()
    assert episode.chapters == (Chapter(0.0, "A"), Chapter(1.0, "B"))
    assert episode.chapters_file == name


def test_any_file_may_be_named(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"edit.txt": "\ufeff0.0\t0.0\tA\r\n", "chapters.json": JSON}
    episode, problems = read(tmp_path, chapters="edit.txt", files=files)
    assert problems == ()
    assert episode.chapters == (Chapter(0.0, "A"),)


def test_pictures_and_addresses_of_a_file(tmp_path: Path) -> None:
    chapters = [
        {"startTime": 0, "img": "img/cover.png", "url": "https://EXAMPLE.com/å"},
        {"startTime": 1, "img": "https://e.example/x.png"},
    ]
    files: dict[str, str | bytes] = {
        "chapters.json": json.dumps({"chapters": chapters}),
        "img/cover.png": COVER.read_bytes(),
    }
    episode, problems = read(tmp_path, files=files)
    assert problems == ()
    assert [name for name, _ in episode.pictures] == ["img/cover.png"]
    assert episode.chapters is not None
    assert episode.chapters[0].url == "https://example.com/%C3%A5"


def rules(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(problem.rule, problem.path) for problem in problems]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"chapters.json": JSON, "labels.txt": "0:00 A"}, [("chapters-choice", "show/one")]),
        ({"chapters.txt": "hello"}, [("chapters-syntax", "show/one/chapters.txt")]),
        ({"chapters.txt": b"0:00 p\xe5"}, [("encoding", "show/one/chapters.txt")]),
        ({"chapters.txt": "0:00 a\0b"}, [("character", "show/one/chapters.txt")]),
        ({"chapters.txt": "0:00 A\n" * 200_000}, [("chapters-too-large", "show/one/chapters.txt")]),
        (
            {"chapters.json": '{"chapters": [{"startTime": 0, "url": "javascript:x", "img": "../x.jpg"}]}'},
            [("chapters-syntax", "show/one/chapters.json")] * 2,
        ),
        (
            {"chapters.json": '{"chapters": [{"startTime": 0, "img": "gone.jpg"}]}'},
            [("file-missing", "show/one/chapters.json")],
        ),
    ],
)
def test_what_is_wrong_is_said_of_the_file(
    tmp_path: Path, files: dict[str, str | bytes], wanted: list[tuple[str, str]]
) -> None:
    _, problems = read(tmp_path, files=files)
    assert rules(problems) == wanted
    assert all(problem.is_error for problem in problems)


def test_a_file_that_is_named_and_not_there(tmp_path: Path) -> None:
    episode, problems = read(tmp_path, chapters="chapter.json", files={"chapters.json": JSON})
    assert rules(problems) == [("file-missing", "show/one/episode.yaml")]
    assert "'chapters.json'" in problems[0].help
    assert episode.chapters is None


def test_chapters_of_another_kind(tmp_path: Path) -> None:
    _, problems = read(tmp_path, chapters={"start": 0})
    assert [problem.rule for problem in problems] == ["type"]
    assert "name of a file" in problems[0].message


def test_translations(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "transcript.vtt": VTT,
        "transcript.de.vtt": VTT,
        "transcript.PT-br.srt": "1\n00:00:00,000 --> 00:00:01,000\nOi.\n",
        "Transcript.zh-hant.TXT": "Ada: 你好",
        "_transcript.old.vtt": "",
        "transcripts.en.vtt": "",
    }
    episode, problems = read(tmp_path, files=files)
    assert problems == ()
    assert episode.transcript is not None
    assert episode.transcript.language == ""
    assert [(item.language, item.kind, item.speakers) for item in episode.translations] == [
        ("de", "vtt", ()),
        ("pt-BR", "srt", ()),
        ("zh-Hant", "txt", ("Ada",)),
    ]


def test_the_shows_own_language_is_no_translation(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"transcript.NB.vtt": VTT, "transcript.en.vtt": VTT}
    episode, problems = read(tmp_path, language="nb", files=files)
    assert problems == ()
    assert episode.transcript is not None
    assert episode.transcript.source.path.endswith("transcript.NB.vtt")
    assert [item.language for item in episode.translations] == ["en"]


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("transcript.english.vtt", "en, nb or pt-BR"),
        ("transcript.old.vtt", "en, nb or pt-BR"),
        ("transcript.zq.vtt", "en, nb or pt-BR"),
        ("transcript.pt_BR.vtt", "call it transcript.pt-BR.vtt"),
        ("transcript.en.final.vtt", "en, nb or pt-BR"),
    ],
)
def test_a_language_that_is_none(tmp_path: Path, name: str, help: str) -> None:
    _, problems = read(tmp_path, files={"transcript.vtt": VTT, name: VTT})
    assert rules(problems) == [("transcript-language", f"show/one/{name}")]
    assert help in problems[0].help


def test_a_transcript_that_is_named_needs_no_language(tmp_path: Path) -> None:
    episode, problems = read(tmp_path, transcript="transcript.final.vtt", files={"transcript.final.vtt": VTT})
    assert problems == ()
    assert episode.transcript is not None
    assert episode.translations == ()


@pytest.mark.parametrize(
    "names", [("transcript.de.vtt", "transcript.de.srt"), ("transcript.vtt", "transcript.en.vtt")]
)
def test_two_for_one_language(tmp_path: Path, names: tuple[str, str]) -> None:
    _, problems = read(tmp_path, files=dict.fromkeys(names, VTT))
    assert rules(problems) == [("transcript-choice", "show/one")]
    assert all(name in problems[0].message for name in names)


def test_a_broken_translation_is_said_of_its_file(tmp_path: Path) -> None:
    _, problems = read(tmp_path, files={"transcript.vtt": VTT, "transcript.de.vtt": "Hallo"})
    assert {problem.path for problem in problems} == {"show/one/transcript.de.vtt"}
    assert any(problem.is_error for problem in problems)
