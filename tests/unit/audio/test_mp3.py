from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from mutagen.apev2 import APEv2
from mutagen.id3 import APIC, ID3, TIT2

from publisher.audio.mp3 import walk as mp3
from publisher.audio.mp3.frames import KINDS, key_at
from tests.support.require import require_program
from tests.unit.audio import MP3_SAMPLES, SAMPLES, sample


def walk(data: bytes) -> mp3.Mp3:
    return mp3.walk_file(io.BytesIO(data), len(data))


def rules(found: mp3.Mp3) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in found.findings]


def sound(name: str) -> bytes:
    """The audio region of a sample."""
    data = sample(name)
    found = walk(data)
    return data[found.start : found.end]


def id3(size: int = 500) -> bytes:
    tag = ID3()
    tag.add(TIT2(encoding=3, text=["x" * size]))
    file = io.BytesIO()
    tag.save(file, padding=lambda info: 100)
    return file.getvalue()


@pytest.mark.parametrize("name", MP3_SAMPLES)
def test_counts_the_frames_that_ffprobe_counts(name: str) -> None:
    program = require_program("ffprobe")
    command = [program, "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(SAMPLES / name)]
    stream = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]
    found = mp3.walk(SAMPLES / name)
    frame_seconds = (1152 if found.sample_rate >= 32000 else 576) / found.sample_rate
    assert found.frames == int(stream["nb_read_packets"])
    assert found.duration_seconds == pytest.approx(found.frames * frame_seconds)
    assert found.sample_rate == int(stream["sample_rate"])
    assert found.channels == stream["channels"]
    assert found.findings == ()


@pytest.mark.parametrize(
    ("name", "vbr"), [("cbr.mp3", False), ("vbr.mp3", True), ("vbr-no-header.mp3", True)]
)
def test_tells_variable_from_constant_bitrate(name: str, vbr: bool) -> None:
    assert mp3.walk(SAMPLES / name).vbr is vbr


def test_bitrate_is_the_mean_of_the_frames() -> None:
    assert mp3.walk(SAMPLES / "cbr.mp3").bitrate == pytest.approx(48_000, rel=0.001)


def test_the_header_frame_is_no_sound_but_stays_in_the_region() -> None:
    with_header, without = walk(sample("vbr.mp3")), walk(sample("vbr-no-header.mp3"))
    assert with_header.frames == without.frames
    region = sound("vbr.mp3")
    assert b"Xing" in region[:64]
    assert region.endswith(sound("vbr-no-header.mp3"))


TAILS = {
    "ID3v1": b"TAG" + b"title".ljust(125, b"\0"),
    "ID3v1 enhanced": b"TAG+" + bytes(223) + b"TAG" + bytes(125),
    "Lyrics3v2": b"LYRICSBEGIN" + b"IND00003110" + b"000022" + b"LYRICS200",
    "Lyrics3": b"LYRICSBEGIN" + b"[00:01] la la" + b"LYRICSEND",
    "ID3v2.4 at the end": b"ID3\x04\0\x10\0\0\0\x14" + bytes(20) + b"3DI\x04\0\x10\0\0\0\x14",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS.keys())
@pytest.mark.parametrize("further", [b"", TAILS["ID3v1"]], ids=["alone", "before ID3v1"])
def test_trailing_tags_are_outside_the_region(tail: bytes, further: bytes) -> None:
    body = sound("cbr.mp3")
    found = walk(body + tail + further)
    assert (found.start, found.end) == (0, len(body))
    assert found.findings == ()


def test_a_trailing_ape_tag_is_outside_the_region(tmp_path: Path) -> None:
    path = tmp_path / "ape.mp3"
    path.write_bytes(sound("cbr.mp3"))
    tags = APEv2()
    tags["Title"] = "x"
    tags.save(path)
    assert path.stat().st_size > len(sound("cbr.mp3"))
    found = mp3.walk(path)
    assert found.end == len(sound("cbr.mp3"))
    assert found.findings == ()


def test_several_leading_tags_are_outside_the_region() -> None:
    tags = id3() + id3(20)
    found = walk(tags + sound("cbr.mp3"))
    assert found.start == len(tags)
    assert found.findings == ()


def test_joined_files_with_tags_between_count_whole() -> None:
    one = walk(sample("vbr.mp3"))
    joined = id3() + sound("vbr.mp3") + TAILS["ID3v1"] + id3(3000) + sound("vbr.mp3") + TAILS["ID3v1"]
    found = walk(joined)
    assert found.frames == 2 * one.frames
    assert found.duration_seconds == pytest.approx(2 * one.duration_seconds)
    assert found.findings == ()


def test_header_frames_of_files_joined_without_tags_are_no_sound() -> None:
    found = walk(sound("vbr.mp3") * 3)
    assert found.frames == 3 * walk(sample("vbr.mp3")).frames


