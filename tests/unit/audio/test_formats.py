"""Every format that is taken, as FFmpeg, opusenc, oggenc and flac write it, and what hardware writes."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

from publisher.audio.probe import Probed, probe
from tests.support.require import require_program
from tests.unit.audio import SAMPLES

FORMATS: dict[str, tuple[list[str], tuple[str, str, str, int]]] = {
    "pcm.wav": (["-c:a", "pcm_s16le"], ("audio/wav", "pcm", "constant", 16)),
    "s24.wav": (["-c:a", "pcm_s24le", "-ac", "6"], ("audio/wav", "pcm", "constant", 24)),
    "float.wav": (["-c:a", "pcm_f32le"], ("audio/wav", "pcm-float", "constant", 32)),
    "u8.wav": (["-c:a", "pcm_u8"], ("audio/wav", "pcm", "constant", 8)),
    "law.wav": (["-c:a", "pcm_mulaw"], ("audio/wav", "pcm-mulaw", "constant", 8)),
    "wide.rf64": (["-rf64", "always", "-f", "wav"], ("audio/wav", "pcm", "constant", 16)),
    "broadcast.bwf": (["-write_bext", "1", "-f", "wav"], ("audio/wav", "pcm", "constant", 16)),
    "pcm.aiff": ([], ("audio/aiff", "pcm", "constant", 16)),
    "little.aifc": (["-c:a", "pcm_s16le", "-f", "aiff"], ("audio/aiff", "pcm", "constant", 16)),
    "float.aifc": (["-c:a", "pcm_f32be", "-f", "aiff"], ("audio/aiff", "pcm-float", "constant", 32)),
    "a.flac": ([], ("audio/flac", "flac", "variable", 16)),
    "s24.flac": (["-sample_fmt", "s32", "-ar", "96000"], ("audio/flac", "flac", "variable", 24)),
    "a.opus": (["-c:a", "libopus", "-b:a", "24k"], ("audio/ogg", "opus", "variable", 0)),
    "a.ogg": (["-c:a", "libvorbis"], ("audio/ogg", "vorbis", "variable", 0)),
    "flac.ogg": (["-c:a", "flac"], ("audio/ogg", "flac", "variable", 16)),
    "a.m4a": (["-c:a", "aac", "-b:a", "32k"], ("audio/mp4", "aac", "", 0)),
    "alac.m4a": (["-c:a", "alac", "-ar", "96000"], ("audio/mp4", "alac", "variable", 16)),
    "opus.mp4": (["-c:a", "libopus"], ("audio/mp4", "opus", "variable", 0)),
    "a.mp3": (["-c:a", "libmp3lame", "-b:a", "32k"], ("audio/mpeg", "mp3", "constant", 0)),
    "vbr.mp3": (["-c:a", "libmp3lame", "-q:a", "6"], ("audio/mpeg", "mp3", "variable", 0)),
    "video.mov": (["-c:a", "pcm_s16le"], ("audio/mp4", "pcm", "constant", 16)),
}


def made(path: Path, *options: str, seconds: float = 1.7) -> Path:
    source = ["-f", "lavfi", "-i", f"sine=440:d={seconds}:r=44100"]
    command = [require_program("ffmpeg"), "-v", "error", "-y", *source, *options, str(path)]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    return path


def decoded_seconds(path: Path) -> float:
    """How long the sound is that FFmpeg decodes."""
    command = [require_program("ffmpeg"), "-v", "error", "-i", str(path), "-map", "0:a:0"]
    command += ["-f", "s16le", "-ac", "1", "-ar", "48000", "-"]
    return len(subprocess.run(command, capture_output=True, timeout=60).stdout) / 96_000


def rules(found: Probed) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in found.findings]


@pytest.mark.parametrize("name", FORMATS)
def test_all_that_is_taken(name: str, tmp_path: Path) -> None:
    options, (type, codec, mode, bits) = FORMATS[name]
    path = made(tmp_path / name, *options)
    found = probe(path)
    assert found.findings == ()
    assert (found.type, found.codec, found.bits_per_sample) == (type, codec, bits)
    assert found.bitrate_mode == mode or not mode
    # Of an MP3 all frames count, what the encoder put before and behind the sound included.
    near = 0.06 if codec == "mp3" else 0.05
    assert found.duration_seconds == pytest.approx(decoded_seconds(path), abs=near)
    assert not found.has_artwork
    assert not found.has_video


@pytest.mark.parametrize(
    "options",
    [["opusenc", "--framesize", "2.5"], ["opusenc", "--framesize", "60"], ["oggenc"], ["oggenc", "-q", "-1"],
     ["flac"], ["flac", "-8", "-b", "16384", "--lax"], ["flac", "--no-seektable"]],
)  # fmt: skip
def test_what_the_formats_own_programs_write(options: list[str], tmp_path: Path) -> None:
    program = require_program(options[0], name={"oggenc": "vorbis-tools"}.get(options[0], options[0]))
    source = made(tmp_path / "source.wav", "-bitexact")
    target = tmp_path / {"opusenc": "a.opus", "oggenc": "a.ogg", "flac": "a.flac"}[options[0]]
    into = [str(source), str(target)] if options[0] == "opusenc" else ["-o", str(target), str(source)]
    subprocess.run([program, *options[1:], *into], check=True, capture_output=True, timeout=60)
    found = probe(target)
    assert found.findings == ()
    assert found.duration_seconds == pytest.approx(1.7, abs=0.0001)


def test_a_video(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    pictures = ["-f", "lavfi", "-i", "testsrc=d=1.7:s=64x64:r=25", "-c:v", "mpeg4", "-c:a", "aac"]
    found = probe(made(path, *pictures))
    assert (found.type, found.codec, found.has_video, found.findings) == ("video/mp4", "aac", True, ())
    assert found.duration_seconds == pytest.approx(1.7, abs=0.05)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_stream_that_did_not_know_its_length(name: str, tmp_path: Path) -> None:
    kind = Path(name).suffix[1:]
    path = tmp_path / name
    piped = made(tmp_path / "source.wav")
    command = [require_program("ffmpeg"), "-v", "error", "-i", str(piped), "-f", kind, "-"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    assert probe(path).findings == ()
    assert probe(path).duration_seconds == pytest.approx(1.7, abs=0.0001)


def wav(
    data: bytes, *, length: int | None = None, before: bytes = b"", behind: bytes = b"", **fields: int
) -> bytes:
    """A WAV of 16 bits, mono, 8,000 Hz; `fields` change its header."""
    told = {"tag": 1, "channels": 1, "rate": 8000, "byte_rate": 16000, "frame": 2, "bits": 16} | fields
    fmt = b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", *told.values())
    data = b"data" + struct.pack("<I", len(data) if length is None else length) + data
    body = b"WAVE" + before + fmt + data + behind
    return b"RIFF" + struct.pack("<I", len(body)) + body


SECOND = b"\1\2" * 8000


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 0xFFFFFFFF - 36, 0x7FFFF000, 0x80000000, 0x7FFFFFFF])
def test_open_lengths_of_a_wav(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(SECOND, length=length))
    assert probe(path).findings == ()
    assert probe(path).duration_seconds == 1.0


LIST = b"LIST\x03\0\0\0abc"
CASES: dict[str, tuple[bytes, list[tuple[str, str]], float]] = {
    "odd chunks": (wav(SECOND, before=b"junk\x03\0\0\0abc\0", behind=LIST + b"\0"), [], 1.0),
    "odd chunks without padding": (wav(SECOND, before=LIST, behind=LIST), [], 1.0),
    "24 bits in four bytes": (wav(SECOND * 2, frame=4, byte_rate=32000, bits=24), [], 1.0),
    "no byte rate": (wav(SECOND, byte_rate=0), [], 1.0),
    "empty": (wav(b""), [("audio-empty", "error")], 0.0),
    "empty, and a list": (wav(b"", behind=LIST + b"\0"), [("audio-empty", "error")], 0.0),
    "one sample": (wav(b"\1\2"), [], 1 / 8000),
    "half a sample": (wav(b"\1\2\3"), [("audio-cut-off", "warning")], 1 / 8000),
    "cut": (wav(SECOND)[:8044], [("audio-cut-off", "error")], 0.5),
    "cut within a list": (wav(SECOND, behind=LIST[:9]), [("audio-cut-off", "warning")], 1.0),
    "joined": (wav(SECOND) * 2, [("audio-junk", "error")], 1.0),
    "a tag behind it": (wav(SECOND) + b"\0TAG" + bytes(124), [("audio-junk", "warning")], 1.0),
    "short length": (wav(SECOND, length=400), [("audio-unreadable", "error")], 0.025),
    "no sample rate": (wav(SECOND, rate=0), [("audio-unreadable", "error")], 0.0),
    "another rate": (wav(SECOND, rate=8001), [("audio-unreadable", "error")], 0.0),
    "no channels": (wav(SECOND, channels=0), [("audio-unreadable", "error")], 0.0),
    "wrong width": (wav(SECOND, bits=24), [("audio-unreadable", "error")], 0.0),
    "ADPCM": (wav(SECOND, tag=2), [("audio-codec", "error")], 0.0),
    "no header": (wav(SECOND).replace(b"fmt ", b"fmx "), [("audio-unreadable", "error")], 0.0),
    "no data": (wav(SECOND)[:36], [("audio-cut-off", "error")], 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_wav(name: str, tmp_path: Path) -> None:
    data, wanted, seconds = CASES[name]
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    found = probe(path)
    assert rules(found) == wanted
    assert found.duration_seconds == seconds
    assert all(finding.help for finding in found.findings)


@pytest.mark.parametrize("magic", [b"RF64", b"BW64"])
@pytest.mark.parametrize(("told", "wanted"), [(16000, []), (1 << 63, [("audio-cut-off", "error")])])
def test_wide_lengths(magic: bytes, told: int, wanted: list[tuple[str, str]], tmp_path: Path) -> None:
    ds64 = b"ds64\x1c\0\0\0" + struct.pack("<QQQI", 1 << 63, told, 8000, 0)
    path = tmp_path / "a.wav"
    path.write_bytes(magic + wav(SECOND, length=0xFFFFFFFF, before=ds64)[4:])
    assert rules(probe(path)) == wanted
    assert probe(path).duration_seconds == 1.0


def test_a_large_wav_that_is_no_rf64(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(b"", length=1 << 20))
    with path.open("r+b") as file:
        file.truncate((1 << 32) + (1 << 20) + 44)
    assert rules(probe(path)) == [("audio-unreadable", "error")]
    assert "4 GiB" in probe(path).findings[0].message


def test_a_picture_in_a_wav(tmp_path: Path) -> None:
    frame = b"APIC\0\0\0\x10\0\0" + b"\0image/png\0\3\0abc"[:16]
    tag = b"ID3\3\0\0" + bytes((0, 0, 0, len(frame))) + frame
    chunk = b"id3 " + struct.pack("<I", len(tag)) + tag
    path = tmp_path / "a.wav"
    path.write_bytes(wav(SECOND, behind=chunk))
    assert probe(path).has_artwork
    assert probe(path).findings == ()


@pytest.mark.parametrize("kind", ["opus", "ogg"])
def test_streams_one_after_the_other(kind: str, tmp_path: Path) -> None:
    codec = {"opus": "libopus", "ogg": "libvorbis"}[kind]
    one, two = (made(tmp_path / f"{n}.{kind}", "-c:a", codec, seconds=n) for n in (1, 2))
    path = tmp_path / f"both.{kind}"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    assert probe(path).findings == ()
    assert probe(path).duration_seconds == pytest.approx(3, abs=0.001) == decoded_seconds(path)


def test_a_stream_that_begins_late(tmp_path: Path) -> None:
    """As a recorder that joins a running broadcast writes it: positions do not start at 0."""
    whole, path = made(tmp_path / "a.opus", "-c:a", "libopus", seconds=4), tmp_path / "b.opus"
    command = [
        require_program("ffmpeg"),
        "-v",
        "error",
        "-ss",
        "2",
        "-i",
        str(whole),
        "-c",
        "copy",
        "-copyts",
    ]
    subprocess.run([*command, str(path)], check=True)
    found = probe(path)
    assert found.duration_seconds == pytest.approx(decoded_seconds(path), abs=0.05)


def test_without_an_end_mark(tmp_path: Path) -> None:
    data = made(tmp_path / "a.opus", "-c:a", "libopus", seconds=4).read_bytes()
    path = tmp_path / "b.opus"
    path.write_bytes(data[: data.rindex(b"OggS")])
    found = probe(path)
    assert rules(found) == [("audio-cut-off", "warning")]
    assert found.duration_seconds == pytest.approx(decoded_seconds(path), abs=0.05)


def test_facts_can_be_kept_as_json() -> None:
    import dataclasses
    import json

    found = probe(SAMPLES / "flac.flac")
    assert json.loads(json.dumps(dataclasses.asdict(found)))["bits_per_sample"] == 16
