"""Whatever is done in a show folder is looked at, but for what is no publisher's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.state.looking import NotToldError, look
from tests.idle.stand import Stand
from tests.support.shows import add_episode, edit_episode, edit_show

FIRST = "0001-first"


def _in_place(path: Path) -> None:
    """As many other bytes, in the same file, which gets its old time again."""
    before = path.stat()
    with path.open("r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.swapcase())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (
        before.st_size,
        before.st_mtime_ns,
        before.st_ino,
    )


def _touched(path: Path) -> None:
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))


def _replaced(path: Path) -> None:
    """Another file of the same bytes and time takes the name."""
    other = path.with_name("_other")
    shutil.copy2(path, other)
    other.replace(path)


def _led_elsewhere(show: Path) -> None:
    """The link's name and the length of what it says stay."""
    link = show / "0002-second" / "notes.md"
    shutil.copy2(show / "_aside/notes.md", show / "_aside/other.md")
    shutil.copy2(show / "_aside/other.md", show / "_aside/potes.md")
    link.unlink()
    link.symlink_to("../_aside/potes.md")


def _aside(show: Path) -> None:
    (show / FIRST).rename(show / "_first")


CHANGES: dict[str, Callable[[Path], object]] = {
    "audio in place": lambda show: _in_place(show / FIRST / "audio.mp3"),
    "episode.yaml in place": lambda show: _in_place(show / FIRST / "episode.yaml"),
    "podcast.yaml in place": lambda show: _in_place(show / "podcast.yaml"),
    "notes in place": lambda show: _in_place(show / FIRST / "notes.md"),
    "transcript in place": lambda show: _in_place(show / FIRST / "transcript.vtt"),
    "the show's cover in place": lambda show: _in_place(show / "cover.png"),
    "theme in place": lambda show: _in_place(show / "theme" / "style.css"),
    "what a link leads to in place": lambda show: _in_place(show / "_aside" / "notes.md"),
    "a file touched": lambda show: _touched(show / FIRST / "notes.md"),
    "a file made readable to others": lambda show: (show / FIRST / "notes.md").chmod(0o604),
    "a file replaced by its like": lambda show: _replaced(show / FIRST / "audio.mp3"),
    "a file renamed": lambda show: (show / FIRST / "notes.md").rename(show / FIRST / "otes.md"),
    "a file added": lambda show: (show / FIRST / "chapters.txt").write_text("00:00 Start\n"),
    "an empty file added": lambda show: (show / FIRST / "nothing").touch(),
    "a file removed": lambda show: (show / FIRST / "transcript.vtt").unlink(),
    "a draft's file removed": lambda show: (show / "0004-draft" / "audio.mp3").unlink(),
    "a link led elsewhere": _led_elsewhere,
    "a link broken": lambda show: (show / "_aside" / "notes.md").unlink(),
    "a link in place of a file": lambda show: _link_instead(show / FIRST / "notes.md"),
    "an episode added": lambda show: add_episode(show, "0005-new", published="2024-12-01", number=5),
    "an episode edited": lambda show: edit_episode(show, FIRST, title="Another title"),
    "an episode renamed": lambda show: (show / FIRST).rename(show / "0001-other"),
    "an episode set aside": _aside,
    "an episode that is to come, earlier": lambda show: edit_episode(
        show, "0003-coming", published="2025-01-15"
    ),
    "the show edited": lambda show: edit_show(show, description="Another one."),
    "a file added to the show": lambda show: (show / "notes.txt").write_text("what is this"),
    "an empty folder added": lambda show: (show / "nothing").mkdir(),
    "an empty folder in an episode": lambda show: (show / FIRST / "nothing").mkdir(),
    "a deep file": lambda show: _deep(show / FIRST),
    "theme removed": lambda show: shutil.rmtree(show / "theme"),
    "theme added to": lambda show: (show / "theme" / "words.yaml").write_text("home: Start\n"),
    "a template added": lambda show: _template(show),
    "no episode, edited": lambda show: _in_place(show / "leftover" / "audio.mp3"),
}


def _link_instead(path: Path) -> None:
    """The same text, under the same name, by another way."""
    path.rename(path.with_name("_" + path.name))
    path.symlink_to("_" + path.name)


