"""Workers that are lost, a scheduler that is, and runs that are ended: nothing hangs, nothing is half."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cluster.stand import NOW, SECONDS, Stand, Worker, ended, studio_show, until
from tests.release.trees import run, tree

LONG = 400.0
"""Seconds of sound that take long enough to be interrupted."""


def at_work(workers: list[Worker], publishing: subprocess.Popen[str]) -> Worker:
    """The first worker that is seen at a task."""
    until(lambda: any(worker.at_work() for worker in workers), publishing, what="a worker at a task")
    return next(worker for worker in workers if worker.at_work())


def idle(workers: list[Worker]) -> bool:
    return not any(worker.at_work() for worker in workers)


def test_a_worker_that_is_killed_half_way_costs_nothing(fragile: Stand, tmp_path: Path) -> None:
    show, store = studio_show(tmp_path / "show", episodes=5, seconds=60.0), tmp_path / "there"
    fragile.add()
    fragile.add()
    with fragile.publishing(show, store) as publishing:
        until(lambda: fragile.workers[0].encoding(), publishing, what="a worker that encodes")
        fragile.workers[0].kill()
        done = ended(publishing)
    assert (done.status, done.stderr) == (0, "")
    local = run("publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW, timeout=SECONDS)
    assert local.returncode == 0
    assert tree(store) == tree(tmp_path / "here")


def test_what_kills_worker_after_worker_ends_in_an_error(fragile: Stand, tmp_path: Path) -> None:
    show, store = studio_show(tmp_path / "show", episodes=1, seconds=LONG), tmp_path / "there"
    workers = [fragile.add() for _ in range(3)]
    with fragile.publishing(show, store) as publishing:
        for _ in range(2):
            victim = at_work(workers, publishing)
            workers.remove(victim)
            victim.kill()
        done = ended(publishing)
    assert done.status == 3
    assert "a studio's.wav: 2 workers were lost one after the other" in done.error["message"]
    assert "memory" in done.error["help"]
    assert not (store / "feed.xml").exists()


def test_a_lost_scheduler_is_said(fragile: Stand, tmp_path: Path) -> None:
    show = studio_show(tmp_path / "show", episodes=1, seconds=LONG)
    worker = fragile.add()
    with fragile.publishing(show, tmp_path / "there") as publishing:
        at_work([worker], publishing)
        os.killpg(fragile.scheduler.pid, signal.SIGKILL)
        done = ended(publishing)
    assert done.status == 3
    assert done.error["message"].startswith(f"the connection to the cluster at {fragile.address} was lost")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda it: it.name)
def test_a_run_that_is_ended_leaves_no_work_behind(
    fragile: Stand, tmp_path: Path, number: signal.Signals
) -> None:
    show = studio_show(tmp_path / "show", episodes=4, seconds=LONG)
    worker = fragile.add()
    with fragile.publishing(show, tmp_path / "there") as publishing:
        at_work([worker], publishing)
        began = time.monotonic()
        publishing.send_signal(number)
        _, said = publishing.communicate(timeout=SECONDS)
        assert time.monotonic() - began < 10
    if number == signal.SIGKILL:
        assert publishing.returncode == -number
    else:
        assert publishing.returncode == 130
        assert said.strip() == "interrupted; what was published before still stands"
    until(lambda: idle([worker]), worker.process, what="an idle worker", seconds=10)
    # And it does not turn to the other episodes.
    time.sleep(0.5)
    assert idle([worker])


def test_what_was_finished_is_not_done_again(fragile: Stand, tmp_path: Path) -> None:
    show, store = studio_show(tmp_path / "show", episodes=4, seconds=60.0), tmp_path / "there"
    fragile.add()
    notes = show / ".publisher" / "sound"
    with fragile.publishing(show, store) as publishing:
        until(lambda: any(notes.glob("*.stored.json")), publishing, what="an episode that is stored")
        publishing.kill()
    before = {path: path.stat().st_ino for path in store.glob("media/*-episode-*.[mo]p*")}
    assert before
    done = fragile.publish(show, store)
    assert done.status == 0
    after = {path: path.stat().st_ino for path in store.glob("media/*-episode-*.[mo]p*")}
    assert before.items() <= after.items()
    assert len(after) == 8
    assert not list(notes.glob("*.stored.json")), "they go with the release"
    local = run("publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW, timeout=SECONDS)
    assert local.returncode == 0
    assert tree(store) == tree(tmp_path / "here")
