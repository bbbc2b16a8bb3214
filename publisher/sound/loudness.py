"""Loudness by EBU R128 (ITU-R BS.1770): FFmpeg's own `ebur128` filter, run in this process."""

from __future__ import annotations

import collections
import contextlib
import math
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.frame import Frame

from publisher.sound.decoding import Samples
from publisher.sound.true_peak import TruePeak

_FLOOR_LUFS: Final = -70.0
"""The absolute gate; the filter says this, or less, where nothing was louder."""
_LAYOUTS: Final = {1: "mono", 2: "stereo"}


class Loudness:
    """Integrated loudness, loudness range and true peak of sound that comes in blocks."""

    def __init__(self, sample_rate: int, channels: int, layout: str = "") -> None:
        self._rate = sample_rate
        self._layout = layout or _LAYOUTS[channels]
        self._peak = TruePeak(sample_rate, channels)
        graph = Graph()
        self._source = graph.add_abuffer(format="fltp", sample_rate=sample_rate, layout=self._layout)
        meter = graph.add("ebur128", "metadata=1")
        self._sink = graph.add("abuffersink")
        self._source.link_to(meter)
        meter.link_to(self._sink)
        graph.configure()
        self._graph = graph
        self._told: dict[str, str] = {}
        self._last: collections.deque[Frame] = collections.deque(maxlen=2)

    def add(self, block: Samples) -> None:
        """Takes the next block of any length."""
        if not block.shape[1]:
            return
        self._peak.add(block)
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._layout)
        frame.sample_rate = self._rate
        self._source.push(frame)
        self._pull()

    def close(self) -> None:
        """Has to be called behind the last block, once."""
        self._source.push(None)
        self._pull()
        # A frame that ends between two readings of the meter tells nothing.
        for frame in self._last:
            self._told = frame.metadata or self._told

    @property
    def integrated_lufs(self) -> float | None:
        """None where nothing was loud enough to count."""
        found = self._number("lavfi.r128.I")
        return found if found is not None and found > _FLOOR_LUFS + 0.001 else None

    @property
    def range_lu(self) -> float:
        return self._number("lavfi.r128.LRA") or 0.0

    @property
    def true_peak_dbtp(self) -> float | None:
        """None for digital silence."""
        peak = self._peak.peak()
        return round(20 * math.log10(peak), 3) if peak > 0 else None

    def _number(self, name: str) -> float | None:
        number = float(self._told.get(name, "nan"))
        return number if math.isfinite(number) else None

    def _pull(self) -> None:
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                self._last.append(self._sink.pull())
