"""Releases whose manifest is in parts: whoever reads one has all of it, and what is lost of it is found."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import StoreError
from publisher.manifest import stored as listing
from publisher.manifest import writing
from publisher.operations import history, plan
from publisher.release import publish
from publisher.release.prune import prune
from publisher.release.rollback import rollback
from publisher.store.folder import FolderStore
from publisher.verifying import verify
from tests.release.past import NOW, URL, assert_whole, feed, go, named, unnamed
from tests.support.shows import add_episode, edit_episode, make_show

EPISODES = 9


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1)
    monkeypatch.setattr(writing, "_LEAST", 1)
    monkeypatch.setattr(writing, "_MOST", 2)
    monkeypatch.setattr(listing, "_LEAST", 2)
    monkeypatch.setattr(listing, "_MOST", 4)
    monkeypatch.setattr(listing, "_ODDS", 2)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=EPISODES, url=URL)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "public"


def manifest_of(public: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((public / named(feed(public))).read_bytes())
    return values


KINDS = {"episodes": "episode_parts", "listing": "listing_parts"}
"""What parts are called, by the kind of them, and the manifest's key that lists them."""


def parts(public: Path, kind: str = "") -> list[str]:
    """Keys of the parts of the release that stands: those of a kind, or all."""
    manifest = manifest_of(public)
    return [part["key"] for name in ([kind] if kind else KINDS) for part in manifest[KINDS[name]]]


def stored(public: Path, kind: str = "*") -> set[str]:
    return {f"releases/{path.name}" for path in (public / "releases").glob(f"{kind}-*.json")}


def rules(public: Path) -> set[str]:
    found = verify(str(public.parent / "show"), to=str(public), manifest=True, everything=True)
    return {problem.rule for problem in found.problems}


def test_one_more_episode_stores_few_and_nothing_of_the_others_is_lost(show: Path, public: Path) -> None:
    go(show, public)
    before = stored(public)
    assert {*parts(public)} == before
    assert len(stored(public, "episodes")) >= EPISODES // 2
    listed = len(stored(public, "listing"))
    assert listed >= 10
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    outcome = publish(show, to=str(public), now=NOW)
    assert 1 <= len(stored(public, "episodes") - before) <= 3
    assert 1 <= len(stored(public, "listing") - before) < listed
    assert len({*parts(public, "listing")} & before) >= 3
    assert rules(public) == set()
    assert_whole(public)
    assert not manifest_of(public).keys() & {"episodes", "objects", "pages", "made_of"}
    assert manifest_of(public)["format"] == 3, "who knows no parts must not take it for an empty show"
    assert not publish(show, to=str(public), now=NOW).released
    assert outcome.manifest is not None
    assert len(outcome.manifest.episodes) == EPISODES + 1


def test_another_machine_makes_the_same(show: Path, public: Path) -> None:
    go(show, public)
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    edit_episode(show, "0004-episode", title="Another title")
    key = go(show, public)
    other = public.parent / "other"
    shutil.copytree(show, public.parent / "elsewhere", ignore=shutil.ignore_patterns(".publisher"))
    shutil.copytree(public, other)
    assert not publish(public.parent / "elsewhere", to=str(other), now=NOW).released
    assert named(feed(other)) == key
    fresh = public.parent / "fresh"
    publish(public.parent / "elsewhere", to=str(fresh), now=NOW)
    assert parts(fresh) == parts(public)


def test_a_bare_machine_goes_on(show: Path, public: Path) -> None:
    go(show, public)
    shutil.rmtree(show / ".publisher")
    assert not plan(show, to=str(public), now=NOW).has_changes
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    assert [planned.slug for planned in plan(show, to=str(public), now=NOW).changing] == ["0099-new"]
    go(show, public)
    assert rules(public) == set()


def test_history_and_rollback(show: Path, public: Path) -> None:
    go(show, public)
    old, before = feed(public), parts(public)
    edit_episode(show, "0002-episode", title="Another title")
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    go(show, public)
    newest, first = history(show, to=str(public))
    assert (newest.added, newest.changed, newest.removed) == (("0099-new",), ("0002-episode",), ())
    assert len(first.added) == EPISODES
    rollback(show, "previous", to=str(public))
    assert unnamed(feed(public)) == unnamed(old)
    assert parts(public) == before
    assert rules(public) == set()
    assert_whole(public)
    assert not publish(show, to=str(public), now=NOW).released, "the folder still says what was undone"
    edit_episode(show, "0002-episode", title="A third title")
    go(show, public)
    assert rules(public) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [0, -1])
