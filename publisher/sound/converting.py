"""Sound made into what goes out: as loud as it should be, in a format that every app plays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from av.audio.resampler import AudioResampler
from av.error import BlockingIOError as Nothing
from av.error import EOFError as Ended
from av.filter import Graph

from publisher.sound.decoding import NoSound, opened
from publisher.sound.encoders import encoder
from publisher.sound.facts import Made, Measurement, Wanted
from publisher.sound.measuring import Progress, measure

MOST_TRUE_PEAK_DBTP: Final = -1.0
"""https://podcasters.apple.com/support/893-audio-requirements"""

_CODECS: Final = {"mp3": "mp3", "m4a": "aac", "opus": "opus"}
# Nobody hears less, and each try costs as much as the first.
_TOLERANCE_LU: Final = 0.4
_TRIES: Final = 5
_MOST_GAIN_DB: Final = 40.0
# What an encoder adds to peaks, to begin with; if it adds more, the next try leaves more room.
_ROOM_DB: Final = 0.6
# Twice the rate of what goes out sees peaks between samples to within half a decibel. The result is measured
# at four times the rate, as BS.1770 has it, and what is left over is taken off then.
_LIMITER_RATE: Final = 96_000


def convert(
    source: Path,
    target: Path,
    wanted: Wanted,
    *,
    measured: Measurement | None = None,
    progress: Progress | None = None,
) -> Made:
    """Encodes a file anew.

    The result is measured, and made again where it is not as loud as it should be or its peaks are too high:
    both are only known once it is encoded. `target` is there whole or not at all.

    Args:
        measured: of the source, where that is known already.
        progress: told how many seconds are done, of as many as there are.

    Raises:
        NoSound: nothing in the source can be decoded.
        OSError: it cannot be read, or the disk is full.
    """
    measured = measured or measure(source)
    gain = _gain(wanted, measured)
    ceiling = MOST_TRUE_PEAK_DBTP - _ROOM_DB
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        for attempt in range(1, _TRIES + 1):
            limited = gain is not None and _exceeds(measured, gain, ceiling)
            name = _encode(source, unfinished, wanted, gain or 0.0, ceiling if limited else None, progress)
            result = measure(unfinished)
            made = _made(wanted, measured, result, name, gain or 0.0, limited, unfinished)
            again = _again(wanted, result, gain, ceiling, attempt)
            if again is None or attempt == _TRIES:
                break
            gain, ceiling = again
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
        return made
    finally:
        unfinished.unlink(missing_ok=True)


def _gain(wanted: Wanted, measured: Measurement) -> float | None:
    """In dB; None for sound that is to stay as loud as it is, and for silence."""
    if wanted.loudness is None or measured.integrated_lufs is None:
        return None
    found = measured.integrated_lufs
    if measured.channels == 2 and wanted.channels == 1 and measured.same_channels:
        # Both channels count in stereo, one in mono.
        found -= 3.01
    return max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, wanted.loudness - found))


def _exceeds(measured: Measurement, gain: float, ceiling: float) -> bool:
    return measured.true_peak_dbtp is not None and measured.true_peak_dbtp + gain > ceiling


def _again(
    wanted: Wanted, result: Measurement, gain: float | None, ceiling: float, attempt: int
) -> tuple[float, float] | None:
    """Other gain and ceiling, where the result is not what was wanted."""
    if gain is None or wanted.loudness is None or result.integrated_lufs is None:
        return None
    assert result.true_peak_dbtp is not None
    off = wanted.loudness - result.integrated_lufs
    over = result.true_peak_dbtp - MOST_TRUE_PEAK_DBTP
    if over > 0:
        ceiling -= over + 0.2
        if attempt > _TRIES // 2:
            # This encoder adds more the more it is limited, and peaks matter more than half a decibel.
            return gain - over - 0.1, ceiling
    if abs(off) > _TOLERANCE_LU:
        gain = max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, gain + off))
    elif over <= 0:
        return None
    return gain, ceiling


