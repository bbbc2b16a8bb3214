"""What was measured, what is wanted, and what was made: plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self, get_args

from publisher.errors import SoundError

Format = Literal["mp3", "m4a", "opus"]
"""MP3; AAC-LC in an M4A; Opus in Ogg."""
Left = Literal["", "off", "silent"]

STEREO_LUFS: Final = -16.0
MONO_LUFS: Final = -19.0
"""The same loudness as `STEREO_LUFS` to the ear: BS.1770 adds channels up, and one is played on two."""
MOST_TRUE_PEAK_DBTP: Final = -1.0
SAMPLE_RATES: Final = (44_100, 48_000)
"""Those that every player takes, in Hz."""

_MP3_BITRATES: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
# Of one channel and of two.
_BITRATES: Final[Mapping[Format, tuple[int, int]]] = {"mp3": (96, 128), "m4a": (80, 128), "opus": (40, 64)}
_LIMITS: Final[Mapping[Format, tuple[int, int]]] = {"mp3": (32, 320), "m4a": (24, 320), "opus": (8, 256)}
_LOUDNESS: Final = (-40.0, -8.0)


@dataclass(frozen=True, slots=True)
class Step:
    """How far one pass over the sound has come.

    Attributes:
        what: the pass: `measure` reads the source, `encode` writes, `verify` reads what was written.
        done_seconds, of_seconds: of sound; `of_seconds` is 0 where the file does not tell.
        attempt: counted from 1; a result that is too loud, too quiet or too high is made again.
    """

    what: Literal["measure", "encode", "verify"]
    done_seconds: float
    of_seconds: float
    attempt: int = 1


Progress = Callable[[Step], None]
"""Called once for about ten seconds of sound. What it raises ends the work, and nothing is left behind."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The outline of the sound: the lowest and highest sample of each window, over all channels.

    Attributes:
        sample_rate: of the sound, in Hz.
        samples_per_point: the length of a window.
        data: lowest and highest in turn, −128 to 127, at most 4,096 numbers however long the sound.
    """

    sample_rate: int
    samples_per_point: int
    data: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a file sounds like, as a player would play it: encoder delay and padding removed.

    Attributes:
        format, codec: FFmpeg's names, such as `wav`, `pcm_s24le`.
        bitrate_kbits: as the file tells, 0 where it does not.
        duration_seconds: of the decoded samples.
        integrated_lufs: EBU R128; None where nothing is louder than −70 LUFS for 0.4 s.
        true_peak_dbtp: ITU-R BS.1770; None for digital silence.
        range_lu: EBU Tech 3342; 0 where it is too short to tell.
        leading_silence_seconds, trailing_silence_seconds, longest_silence_seconds: below −60 dBFS; the
            longest may be one of the two. All are the whole duration where nothing is louder.
        clipped: the number of runs of three and more samples at full scale or above, in any channel.
        same_channels: there are two, and they hold the same.
        damaged: the number of packets that could not be decoded; they are silent in what is made of it.
        peaks: for pictures.
    """

    format: str
    codec: str
    bitrate_kbits: float
    duration_seconds: float
    sample_rate: int
    channels: int
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    range_lu: float
    leading_silence_seconds: float
    trailing_silence_seconds: float
    longest_silence_seconds: float
    clipped: int
    same_channels: bool
    damaged: int
    peaks: Peaks

    def to_json(self) -> dict[str, Any]:
        """As `from_json` takes it, of JSON's own types."""
        found = asdict(self)
        found["peaks"]["data"] = list(self.peaks.data)
        return found

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """What `to_json` gave.

        Raises:
            KeyError, TypeError: it is something else, such as that of another version.
        """
        peaks = found["peaks"]
        told = Peaks(peaks["sample_rate"], peaks["samples_per_point"], tuple(peaks["data"]))
        return cls(**{**found, "peaks": told})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is to become.

    Attributes:
        bitrate_kbits: constant for MP3, on average for the others; None is 96 or 128 for MP3, 80 or 128 for
            M4A, 40 or 64 for Opus, by channels.
        channels: 1 or 2; None keeps them, and makes more than two into two.
        loudness: integrated, in LUFS; `standard` is −16 for two channels and −19 for one; None leaves it.

    Raises:
        SoundError: something that cannot be made.
    """

    format: Format
    bitrate_kbits: int | None = None
    channels: int | None = None
    loudness: float | Literal["standard"] | None = "standard"

    def __post_init__(self) -> None:
        if self.format not in get_args(Format):
            raise SoundError(
                f"the format is {self.format!r}", help=f"choose one of {', '.join(get_args(Format))}"
            )
        if self.channels not in (None, 1, 2):
            raise SoundError(f"the number of channels is {self.channels}", help="choose 1 or 2")
        if self.bitrate_kbits is not None:
            self._judge_bitrate(self.bitrate_kbits)
        if isinstance(self.loudness, int | float):
            low, high = _LOUDNESS
            if not low <= self.loudness <= high:
                raise SoundError(
                    f"the loudness is {self.loudness} LUFS", help=f"choose {low:g} to {high:g}, -16 is usual"
                )
        elif self.loudness not in (None, "standard"):
            raise SoundError(
                f"the loudness is {self.loudness!r}", help="choose a number of LUFS, or standard"
            )

    def _judge_bitrate(self, bitrate: int) -> None:
        low, high = _LIMITS[self.format]
        if self.format == "mp3" and bitrate not in _MP3_BITRATES:
            known = ", ".join(map(str, _MP3_BITRATES))
            raise SoundError(f"an MP3 cannot have {bitrate} kbit/s", help=f"choose one of {known}")
        if not low <= bitrate <= high:
            raise SoundError(
                f"{bitrate} kbit/s is not for {self.format.upper()}", help=f"choose {low} to {high}"
            )

    def bitrate_for(self, channels: int) -> int:
        """kbit/s."""
        return self.bitrate_kbits or _BITRATES[self.format][channels - 1]

    def channels_for(self, channels: int) -> int:
        """How many there will be, of a source that has so many."""
        return self.channels or min(channels, 2)

    def target_lufs(self, channels: int) -> float | None:
        """The loudness with that many channels, None where it is left alone."""
        if self.loudness == "standard":
            return MONO_LUFS if channels == 1 else STEREO_LUFS
        return self.loudness

    def sample_rate_for(self, sample_rate: int) -> int:
        """Hz. A rate that every player takes is kept; of the others, a relative is taken."""
        if self.format == "opus":
            return 48_000
        if sample_rate in SAMPLE_RATES:
            return sample_rate
        return 44_100 if sample_rate % 11_025 == 0 else 48_000


@dataclass(frozen=True, slots=True)
class Made:
    """What was done, and what came out, measured on the finished file.

    Attributes:
        codec: FFmpeg's name.
        target_lufs: None where the loudness was to be left alone.
        left: why no gain was used: `off` (it was to be left alone), `silent` (there is nothing to measure).
        reached: the loudness is within half a LU of the target, or was left, and no true peak is above
            −1.0 dBTP. Limiting goes before it: sound that is nothing but clicks may stay too quiet.
        gain_db: of the whole.
        limited_db: the most that the limiter took off, 0 where it was not needed.
        loudness_in_lufs: of the source, in the channels that are made of it.
        attempts: how often it was encoded.
    """

    format: Format
    codec: str
    bitrate_kbits: int
    sample_rate: int
    channels: int
    duration_seconds: float
    length_bytes: int
    target_lufs: float | None
    left: Left
    reached: bool
    gain_db: float
    limited_db: float
    loudness_in_lufs: float | None
    loudness_out_lufs: float | None
    true_peak_in_dbtp: float | None
    true_peak_out_dbtp: float | None
    attempts: int
