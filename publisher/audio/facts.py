"""What the walk through a container finds out about the sound in it."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.audio.findings import Finding

__all__ = ["CONSTANT", "MAX_CHANNELS", "MAX_RATE", "MAX_SECONDS", "VARIABLE", "Facts"]

CONSTANT, VARIABLE = "constant", "variable"
MAX_RATE = 1_000_000
MAX_CHANNELS = 64
MAX_SECONDS = 1000 * 3600
"""What claims more of these is damaged."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The sound of one file.

    Attributes:
        codec: `pcm`, `pcm-float`, `pcm-alaw`, `pcm-mulaw`, `flac`, `vorbis` or `opus`.
        duration_seconds: of the sound as a decoder gives it; 0 where it could not be told.
        bitrate: mean, in bits per second, of the sound alone.
        bitrate_mode: `constant` or `variable`; empty without sound.
        sample_rate: in Hz; what a decoder gives.
        bits_per_sample: of what is stored without loss; 0 for the other codecs.
        has_artwork: whether there is a picture of the whole (chapters' pictures do not count).
        has_video: whether there are moving pictures.
    """

    codec: str = ""
    duration_seconds: float = 0.0
    bitrate: int = 0
    bitrate_mode: str = ""
    sample_rate: int = 0
    channels: int = 0
    bits_per_sample: int = 0
    has_artwork: bool = False
    has_video: bool = False
    findings: tuple[Finding, ...] = ()
