"""What is known of sound, wanted of it, and done to it. Each can be written as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a file sounds like.

    Attributes:
        duration_seconds: of what is decoded, without what encoders put before and after it.
        sample_rate: in Hz.
        channels: as many as there are in the file.
        integrated_lufs, range_lu: by EBU R 128 (ITU-R BS.1770-4, EBU Tech 3342); None where all is silence.
        true_peak_dbtp: the highest point of the wave, between samples too, over all channels.
        leading_silence_seconds, trailing_silence_seconds: below -50 dBFS; all of it where all is silence.
        longest_silence_seconds: in between.
        clipped: how often three samples or more in a row stand at full scale.
        same_channels: whether two channels hold the same, so that one would do.
        damaged: packets that could not be decoded.
        samples_per_peak, peaks: lowest and highest point of each piece of the sound of so many samples, over
            all channels, from -128 to 127.
    """

    duration_seconds: float
    sample_rate: int
    channels: int
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    range_lu: float | None = None
    leading_silence_seconds: float = 0.0
    trailing_silence_seconds: float = 0.0
    longest_silence_seconds: float = 0.0
    clipped: int = 0
    same_channels: bool = False
    damaged: int = 0
    samples_per_peak: int = 0
    peaks: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Measurement:
        """Raises TypeError where something is missing."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in values.items() if name in known}
        return cls(**{**kept, "peaks": tuple(kept.get("peaks", ()))})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What sound is to be made into.

    Attributes:
        format: `mp3`, `m4a` or `opus`.
        bitrate: in kbit/s; MP3 takes the nearest that there is.
        channels: 1 or 2.
        loudness: integrated, in LUFS; None for as loud as it is.
    """

    format: str
    bitrate: int
    channels: int
    loudness: float | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was done, and what came of it.

    Attributes:
        codec: `mp3`, `aac` or `opus`.
        bitrate: mean, in bits per second.
        gain_db: by which all of it was made louder.
        limited: whether peaks were held down besides.
        integrated_lufs, true_peak_dbtp: of the result, decoded; None for silence.
        source_lufs, source_dbtp: of what it was made from.
        encoder: library and version.
    """

    codec: str
    bitrate: int
    sample_rate: int
    channels: int
    duration_seconds: float
    gain_db: float
    limited: bool
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    source_lufs: float | None
    source_dbtp: float | None
    encoder: str

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}
