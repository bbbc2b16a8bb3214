"""Audio: probing, tags, the tagged copy."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "audio"
MP3_SAMPLES = ("cbr.mp3", "cbr-no-header.mp3", "vbr.mp3", "vbr-no-header.mp3", "mpeg2.mp3", "mpeg2.5.mp3")
MP4_SAMPLES = ("aac.m4a", "index-first.m4a", "chapters.m4a", "fragmented.m4a")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()
