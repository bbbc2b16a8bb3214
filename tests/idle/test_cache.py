"""Whatever becomes of what was noted, the run that follows is right, and at worst a whole one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from publisher import cache
from publisher.cache import Table
from publisher.idle.recalling import DOCUMENT, FACTS, SAID, TABLE, Asked
from tests.idle.stand import NOW, URL, Run, Stand
from tests.release.trees import environment
from tests.support.require import require


def _as_before(stand: Stand, before: Run) -> Run:
    """The next run, which says what every run said."""
    done = stand.publish()
    assert done.said == before.said
    return done


def _asked() -> Asked:
    return Asked("show", "public", "", URL, None, True)


def _not_a_database(stand: Stand) -> None:
    stand.cache.write_bytes(b"This is no database, but as long as one. " * 1000)


def _other_table(stand: Stand) -> None:
    with closing(sqlite3.connect(stand.cache)) as connection, connection:
        connection.execute(f"DROP TABLE {TABLE}")
        connection.execute(f"CREATE TABLE {TABLE} (other TEXT)")


def _emptied(stand: Stand) -> None:
    with closing(sqlite3.connect(stand.cache)) as connection, connection:
        connection.execute(f"DELETE FROM {TABLE}")


def _without(key: str) -> Callable[[Stand], None]:
    def lose(stand: Stand) -> None:
        with closing(sqlite3.connect(stand.cache)) as connection, connection:
            assert connection.execute(f"DELETE FROM {TABLE} WHERE key = ?", (key,)).rowcount == 1

    return lose


def _unlike_its_sum(stand: Stand) -> None:
    with closing(sqlite3.connect(stand.cache)) as connection, connection:
        connection.execute(f"UPDATE {TABLE} SET value = CAST(replace(value, 'nothing', 'NOTHING') AS BLOB)")


CORRUPTIONS: dict[str, Callable[[Stand], object]] = {
    "deleted": lambda stand: stand.cache.unlink(),
    "all of .publisher deleted": lambda stand: shutil.rmtree(stand.state),
    "empty": lambda stand: stand.cache.write_bytes(b""),
    "no database": _not_a_database,
    "cut in half": lambda stand: os.truncate(stand.cache, stand.cache.stat().st_size // 2),
    "another table": _other_table,
    "no rows": _emptied,
    "no facts": _without(FACTS),
    "nothing to say": _without(SAID),
    "a value unlike its sum": _unlike_its_sum,
    "the last run's record deleted": lambda stand: (stand.state / "last-run.json").unlink(),
    "the last run's record damaged": lambda stand: (stand.state / "last-run.json").write_text("{"),
    "the last run's record of another kind": lambda stand: (stand.state / "last-run.json").write_text("[1]"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_note_that_is_lost_or_damaged_costs_a_whole_run(stand: Stand, name: str) -> None:
    before = stand.settle()
    CORRUPTIONS[name](stand)
    assert _as_before(stand, before).whole == 1
    assert _as_before(stand, before).is_idle


def test_whatever_byte_is_flipped(stand: Stand) -> None:
    before = stand.settle()
    whole = stand.cache.read_bytes()
    random = Random(8)
    # Where the notes stand most of all.
    places = [whole.index(part) + 3 for part in (b"nothing to do", b'"seen"', TABLE.encode())]
    places += random.sample(range(len(whole)), 40) + random.sample(range(100), 10)
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << random.randrange(8)
        stand.cache.write_bytes(data)
        _as_before(stand, before)


NONSENSE = (
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff",
    b"[" * 100_000,
    b'{"seen": 1}',
    b'{"problems": [[1]]}',
    b"9" * 5000,
)


@pytest.mark.parametrize("key", [FACTS, SAID])
def test_a_note_that_says_nonsense(stand: Stand, key: str) -> None:
    """With a sum that is right: another version may have written it."""
    before = stand.settle()
    for value in NONSENSE:
        with Table(stand.state, TABLE) as table:
            table.put(_asked().mark, key, value)
        assert _as_before(stand, before).whole == 1, value
        assert stand.publish().is_idle


@pytest.mark.parametrize(
    "name",
    ["seen", "code", "made", "since", "until", "timezone", "store", "endpoint", "feeds", "run"],
)
def test_facts_that_lack_one(stand: Stand, name: str) -> None:
    before = stand.settle()
    wrong: tuple[Any, ...] = (None, "", [], {}, 0, "2025-01-01")
    for value in wrong:
        with Table(stand.state, TABLE) as table:
            facts = json.loads(table.read(_asked().mark, [FACTS])[FACTS])
            table.put(_asked().mark, FACTS, json.dumps(facts | {name: value}).encode())
        done = stand.publish()
        assert done.said[:3] == before.said[:3], value
        assert stand.publish().is_idle
        # A folder has no endpoint.
        assert done.whole == (name != "endpoint"), value


def test_a_document_that_says_nonsense(stand: Stand) -> None:
    before = stand.settle("--json")
    for value in NONSENSE:
        with Table(stand.state, TABLE) as table:
            table.put(_asked().mark, DOCUMENT, value)
        done = stand.publish("--json")
        assert (done.whole, done.said) == (1, before.said), value


def test_another_program_holds_the_cache(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_BUSY_SECONDS", 0.05)
    before = stand.settle()
    with closing(sqlite3.connect(stand.cache, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert _as_before(stand, before).whole == 1
        connection.execute("ROLLBACK")
    assert _as_before(stand, before).is_idle


def test_two_runs_share_it(stand: Stand) -> None:
    """They may do what they do in any order."""
    before = stand.settle()
    command = [sys.executable, "-m", "publisher", "publish", "show"]
    command += [word for option in stand.options.items() for word in option]
    for _ in range(2):
        runs = [
            subprocess.Popen(
                command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
            )
            for _ in range(3)
        ]
        for run in runs:
            out, err = run.communicate(timeout=120)
            assert (run.returncode, out, err) == (0, before.out, before.err)


_READ_ONLY = """
import subprocess, sys
from publisher.cli import run
import publisher.idle.recalling as recalling, publisher.state.looking as looking, time
class Ahead:
    monotonic = staticmethod(time.monotonic)
    time = staticmethod(lambda now=time.time: now() + 60)
