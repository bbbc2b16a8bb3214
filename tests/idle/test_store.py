"""What stands in the store is asked for with every run, and so is every secret."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.cli import run
from publisher.errors import StoreError
from publisher.operations import publish
from tests.idle.stand import NOW, URL, Stand
from tests.support.shows import add_episode, edit_show
from tests.telling.servers import Service, running


def _released_elsewhere(stand: Stand) -> None:
    """Another machine has the same show, with one episode more."""
    other = shutil.copytree(
        stand.show, stand.show.parent / "machine" / "show", symlinks=True, ignore=_but_state
    )
    add_episode(other, "0005-new", published="2024-12-01", number=5)
    status = run(
        ["publish", str(other), "--to", str(stand.public), "--url", URL, "--now", NOW, "--no-verify"]
    )
    assert status == 0


def _but_state(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == ".publisher"]


def _foreign(stand: Stand) -> None:
    (stand.public / "feed.xml").write_text('<?xml version="1.0"?><rss version="2.0"><channel/></rss>')


CHANGES: dict[str, Callable[[Stand], object]] = {
    "another release": _released_elsewhere,
    "a rollback": lambda stand: run(["rollback", "show", "previous", "--to", "public"]),
    "a lost feed": lambda stand: (stand.public / "feed.xml").unlink(),
    "a feed of somebody else's": _foreign,
    "an empty feed": lambda stand: (stand.public / "feed.xml").write_bytes(b""),
    "a lost store": lambda stand: shutil.rmtree(stand.public),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_feed_in_the_store_is_seen(stand: Stand, name: str) -> None:
    # A first release cannot be gone back from.
    add_episode(stand.show, "0002-more", published="2024-12-01", number=9)
    stand.publish("--no-verify")
    stand.settle()
    CHANGES[name](stand)
    assert stand.publish("--no-verify").whole == 1


def test_a_show_that_is_rolled_back_is_never_idle(stand: Stand) -> None:
    """Every run says that it is held back."""
    edit_show(stand.show, description="Undone soon.")
    stand.publish("--no-verify")
    stand.settle()
    assert run(["rollback", "show", "previous", "--to", "public"]) == 0
    for _ in range(3):
        done = stand.publish()
        assert (done.status, done.whole) == (0, 1)
        assert "rolled back" in done.err


def test_the_same_feed_written_again_is_the_same(stand: Stand) -> None:
    stand.settle()
    feed = stand.public / "feed.xml"
    data = feed.read_bytes()
    feed.unlink()
    feed.write_bytes(data)
    assert stand.publish().is_idle


@pytest.mark.parametrize("name", ["members", "friends"])
def test_a_private_feed_that_is_lost_is_seen(with_feeds: Stand, name: str) -> None:
    done = with_feeds.settle()
    assert f"private feed {name}: nothing to do" in done.out
    for feed in (with_feeds.public / "private").glob("*/feed.xml"):
        data = feed.read_bytes()
        feed.unlink()
        done = with_feeds.publish("--no-verify")
        assert done.whole == 1
        assert feed.read_bytes() != b""
        assert b"<item>" in data
        with_feeds.settle()


@pytest.mark.parametrize("value", ["", "too-short", "a-secret-that-nobody-has-seen-before"])
@pytest.mark.parametrize("name", ["MEMBERS_SECRET", "FRIENDS_SECRET"])
def test_another_secret_is_another_feed(
    with_feeds: Stand, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with_feeds.settle()
    monkeypatch.setenv(name, value)
    done = with_feeds.publish("--no-verify")
    assert done.whole == 1
    if len(value) < 16:
        # It is said every time that this feed is left as it is.
        assert with_feeds.publish("--no-verify").whole == 1


def test_a_secret_that_is_not_set_any_more(with_feeds: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    with_feeds.settle()
    monkeypatch.delenv("MEMBERS_SECRET")
    for _ in range(2):
        done = with_feeds.publish()
        assert (done.status, done.whole) == (0, 1)
        assert "MEMBERS_SECRET" in done.err


def _broken(stand: Stand) -> Callable[[], object]:
    """A store that answers with an error, until what this gives is called."""
    feed, aside = stand.public / "feed.xml", stand.public / "aside"
    feed.rename(aside)
    feed.symlink_to(feed.name)  # leads in a circle: nobody can open it

    def mend() -> None:
        aside.replace(feed)

    return mend


def test_a_run_that_failed_is_followed_by_a_whole_one(stand: Stand) -> None:
    before = stand.settle()
    mend = _broken(stand)
    failed = stand.publish()
    assert (failed.status, failed.whole) == (3, 1)
    assert failed.last
    assert failed.last["status"] == 3
    mend()
    done = stand.publish()
    assert done.whole == 1
    assert done.said == before.said
    assert stand.publish().is_idle


@pytest.mark.parametrize("through", ["the command", "a watch"])
def test_a_failure_that_has_passed_is_told_again_when_it_comes_back(stand: Stand, through: str) -> None:
    """A watch publishes as the command does, and beside it; it leaves no note."""
    with running(Service()) as hook:
        edit_show(stand.show, notify={"webhooks": [{"url": hook.url, "on": ["failure"]}]})

        def fail() -> None:
            mend = _broken(stand)
            if through == "the command":
                assert stand.publish().status == 3
            else:
                with pytest.raises(StoreError, match="feed"):
                    publish(stand.show, to=str(stand.public), url=URL)
            mend()

        stand.publish("--no-verify")
        for times in (1, 2, 3):
            stand.settle()
            fail()
            assert len(hook.requests) == times
            fail()
            assert len(hook.requests) == times, "it was told of already"
            assert stand.publish().whole == 1


def test_an_idle_run_does_not_touch_the_store(stand: Stand) -> None:
    stand.settle()
    before = _stats(stand.public)
    assert stand.publish().is_idle
    assert _stats(stand.public) == before


def _stats(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_ctime_ns) for path in sorted(folder.rglob("*"))}
