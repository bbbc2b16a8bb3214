"""Audio that is probed ahead gives what it gives when its turn comes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.reading.ahead import Probed, Probing, Submit, Unread
from publisher.reading.load import load_show
from publisher.reading.probes import Facts
from tests.support.shows import SAMPLES, make_show

LONG_AGO = 1_500_000_000
NONE = b"\x00" * 200


@dataclass(frozen=True, slots=True)
class Eager(Probing):
    """Begins at once, in two processes, and notes what is probed there."""

    patience_seconds: float = 0.0
    worth_seconds: float = 0.0
    files: list[str] = field(default_factory=list)

    def places(self) -> int:
        return 2

    @contextmanager
    def begin(self, count: int) -> Iterator[Submit]:
        # Its own class is made anew by `slots`, so that the short form of super would miss it.
        with Probing.begin(self, count) as submit:

            def noted(file: Unread) -> Probed:
                self.files.append(file.name)
                return submit(file)

            yield noted


def _end(file: Unread) -> Facts:
    """As a process ends that is killed for want of memory."""
    os._exit(9)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    folder = make_show(tmp_path / "show", episodes=6)
    (folder / "0002-episode" / "audio.mp3").write_bytes(NONE)
    for audio in folder.glob("*/audio.mp3"):
        os.utime(audio, (LONG_AGO, LONG_AGO))
    return folder


def test_what_is_probed_in_processes_is_what_is_probed_here(show: Path) -> None:
    here = load_show(show, cache=False, probing=Probing(patience_seconds=1e9))
    probing = Eager()
    ahead = load_show(show, cache=False, probing=probing)
    assert probing.files == [f"{number:04}-episode/audio.mp3" for number in range(1, 7)]
    assert ahead == here
    assert ahead.has_errors, "the broken file is said"
    assert ahead.show
    assert sum(episode.audio is not None for episode in ahead.show.episodes) == 5


def test_what_was_read_already_is_not_read_again(show: Path) -> None:
    first = Eager(patience_seconds=1e-9)
    loaded = load_show(show, cache=False, probing=first)
    assert first.files == [f"{number:04}-episode/audio.mp3" for number in range(2, 7)]
    assert loaded == load_show(show, cache=False)


def test_what_is_known_is_not_probed_again(show: Path) -> None:
    first, second = Eager(), Eager()
    loaded = load_show(show, probing=first)
    assert len(first.files) == 6
    changed = show / "0003-episode" / "audio.mp3"
    changed.write_bytes((SAMPLES / "cbr.mp3").read_bytes())
    os.utime(changed, (LONG_AGO, LONG_AGO))
    (show / "0004-episode" / "audio.mp3").unlink()
    again = load_show(show, probing=second)
    assert second.files == [], "one file alone is read where it is"
    assert again.show
    assert loaded.show
    before = {episode.slug: episode.audio for episode in loaded.show.episodes}
    differs = [episode.slug for episode in again.show.episodes if episode.audio != before[episode.slug]]
    assert differs == ["0003-episode", "0004-episode"]


def test_a_file_that_changes_meanwhile_is_read_as_it_is_then(show: Path) -> None:
    class Changing(Eager):
        @contextmanager
        def begin(self, count: int) -> Iterator[Submit]:
            with Probing.begin(self, count) as submit:

                def late(file: Unread) -> Probed:
                    future = submit(file)
                    future.result()
                    if file.name.startswith("0005"):
                        file.path.write_bytes((SAMPLES / "cbr.mp3").read_bytes())
                    return future

                yield late

    loaded = load_show(show, cache=False, probing=Changing())
    assert loaded.show
    audio = next(episode.audio for episode in loaded.show.episodes if episode.slug == "0005-episode")
    assert audio
    assert audio.source.length_bytes == (SAMPLES / "cbr.mp3").stat().st_size


def test_an_ended_process_is_no_reason_to_fail(show: Path) -> None:
    class Killing(Eager):
        @contextmanager
        def begin(self, count: int) -> Iterator[Submit]:
            from publisher.processes import processes

            with processes(2) as pool:
                yield lambda file: pool.submit(_end, file)

    assert load_show(show, cache=False, probing=Killing()) == load_show(show, cache=False)


def test_a_file_that_cannot_be_read_is_said(show: Path) -> None:
    class Losing(Eager):
        @contextmanager
        def begin(self, count: int) -> Iterator[Submit]:
            with Probing.begin(self, count) as submit:
                yield lambda file: submit(
                    Unread(file.path.with_name("gone.mp3"), file.name, file.stamp)
                    if file.name.startswith("0006")
                    else file
                )

    loaded = load_show(show, cache=False, probing=Losing())
    unreadable = [problem.path for problem in loaded.problems if problem.rule == "unreadable"]
    assert unreadable == ["show/0006-episode/audio.mp3"]
