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
_AT_ONCE: Final = 96
"""Steps in one product: of larger ones OpenBLAS makes threads' work, and its threads wait by spinning, which
takes the cores from ours."""


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
        filters = np.asarray(columns, dtype=np.float32).reshape(-1, 2 * REACH)
        self.most = float(max(1.0, np.abs(filters).sum(axis=1).max(initial=1.0)))
        """How much higher than the samples around it a point between them can be."""
        # One column for each point between the samples of a step: one product finds them all.
        self._points = np.zeros((3 * REACH, REACH * len(filters)), dtype=np.float32)
        for number, column in enumerate(filters):
            for place in range(REACH):
                self._points[place + 1 : place + 1 + 2 * REACH, number * REACH + place] = column

    def highest(self, stretches: Samples) -> Samples:
        """The highest absolute value between the samples of a step, for many of them.

        Args:
            stretches: shape (steps, 3 × REACH), each step between the samples before and behind it.

        Returns:
            Shape (steps,).
        """
        if not self._points.size or not len(stretches):
            return np.zeros(len(stretches), dtype=np.float32)
        stretches = np.ascontiguousarray(stretches)
        whole = len(stretches) // _AT_ONCE * _AT_ONCE
        grouped = stretches[:whole].reshape(-1, _AT_ONCE, 3 * REACH)
        return np.concatenate((self._highest(grouped).reshape(-1), self._highest(stretches[whole:])))

    def _highest(self, stretches: Samples) -> Samples:
        points = stretches @ self._points
        highest: Samples = np.maximum(points.max(axis=-1), -points.min(axis=-1))
        return highest


class TruePeak:
    """The true peak of sound that comes in blocks."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._between = Between(sample_rate)
        # The last step that was looked at, and what came behind it.
        self._waiting = np.zeros((channels, REACH), dtype=np.float32)
        self._peak = 0.0

    def add(self, block: Samples) -> None:
        """Takes the next block of any length."""
        joined = np.concatenate((self._waiting, block), axis=1)
        steps = joined.shape[1] // REACH
        if steps > 2:
            self._look(joined[:, : steps * REACH])
            joined = joined[:, (steps - 2) * REACH :]
        self._waiting = joined

    def peak(self) -> float:
        """The peak of all that came, full scale 1; takes the end of it for the end of the sound."""
        behind = 2 * REACH + -self._waiting.shape[1] % REACH
        self._look(np.pad(self._waiting, ((0, 0), (0, behind))))
        return self._peak

    def _look(self, joined: Samples) -> None:
        """Looks at whole steps, but for the first and the last, which are those around."""
        level = np.abs(joined)
        self._peak = max(self._peak, float(level.max()))
        # Turned first, numpy finds the highest of each step three times as fast.
        steps = np.stack([channel.reshape(-1, REACH).T.copy().max(axis=0) for channel in level])
        # The samples in the steps on either side have a part in what lies in this one.
        near = np.maximum(np.maximum(steps[:, 1:-1], steps[:, :-2]), steps[:, 2:]).reshape(-1)
        hopeful: NDArray[np.intp] = np.flatnonzero(near * self._between.most >= self._peak)
        if not len(hopeful):
            return
        windows = sliding_window_view(joined, 3 * REACH, axis=1)[:, ::REACH].reshape(-1, 3 * REACH)
        hopeful = hopeful[np.argsort(-near[hopeful], kind="stable")]
        for chosen in (hopeful[:_FIRST], hopeful[_FIRST:]):
            worth = chosen[near[chosen] * self._between.most >= self._peak]
            if len(worth):
                self._peak = max(self._peak, float(self._between.highest(windows[worth]).max()))
