"""Folders that are being written, by real files under a controlled clock."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.watching.stillness import Stillness
from tests.watching.controlled import START, ControlledClock


def test_what_was_there_long_before_is_still(tmp_path: Path) -> None:
    (tmp_path / "audio.mp3").write_bytes(b"1")
    assert Stillness(ControlledClock(START), 5.0).seconds_left(tmp_path) == 0.0


def test_what_grows_is_waited_for_from_its_last_change_on(tmp_path: Path) -> None:
    clock = ControlledClock(datetime.now(UTC))
    still = Stillness(clock, 5.0)
    audio = tmp_path / "audio.mp3"
    audio.write_bytes(b"1")
    assert still.seconds_left(tmp_path) == pytest.approx(5.0, abs=1.0)
    for size in range(2, 6):
        clock.forward(4.0)
        audio.write_bytes(b"1" * size)
        assert still.seconds_left(tmp_path) == 5.0
    clock.forward(4.0)
    assert still.seconds_left(tmp_path) == pytest.approx(1.0)
    clock.forward(1.0)
    assert still.seconds_left(tmp_path) == 0.0


def test_another_file_of_the_same_size_and_a_deeper_folder_count(tmp_path: Path) -> None:
    clock = ControlledClock(START)
    still = Stillness(clock, 5.0)
    (tmp_path / "bilder").mkdir()
    (tmp_path / "bilder" / "a.jpg").write_bytes(b"1")
    assert still.seconds_left(tmp_path) == 0.0
    os.utime(tmp_path / "bilder" / "a.jpg", (1, 1))
    assert still.seconds_left(tmp_path) == 5.0


def test_files_from_the_future_are_waited_for_like_new_ones(tmp_path: Path) -> None:
    (tmp_path / "audio.mp3").write_bytes(b"1")
    clock = ControlledClock(datetime.now(UTC) - timedelta(days=400))
    still = Stillness(clock, 5.0)
    assert still.seconds_left(tmp_path) == 5.0
    clock.forward(5.0)
    assert still.seconds_left(tmp_path) == 0.0


@pytest.mark.parametrize("name", ["audio.mp3.part", "Film.MP4.crdownload", "~$notes.docx", "x.tmp"])
def test_a_file_that_a_program_is_not_done_with_is_waited_for(tmp_path: Path, name: str) -> None:
    clock = ControlledClock(START)
    still = Stillness(clock, 5.0)
    (tmp_path / name).write_bytes(b"1")
    for _ in range(10):
        assert still.seconds_left(tmp_path) == 5.0
        clock.forward(60.0)
    (tmp_path / name).rename(tmp_path / "done.mp3")
    assert still.seconds_left(tmp_path) == 5.0
    clock.forward(5.0)
    assert still.seconds_left(tmp_path) == 0.0


def test_what_vanishes_is_still(tmp_path: Path) -> None:
    assert Stillness(ControlledClock(START), 5.0).seconds_left(tmp_path / "nothing") == 0.0
