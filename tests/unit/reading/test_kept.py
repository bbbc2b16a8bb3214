"""What an episode.yaml says is kept in the cache, and never trusted over the file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from publisher.cache import Table
from publisher.model import Episode
from publisher.reading.load import Loaded, load_show
from tests.support.shows import add_episode, make_show

_SAMPLE_SHOW = Path(__file__).parents[3] / "episodes"
_LONG_AGO = 1_000_000_000
"""A file that was changed a moment ago is not kept."""


def _age(show: Path) -> Path:
    for path in show.rglob("*"):
        os.utime(path, (_LONG_AGO, _LONG_AGO))
    return show


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return _age(make_show(tmp_path / "show", title="A show"))


def _only(loaded: Loaded) -> Episode:
    assert loaded.show is not None
    (episode,) = loaded.show.episodes
    return episode


def _retitle_unseen(show: Path) -> None:
    """Gives the episode another title in a way that no stat shows: what is read then came from the cache."""
    path = show / "0001-episode" / "episode.yaml"
    before = path.read_text("utf-8")
    title = _only(load_show(show, cache=False)).title
    after = before.replace(title, title[:-1] + "X")
    assert before != after
    with path.open("r+", encoding="utf-8") as writer:
        writer.write(after)
    os.utime(path, (_LONG_AGO, _LONG_AGO))


def _change_kept(show: Path, old: str, new: str) -> None:
    with Table(show / ".publisher", "facts") as table:
        kept = [
            (key, value) for key, value in table.all().items() if key[1] == "yaml" and old.encode() in value
        ]
        for (path, kind), value in kept:
            table.put(path, kind, value.replace(old.encode(), new.encode()))
    assert len(kept) == 1


def test_what_is_kept_is_what_was_read(tmp_path: Path) -> None:
    show = tmp_path / "episodes"
    shutil.copytree(_SAMPLE_SHOW, show, ignore=shutil.ignore_patterns(".publisher"))
    _age(show)
    fresh = load_show(show, cache=False)
    first, second = load_show(show), load_show(show)
    assert fresh.show is not None
    assert len(fresh.show.episodes) >= 5
    assert fresh.show == first.show == second.show
    with Table(show / ".publisher", "facts") as table:
        kept = {path for path, kind in table.all() if kind == "yaml"}
    assert kept == {f"{episode.slug}/episode.yaml" for episode in fresh.show.episodes}


def test_a_file_that_did_not_change_is_not_read_again(show: Path) -> None:
    title = _only(load_show(show)).title
    _retitle_unseen(show)
    assert _only(load_show(show)).title == title


def test_a_file_that_changed_is_read_again(show: Path) -> None:
    title = _only(load_show(show)).title
    _retitle_unseen(show)
    os.utime(show / "0001-episode" / "episode.yaml", (_LONG_AGO + 1, _LONG_AGO + 1))
    assert _only(load_show(show)).title == title[:-1] + "X"


def test_a_problem_is_reported_every_time(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=0)
    add_episode(show, "0001-episode", colour="red")
    _age(show)
    first, second = load_show(show), load_show(show)
    assert [problem.rule for problem in first.problems] == ["unknown-key"]
    assert first.problems == second.problems


def test_a_date_follows_the_zone_of_the_show(show: Path) -> None:
    before = _only(load_show(show)).published
    with (show / "podcast.yaml").open("a", encoding="utf-8") as podcast:
        podcast.write("timezone: Europe/Oslo\n")
    after = _only(load_show(show)).published
    assert before is not None
    assert after is not None
    assert (before - after).total_seconds() == 3600


def test_what_other_code_kept_is_read_again(show: Path) -> None:
    title = _only(load_show(show)).title
    _retitle_unseen(show)
    _change_kept(show, '"reader": "', '"reader": "0')
    assert _only(load_show(show)).title == title[:-1] + "X"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"values": {', '"values": [], "other": {'),
        ('"values": {', '"values": {"guests": [{"": "system"}], '),
        ('"values": {', '"values": {"guests": [{"": "Person", "colour": "red"}], '),
        ('"reader"', '"writer"'),
        ('"published": "', '"published": "not '),
    ],
)
def test_a_damaged_entry_costs_only_the_reading(show: Path, old: str, new: str) -> None:
    fresh = load_show(show)
    _change_kept(show, old, new)
    assert load_show(show) == fresh
