"""Scheduled episodes: out whole until their moment, then out, missed ones together and in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.identity import episode_guid
from publisher.release import publish
from tests.release.feeds import read_feed, text
from tests.release.trees import run, tree
from tests.support.shows import add_episode, edit_episode, make_show

DUE = datetime(2026, 5, 1, 6, tzinfo=UTC)
SECRET = "Embargoed revelation"


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """Two episodes that are out, and one that comes with everything an episode can have."""
    show = make_show(tmp_path / "show", episodes=2)
    add_episode(
        show,
        "0003-kept-back",
        title=SECRET,
        number=3,
        published="2026-05-01 06:00",
        notes=f"{SECRET}, at length.",
        files={"transcript.txt": f"Ada: {SECRET}.", "cover.png": (show / "cover.png").read_bytes()},
        chapters=[{"start": 0, "title": SECRET}],
        guests=[SECRET],
    )
    edit_episode(show, "0002-episode", related=["0003-kept-back"], next="0003-kept-back")
    return show


def traces(store: Path, *words: str) -> list[str]:
    """Every file of the store whose name or content holds one of the words, in any case."""
    return [
        path.relative_to(store).as_posix()
        for path in sorted(store.rglob("*"))
        for word in words
        if word.lower() in path.as_posix().removeprefix(store.as_posix()).lower()
        or (path.is_file() and word.lower().encode() in path.read_bytes().lower())
    ]


def test_nothing_of_a_scheduled_episode_is_in_the_store(show: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    outcome = publish(show, to=str(public), now=DUE - timedelta(seconds=1))
    guid = episode_guid(outcome.plan.show.guid, "0003-kept-back")
    words = (SECRET, "kept-back", "embargoed", guid)
    assert traces(public, *words) == []
    assert outcome.plan.next_due == DUE
    publish(show, to=str(public), now=DUE)
    assert {path.split("/")[0] for path in traces(public, *words)} >= {
        *("feed.xml", "index.html", "episodes", "media", "artwork", "chapters", "transcripts", "releases"),
    }
    assert read_feed(public).titles()[0] == SECRET


def test_nothing_of_a_draft_is_in_the_store(show: Path, tmp_path: Path) -> None:
    edit_episode(show, "0003-kept-back", published=None)
    publish(show, to=str(tmp_path / "public"), now=DUE + timedelta(days=9999))
    assert traces(tmp_path / "public", SECRET, "kept-back") == []


def test_missed_ones_go_out_together_and_in_order(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    for slug, day in (("a-third", 3), ("b-first", 1), ("c-second", 2), ("d-not-yet", 9)):
        add_episode(show, slug, title=slug, published=f"2026-05-0{day} 06:00")
    public = tmp_path / "public"
    publish(show, to=str(public), now=DUE - timedelta(days=1))
    assert read_feed(public).titles() == ["About 0001-episode"]
    outcome = publish(show, to=str(public), now=DUE + timedelta(days=5))
    assert [item.slug for item in outcome.plan.of("new")] == ["b-first", "c-second", "a-third"]
    feed = read_feed(public)
    assert feed.titles() == ["a-third", "c-second", "b-first", "About 0001-episode"]
    assert text(feed.item("c-second"), "pubDate") == "Sat, 02 May 2026 06:00:00 +0000"
    assert text(feed.channel, "lastBuildDate") == "Sun, 03 May 2026 06:00:00 +0000"


def test_catching_up_gives_the_feed_that_going_out_one_by_one_gives(show: Path, tmp_path: Path) -> None:
    publish(show, to=str(tmp_path / "one"), now=DUE - timedelta(days=1))
    publish(show, to=str(tmp_path / "one"), now=DUE)
    publish(show, to=str(tmp_path / "two"), now=DUE + timedelta(days=30))

    def without_history(store: Path) -> dict[str, str]:
        return {key: digest for key, digest in tree(store).items() if not key.startswith("releases/")}

    one, two = without_history(tmp_path / "one"), without_history(tmp_path / "two")
    feeds = [(tmp_path / name / "feed.xml").read_bytes().splitlines() for name in ("one", "two")]
    # What was searched before the new episode waits for a prune.
    assert {key.partition("/")[0] for key in one.keys() ^ two.keys()} == {"search"}
    assert two.keys() <= one.keys()
    assert {key for key in two if one[key] != two[key]} == {"feed.xml"}
    # Only the line that names the manifest differs: the manifests tell of different histories.
    assert [place for place, pair in enumerate(zip(*feeds, strict=True)) if pair[0] != pair[1]] == [1]


def test_the_command_line_takes_the_moment_in_the_shows_zone(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", timezone="Europe/Oslo")
    add_episode(show, "0002-later", title="Later", published="2026-07-01 06:00")
    public = tmp_path / "public"
    early = run("publish", show, "--to", public, "--now", "2026-07-01 05:59")
    assert early.returncode == 0, early.stderr
    assert read_feed(public).titles() == ["About 0001-episode"]
    due = run("publish", show, "--to", public, "--now", "2026-07-01 06:00")
    assert due.returncode == 0, due.stderr
    assert read_feed(public).titles()[0] == "Later"
    assert text(read_feed(public).item("Later"), "pubDate") == "Wed, 01 Jul 2026 04:00:00 +0000"
