"""Growth on paper: the tables of docs/scale.md, from what `benchmarks.counting` measured.

python -m benchmarks.scale              write the tables
python -m benchmarks.scale --check      only say whether they are out of date, with status 1
python -m benchmarks.scale --print --written 5 --read 0.4
                                        print them for prices of your own, in dollars a million requests
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.counting import COUNTS, EDIT, FIRST, IDLE, NEW
from benchmarks.measure import ROOT

PAGE: Final = ROOT / "docs" / "scale.md"
EPISODES: Final = (10, 1_000, 100_000)
SHOWS: Final = (10, 100, 1_000, 10_000)

LATENCY_SECONDS: Final = 0.03
BYTES_A_SECOND: Final = 12_500_000
AT_ONCE: Final = 8
IN_FLIGHT: Final = 16
RUNS_A_DAY: Final = 24 * 12
LOOKS_A_DAY: Final = 24
DAYS_A_MONTH: Final = 30

_PART: Final = re.compile(
    r"(<!-- made by benchmarks/scale\.py: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million requests; the preset are those of Cloudflare R2 (class A and class B)."""

    written: float = 4.50
    read: float = 0.36


@dataclass(frozen=True, slots=True)
class Publish:
    """One publish, as it is reckoned: requests, bytes without the audio, and processor time."""

    read: float
    written: float
    outside: float
    sent_bytes: float
    cpu_seconds: float

    @property
    def seconds(self) -> float:
        """If nothing overlapped but the requests of one kind of work among themselves."""
        asked = self.read + self.written + self.outside
        waits = asked * LATENCY_SECONDS / (AT_ONCE if asked > AT_ONCE else 1)
        return self.cpu_seconds + waits + self.sent_bytes / BYTES_A_SECOND

    def cents(self, prices: Prices) -> float:
        return 100 * ((self.read + self.outside) * prices.read + self.written * prices.written) / 1e6


