"""A shelf gives back what was put, forgets what is of no use, and bears whatever befalls its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.cache import NAME, Table
from publisher.shelf import Shelf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".publisher"


def mark_of(value: bytes) -> str:
    return str(len(value))


def put(folder: Path, values: dict[str, bytes], *, used: tuple[str, ...] = ()) -> None:
    with Shelf(folder, "things") as shelf:
        shelf.use(used)
        for name, value in values.items():
            shelf.put(name, mark_of(value), value[:3], value[3:])


def kept(folder: Path) -> dict[str, bytes]:
    with Shelf(folder, "things") as shelf:
        found = {
            name: (row.marks[at], row.fronts[at], row.rest(at)) for name, (row, at) in shelf.places.items()
        }
        assert all(row.joined(b"") == b"".join(row.fronts) for row in shelf.rows)
    assert all(mark == mark_of(front + rest) and len(front) <= 3 for mark, front, rest in found.values())
    return {name: front + rest for name, (_, front, rest) in found.items()}


MANY = {f"{number:05}-ø": f"value {number}\n[]".encode() for number in range(3000)}


def test_what_is_put_is_kept_in_few_rows(folder: Path) -> None:
    put(folder, MANY)
    assert kept(folder) == MANY
    with Table(folder, "things") as table:
        assert len(table.all()) <= 256


def test_one_that_changes_has_one_row_written(folder: Path) -> None:
    put(folder, MANY)
    with Table(folder, "things") as table:
        before = table.all()
    name = "01234-ø"
    put(folder, {name: b"another"}, used=tuple(MANY))
    with Table(folder, "things") as table:
        after = table.all()
    assert sum(before[key] != after[key] for key in before) == 1
    assert kept(folder) == MANY | {name: b"another"}


def test_what_is_of_no_use_goes_with_its_row(folder: Path) -> None:
    put(folder, MANY)
    put(folder, {"new": b"new"}, used=tuple(MANY)[:2000])
    left = kept(folder)
    assert len(MANY) - 30 < len(left) < len(MANY) + 1
    assert {*tuple(MANY)[:2000], "new"} <= left.keys()


def test_more_than_fits_into_memory_is_written_on_the_way(folder: Path) -> None:
    large = {f"{number}": bytes([65 + number % 20]) * 1_000_000 for number in range(20)}
    shelf = Shelf(folder, "things")
    for name, value in large.items():
        shelf.put(name, mark_of(value), value[:2], value[2:])
    # As where the process is killed.
    with Shelf(folder, "things") as other:
        assert len(b"".join(row.rest(at) for row, at in other.places.values())) > 8_000_000
    shelf.close()
    assert kept(folder) == large


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("\udcff", b"value"),
        ("", b"value"),
        ("na\0me", b"value"),
        ("name", b"\0"),
        ("name", b"\1"),
        ("name", b"a\0b\0c"),
    ],
)
def test_what_cannot_be_told_apart_is_not_kept(folder: Path, name: str, value: bytes) -> None:
    put(folder, {name: value, "other": b"other"})
    assert kept(folder) == {"other": b"other"}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"one",
        b"one\1m\1a\1b",
        b"3\1one\1m\1a\1b",
        b"2\1one\1m\1a\1" + b"1\1b",
        b"3\1one\1m\1a\1" + b"2\1b",
        b"3\1one\0two\1m\1a\1" + b"1\1b",
        b"3\1one\1m\0n\1a\1" + b"1\1b",
        b"3\1one\1m\1a\0b\1" + b"1\1b",
        b"3\1\xff\1m\1a\1" + b"1\1b",
        b"3\1one\1\xff\1a\1" + b"1\1b",
    ],
)
@pytest.mark.parametrize("key", ["7", "seven", ""])
def test_nonsense_in_a_row_is_no_matter(folder: Path, key: str, value: bytes) -> None:
    put(folder, {"name": b"value"})
    with Table(folder, "things") as table:
        table.put("", key, value)
    found = kept(folder)
    assert found.pop("name") == b"value"
    assert found == {}
    put(folder, {"more": b"more"}, used=("name",))
    assert {"name": b"value", "more": b"more"}.items() <= kept(folder).items()


def test_without_a_folder_nothing_is_kept() -> None:
    with Shelf(None, "things") as shelf:
        assert not shelf.is_open
        shelf.put("name", "mark", b"value")
        assert shelf.places == {}


def test_a_damaged_file_is_started_anew(folder: Path) -> None:
    put(folder, MANY)
    path = folder / NAME
    data = bytearray(path.read_bytes())
    for place in range(0, len(data), 997):
        data[place] ^= 0xFF
    path.write_bytes(data)
    assert kept(folder).items() <= MANY.items()
    put(folder, MANY, used=tuple(MANY))
    put(folder, MANY, used=tuple(MANY))
    assert kept(folder) == MANY
