"""Where a long list is cut into parts that are stored apart. Pure.

An end is told by what stands there, and not by counting from the beginning of the list: what is added or
removed in the middle moves the ends near it, and the parts behind them stay as they are. Whoever has the same
list has the same parts.
"""

from __future__ import annotations

import hashlib


def is_end(name: str, count: int, *, least: int, most: int, odds: int) -> bool:
    """Whether a part ends with an item.

    Args:
        name: what tells the item from any other, and stays the same.
        count: how many items the part has, with this one.
        least, most: so many it has, unless the list ends.
        odds: of so many names one is an end.
    """
    if count < least:
        return False
    return count >= most or hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[0] % odds == 0
