"""Whole numbers as text that JSON can hold: as numbers, a hundred thousand take ten times as long. Pure."""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final

_FOUR_BYTES: Final = next(code for code in "il" if array(code).itemsize == 4)


def packed(numbers: Iterable[int]) -> str:
    """Numbers from -2³¹ to 2³¹ - 1. Raises OverflowError for any other."""
    return b64encode(_little_endian(array(_FOUR_BYTES, numbers)).tobytes()).decode()


def unpacked(text: str) -> list[int]:
    """Raises ValueError for what `packed` did not give."""
    numbers = array(_FOUR_BYTES)
    numbers.frombytes(b64decode(text, validate=True))
    return _little_endian(numbers).tolist()


def _little_endian(numbers: array[int]) -> array[int]:
    # A cache may be carried to another machine.
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
