"""One run at a time per show folder on one machine; a killed run leaves no lock."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from publisher.errors import Conflict
from publisher.operations import history
from publisher.release import publish
from publisher.release.prune import prune
from publisher.release.rollback import rollback
from publisher.release.uploads import Quiet
from publisher.state.lock import only_run
from tests.release.past import NOW, go
from tests.release.trees import PUBLISHER, environment
from tests.support.shows import edit_episode, make_show

_HOLDER = """
import sys
from publisher.state.lock import only_run
with only_run(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def held_elsewhere(show: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the show's lock until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(show)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


class Told(Quiet):
    """Progress that lets the holder go as soon as it is said that it is waited for."""

    def __init__(self, holder: subprocess.Popen[str] | None = None) -> None:
        self.said: list[str] = []
        self.holder = holder

    def say(self, text: str) -> None:
        self.said.append(text)
        if self.holder and self.holder.stdin and "waiting" in text:
            self.holder.stdin.close()

    def waits(self) -> int:
        return sum("waiting for another run" in text for text in self.said)


def test_a_run_waits_for_another_and_says_so_once(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    with held_elsewhere(show) as holder:
        told = Told(holder)
        assert publish(show, to=str(public), now=NOW, progress=told).released
    assert told.waits() == 1


def test_waiting_has_an_end(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    told = Told()
    with held_elsewhere(show):
        with (
            pytest.raises(Conflict, match="another run") as raised,
            only_run(show, wait_seconds=0.5, say=told.say),
        ):
            raise AssertionError("two runs at once")
        assert raised.value.exit_status == 4
        assert raised.value.help
    assert told.waits() == 1


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    with held_elsewhere(show) as holder:
        os.kill(holder.pid, signal.SIGKILL)
        assert holder.wait(30) == -signal.SIGKILL
        assert (show / ".publisher/lock").exists()
        told = Told()
        with only_run(show, wait_seconds=0, say=told.say):
            pass
        assert publish(show, to=str(public), now=NOW, progress=told).released
    assert told.waits() == 0


def test_threads_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    inside, overlaps = [0], []

    def run() -> None:
        with only_run(show, wait_seconds=60):
            inside[0] += 1
            overlaps.append(inside[0])
            inside[0] -= 1

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert overlaps == [1] * 6


def test_rollback_and_prune_wait_as_well(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    go(show, public)
    edit_episode(show, "0001-episode", title="Second")
    go(show, public)
    with held_elsewhere(show) as holder:
        told = Told(holder)
        rollback(show, "previous", to=str(public), progress=told)
    assert told.waits() == 1
    with held_elsewhere(show) as holder:
        timer = threading.Timer(0.2, holder.stdin.close if holder.stdin else holder.kill)
        timer.start()
        prune(show, to=str(public), older_than=timedelta(days=1), yes=True)
        assert holder.wait(30) == 0, "it was not waited for"


def test_who_only_looks_does_not_wait(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    go(show, public)
    with held_elsewhere(show):
        publish(show, to=str(public), now=NOW, dry_run=True)
        assert len(history(show, to=str(public))) == 1


def test_two_commands_at_once_release_once(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2), tmp_path / "public"
    command = [*PUBLISHER, "publish", str(show), "--to", str(public), "--now", "2026-01-01", "--no-verify"]
    running = [
        subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=90) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert sorted("released to" in out for out, _ in said) == [False, True]
    assert len(list(public.glob("releases/*.json"))) == 1


def test_a_copy_of_the_folder_is_another_machine(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    with held_elsewhere(show):
        other = Path(shutil.copytree(show, tmp_path / "other" / "show"))
        with only_run(other, wait_seconds=0):
            pass
