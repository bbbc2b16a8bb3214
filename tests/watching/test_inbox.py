"""An inbox that is watched: what is dropped there comes into the show, and goes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.release.feeds import read_feed
from tests.support.shows import add_episode, make_show
from tests.watching.controlled import ControlledClock, Watched


def test_a_drop_comes_into_the_show_and_goes_out(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    show = make_show(tmp_path / "show", episodes=1, inbox="../inbox")
    watched = Watched(show, tmp_path / "public", ControlledClock(datetime.now(UTC) - timedelta(hours=2)))
    watched.run(30)
    add_episode(inbox, "Dropped", title="Dropped", number=2)
    add_episode(inbox, "Wrong", title="Wrong", number=3, published="2024-13-01")
    watched.watch.dropped()
    watched.run(90)
    assert "Dropped" in read_feed(tmp_path / "public").titles()
    assert [event.kind for event in watched.events].count("taken") == 1
    (refused,) = [event for event in watched.events if event.kind == "refused"]
    assert "Wrong" in refused.text
    assert [problem.rule for problem in refused.problems if problem.is_error] == ["date"]
    assert (inbox / "Wrong" / "PROBLEMS.txt").exists()
    assert not (inbox / "Dropped").exists()


def test_an_inbox_that_is_not_there_is_told_once_and_keeps_no_release(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1, inbox="../nowhere")
    watched = Watched(show, tmp_path / "public", ControlledClock())
    watched.run(600)
    assert len(watched.told("failed")) == 1
    assert "inbox" in watched.told("failed")[0]
    assert read_feed(tmp_path / "public").titles() == ["About 0001-episode"]
    assert watched.watch.is_failing
    (tmp_path / "nowhere").mkdir()
    watched.run(120)
    assert [event.kind for event in watched.events][-1] == "recovered"
    assert [show.is_failing for show in [watched.watch]] == [False]
