"""Every request of a publish meets every fault: the show stays whole, and the next run ends where one ends
that nothing ever happened to.

`PUBLISHER_FAULTS=all` tries every request with every fault; otherwise each fault meets a few requests, drawn
by a fixed seed. `-s` shows the counts; `PUBLISHER_FAULTS_LOG=FILE` takes a line for each run.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import ALL, Say
from tests.faults.stage import Stage, Trial
from tests.support.faultproxy import FAULTS, Mode

STUBBORN = (
    "500-before",
    "reset-before",
    "reset-after",
    "500-after",
    "answer-cut",
    "answer-corrupted",
    "request-corrupted",
)
FOREVER = ("503-slow-down", "reset-after", "expired", "no-bucket", "507-full")

CASES: list[tuple[str, Mode]] = [
    *((name, "once") for name in FAULTS),
    *((name, "stubborn") for name in STUBBORN),
    *((name, "forever") for name in FOREVER),
]
LOG = os.environ.get("PUBLISHER_FAULTS_LOG", "")
DRAWN = {"ceph": 2, "swift": 1}
"""So many requests meet each fault where not all do."""


class Tally:
    """What was tried on one server."""

    def __init__(self) -> None:
        self.requests = 0
        self.cases: set[tuple[str, str]] = set()
        self.runs = 0
        self.statuses: Counter[int] = Counter()
        self.bad = 0

    def add(self, case: tuple[str, str], trial: Trial) -> None:
        if trial.struck is None:
            return
        self.cases.add(case)
        self.runs += 1
        self.statuses[trial.status] += 1
        self.bad += bool(trial.findings)
        if LOG:
            with Path(LOG).open("a", encoding="utf-8") as log:
                log.write(f"{trial}\n")

    def text(self, kind: str) -> str:
        how = ", ".join(f"{count} ended with {status}" for status, count in sorted(self.statuses.items()))
        share = "all" if ALL else f"{DRAWN[kind]} drawn of"
        whole = "all whole" if not self.bad else f"{self.bad} NOT WHOLE"
        return (
            f"{kind}: {share} {self.requests} requests × {len(self.cases)} faults = {self.runs} runs "
            f"where the fault applies ({how}), {whole}"
        )


@pytest.fixture(scope="module")
def tally(stage: Stage, say: Say) -> Iterator[Tally]:
    tally = Tally()
    tally.requests = len(stage.requests)
    yield tally
    say(tally.text(stage.server.kind))


@pytest.mark.parametrize(("name", "mode"), CASES, ids=lambda value: str(value))
def test_a_show_stays_whole_whatever_a_request_meets(
    stage: Stage, tally: Tally, tmp_path: Path, name: str, mode: Mode
) -> None:
    fault = FAULTS[name]
    every = range(1, len(stage.requests) + 1)
    fitting = [at for at in every if fault.applies(stage.requests[at - 1])]
    drawn = random.Random(f"{name} {mode}").sample(fitting, DRAWN[stage.server.kind])
    bad, struck = [], 0
    for at in every if ALL else sorted(drawn):
        trial = stage.trial(tmp_path, fault, at, mode)
        tally.add((name, mode), trial)
        struck += trial.struck is not None
        if trial.findings:
            bad.append(str(trial))
    assert not bad, f"{len(bad)} of {struck}:\n" + "\n".join(bad)
    if ALL:
        assert struck, "the fault struck nothing"


def test_an_undisturbed_publish_is_whole(stage: Stage, tmp_path: Path) -> None:
    """Where it is not, the checker or the stage is broken."""
    stage.restore()
    assert stage.look().findings == []
    assert stage.differences() != []
    assert stage.requests
    assert any("partNumber=2" in request.target for request in stage.requests), "nothing went in parts"
    written = [request.target for request in stage.requests if request.method == "PUT"]
    assert any("/episodes/0002-named/" in target for target in written), "the old address leads nowhere"
    deleted = [request.target for request in stage.requests if request.method == "DELETE"]
    assert any(target.endswith("/feed.xml.gz") for target in deleted), "the packed feed goes on standing"
