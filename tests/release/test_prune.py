"""Prune removes what no kept release refers to, and nothing else, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import Conflict, StoreError, UsageError
from publisher.operations import history
from publisher.release import publish
from publisher.release.prune import Pruning, _remove, prune
from publisher.release.rollback import rollback
from publisher.store.folder import FolderStore
from tests.release.feeds import read_feed
from tests.release.past import (
    DAY_SECONDS,
    NOW,
    URL,
    age,
    assert_whole,
    feed,
    go,
    named,
    pages,
    publish_and_die,
    unnamed,
    with_a_past,
)
from tests.release.trees import PUBLISHER, environment, run, stats, tree
from tests.support.shows import add_episode, edit_episode, make_show


def pruned(show: Path, public: Path) -> Pruning:
    return prune(show, to=str(public), yes=True)


def test_it_shows_first_and_acts_when_told(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    age(public, 100)
    edit_episode(show, "0002-episode", title="Young")
    go(show, public)
    before, times = tree(public), stats(public)

    found = prune(show, to=str(public))
    assert not found.done
    assert found.removable
    assert found.length_bytes == sum(stored.length_bytes for stored in found.removable)
    assert stats(public) == times

    done = pruned(show, public)
    assert done.done
    assert {stored.key for stored in done.removable} == {stored.key for stored in found.removable}
    assert before.keys() - tree(public).keys() == {stored.key for stored in found.removable}
    assert {key: before[key] for key in tree(public)} == tree(public)
    assert not (public / named(feeds[0])).exists()
    assert not (public / named(feeds[1])).exists()
    assert (public / named(feeds[2])).exists(), "it stood when the grace period began"
    assert_whole(public)
    assert not pruned(show, public).removable


def test_the_command_shows_first_too(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    age(public, 100)
    go(show, public)
    edit_episode(show, "0002-episode", title="Young")
    go(show, public)
    before = tree(public)
    shown = run("prune", show, "--to", public)
    assert shown.returncode == 0, shown.stderr
    assert "--yes" in shown.stdout
    assert tree(public) == before
    done = run("prune", show, "--to", public, "--older-than", "4w", "--yes")
    assert done.returncode == 0, done.stderr
    assert "removed" in done.stdout
    assert len(tree(public)) < len(before)


def test_every_kept_release_can_be_gone_back_to(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2, url=URL), tmp_path / "public"
    looks: dict[str, tuple[bytes, dict[str, str]]] = {}
    for number in range(5):
        edit_episode(show, "0001-episode", title=f"Title {number}", summary=f"In {number} words.")
        add_episode(show, f"{number + 10:04d}-more", number=number + 10)
        key = go(show, public)
        looks[key] = unnamed(feed(public)), pages(public)
        if number == 2:
            age(public, 100)
    kept = pruned(show, public).kept
    assert [past.key for past in kept] == list(reversed(looks))[:3]
    assert_whole(public)
    assert [past.key for past in history(show, to=str(public))] == [past.key for past in kept]
    for past in kept[1:]:
        rollback(show, past.name, to=str(public))
        assert (unnamed(feed(public)), pages(public)) == looks[past.key]
        assert_whole(public)
    for key in list(looks)[:2]:
        with pytest.raises(UsageError, match="there is no release"):
            rollback(show, key.removeprefix("releases/")[:12], to=str(public))


def test_what_was_rolled_back_stays_for_when_it_is_wanted_again(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, named(feeds[0])[9:21], to=str(public))
    for path in show.glob("*/audio.mp3"):
        path.unlink()
    age(public, 100)
    pruned(show, public)
    assert_whole(public)
    publish(show, to=str(public), now=NOW, again=True)
    assert unnamed(feed(public)) == unnamed(feeds[2])
    assert_whole(public)


def test_the_release_that_stands_stays_however_old(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    age(public, 5000)
    found = pruned(show, public)
    assert found.removable
    assert [past.key for past in found.kept] == [named(feeds[2])]
    assert feed(public) == feeds[2]
    assert_whole(public)
    edit_episode(show, "0001-episode", title="Later")
    go(show, public)
    assert_whole(public)


def test_what_is_young_stays_whoever_refers_to_it(tmp_path: Path) -> None:
    """A publish that has not come to its flip, on another machine."""
    show, public, _ = with_a_past(tmp_path)
    other = Path(shutil.copytree(show, tmp_path / "other" / "show"))
    age(public, 100)
    before = tree(public)
    add_episode(other, "0009-coming", number=9)
    publish_and_die(other, public)
    coming = tree(public).keys() - before.keys()
    assert any(key.startswith("media/0009-coming") for key in coming)
    pruned(show, public)
    assert coming <= tree(public).keys()
    age(public, 100)
    removed = {stored.key for stored in pruned(show, public).removable}
    assert removed == coming, "left by a run that never came to its end"


def test_a_publish_sends_again_what_a_prune_could_take_from_under_it(tmp_path: Path) -> None:
    """An episode that went long ago comes back: its old audio is there still, and no release refers to it."""
    show, public, _ = with_a_past(tmp_path)
    aside = shutil.copytree(show / "0003-new", tmp_path / "aside")
    shutil.rmtree(show / "0003-new")
    publish(show, to=str(public), now=NOW, allow_removal=True)
    (old,) = public.glob("media/0003-new-*.mp3")
    age(public, 100)
    edit_episode(show, "0001-episode", title="Again another")
    go(show, public)
    found = prune(show, to=str(public)).removable
    shutil.copytree(aside, show / "0003-new")
    go(show, public)
    assert time.time() - old.stat().st_mtime < DAY_SECONDS
    pruned(show, public)
    assert old.exists() or found
    assert_whole(public)


FOREIGN = (
    "humans.txt",
    "other/feed.xml",
    "media/from-the-old-host.mp3",
    "media/2019/0001.mp3",
    "artwork/logo.png",
    "releases/notes.json",
    "releases/readme.md",
    "releases/pages/index.html",
    "episodes/index.html",
    "episodes/0001-episode/handout.pdf",
    "episodes/0001-episode/more/index.html",
    "site/app.js",
    "people/index.html",
    "topics/theme/index.html",
    "archive/2019/summer/index.html",
)


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    for key in FOREIGN:
        path = public / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"somebody else's")
    age(public, 5000)
    assert pruned(show, public).removable
    rollback_feed = feed(public)
    edit_episode(show, "0001-episode", title="Later")
    publish_and_die(show, public)
    edit_episode(show, "0001-episode", title="A better title")
    assert not publish(show, to=str(public), now=NOW).released
    assert feed(public) == rollback_feed == feeds[2]
    assert [key for key in FOREIGN if not (public / key).is_file()] == []
    assert_whole_but_foreign(public)


def assert_whole_but_foreign(public: Path) -> None:
    for key in FOREIGN:
        (public / key).unlink()
    assert_whole(public)


@pytest.mark.parametrize("grace", [timedelta(0), timedelta(hours=23), timedelta(days=-1)])
def test_under_a_day_is_refused(tmp_path: Path, grace: timedelta) -> None:
    show, public, _ = with_a_past(tmp_path)
    age(public, 100)
    before = tree(public)
    with pytest.raises(UsageError, match="under a day") as raised:
        prune(show, to=str(public), older_than=grace, yes=True)
    assert raised.value.exit_status == 2
    assert tree(public) == before


def test_there_is_nothing_to_prune_where_nothing_is_published(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    with pytest.raises(StoreError, match="nothing is published"):
        prune(show, to=str(public), yes=True)


def test_time_passes(tmp_path: Path) -> None:
    """With `now` in the future the store's own times do."""
    show, public, feeds = with_a_past(tmp_path)
    tomorrow = datetime.now(UTC) + timedelta(days=29)
    assert not prune(show, to=str(public), yes=True, now=tomorrow).removable
    later = datetime.now(UTC) + timedelta(days=31)
    found = prune(show, to=str(public), yes=True, now=later)
    assert named(feeds[0]) in {stored.key for stored in found.removable}
    assert_whole(public)


