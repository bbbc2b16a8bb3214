"""Back to a past release: its feed and its pages, and what a publish makes of it afterwards."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from publisher.errors import Conflict, NeedsDecision, StoreError, UsageError
from publisher.manifest import feed_names
from publisher.operations import history
from publisher.release import publish
from publisher.release.rollback import rollback
from publisher.release.uploads import Quiet
from tests.release.feeds import read_feed
from tests.release.past import (
    NOW,
    URL,
    assert_whole,
    feed,
    go,
    named,
    pages,
    publish_and_die,
    unnamed,
    with_a_past,
)
from tests.release.trees import run, stats, tree
from tests.support.shows import add_episode, edit_episode, make_show


def test_the_feed_and_the_pages_are_again_what_they_were(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2, url=URL), tmp_path / "public"
    first = go(show, public)
    old_feed, old_pages = feed(public), pages(public)
    edit_episode(show, "0001-episode", title="Another title")
    add_episode(show, "0003-new", number=3)
    second = go(show, public)
    assert pages(public) != old_pages

    done = rollback(show, "previous", to=str(public))

    assert unnamed(feed(public)) == unnamed(old_feed)
    assert pages(public) == old_pages
    assert named(feed(public)) not in (first, second), "it is a release of its own"
    assert named(feed(public)).startswith(f"releases/{done.release}")
    assert first.startswith(f"releases/{done.repeats}")
    assert second.startswith(f"releases/{done.undone}")
    assert_whole(public)


@pytest.mark.parametrize("digits", [4, 12, 64])
def test_a_release_is_known_by_its_first_digits(tmp_path: Path, digits: int) -> None:
    show, public, feeds = with_a_past(tmp_path)
    name = named(feeds[0]).removeprefix("releases/")[:digits]
    rollback(show, name, to=str(public))
    assert unnamed(feed(public)) == unnamed(feeds[0])
    assert_whole(public)


def test_what_went_and_what_stays_reachable_is_said(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    (new,) = [path.name for path in (public / "media").glob("0003-new-*.mp3")]
    done = rollback(show, "previous", to=str(public))
    assert done.removed == ("0003-new",)
    assert done.reachable == (f"{URL}media/{new}",)
    assert (public / "media" / new).is_file(), "who is in the middle of it can finish"
    assert not (public / "episodes/0003-new").exists()
    assert "0003" not in (public / "index.html").read_text("utf-8")


def test_the_command_says_it_all(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    done = run("rollback", show, "previous", "--to", public)
    assert done.returncode == 0, done.stderr
    assert "not in the feed any more: 0003-new" in done.stdout
    assert f"{URL}media/0003-new-" in done.stdout
    assert unnamed(feed(public)) == unnamed(feeds[1])
    published = run("publish", show, "--to", public, "--now", "2026-01-01", "--no-verify")
    assert published.returncode == 0
    assert "rolled back" in published.stderr
    assert unnamed(feed(public)) == unnamed(feeds[1])


def test_what_cannot_be_gone_back_to_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    before = tree(public)
    standing = named(feeds[2]).removeprefix("releases/")[:12]
    for name, what in (
        ("ffffffffffff", "there is no release"),
        ("yesterday", "there is no release"),
        (named(feeds[0]).removeprefix("releases/")[:3], "there is no release"),
        ("", "there is no release|several"),
        (standing, "stands"),
    ):
        with pytest.raises(UsageError, match=what) as raised:
            rollback(show, name, to=str(public))
        assert raised.value.exit_status == 2
        assert "history" in raised.value.help
    assert tree(public) == before


def test_there_is_nothing_before_the_first_and_nothing_where_nothing_is(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    with pytest.raises(StoreError, match="nothing is published"):
        rollback(show, "previous", to=str(public))
    assert not public.exists()
    go(show, public)
    with pytest.raises(UsageError, match="no release 'previous'"):
        rollback(show, "previous", to=str(public))


def test_a_name_that_two_releases_share_is_refused(tmp_path: Path) -> None:
    """Two releases whose names begin alike, found by trying, are put into the store as they would stand."""
    show, public, feeds = with_a_past(tmp_path)
    data = (public / named(feeds[0])).read_bytes()
    forged: dict[str, list[str]] = {}
    key, previous = "", ""
    for number in range(2_000_000):
        changed = data.replace(
            b'"version":"', b'"previous":"%s","version":"%d.' % (previous.encode(), number)
        )
        digest = hashlib.sha256(changed).hexdigest()
        if not digest.startswith("0000"):
            continue
        key = f"releases/{digest}.json"
        (public / key).write_bytes(changed)
        forged.setdefault(digest[:4], []).append(key)
        previous = key
        if len(forged["0000"]) == 2:
            break
    assert len(forged["0000"]) == 2
    text = feed(public)
    (public / "feed.xml").write_bytes(text.replace(feed_names(named(text)), feed_names(key)))
    with pytest.raises(UsageError, match="several releases begin with '0000'"):
        rollback(show, "0000", to=str(public))


def test_a_publish_leaves_it_so_as_long_as_the_folder_is_what_was_undone(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    before = tree(public)
    outcome = publish(show, to=str(public), now=NOW)
    assert not outcome.released
    assert outcome.plan.held == "undone"
    assert any("rolled back" in notice and "--again" in notice for notice in outcome.notices)
    assert tree(public) == before
    assert unnamed(feed(public)) == unnamed(feeds[1])
    assert publish(show, to=str(public), now=NOW, again=True).released
    assert unnamed(feed(public)) == unnamed(feeds[2])
    assert_whole(public)
    assert not publish(show, to=str(public), now=NOW).plan.held


def test_it_is_held_back_without_its_audio_too(tmp_path: Path) -> None:
    """Published audio may leave the folder; that of what was undone is in the store still."""
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    for path in show.glob("*/audio.mp3"):
        path.unlink()
    outcome = publish(show, to=str(public), now=NOW)
    assert (outcome.released, outcome.plan.held) == (False, "undone")
    assert publish(show, to=str(public), now=NOW, again=True).released
    assert unnamed(feed(public)) == unnamed(feeds[2])
    assert_whole(public)


def test_what_is_newly_due_does_not_take_what_was_undone_along(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    add_episode(show, "0004-due", number=4, published="2025-06-01")
    before = tree(public)
    with pytest.raises(NeedsDecision, match="rolled back") as raised:
        publish(show, to=str(public), now=NOW)
    assert raised.value.exit_status == 5
    assert "--again" in raised.value.help
    assert tree(public) == before
    publish(show, to=str(public), now=NOW, again=True)
    assert read_feed(public).titles()[0] == "About 0004-due"
    assert "About 0003-new" in read_feed(public).titles()


def test_a_mended_folder_goes_out(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    edit_episode(show, "0003-new", title="Mended")
    outcome = publish(show, to=str(public), now=NOW)
    assert outcome.released
    assert "Mended" in read_feed(public).titles()
    assert_whole(public)
    assert not publish(show, to=str(public), now=NOW).plan.has_changes


def test_a_folder_that_is_put_back_has_nothing_to_release(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    shutil.rmtree(show / "0003-new")
    outcome = publish(show, to=str(public), now=NOW)
    assert not outcome.released
    assert not outcome.plan.held


def test_a_rollback_can_be_taken_back_and_taken_again(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    forward = rollback(show, "previous", to=str(public))
    assert unnamed(feed(public)) == unnamed(feeds[2])
    assert named(feeds[2]).startswith(f"releases/{forward.repeats}")
    outcome = publish(show, to=str(public), now=NOW)
    assert (outcome.released, outcome.plan.held, outcome.plan.has_changes) == (False, "", False)
    assert_whole(public)
    rollback(show, named(feeds[0])[9:25], to=str(public))
    assert unnamed(feed(public)) == unnamed(feeds[0])
    assert publish(show, to=str(public), now=NOW).plan.held == "undone"
    assert_whole(public)


def test_two_steps_back_still_know_what_the_folder_says(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, named(feeds[1])[9:21], to=str(public))
    rollback(show, named(feeds[0])[9:21], to=str(public))
    assert publish(show, to=str(public), now=NOW).plan.held == "undone"
    assert unnamed(feed(public)) == unnamed(feeds[0])
    assert [past.manifest.undone for past in history(show, to=str(public))[:2]] == [named(feeds[2])] * 2


def test_what_has_the_content_of_what_stands_stands_already(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    before = stats(public)
    with pytest.raises(UsageError, match="stands"):
        rollback(show, named(feeds[1])[9:21], to=str(public))
    assert stats(public) == before


def test_pages_that_an_interrupted_run_wrote_go_with_it(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2, url=URL), tmp_path / "public"
    go(show, public)
    old = pages(public)
    edit_episode(show, "0001-episode", title="Second")
    go(show, public)
    edit_episode(show, "0002-episode", title="Third")
    add_episode(show, "0003-new", number=3)
    publish_and_die(show, public)
    assert (public / "episodes/0003-new/index.html").exists()
    rollback(show, "previous", to=str(public))
    assert pages(public) == old
    assert_whole(public)


@pytest.mark.parametrize(
    "lost", ["media/0002-*", "releases/feed-*", "site/*.css", "site/*/*.js", "releases/pages/*"]
)
def test_a_release_that_is_not_whole_is_refused_before_anything_changes(tmp_path: Path, lost: str) -> None:
    show, public, feeds = with_a_past(tmp_path)
    digest = hashlib.sha256(unnamed(feeds[0])).hexdigest()
    if lost == "media/0002-*":
        gone = list(public.glob(lost))
    elif lost == "releases/feed-*":
        gone = list(public.glob(f"releases/feed-{digest[:24]}*"))
    else:
        gone = list(public.glob(lost))
    assert gone
    for path in gone:
        path.unlink()
    before = tree(public)
    with pytest.raises(StoreError, match=r"not (kept )?whole") as raised:
        rollback(show, named(feeds[0])[9:21], to=str(public))
    assert raised.value.exit_status == 3
    assert raised.value.help
    assert tree(public) == before


def test_an_enclosure_of_another_length_is_not_whole(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    (old,) = set(public.glob("media/0001-*.mp3")) - {
        public / path for path in tree(public) if path.encode() in feed(public)
    }
    old.write_bytes(old.read_bytes()[:-1])
    with pytest.raises(StoreError, match="not whole"):
        rollback(show, named(feeds[0])[9:21], to=str(public))


class Rival(Quiet):
    """Publishes from another machine right before the feed is flipped."""

    def __init__(self, show: Path, public: Path) -> None:
        self.show, self.public = show, public

    def say(self, text: str) -> None:
        if text == "the feed":
            publish(self.show, to=str(self.public), now=NOW)


def test_who_publishes_in_between_has_the_feed_and_the_pages(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    other = Path(shutil.copytree(show, tmp_path / "other" / "show"))
    edit_episode(other, "0002-episode", title="Theirs")
    with pytest.raises(Conflict) as raised:
        rollback(show, "previous", to=str(public), progress=Rival(other, public))
    assert raised.value.exit_status == 4
    assert "Theirs" in read_feed(public).titles()
    assert "Theirs" in (public / "index.html").read_text("utf-8")
    assert_whole(public)
    before = tree(public)
    alone = tmp_path / "alone"
    publish(other, to=str(alone), now=NOW)
    assert pages(public) == pages(alone)
    assert not publish(other, to=str(public), now=NOW).released
    assert tree(public) == before


class Killed(BaseException):
    """Ends a run as a signal does."""


class Dying(Quiet):
    def say(self, text: str) -> None:
        if text == "the feed":
            raise Killed


def test_interrupted_before_the_flip_it_has_removed_no_page_that_the_feed_names(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    before = pages(public)
    with pytest.raises(Killed):
        rollback(show, "previous", to=str(public), progress=Dying())
    assert feed(public) == feeds[2]
    assert pages(public).keys() == before.keys()
    assert not publish(show, to=str(public), now=NOW).released
    assert pages(public) == before
    assert_whole(public)


def test_the_show_folder_is_not_touched(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    before = tree(show)
    rollback(show, "previous", to=str(public))
    assert tree(show) == before
