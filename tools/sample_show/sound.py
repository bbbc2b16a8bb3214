"""Sound: voices get their room, jingles are made, parts are joined, mastered and encoded."""

from __future__ import annotations

import re
import subprocess
import wave
from pathlib import Path
from typing import Any

RATE = 44100
LOUDNESS = -19.0
VOICE_LOUDNESS = -21.0
PEAK_CEILING = 0.75
"""-2.5 dBFS: what MP3 and AAC add on top stays below -1 dBTP."""

ENCODERS = {
    # LAME turns everything down by 5 per cent of its own accord; the filter takes that back.
    ".mp3": (
        "-af",
        "volume=1.0527",
        "-c:a",
        "libmp3lame",
        "-b:a",
        "64k",
        "-id3v2_version",
        "0",
        "-write_id3v1",
        "0",
    ),
    ".m4a": ("-c:a", "aac", "-b:a", "60k", "-movflags", "+faststart"),
    ".opus": ("-c:a", "libopus", "-b:a", "16k", "-application", "voip"),
}


def run(*command: str | Path) -> str:
    """Runs a program; what it said on stderr."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stderr}")
    return done.stderr


def seconds_of(recording: Path) -> float:
    """Length of a WAV file."""
    with wave.open(str(recording), "rb") as opened:
        return opened.getnframes() / opened.getframerate()


def measure(recording: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) by EBU R128."""
    said = run(
        "ffmpeg", "-hide_banner", "-nostats", "-i", recording, "-af", "ebur128=peak=true", "-f", "null", "-"
    )
    summary = said[said.rindex("Summary:") :]
    loudness = re.search(r"I:\s+(-?[\d.]+|-inf) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    assert loudness is not None
    assert peak is not None
    return float(loudness[1]), float(peak[1])


def at_loudness(recording: Path, target: Path, loudness: float) -> None:
    """The same recording, turned up or down, at `loudness` LUFS."""
    found, _ = measure(recording)
    run("sox", recording, target, "gain", f"{loudness - found:.2f}")


def dress(raw: Path, voice: dict[str, Any], target: Path) -> None:
    """Gives a spoken line its voice's room; it grows by the voice's `tail`."""
    roomy = target.with_suffix(".roomy.wav")
    tail = voice["tail"]
    length = seconds_of(raw) + tail
    run(
        *("sox", raw, "-c", "1", "-b", "16", roomy, "rate", str(RATE), "gain", "-9", "pad", "0", str(tail)),
        *str(voice["effects"]).split(),
        *("trim", "0", f"{length:.4f}", "fade", "t", "0.005", f"{length:.4f}", f"{min(0.4, tail):.3f}"),
    )
    if abs(seconds_of(roomy) - length) > 0.01:
        raise RuntimeError(f"the effects of {voice['name']} change a line's length: times would be wrong")
    at_loudness(roomy, target, VOICE_LOUDNESS)


def make_sound(recipe: dict[str, Any], target: Path) -> None:
    """One of the show's own sounds, out of sounds.yaml."""
    raw = target.with_suffix(".raw.wav")
    length = str(recipe["seconds"])
    if "notes" in recipe:
        names = [part for note, _ in recipe["notes"] for part in ("pluck", note)]
        delays = [str(start) for _, start in recipe["notes"]]
        command = ["sox", "-r", str(RATE), "-c", str(len(delays)), "-n", "-c", "1", "-b", "16", str(raw)]
        command += ["synth", length, *names, "delay", *delays, "remix", "-"]
        command += ["lowpass", "3200", "gain", "-9", "reverb", "45", "50", "70"]
        command += ["trim", "0", length, "fade", "t", "0", length, "0.9"]
    else:
        command = [
            "sox",
            "-r",
            str(RATE),
            "-c",
            "1",
            "-n",
            "-b",
            "16",
            str(raw),
            "synth",
            length,
            recipe["noise"],
        ]
        command += recipe["effects"].split()
        command += ["fade", "t", "1.8", length, "2.4"]
    run(*command)
    at_loudness(raw, target, recipe["loudness"])


def make_silence(seconds: float, target: Path) -> None:
    run("sox", "-n", "-r", str(RATE), "-c", "1", "-b", "16", target, "trim", "0", f"{seconds:.4f}")


def master(pieces: list[Path], target: Path) -> None:
    """Joins the pieces and brings the whole to `LOUDNESS`, peaks held.

    Holding the peaks takes a little loudness away again, so what is missing is added in further rounds.
    """
    joined = target.with_suffix(".joined.wav")
    run("sox", *pieces, "-b", "16", joined)
    gain, missing = 0.0, LOUDNESS - measure(joined)[0]
    for _ in range(5):
        gain += missing
        _limited(joined, gain, target)
        missing = LOUDNESS - measure(target)[0]
        if abs(missing) <= 0.1:
            break


def _limited(recording: Path, gain: float, target: Path) -> None:
    run(
        *("ffmpeg", "-y", "-v", "error", "-i", recording, "-af"),
        f"volume={gain:.2f}dB,alimiter=level=disabled:limit={PEAK_CEILING}:attack=2:release=60",
        *("-c:a", "pcm_s16le", target),
    )


def encode(mastered: Path, target: Path, chapters: list[tuple[float, str]] | None = None) -> None:
    """Encodes by the target's ending, with no tags but the chapters asked for."""
    options = list(ENCODERS[target.suffix])
    inputs: list[str | Path] = ["-i", mastered]
    if chapters:
        sheet = mastered.with_suffix(".chapters.txt")
        sheet.write_text(_chapter_sheet(chapters, seconds_of(mastered)), encoding="utf-8")
        inputs += ["-f", "ffmetadata", "-i", sheet, "-map_chapters", "1"]
        options[options.index("-id3v2_version") + 1] = "4"
    run(
        *("ffmpeg", "-y", "-v", "error"),
        *inputs,
        *("-map", "0:a", "-map_metadata:g", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *("-ac", "1", "-ar", "48000" if target.suffix == ".opus" else str(RATE)),
        *options,
        target,
    )


def _chapter_sheet(chapters: list[tuple[float, str]], length: float) -> str:
    lines = [";FFMETADATA1"]
    for place, (start, title) in enumerate(chapters):
        end = chapters[place + 1][0] if place + 1 < len(chapters) else length
        escaped = re.sub(r"([=;#\\])", r"\\\1", title)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start * 1000:.0f}", f"END={end * 1000:.0f}"]
        lines += [f"title={escaped}"]
    return "\n".join(lines) + "\n"
