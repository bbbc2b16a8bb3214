"""A show that grows: what is gone on with is, to the byte, what is worked out of the whole show."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from publisher import publish
from publisher.release.relations import Relations
from tests.edits.test_same_release import AS_IN_A_LARGE_SHOW
from tests.idle.stand import Clock
from tests.support.shows import FIRST_DAY, edit_episode, make_show

URL: Final = "https://show.example/"
EPISODES: Final = 16


def keys_of(chance: random.Random, place: int, kinds: int) -> dict[str, Any]:
    """An episode that names some of the others, which may be to come.

    Args:
        kinds: of so many things each has some: the fewer, the more they have in common.
    """
    others = {_slug(number) for number in chance.sample(range(1, EPISODES + 1), 2)} - {_slug(place)}
    by_hand: dict[str, Any] = chance.choice(
        [{}, {}, {"related": sorted(others)}, {"next": _slug(place % EPISODES + 1)}]
    )
    return {
        "slug": _slug(place),
        "number": place,
        "season": 1 + place // 6,
        # Some go out at the same moment.
        "published": _day(place).isoformat(),
        "notes": f"# Notes\n\nOf thing{chance.randrange(kinds)} and {_slug(place)}.\n",
        "guests": [{"name": f"Guest {chance.randrange(kinds)}", "organization": chance.choice(("O", "o"))}],
        "taxonomies": {"theme": chance.sample(range(kinds + 2), 2)},
        **by_hand,
    }


def _slug(place: int) -> str:
    return f"{place:04d}-episode"


def _day(place: int) -> date:
    """Some go out at the same moment."""
    return FIRST_DAY + timedelta(days=40 * (place - place % 4 // 3))


@pytest.mark.parametrize("kinds", [2, 1000])
@pytest.mark.parametrize("seed", range(2))
def test_what_is_gone_on_with_is_what_the_whole_show_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, kinds: int
) -> None:
    for name, value in AS_IN_A_LARGE_SHOW.items():
        monkeypatch.setattr(f"publisher.{name}", value)
    monkeypatch.setattr("publisher.state.looking.time", Clock())
    chance = random.Random(seed)
    shows = [tmp_path / side / "show" for side in ("kept", "anew")]
    for show in shows:
        podcast = {"taxonomies": {"theme": "Theme"}, "type": ("episodic", "serial")[seed % 2]}
        of = random.Random(seed)
        episodes = [keys_of(of, place, kinds) for place in range(1, EPISODES + 1)]
        make_show(show, episodes=episodes, url=URL, **podcast)
    original, gone_on = Relations.__init__, list[bool]()

    def noting(self: Relations, *arguments: Any) -> None:
        original(self, *arguments)
        gone_on.append(self.moved is not None)

    for place in range(1, EPISODES + 1):
        if chance.random() < 0.15:
            for show in shows:
                edit_episode(show, _slug((place + 1) // 2), title=f"Another {place}")
        now = datetime.combine(_day(place), time(12), UTC)
        with monkeypatch.context() as patch:
            patch.setattr(Relations, "__init__", noting)
            kept = _published(shows[0], now)
        shutil.rmtree(shows[1] / ".publisher", ignore_errors=True)
        assert _published(shows[1], now) == kept
    assert sum(gone_on) >= EPISODES // 3


def _published(show: Path, now: datetime) -> Mapping[str, bytes]:
    public = show.parent / "public"
    publish(show, to=str(public), now=now, verify=False, tell=False)
    return {
        path.relative_to(public).as_posix(): path.read_bytes()
        for path in public.rglob("*")
        if path.is_file() and ".publisher-writing" not in path.parts
    }
