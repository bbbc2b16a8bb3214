"""The checksums of all frames of a FLAC file, at hundreds of megabytes a second.

FLAC's CRC-16 is a remainder by x^16 + x^15 + x^2 + 1, which is (x + 1)(x^15 + x + 1). The second factor is
primitive: by it, every byte other than 0 is a power of x, and a frame with its checksum is whole where the
powers, each raised by its byte's place, add up to nothing. Places may count from anywhere, so one pass over
the file does for all frames.
"""

from __future__ import annotations

from array import array
from typing import BinaryIO

import numpy as np

_ORDER = (1 << 15) - 1
_POLYNOMIAL = 1 << 15 | 0b11
_BLOCK = _ORDER * 4
"""Bytes: whole rounds, so that places count alike in every block, and few, so that they stay in the cache."""


def _tables() -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of each byte, and the power of x for each sum of two logarithms; a byte of 0 leads to
    where the powers are 0."""
    powers = np.zeros(3 * _ORDER, dtype=np.uint16)
    logarithms = np.full(256, 2 * _ORDER, dtype=np.intp)
    value = 1
    for exponent in range(_ORDER):
        powers[exponent] = powers[exponent + _ORDER] = value
        if value < 256:
            logarithms[value] = exponent
        value <<= 1
        if value >> 15:
            value ^= _POLYNOMIAL
    return logarithms, powers


_LOGARITHMS, _POWERS = _tables()
_PLACES = -8 * np.arange(_BLOCK, dtype=np.intp) % _ORDER


def damaged_frames(file: BinaryIO, starts: array[int], end: int) -> int:
    """How many of the frames that begin at `starts` have a wrong checksum; each ends where the next begins,
    and the last at `end`."""
    sums = np.zeros(len(starts), dtype=np.uint16)
    begins = np.frombuffer(starts, dtype=np.uint64).astype(np.int64)
    position = starts[0] if starts else end
    file.seek(position)
    while position < end:
        data = np.frombuffer(file.read(min(_BLOCK, end - position)), dtype=np.uint8)
        if not len(data):
            break
        # The table of powers has no place for byte 0 but behind the others.
        places = np.take(_LOGARITHMS, data)
        places += _PLACES[: len(data)]
        terms = np.take(_POWERS, places)
        first = int(np.searchsorted(begins, position, side="right")) - 1
        last = int(np.searchsorted(begins, position + len(data), side="left"))
        cuts = np.maximum(begins[first:last] - position, 0)
        sums[first:last] ^= np.bitwise_xor.reduceat(terms, cuts)
        position += len(data)
    return int(np.count_nonzero(sums))