def _deep(folder: Path) -> None:
    (folder / "a" / "b" / "c").mkdir(parents=True)
    (folder / "a" / "b" / "c" / "file").write_text("deep")


def _template(show: Path) -> None:
    (show / "theme" / "templates").mkdir()
    (show / "theme" / "templates" / "footer.html").write_text("<p>Ours</p>")


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_changed_is_looked_at(stand: Stand, name: str) -> None:
    stand.settle()
    CHANGES[name](stand.show)
    assert stand.publish().whole == 1


@pytest.mark.parametrize("file", ["a/b/c/file", "nothing"])
def test_a_change_deep_in_an_episode_is_seen(stand: Stand, file: str) -> None:
    _deep(stand.show / FIRST)
    (stand.show / FIRST / "nothing").touch()
    stand.settle()
    _in_place(stand.show / FIRST / file) if file != "nothing" else _touched(stand.show / FIRST / file)
    assert stand.publish().whole == 1
    stand.settle()
    (stand.show / FIRST / file).unlink()
    assert stand.publish().whole == 1


UNSEEN: dict[str, Callable[[Path], object]] = {
    "a file set aside": lambda show: (show / "_note.txt").write_text("nobody's"),
    "a hidden file": lambda show: (show / ".DS_Store").write_text("nobody's"),
    "a hidden file in an episode": lambda show: _in_place(show / "0002-second" / ".hidden"),
    "a file set aside in an episode": lambda show: (show / FIRST / "_old.md").write_text("nobody's"),
    "a folder set aside": lambda show: add_episode(show, "_0005-later", published="2024-12-01"),
    "a hidden folder": lambda show: (show / ".git").mkdir(),
    "a folder touched": lambda show: _touched(show / FIRST),
    "a file read": lambda show: (show / FIRST / "audio.mp3").read_bytes(),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_no_publishers_changes_nothing(stand: Stand, name: str) -> None:
    before = stand.settle()
    UNSEEN[name](stand.show)
    again = stand.publish()
    assert again.is_idle
    assert again.said == before.said


def test_a_link_to_a_folder_is_for_a_whole_run(stand: Stand) -> None:
    """What lies behind it may change in ways that no stat of it tells."""
    stand.settle()
    (stand.show / "linked").symlink_to("_aside")
    for _ in range(3):
        done = stand.publish()
        assert (done.status, done.whole) == (0, 1)


def test_folders_in_folders_in_folders_are_for_a_whole_run(stand: Stand) -> None:
    deep = stand.show / FIRST
    for _ in range(20):
        deep /= "a"
    deep.mkdir(parents=True)
    with pytest.raises(NotToldError):
        look(stand.show)
    for _ in range(3):
        assert stand.publish().whole == 1


def test_a_link_in_a_circle_is_for_a_whole_run(stand: Stand) -> None:
    (stand.show / FIRST / "round.md").symlink_to("round.md")
    done = [stand.publish() for _ in range(3)]
    assert done[1].said == done[2].said
    (stand.show / FIRST / "round.md").unlink()
    stand.settle()


@pytest.mark.parametrize("name", ["podcast.yaml", "whole"])
def test_a_folder_that_is_no_show_any_more(stand: Stand, name: str) -> None:
    stand.settle()
    if name == "whole":
        stand.show.rename(stand.show.with_name("gone"))
    else:
        (stand.show / name).unlink()
    done = stand.publish()
    assert (done.status, done.whole) == (1, 1)


def test_what_has_just_changed_may_change_again_unseen(stand: Stand) -> None:
    """A file that is written twice within the clock's grain looks the same after the second time."""
    stand.settle()
    stand.clock.ahead_seconds = 1.0
    _touched(stand.show / FIRST / "notes.md")
    changed = (stand.show / FIRST / "notes.md").stat().st_ctime
    done = stand.publish()
    assert done.whole == 1
    # Unless this machine took that long.
    if stand.clock.time() < changed + 2:
        assert stand.publish().whole == 1
    stand.clock.ahead_seconds = 60.0
    stand.settle()


def test_a_disk_whose_clock_is_ahead_is_never_trusted(stand: Stand) -> None:
    stand.clock.ahead_seconds = -3600.0
    for _ in range(3):
        done = stand.publish()
        assert (done.status, done.whole) == (0, 1)
