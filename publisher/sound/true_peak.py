"""True peaks: the highest point of the curve through the samples, which may lie between two of them.

ITU-R BS.1770-5, annex 2: four times as many points below 96 kHz. The filter is longer than the one given
there, so that more of what lies near half the sample rate is found. Only those steps of a few samples are
looked into between which a new peak can hide, which is a small part of speech.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from publisher.sound.decoding import Samples

REACH: Final = 16
"""Samples on either side that have a part in a point between two."""
_FIRST: Final = 16
"""Steps that are looked into first, the loudest of a block: they mostly settle it."""
_AT_ONCE: Final = 1_024


class Between:
    """Finds the points between samples at one sample rate."""

    def __init__(self, sample_rate: int) -> None:
        factor = 4 if sample_rate < 96_000 else 2 if sample_rate < 192_000 else 1
        taps = np.arange(1 - REACH, REACH + 1)
        columns = []
        for phase in range(1, factor):
            distance = taps - phase / factor
            column = np.sinc(distance) * np.i0(7 * np.sqrt(1 - (distance / (REACH + 1)) ** 2))
            columns.append(column / column.sum())
        self._filters = np.asarray(columns, dtype=np.float32).reshape(-1, 2 * REACH).T.copy()
        self.most = float(max(1.0, np.abs(self._filters).sum(axis=0).max(initial=1.0)))
        """How much higher than the samples around it a point between them can be."""

    def highest(self, stretches: Samples) -> Samples:
        """The highest absolute value between the samples of each stretch.

        Args:
            stretches: shape (stretches, REACH + samples + REACH).

        Returns:
            Shape (stretches,).
        """
        if not self._filters.size or not len(stretches):
            return np.zeros(len(stretches), dtype=np.float32)
        windows = sliding_window_view(stretches, 2 * REACH, axis=1)[:, 1:]
        highest: Samples = np.abs(windows @ self._filters).max(axis=(1, 2))
        return highest


class TruePeak:
    """The true peak of sound that comes in blocks."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._between = Between(sample_rate)
        self._before = np.zeros((channels, 2 * REACH), dtype=np.float32)
        self._peak = 0.0

    def add(self, block: Samples) -> None:
        """Takes the next block of any length."""
        joined = np.concatenate((self._before, block), axis=1)
        self._before = joined[:, -2 * REACH :]
        self._look(joined)

    def peak(self) -> float:
        """The peak of all that came, full scale 1; takes the end of it for the end of the sound."""
        self._look(np.concatenate((self._before, np.zeros_like(self._before)), axis=1))
        return self._peak

    def _look(self, joined: Samples) -> None:
        """Looks at all but the margins, which belong to the blocks before and after."""
        length = joined.shape[1] - 2 * REACH
        if length <= 0:
            return
        level = np.abs(joined)
        self._peak = max(self._peak, float(level.max()))
        count = -(-length // REACH)
        missing = (count + 2) * REACH - joined.shape[1]
        padded = np.pad(joined, ((0, 0), (0, missing))) if missing else joined
        level = np.pad(level, ((0, 0), (0, missing))) if missing else level
        steps = level.reshape(len(level), -1, REACH).max(axis=2)
        # The samples in the steps on either side have a part in what lies in this one.
        near = np.maximum.reduce((steps[:, 1:-1], steps[:, :-2], steps[:, 2:])).reshape(-1)
        hopeful: NDArray[np.intp] = np.flatnonzero(near * self._between.most >= self._peak)
        if not len(hopeful):
            return
        windows = sliding_window_view(padded, 3 * REACH, axis=1)[:, ::REACH].reshape(-1, 3 * REACH)
        hopeful = hopeful[np.argsort(-near[hopeful], kind="stable")]
        for chosen in (hopeful[:_FIRST], hopeful[_FIRST:]):
            worth = chosen[near[chosen] * self._between.most >= self._peak]
            for start in range(0, len(worth), _AT_ONCE):
                found = self._between.highest(windows[worth[start : start + _AT_ONCE]])
                self._peak = max(self._peak, float(found.max()))
