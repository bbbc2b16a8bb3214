"""Pages of a release that never came: the next run puts those of the feed that stands back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from publisher.errors import NeedsDecision
from publisher.release import publish
from publisher.release.rollback import rollback
from tests.release.past import NOW, URL, assert_whole, feed, go, pages, publish_and_die, with_a_past
from tests.release.test_races import RacedStore
from tests.release.test_races import go as go_to
from tests.release.trees import tree
from tests.support.shows import add_episode, edit_episode, make_show


def interrupted(folder: Path) -> tuple[Path, Path, Path, dict[str, str]]:
    """A publish of an edit was killed between the pages and the feed.

    Returns:
        The show, its copy from before the edit, where it is published, and its pages from before.
    """
    show, public = make_show(folder / "show", episodes=3, url=URL), folder / "public"
    go(show, public)
    before = pages(public)
    good = Path(shutil.copytree(show, folder / "good"))
    edit_episode(show, "0002-episode", title="Never released")
    add_episode(show, "0004-never", number=4)
    publish_and_die(show, public)
    assert "Never released" in (public / "index.html").read_text("utf-8")
    assert (public / "episodes/0004-never/index.html").exists()
    assert list((show / ".publisher/writing").iterdir())
    return show, good, public, before


def put_back(show: Path, good: Path) -> None:
    """Takes the edit out of the folder again."""
    shutil.rmtree(show / "0004-never")
    shutil.copyfile(good / "0002-episode/episode.yaml", show / "0002-episode/episode.yaml")


def no_notes(show: Path) -> None:
    assert not list((show / ".publisher/writing").iterdir())


def test_a_folder_that_was_put_back_gets_its_pages_back(tmp_path: Path) -> None:
    show, good, public, before = interrupted(tmp_path)
    put_back(show, good)
    outcome = publish(show, to=str(public), now=NOW)
    assert not outcome.released
    assert pages(public) == before
    assert_whole(public)
    no_notes(show)
    alone = tmp_path / "alone"
    go(good, alone)
    assert pages(public) == pages(alone)
    assert feed(public) == feed(alone)


def test_another_edit_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    show, good, public, _ = interrupted(tmp_path)
    put_back(show, good)
    for folder in (show, good):
        edit_episode(folder, "0003-episode", title="Released")
    assert publish(show, to=str(public), now=NOW).released
    assert_whole(public)
    no_notes(show)
    alone = tmp_path / "alone"
    go(good, alone)
    assert pages(public) == pages(alone)


def test_run_again_it_ends_where_an_undisturbed_run_ends(tmp_path: Path) -> None:
    show, good, public, _ = interrupted(tmp_path)
    alone = tmp_path / "alone"
    go(good, alone)
    edit_episode(good, "0002-episode", title="Never released")
    add_episode(good, "0004-never", number=4)
    go(good, alone)
    assert publish(show, to=str(public), now=NOW).released
    assert tree(public) == tree(alone)
    assert_whole(public)
    no_notes(show)


def test_killed_twice_it_is_mended_all_the_same(tmp_path: Path) -> None:
    show, good, public, before = interrupted(tmp_path)
    edit_episode(show, "0001-episode", title="Never released either")
    publish_and_die(show, public)
    put_back(show, good)
    shutil.copyfile(good / "0001-episode/episode.yaml", show / "0001-episode/episode.yaml")
    publish(show, to=str(public), now=NOW)
    assert pages(public) == before
    no_notes(show)


def test_a_run_that_is_refused_mends_the_pages_first(tmp_path: Path) -> None:
    show, good, public, before = interrupted(tmp_path)
    put_back(show, good)
    shutil.rmtree(show / "0001-episode")
    with pytest.raises(NeedsDecision):
        publish(show, to=str(public), now=NOW)
    assert pages(public) == before
    assert_whole(public)
    no_notes(show)


def test_a_run_that_holds_back_mends_the_pages_first(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    before = pages(public)
    publish_and_die(show, public, again=True)
    assert pages(public) != before
    assert publish(show, to=str(public), now=NOW).plan.held == "undone"
    assert pages(public) == before
    assert_whole(public)
    no_notes(show)


def test_a_dry_run_mends_nothing(tmp_path: Path) -> None:
    show, good, public, _ = interrupted(tmp_path)
    put_back(show, good)
    before = tree(public)
    publish(show, to=str(public), now=NOW, dry_run=True)
    assert tree(public) == before
    assert list((show / ".publisher/writing").iterdir())


def test_a_first_release_that_was_killed_is_completed(tmp_path: Path) -> None:
    show, public, alone = (
        make_show(tmp_path / "show", episodes=2, url=URL),
        tmp_path / "public",
        tmp_path / "alone",
    )
    good = Path(shutil.copytree(show, tmp_path / "good"))
    publish_and_die(show, public)
    assert not (public / "feed.xml").exists()
    assert publish(show, to=str(public), now=NOW).released
    go(good, alone)
    assert tree(public) == tree(alone)
    assert_whole(public)
    no_notes(show)


@pytest.mark.parametrize("at", ["media", "page", "flip"])
def test_who_is_overtaken_leaves_the_pages_of_who_was_first(tmp_path: Path, at: str) -> None:
    one = make_show(tmp_path / "one", episodes=3, url=URL)
    two = Path(shutil.copytree(one, tmp_path / "two"))
    public = tmp_path / "public"
    go(one, public)
    add_episode(one, "0004-ours", title="Ours", number=4)
    edit_episode(one, "0002-episode", title="Ours as well")
    add_episode(two, "0005-theirs", title="Theirs", number=5)
    with pytest.raises(NeedsDecision, match="0005-theirs"):
        go_to(one, RacedStore(public, lambda: go(two, public), at=at))
    assert "Ours" not in (public / "index.html").read_text("utf-8")
    assert_whole(public)
    no_notes(one)
