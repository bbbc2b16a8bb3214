"""Making one file of sound into another: the right format, the right loudness, no peak too high.

Gain and a limiter, and nothing else: what is said softly stays soft. An encoder changes peaks a little, and
a limiter the loudness, so that what came of it is measured, and made again where it is not right. The frames
of an MP3 are heard while it is being written, which takes no time of its own where there are two cores.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

import av

from publisher.errors import SoundError
from publisher.sound.decoding import opened, opened_mp3
from publisher.sound.encoding import ContainerWriter, Mp3Writer, Writer
from publisher.sound.facts import MOST_TRUE_PEAK_DBTP, Left, Made, Measurement, Progress, Step, Wanted
from publisher.sound.info_header import DECODER_DELAY, ENCODER_DELAY
from publisher.sound.limiter import Limiter
from publisher.sound.measuring import TOLD_EVERY, Level, judge_length, level, level_of
from publisher.sound.measuring import measure as measure_sound
from publisher.sound.partial import written_whole
from publisher.sound.threads import Behind, Pipe, ahead

_MOST_ATTEMPTS: Final = 6
_LOUDNESS_TOLERANCE_LU: Final = 0.4
_REACHED_LU: Final = 0.5
_PEAK_GOAL_DBTP: Final = MOST_TRUE_PEAK_DBTP - 0.05
"""Meters differ by hundredths in how they find what lies between samples."""
_FIRST_CEILING_DBTP: Final = -2.0
"""Encoders commonly add up to one decibel."""
_DURATION_TOLERANCE_SECONDS: Final = 0.05
_DOUBLED_LU: Final = 3.01


@dataclass(frozen=True, slots=True)
class _Setting:
    gain_db: float
    ceiling_dbtp: float


@dataclass(frozen=True, slots=True)
class _Encoded:
    codec: str
    duration_seconds: float
    limited_db: float
    highest: float
    heard: Level | None
    """Of the frames as they were written, where they can be heard without an index."""


def convert(
    source: Path,
    target: Path,
    wanted: Wanted,
    *,
    measured: Measurement | None = None,
    progress: Progress | None = None,
) -> Made:
    """Makes `target` of `source`. There is a whole target or none; what stood there before is replaced.

    Args:
        measured: what `measure` says of `source`, where it is known already.
        progress: is told of every pass.

    Raises:
        SoundError: the sound cannot be read, or is too short, or what came of it is not as long as it was.
        OSError: the source cannot be opened, or the target not written.
    """
    if target.exists() and target.samefile(source):
        raise SoundError(f"{source.name} would be made of itself", help="choose another target")
    known = measured or measure_sound(source, progress=progress)
    judge_length(source, known.duration_seconds)
    channels = wanted.channels_for(known.channels)
    before = _before(source, known, channels, progress)
    target_lufs = wanted.target_lufs(channels)
    left: Left = ""
    if target_lufs is None:
        left = "off"
    elif before.integrated_lufs is None:
        left = "silent"
    aim = None if left else target_lufs
    with written_whole(target) as (path, file):
        setting = _first_setting(before, aim)
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            encoded = _encode(source, path, file, wanted, channels, setting, attempt, known, progress)
            after = encoded.heard or level(path, Step("verify", 0, 0, attempt), progress=progress)
            _judge_duration(source, encoded, after)
            following = _following(setting, after, aim, encoded)
            if following is None or attempt == _MOST_ATTEMPTS:
                break
            setting = following
        length = path.stat().st_size
    loud = aim is None or abs((after.integrated_lufs or -100.0) - aim) <= _REACHED_LU
    low = after.true_peak_dbtp is None or after.true_peak_dbtp <= MOST_TRUE_PEAK_DBTP
    return Made(
        format=wanted.format,
        codec=encoded.codec,
        bitrate_kbits=wanted.bitrate_for(channels),
        sample_rate=wanted.sample_rate_for(known.sample_rate),
        channels=channels,
        duration_seconds=encoded.duration_seconds,
        length_bytes=length,
        target_lufs=target_lufs,
        left=left,
        reached=loud and low,
        gain_db=round(setting.gain_db, 3),
        limited_db=round(encoded.limited_db, 3),
        loudness_in_lufs=before.integrated_lufs,
        loudness_out_lufs=after.integrated_lufs,
        true_peak_in_dbtp=before.true_peak_dbtp,
        true_peak_out_dbtp=after.true_peak_dbtp,
        attempts=attempt,
    )


def _before(source: Path, known: Measurement, channels: int, progress: Progress | None) -> Level:
    """The source's loudness in the channels that are made of it."""
    told = Level(known.duration_seconds, known.integrated_lufs, known.true_peak_dbtp)
    if channels == known.channels:
        return told
    doubled = _DOUBLED_LU if channels == 2 else -_DOUBLED_LU
    if known.same_channels or known.channels == 1:
        lufs = None if told.integrated_lufs is None else told.integrated_lufs + doubled
        return replace(told, integrated_lufs=lufs)
    return level(source, Step("measure", 0, 0), channels=channels, progress=progress)


