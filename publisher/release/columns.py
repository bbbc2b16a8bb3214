"""Rows of texts in the cache, by columns, some hundred to a value.

Ten thousand rows would each have to be begun and ended; and in one value, one row more would have all of them
written again.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from publisher.cache import Table

_ROWS: Final = 256
_APART: Final = "\0"
"""Between columns; a line of a column is one row. No name of a folder has either, and nothing else that is
noted."""


def read_columns(table: Table, scope: str, sums: Sequence[int], width: int) -> list[list[str]]:
    """The columns.

    Args:
        sums: as `write_columns` gave them.
        width: how many columns there are.

    Raises:
        ValueError: they are not what was written.
    """
    found = table.read(scope, [_name(number) for number in range(len(sums))])
    columns: list[list[str]] = [[] for _ in range(width)]
    for number, total in enumerate(sums):
        data = found.get(_name(number), b"")
        # Another release may have been noted half-way.
        if zlib.crc32(data) != total:
            raise ValueError(f"part {number} of the columns is another one")
        together = [text.split("\n") for text in data.decode("utf-8", "surrogatepass").split(_APART)]
        if len(together) != width or len({*map(len, together)}) != 1:
            raise ValueError("the columns are not of the same rows")
        for column, more in zip(columns, together, strict=True):
            column += more
    return columns


def write_columns(
    table: Table,
    scope: str,
    columns: Sequence[Sequence[str]],
    new: Sequence[Sequence[str]],
    order: Sequence[int],
    sums: Sequence[int],
) -> list[int]:
    """Writes columns, but for what is as it was read.

    Args:
        columns: as they were read.
        new: rows that come behind them.
        order: places, in both together, of the rows that are wanted.
        sums: of what was read.

    Returns:
        What tells the values, to be noted beside them.
    """
    stay = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], enumerate(order)))
    stay = min(stay, len(columns[0]))
    together = [[*column, *[row[number] for row in new]] for number, column in enumerate(columns)]
    found = []
    for number, start in enumerate(range(0, len(order), _ROWS)):
        end = start + _ROWS
        if end <= stay and number < len(sums):
            found.append(sums[number])
            continue
        rows = order[start:end]
        texts = ["\n".join([column[place] for place in rows]) for column in together]
        data = _APART.join(texts).encode("utf-8", "surrogatepass")
        table.put(scope, _name(number), data)
        found.append(zlib.crc32(data))
    table.forget((scope, _name(number)) for number in range(len(found), len(sums)))
    return found


def _name(number: int) -> str:
    return f"columns {number}"
