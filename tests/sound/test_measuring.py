"""What is measured, on sound of which it is known."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from publisher.errors import SoundError
from publisher.sound.drawing import peaks_json, peaks_svg
from publisher.sound.facts import Measurement, Wanted
from publisher.sound.fitting import fits, misfits
from publisher.sound.info_header import crc16
from publisher.sound.limiter import Limiter
from publisher.sound.measuring import measure
from tests.sound import judges
from tests.sound.material import FORMATS, RATE, speech, with_clicks, write, write_float


@pytest.mark.parametrize("name", ["16.wav", "96k.wav", "x.mp3", "x.opus", "8k.wav"])
def test_loudness_and_true_peak_are_those_of_ffmpeg(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / name, with_clicks(speech(channels=2), 0.7), *FORMATS[name])
    measured = measure(source)
    loudness, peak = judges.loudness(source)
    assert measured.integrated_lufs == pytest.approx(loudness, abs=0.1)
    assert measured.true_peak_dbtp == pytest.approx(peak, abs=0.3)
    assert measured.range_lu > 0


def test_silence_clipping_and_channels(tmp_path: Path) -> None:
    quiet = np.zeros((RATE, 1), dtype=np.float32)
    loud = np.sin(np.arange(RATE * 2) / 20)[:, None].astype(np.float32) * 0.5
    clipped = loud.copy()
    for place in (100, 44_098, 70_000):
        clipped[place : place + 5] = 1.0
    clipped[80_000:80_002] = 1.0
    parts = [quiet, quiet, loud, quiet, quiet, quiet, clipped, quiet]
    sound = np.repeat(np.concatenate(parts), 2, axis=1)
    measured = measure(write_float(tmp_path / "in.wav", sound))
    assert measured.leading_silence_seconds == pytest.approx(2, abs=0.02)
    assert measured.trailing_silence_seconds == pytest.approx(1, abs=0.02)
    assert measured.longest_silence_seconds == pytest.approx(3, abs=0.03)
    assert measured.clipped == 2 * 3
    assert measured.same_channels
    sound[RATE * 2 :, 1] *= 0.9
    assert not measure(write_float(tmp_path / "in.wav", sound)).same_channels


def test_numbers_that_are_none_are_silent(tmp_path: Path) -> None:
    sound = speech()
    sound[1000:2000] = np.nan
    sound[3000] = np.inf
    measured = measure(write_float(tmp_path / "in.wav", sound))
    assert measured.true_peak_dbtp is not None
    assert measured.true_peak_dbtp < 3


def test_a_measurement_survives_json(tmp_path: Path) -> None:
    measured = measure(write_float(tmp_path / "in.wav", speech()))
    assert Measurement.from_json(json.loads(json.dumps(measured.to_json()))) == measured


def test_the_outline_is_bounded_and_follows_the_sound(tmp_path: Path) -> None:
    sound = speech(seconds=45)
    sound[: RATE * 10] = 0
    peaks = measure(write_float(tmp_path / "in.wav", sound)).peaks
    assert 1024 <= len(peaks.data) // 2 <= 2048
    silent = 10 * RATE // peaks.samples_per_point
    assert set(peaks.data[: 2 * silent - 2]) == {0}
    assert max(peaks.data[2 * silent :]) == pytest.approx(sound.max() * 127, abs=1)
    told = json.loads(peaks_json(peaks))
    assert told["length"] * 2 == len(told["data"])
    assert told["length"] * told["samples_per_pixel"] == pytest.approx(45 * RATE, rel=0.01)
    picture = peaks_svg(peaks)
    assert len(picture) < 6_000
    assert picture.count("M") == 160


def test_what_fits_is_not_encoded_again(tmp_path: Path) -> None:
    measured = measure(write(tmp_path / "x.mp3", speech(), *FORMATS["x.mp3"]))
    right = replace(measured, integrated_lufs=-19.6, true_peak_dbtp=-0.8)
    assert fits(right, Wanted("mp3"))
    assert misfits(replace(right, integrated_lufs=-28.0), Wanted("mp3")) == ("it has -28.0 LUFS, not -19.0",)
    assert fits(replace(right, integrated_lufs=-28.0), Wanted("mp3", loudness=None))
    assert not fits(right, Wanted("m4a"))
    assert not fits(right, Wanted("mp3", bitrate_kbits=64))
    assert fits(right, Wanted("mp3", bitrate_kbits=192))
    assert not fits(replace(right, true_peak_dbtp=0.3), Wanted("mp3"))
    assert not fits(replace(right, sample_rate=22_050), Wanted("mp3"))


@pytest.mark.parametrize("wanted", [("mp3", 100), ("opus", 700), ("wma", None), ("m4a", 4)])
def test_what_cannot_be_made_is_said_at_once(wanted: tuple[str, int | None]) -> None:
    with pytest.raises(SoundError) as caught:
        Wanted(wanted[0], wanted[1])  # type: ignore[arg-type]
    assert caught.value.help


def test_the_checksum_is_that_of_the_catalogue() -> None:
    assert crc16(b"123456789", 0) == 0xBB3D
    data = np.random.default_rng(1).bytes(300_001)
    plain = 0
    for start in range(0, len(data), 1000):
        plain = crc16(data[start : start + 1000], plain)
    assert crc16(data, 0) == plain


@pytest.mark.parametrize("blocks", [44_100, 1_000, 7])
def test_the_limiter_gives_all_samples_and_none_too_high(blocks: int) -> None:
    sound = with_clicks(speech(seconds=1.3, channels=2)).T
    limiter = Limiter(RATE, 2, gain=2.0, ceiling=0.5)
    pieces = [limiter.process(sound[:, at : at + blocks]) for at in range(0, sound.shape[1], blocks)]
    out = np.concatenate([*pieces, limiter.flush()], axis=1)
    assert out.shape == sound.shape
    assert np.abs(out).max() <= 0.5 + 1e-6
    untouched = Limiter(RATE, 2, gain=1.0, ceiling=4.0)
    same = np.concatenate([untouched.process(sound), untouched.flush()], axis=1)
    assert (same == sound).all()


_PEAK = """\
import re, sys
from pathlib import Path
from publisher.sound.converting import convert
from publisher.sound.facts import Wanted
convert(Path(sys.argv[1]), Path(sys.argv[2]), Wanted("mp3"))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a child's own peak is in /proc")
def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    def peak(times: int) -> float:
        source = write_float(tmp_path / "in.wav", np.tile(speech(seconds=20), (times, 1)))
        command = [sys.executable, "-c", _PEAK, str(source), str(tmp_path / "out.mp3")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(done.stdout) / 1024

    short, long = peak(1), peak(30)
    assert long < 300
    assert long - short < 25


def test_nothing_large_is_imported_by_the_facts() -> None:
    code = (
        "import sys, publisher.sound.facts, publisher.sound.fitting, publisher.sound.drawing;"
        "assert not {'av', 'numpy', 'lameenc'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
