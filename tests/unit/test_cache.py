"""The cache gives back what was put, or nothing; whatever is done to its file costs time only."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.cache import NAME, Table

VALUES = {("feed", f"key {place}"): f"value {place} ".encode() * 40 for place in range(20)}
VALUES[("feed", "long")] = bytes(range(256)) * 300
VALUES[("ø/é.yaml", "yaml")] = b""


def filled(folder: Path) -> Path:
    with Table(folder, "things") as table:
        for (scope, key), value in VALUES.items():
            table.put(scope, key, value)
    return folder / NAME


def execute(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """What the last statement gives."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".publisher"


def test_what_was_put_is_there(folder: Path) -> None:
    filled(folder)
    assert (folder / ".gitignore").read_text() == "*\n"
    with Table(folder, "things") as table:
        assert table.is_open
        assert table.all() == VALUES
        assert table.read("feed", ["long", "key 3", "nowhere"]) == {
            "long": VALUES["feed", "long"],
            "key 3": VALUES["feed", "key 3"],
        }
        assert table.read("another", ["key 3"]) == {}
        assert table.read("feed", []) == {}
    assert {path.name for path in folder.iterdir()} == {NAME, ".gitignore"}


def test_many_are_asked_for_at_once(folder: Path) -> None:
    many = {f"{place}": f"{place}".encode() * 9 for place in range(2600)}
    with Table(folder, "things") as table:
        for key, value in many.items():
            table.put("feed", key, value)
    with Table(folder, "things") as table:
        assert table.read("feed", many) == many


def test_what_is_put_again_is_the_new_one(folder: Path) -> None:
    filled(folder)
    with Table(folder, "things") as table:
        table.put("feed", "long", b"short")
    with Table(folder, "things") as table:
        assert table.all() == VALUES | {("feed", "long"): b"short"}


def test_tables_live_side_by_side(folder: Path) -> None:
    filled(folder)
    with Table(folder, "others") as others, Table(folder, "things") as things:
        others.put("feed", "long", b"another's")
        things.put("feed", "new", b"new")
    with Table(folder, "others") as others, Table(folder, "things") as things:
        assert others.all() == {("feed", "long"): b"another's"}
        assert things.all() == VALUES | {("feed", "new"): b"new"}


def test_without_a_folder_nothing_is_remembered() -> None:
    with Table(None, "things") as table:
        assert not table.is_open
        table.put("feed", "key", b"value")
        assert table.all() == {}
        assert table.read("feed", ["key"]) == {}
        table.keep_only("feed", [])


def test_a_name_that_is_no_text_is_not_remembered(folder: Path) -> None:
    with Table(folder, "things") as table:
        table.put("caf\udce9.mp3", "audio", b"value")
        table.put("café.mp3", "audio", b"value")
        assert table.read("caf\udce9.mp3", ["audio"]) == {}
    with Table(folder, "things") as table:
        assert table.all() == {("café.mp3", "audio"): b"value"}


def test_others_of_the_scope_are_forgotten(folder: Path) -> None:
    filled(folder)
    with Table(folder, "things") as table:
        table.keep_only("feed", {"key 7", "long", "key that never was"})
        there = {("feed", "key 7"), ("feed", "long"), ("ø/é.yaml", "yaml")}
        assert table.all() == {key: VALUES[key] for key in there}


def _days_pass(path: Path, days: int, *keys: str) -> None:
    marks = ", ".join(f"'{key}'" for key in keys)
    where = f"WHERE key IN ({marks})" if keys else ""
    execute(path, f"UPDATE things SET day = day - {days} {where}")


def test_what_nobody_asks_for_is_forgotten_in_the_end(folder: Path) -> None:
    path = filled(folder)
    _days_pass(path, 61, "key 1")
    _days_pass(path, -400, "key 2")
    _days_pass(path, 40, "key 3", "key 4", "key 5")
    with Table(folder, "things") as table:
        # Using it is what counts, and not that it was there to be used.
        assert table.all() == VALUES
        table.use("feed", "key 3")
        assert table.read("feed", ["key 4"]).keys() == {"key 4"}
    with Table(folder, "things") as table:
        assert VALUES.keys() - table.all().keys() == {("feed", "key 1"), ("feed", "key 2")}
    _days_pass(path, 40)
    Table(folder, "things").close()
    with Table(folder, "things") as table:
        assert {("feed", "key 3"), ("feed", "key 4")} <= table.all().keys()
        assert ("feed", "key 5") not in table.all()
    _days_pass(path, 40)
    Table(folder, "things").close()
    with Table(folder, "things") as table:
        assert table.all() == {}


def test_a_run_that_only_reads_writes_nothing(folder: Path) -> None:
    path = filled(folder)
    before = path.read_bytes(), path.stat().st_mtime_ns
    with Table(folder, "things") as table:
        assert table.all() == VALUES
        table.use("feed", "long")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def _is_harmless(folder: Path, data: bytes) -> None:
    """Nothing is raised, nothing untrue is given, and what is put now is there the next time."""
    path = folder / NAME
    path.write_bytes(data)
    with Table(folder, "things") as table:
        given = table.all()
        assert given.items() <= VALUES.items()
        assert table.read("feed", ["long"]).items() <= {("long", VALUES["feed", "long"])}
        for (scope, key), value in VALUES.items():
            table.put(scope, key, value)
    # A flip in what SQLite never looks at before it writes may cost one more run.
    with Table(folder, "things") as table:
        assert table.all().items() <= VALUES.items()