def test_a_part_that_is_damaged_is_found_and_mended_from_the_copy(
    show: Path, public: Path, kind: str, at: int
) -> None:
    go(show, public)
    key = parts(public, kind)[at]
    data = (public / key).read_bytes()
    for harm in (lambda path: path.write_bytes(data.replace(b"a", b"b")), Path.unlink):
        harm(public / key)
        assert rules(public) & {"verify-damaged", "verify-missing"}
        publish(show, to=str(public), now=NOW, mend=True)
        assert (public / key).read_bytes() == data
        assert rules(public) == set()
    assert_whole(public)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lost", [True, False])
def test_a_part_that_is_nowhere_stops_everything_and_breaks_nothing(
    show: Path, public: Path, lost: bool, kind: str
) -> None:
    go(show, public)
    before, key = feed(public), parts(public, kind)[1]
    data = (public / key).read_bytes()
    if lost:
        (public / key).unlink()
    else:
        (public / key).write_bytes(data[:-5])
    shutil.rmtree(show / ".publisher")
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    with pytest.raises(StoreError, match="a part of the manifest") as raised:
        go(show, public)
    assert "restore it" in raised.value.help
    assert feed(public) == before
    with pytest.raises(StoreError, match="a part of the manifest"):
        history(show, to=str(public))
    assert rules(public) & {"verify-damaged", "verify-missing"}
    (public / key).write_bytes(data)
    go(show, public)
    assert rules(public) == set()


def test_a_manifest_that_is_gone_is_said(show: Path, public: Path) -> None:
    go(show, public)
    (public / named(feed(public))).unlink()
    with pytest.raises(StoreError, match="which is not there"):
        history(show, to=str(public))
    with pytest.raises(StoreError, match="which is not there"):
        rollback(show, "previous", to=str(public))


def test_parts_of_a_release_that_stays_are_not_pruned(show: Path, public: Path) -> None:
    go(show, public)
    before = stored(public)
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    prune(show, to=str(public), yes=True, now=datetime.now(UTC) + timedelta(days=90))
    assert stored(public) == {*parts(public)}
    assert before - stored(public), "what only the old release had is gone"
    assert_whole(public)


def test_a_show_that_outgrows_a_whole_manifest(
    show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1 << 20)
    go(show, public)
    assert not manifest_of(public).keys() & KINDS.values()
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1)
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    go(show, public)
    assert parts(public)
    assert rules(public) == set()
    rollback(show, "previous", to=str(public))
    assert not manifest_of(public).keys() & KINDS.values()
    assert rules(public) == set()


def test_pages_and_files_that_are_few_stand_in_the_manifest_whose_episodes_are_in_parts(
    show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(show, public)
    listed = sum((public / key).stat().st_size for key in parts(public, "listing"))
    episodes = sum((public / key).stat().st_size for key in parts(public, "episodes"))
    assert listed < episodes
    monkeypatch.setattr(writing, "WHOLE_BYTES", listed)
    add_episode(show, "0099-new", number=99, published="2024-03-01")
    go(show, public)
    assert manifest_of(public)["format"] == 2
    assert not manifest_of(public).keys() & {"episodes", "listing_parts"}
    assert rules(public) == set()
    assert_whole(public)
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1)
    edit_episode(show, "0004-episode", title="Another title")
    go(show, public)
    assert parts(public, "listing")
    assert rules(public) == set()
    assert_whole(public)


def test_a_past_of_many_releases_reads_each_part_once(
    show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(show, public)
    for number in range(5):
        edit_episode(show, "0004-episode", title=f"Title {number}")
        go(show, public)
    read: list[str] = []
    original = FolderStore.read

    def noted(store: FolderStore, key: str, **named: Any) -> Any:
        read.append(key)
        return original(store, key, **named)

    monkeypatch.setattr(FolderStore, "read", noted)
    # The check of the store reads what stands by itself, and then the past.
    for look, most in ((lambda: history(show, to=str(public)), 1), (lambda: rules(public), 2)):
        read.clear()
        look()
        parts_read = [key for key in read if key.startswith(("releases/episodes-", "releases/listing-"))]
        assert {*parts_read} == stored(public)
        assert max(Counter(parts_read).values()) <= most
