"""What was read of an episode is kept in the cache, and never trusted over its folder."""

from __future__ import annotations

import os
import pickle
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from publisher.cache import Table
from publisher.model import Episode
from publisher.reading.kept import KeptEpisode, mark_of
from publisher.reading.load import Loaded, load_show
from publisher.state import looking
from tests.support.shows import add_episode, make_show

_SAMPLE_SHOW = Path(__file__).parents[3] / "episodes"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what was changed a moment ago is kept: no test here changes a thing twice in one tick."""
    monkeypatch.setattr(looking, "_GRAIN_SECONDS", -60.0)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", title="A show")


def _only(loaded: Loaded) -> Episode:
    assert loaded.show is not None
    (episode,) = loaded.show.episodes
    return episode


def _change_kept(show: Path, old: str, new: str) -> None:
    with Table(show / ".publisher", "episodes") as table:
        kept = [(key, value) for key, value in table.all().items() if old.encode() in value]
        for (folder, key), value in kept:
            table.put(folder, key, value.replace(old.encode(), new.encode(), 1))
    assert len(kept) == 1


def test_what_is_kept_is_what_was_read(tmp_path: Path) -> None:
    show = tmp_path / "episodes"
    shutil.copytree(_SAMPLE_SHOW, show, ignore=shutil.ignore_patterns(".publisher"))
    fresh = load_show(show, cache=False)
    first, second = load_show(show), load_show(show)
    assert fresh.show is not None
    assert second.show is not None
    assert len(fresh.show.episodes) >= 5
    assert fresh.show == first.show == second.show
    assert all(isinstance(episode, KeptEpisode) for episode in second.show.episodes)


def test_one_that_is_kept_is_as_any_other(show: Path) -> None:
    read, first, kept = _only(load_show(show, cache=False)), _only(load_show(show)), _only(load_show(show))
    assert isinstance(kept, KeptEpisode)
    assert not isinstance(read, KeptEpisode)
    assert mark_of(first) == mark_of(kept) != mark_of(read)
    assert first == read
    assert isinstance(first, KeptEpisode)
    assert first.own_parts == kept.own_parts
    assert kept == read
    assert read == kept
    assert {field.name: getattr(kept, field.name) for field in fields(Episode)} == {
        field.name: getattr(read, field.name) for field in fields(Episode)
    }
    assert replace(kept, title="Another") == replace(read, title="Another") != read
    assert hash(kept) == hash(read)
    assert repr(kept).partition("(")[2] == repr(read).partition("(")[2]
    assert type(pickle.loads(pickle.dumps(kept))) is Episode
    assert pickle.loads(pickle.dumps(kept)) == read
    with pytest.raises(AttributeError):
        getattr(kept, "colour")  # noqa: B009


def test_a_folder_that_did_not_change_is_not_read_again(show: Path) -> None:
    title = _only(load_show(show)).title
    _change_kept(show, title, title[:-1] + "X")
    assert _only(load_show(show)).title == title[:-1] + "X"


@pytest.mark.parametrize("name", ["episode.yaml", "audio.mp3", "more.txt"])
def test_a_folder_in_which_anything_changed_is_read_again(show: Path, name: str) -> None:
    title = _only(load_show(show)).title
    _change_kept(show, title, title[:-1] + "X")
    path = show / "0001-episode" / name
    before = path.stat() if path.exists() else None
    path.write_bytes(path.read_bytes() if before else b"")
    if before:  # the same bytes, and the time that they had: only that it was written tells
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert _only(load_show(show)).title == title


def test_what_was_changed_a_moment_ago_is_not_kept(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_GRAIN_SECONDS", 2.0)
    load_show(show)
    assert not isinstance(_only(load_show(show)), KeptEpisode)


def test_a_problem_is_reported_every_time(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=0)
    add_episode(show, "0001-episode", colour="red")
    first, second = load_show(show), load_show(show)
    assert [problem.rule for problem in first.problems] == ["unknown-key"]
    assert first.problems == second.problems
    assert isinstance(_only(second), KeptEpisode)


def test_a_date_follows_the_zone_of_the_show(show: Path) -> None:
    before = _only(load_show(show)).published
    with (show / "podcast.yaml").open("a", encoding="utf-8") as podcast:
        podcast.write("timezone: Europe/Oslo\n")
    after = _only(load_show(show)).published
    assert before is not None
    assert after is not None
    assert (before - after).total_seconds() == 3600


def test_what_other_code_kept_is_read_again(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    title = _only(load_show(show)).title
    _change_kept(show, title, title[:-1] + "X")
    monkeypatch.setattr("publisher.reading.kept.code_stamp", lambda: "another")
    assert _only(load_show(show)).title == title


def test_of_a_show_of_another_name_nothing_is_known(show: Path) -> None:
    title = _only(load_show(show)).title
    _change_kept(show, title, title[:-1] + "X")
    moved = show.rename(show.with_name("moved"))
    assert _only(load_show(moved)).title == title


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[["', '[[{"": "system"}, "'),
        ('[["', '[[["'),
        ('[["', '[{"": "'),
        ('[["', '["'),
        ('+00:00"', " o'clock\""),
        ('+00:00"', '+00:00", "more"'),
    ],
)
def test_a_damaged_entry_costs_only_the_reading(show: Path, old: str, new: str) -> None:
    fresh = load_show(show)
    _change_kept(show, old, new)
    assert load_show(show) == fresh