def test_any_byte_may_be_damaged(folder: Path) -> None:
    whole = filled(folder).read_bytes()
    said = [place for place, byte in enumerate(whole) if byte]
    header = range(100)
    # Every byte of the file's head, and of all that is said behind it one in so many.
    places = sorted({*header, *said[:: max(1, len(said) // 500)]})
    assert len(places) > 500
    for place in places:
        for flip in (0xFF, 1 << place % 8):
            damaged = bytearray(whole)
            damaged[place] ^= flip
            _is_harmless(folder, bytes(damaged))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_part_may_be_damaged(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("show") / ".publisher"
    whole = filled(folder).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=5000) | st.integers(0, 20_000).map(bytes))
    end = data.draw(st.sampled_from([start, start + len(noise), len(whole)]))
    _is_harmless(folder, whole[:start] + noise + whole[end:])


def test_a_damaged_cache_is_started_anew(folder: Path) -> None:
    path = filled(folder)
    whole = path.read_bytes()
    for broken in (b"no database" * 50, whole[:16384] + b"\xa5" * (len(whole) - 16384)):
        path.write_bytes(broken)
        with Table(folder, "things") as table:
            assert table.all() == {}
            table.put("feed", "key", b"value")
        with Table(folder, "things") as table:
            assert table.all() == {("feed", "key"): b"value"}


def test_a_value_under_another_key_is_not_believed(folder: Path) -> None:
    path = filled(folder)
    execute(path, "UPDATE things SET key = 'key 100' WHERE key = 'key 1'", "SELECT 1")
    execute(path, "UPDATE things SET scope = 'other' WHERE key = 'key 2'", "SELECT 1")
    execute(path, "UPDATE things SET value = 'text' WHERE key = 'key 3'", "SELECT 1")
    execute(path, "UPDATE things SET value = NULL, sum = NULL WHERE key = 'key 4'", "SELECT 1")
    with Table(folder, "things") as table:
        assert VALUES.keys() - table.all().keys() == {("feed", f"key {place}") for place in (1, 2, 3, 4)}
        assert table.read("feed", ["key 100", "key 3", "key 4"]) == {}


@pytest.mark.parametrize(
    "layout",
    [
        "CREATE TABLE things (path TEXT, kind TEXT, stamp TEXT, facts TEXT, PRIMARY KEY (path, kind))",
        "CREATE TABLE things (scope TEXT, key TEXT, day INTEGER, sum INTEGER, value BLOB)",
        "CREATE TABLE other (x); CREATE INDEX things ON other (x)",
    ],
)
def test_another_versions_table(folder: Path, layout: str) -> None:
    folder.mkdir()
    execute(folder / NAME, *layout.split("; "))
    with Table(folder, "things") as table:
        was_open = table.is_open
        table.put("feed", "key", b"value")
    with Table(folder, "things") as table:
        assert table.all() == ({("feed", "key"): b"value"} if was_open else {})
    assert was_open or "INDEX" in layout


def test_the_file_may_be_carried_away(folder: Path, tmp_path: Path) -> None:
    path = filled(folder)
    other = tmp_path / "elsewhere"
    other.mkdir()
    shutil.copy(path, other / NAME)
    with Table(other, "things") as table:
        assert table.all() == VALUES


def test_the_folder_may_go_while_it_is_open(folder: Path) -> None:
    filled(folder)
    with Table(folder, "things") as table:
        shutil.rmtree(folder)
        table.put("feed", "key", b"value")
        assert table.all().items() <= VALUES.items()
    assert not (folder / NAME).exists()


@pytest.mark.parametrize("there", ["a file", "a folder"])
def test_something_in_the_way(folder: Path, there: str) -> None:
    if there == "a file":
        folder.write_text("in the way")
    else:
        (folder / NAME).mkdir(parents=True)
    with Table(folder, "things") as table:
        assert not table.is_open
        table.put("feed", "key", b"value")
        assert table.all() == {}


def test_while_another_program_holds_it(folder: Path) -> None:
    path = filled(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # Another one writes: it can be read, and what this one would write is lost.
        with Table(folder, "things") as table:
            assert table.all() == VALUES
            table.put("feed", "key", b"value")
        other.execute("COMMIT")
        other.execute("BEGIN EXCLUSIVE")
        with Table(folder, "things") as table:
            assert not table.is_open
    with Table(folder, "things") as table:
        assert table.all() == VALUES


def _write_much(folder: Path, name: int) -> None:
    for _ in range(20):
        with Table(folder, "things") as table:
            assert table.all().items() <= {*VALUES.items(), *((("run", f"{n}"), b"x") for n in range(9))}
            for (scope, key), value in VALUES.items():
                table.put(scope, key, value)
            table.put("run", f"{name}", b"x")


def test_two_runs_at_the_same_time(folder: Path) -> None:
    context = get_context("spawn")
    runs = [context.Process(target=_write_much, args=(folder, name)) for name in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0, 0]
    with Table(folder, "things") as table:
        assert table.all() == VALUES | {("run", f"{name}"): b"x" for name in range(3)}


_KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE things SET value = zeroblob(length(value) + 100), sum = 0")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_that_was_killed_while_it_wrote(folder: Path) -> None:
    path = filled(folder)
    ended = subprocess.run([sys.executable, "-c", _KILLED, path], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (folder / f"{NAME}-journal").exists(), "it was not in the middle of writing"
    with Table(folder, "things") as table:
        assert table.all() == VALUES


def test_a_journal_of_another_cache_is_no_part_of_a_new_one(folder: Path, tmp_path: Path) -> None:
    path = filled(folder)
    subprocess.run([sys.executable, "-c", _KILLED, path], check=False)
    path.write_bytes(b"not a database " * 4000)
    with Table(folder, "things") as table:
        assert table.all() == {}
        table.put("feed", "key", b"value")
    with Table(folder, "things") as table:
        assert table.all() == {("feed", "key"): b"value"}
