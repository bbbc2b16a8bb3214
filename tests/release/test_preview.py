"""The show as it would stand: built over what is published, which is not touched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import ShowError
from publisher.previewing.standing import Stand, standing
from publisher.release import publish
from tests.release.feeds import Feed
from tests.release.trees import stats, tree
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def feed(stand: Stand) -> Feed:
    first = next(layer for layer in stand.layers if (layer / "feed.xml").is_file())
    return Feed((first / "feed.xml").read_bytes())


def test_edits_are_shown_and_nothing_published_is_touched(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before, sources = stats(public), tree(show)
    edit_episode(show, "0001-episode", title="Edited")
    (show / "0002-episode" / "audio.mp3").unlink()
    add_episode(show, "0003-later", title="Later", number=3, published="2031-01-01")
    with standing(show, to=str(public), now=NOW) as stand:
        assert feed(stand).titles() == ["About 0002-episode", "Edited"]
        assert stand.episodes == 2
        for item in feed(stand).items:
            enclosure = item.find("enclosure")
            assert enclosure is not None
            key = str(enclosure.get("url")).removeprefix(stand.url)
            assert any((layer / key).is_file() for layer in stand.layers)
        top = stand.layers[0]
        assert top != public
    assert not top.exists()
    assert stats(public) == before
    assert {path for path in sources if tree(show).get(path) != sources[path]} == {
        "0001-episode/episode.yaml",
        "0002-episode/audio.mp3",
    }


def test_drafts_and_scheduled_ones_are_shown_when_asked_for(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    add_episode(show, "0002-later", title="Later", number=2, published="2031-01-01")
    add_episode(show, "0003-draft", title="Draft", number=3, published=None)
    add_episode(show, "0004-unfinished", title="Unfinished", number=4, published=None, sound=None)
    with standing(show, to=str(tmp_path / "public"), drafts=True, now=NOW) as stand:
        assert sorted(feed(stand).titles()) == ["About 0001-episode", "Draft", "Later"]
    with standing(show, to=str(tmp_path / "public"), now=NOW) as stand:
        assert feed(stand).titles() == ["About 0001-episode"]
    assert not (tmp_path / "public").exists()


def test_two_previews_do_not_disturb_each_other(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    with standing(show, to=str(tmp_path / "public"), now=NOW) as one:
        with standing(show, to=str(tmp_path / "public"), now=NOW) as two:
            assert feed(two).titles() == feed(one).titles()
        assert feed(one).titles() == ["About 0001-episode"]


def test_a_show_with_errors_is_not_shown(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", language="xx-nothing")
    with pytest.raises(ShowError), standing(show, to=str(tmp_path / "public"), now=NOW):
        raise AssertionError("it must not come this far")