def _made(
    wanted: Wanted,
    measured: Measurement,
    result: Measurement,
    name: str,
    gain: float,
    limited: bool,
    path: Path,
) -> Made:
    return Made(
        codec=_CODECS[wanted.format],
        bitrate=round(path.stat().st_size * 8 / result.duration_seconds),
        sample_rate=result.sample_rate,
        channels=result.channels,
        duration_seconds=round(result.duration_seconds, 3),
        gain_db=round(gain, 2),
        limited=limited,
        integrated_lufs=_rounded(result.integrated_lufs),
        true_peak_dbtp=_rounded(result.true_peak_dbtp),
        source_lufs=_rounded(measured.integrated_lufs),
        source_dbtp=_rounded(measured.true_peak_dbtp),
        encoder=name,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _encode(
    source: Path,
    target: Path,
    wanted: Wanted,
    gain: float,
    ceiling: float | None,
    progress: Progress | None,
) -> str:
    with opened(source) as sound:
        encoding: Any = None
        chain: _Chain | None = None
        rate = samples = 0
        for frame in sound.frames():
            if chain is None:
                rate = _rate(frame.sample_rate, wanted.format)
                chain = _Chain(frame.sample_rate, frame.layout.name, rate, wanted.channels, gain, ceiling)
                encoding = encoder(
                    target,
                    format=wanted.format,
                    bitrate=wanted.bitrate,
                    rate=rate,
                    channels=wanted.channels,
                )
            for block in chain.push(frame):
                samples += block.shape[1]
                encoding.add(block)
            if progress:
                progress(samples / rate)
        if chain is None:
            raise NoSound("there is no sound in it that can be decoded", help="export it again")
        for block in chain.end():
            samples += block.shape[1]
            encoding.add(block)
        if not samples:
            raise NoSound("there is no sound in it that can be decoded", help="export it again")
        encoding.end()
    return str(encoding.name)


def _rate(given: int, format: str) -> int:
    """48 kHz for Opus, which knows no other; else 44.1 kHz where that is nearer."""
    return 44_100 if format != "opus" and (given <= 44_100 or given % 44_100 == 0) else 48_000


class _Chain:
    """Resampling, mixing, gain, and a limiter for true peaks."""

    def __init__(
        self, rate: int, layout: str, wanted_rate: int, channels: int, gain: float, ceiling: float | None
    ) -> None:
        self._resampler = AudioResampler(format="fltp", layout=layout, rate=rate)
        graph = Graph()
        first: Any = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=None)
        self._in = first
        to = "mono" if channels == 1 else "stereo"
        mix = f"channel_layouts={to}:sample_fmts=fltp"
        steps = [("aformat", mix)]
        if gain:
            steps.append(("volume", f"volume={gain:.3f}dB:precision=float"))
        if ceiling is not None:
            limit = 10 ** (ceiling / 20)
            steps += [
                ("aresample", f"{_LIMITER_RATE}"),
                ("alimiter", f"limit={limit:.5f}:attack=5:release=60:level=disabled:latency=enabled"),
            ]
        steps.append(("aresample", f"{wanted_rate}"))
        steps.append(("aformat", f"{mix}:sample_rates={wanted_rate}"))
        for name, options in steps:
            node = graph.add(name, options)
            first.link_to(node)
            first = node
        self._out = graph.add("abuffersink")
        first.link_to(self._out)
        graph.configure()
        self._graph = graph
        self._samples = 0

    def push(self, frame: Any) -> Iterator[Any]:
        frame.pts = None
        for block in self._resampler.resample(frame):
            block.pts = self._samples
            self._samples += block.samples
            self._in.push(block)
            yield from self._ready()

    def end(self) -> Iterator[Any]:
        self._in.push(None)
        yield from self._ready()

    def _ready(self) -> Iterator[Any]:
        while True:
            try:
                frame: Any = self._out.pull()
            except (Nothing, Ended):
                return
            yield frame.to_ndarray()
