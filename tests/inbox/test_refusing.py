"""What is refused stays, with a text beside it that says all of it, as long as it holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher.errors import ShowError, StoreError, UsageError
from publisher.inbox import Refused, Taken, Waiting
from tests.inbox.scene import YAML, Scene, rules
from tests.release.trees import tree
from tests.support.shows import add_episode, audio_of, edit_episode, edit_show

AUDIO = audio_of("refused")
BAD = "title: Bad\npublished: 2020-13-01\nnonsense: 3\nguests:\n  - nme: A\n"


def test_everything_is_said_at_once_in_plain_words(scene: Scene) -> None:
    folder = scene.drop("my episode", {"episode.yml": BAD, "audio.mp3": AUDIO})
    before = tree(folder)
    refused = scene.refused()
    assert refused.is_news
    assert rules(refused) >= {"date", "unknown-key"}
    text = (folder / "PROBLEMS.txt").read_text("utf-8")
    assert "my episode is not in the show yet" in text
    assert "episode.yml, line 2, column 12" in text, "under the name that the producer knows"
    assert "there is no month 13" in text
    assert "To mend it:" in text
    assert "Traceback" not in text
    assert str(scene.show.parent) not in text
    assert {path: digest for path, digest in tree(folder).items() if path != "PROBLEMS.txt"} == before


def test_it_is_not_looked_at_again_until_something_changes(scene: Scene) -> None:
    folder = scene.drop("x", {"episode.yaml": BAD, "audio.mp3": AUDIO})
    scene.refused()
    written = (folder / "PROBLEMS.txt").stat().st_mtime_ns
    # If it were looked at, it would be taken now: what it holds is right, and nothing tells that it changed.
    status = (folder / "episode.yaml").stat()
    (folder / "episode.yaml").write_text(YAML.ljust(status.st_size, "\n")[: status.st_size])
    os.utime(folder / "episode.yaml", ns=(status.st_atime_ns, status.st_mtime_ns))
    again = scene.refused()
    assert not again.is_news
    assert (folder / "PROBLEMS.txt").stat().st_mtime_ns == written
    os.utime(folder / "episode.yaml")
    assert scene.taken().title == "A dropped one"
    assert scene.left() == []


def test_the_text_is_renewed_and_removed(scene: Scene) -> None:
    folder = scene.drop("x", {"episode.yaml": BAD, "audio.mp3": AUDIO})
    scene.refused()
    (folder / "episode.yaml").write_text("title: Bad\nnonsense: 3\n")
    assert scene.refused().is_news
    text = (folder / "PROBLEMS.txt").read_text("utf-8")
    assert "one thing has to be mended" in text
    assert "month" not in text
    (folder / "episode.yaml").write_text(YAML)
    taken = scene.taken()
    assert "PROBLEMS.txt" not in scene.episode(taken.slug)
    assert not folder.exists()


def test_the_text_is_written_again_where_somebody_removed_it(scene: Scene) -> None:
    folder = scene.drop("x", {"episode.yaml": BAD, "audio.mp3": AUDIO})
    scene.refused()
    (folder / "PROBLEMS.txt").unlink()
    assert not scene.refused().is_news
    assert (folder / "PROBLEMS.txt").exists()


def test_a_text_beside_an_audio_file_goes_with_it(scene: Scene) -> None:
    (scene.inbox / "talk.mp3").write_bytes(b"no audio at all, whatever it is called")
    assert scene.refused().told == "talk.mp3.PROBLEMS.txt"
    (scene.inbox / "talk.mp3").unlink()
    assert scene.look() == ()
    assert scene.left() == []


def test_texts_of_others_are_never_written_over_nor_taken(scene: Scene) -> None:
    folder = scene.drop("x", {"episode.yaml": BAD, "audio.mp3": AUDIO, "PROBLEMS.txt": "My own list"})
    refused = scene.refused()
    assert refused.told == ""
    assert (folder / "PROBLEMS.txt").read_text() == "My own list"
    (folder / "episode.yaml").write_text(YAML)
    taken = scene.taken()
    assert scene.episode(taken.slug) == ["audio.mp3", "episode.yaml"]
    assert "My own list" in [path.read_text() for path in scene.inbox.rglob("PROBLEMS.txt")], (
        "nothing is lost"
    )


def test_a_change_of_the_show_is_a_reason_to_look_again(scene: Scene) -> None:
    scene.drop("x", {"episode.yaml": "title: New\nnumber: 1\n", "audio.mp3": AUDIO})
    assert rules(scene.refused()) == {"duplicate-number"}
    assert not scene.refused().is_news
    edit_episode(scene.show, "0001-episode", number=100)
    assert scene.taken().title == "New"


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"episode.yaml": YAML}, "audio-missing"),
        ({"notes.md": "x"}, "inbox-shape"),
        ({"a.mp3": AUDIO, "b.mp3": audio_of("b")}, "inbox-shape"),
        ({"a.mp3": AUDIO, "b.mp3": audio_of("b"), "episode.yaml": YAML}, "audio-choice"),
        ({"a.mp3": AUDIO, "episode.yaml": YAML, "episode.yml": YAML}, "inbox-shape"),
        ({"one/episode.yaml": YAML, "two/episode.yaml": YAML, "one/a.mp3": AUDIO}, "inbox-shape"),
        ({"one/episode.yaml": YAML, "a.mp3": AUDIO}, "inbox-shape"),
        ({"a.mp3": AUDIO, "A.MP3": AUDIO, "episode.yaml": YAML}, "inbox-shape"),
        ({"a.mp3": AUDIO, "episode.yaml": b"\xff\x00\xfe"}, "encoding"),
        ({"a.mp3": AUDIO, "episode.yaml": ""}, "yaml-empty"),
        ({"a.mp3": AUDIO, "episode.yaml": "title: a: b\n"}, "yaml-syntax"),
        ({"a.mp3": b"x" * 3000, "episode.yaml": YAML}, "audio-not-audio"),
        ({"a.mp3": audio_of("0001-episode"), "episode.yaml": YAML}, "inbox-twin"),
        ({"a.mp3": AUDIO, "episode.yaml": "title: ABOUT 0001-episode\n"}, "inbox-twin"),
    ],
)
def test_what_is_no_episode_of_this_show(scene: Scene, files: dict[str, str | bytes], rule: str) -> None:
    folder = scene.drop("x", files)
    before, show = tree(folder), tree(scene.show)
    assert rule in rules(scene.refused())
    assert {path: digest for path, digest in tree(folder).items() if path != "PROBLEMS.txt"} == before
    assert tree(scene.show) == show


def test_links_are_refused_wherever_they_lead(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_bytes(AUDIO)
    folder = scene.drop("x", {"episode.yaml": YAML})
    (folder / "audio.mp3").symlink_to(tmp_path / "secret.mp3")
    (scene.inbox / "y").symlink_to(tmp_path)
    (scene.inbox / "z.mp3").symlink_to(tmp_path / "secret.mp3")
    outcomes = scene.look()
    assert [rules(outcome) for outcome in outcomes if isinstance(outcome, Refused)] == [{"inbox-shape"}] * 3
    assert (tmp_path / "secret.mp3").exists()


def test_pipes_are_not_waited_for(scene: Scene) -> None:
    os.mkfifo(scene.drop("x", {"episode.yaml": YAML}) / "audio.mp3")
    assert rules(scene.refused()) == {"inbox-shape"}


def test_names_that_are_no_text(scene: Scene) -> None:
    folder = scene.drop("x", {"episode.yaml": YAML, "audio.mp3": AUDIO})
    (folder / os.fsdecode(b"\xff\xfe.md")).write_text("x")
    assert rules(scene.refused()) == {"inbox-shape"}


def test_what_is_set_aside_is_left_alone(scene: Scene) -> None:
    for name in ("_later", ".hidden"):
        scene.drop(name, {"episode.yaml": YAML, "audio.mp3": AUDIO})
    (scene.inbox / "_list.txt").write_text("x")
    before = tree(scene.inbox)
    assert scene.look() == ()
    assert tree(scene.inbox) == before


def test_warnings_are_told_and_stop_nothing(scene: Scene) -> None:
    scene.drop("x", {"episode.yaml": "title: 7 - Numbered\npublished: 2031-01-01\n", "audio.mp3": AUDIO})
    taken = scene.taken()
    assert {problem.rule for problem in taken.problems} >= {"title-number", "summary-missing"}


def test_an_error_elsewhere_in_the_show_is_not_the_producers(scene: Scene) -> None:
    edit_episode(scene.show, "0001-episode", nonsense=1)
    scene.drop("x", {"episode.yaml": YAML, "audio.mp3": AUDIO})
    assert scene.taken().slug == "x"


def test_a_show_that_cannot_be_read_takes_nothing_in(scene: Scene) -> None:
    (scene.show / "podcast.yaml").write_text("title: [")
    add_episode(scene.inbox, "x")
    before = tree(scene.inbox)
    with pytest.raises(ShowError):
        scene.look()
    assert tree(scene.inbox) == before


def test_inboxes_that_cannot_be_one(scene: Scene) -> None:
    from datetime import UTC, datetime

    from publisher.inbox import take_in

    now = datetime.now(UTC)
    for wrong in ("", ".", "..", "https://example.com/inbox"):
        with pytest.raises((UsageError, StoreError)):
            take_in(scene.show, wrong, now=now)
    with pytest.raises(StoreError, match="is not there"):
        take_in(scene.show, "../nowhere", now=now)
    with pytest.raises(UsageError, match="holds what is published"):
        take_in(scene.show, "s3://bucket/shows", now=now, published_to="s3://bucket/shows/one/")


def test_one_that_cannot_be_read_keeps_no_other_out(scene: Scene) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (scene.drop("a", {"episode.yaml": YAML, "audio.mp3": AUDIO}) / "audio.mp3").chmod(0)
    add_episode(scene.inbox, "b")
    outcomes = {outcome.name: type(outcome) for outcome in scene.look()}
    assert outcomes["b"] is Taken
    assert outcomes["a"] in (Refused, Waiting)


def test_the_keys_of_the_show_count(scene: Scene) -> None:
    scene.drop("x", {"episode.yaml": YAML + "taxonomies: {theme: [A]}\n", "audio.mp3": AUDIO})
    assert rules(scene.refused()) == {"taxonomy-unknown"}
    edit_show(scene.show, taxonomies={"theme": "Theme"})
    scene.taken()
