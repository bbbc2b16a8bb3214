"""Releases whose feed's copy is in parts: a rollback puts it back, and what is lost of it is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.feed import runs
from publisher.manifest import Manifest, read_manifest
from publisher.problems import Problem
from publisher.release import feed_copy, publish
from publisher.release.prune import prune
from publisher.release.rollback import rollback
from publisher.verifying import verify
from tests.release.past import NOW, URL, assert_whole, feed, go, named, unnamed
from tests.support.shows import add_episode, edit_episode, make_show

EPISODES = 7


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_copy, "WHOLE_BYTES", 1)
    monkeypatch.setattr(runs, "_LEAST", 1)
    monkeypatch.setattr(runs, "_MOST", 2)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=EPISODES, url=URL)


def manifest_of(public: Path) -> Manifest:
    key = named(feed(public))
    return read_manifest(key, (public / key).read_bytes())


def copies(public: Path) -> set[str]:
    return {f"releases/{path.name}" for path in (public / "releases").glob("feed-*.xml")}


def test_one_more_episode_stores_few_and_a_rollback_puts_them_back(show: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    go(show, public)
    old, before = feed(public), copies(public)
    assert len(before) >= EPISODES // 2
    assert {part.key for part in manifest_of(public).feed_parts} == before
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    go(show, public)
    assert 1 <= len(copies(public) - before) <= 2
    assert_whole(public)

    rollback(show, "previous", to=str(public))

    assert unnamed(feed(public)) == unnamed(old)
    assert {part.key for part in manifest_of(public).feed_parts} == before
    assert_whole(public)


def test_a_part_that_is_lost_or_damaged_is_found_and_mended(show: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    go(show, public)
    old = named(feed(public))
    key = manifest_of(public).feed_parts[1].key
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    data = (public / key).read_bytes()
    (public / key).write_bytes(data.replace(b"a", b"b"))
    assert "verify-damaged" in {problem.rule for problem in found(public)}
    with pytest.raises(StoreError, match="not whole"):
        rollback(show, old[9:21], to=str(public))
    (public / key).unlink()
    assert {problem.rule for problem in found(public)} == {"verify-missing", "verify-rebuild"}
    with pytest.raises(StoreError, match="not whole"):
        rollback(show, old[9:21], to=str(public))
    publish(show, to=str(public), now=NOW, mend=True)
    assert not found(public)
    assert (public / key).read_bytes() == data


def found(public: Path) -> tuple[Problem, ...]:
    return verify(str(public.parent / "show"), to=str(public), manifest=True, everything=True).problems


def test_parts_of_a_release_that_stays_are_not_pruned(show: Path, tmp_path: Path) -> None:
    public = tmp_path / "public"
    go(show, public)
    before = copies(public)
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    prune(show, to=str(public), yes=True, now=datetime.now(UTC) + timedelta(days=90))
    assert copies(public) == {part.key for part in manifest_of(public).feed_parts}
    assert before - copies(public), "what only the old release had is gone"
    assert_whole(public)
