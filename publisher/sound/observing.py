"""What else is to be seen in the samples: silence, clipping, one channel twice, the outline."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from publisher.sound.decoding import CHUNKS, Samples
from publisher.sound.facts import Peaks

_SILENT: Final = 0.001
"""−60 dBFS."""
_FULL_SCALE: Final = 32_766.5 / 32_768
"""Sixteen bits reach 32,767 on the one side and 32,768 on the other."""
_RUN: Final = 3
_SAME: Final = 0.0001
"""−80 dBFS: the channels of a mono recording may differ by what an encoder makes of them."""
_MOST_POINTS: Final = 2_048


class Observer:
    """Looks at sound that comes in blocks."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate = sample_rate
        self._channels = channels
        self._chunk = max(1, sample_rate // CHUNKS)
        self._before = np.zeros((channels, _RUN), dtype=bool)
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._per_point = self._chunk
        self._pending: list[tuple[float, float]] = []
        self._first_sound: int | None = None
        self._after_sound = 0
        self._longest_gap = 0
        self.samples = 0
        self.clipped = 0
        self.same_channels = channels == 2

    def add(self, block: Samples) -> None:
        """Takes the next block of any length."""
        length = block.shape[1]
        if not length:
            return
        count = -(-length // self._chunk)
        short = count * self._chunk - length
        # Repeated to a whole number of chunks: that changes neither the lowest nor the highest.
        filled = np.pad(block, ((0, 0), (0, short)), mode="edge") if short else block
        chunks = filled.reshape(self._channels, count, self._chunk)
        lows, highs = chunks.min(axis=2).min(axis=0), chunks.max(axis=2).max(axis=0)
        self._listen(lows, highs, length)
        self._draw(lows, highs)
        self._clip(block, float(max(-lows.min(), highs.max())))
        if self.same_channels:
            self.same_channels = bool(np.abs(block[0] - block[1]).max() < _SAME)
        self.samples += length

    @property
    def duration_seconds(self) -> float:
        return self.samples / self._rate

    @property
    def leading_silence_seconds(self) -> float:
        return (self.samples if self._first_sound is None else self._first_sound) / self._rate

    @property
    def trailing_silence_seconds(self) -> float:
        return max(0, self.samples - self._after_sound) / self._rate

    @property
    def longest_silence_seconds(self) -> float:
        return max(
            self._longest_gap / self._rate, self.leading_silence_seconds, self.trailing_silence_seconds
        )

    def peaks(self) -> Peaks:
        """The outline so far."""
        lows, highs = list(self._lows), list(self._highs)
        if self._pending:
            lows.append(min(low for low, _ in self._pending))
            highs.append(max(high for _, high in self._pending))
        both = np.column_stack((lows, highs)).reshape(-1) if lows else np.zeros(0)
        data = np.clip(np.round(both * 127), -128, 127).astype(int).tolist()
        return Peaks(self._rate, self._per_point, tuple(data))

    def _listen(self, lows: Samples, highs: Samples, length: int) -> None:
        loud = np.flatnonzero(np.maximum(-lows, highs) >= _SILENT)
        if not len(loud):
            return
        first = self.samples + int(loud[0]) * self._chunk
        if self._first_sound is None:
            self._first_sound = first
        else:
            self._longest_gap = max(self._longest_gap, first - self._after_sound)
        if len(loud) > 1:
            self._longest_gap = max(self._longest_gap, (int(np.diff(loud).max()) - 1) * self._chunk)
        self._after_sound = self.samples + min(length, (int(loud[-1]) + 1) * self._chunk)

    def _draw(self, lows: Samples, highs: Samples) -> None:
        """Gathers points, each of twice as many chunks whenever there are too many of them."""
        self._pending += zip(lows.tolist(), highs.tolist(), strict=True)
        while len(self._pending) >= (each := self._per_point // self._chunk):
            taken, self._pending = self._pending[:each], self._pending[each:]
            self._lows.append(min(low for low, _ in taken))
            self._highs.append(max(high for _, high in taken))
            if len(self._lows) == _MOST_POINTS:
                self._lows = [min(pair) for pair in zip(self._lows[::2], self._lows[1::2], strict=True)]
                self._highs = [max(pair) for pair in zip(self._highs[::2], self._highs[1::2], strict=True)]
                self._per_point *= 2

    def _clip(self, block: Samples, highest: float) -> None:
        if highest < _FULL_SCALE and not self._before.any():
            return
        joined: NDArray[np.bool_] = np.concatenate((self._before, np.abs(block) >= _FULL_SCALE), axis=1)
        starts = ~joined[:, :-_RUN]
        for place in range(1, _RUN + 1):
            starts = starts & joined[:, place : joined.shape[1] - _RUN + place]
        self.clipped += int(starts.sum())
        self._before = joined[:, -_RUN:]
