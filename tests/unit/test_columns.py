"""Columns come back as they were written, and of those that stay nothing is written again."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from publisher.cache import Table
from publisher.release.columns import read_columns, write_columns

WIDTH = 3


def row(number: int) -> list[str]:
    return [f"slug-{number}-ø", "", f"{number}"]


def columns_of(rows: list[list[str]]) -> list[list[str]]:
    return [[of[number] for of in rows] for number in range(WIDTH)]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_was_written_comes_back(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    known: list[list[str]] = []
    sums: list[int] = []
    for step in range(8):
        new = [row(1000 * step + number) for number in range(chance.choice((0, 1, 5, 300, 700)))]
        together = [*known, *new]
        order = [*range(len(together))]
        for _ in range(chance.choice((0, 0, 1, 3))):
            if order:
                order.pop(chance.randrange(len(order)))
        if chance.random() < 0.2:
            chance.shuffle(order)
        with Table(tmp_path / "state", "things") as table:
            sums = write_columns(table, "scope", columns_of(known), new, order, sums)
            table.flush()
            known = [together[place] for place in order]
            assert read_columns(table, "scope", sums, WIDTH) == columns_of(known)
        with Table(tmp_path / "state", "things") as table:
            assert len(table.all()) == len(sums)


def test_one_row_more_has_one_value_written(tmp_path: Path) -> None:
    rows = [row(number) for number in range(1000)]
    with Table(tmp_path / "state", "things") as table:
        first = write_columns(table, "scope", columns_of([]), rows, range(1000), [])
        second = write_columns(table, "scope", columns_of(rows), [row(1000)], range(1001), first)
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, True, True, False]


@pytest.mark.parametrize("data", [b"", b"a\0b", b"a\0b\0c\nd", b"\xff"])
def test_another_value_in_the_place_of_one_is_found_out(tmp_path: Path, data: bytes) -> None:
    with Table(tmp_path / "state", "things") as table:
        sums = write_columns(table, "scope", columns_of([]), [row(1)], [0], [])
        table.put("scope", "columns 0", data)
        table.flush()
        with pytest.raises(ValueError, match="columns"):
            read_columns(table, "scope", sums, WIDTH)
