"""SIGKILL when the n-th request arrives, before the server has seen it or after: at every
request of a publish.

What is killed is a process of its own, with publisher's own connection. `PUBLISHER_FAULTS=all` kills at every
request; otherwise at some, drawn by a fixed seed.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from pathlib import Path

import pytest

from tests.faults.child import Children, ended
from tests.faults.conftest import ALL, Say
from tests.faults.stage import PREFIX, Stage
from tests.support.faultproxy import killing

DRAWN = {"ceph": 10, "swift": 5}


@pytest.fixture(scope="module")
def children() -> Children:
    return Children()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_any_request_leaves_the_show_whole(
    stage: Stage, children: Children, tmp_path: Path, say: Say, after: bool
) -> None:
    every = list(range(1, len(stage.requests) + 1))
    drawn = every if ALL else sorted(random.Random(f"kill {after}").sample(every, DRAWN[stage.server.kind]))
    bad = [text for at in drawn for text in _killed(stage, children, tmp_path, at, after=after)]
    when = "after" if after else "before"
    whole = "all whole" if not bad else f"{len(bad)} NOT WHOLE"
    say(f"{stage.server.kind}: {len(drawn)} of {len(every)} requests × SIGKILL {when} it, {whole}")
    assert not bad, "\n".join(bad)


def _killed(stage: Stage, children: Children, work: Path, at: int, *, after: bool) -> list[str]:
    """What is wrong after a kill, and after the run that follows."""
    stage.restore()
    folder = stage.folders.copy(work / "show")
    environment = stage.server.environment() | {"AWS_ENDPOINT_URL_S3": stage.proxy.endpoint}
    to = f"s3://{stage.bucket}/{PREFIX}"
    pids: list[int] = []
    started = threading.Event()

    def kill() -> None:
        assert started.wait(30)
        os.kill(pids[0], signal.SIGKILL)

    stage.proxy.arm(killing(kill, after=after), at=at)
    process = children.start(folder, to, environment)
    assert process.pid
    pids.append(process.pid)
    started.set()
    status, struck = ended(process), list(stage.proxy.struck)
    stage.proxy.clear()
    # Threads may ask a little more or less than they did before: the last request need not come.
    findings = [] if status == -signal.SIGKILL or (not struck and status == 0) else [f"ended with {status}"]
    findings += stage.look().findings
    status, said = children.run(folder, to, environment)
    findings += [f"the run after it ended with {status}: {said}"] if status else []
    findings += stage.differences()
    return [f"killed {'after' if after else 'before'} request {at}, {struck}: {text}" for text in findings]