def junk(public: Path, count: int) -> list[Path]:
    """Enclosures that nothing refers to any more."""
    paths = [public / f"media/gone-{number:024x}.mp3" for number in range(count)]
    for path in paths:
        path.write_bytes(b"sound")
    age(public, 100)
    return paths


def test_killed_half_way_it_has_removed_nothing_that_is_needed(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    old = junk(public, 2000)
    kept = {key: digest for key, digest in tree(public).items() if "media/gone-" not in key}
    process = subprocess.Popen(
        [*PUBLISHER, "prune", str(show), "--to", str(public), "--yes"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while old[50].exists():
        assert process.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert any(path.exists() for path in old)
    assert_whole(public)
    pruned(show, public)
    assert not any(path.exists() for path in old)
    assert set(tree(public)) <= set(kept)
    assert_whole(public)
    assert not pruned(show, public).removable


class RacedStore(FolderStore):
    """A folder in which another machine acts right before the first object that is no manifest is deleted."""

    def __init__(self, root: Path, act: object) -> None:
        super().__init__(root)
        self.act = act

    def delete(self, key: str) -> None:
        act, self.act = self.act, None
        if callable(act):
            act()
        super().delete(key)


@pytest.mark.parametrize("what", ["publish", "rollback"])
def test_raced_by_another_machine_every_address_stays(tmp_path: Path, what: str) -> None:
    """Real processes at the same time; whoever loses says so."""
    show, public = make_show(tmp_path / "show", episodes=2, url=URL), tmp_path / "public"
    for number in range(3):
        for part in range(3):
            edit_episode(show, "0001-episode", title=f"Title {number} {part}")
            go(show, public)
        junk(public, 300)
        other = Path(shutil.copytree(show, tmp_path / f"other-{number}" / "show"))
        edit_episode(other, "0002-episode", title=f"Theirs {number}")
        argument = (
            ["publish", str(other), "--no-verify"]
            if what == "publish"
            else ["rollback", str(other), "previous"]
        )
        racing = [
            subprocess.Popen(
                [*PUBLISHER, *command, "--to", str(public)],
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
            for command in (argument, ["prune", str(show), "--yes"])
        ]
        said = [process.communicate(timeout=120)[1] for process in racing]
        ours, pruning = [process.returncode for process in racing]
        # A rollback to what is being pruned is refused.
        assert ours in ((0,) if what == "publish" else (0, 2, 3)), said
        assert pruning in (0, 4), said
        assert_whole(public)
        for past in history(other, to=str(public))[1:2]:
            rollback(other, past.name, to=str(public))
            assert_whole(public)
        shutil.copyfile(other / "0002-episode/episode.yaml", show / "0002-episode/episode.yaml")
    assert read_feed(public).items


def test_a_publish_in_the_middle_of_it_ends_it(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    junk(public, 250)
    other = Path(shutil.copytree(show, tmp_path / "other" / "show"))
    edit_episode(other, "0002-episode", title="Theirs")
    store = RacedStore(public, lambda: go(other, public))
    found = prune(show, to=str(public))
    with pytest.raises(Conflict) as raised:
        _remove(store, found.removable, found.kept)
    assert raised.value.exit_status == 4
    assert "Theirs" in read_feed(public).titles()
    assert_whole(public)
