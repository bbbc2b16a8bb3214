"""A course of races on one store, and what has to hold after each."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from tests.races.machines import MOST, Attempt, Machines, Watch, copies, named, unnamed, watching
from tests.support.checker import Side, check
from tests.support.shows import add_episode, edit_episode, make_show

COUNTS: Final = (2, 2, 2, 3, 3, 4, 5, MOST)
"""How many machines take part, each as likely as the others: few are what happens, many what hurts."""
LAPS: Final = 5
"""So many races are run on one show; then it has become long, and another begins."""


@dataclass(frozen=True)
class Place:
    """A fresh store: `url` is where its public side is reached, `side` fetches from it."""

    to: str
    url: str
    side: Side


@dataclass
class Course:
    """Races of one show, on which new episodes appear and old ones are edited on several machines at once.

    Args:
        atomic: whether the store can write on a condition. Where it cannot, two machines may both believe
            that they have released, and the release of one is lost; `_look_at` says what holds all the same.
    """

    place: Place
    folder: Path
    chance: random.Random
    machines: Machines
    atomic: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    released: list[str] = field(default_factory=list)
    """Every release that a machine has said it made."""
    laps: int = 0

    def __post_init__(self) -> None:
        self.show = make_show(self.folder / "home" / "show", episodes=self.chance.randint(2, 3))

    def race(self) -> None:
        """One race: what it is about is left to chance, but for the first, in which nothing is published."""
        count = self.chance.choice(COUNTS)
        self.laps += 1
        shows = copies(self.show, count, self.folder / f"lap-{self.laps}")
        if self.laps > 1 and self.chance.random() < 0.25:
            self._race_of_edits(shows)
        else:
            self._race_of_episodes(shows)
        self.counts["races"] += 1
        self.counts["machines"] += count
        shutil.rmtree(self.folder / f"lap-{self.laps}")

    def _race_of_episodes(self, shows: list[Path]) -> None:
        """Each machine has an episode that the others lack."""
        slugs = [f"{self.laps:02d}{place:02d}-of-machine-{place}" for place in range(len(shows))]
        for place, (show, slug) in enumerate(zip(shows, slugs, strict=True)):
            add_episode(show, slug, published=f"2025-01-{self.laps:02d}", number=100 * self.laps + place)
        before = self._titles() or {f"About {path.parent.name}" for path in self.show.glob("*/episode.yaml")}
        attempts = self._run(shows)
        winners = [attempt for attempt in attempts if attempt.released]
        # The others would have to take down the winner's episode: that needs a person.
        statuses = Counter(attempt.status for attempt in attempts)
        assert statuses == Counter({0: len(winners), 5: len(shows) - len(winners)}), attempts
        assert len(winners) == 1 or (winners and not self.atomic), attempts
        stands = [attempt for attempt in winners if attempt.released == named(self._feed())]
        assert len(stands) == 1
        assert self._titles() == before | {f"About {slugs[stands[0].machine]}"}
        if self.atomic:
            for attempt in attempts:
                assert attempt.released or f"remove {slugs[winners[0].machine]}" in attempt.error, attempt
        self._check_whole()
        for show in shows:
            for other, slug in zip(shows, slugs, strict=True):
                if other != show:
                    shutil.copytree(other / slug, show / slug)
        self._together(shows)
        assert self._titles() == before | {f"About {slug}" for slug in slugs}, "an episode was lost"
        for show, slug in zip(shows, slugs, strict=True):
            shutil.copytree(show / slug, self.show / slug)

    def _together(self, shows: list[Path]) -> None:
        """All folders hold everything now: who is first releases it, and the other has nothing to do."""
        attempts = self._run(shows[: 2 if self.atomic else 1])
        assert {attempt.status for attempt in attempts} == {0}, attempts
        assert sum(bool(attempt.released) for attempt in attempts) == 1, attempts
        self._check_whole()

    def _race_of_edits(self, shows: list[Path]) -> None:
        """Each machine has a title of its own for an episode: no episode goes, so anybody may be the last."""
        episodes = sorted(path.parent.name for path in self.show.glob("*/episode.yaml"))
        edited = [self.chance.choice(episodes) for _ in shows]
        for place, (show, slug) in enumerate(zip(shows, edited, strict=True)):
            edit_episode(show, slug, title=f"Title {self.laps} of machine {place}")
        before = self._titles()
        attempts = self._run(shows)
        assert {attempt.status for attempt in attempts} <= {0, 4}, attempts
        last = [attempt for attempt in attempts if attempt.released == named(self._feed())]
        assert len(last) == 1
        winner = last[0].machine
        assert f"Title {self.laps} of machine {winner}" in self._titles()
        assert len(self._titles()) == len(before)
        self._check_whole()
        shutil.rmtree(self.show)
        shutil.copytree(shows[winner], self.show, ignore=shutil.ignore_patterns(".publisher"))

    def _run(self, shows: list[Path]) -> list[Attempt]:
        with watching(self._public_feed) as watch:
            attempts = self.machines.publish(shows, to=self.place.to, url=self.place.url)
        self.released += [attempt.released for attempt in attempts if attempt.released]
        self._look_at(watch)
        self.counts["runs"] += len(attempts)
        self.counts["looks at the feed"] += watch.looks
        self.counts["feeds seen"] += len(watch.feeds)
        for attempt in attempts:
            self.counts[f"status {attempt.status}"] += 1
            self.counts["releases"] += bool(attempt.released)
        return attempts

    def _look_at(self, watch: Watch) -> None:
        """Every feed that was ever seen is, byte for byte, one that a machine released, with all it needs.
        Where the store is atomic, each release names the one it took the place of, and none is lost."""
        for feed in watch.feeds:
            manifest = self._manifest(named(feed))
            # Without conditions a feed may be seen whose machine finds it replaced, and says that it lost.
            assert named(feed) in self.released or not self.atomic, "a feed that nobody released"
            assert hashlib.sha256(unnamed(feed)).hexdigest() == manifest["feed"]["digest"]
            for enclosure in etree.fromstring(feed).iter("enclosure"):
                key = str(enclosure.get("url")).removeprefix(self.place.url)
                assert self.place.side.get(key), key
        chain = self._chain()
        assert len(set(chain)) == len(chain)
        if self.atomic:
            assert sorted(chain) == sorted(self.released), "a release was lost, or is nobody's"
            places = [chain.index(named(feed)) for feed in watch.feeds]
            assert places == sorted(places, reverse=True), "an older feed came back"
        else:
            self.counts["releases lost"] = len(set(self.released) - set(chain))

    def _chain(self) -> list[str]:
        """Keys of releases, from the one that stands back to the first."""
        keys = []
        key = named(self._feed())
        while key:
            keys.append(key)
            key = self._manifest(key).get("previous", "")
        return keys

    def _manifest(self, key: str) -> dict[str, Any]:
        got = self.place.side.get(key)
        assert got, f"{key} is not there"
        assert key == f"releases/{hashlib.sha256(got.data).hexdigest()}.json"
        manifest: dict[str, Any] = json.loads(got.data)
        return manifest

    def _public_feed(self) -> bytes | None:
        got = self.place.side.get("feed.xml")
        return got.data if got else None

    def _feed(self) -> bytes:
        feed = self._public_feed()
        assert feed is not None
        return feed

    def _titles(self) -> set[str]:
        feed = self._public_feed()
        items = etree.fromstring(feed).iter("item") if feed else ()
        return {item.findtext("title") or "" for item in items}

    def _check_whole(self) -> None:
        report = check(self.place.side, base=self.place.url, feeds=[self._feed()])
        assert report.findings == []


def run_races(
    count: int, *, new_place: Callable[[int], Place], folder: Path, machines: Machines, atomic: bool = True
) -> Counter[str]:
    """Runs that many races, on a new show every few, and prints what they came to."""
    total: Counter[str] = Counter()
    for first in range(0, count, LAPS):
        course = Course(
            new_place(first), folder / f"show-{first}", random.Random(first), machines, atomic=atomic
        )
        for _ in range(min(LAPS, count - first)):
            course.race()
        total += course.counts
        total["shows"] += 1
        shutil.rmtree(course.folder)
        print(", ".join(f"{name}: {number}" for name, number in sorted(total.items())), flush=True)
    assert total["races"] == count
    return total
