"""A day of ten shows, with faults and restarts: all goes out, in order, once, and nothing early.

`PUBLISHER_FAULTS=all` has 500 releases, 50 faults and 20 restarts in it, and takes some minutes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import StoreUnavailable
from publisher.store.folder import FolderStore
from tests.release.feeds import Feed
from tests.support.shows import add_episode, make_show
from tests.watching.controlled import START, ControlledClock, Watched

ALL = os.environ.get("PUBLISHER_FAULTS") == "all"
SHOWS = 10
PATIENCE = timedelta(minutes=2)
"""So long after a failed write it may be until it has been tried again."""
RELEASES, FAULTS, RESTARTS = (50, 50, 20) if ALL else (6, 8, 4)


class Killed(BaseException):
    """The process ends here and now."""


class Trouble:
    """Draws what befalls each write.

    Attributes:
        faults, kills: how many of each have come.
        on_fault: called when a write fails.
    """

    def __init__(self, seed: int, writes: int) -> None:
        drawn = random.Random(seed).sample(range(writes), FAULTS + RESTARTS)
        self._at = {place: place_in < FAULTS for place_in, place in enumerate(drawn)}
        self._count = 0
        self.faults, self.kills = 0, 0
        self.on_fault: Callable[[], None] = lambda: None
        self._after = random.Random(seed + 1)

    def wrap(self, put: Callable[..., Any]) -> Callable[..., Any]:
        def disturbed(store: FolderStore, *args: Any, **more: Any) -> Any:
            place, self._count = self._count, self._count + 1
            fault = self._at.get(place)
            if fault is None:
                return put(store, *args, **more)
            after = self._after.random() < 0.5
            if after:
                put(store, *args, **more)
            if fault:
                self.faults += 1
                self.on_fault()
                raise StoreUnavailable("the store does not answer")
            self.kills += 1
            raise Killed

        return disturbed


def test_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(7)
    clock = ControlledClock(START)
    plan: dict[int, dict[str, datetime]] = {}
    for number in range(SHOWS):
        show = make_show(tmp_path / f"show{number}", episodes=1, title=f"Show {number}")
        seconds = sorted(draw.sample(range(60, 86_000), RELEASES))
        plan[number] = {f"Release {place}": START + timedelta(seconds=at) for place, at in enumerate(seconds)}
        for place, (title, moment) in enumerate(plan[number].items()):
            slug = f"{place + 2:04}-release"
            add_episode(show, slug, title=title, number=place + 2, published=moment.isoformat())

    seen: dict[int, dict[str, tuple[datetime, str]]] = {number: {} for number in range(SHOWS)}

    def look(number: int) -> None:
        """Notes when each title is first in the feed, and that nothing that was there changes."""
        path = tmp_path / f"public{number}" / "feed.xml"
        if not path.exists():
            return
        titles = []
        for item in reversed(Feed(path.read_bytes()).items):
            title, guid = str(item.findtext("title")), str(item.findtext("guid"))
            titles.append(title)
            _, known = seen[number].setdefault(title, (clock.now(), guid))
            assert known == guid
        assert titles == list(seen[number]), "in the order in which they went out, and each once"

    def start(number: int) -> Watched:
        return Watched(tmp_path / f"show{number}", tmp_path / f"public{number}", clock, ahead_seconds=300.0)

    watches = {number: start(number) for number in range(SHOWS)}
    trouble = Trouble(11, SHOWS * RELEASES * 25)
    monkeypatch.setattr(FolderStore, "put", trouble.wrap(FolderStore.put))
    restarts, number = 0, 0
    # When what was not to be counted on: a show, or None for all of them, from when on, and until when.
    troubled: list[tuple[int | None, datetime, datetime]] = []
    trouble.on_fault = lambda: troubled.append((number, clock.now(), clock.now() + PATIENCE))
    end = START + timedelta(days=1)
    while clock.now() < end:
        waits = {number: watched.watch.wait_seconds() for number, watched in watches.items()}
        number = min(waits, key=lambda each: waits[each])
        if waits[number] > 0:
            clock.forward(min(waits[number], 10.0))
            continue
        try:
            watches[number].watch.step()
        except Killed:
            # All of it is gone with the process, and it takes a while until it is back.
            restarts += 1
            down = clock.now()
            clock.forward(draw.choice([1, 60, 1800]))
            troubled.append((None, down, clock.now() + PATIENCE))
            watches = {each: start(each) for each in watches}
        look(number)

    assert (trouble.faults, trouble.kills) == (FAULTS, RESTARTS), "all the trouble came"
    assert restarts == RESTARTS

    def over(number: int, moment: datetime) -> datetime:
        """When what was in the way of a release had passed; often one trouble begins before another ends."""
        while more := [
            until for place, since, until in troubled if place in (None, number) and since <= moment < until
        ]:
            moment = max(more)
        return moment

    late = []
    for number, moments in plan.items():
        assert list(seen[number])[1:] == list(moments)
        for title, moment in moments.items():
            when, _ = seen[number][title]
            assert when >= moment, "nothing early"
            assert when <= over(number, moment) + timedelta(seconds=2), "late for nothing"
            late.append((when - moment).total_seconds())
    print(f"{len(late)} releases, {sum(seconds <= 2 for seconds in late)} of them within 2 s")
