"""The outline of sound as players draw it. Pure."""

from __future__ import annotations

import json
from typing import Final

from publisher.sound.facts import Measurement

_BARS: Final = 400
_HEIGHT: Final = 64


def peaks_json(measured: Measurement) -> bytes:
    """The outline in audiowaveform's format, version 2, which Peaks.js reads as it is and wavesurfer by its
    `data`: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md"""
    document = {
        "version": 2,
        "channels": 1,
        "sample_rate": measured.sample_rate,
        "samples_per_pixel": measured.samples_per_peak,
        "bits": 8,
        "length": len(measured.peaks) // 2,
        "data": measured.peaks,
    }
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def peaks_svg(measured: Measurement) -> bytes:
    """A picture of bars in the colour of the text around it, stretched to any width."""
    heights = [max(-low, high) / 128 for low, high in _pairs(measured.peaks)]
    together = max(1, -(-len(heights) // _BARS))
    bars = [max(heights[place : place + together]) for place in range(0, len(heights), together)] or [0.0]
    lines = []
    for place, height in enumerate(bars):
        half = max(1, round(height * _HEIGHT / 2))
        lines.append(f"M{2 * place + 1} {_HEIGHT // 2 - half}v{2 * half}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * len(bars)} {_HEIGHT}" '
        f'preserveAspectRatio="none"><path d="{"".join(lines)}" fill="none" stroke="currentColor"/></svg>\n'
    ).encode()


def _pairs(peaks: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(peaks[::2], peaks[1::2], strict=True))
