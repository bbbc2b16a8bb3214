"""Sound to try things on: made here, or by FFmpeg in every format that people bring."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.support.require import require_program

RATE: Final = 44_100
SECONDS: Final = 8.0

Sound = NDArray[np.float32]

FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "16.wav": ("-c:a", "pcm_s16le"),
    "24.wav": ("-c:a", "pcm_s24le"),
    "float.wav": ("-c:a", "pcm_f32le"),
    "rf64.wav": ("-c:a", "pcm_s24le", "-rf64", "always"),
    "96k.wav": ("-c:a", "pcm_s24le", "-ar", "96000"),
    "8k.wav": ("-c:a", "pcm_s16le", "-ar", "8000"),
    "x.aiff": ("-c:a", "pcm_s16be"),
    "x.flac": ("-c:a", "flac"),
    "vorbis.ogg": ("-c:a", "libvorbis", "-q:a", "5"),
    "x.opus": ("-c:a", "libopus", "-b:a", "96k"),
    "x.m4a": ("-c:a", "aac", "-b:a", "160k"),
    "x.mp3": ("-c:a", "libmp3lame", "-b:a", "160k"),
    "video.mp4": ("-c:a", "aac", "-b:a", "160k"),
}


def speech(*, channels: int = 1, seconds: float = SECONDS, level: float = 0.1) -> Sound:
    """Something like speech: syllables of changing pitch, hiss, pauses. Shape (samples, channels)."""
    chance = np.random.default_rng(7)
    time = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 + 30 * np.sin(2 * np.pi * 0.7 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum(np.sin(order * phase) / order for order in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, 1) ** 0.5
    hiss = chance.normal(size=time.size) * np.clip(np.sin(2 * np.pi * 3.1 * time + 2), 0, 1) ** 4
    pauses = (np.sin(2 * np.pi * 0.31 * time) > -0.8).astype(float)
    one = level * pauses * (syllables * voice + 0.2 * hiss)
    sides = [one * (1 - 0.3 * side) + 0.002 * chance.normal(size=one.size) * side for side in range(channels)]
    return np.stack(sides, axis=1).astype(np.float32)


def with_clicks(sound: Sound, peak: float = 0.95) -> Sound:
    """The sound with a sharp peak every half second."""
    found = sound.copy()
    found[:: RATE // 2] = peak
    found[1 :: RATE // 2] = -peak
    return found


def write(path: Path, sound: Sound, *arguments: str) -> Path:
    """The sound as FFmpeg writes it under that name; `arguments` choose the codec."""
    program = require_program("ffmpeg")
    channels = sound.shape[1]
    command = [program, "-v", "error", "-nostdin", "-y"]
    if path.suffix == ".mp4":
        command += ["-f", "lavfi", "-i", f"color=size=64x64:rate=10:duration={len(sound) / RATE}"]
    command += ["-f", "f32le", "-ar", str(RATE), "-ac", str(channels), "-i", "pipe:0"]
    command += [*arguments, str(path)]
    subprocess.run(command, input=sound.astype("<f4").tobytes(), check=True)
    return path


def write_float(path: Path, sound: Sound) -> Path:
    """As 32-bit floating-point WAV, without conversion."""
    return write(path, sound, "-c:a", "pcm_f32le")
