"""Makes the sample files beside it, from nothing, with espeak-ng and FFmpeg.

Run it as `python tests/audio/make_samples.py`. The samples are committed, so that the tests need neither
program; another FFmpeg may write other bytes, and the tests do not depend on them.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SPEECH = "This is a show about learning."
CHAPTERS = """;FFMETADATA1
title=A sample
artist=Nobody
[CHAPTER]
TIMEBASE=1/1000
START=0
END=700
title=Åpning – the start
[CHAPTER]
TIMEBASE=1/1000
START=700
END=1500
title=The rest
"""
PLAIN = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]
MP3 = ["-c:a", "libmp3lame"]
AAC = ["-c:a", "aac", "-b:a", "32k"]

SAMPLES: dict[str, list[str]] = {
    "cbr.mp3": [*MP3, "-ar", "44100", "-ac", "2", "-b:a", "48k"],
    "cbr-no-header.mp3": [*MP3, "-ar", "44100", "-ac", "1", "-b:a", "32k", "-write_xing", "0"],
    "cbr-320.mp3": [*MP3, "-ar", "44100", "-ac", "2", "-b:a", "320k", "-write_xing", "0", "-t", "0.3"],
    "vbr.mp3": [*MP3, "-ar", "44100", "-ac", "1", "-q:a", "8"],
    "vbr-no-header.mp3": [*MP3, "-ar", "44100", "-ac", "1", "-q:a", "8", "-write_xing", "0"],
    "mpeg2.mp3": [*MP3, "-ar", "22050", "-ac", "1", "-b:a", "24k"],
    "mpeg2.5.mp3": [*MP3, "-ar", "11025", "-ac", "1", "-b:a", "16k"],
    "layer2.mp2": ["-c:a", "mp2", "-ar", "44100", "-ac", "1", "-b:a", "48k"],
    "aac.m4a": [*AAC, "-ar", "44100", "-ac", "1"],
    "index-first.m4a": [*AAC, "-ar", "44100", "-ac", "2", "-movflags", "+faststart"],
    "fragmented.m4a": [*AAC, "-ar", "44100", "-ac", "1", "-movflags", "empty_moov+default_base_moof",
                       "-frag_duration", "500000"],
    "alac.m4a": ["-c:a", "alac", "-ar", "8000", "-ac", "1"],
    "opus.ogg": ["-c:a", "libopus", "-b:a", "16k"],
    "flac.flac": ["-c:a", "flac", "-ar", "8000", "-ac", "1"],
    "aiff.aiff": ["-ar", "8000", "-ac", "1", "-t", "0.2"],
    "wav.wav": ["-ar", "8000", "-ac", "1", "-t", "0.2"],
    "adts.aac": [*AAC, "-ar", "22050", "-ac", "1", "-t", "0.5"],
}  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        speech, chapters = Path(folder, "speech.wav"), Path(folder, "chapters.txt")
        subprocess.run(["espeak-ng", "-v", "en", "-s", "190", "-w", speech, SPEECH], check=True)
        chapters.write_text(CHAPTERS, encoding="utf-8")
        for name, options in SAMPLES.items():
            ffmpeg("-i", str(speech), *PLAIN, *options, str(HERE / name))
        for name in ("cbr.mp3", "aac.m4a"):
            ffmpeg("-i", str(HERE / name), "-i", str(chapters), "-map_metadata", "1", "-map_chapters", "1",
                   "-c", "copy", *PLAIN[2:], str(HERE / f"chapters{Path(name).suffix}"))  # fmt: skip
        picture = ["-f", "lavfi", "-i", "color=c=red:s=32x32:r=5:d=0.4"]
        ffmpeg(
            *picture, "-i", str(speech), "-t", "0.4", *PLAIN, *AAC, "-c:v", "mpeg4", str(HERE / "video.mp4")
        )


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


if __name__ == "__main__":
    main()
