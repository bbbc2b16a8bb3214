"""Chapters in the comments of Ogg and FLAC files, as FFmpeg writes them."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from mutagen.flac import FLAC
from mutagen.oggvorbis import OggVorbis

from publisher.audio.chapters import read_chapters, read_chapters_from
from publisher.model import Chapter
from tests.support.require import require_program

SAMPLES = Path(__file__).parents[2] / "audio"
METADATA = """;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=400
title=Åpning
[CHAPTER]
TIMEBASE=1/1000
START=400
END=1500
title=Slutt
"""
COMMENTS = {
    "CHAPTER000": "00:00:00.000",
    "CHAPTER000NAME": "Åpning",
    "CHAPTER001": "00:00:00.400",
    "chapter001name": "Slutt",
}
WANTED = (Chapter(0.0, "Åpning"), Chapter(0.4, "Slutt"))


def made(tmp_path: Path, name: str, codec: str) -> Path:
    """The sample in another container, with the chapters above."""
    program = require_program("ffmpeg")
    described, audio = tmp_path / "chapters.txt", tmp_path / name
    described.write_text(METADATA, "utf-8")
    command: list[str | Path] = [
        program,
        "-v",
        "error",
        "-i",
        SAMPLES / "cbr.mp3",
        "-i",
        described,
        "-map_metadata",
        "1",
    ]
    command += ["-map_chapters", "1", "-map", "0:a", "-c:a", codec, audio]
    subprocess.run(command, check=True, timeout=60)
    return audio


def test_opus(tmp_path: Path) -> None:
    assert read_chapters(made(tmp_path, "audio.opus", "libopus"), "audio/ogg").chapters == WANTED


def test_vorbis(tmp_path: Path) -> None:
    audio = made(tmp_path, "audio.ogg", "libvorbis")
    tags = OggVorbis(audio)  # FFmpeg leaves chapters out of these
    tags.update(COMMENTS)
    tags.save()
    assert read_chapters(audio, "audio/ogg").chapters == WANTED


def test_flac(tmp_path: Path) -> None:
    audio = tmp_path / "audio.flac"
    audio.write_bytes((SAMPLES / "flac.flac").read_bytes())
    tags = FLAC(audio)
    tags.update(COMMENTS | {"CHAPTER000URL": "https://e.example/"})
    tags.save()
    first = Chapter(0.0, "Åpning", "https://e.example/")
    assert read_chapters(audio, "audio/flac").chapters == (first, WANTED[1])


def test_without_chapters() -> None:
    assert read_chapters(SAMPLES / "opus.ogg", "audio/ogg").chapters == ()
    assert read_chapters(SAMPLES / "flac.flac", "audio/flac").chapters == ()


@pytest.mark.parametrize("name", ["opus.ogg", "flac.flac"])
def test_damaged_files_raise_nothing(name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    for cut in (*range(0, 400, 7), len(data) // 2):
        broken = data[:cut] + b"\xff" * 20 + data[cut + 20 :]
        for some in (data[:cut], broken):
            found = read_chapters_from(io.BytesIO(some), len(some), "audio/ogg")
            assert found.chapters == ()
