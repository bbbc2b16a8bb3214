"""The copies of manifests in the show's folder, of their parts and indexes: the store's own files are never
touched by them, and whatever becomes of them, a publish does what it would do without."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.manifest import writing
from publisher.release import publish
from publisher.verifying import verify
from tests.release.past import NOW, URL, assert_whole, feed, go, named, unnamed
from tests.support.shows import add_episode, edit_episode, make_show


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=3, url=URL)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1)
    monkeypatch.setattr(writing, "_LEAST", 1)
    monkeypatch.setattr(writing, "_MOST", 2)


def copies(show: Path) -> Path:
    return show / ".publisher/releases"


def problems(show: Path, public: Path) -> list[str]:
    found = verify(show, to=str(public), manifest=True, everything=True)
    return [problem.rule for problem in found.problems]


def test_a_release_that_is_made_once_more_leaves_its_manifest_whole(show: Path, public: Path) -> None:
    first = go(show, public)
    before = (public / first).read_bytes()
    (public / "feed.xml").unlink()
    assert go(show, public) == first
    assert (public / first).read_bytes() == before
    assert problems(show, public) == []
    assert_whole(public)


def test_a_copy_is_no_part_of_the_store(show: Path, public: Path) -> None:
    key = go(show, public)
    copy = copies(show) / Path(key).name
    data = copy.read_bytes()
    (public / key).write_bytes(b"damaged")
    assert copy.read_bytes() == data, "damage in the store is none of the copy's"
    copy.write_bytes(b"damaged too")
    (public / key).write_bytes(data)
    edit_episode(show, "0001-episode", title="Another title")
    publish(show, to=str(public), now=NOW)
    assert (public / key).read_bytes() == data
    assert problems(show, public) == []


def _of_another(paths: list[Path]) -> None:
    """The newest gets the bytes of the one before."""
    older, newer = sorted(paths, key=lambda path: path.stat().st_mtime_ns)[-2:]
    newer.write_bytes(older.read_bytes())


def _flip(paths: list[Path]) -> None:
    for path in paths:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def _cut(paths: list[Path]) -> None:
    for path in paths:
        os.truncate(path, path.stat().st_size // 2)


def _gone(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()


def _folders(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("harm", [_of_another, _flip, _cut, _gone, _folders])
@pytest.mark.parametrize("kind", ["index", "part", "json"])
def test_whatever_becomes_of_a_copy(
    show: Path,
    public: Path,
    kind: str,
    harm: Callable[[list[Path]], None],
    request: pytest.FixtureRequest,
) -> None:
    if kind != "json":
        request.getfixturevalue("parted")
    go(show, public)
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    other = public.parent / "other"
    harm([*copies(show).glob(f"*.{kind}")])
    add_episode(show, "0004-new", number=4)
    go(show, public)
    publish(show, to=str(other), now=NOW)
    assert unnamed(feed(public)) == unnamed(feed(other))
    assert problems(show, public) == []
    assert_whole(public)
    edit_episode(show, "0002-episode", title="One more")
    go(show, public)
    assert problems(show, public) == []


@pytest.mark.usefixtures("parted")
def test_parts_that_are_kept_nowhere_are_asked_for_in_the_store(show: Path, public: Path) -> None:
    go(show, public)
    next(copies(show).glob("*.part")).unlink()
    edit_episode(show, "0001-episode", title="Another title")
    edit_episode(show, "0003-episode", title="A third title")
    go(show, public)
    assert problems(show, public) == []
    assert_whole(public)


@pytest.mark.usefixtures("parted")
def test_no_more_is_kept_than_of_eight_releases(show: Path, public: Path) -> None:
    for number in range(10):
        edit_episode(show, "0001-episode", title=f"Title {number}")
        go(show, public)
    stems = {path.stem for path in copies(show).glob("*.index")}
    assert len(stems) == 8
    assert not [*copies(show).glob("*.json")]
    assert Path(named(feed(public))).stem in stems
    listed = {
        Path(part["key"]).stem
        for stem in stems
        for part in json.loads((public / f"releases/{stem}.json").read_bytes())["episode_parts"]
    }
    assert {path.stem for path in copies(show).glob("*.part")} == listed


def test_what_a_killed_run_left_goes_in_the_end(show: Path, public: Path) -> None:
    go(show, public)
    old, new = (copies(show) / f"{'0' * 64}.{number}.partial" for number in (1, 2))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    assert not old.exists()
    assert new.exists(), "another run may be at work"
