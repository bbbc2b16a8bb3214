"""`publisher new`: what it makes passes the check once the blanks are filled, and touches nothing else."""

from __future__ import annotations

import shutil
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.operations import check, load_show
from publisher.release import publish
from publisher.scaffold import new
from tests.release.trees import tree
from tests.support.shows import COVER, audio_of, make_show

NOW = datetime(2031, 1, 1, tzinfo=UTC)
TITLES = [
    "A plain title",
    "Blåbær & «sitat» på æøå",
    'Says "hello" and \\ backslash',
    "It's: a #title, with - yaml {in} [it]",
    "no",
    "0796",
    "*bold* & <b>",
    "🎙️ Episode",
    "👩\u200d👩\u200d👧 family",
    "?!",
    "日本語のタイトル",
    "x" * 300,
    "bla\u030ab\u00e6r",
    "%s {title} {0}",
]


def filled(show: Path) -> None:
    """Fills in the blanks of a new show."""
    path = show / "podcast.yaml"
    lines = {
        "description:": "description: About a thing.",
        "language:": "language: en",
        "categories:": "categories: Technology",
        "author:": "author: Somebody",
        "  name:": "  name: Somebody",
        "  email:": "  email: somebody@example.com",
    }
    text = [lines.get(line.partition("#")[0].rstrip(), line) for line in path.read_text("utf-8").splitlines()]
    assert len(set(text) & set(lines.values())) == len(lines), "a blank is not where it was"
    path.write_text("\n".join(text) + "\n", "utf-8")
    shutil.copyfile(COVER, show / "cover.png")


@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_a_show_and_an_episode_pass_once_the_blanks_are_filled(tmp_path: Path, title: str) -> None:
    made = new(tmp_path / "show", title)
    assert made.kind == "show"
    filled(made.folder)
    episode = new(made.folder, title)
    assert episode.kind == "episode"
    assert episode.folder.parent == made.folder
    assert episode.folder.name.isascii()
    (episode.folder / "audio.mp3").write_bytes(audio_of("a"))
    path = episode.folder / "episode.yaml"
    text = path.read_text("utf-8")
    assert "# published: " in text
    path.write_text(
        text.replace("# published: ", "published: ").replace("summary:", "summary: In short. #"), "utf-8"
    )
    long = ("title-length", "text-length")
    problems = [problem for problem in check(made.folder, now=NOW) if problem.rule not in long]
    assert problems == [] or {problem.rule for problem in problems} == {"title-number"}
    loaded = load_show(made.folder).show
    assert loaded is not None
    assert loaded.title == loaded.episodes[0].title == unicodedata.normalize("NFC", title)
    assert publish(made.folder, to=str(tmp_path / "public"), now=NOW).released


def test_what_is_blank_is_said_to_be_missing_and_nothing_is_called_wrong(tmp_path: Path) -> None:
    made = new(tmp_path / "show", "A show")
    errors = {problem.rule for problem in check(made.folder, now=NOW) if problem.is_error}
    assert errors
    assert all("missing" in rule for rule in errors), errors


def test_a_new_episode_is_a_draft(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    made = new(show, "Third")
    assert made.folder.name == "0003-third"
    problems = check(show, now=NOW)
    assert not [problem for problem in problems if problem.is_error]
    loaded = load_show(show).show
    assert loaded is not None
    assert (loaded.episodes[2].published, loaded.episodes[2].number) == (None, 3)


def test_numbers_and_their_width_follow_the_show(tmp_path: Path) -> None:
    show = make_show(
        tmp_path / "show", episodes=[{"slug": "07-seven", "number": 7}, {"slug": "x", "number": None}]
    )
    assert new(show, "Next one").folder.name == "08-next-one"


def test_nothing_that_is_there_is_changed(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    before = tree(show)
    new(show, "Third")
    (show / "0004-third").mkdir()
    new(show, "Other")
    after = tree(show)
    assert {path: after[path] for path in before} == before
    assert {path for path in after if path not in before} == {
        "0003-third/episode.yaml",
        "0004-other/episode.yaml",
    }


def test_an_episode_folder_in_the_way_is_left_alone(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    folder = show / "0002-same"
    folder.mkdir()
    (folder / "audio.mp3").write_bytes(b"work of a week")
    with pytest.raises(UsageError, match="0002-same is there already"):
        new(show, "Same")
    assert [path.name for path in folder.iterdir()] == ["audio.mp3"]


def test_a_folder_with_other_things_is_no_place_for_a_show(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(UsageError, match="is there already"):
        new(tmp_path, "A show")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
    with pytest.raises(UsageError):
        new(tmp_path / "photo.jpg", "A show")
    with pytest.raises(UsageError, match="cannot be made"):
        new(tmp_path / "photo.jpg" / "show", "A show")


def test_an_empty_folder_becomes_a_show(tmp_path: Path) -> None:
    assert new(tmp_path, "A show").files == (tmp_path / "podcast.yaml",)


@pytest.mark.parametrize(
    "title", ["", "  ", "\t\n", "a\x00b", "a\x1b[31mred", "a\x7fb", "\ud800", "a\ufeffb"]
)
def test_a_title_that_no_feed_can_carry_is_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(UsageError):
        new(tmp_path / "show", title)
    assert not (tmp_path / "show").exists()
