"""A show whose folder is suddenly not all there never empties the feed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.errors import NeedsDecision, ShowError
from publisher.release import publish
from tests.release.feeds import read_feed
from tests.release.past import NOW, URL, assert_whole, go
from tests.release.trees import run, tree
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

EPISODES = ("0001-episode", "0002-episode", "0003-episode")


@pytest.fixture
def out(tmp_path: Path) -> tuple[Path, Path]:
    """A show of three episodes, and the folder it is published to."""
    show, public = make_show(tmp_path / "show", episodes=3, url=URL), tmp_path / "public"
    go(show, public)
    return show, public


def no_episode_folders(show: Path) -> None:
    for slug in EPISODES:
        shutil.rmtree(show / slug)


def empty_episode_folders(show: Path) -> None:
    for slug in EPISODES:
        for path in (show / slug).iterdir():
            path.unlink()


def only_audio_left(show: Path) -> None:
    for slug in EPISODES:
        (show / slug / "episode.yaml").unlink()


def only_drafts(show: Path) -> None:
    for slug in EPISODES:
        edit_episode(show, slug, published=None)


def all_in_the_future(show: Path) -> None:
    for slug in EPISODES:
        edit_episode(show, slug, published="2035-01-01")


@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize(
    "damage", [no_episode_folders, empty_episode_folders, only_audio_left, only_drafts, all_in_the_future]
)
def test_no_flag_empties_the_feed(
    out: tuple[Path, Path], damage: Callable[[Path], None], allowed: bool
) -> None:
    show, public = out
    before = tree(public)
    damage(show)
    for dry_run in (True, False):
        with pytest.raises(NeedsDecision, match="the feed would be empty") as raised:
            publish(
                show,
                to=str(public),
                now=NOW,
                dry_run=dry_run,
                allow_removal=allowed,
                allow_guid_change=allowed,
                again=allowed,
            )
        assert raised.value.exit_status == 5
        assert "complete: true" in raised.value.help
        assert "--allow" not in raised.value.help
    assert tree(public) == before
    assert len(read_feed(public).items) == 3


def not_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00title")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone.yaml")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


@pytest.mark.parametrize("damage", [not_text, empty, a_folder, leads_nowhere, cut_short])
@pytest.mark.parametrize("name", ["podcast.yaml", "0002-episode/episode.yaml"])
def test_what_cannot_be_read_stops_the_release(
    out: tuple[Path, Path], name: str, damage: Callable[[Path], None]
) -> None:
    show, public = out
    before = tree(public)
    damage(show / name)
    with pytest.raises((ShowError, NeedsDecision)) as raised:
        publish(show, to=str(public), now=NOW)
    assert raised.value.exit_status in (1, 5)
    assert tree(public) == before


def test_a_show_folder_that_is_not_mounted_is_an_error(out: tuple[Path, Path]) -> None:
    show, public = out
    before = tree(public)
    shutil.rmtree(show)
    for allowed in ("--allow-removal", "--quiet"):
        assert run("publish", show, "--to", public, allowed).returncode == 1
    show.mkdir()
    done = run("publish", show, "--to", public, "--allow-removal")
    assert done.returncode == 1, done.stderr
    assert tree(public) == before


def test_the_command_refuses_an_empty_folder_with_every_flag(out: tuple[Path, Path]) -> None:
    show, public = out
    before = tree(public)
    no_episode_folders(show)
    done = run(
        "publish",
        show,
        "--to",
        public,
        "--now",
        "2026-01-01",
        "--allow-removal",
        "--allow-guid-change",
        "--again",
    )
    assert done.returncode == 5, done.stderr
    assert "the feed would be empty" in done.stderr
    assert "complete: true" in done.stderr
    assert tree(public) == before


@pytest.mark.parametrize("left", [1, 2])
def test_half_a_folder_needs_a_person(out: tuple[Path, Path], left: int) -> None:
    show, public = out
    before = tree(public)
    gone = EPISODES[left:]
    for slug in gone:
        shutil.rmtree(show / slug)
    with pytest.raises(NeedsDecision) as raised:
        publish(show, to=str(public), now=NOW)
    assert all(slug in raised.value.message for slug in gone)
    assert "--allow-removal" in raised.value.help
    assert tree(public) == before
    publish(show, to=str(public), now=NOW, allow_removal=True)
    assert len(read_feed(public).items) == left
    assert_whole(public)


def test_all_can_be_replaced_by_something_new(out: tuple[Path, Path]) -> None:
    show, public = out
    no_episode_folders(show)
    add_episode(show, "0009-other", number=9)
    with pytest.raises(NeedsDecision, match="0001-episode"):
        publish(show, to=str(public), now=NOW)
    publish(show, to=str(public), now=NOW, allow_removal=True)
    assert read_feed(public).titles() == ["About 0009-other"]


def test_a_show_is_ended_by_saying_so(out: tuple[Path, Path]) -> None:
    show, public = out
    edit_show(show, complete=True)
    assert publish(show, to=str(public), now=NOW).released
    assert len(read_feed(public).items) == 3
    assert b"<itunes:complete>" in (public / "feed.xml").read_bytes()


def test_a_show_without_any_episode_can_begin(tmp_path: Path) -> None:
    """Nothing is published that could be lost."""
    show, public = make_show(tmp_path / "show", episodes=0), tmp_path / "public"
    assert publish(show, to=str(public), now=NOW).released
    add_episode(show, "0001-first", number=1)
    assert publish(show, to=str(public), now=NOW).released
    assert len(read_feed(public).items) == 1