def test_joined_files_of_different_sample_rates_count_exactly_and_are_warned_of() -> None:
    one, other = walk(sample("cbr.mp3")), walk(sample("mpeg2.mp3"))
    found = walk(sound("cbr.mp3") + sound("mpeg2.mp3"))
    assert found.duration_seconds == pytest.approx(one.duration_seconds + other.duration_seconds)
    assert rules(found) == [("audio-codec", "warning")]


@pytest.mark.parametrize("name", MP3_SAMPLES)
def test_cut_off_in_the_middle(name: str) -> None:
    data = sample(name)
    found = walk(data[: len(data) // 2 + 1])
    assert rules(found) == [("audio-cut-off", "error")]
    assert 0 < found.duration_seconds < walk(data).duration_seconds * 0.6


def test_cut_off_between_frames_is_told_by_the_header() -> None:
    data = sound("cbr.mp3")
    at = frames = 0
    while frames < 20:
        at += KINDS[key_at(data, at)].length_bytes
        frames += 1
    found = walk(data[:at])
    assert rules(found) == [("audio-cut-off", "error")]
    assert "only 19 are there" in found.findings[0].message


def test_the_incomplete_last_frame_does_not_count() -> None:
    whole = walk(sample("cbr-no-header.mp3"))
    found = walk(sample("cbr-no-header.mp3")[:-3])
    assert found.frames == whole.frames - 1
    assert rules(found) == [("audio-cut-off", "error")]


def test_a_file_whose_end_is_zeros_is_cut_off() -> None:
    data = sample("cbr-no-header.mp3")
    found = walk(data[: len(data) // 2] + bytes(len(data)))
    assert ("audio-cut-off", "error") in rules(found)
    assert found.duration_seconds < walk(data).duration_seconds * 0.6


def test_a_tag_larger_than_the_file() -> None:
    assert rules(walk(id3(5000)[:1000])) == [("audio-cut-off", "error")]


def test_junk_between_frames_is_warned_of_and_not_counted() -> None:
    body = sound("cbr.mp3")
    found = walk(body + b"what is this?" * 40 + body)
    assert rules(found) == [("audio-junk", "warning")]
    assert found.frames == 2 * walk(body).frames
    assert "520 bytes" in found.findings[0].message


def test_zeros_between_tag_and_sound_are_padding() -> None:
    found = walk(id3() + bytes(2000) + sound("cbr.mp3"))
    assert found.findings == ()
    assert found.start == len(id3()) + 2000


def test_more_junk_than_sound_is_an_error() -> None:
    body = sound("cbr.mp3")
    assert rules(walk(body + b"no sound at all " * 2000 + body)) == [("audio-junk", "error")]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "audio-empty"),
        (id3(), "audio-empty"),
        (b"just some text\n" * 50, "audio-not-audio"),
        (bytes(100_000), "audio-not-audio"),
        (b"\xff" * 100_000, "audio-not-audio"),
        (b"\xff\xfb\x90\x00" * 50_000, "audio-not-audio"),
        (sample("cbr.mp3")[45:65], "audio-not-audio"),
    ],
    ids=["empty", "only a tag", "text", "zeros", "ones", "false headers", "one header"],
)
def test_what_holds_no_sound(data: bytes, rule: str) -> None:
    found = walk(data)
    assert rules(found) == [(rule, "error")]
    assert found.frames == 0


def test_pictures_in_the_tag_are_not_taken_for_frames() -> None:
    tag = ID3()
    tag.add(APIC(encoding=0, mime="image/jpeg", type=3, data=sound("cbr.mp3")[:4000]))
    file = io.BytesIO()
    tag.save(file)
    found = walk(file.getvalue() + sound("cbr.mp3"))
    assert found.start == len(file.getvalue())
    assert found.frames == walk(sample("cbr.mp3")).frames


def free_format(frames: int) -> bytes:
    """Frames of 700 bytes that state no bitrate."""
    return (b"\xff\xfb\x00\xc0" + bytes(696)) * frames


def test_free_format_is_measured_and_refused() -> None:
    found = walk(free_format(50))
    assert rules(found) == [("audio-codec", "error")]
    assert found.frames == 50
    assert found.duration_seconds == pytest.approx(50 * 1152 / 44100)


def test_the_region_is_the_same_without_walking() -> None:
    data = id3() + bytes(10) + sound("vbr.mp3") + TAILS["ID3v1"]
    found = walk(data)
    assert mp3.audio_region(io.BytesIO(data), len(data)) == (found.start, found.end)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sound("vbr.mp3") * 20 + id3() + sound("cbr.mp3") * 20
    whole = walk(data)
    monkeypatch.setattr(mp3, "_BLOCK", 5000)
    monkeypatch.setattr(mp3, "_FIRST_BLOCK", 4096)
    assert walk(data) == whole
    assert whole.frames == 20 * (walk(sample("vbr.mp3")).frames + walk(sample("cbr.mp3")).frames)
