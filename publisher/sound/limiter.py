"""A true-peak limiter that looks ahead: the gain falls before a peak comes, and never lets one through.

Per step of a few samples, the gain that the step can bear is found from its true peak. It recovers
exponentially; a sliding minimum over the steps ahead, smoothed over as many steps, gives a curve that is
nowhere above what any step can bear. Sound without peaks above the ceiling passes unchanged.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from publisher.sound.decoding import Samples
from publisher.sound.true_peak import REACH, Between

_STEP: Final = REACH
"""Samples. A point between two then depends on the step it is in and on the two beside it."""
_ATTACK_SECONDS: Final = 0.005
_RELEASE_SECONDS: Final = 0.06
_RECOVERED: Final = 0.0005
"""What is missing of a gain that counts as whole."""

_Gains = NDArray[np.float64]


class Limiter:
    """Gain, then limiting, of sound that comes in blocks; what goes in comes out, a few milliseconds later.

    Args:
        gain: a factor.
        ceiling: the highest true peak that comes out, full scale 1.
    """

    def __init__(self, sample_rate: int, channels: int, *, gain: float, ceiling: float) -> None:
        self._gain = np.float32(gain)
        self._ceiling = ceiling
        self._between = Between(sample_rate)
        self._ahead = max(2, round(_ATTACK_SECONDS * sample_rate / _STEP))
        window = np.hanning(self._ahead + 2)[1:-1]
        self._smooth: _Gains = window / window.sum()
        self._recovery = _STEP / (_RELEASE_SECONDS * sample_rate)
        # The samples that are not out yet, behind a margin of those that are.
        self._samples = np.zeros((channels, REACH), dtype=np.float32)
        self._past: _Gains = np.ones(self._ahead)
        self._bearable: _Gains = np.ones(0)
        self._lacking = 0.0
        self._lowest = 1.0
        self.highest = 0.0
        """The highest sample that came out so far."""

    @property
    def limited_db(self) -> float:
        """The most that was taken off so far, 0 or more."""
        return -20 * math.log10(self._lowest)

    def process(self, block: Samples) -> Samples:
        """Takes a block of any length and gives as much as is ready, which may be nothing."""
        self._samples = np.concatenate((self._samples, block * self._gain), axis=1)
        self._learn()
        return self._take(len(self._bearable) - self._ahead, self._bearable)

    def flush(self) -> Samples:
        """The rest."""
        waiting = self._samples.shape[1] - REACH
        steps = -(-waiting // _STEP)
        padding = steps * _STEP - waiting + REACH
        self._samples = np.pad(self._samples, ((0, 0), (0, padding)))
        self._learn()
        ahead = np.concatenate((self._bearable, np.ones(self._ahead)))
        return self._take(steps, ahead)[:, :waiting]

    def _learn(self) -> None:
        """Finds what the steps can bear whose surroundings have come."""
        known = len(self._bearable)
        total = (self._samples.shape[1] - 2 * REACH) // _STEP
        if total <= known:
            return
        found = self._required(self._samples[:, known * _STEP : total * _STEP + 2 * REACH])
        self._bearable = np.concatenate((self._bearable, self._recovering(found)))

    def _required(self, stretch: Samples) -> _Gains:
        around = np.abs(stretch).reshape(len(stretch), -1, _STEP).max(axis=2)
        peaks = around[:, 1:-1].copy()
        near = np.maximum.reduce((peaks, around[:, :-2], around[:, 2:]))
        windows = sliding_window_view(stretch, _STEP + 2 * REACH, axis=1)[:, ::_STEP]
        hopeful = near * self._between.most > self._ceiling
        if not hopeful.any():
            return np.ones(peaks.shape[1])
        peaks[hopeful] = np.maximum(peaks[hopeful], self._between.highest(windows[hopeful]))
        highest = peaks.max(axis=0).astype(np.float64)
        gains: _Gains = np.minimum(1.0, self._ceiling / np.maximum(highest, 1e-9))
        return gains

    def _recovering(self, required: _Gains) -> _Gains:
        """The gain falls at once and recovers exponentially: each step lacks what it must, or a little less
        than the one before. As logarithms, that is the highest so far of a slope's start."""
        if self._lacking == 0.0 and required.min() >= 1.0:
            return required
        fall = np.arange(1, len(required) + 1) * self._recovery
        with np.errstate(divide="ignore"):
            starts = np.log(np.concatenate(([self._lacking], 1.0 - required)))
        starts[1:] += fall
        lacking = np.exp(np.maximum.accumulate(starts)[1:] - fall)
        lacking[lacking < _RECOVERED] = 0.0
        self._lacking = float(lacking[-1])
        gains: _Gains = np.minimum(1.0 - lacking, required)
        return gains

    def _take(self, steps: int, bearable: _Gains) -> Samples:
        if steps <= 0:
            return self._samples[:, :0]
        out = self._samples[:, REACH : REACH + steps * _STEP]
        curve = np.concatenate((self._past, bearable[: steps + self._ahead]))
        if curve.min() < 1.0:
            at_edges = np.minimum(curve[1:], curve[:-1])
            lowest = sliding_window_view(at_edges, self._ahead).min(axis=1)
            edges = np.convolve(lowest, self._smooth, "valid")[: steps + 1]
            inside = np.arange(_STEP) / _STEP
            gains = edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * inside
            out = out * gains.reshape(-1).astype(np.float32)
            self._lowest = min(self._lowest, float(edges.min()))
        self.highest = max(self.highest, float(np.abs(out).max()))
        self._samples = self._samples[:, steps * _STEP :]
        self._past = np.concatenate((self._past, bearable[:steps]))[-self._ahead :]
        self._bearable = self._bearable[steps:]
        return out
