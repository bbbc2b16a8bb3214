"""Every broken show is reported as it should be, and nothing of it gets out.

`expected.txt` of a case is what `publisher check` prints of it, word for word.
"""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from publisher.errors import ShowError
from publisher.operations import check, publish
from publisher.problems import Problem
from tests.shows.bad.materials import assemble

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HERE = Path(__file__).parent
CASES = sorted(path for path in HERE.iterdir() if (path / "show").is_dir())
NAMES = [case.name for case in CASES]

HARMLESS = {
    "artwork-misnamed",
    "audio-named-otherwise",
    "audio-without-episode-yaml",
    "chapters-out-of-order",
    "chapters-untitled",
    "chapters-400",
    "complete-too-early",
    "dates-odd",
    "episode-in-a-deeper-folder",
    "episode-yaml-misnamed",
    "html-soup",
    "names-too-long",
    "no-episodes",
    "no-owner-and-not-locked",
    "nobody-behind-it",
    "notes-chapters-backwards",
    "number-in-title",
    "scheduled-without-audio",
    "roles-unknown",
    "texts-too-long",
    "notes-of-100-kilobytes",
    "serial-out-of-order",
    "title-of-300-characters",
    "title-stuffed",
    "title-with-entities",
    "transcript-late",
    "transcript-overlaps",
    "valid-hostile-text",
}
"""Cases without an error: they are published, and what is odd about them is said."""


def printed(problems: tuple[Problem, ...]) -> str:
    return "".join(f"{problem}\n" for problem in problems)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_there_are_cases() -> None:
    assert len(CASES) > 100
    assert set(NAMES) >= HARMLESS


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_problems_are_said_and_nothing_gets_out(case: Path, tmp_path: Path) -> None:
    show, expected = assemble(case, tmp_path), (case / "expected.txt").read_text("utf-8")
    target = tmp_path / "target"
    target.mkdir()
    target.joinpath("kept.txt").write_text("from before")
    before = everything_in(target)

    problems = check(show, to=str(target), now=NOW)

    assert printed(problems) == expected
    assert [problem for problem in problems if not is_plain(problem)] == []
    assert any(problem.is_error for problem in problems) == (case.name not in HARMLESS)
    # The second reading has what it remembers from the first, and must come to the same.
    if case.name in HARMLESS:
        outcome = publish(show, to=str(target), now=NOW)
        assert printed(outcome.problems) == expected
        assert outcome.released
        return
    with pytest.raises(ShowError) as raised:
        publish(show, to=str(target), now=NOW)
    assert raised.value.exit_status == 1
    assert printed(raised.value.problems) == expected
    assert everything_in(target) == before


def is_plain(problem: Problem) -> bool:
    """Whether a problem says in one line each where it is, what it is, and how to mend it."""
    says_what_is_wanted = problem.rule in ("type", "value")
    placed = (problem.line is None) == (problem.column is None) or problem.rule.startswith(
        ("transcript", "chapters", "theme-template")
    )
    return (
        problem.message.isprintable()
        and problem.help.isprintable()
        and bool(problem.help or says_what_is_wanted)
        and problem.path.split("/")[0] == "show"
        and placed
    )


def test_a_broken_edit_leaves_the_release(tmp_path: Path) -> None:
    show = assemble(HERE / "valid-hostile-text", tmp_path)
    target = tmp_path / "target"
    publish(show, to=str(target), now=NOW)
    before = everything_in(target)
    episode = show / "one" / "episode.yaml"
    episode.write_text(episode.read_text("utf-8") + "number: 0\n", "utf-8")

    with pytest.raises(ShowError):
        publish(show, to=str(target), now=NOW)

    assert everything_in(target) == before


def test_hostile_text_arrives_right(tmp_path: Path) -> None:
    show = assemble(HERE / "valid-hostile-text", tmp_path)
    assert not unicodedata.is_normalized("NFC", (show / "one" / "episode.yaml").read_text("utf-8"))

    publish(show, to=str(tmp_path / "target"), now=NOW)

    feed = feedparser.parse((tmp_path / "target" / "feed.xml").read_bytes(), sanitize_html=False)
    assert not feed.bozo
    assert feed.feed.title == 'Æ & <b>"show"</b> ]]> 🎙'
    assert feed.entries[0].title == 'Blåbær & <i>"gøy"</i> ]]> 🐟'
    assert "<script" not in feed.feed.subtitle
    assert "blåbær" in feed.feed.subtitle


@pytest.mark.parametrize("name", ["podcast.yaml", "one/episode.yaml", "one/audio.mp3", "cover.jpg", "one"])
def test_what_may_not_be_read_is_said(name: str, tmp_path: Path) -> None:
    show = assemble(HERE / "valid-hostile-text", tmp_path)
    locked = show / name
    # The cache remembers nothing of a file that changed just now.
    os.utime(locked, (NOW.timestamp() - 86400 * 365 * 5,) * 2)
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):
            pytest.skip("root reads everything")
        problems = check(show, to=str(tmp_path / "store"), now=NOW)
    finally:
        locked.chmod(0o755)
    after = check(show, to=str(tmp_path / "store"), now=NOW)

    assert [(problem.rule, problem.path) for problem in problems if problem.is_error] == [
        ("unreadable", f"show/{name}")
    ]
    assert after == (), "what is readable again is read again"


def test_folders_that_differ_in_their_spelling_only(tmp_path: Path) -> None:
    show = assemble(HERE / "valid-hostile-text", tmp_path)
    for form in ("NFC", "NFD"):
        folder = show / unicodedata.normalize(form, "blåbær")
        if folder.exists():
            pytest.skip("this disk takes both spellings for the same name")
        (show / "one").rename(folder) if form == "NFC" else folder.mkdir()
    (folder / "episode.yaml").write_text("title: Two\n", "utf-8")

    rules = {problem.rule for problem in check(show, to=str(tmp_path / "store"), now=NOW)}

    assert "duplicate-slug" in rules


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    show = assemble(HERE / "valid-hostile-text", tmp_path)
    folder = Path(os.fsdecode(os.fsencode(show) + b"/bl\xe5b\xe6r"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this disk takes text only")
    folder.joinpath("episode.yaml").write_text("title: Two\n")

    problems = check(show, to=str(tmp_path / "store"), now=NOW)

    assert [(problem.rule, problem.severity) for problem in problems] == [("file-name", "error")]
    assert str(problems[0]).encode("utf-8")
