"""Past releases: which, when, by which version, and what changed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher import __version__
from publisher.errors import StoreError
from publisher.operations import history
from publisher.release import publish
from publisher.release.prune import prune
from publisher.release.rollback import rollback
from tests.release.past import NOW, age, go, named, with_a_past
from tests.release.trees import run, stats
from tests.support.shows import edit_episode, edit_show, make_show


def test_each_release_says_what_it_changed(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    show, public, feeds = with_a_past(tmp_path)
    (show / "0002-episode").rename(show / "0002-renamed")
    shutil.rmtree(show / "0003-new")
    edit_show(show, title="Another show")
    publish(show, to=str(public), now=NOW, allow_removal=True)

    past = history(show, to=str(public))

    assert [item.key for item in past[1:]] == [named(data) for data in reversed(feeds)]
    assert [(item.added, item.changed, item.removed) for item in past] == [
        ((), past[0].changed, ("0003-new",)),
        (("0003-new",), (), ()),
        ((), ("0001-episode",), ()),
        (("0001-episode", "0002-episode"), (), ()),
    ]
    assert "0002-renamed" in past[0].changed
    assert "title" in past[0].show_changes
    assert [item.show_changes for item in past[1:]] == [(), (), ()]
    times = [item.when for item in past]
    assert all(when is not None and began.timestamp() - 1 <= when.timestamp() for when in times)
    assert times == sorted(times, key=lambda when: when or began, reverse=True)
    assert {item.manifest.version for item in past} == {__version__}


def test_no_more_than_asked_for(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    assert [item.key for item in history(show, to=str(public), limit=2)] == [
        named(data) for data in (feeds[2], feeds[1])
    ]


def test_looking_changes_nothing(tmp_path: Path) -> None:
    show, public, _ = with_a_past(tmp_path)
    state = show / ".publisher"

    def seen() -> dict[str, tuple[int, int, int]]:
        # What was found out about files more than two seconds old is remembered by whoever reads the show.
        remembered = {str(state), str(state / "cache.sqlite")}
        return {path: stat for path, stat in (stats(public) | stats(show)).items() if path not in remembered}

    before = seen()
    history(show, to=str(public))
    assert seen() == before


def test_a_tail_that_was_pruned_is_no_error(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    age(public, 100)
    edit_episode(show, "0001-episode", title="Young")
    go(show, public)
    prune(show, to=str(public), yes=True)
    past = history(show, to=str(public))
    assert [item.key for item in past[1:]] == [named(feeds[2])]
    assert past[0].changed == ("0001-episode",)


def test_a_rollback_is_a_release_that_says_what_it_repeats(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    done = rollback(show, named(feeds[0])[9:21], to=str(public))
    past = history(show, to=str(public))
    assert len(past) == 4
    assert past[0].name == done.release
    assert past[0].manifest.repeats == named(feeds[0])
    assert past[0].manifest.undone == named(feeds[2])
    assert past[0].removed == ("0003-new",)
    assert past[0].changed == ("0001-episode",)


def test_nothing_is_published(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    with pytest.raises(StoreError, match="nothing is published") as raised:
        history(show, to=str(public))
    assert "--to" in raised.value.help
    assert not public.exists()


def test_a_damaged_manifest_is_said(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    path = public / named(feeds[1])
    path.write_bytes(path.read_bytes().replace(b"A better title", b"A bitter title"))
    with pytest.raises(StoreError, match="damaged"):
        history(show, to=str(public))


def test_the_command_marks_the_one_that_stands(tmp_path: Path) -> None:
    show, public, feeds = with_a_past(tmp_path)
    rollback(show, "previous", to=str(public))
    done = run("history", show, "--to", public)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("* ")
    assert sum(line.startswith("* ") for line in lines) == 1
    assert f"rolled back to {named(feeds[1])[9:21]}" in done.stdout
    assert "    + 0003-new" in lines
    assert "    ~ 0001-episode" in lines
    assert f"publisher {__version__}" in lines[0]
    (document,) = json.loads(run("history", show, "--to", public, "--json", "--limit", "2").stdout)["shows"]
    assert [item["repeats"] for item in document["releases"]] == [named(feeds[1])[9:21], None]
    assert [item["episodes"] for item in document["releases"]] == [2, 3]
