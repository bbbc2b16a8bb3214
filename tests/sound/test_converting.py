"""Every format in, every format out; the results as other programs read them."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from publisher.errors import SoundError
from publisher.sound.converting import convert
from publisher.sound.facts import Format, Made, Step, Wanted
from publisher.sound.measuring import measure
from publisher.sound.threads import Pipe
from tests.sound import judges
from tests.sound.material import FORMATS, RATE, SECONDS, Sound, speech, with_clicks, write, write_float

OUT: tuple[Format, ...] = get_args(Format)


def _judge(path: Path, made: Made, *, seconds: float = SECONDS, lufs: float | None = None) -> None:
    found = judges.ffprobe(path)
    (stream,) = found["streams"]
    assert abs(float(found["format"]["duration"]) - seconds) <= 0.05
    assert stream["codec_name"] == made.codec
    assert int(stream["sample_rate"]) == made.sample_rate
    assert stream["channels"] == made.channels
    assert path.stat().st_size == made.length_bytes
    loudness, peak = judges.loudness(path)
    assert peak <= -1.0
    target = lufs if lufs is not None else -19.0 if made.channels == 1 else -16.0
    assert abs(loudness - target) <= 0.5
    assert made.reached
    assert made.loudness_out_lufs == pytest.approx(loudness, abs=0.1)
    assert made.true_peak_out_dbtp == pytest.approx(peak, abs=0.3)
    if made.format == "mp3":
        assert judges.complaints_of_mp3val(path) == []


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_becomes_every_format(tmp_path: Path, name: str, channels: int) -> None:
    source = write(tmp_path / name, speech(channels=channels), *FORMATS[name])
    measured = measure(source)
    assert measured.channels == channels
    assert measured.duration_seconds == pytest.approx(SECONDS, abs=0.05)
    for format in OUT:
        target = tmp_path / f"made.{format}"
        made = convert(source, target, Wanted(format), measured=measured)
        assert made.channels == channels
        assert made.duration_seconds == pytest.approx(measured.duration_seconds, abs=0.001)
        _judge(target, made)


@pytest.mark.parametrize("format", OUT)
@pytest.mark.parametrize(
    ("sound", "limits"),
    [(speech(level=0.4), False), (with_clicks(speech(level=0.05)), True), (speech(level=3.0), False)],
    ids=["loud", "quiet with sharp peaks", "float above full scale"],
)
def test_level_of_every_kind(tmp_path: Path, sound: Sound, limits: bool, format: Format) -> None:
    source = write_float(tmp_path / "in.wav", sound)
    made = convert(source, tmp_path / "out", Wanted(format))
    _judge(tmp_path / "out", made)
    assert (made.limited_db > 3) == limits
    if sound.max() > 2:
        assert measure(source).true_peak_dbtp == pytest.approx(20 * math.log10(np.abs(sound).max()), abs=1)


@pytest.mark.parametrize("format", OUT)
def test_channels_are_made_as_wanted(tmp_path: Path, format: Format) -> None:
    for channels in (1, 2):
        source = write_float(tmp_path / f"{channels}.wav", speech(channels=channels))
        wanted = 3 - channels
        made = convert(source, tmp_path / "out", Wanted(format, channels=wanted))
        assert made.channels == wanted
        _judge(tmp_path / "out", made)


def test_six_channels_become_two(tmp_path: Path) -> None:
    source = write(tmp_path / "in.wav", np.repeat(speech(), 6, axis=1), "-c:a", "pcm_s16le")
    made = convert(source, tmp_path / "out.mp3", Wanted("mp3"))
    assert made.channels == 2
    _judge(tmp_path / "out.mp3", made)


@pytest.mark.parametrize("bitrate", [32, 64, 192, 320])
def test_a_bitrate_and_a_loudness_of_ones_own(tmp_path: Path, bitrate: int) -> None:
    source = write_float(tmp_path / "in.wav", speech(channels=2))
    made = convert(source, tmp_path / "out.mp3", Wanted("mp3", bitrate_kbits=bitrate, loudness=-18))
    _judge(tmp_path / "out.mp3", made, lufs=-18)
    assert made.bitrate_kbits == bitrate
    assert made.attempts == 1, "LAME's own scale was not made up for"


@pytest.mark.parametrize("samples", [*range(10 * 1152, 11 * 1152, 97), 11 * 1152 - 1])
def test_an_mp3_plays_every_sample_and_no_other(tmp_path: Path, samples: int) -> None:
    source = write_float(tmp_path / "in.wav", speech()[:samples])
    target = tmp_path / "out.mp3"
    convert(source, target, Wanted("mp3"))
    assert float(judges.ffprobe(target)["format"]["duration"]) == pytest.approx(samples / RATE, abs=0.05)
    assert measure(target).duration_seconds == pytest.approx(samples / RATE, abs=0.0015)


def test_silence_is_left_alone_and_said_to_be(tmp_path: Path) -> None:
    source = write_float(tmp_path / "in.wav", np.zeros((RATE * 3, 2), dtype=np.float32))
    for format in OUT:
        made = convert(source, tmp_path / "out", Wanted(format))
        assert (made.left, made.gain_db, made.loudness_in_lufs) == ("silent", 0, None)
        assert judges.loudness(tmp_path / "out")[1] < -60


def test_loudness_that_is_off_is_left_alone(tmp_path: Path) -> None:
    source = write_float(tmp_path / "in.wav", speech(level=0.03))
    made = convert(source, tmp_path / "out.mp3", Wanted("mp3", loudness=None))
    assert (made.left, made.gain_db, made.limited_db) == ("off", 0, 0)
    before, after = judges.loudness(source)[0], judges.loudness(tmp_path / "out.mp3")[0]
    assert after == pytest.approx(before, abs=0.2)


def test_the_same_sound_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "other place: http").mkdir()
    source = write_float(tmp_path / "in.wav", speech(channels=2))
    copy = tmp_path / "other place: http" / "x.wav"
    copy.write_bytes(source.read_bytes())
    for format in OUT:
        convert(source, tmp_path / "one", Wanted(format))
        convert(copy, copy.with_name("two"), Wanted(format))
        assert (tmp_path / "one").read_bytes() == copy.with_name("two").read_bytes()


@pytest.mark.parametrize("samples", [0, 1])
def test_no_sound_is_an_error_of_ours(tmp_path: Path, samples: int) -> None:
    source = write_float(tmp_path / "in.wav", speech()[:samples])
    with pytest.raises(SoundError):
        convert(source, tmp_path / "out.mp3", Wanted("mp3"))
    assert not (tmp_path / "out.mp3").exists()


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"hello" * 99])
def test_what_is_no_sound_is_an_error_of_ours(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.mp3").write_bytes(content)
    with pytest.raises(SoundError, match=r"in\.mp3"):
        measure(tmp_path / "in.mp3")


def test_a_list_of_files_opens_no_other_file(tmp_path: Path) -> None:
    write(tmp_path / "secret.mp3", speech(), *FORMATS["x.mp3"])
    (tmp_path / "in.mp3").write_text("ffconcat version 1.0\nfile secret.mp3\n")
    with pytest.raises(SoundError):
        measure(tmp_path / "in.mp3")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_is_as_long_as_what_is_left_or_refused(tmp_path: Path, name: str) -> None:
    whole = write(tmp_path / name, speech(), *FORMATS[name])
    data = whole.read_bytes()
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(data[: len(data) // 2])
    try:
        measured = measure(cut)
    except SoundError:
        assert name in ("x.m4a", "video.mp4"), "only MP4 keeps its index at the end"
        return
    assert measured.duration_seconds < 0.8 * SECONDS
    made = convert(cut, tmp_path / "out.mp3", Wanted("mp3"))
    assert made.duration_seconds == pytest.approx(measured.duration_seconds, abs=0.01)


def test_progress_tells_of_every_pass_and_can_end_the_work(tmp_path: Path) -> None:
    source = write_float(tmp_path / "in.wav", speech(seconds=25))
    steps: list[Step] = []
    convert(source, tmp_path / "out.opus", Wanted("opus"), progress=steps.append)
    assert [step.what for step in steps[:6:2]] == ["measure", "encode", "verify"]
    (tmp_path / "out.opus").unlink()
    steps.clear()
    convert(source, tmp_path / "out.mp3", Wanted("mp3"), progress=steps.append)
    # What comes of it is heard meanwhile.
    assert [step.what for step in steps[:4:2]] == ["measure", "encode"]
    assert all(0 < step.done_seconds <= step.of_seconds + 0.1 for step in steps)

    def interrupt(step: Step) -> None:
        if step.what == "encode":
            raise KeyboardInterrupt

    before = (tmp_path / "out.mp3").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        convert(source, tmp_path / "out.mp3", Wanted("mp3"), progress=interrupt)
    assert (tmp_path / "out.mp3").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.wav", "out.mp3"]


@pytest.mark.parametrize("heard_bytes", [0, 40_000])
def test_what_ends_the_listening_ends_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard_bytes: int
) -> None:
    source = write_float(tmp_path / "in.wav", speech(seconds=60))

    def break_down(pipe: Pipe, name: str) -> None:
        taken = 0
        while taken < heard_bytes:
            taken += len(pipe.read(1_000))
        raise SoundError(f"{name} cannot be heard")

    monkeypatch.setattr("publisher.sound.converting.opened_mp3", break_down)
    with pytest.raises(SoundError, match="cannot be heard"):
        convert(source, tmp_path / "out.mp3", Wanted("mp3"))
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]


_RUN = """\
import sys
from pathlib import Path
from publisher.sound.converting import convert
from publisher.sound.facts import Wanted
convert(Path(sys.argv[1]), Path(sys.argv[2]), Wanted(sys.argv[3]))
"""


@pytest.mark.parametrize("format", OUT)
def test_a_killed_run_leaves_no_target_and_the_next_one_tidies_up(tmp_path: Path, format: Format) -> None:
    source = write_float(tmp_path / "in.wav", speech(seconds=300))
    target = tmp_path / "out"
    with subprocess.Popen([sys.executable, "-c", _RUN, str(source), str(target), format]) as process:
        deadline = time.monotonic() + 120
        while not (parts := list(tmp_path.glob(".out.*.sound-part"))):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    assert not target.exists()
    assert parts[0].exists()
    short = write_float(tmp_path / "short.wav", speech())
    convert(short, target, Wanted(format))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.wav", "out", "short.wav"]


def test_it_is_not_made_of_itself(tmp_path: Path) -> None:
    source = write_float(tmp_path / "in.wav", speech())
    before = source.read_bytes()
    with pytest.raises(SoundError):
        convert(source, source, Wanted("mp3"))
    assert source.read_bytes() == before
