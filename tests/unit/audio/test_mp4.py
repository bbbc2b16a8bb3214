from __future__ import annotations

import io
import json
import subprocess

import pytest

from publisher.audio.mp4 import walk as mp4
from publisher.audio.mp4.boxes import render, top_boxes
from tests.support.require import require_program
from tests.unit.audio import MP4_SAMPLES, SAMPLES, sample


def walk(data: bytes) -> mp4.Mp4:
    return mp4.walk_file(io.BytesIO(data), len(data))


def rules(found: mp4.Mp4) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in found.findings]


@pytest.mark.parametrize("name", [*MP4_SAMPLES, "alac.m4a"])
def test_agrees_with_ffprobe(name: str) -> None:
    program = require_program("ffprobe")
    command = [program, "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json"]
    told = json.loads(subprocess.run([*command, str(SAMPLES / name)], check=True, capture_output=True).stdout)
    stream = told["streams"][0]
    found = mp4.walk(SAMPLES / name)
    frame_seconds = (4096 if name == "alac.m4a" else 1024) / found.sample_rate
    packets_seconds = int(stream["nb_read_packets"]) * frame_seconds
    assert found.duration_seconds == pytest.approx(float(told["format"]["duration"]), abs=0.002)
    # The edit list takes away the encoder's delay (one frame) and what fills up the last one.
    assert packets_seconds - 2 * frame_seconds <= found.duration_seconds <= packets_seconds
    assert found.sample_rate == int(stream["sample_rate"])
    assert found.channels == stream["channels"]
    # FFmpeg divides by the media's own length, we by what is heard.
    assert found.bitrate == pytest.approx(int(stream["bit_rate"]), rel=0.05)


def test_facts() -> None:
    late, first = mp4.walk(SAMPLES / "aac.m4a"), mp4.walk(SAMPLES / "index-first.m4a")
    assert (late.brand, late.codec, late.channels) == ("M4A ", "aac", 1)
    assert (late.index_first, first.index_first) == (False, True)
    assert mp4.walk(SAMPLES / "fragmented.m4a").fragmented
    assert first.channels == 2


@pytest.mark.parametrize("name", MP4_SAMPLES)
def test_good_samples_have_no_findings(name: str) -> None:
    assert mp4.walk(SAMPLES / name).findings == ()


@pytest.mark.parametrize(
    ("name", "rule"),
    [("wav.wav", "audio-not-audio"), ("opus.ogg", "audio-not-audio")],
)
def test_what_is_not_wanted(name: str, rule: str) -> None:
    assert rules(mp4.walk(SAMPLES / name)) == [(rule, "error")]


def test_what_is_to_be_converted() -> None:
    lossless, video = mp4.walk(SAMPLES / "alac.m4a"), mp4.walk(SAMPLES / "video.mp4")
    assert lossless.findings == video.findings == ()
    assert (lossless.codec, lossless.bits_per_sample, lossless.sample_rate) == ("alac", 16, 8000)
    assert (video.codec, video.has_video) == ("aac", True)
    assert video.duration_seconds == pytest.approx(0.4)


def test_encrypted() -> None:
    assert rules(walk(sample("aac.m4a").replace(b"mp4a", b"drms"))) == [("audio-drm", "error")]


def test_mp3_inside_mp4() -> None:
    data = sample("aac.m4a")
    at = data.index(b"esds")
    place = data.index(b"\x40\x15", at)  # the decoder's object type, and the stream type behind it
    found = walk(data[:place] + b"\x6b" + data[place + 1 :])
    assert found.findings == ()
    assert found.codec == "mp3"


@pytest.mark.parametrize("name", MP4_SAMPLES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_cut_off(name: str, share: float) -> None:
    data = sample(name)
    assert rules(walk(data[: int(len(data) * share)])) == [("audio-cut-off", "error")]


def test_an_index_that_points_beyond_the_end() -> None:
    data = sample("index-first.m4a")
    media = next(box for box in top_boxes(io.BytesIO(data), len(data)) if box.type == b"mdat")
    short = data[: media.start] + render(b"mdat", data[media.body : media.body + 100])
    assert rules(walk(short)) == [("audio-cut-off", "error")]


def test_without_index() -> None:
    data = sample("aac.m4a")
    moov = next(box for box in top_boxes(io.BytesIO(data), len(data)) if box.type == b"moov")
    found = walk(data[: moov.start])
    assert rules(found) == [("audio-cut-off", "error")]
    assert "moov" in found.findings[0].message


def test_without_audio_track() -> None:
    assert rules(walk(sample("aac.m4a").replace(b"soun", b"none"))) == [("audio-not-audio", "error")]


def test_an_absurd_duration_is_not_believed() -> None:
    data = sample("aac.m4a")
    at = data.index(b"stts") + 8
    found = walk(data[:at] + b"\0\0\0\1" + b"\xff" * 8 + data[at + 12 :])
    assert rules(found) == [("audio-cut-off", "error")] or found.duration_seconds < 3600
