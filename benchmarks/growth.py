"""How a publish grows with the show: the first one, one with nothing to do, and one with a new episode."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Command, in_turn, median, once, subject
from benchmarks.plot import Series, log_log
from benchmarks.table import Line, figure

if TYPE_CHECKING:
    from benchmarks.suite import Workplace

PLOT: Final = "growth.svg"
_KINDS: Final = ("first publish", "one new episode", "nothing to do")
_MEASURES: Final = {"cpu_seconds": "CPU time", "wall_seconds": "wall time"}


def growth(place: Workplace) -> Iterator[Line]:
    """Each size beside the one before it: a ratio of 1 is growth in proportion, and one below it is less.

    A first publish runs once, since the largest takes minutes.
    """
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for episodes in place.size.growth:
        for (kind, measure), value in _measured(place, episodes).items():
            found.setdefault((kind, measure), []).append((episodes, value))
    for (kind, measure), points in found.items():
        yield Line(_what(kind, points[0][0]), _MEASURES[measure], figure(points[0][1], measure))
        for (before, took), (episodes, takes) in itertools.pairwise(points):
            times = episodes / before
            yield Line(
                _what(kind, episodes),
                _MEASURES[measure],
                figure(takes, measure),
                f"{times:.3g} × that of {before:,}",
                figure(times * took, measure),
                f"{takes / (times * took):.2f}",
            )
    place.plots[PLOT] = log_log(
        "A publish to a folder, by the size of the show",
        "episodes",
        "CPU time",
        [Series(kind, tuple(found[kind, "cpu_seconds"])) for kind in _KINDS],
        x_label=lambda value: f"{value:,.0f}",
        y_label=lambda value: f"{value:g} s",
    )


def _measured(place: Workplace, episodes: int) -> dict[tuple[str, str], float]:
    """What each kind of publish of a show of that size takes."""
    show = place.make("show", place.folder / f"growing{episodes}", episodes)
    publish = place.publish(show)
    runs = {"first publish": [once(publish)]}
    # What a run with a new episode leaves, the next one with nothing to do looks at for the first time.
    once(publish)
    numbers = itertools.count(episodes + 1)

    def add() -> None:
        once(Command(subject("material", "episode", show, next(numbers))))

    times = 3 if episodes > 1_000 else place.size.times
    commands = {
        "one new episode": Command(publish.arguments, add),
        # What was written less than two seconds ago may change unseen, so that it is read once more.
        "settled": Command(publish.arguments, lambda: time.sleep(2.5)),
        "nothing to do": publish,
    }
    runs |= in_turn(commands, times)
    return {(kind, measure): median(runs[kind], measure) for kind in _KINDS for measure in _MEASURES}


def _what(kind: str, episodes: int) -> str:
    return f"{kind}, {episodes:,} episodes to a folder"


def write_plots(plots: dict[str, str], beside: Path) -> None:
    """Writes each where the table is written."""
    for name, drawn in plots.items():
        beside.with_name(name).write_text(drawn, "utf-8")
