from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.audio.chapters import read_chapters
from publisher.audio.probe import Probed, probe
from tests.unit.audio import MP3_SAMPLES, MP4_SAMPLES, SAMPLES, sample


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def rules(found: Probed) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in found.findings]


@pytest.mark.parametrize("name", [*MP3_SAMPLES, *MP4_SAMPLES])
def test_good_audio(name: str) -> None:
    found = probe(SAMPLES / name)
    assert found.findings == ()
    assert found.type == ("audio/mpeg" if name.endswith("mp3") else "audio/mp4")
    assert 1.4 < found.duration_seconds < 1.7
    assert found.channels in (1, 2)
    assert 8_000 < found.bitrate < 100_000


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("layer2.mp2", "MP2"),
        ("adts.aac", "AAC"),
    ],
)
def test_other_formats_are_named(name: str, word: str, tmp_path: Path) -> None:
    found = probe(write(tmp_path, "audio.mp3", sample(name)))
    assert rules(found) == [("audio-format", "error")]
    assert word in found.findings[0].message
    assert found.type == ""


@pytest.mark.parametrize(
    ("data", "rule", "word"),
    [
        (b"", "audio-empty", "empty"),
        (b"hei\n" * 400, "audio-not-audio", "text"),
        ("blåbær\n".encode() * 400, "audio-not-audio", "text"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "audio-not-audio", "web page"),
        (bytes(5000), "audio-not-audio", "zeros"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "audio-format", "PNG"),
        (os.urandom(20_000).replace(b"\xff", b"\0"), "audio-not-audio", "no MP3"),
    ],
    ids=["empty", "text", "text beyond ASCII", "web page", "zeros", "picture", "noise"],
)
def test_what_is_no_audio(data: bytes, rule: str, word: str, tmp_path: Path) -> None:
    found = probe(write(tmp_path, "audio.mp3", data))
    assert rules(found) == [(rule, "error")]
    assert word in found.findings[0].message
    assert found.findings[0].help
    assert found.type == ""


@pytest.mark.parametrize(
    ("name", "content", "ok"),
    [
        ("a.mp3", "cbr.mp3", True),
        ("A.MP3", "cbr.mp3", True),
        ("a.m4a", "cbr.mp3", False),
        ("a", "cbr.mp3", False),
        ("a.mp3", "aac.m4a", False),
        ("a.m4a", "aac.m4a", True),
        ("a.mp4", "aac.m4a", True),
    ],
)
def test_the_name_is_not_trusted(name: str, content: str, ok: bool, tmp_path: Path) -> None:
    found = probe(write(tmp_path, name, sample(content)))
    assert found.type == ("audio/mpeg" if content.endswith("mp3") else "audio/mp4")
    assert rules(found) == ([] if ok else [("audio-extension", "warning")])


@pytest.mark.parametrize("name", ["chapters.mp3", "chapters.m4a"])
def test_chapters_inside(name: str) -> None:
    first, second = probe(SAMPLES / name).chapters
    assert (first.title, first.start_seconds, first.end_seconds) == ("Åpning – the start", 0.0, 0.7)
    assert (second.title, second.start_seconds, second.end_seconds) == ("The rest", 0.7, 1.5)


def test_errors_stand_before_warnings(tmp_path: Path) -> None:
    data = sample("cbr-no-header.mp3")
    found = probe(write(tmp_path, "a.m4a", data[: len(data) // 2]))
    assert rules(found) == [("audio-cut-off", "error"), ("audio-extension", "warning")]


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "none.mp3")


SEEDS = (*MP3_SAMPLES, *MP4_SAMPLES, "chapters.mp3", "alac.m4a", "video.mp4", "opus.ogg")
EDITS = st.tuples(
    st.sampled_from([64, 1024, 1 << 20]),
    st.floats(0, 1),
    st.booleans(),
    st.integers(0, 64),
    st.binary(max_size=64),
)
"""(within how many bytes, how far in, counted from the end, bytes taken out, bytes put in): a sample's
structure stands at its ends."""


def damaged(data: bytes, edits: list[tuple[int, float, bool, int, bytes]]) -> bytes:
    for reach, share, from_end, count, new in edits:
        at = int(share * min(reach, len(data)))
        at = len(data) - at if from_end else at
        data = data[:at] + new + data[at + count :]
    return data


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(SEEDS), edits=st.lists(EDITS, max_size=6))
def test_whatever_is_damaged_nothing_is_raised(
    name: str, edits: list[tuple[int, float, bool, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    no_exception(damaged(sample(name), edits), tmp_path_factory.getbasetemp())


@settings(max_examples=200, deadline=None)
@given(
    opening=st.sampled_from([b"", b"ID3\x04\0\0", b"\xff\xfb\x90", b"\0\0\0\x18ftypM4A ", b"RIFF", b"OggS"]),
    data=st.binary(max_size=500),
)
def test_whatever_the_bytes_nothing_is_raised(
    opening: bytes, data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    no_exception(opening + data, tmp_path_factory.getbasetemp())


def no_exception(data: bytes, folder: Path) -> None:
    path = write(folder, "damaged.mp3", data)
    found = probe(path)
    assert found.duration_seconds >= 0
    assert found.type or any(finding.severity == "error" for finding in found.findings)
    assert not [f.message for f in found.findings if "could not be read (" in f.message], "caught too late"
    read_chapters(path, "audio/mpeg")
    read_chapters(path, "audio/mp4")


def test_memory_stays_bounded_whatever_the_size(tmp_path: Path) -> None:
    """A sparse file of 1 GiB, in a process that may take 300 MiB."""
    body = sample("cbr.mp3")
    path = tmp_path / "large.mp3"
    with path.open("wb") as file:
        file.write(body)
        file.truncate(1 << 30)
        file.seek(0, 2)
        file.write(body)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20));"
        "from pathlib import Path; from publisher.audio.probe import probe;"
        "print(*(f.rule for f in probe(Path(sys.argv[1])).findings))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["audio-junk"]
