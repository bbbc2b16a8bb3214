"""Pictures of the sound, from the outline that was gathered while it was measured."""

from __future__ import annotations

import json
from typing import Final

from publisher.sound.facts import Peaks

_HEIGHT: Final = 64
_BAR: Final = 3
_GAP: Final = 1


def peaks_json(peaks: Peaks) -> bytes:
    """The outline as JSON, version 2 of audiowaveform's format, with one channel of 8 bits.

    Peaks.js and waveform-data.js read it as it is; wavesurfer.js takes its `data` as one channel of `peaks`,
    with `normalize: true`. https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
    """
    told = {
        "version": 2,
        "channels": 1,
        "sample_rate": peaks.sample_rate,
        "samples_per_pixel": peaks.samples_per_point,
        "bits": 8,
        "length": len(peaks.data) // 2,
        "data": peaks.data,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def peaks_svg(peaks: Peaks, *, bars: int = 160) -> str:
    """The outline as an SVG of at most so many bars, in the colour of the text around it, a few kilobytes.

    The highest bar has the full height, as a picture is there to show where the sound is, not how loud.
    Purely decorative: it is hidden from screen readers, and stretches to the place it is given.
    """
    heights = _heights(peaks, bars)
    highest = max(heights, default=0) or 1
    middle = _HEIGHT // 2
    strokes = []
    for place, height in enumerate(heights):
        half = max(1, round(height * (middle - 1) / highest))
        strokes.append(f"M{place * (_BAR + _GAP) + _BAR / 2:g} {middle - half}v{2 * half}")
    width = max(1, len(heights) * (_BAR + _GAP) - _GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}" '
        f'preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{"".join(strokes)}" stroke="currentColor" stroke-width="{_BAR}" fill="none"/></svg>'
    )


def _heights(peaks: Peaks, bars: int) -> list[int]:
    points = len(peaks.data) // 2
    count = min(bars, points)
    heights = []
    for place in range(count):
        start, end = place * points // count, (place + 1) * points // count
        window = peaks.data[2 * start : 2 * end]
        heights.append(max(abs(value) for value in window))
    return heights
