"""The copies of manifests in the show's folder, and their indexes: the store's own files are never touched by
them, and whatever becomes of them, a publish does what it would do without."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

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


def _of_another(folder: Path) -> None:
    """The newest index gets the bytes of the one before."""
    older, newer = sorted(folder.glob("*.index"), key=lambda path: path.stat().st_mtime_ns)[-2:]
    newer.write_bytes(older.read_bytes())


def _flip(folder: Path) -> None:
    for path in folder.glob("*.index"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def _cut(folder: Path) -> None:
    for path in folder.glob("*.index"):
        os.truncate(path, path.stat().st_size // 2)


def _gone(folder: Path) -> None:
    for path in folder.glob("*.index"):
        path.unlink()


def _folders(folder: Path) -> None:
    for path in folder.glob("*.index"):
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("harm", [_of_another, _flip, _cut, _gone, _folders])
def test_whatever_becomes_of_an_index(show: Path, public: Path, harm: Callable[[Path], None]) -> None:
    go(show, public)
    edit_episode(show, "0001-episode", title="Another title")
    go(show, public)
    other = public.parent / "other"
    harm(copies(show))
    add_episode(show, "0004-new", number=4)
    go(show, public)
    publish(show, to=str(other), now=NOW)
    assert unnamed(feed(public)) == unnamed(feed(other))
    assert problems(show, public) == []
    assert_whole(public)


def test_no_more_is_kept_than_of_three_releases(show: Path, public: Path) -> None:
    for number in range(5):
        edit_episode(show, "0001-episode", title=f"Title {number}")
        go(show, public)
    kept = sorted(path.name for path in copies(show).iterdir())
    assert len(kept) == 6
    stems = {name.partition(".")[0] for name in kept}
    assert len(stems) == 3
    assert Path(named(feed(public))).stem in stems