def _first_setting(before: Level, aim: float | None) -> _Setting:
    if aim is None or before.integrated_lufs is None:
        return _Setting(0.0, _FIRST_CEILING_DBTP)
    return _Setting(aim - before.integrated_lufs, _FIRST_CEILING_DBTP)


def _following(setting: _Setting, after: Level, aim: float | None, encoded: _Encoded) -> _Setting | None:
    """What to try next, or None where the result is right."""
    gain, ceiling = setting.gain_db, setting.ceiling_dbtp
    excess = (after.true_peak_dbtp if after.true_peak_dbtp is not None else -100.0) - _PEAK_GOAL_DBTP
    if excess > 0:
        # Where nothing came near the ceiling, it was the encoder alone that went above.
        ceiling = min(ceiling, 20 * math.log10(max(encoded.highest, 1e-3))) - excess - 0.1
    if aim is not None and after.integrated_lufs is not None:
        short = aim - after.integrated_lufs
        if abs(short) > _LOUDNESS_TOLERANCE_LU:
            # What is limited more gains less than it is given.
            gain += short * (1.3 if encoded.limited_db > 3 and short > 0 else 1.0)
    following = _Setting(gain, ceiling)
    return None if following == setting else following


def _encode(
    source: Path,
    path: Path,
    file: BinaryIO,
    wanted: Wanted,
    channels: int,
    setting: _Setting,
    attempt: int,
    known: Measurement,
    progress: Progress | None,
) -> _Encoded:
    rate = wanted.sample_rate_for(known.sample_rate)
    file.seek(0)
    file.truncate()
    limiter = Limiter(
        rate, channels, gain=10 ** (setting.gain_db / 20), ceiling=10 ** (setting.ceiling_dbtp / 20)
    )
    samples = 0
    with _writing(path, file, wanted, rate, channels) as (writer, listener):
        with (
            opened(source, sample_rate=rate, channels=channels) as sound,
            ahead(sound.blocks()) as blocks,
            Behind(writer.write) as write,
        ):
            for count, block in enumerate(blocks, 1):
                samples += block.shape[1]
                write(limiter.process(block))
                if progress and count % TOLD_EVERY == 0:
                    progress(Step("encode", samples / rate, known.duration_seconds, attempt))
            write(limiter.flush())
        writer.close()
        file.flush()
    seconds = samples / rate
    heard = listener.result() if listener else None
    if heard:
        # Behind the last sample the encoder fills its frame up; the header says how much of that is none.
        heard = replace(heard, duration_seconds=min(heard.duration_seconds, seconds))
    return _Encoded(writer.codec, seconds, limiter.limited_db, limiter.highest, heard)


@contextlib.contextmanager
def _writing(
    path: Path, file: BinaryIO, wanted: Wanted, rate: int, channels: int
) -> Iterator[tuple[Writer, Future[Level] | None]]:
    """What writes, and what will have been heard of it when the context has been left."""
    bitrate = wanted.bitrate_for(channels)
    if wanted.format == "mp3":
        pipe = Pipe()
        with ThreadPoolExecutor(1, "listening") as threads:
            listener = threads.submit(_listen, pipe, path.name)
            try:
                yield (
                    Mp3Writer(
                        file, bitrate_kbits=bitrate, sample_rate=rate, channels=channels, heard=pipe.write
                    ),
                    listener,
                )
            finally:
                pipe.end()
        return
    try:
        writer = ContainerWriter(
            path, wanted.format, bitrate_kbits=bitrate, sample_rate=rate, channels=channels
        )
    except (av.error.ArgumentError, ValueError) as cause:
        raise SoundError(
            f"{wanted.format.upper()} cannot be made with {bitrate} kbit/s and {channels} channels",
            help="choose another bitrate",
        ) from cause
    yield writer, None


def _listen(pipe: Pipe, name: str) -> Level:
    try:
        with opened_mp3(pipe, name) as sound:
            return level_of(sound, skip=ENCODER_DELAY + DECODER_DELAY)
    finally:
        pipe.leave()


def _judge_duration(source: Path, encoded: _Encoded, after: Level) -> None:
    """Guards what chapters and transcripts rest upon; a fault here would be ours."""
    if abs(encoded.duration_seconds - after.duration_seconds) > _DURATION_TOLERANCE_SECONDS:
        raise SoundError(
            f"{source.name} has {encoded.duration_seconds:.3f} seconds, what was made of it has "
            f"{after.duration_seconds:.3f}",
            help="export it as WAV or FLAC, and report this",
        )
