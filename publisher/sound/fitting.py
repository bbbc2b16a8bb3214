"""Whether a file can go out as it is. Encoding again costs quality, so that small faults are let be."""

from __future__ import annotations

from typing import Final

from publisher.sound.facts import MOST_TRUE_PEAK_DBTP, SAMPLE_RATES, Measurement, Wanted

LOUDNESS_TOLERANCE_LU: Final = 1.0
"""Apple's own: https://podcasters.apple.com/support/893-audio-requirements"""
PEAK_TOLERANCE_DB: Final = 0.5
"""What an encoder commonly adds to a master that was right."""
_BITRATE_TOLERANCE: Final = 1.1
_CODECS: Final = {"mp3": ("mp3", "mp3float"), "m4a": ("aac",), "opus": ("opus", "libopus")}
_CONTAINERS: Final = {"mp3": "mp3", "m4a": "mov", "opus": "ogg"}


def fits(measured: Measurement, wanted: Wanted) -> bool:
    """Whether the file is what is wanted, without being encoded again."""
    return not misfits(measured, wanted)


def misfits(measured: Measurement, wanted: Wanted) -> tuple[str, ...]:
    """Why the file has to be encoded again: each a clause without a full stop, such as `it has 8,000 Hz`."""
    reasons: list[str] = []
    container = measured.format.split(",")[0]
    if measured.codec not in _CODECS[wanted.format] or container != _CONTAINERS[wanted.format]:
        return (f"it is {measured.codec} in {container}, not {wanted.format.upper()}",)
    if measured.sample_rate not in SAMPLE_RATES:
        reasons.append(f"it has {measured.sample_rate:,} Hz")
    channels = wanted.channels_for(measured.channels)
    if measured.channels != channels:
        reasons.append(f"it has {measured.channels} channels, not {channels}")
    most = (wanted.bitrate_kbits or 0) * _BITRATE_TOLERANCE
    if most and measured.bitrate_kbits > most:
        reasons.append(f"it has {measured.bitrate_kbits:.0f} kbit/s, not {wanted.bitrate_kbits}")
    return (*reasons, *_loudness(measured, wanted.target_lufs(channels)))


def _loudness(measured: Measurement, target: float | None) -> list[str]:
    if target is None:
        return []
    reasons: list[str] = []
    loudness, peak = measured.integrated_lufs, measured.true_peak_dbtp
    if loudness is not None and abs(loudness - target) > LOUDNESS_TOLERANCE_LU:
        reasons.append(f"it has {loudness:.1f} LUFS, not {target:.1f}")
    if peak is not None and peak > MOST_TRUE_PEAK_DBTP + PEAK_TOLERANCE_DB:
        reasons.append(f"its true peak is {peak:.1f} dBTP, not {MOST_TRUE_PEAK_DBTP:.1f} or less")
    return reasons