recalling.time = looking.time = Ahead
subprocess.run(["mount", "--bind", "show", "show"], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", "show"], check=True)
status = run(sys.argv[1:])
print("publisher.operations" in sys.modules)
sys.exit(status)
"""


@pytest.mark.parametrize("noted", [True, False])
def test_a_show_on_a_read_only_disk(stand: Stand, noted: bool) -> None:
    """What was noted while it could be written to holds; nothing is noted any more."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        require("unshare", "mounting a folder takes root and a mount namespace")
    before = stand.settle()
    if not noted:
        shutil.rmtree(stand.state)
    command = ["unshare", "--mount", sys.executable, "-c", _READ_ONLY, "publish", "show"]
    command += ["--to", "public", "--url", URL, "--now", NOW]
    for _ in range(2):
        done = subprocess.run(
            command, env=environment(), capture_output=True, encoding="utf-8", timeout=120, check=False
        )
        assert (done.returncode, done.stderr) == (0, before.err)
        out, _, is_whole = done.stdout.rstrip("\n").rpartition("\n")
        assert out + "\n" == before.out
        assert is_whole == str(not noted)


def test_a_cache_of_another_place_is_of_no_use(stand: Stand, tmp_path: Path) -> None:
    """The cache of the same show by another name, with all it says."""
    before = stand.settle()
    other = shutil.copytree(stand.show, tmp_path / "elsewhere" / "show", symlinks=True)
    shutil.copy2(other / ".publisher" / "cache.sqlite", stand.cache)
    assert _as_before(stand, before).is_idle
    assert stand.publish(shows=[str(other)], to=str(stand.public)).whole == 1
