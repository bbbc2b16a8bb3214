"""The process itself, by the real clock: on time, through a slow copy, and to its end."""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.release.feeds import read_feed
from tests.release.trees import PUBLISHER, environment
from tests.support.shows import add_episode, audio_of, edit_episode, make_show

SLOW_SECONDS = 120.0


class Process:
    """`publisher watch --json` of one show."""

    def __init__(self, process: subprocess.Popen[str], public: Path) -> None:
        self.process = process
        self.public = public

    def events(self) -> Iterator[dict[str, Any]]:
        """As they come, until the process ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            yield json.loads(line)

    def wait_for(self, kind: str, slug: str = "") -> dict[str, Any]:
        for event in self.events():
            if event["event"] == kind and (not slug or slug in event["episodes"]):
                return event
        raise AssertionError(f"it ended without {kind} {slug}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        assert self.process.wait(SLOW_SECONDS) == 0


@contextmanager
def watching(show: Path, *more: str) -> Iterator[Process]:
    public = show.parent / "public"
    command = [
        *PUBLISHER,
        "watch",
        str(show),
        "--to",
        str(public),
        "--json",
        "--no-verify",
        "--still",
        "2s",
        *more,
    ]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Process(process, public)
        finally:
            process.kill()


def until(done: Callable[[], bool]) -> float:
    """When it came true, in seconds since 1970."""
    end = time.monotonic() + SLOW_SECONDS
    while not done():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)
    return time.time()


def tone_pcm(seconds: float) -> bytes:
    """A tone as 16-bit stereo at 44,100 Hz."""
    at = np.arange(int(44100 * seconds)) / 44100
    left = (np.sin(2 * np.pi * 220 * at) * 8000).astype("<i2")
    return np.column_stack([left, left]).tobytes()


def wav_header(length_bytes: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 44100, 44100 * 4, 4, 16)
    riff = struct.pack("<4sI4s", b"RIFF", 36 + length_bytes, b"WAVE")
    return riff + form + struct.pack("<4sI", b"data", length_bytes)


def test_a_release_that_is_due_in_seconds(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    with watching(show) as process:
        process.wait_for("released")
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
        add_episode(show, "0002-due", title="Due", number=2, published=due.isoformat())
        feed = process.public / "feed.xml"
        out = until(lambda: b"<title>Due</title>" in feed.read_bytes())
        assert out >= due.timestamp(), "it is early"
        event = process.wait_for("released", "0002-due")
        assert datetime.fromisoformat(event["time"]) >= due
        process.end()


def test_a_large_file_that_is_copied_slowly(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    data = audio_of("0002-large")
    frames = data[data.index(b"\xff\xfb") :]
    with watching(show) as process:
        process.wait_for("released")
        folder = add_episode(show, "0002-large", title="Large", number=2, sound=None)
        with (folder / "audio.mp3").open("wb") as writer:
            writer.write(data)
            for _ in range(40):
                writer.write(frames * (750_000 // len(frames)))
                writer.flush()
                time.sleep(0.1)
        process.wait_for("released", "0002-large")
        (enclosure,) = process.public.glob("media/0002-large-*.mp3")
        assert enclosure.stat().st_size > 28_000_000
        process.end()


def test_200_megabytes_that_are_copied_slowly_into_the_inbox(tmp_path: Path) -> None:
    """In the middle the copy stands still for longer than a folder has to: what tells then is the sound
    itself, which is shorter than its header says."""
    show = make_show(tmp_path / "show", episodes=1, inbox="../inbox")
    drop = tmp_path / "inbox" / "0002 Large"
    drop.mkdir(parents=True)
    second = tone_pcm(1.0)
    seconds = 200_000_000 // len(second)
    (drop / "episode.yaml").write_text(
        "title: Large\nnumber: 2\npublished: 2024-02-01\nsummary: Large.\n", "utf-8"
    )
    with watching(show) as process:
        process.wait_for("released")
        with (drop / "sound.wav").open("wb") as writer:
            writer.write(wav_header(seconds * len(second)))
            for number in range(seconds):
                writer.write(second)
                if number % 20 == 0:
                    writer.flush()
                    time.sleep(5 if number == seconds // 40 * 20 else 0.05)
                    assert drop.exists(), "it was taken before it was whole"
        process.wait_for("taken")
        process.wait_for("released", "0002-large")
        assert not drop.exists()
        (enclosure,) = process.public.glob("media/0002-large-*.mp3")
        # 128 kbit/s for stereo, so that many bytes a second.
        assert enclosure.stat().st_size > seconds * 16_000
        process.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    with watching(show) as process:
        process.wait_for("released")
        process.end(number)
        assert read_feed(process.public).titles() == ["About 0001-episode"]
        assert list((show / ".publisher").glob("work-*")) == []


ENDED_BY_ANOTHER_THREAD = """
import signal, sys, threading, time
from publisher.cli import run

def end():
    time.sleep(2)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=end, daemon=True).start()
sys.exit(run(sys.argv[1:]))
"""


def test_it_ends_when_another_thread_is_told_to(tmp_path: Path) -> None:
    """The system may hand a signal to any thread of the process."""
    show = make_show(tmp_path / "show", episodes=1)
    arguments = ["watch", str(show), "--to", str(tmp_path / "public"), "--no-verify"]
    command = [PUBLISHER[0], "-c", ENDED_BY_ANOTHER_THREAD, *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, timeout=SLOW_SECONDS, check=False)
    assert done.returncode == 0, done.stderr


def test_it_looks_again_when_it_is_told_to_and_when_something_changes(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    with watching(show) as process:
        process.wait_for("released")
        edit_episode(show, "0001-episode", title="Edited")
        process.wait_for("released", "0001-episode")
        process.process.send_signal(signal.SIGHUP)
        edit_episode(show, "0001-episode", title="Edited again")
        process.wait_for("released", "0001-episode")
        process.end()
    assert read_feed(process.public).titles() == ["Edited again"]


def test_a_show_that_is_broken_keeps_no_other(tmp_path: Path) -> None:
    shows = [make_show(tmp_path / name / "show", episodes=1, title=name) for name in ("one", "two")]
    (shows[0] / "podcast.yaml").write_text("title: [", "utf-8")
    command = [*PUBLISHER, "watch", *map(str, shows), "--json", "--no-verify"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            found = Process(process, tmp_path)
            events = [next(found.events()) for _ in range(2)]
            assert {(event["show"], event["event"]) for event in events} == {
                (str(shows[0]), "problems"),
                (str(shows[1]), "released"),
            }
            found.end()
        finally:
            process.kill()


def test_a_folder_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    command = [*PUBLISHER, "watch", str(tmp_path / "nothing")]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "is not a folder" in done.stderr
