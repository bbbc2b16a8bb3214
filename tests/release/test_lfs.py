"""A clone without its Git LFS files publishes: a pointer holds the digest of the audio that the store has."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import ShowError
from publisher.operations import plan, publish
from publisher.release import Outcome
from tests.release.feeds import read_feed
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def pointer(data: bytes) -> str:
    """As `git lfs pointer` writes it."""
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A published show, cloned anew: every audio file is a pointer."""
    show = make_show(tmp_path / "show", episodes=2)
    publish(show, to=str(tmp_path / "public"), now=NOW, verify=False)
    shutil.rmtree(show / ".publisher")
    for path in show.glob("*/audio.mp3"):
        path.write_text(pointer(path.read_bytes()))
    return show


def again(show: Path) -> Outcome:
    return publish(show, to=str(show.parent / "public"), now=NOW, verify=False)


def test_what_is_published_needs_no_more_than_its_pointer(clone: Path) -> None:
    outcome = again(clone)
    assert not outcome.released
    assert outcome.problems == ()


def test_a_pointer_may_have_the_line_ends_of_windows(clone: Path) -> None:
    for path in clone.glob("*/audio.mp3"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    outcome = again(clone)
    assert not outcome.released
    assert outcome.problems == ()


def test_a_new_episode_goes_out_beside_pointers(clone: Path) -> None:
    add_episode(clone, "0003-new", number=3, published="2025-06-01")
    outcome = again(clone)
    assert [planned.slug for planned in outcome.plan.of("new", "changed", "removed")] == ["0003-new"]
    assert outcome.released


def test_a_new_title_is_put_into_the_audio_that_the_store_has(clone: Path) -> None:
    edit_episode(clone, "0001-episode", title="A better title")
    again(clone)
    assert "A better title" in read_feed(clone.parent / "public").titles()
    sounds = list((clone.parent / "public" / "media").glob("0001-episode-*.mp3"))
    assert len(sounds) == 2
    assert any(b"A better title" in path.read_bytes() for path in sounds)


def test_a_renamed_folder_keeps_its_guid(clone: Path) -> None:
    before = [item.findtext("guid") for item in read_feed(clone.parent / "public").items]
    (clone / "0001-episode").rename(clone / "0001-renamed")
    found = plan(clone, to=str(clone.parent / "public"), now=NOW)
    assert [(planned.slug, planned.state) for planned in found.episodes] == [
        ("0001-renamed", "changed"),
        ("0002-episode", "unchanged"),
    ]
    assert {planned.guid for planned in found.episodes} == {*before}


@pytest.mark.parametrize("slug", ["0001-episode", "0003-new"])
def test_audio_that_nobody_has_published_has_to_be_fetched(clone: Path, slug: str) -> None:
    if slug == "0003-new":
        add_episode(clone, slug, number=3, published="2025-06-01")
    (clone / slug / "audio.mp3").write_text(pointer(b"another recording"))
    with pytest.raises(ShowError) as raised:
        again(clone)
    (problem,) = raised.value.problems
    assert (problem.rule, problem.path) == ("lfs-audio", f"show/{slug}/episode.yaml")
    assert f'git lfs pull --include "show/{slug}/*"' in problem.help


def test_an_episode_to_come_is_warned_of(clone: Path) -> None:
    add_episode(clone, "0003-new", number=3, published="2026-06-01")
    (clone / "0003-new" / "audio.mp3").write_text(pointer(b"another recording"))
    outcome = again(clone)
    assert [(problem.rule, problem.severity) for problem in outcome.problems] == [("lfs-audio", "warning")]


def test_a_further_enclosure_that_was_not_fetched_is_not_released(clone: Path) -> None:
    add_episode(clone, "0003-new", number=3, published="2025-06-01")
    alternates = [{"file": "small.opus", "type": "audio/ogg"}]
    edit_episode(clone, "0003-new", alternates=alternates)
    (clone / "0003-new" / "small.opus").write_text(pointer(b"a smaller one"))
    with pytest.raises(ShowError) as raised:
        again(clone)
    assert "alternate-missing" in [problem.rule for problem in raised.value.problems]