class Counts:
    """What was measured, for any number of episodes."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._episodes = {int(size): kinds for size, kinds in found["episodes"].items()}
        self.shows: dict[str, float] = found["shows"]
        self.machine: str = found["machine"]

    @classmethod
    def read(cls, path: Path = COUNTS) -> Counts:
        return cls(json.loads(path.read_bytes()))

    def publish(self, kind: str, episodes: int) -> Publish:
        def asked(name: str) -> float:
            return self._at(kind, episodes, lambda found: found["requests"].get(name, 0))

        return Publish(
            asked("read"),
            asked("written"),
            asked("outside"),
            sum(self.sent(kind, part, episodes) for part in self.parts(kind) if part != "audio"),
            self._at(kind, episodes, lambda found: found["cpu_seconds"]),
        )

    def parts(self, kind: str) -> list[str]:
        return sorted({part for kinds in self._episodes.values() for part in kinds[kind]["sent_bytes"]})

    def sent(self, kind: str, part: str, episodes: int) -> float:
        """Bytes of a part that a publish sends."""
        return self._at(kind, episodes, lambda found: found["sent_bytes"].get(part, 0))

    def _at(self, kind: str, episodes: int, value: Callable[[dict[str, Any]], float]) -> float:
        return between(
            [(size, value(kinds[kind])) for size, kinds in sorted(self._episodes.items())], episodes
        )


def between(points: Sequence[tuple[float, float]], at: float) -> float:
    """A value on the lines from point to point; past the last, on the last line, and never below its end."""
    for (left, low), (right, high) in pairwise(points):
        if at <= right or right == points[-1][0]:
            value = low + (high - low) * (at - left) / (right - left)
            return max(value, high) if at > right else value
    raise ValueError("a line needs two points")


def publishes(counts: Counts, prices: Prices) -> str:
    """Every kind of publish at every size."""
    head = ("what", "episodes", "read", "written", "from outside", "sent", "processor", "seconds", "US cents")
    rows = []
    for kind in (IDLE, EDIT, NEW, FIRST):
        for episodes in EPISODES:
            one = counts.publish(kind, episodes)
            asked = (one.read, one.written, one.outside)
            rows.append(
                (
                    kind,
                    f"{episodes:,}",
                    *(f"{round(number):,}" for number in asked),
                    size(one.sent_bytes),
                    seconds(one.cpu_seconds),
                    seconds(one.seconds),
                    cents(one.cents(prices)),
                )
            )
    return table(head, rows)


def bytes_of(counts: Counts, prices: Prices) -> str:
    """What one new episode sends, part by part."""
    parts = [part for part in ("feed", "manifest", "pages", "search", "other") if part in counts.parts(NEW)]
    rows = [
        (f"{episodes:,}", *(size(counts.sent(NEW, part, episodes)) for part in parts))
        for episodes in EPISODES
    ]
    return table(("episodes", *parts), rows)


def networks(counts: Counts, prices: Prices) -> str:
    """Shows that have nothing to do."""
    alone, each = counts.shows["alone_cpu_seconds"], counts.shows["each_cpu_seconds"]
    head = ("shows", "seconds a run", "requests a day, timer", "US cents a month", "requests a day, watch")
    rows = []
    for shows in SHOWS:
        takes = alone + max(shows * each, shows * LATENCY_SECONDS / IN_FLIGHT)
        a_day = shows * RUNS_A_DAY
        month = 100 * DAYS_A_MONTH * a_day * prices.read / 1e6
        rows.append((f"{shows:,}", seconds(takes), f"{a_day:,}", cents(month), f"{shows * LOOKS_A_DAY:,}"))
    return table(head, rows)


def assumptions(counts: Counts, prices: Prices) -> str:
    """What the tables take for granted, in a sentence each."""
    each = counts.shows["each_cpu_seconds"]
    return (
        f"- Measured on {counts.machine}\n"
        f"- An answer takes {LATENCY_SECONDS * 1000:.0f} ms, {BYTES_A_SECOND / 1e6:g} MB a second go up, and "
        f"{AT_ONCE} requests of a publish and {IN_FLIGHT} shows run at the same time.\n"
        f"- A show more that has nothing to do takes {each * 1000:.0f} ms of processor.\n"
        f"- A million requests cost ${prices.read:.2f} if they read, ${prices.written:.2f} if they write.\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    marks = ["---" if name == "what" else "---:" for name in head]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, marks, *rows))


def size(length_bytes: float) -> str:
    """`5.8 MB`."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if length_bytes >= step:
            return f"{length_bytes / step:.{1 if length_bytes < 100 * step else 0}f} {unit}"
    return f"{length_bytes:.0f} bytes" if length_bytes else "0"


def seconds(value: float) -> str:
    """Two figures that count, and minutes or hours where it is that long."""
    if value >= 7200:
        return f"{value / 3600:.1f} h"
    if value >= 120:
        return f"{value / 60:.0f} min"
    return f"{value:.0f} s" if value >= 10 else f"{value:.2g} s"


def cents(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value >= 0.001 else "<0.001"


PARTS: Final[dict[str, Callable[[Counts, Prices], str]]] = {
    "assumptions": assumptions,
    "publishes": publishes,
    "bytes": bytes_of,
    "networks": networks,
}


def written(page: str, counts: Counts, prices: Prices) -> str:
    """The page with its tables made anew."""
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found['name']](counts, prices)}\n{found[3]}", page)


def _printed(counts: Counts, prices: Prices) -> Iterator[str]:
    for name, make in PARTS.items():
        yield f"{name}\n\n{make(counts, prices)}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Write the tables of docs/scale.md.")
    parser.add_argument("--check", action="store_true", help="only say whether the page is out of date")
    parser.add_argument("--print", action="store_true", dest="show", help="print the tables instead")
    for name in ("written", "read"):
        help = "dollars for a million requests, with --print"
        parser.add_argument(f"--{name}", type=float, metavar="DOLLARS", help=help)
    arguments = parser.parse_args()
    counts, prices = Counts.read(), Prices()
    if arguments.show:
        own = Prices(arguments.written or prices.written, arguments.read or prices.read)
        print("\n".join(_printed(counts, own)))
        return
    page = PAGE.read_text("utf-8")
    now = written(page, counts, prices)
    if now != page and arguments.check:
        sys.exit("docs/scale.md is out of date: python -m benchmarks.scale")
    if now != page:
        PAGE.write_text(now, "utf-8")
        print("wrote docs/scale.md")


if __name__ == "__main__":
    main()
