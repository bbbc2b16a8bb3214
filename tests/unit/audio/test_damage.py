"""Damage of every kind: the right duration or a clear problem, never an exception.

What goes through without an error is compared with what FFmpeg decodes.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.audio.probe import probe
from tests.unit.audio import SAMPLES, sample
from tests.unit.audio.test_formats import decoded_seconds, made, rules

KINDS = {
    "a.wav": ["-c:a", "pcm_s16le"],
    "float.wav": ["-c:a", "pcm_f32le"],
    "wide.wav": ["-rf64", "always"],
    "a.aiff": [],
    "a.flac": [],
    "a.opus": ["-c:a", "libopus", "-b:a", "16k"],
    "a.ogg": ["-c:a", "libvorbis"],
}
SMALL = ["-ar", "8000", "-ac", "1"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    return {name: made(folder / name, *SMALL, *options).read_bytes() for name, options in KINDS.items()}


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def zero_filled(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes(len(data) - at)


def doubled(data: bytes, chance: random.Random) -> bytes:
    at, count = chance.randrange(len(data)), chance.randrange(1, 2000)
    return data[:at] + data[at : at + count] + data[at:]


def shortened(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randrange(1, 2000) :]


@pytest.mark.parametrize("damage", [cut, flipped, zero_filled, doubled, shortened], ids=lambda d: d.__name__)
@pytest.mark.parametrize("name", KINDS)
def test_damage(name: str, damage: object, whole: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(f"{name} {damage.__name__}")  # type: ignore[attr-defined]
    path = tmp_path / name
    accepted = 0
    for _ in range(12):
        path.write_bytes(damage(whole[name], chance))  # type: ignore[operator]
        found = probe(path)
        assert found.findings or found.type
        if any(finding.severity == "error" for finding in found.findings):
            assert all(finding.help for finding in found.findings)
            continue
        accepted += 1
        assert found.duration_seconds == pytest.approx(decoded_seconds(path), abs=0.05)
    if damage is cut:
        assert accepted == 0 or name in ("a.opus", "a.ogg"), "a file that is cut off was taken for whole"


@pytest.mark.parametrize("name", ["a.flac", "a.opus", "a.ogg"])
def test_a_flipped_bit_of_sound_is_noticed(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    data, path = whole[name], tmp_path / name
    begin = 8_600 if name == "a.flac" else len(data) // 2  # behind FFmpeg's padding
    for at in range(begin, len(data), (len(data) - begin) // 7):
        path.write_bytes(data[:at] + bytes((data[at] ^ 4,)) + data[at + 1 :])
        assert "error" in [severity for _, severity in rules(probe(path))], at


@pytest.mark.parametrize("name", KINDS)
def test_joined_without_an_editor(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(whole[name] * 2)
    found = probe(path)
    if Path(name).suffix in (".opus", ".ogg"):  # in which that is allowed
        assert found.findings == ()
        assert found.duration_seconds == pytest.approx(3.4, abs=0.001)
    else:
        assert rules(found) == [("audio-junk", "error")]


@pytest.mark.parametrize("name", KINDS)
def test_under_a_wrong_name(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(whole[name])
    assert rules(probe(path)) == [("audio-extension", "warning")]
    assert probe(path).duration_seconds == pytest.approx(1.7, abs=0.05)


@pytest.mark.parametrize("name", ["a.flac", "a.opus", "a.ogg", "a.wav"])
def test_behind_a_tag(name: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"ID3\3\0\0\0\0\0\x0a" + bytes(10) + whole[name])
    assert probe(path).findings == ()
    assert probe(path).duration_seconds == pytest.approx(1.7, abs=0.05)


@pytest.mark.parametrize("name", ["a.aiff", "a.wav"])
@pytest.mark.parametrize("seconds", [0, 0.000125, 0.001])
def test_hardly_any_sound(name: str, seconds: float, tmp_path: Path) -> None:
    path = made(tmp_path / name, *SMALL, "-t", str(seconds))
    found = probe(path)
    assert found.duration_seconds == pytest.approx(seconds)
    assert rules(found) == ([] if seconds else [("audio-empty", "error")])


def test_mp3_of_one_frame_and_of_none(tmp_path: Path) -> None:
    data = sample("cbr-no-header.mp3")
    start = data.index(b"\xff\xfb")
    length = data.index(data[start : start + 2], start + 4) - start
    path = tmp_path / "a.mp3"
    path.write_bytes(data[start : start + length])
    assert probe(path).duration_seconds == pytest.approx(1152 / 44100)
    path.write_bytes(data[start : start + 3])
    assert [severity for _, severity in rules(probe(path))] == ["error"]


def test_an_id3_tag_in_the_middle(tmp_path: Path) -> None:
    data = sample("cbr-no-header.mp3")
    start = data.index(b"\xff\xfb")
    path = tmp_path / "a.mp3"
    path.write_bytes(data + b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + data[start:])
    assert probe(path).findings == ()
    assert probe(path).duration_seconds == pytest.approx(
        2 * probe(SAMPLES / "cbr-no-header.mp3").duration_seconds
    )


@pytest.mark.parametrize("entry", [b"drms", b"enca"])
def test_a_protected_m4a(entry: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(sample("aac.m4a").replace(b"mp4a", entry))
    assert rules(probe(path)) == [("audio-drm", "error")]


def test_an_m4a_whose_index_contradicts_itself(tmp_path: Path) -> None:
    data = sample("aac.m4a")
    at = data.index(b"mdhd") + 4 + 12
    path = tmp_path / "a.m4a"
    path.write_bytes(data[:at] + (441_000).to_bytes(4, "big") + data[at + 4 :])
    assert rules(probe(path)) == [("audio-unreadable", "error")]


OPENINGS = (
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0",
    b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0",
    b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\1\0\0\0\1\0\x10\x40\x0b\xfa\0\0\0\0\0\0\0",
    b"FORM\0\0\0\0AIFC",
    sample("flac.flac")[:42],
    sample("flac.flac")[:9000],
    sample("opus.ogg")[:47],
    sample("opus.ogg")[:1200],
    b"OggS\0\2" + bytes(20) + b"\1\x1e\x01vorbis" + bytes(4) + b"\2\x44\xac\0\0" + bytes(12) + b"\xb8\1",
)


@settings(max_examples=250, deadline=None)
@given(
    opening=st.sampled_from(OPENINGS),
    pieces=st.lists(
        st.sampled_from([b"data", b"SSND", b"fmt ", b"OggS\0\0", b"\xff\xf8", b"\xff" * 8, bytes(8), b"\x80"])
        | st.binary(max_size=60),
        max_size=20,
    ),
    flips=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), max_size=4),
)
def test_whatever_the_bytes_nothing_is_raised(
    opening: bytes,
    pieces: list[bytes],
    flips: list[tuple[int, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = bytearray(opening + b"".join(pieces))
    for at, mask in flips:
        data[at % len(data)] ^= mask
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    found = probe(path)
    assert 0 <= found.duration_seconds < 1e7
    assert found.type or any(finding.severity == "error" for finding in found.findings)
    assert all(finding.message.isprintable() for finding in found.findings)
    assert not [f.message for f in found.findings if "could not be read (" in f.message], "caught too late"
