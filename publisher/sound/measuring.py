"""What a file sounds like: loudness, peaks, silence, clipping, and the shape to draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

from publisher.sound.decoding import NoSound, opened
from publisher.sound.facts import Measurement

Progress = Callable[[float], None]
"""Told now and then how many seconds are done."""

_WINDOWS_PER_SECOND: Final = 50
_MOST_PEAKS: Final = 2000
_SILENT: Final = 10 ** (-50 / 20)
_FULL_SCALE: Final = 1 - 2**-15
_CLIPPED_SAMPLES: Final = 3
_SAME: Final = 2**-14
# Below this the gate of BS.1770 has let nothing through.
_NOTHING_LUFS: Final = -70.0


def measure(path: Path, *, progress: Progress | None = None) -> Measurement:
    """Decodes the whole file once.

    Raises:
        NoSound: nothing in it can be decoded.
        OSError: it cannot be read.
    """
    with opened(path) as source:
        shape: _Shape | None = None
        loudness: Loudness | None = None
        resampler: AudioResampler | None = None
        channels = 0
        for frame in source.frames():
            if shape is None or loudness is None or resampler is None:
                channels, rate = frame.layout.nb_channels, frame.sample_rate
                layout = "mono" if channels == 1 else "stereo"
                resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
                shape, loudness = _Shape(rate), Loudness(rate, layout)
            frame.pts = None
            for block in resampler.resample(frame):
                shape.add(block.to_ndarray())
                loudness.add(block)
            if progress:
                progress(shape.samples / shape.rate)
        damaged = source.damaged
    if shape is None or loudness is None or not shape.samples:
        raise NoSound(
            "there is no sound in it that can be decoded", help="export it again, as WAV, FLAC or MP3"
        )
    shape.end()
    loud = loudness.end()
    return Measurement(
        duration_seconds=shape.samples / shape.rate,
        sample_rate=shape.rate,
        channels=channels,
        integrated_lufs=loud[0],
        true_peak_dbtp=loud[1],
        range_lu=loud[2],
        damaged=damaged,
        **shape.facts(),
    )


class Loudness:
    """EBU R 128 by FFmpeg's filter, https://ffmpeg.org/ffmpeg-filters.html#ebur128-1"""

    def __init__(self, rate: int, layout: str) -> None:
        graph = Graph()
        self._in = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=None)
        measure = graph.add("ebur128", "peak=true:metadata=1")
        self._out = graph.add("abuffersink")
        self._in.link_to(measure)
        measure.link_to(self._out)
        graph.configure()
        self._graph = graph
        self._samples = 0
        self._rate = rate
        self._said: dict[str, str] = {}

    def add(self, frame: AudioFrame) -> None:
        frame.pts = self._samples
        self._samples += frame.samples
        self._in.push(frame)
        self._take()

    def end(self) -> tuple[float | None, float | None, float | None]:
        """Integrated loudness, true peak and range; None each where there was nothing but silence."""
        self._in.push(None)
        self._take()
        lufs = self._number("lavfi.r128.I")
        peaks = [
            value
            for name in self._said
            if name.startswith("lavfi.r128.true_peaks_ch") and (value := self._number(name)) is not None
        ]
        peak = max(peaks, default=0.0)
        if lufs is None or lufs <= _NOTHING_LUFS or peak <= 0:
            return None, (20 * math.log10(peak) if peak > 0 else None), None
        return lufs, 20 * math.log10(peak), self._number("lavfi.r128.LRA")

    def _take(self) -> None:
        from av.error import BlockingIOError as Nothing
        from av.error import EOFError as Ended

        while True:
            try:
                frame: Any = self._out.pull()
            except (Nothing, Ended):
                return
            self._said = frame.metadata or self._said

    def _number(self, name: str) -> float | None:
        try:
            value = float(self._said[name])
        except (KeyError, ValueError):
            return None
        return value if math.isfinite(value) else None


class _Shape:
    """Silence, clipping and the wave's outline, gathered in windows of a fiftieth of a second."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.samples = 0
        self._window = max(1, rate // _WINDOWS_PER_SECOND)
        self._rest = np.zeros((0, 0), np.float32)
        self._lows: list[Any] = []
        self._highs: list[Any] = []
        self._clipped = 0
        self._run = 0
        self._same = True
        self._channels = 0

    def add(self, block: Any) -> None:
        self.samples += block.shape[1]
        self._channels = block.shape[0]
        if self._channels == 2 and self._same:
            self._same = bool(np.abs(block[0] - block[1]).max(initial=0.0) <= _SAME)
        self._count_clipped(block)
        joined = block if not self._rest.shape[1] else np.concatenate((self._rest, block), axis=1)
        whole = joined.shape[1] // self._window * self._window
        if whole:
            self._outline(joined[:, :whole])
        self._rest = joined[:, whole:].copy()

    def end(self) -> None:
        if self._rest.shape[1]:
            missing = self._window - self._rest.shape[1]
            self._outline(np.pad(self._rest, ((0, 0), (0, missing))))
        self._close_run()

    def facts(self) -> dict[str, Any]:
        lows, highs = np.concatenate(self._lows), np.concatenate(self._highs)
        loud = np.maximum(-lows, highs) > _SILENT
        seconds = self._window / self.rate
        duration = self.samples / self.rate
        heard = np.flatnonzero(loud)
        if len(heard):
            leading, trailing = heard[0] * seconds, max(0.0, duration - (heard[-1] + 1) * seconds)
            longest = (np.diff(heard).max(initial=1) - 1) * seconds
        else:
            leading = trailing = duration
            longest = 0.0
        together = max(1, -(-len(lows) // _MOST_PEAKS))
        return {
            "leading_silence_seconds": round(float(leading), 3),
            "trailing_silence_seconds": round(float(trailing), 3),
            "longest_silence_seconds": round(float(longest), 3),
            "clipped": self._clipped,
            "same_channels": self._channels == 2 and self._same,
            "samples_per_peak": together * self._window,
            "peaks": _peaks(lows, highs, together),
        }

    def _outline(self, block: Any) -> None:
        windows = block.reshape(block.shape[0], -1, self._window)
        self._lows.append(np.minimum(windows.min(axis=2).min(axis=0), 0.0))
        self._highs.append(np.maximum(windows.max(axis=2).max(axis=0), 0.0))

    def _count_clipped(self, block: Any) -> None:
        """Runs of samples at full scale, in any channel; a run may go on in the next block."""
        full = (np.abs(block) >= _FULL_SCALE).any(axis=0)
        if not full.any():
            self._close_run()
            return
        edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)))
        for start, end in edges.reshape(-1, 2).tolist():
            if start:
                self._close_run()
            self._run += end - start
            if end < len(full):
                self._close_run()

    def _close_run(self) -> None:
        self._clipped += self._run >= _CLIPPED_SAMPLES
        self._run = 0


def _peaks(lows: Any, highs: Any, together: int) -> tuple[int, ...]:
    missing = -len(lows) % together
    low = np.pad(lows, (0, missing)).reshape(-1, together).min(axis=1)
    high = np.pad(highs, (0, missing)).reshape(-1, together).max(axis=1)
    both = np.stack((low * 128, high * 127), axis=1).round().clip(-128, 127).astype(int)
    return tuple(both.ravel().tolist())
