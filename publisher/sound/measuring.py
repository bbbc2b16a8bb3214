"""Measuring a file's sound in one pass. Memory does not grow with its length."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.errors import SoundError
from publisher.sound.decoding import Sound, opened
from publisher.sound.facts import Measurement, Progress, Step
from publisher.sound.loudness import Loudness
from publisher.sound.observing import Observer

SHORTEST_SECONDS: Final = 0.1
TOLD_EVERY: Final = 10
"""Blocks, which are seconds of sound, between two words on the progress."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud sound is, and how long."""

    duration_seconds: float
    integrated_lufs: float | None
    true_peak_dbtp: float | None


def measure(path: Path, *, progress: Progress | None = None) -> Measurement:
    """Decodes the file at `path` from its start to its end, and says what it sounds like.

    Raises:
        SoundError: there is no sound in it that can be read, or less than a tenth of a second.
        OSError: it cannot be opened.
    """
    with opened(path) as sound:
        observer = Observer(sound.sample_rate, sound.channels)
        loudness = Loudness(sound.sample_rate, sound.channels, sound.layout)
        for count, block in enumerate(sound.blocks(), 1):
            loudness.add(block)
            observer.add(block)
            if progress and count % TOLD_EVERY == 0:
                progress(Step("measure", observer.duration_seconds, sound.expected_seconds))
        judge_length(path, observer.duration_seconds)
        loudness.close()
        return Measurement(
            format=sound.format,
            codec=sound.codec,
            bitrate_kbits=sound.bitrate_kbits,
            duration_seconds=observer.duration_seconds,
            sample_rate=sound.source_rate,
            channels=sound.source_channels,
            integrated_lufs=loudness.integrated_lufs,
            true_peak_dbtp=loudness.true_peak_dbtp,
            range_lu=loudness.range_lu,
            leading_silence_seconds=observer.leading_silence_seconds,
            trailing_silence_seconds=observer.trailing_silence_seconds,
            longest_silence_seconds=observer.longest_silence_seconds,
            clipped=observer.clipped,
            same_channels=observer.same_channels,
            damaged=sound.damaged,
            peaks=observer.peaks(),
        )


def level(path: Path, step: Step, *, channels: int | None = None, progress: Progress | None = None) -> Level:
    """The loudness alone, which is quicker.

    Args:
        step: what the progress says that is done.
        channels: those that it is mixed to first, 1 or 2; None keeps them.

    Raises:
        SoundError, OSError: as `measure`.
    """
    with opened(path, channels=channels) as sound:
        found = level_of(sound, step=step, progress=progress)
    judge_length(path, found.duration_seconds)
    return found


def level_of(
    sound: Sound, *, skip: int = 0, step: Step | None = None, progress: Progress | None = None
) -> Level:
    """The loudness of what is open, without so many samples at its start.

    Raises:
        SoundError: it cannot be read to its end.
    """
    samples = -skip
    loudness = Loudness(sound.sample_rate, sound.channels, sound.layout)
    for count, block in enumerate(sound.blocks(), 1):
        loudness.add(block[:, max(0, -samples) :])
        samples += block.shape[1]
        if progress and step and count % TOLD_EVERY == 0:
            done = samples / sound.sample_rate
            progress(Step(step.what, done, sound.expected_seconds, step.attempt))
    loudness.close()
    seconds = max(0, samples) / sound.sample_rate
    return Level(seconds, loudness.integrated_lufs, loudness.true_peak_dbtp)


def judge_length(path: Path, seconds: float) -> None:
    """Refuses what is too short to be an episode.

    Raises:
        SoundError: it is.
    """
    if not seconds:
        raise SoundError(f"{path.name} holds no sound", help="export it again from your editor")
    if seconds < SHORTEST_SECONDS:
        raise SoundError(
            f"{path.name} is only {seconds:.4f} seconds long", help="export it again from your editor"
        )
