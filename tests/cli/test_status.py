"""`publisher status`, `publisher calendar` and `check --upcoming`, as they are typed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from publisher.cli import run
from tests.calendar.rfc5545 import parse as parse_ics
from tests.release.trees import PUBLISHER, environment
from tests.release.trees import run as run_process
from tests.status.exposition import parse, value
from tests.support.shows import add_episode, edit_episode, make_show

NOW = ("--now", "2026-11-28 12:00")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a released show `episodes` in it."""
    show = make_show(tmp_path / "episodes", episodes=4, title="Building", timezone="Europe/Oslo")
    add_episode(show, "0005-next", title="Building together", published="2026-11-29 06:00", number=5)
    monkeypatch.chdir(tmp_path)
    assert run(["publish", *NOW, "--no-verify", "--quiet"]) == 0
    return tmp_path


@pytest.fixture
def other(folder: Path) -> Path:
    """A second show beside it, in another zone, with an episode that has no audio."""
    show = make_show(folder / "other", episodes=0, title="Another", timezone="America/New_York")
    add_episode(show, "0001-silent", title="Silent", published="2026-11-30 13:00", number=1, sound=None)
    return show


def documents(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    status = run([*arguments, "--json"])
    shows = json.loads(capsys.readouterr().out)["shows"]
    assert isinstance(shows, list)
    return status, shows


class TestStatus:
    def test_for_a_person(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert run(["status", *NOW]) == 0
        said = capsys.readouterr()
        assert re.search(
            r"  released  20\d\d-\d\d-\d\d \d\d:\d\d.*, release [0-9a-f]{12}, 4 episodes\n", said.out
        )
        assert (
            "  next      Building together goes out tomorrow 06:00, in 18 hours (Europe/Oslo)\n" in said.out
        )
        assert "well, released\n" in said.out
        assert said.err == ""

    def test_the_document(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, (document,) = documents(capsys, "status", *NOW)
        assert status == document["status"] == 0
        assert sorted(document) == [
            *("due", "errors", "feed_url", "held", "last_run", "last_run_failed", "next", "now", "pending"),
            *(
                "private",
                "problems",
                "release",
                "show",
                "status",
                "store",
                "store_error",
                "timezone",
                "title",
            ),
            *("waiting", "warnings", "well"),
        ]
        assert document["next"]["local"] == "2026-11-29T06:00:00+01:00"
        assert document["release"]["episodes"] == 4

    def test_errors_are_named(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        edit_episode(folder / "episodes", "0005-next", number=0)
        capsys.readouterr()
        assert run(["status", *NOW]) == 1
        said = capsys.readouterr()
        assert "episodes/0005-next/episode.yaml:4:9: error" in said.err
        assert "  problems  1 error\n" in said.out

    def test_the_highest_status_counts_and_every_show_is_told(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status, (nothing, well) = documents(capsys, "status", "nowhere", "episodes", *NOW)
        assert (status, nothing["status"], well["status"]) == (1, 1, 0)

    def test_a_failed_run(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        edit_episode(folder / "episodes", "0001-episode", published=None)
        assert run(["publish", *NOW, "--quiet"]) == 5
        capsys.readouterr()
        assert run(["status", *NOW]) == 3
        out = capsys.readouterr().out
        assert "failed with status 5: this would remove 0001-episode" in out
        assert "--allow-removal" in out

    def test_prometheus(self, folder: Path, other: Path) -> None:
        assert run(["status", "episodes", "other", *NOW, "--prometheus", "publisher.prom", "--quiet"]) == 0
        samples = parse((folder / "publisher.prom").read_text("utf-8"))
        assert value(samples, "publisher_next_due_timestamp_seconds", show="episodes") == 1795928400
        assert value(samples, "publisher_waiting_episodes", show="other") == 0, "it is due in 49 hours"
        assert not [path for path in folder.iterdir() if path.name.startswith(".publisher.prom")]

    def test_a_file_that_cannot_be_written(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert run(["status", *NOW, "--prometheus", "nowhere/publisher.prom"]) == 3
        said = capsys.readouterr()
        assert "nowhere/publisher.prom could not be written: No such file or directory" in said.err
        assert "Building together" in said.out, "what it would have said is said"

    def test_a_broken_show_stands_in_the_file_too(self, folder: Path) -> None:
        assert run(["status", "nowhere", "episodes", *NOW, "--prometheus", "p.prom", "--quiet"]) == 1
        samples = parse((folder / "p.prom").read_text("utf-8"))
        assert value(samples, "publisher_status", show="nowhere") == 1
        assert value(samples, "publisher_status", show="episodes") == 0

    def test_the_file_keeps_its_readers(self, folder: Path) -> None:
        (folder / "real.prom").write_text("old")
        (folder / "link.prom").symlink_to("real.prom")
        assert run(["status", *NOW, "--prometheus", "link.prom", "--quiet"]) == 0
        assert (folder / "link.prom").is_symlink()
        assert parse((folder / "real.prom").read_text("utf-8"))
        assert (folder / "real.prom").stat().st_mode & 0o444 == 0o444 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class TestCalendar:
    def test_for_a_person(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        add_episode(folder / "episodes", "0006-draft", title="A draft", published=None, number=6, sound=None)
        capsys.readouterr()
        assert run(["calendar", *NOW]) == 0
        said = capsys.readouterr()
        assert "  * 2026-11-29 Sun 06:00 +01:00 scheduled  5  Building together\n" in said.out
        assert "  ! without a date              draft      6  A draft\n      audio missing\n" in said.out
        assert "|* 06:00 5 |" in said.out
        assert "[28]" in said.out
        assert max(map(len, said.out.splitlines())) <= 80
        assert "\x1b" not in said.out
        assert said.err == ""

    def test_both_sides_of_a_change_of_clocks(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for number, moment in ((7, "2026-10-25T00:30:00Z"), (8, "2026-10-25T01:30:00Z")):
            add_episode(folder / "episodes", f"000{number}-x", published=moment, number=number)
        capsys.readouterr()
        assert run(["calendar", "--now", "2026-10-24", "--weeks", "1"]) == 0
        out = capsys.readouterr().out
        assert "2026-10-25 Sun 02:30 +02:00 scheduled  7" in out
        assert "2026-10-25 Sun 02:30 +01:00 scheduled  8" in out

    def test_from_and_weeks(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        for start, weeks, number in (("2026-11-23", "1", 1), ("2026-11-22", "1", 0), ("2026-11-29", "1", 1)):
            _, (document,) = documents(capsys, "calendar", *NOW, "--from", start, "--weeks", weeks)
            assert len(document["episodes"]) == number, start
        _, (document,) = documents(capsys, "calendar", *NOW, "--from", "2024-01-01", "--weeks", "1")
        assert [entry["state"] for entry in document["episodes"]] == ["released"] * 4
        assert run(["calendar", *NOW, "--from", "9998-12-30", "--weeks", "520"]) == 0
        assert run(["calendar", "--from", "tomorrow"]) == 2

    def test_several_shows_by_letter(
        self, folder: Path, other: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        assert run(["calendar", "episodes", "other", *NOW]) == 0
        out = capsys.readouterr().out
        assert "A  Building (Europe/Oslo)\n" in out
        assert "B  Another (America/New_York)\n" in out
        assert "|* 06:00 A |" in out
        assert "|! 13:00 B |" in out
        assert "B ! 2026-11-30 Mon 13:00 -05:00 scheduled  1  Silent\n" in out

    def test_the_file(self, folder: Path, other: Path) -> None:
        arguments = ["calendar", "episodes", "other", *NOW, "--ics", "shows.ics", "--quiet"]
        assert run(arguments) == 0
        first = (folder / "shows.ics").read_bytes()
        events = parse_ics(first).inside
        assert [event.values["SUMMARY"] for event in events] == [
            "Building: Building together",
            "Another: Silent",
        ]
        assert run(arguments) == 0
        assert (folder / "shows.ics").read_bytes() == first

    def test_the_file_stays_where_a_show_cannot_be_read(
        self, folder: Path, other: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = ["calendar", "episodes", "other", *NOW, "--ics", "shows.ics"]
        assert run(arguments) == 0
        first = (folder / "shows.ics").read_bytes()
        (other / "podcast.yaml").write_text("title: [")
        capsys.readouterr()
        assert run(arguments) == 1
        said = capsys.readouterr()
        assert (folder / "shows.ics").read_bytes() == first
        assert "shows.ics stays as it is" in said.err
        assert "Building together" in said.out

    def test_a_file_that_cannot_be_written(self, folder: Path) -> None:
        assert run(["calendar", *NOW, "--ics", "nowhere/shows.ics"]) == 3

    def test_without_the_store(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "nothing")
        assert run(["calendar", *NOW, "--ics", "known.ics", "--quiet"]) == 0
        arguments = ["--to", "s3://nowhere/show", "--endpoint", "http://127.0.0.1:9"]
        assert run(["calendar", *NOW, "--ics", "unknown.ics", *arguments]) == 0
        said = capsys.readouterr()
        assert "the store could not be asked" in said.err
        assert "Building together" in said.out
        uids = [
            [event.values["UID"] for event in parse_ics((folder / name).read_bytes()).inside]
            for name in ("known.ics", "unknown.ics")
        ]
        assert uids[0] == uids[1], "of the release that this machine made"

    def test_colours_on_a_terminal_only(self, folder: Path) -> None:
        terminal, end = pty.openpty()
        process = subprocess.Popen([*PUBLISHER, "calendar", *NOW], stdout=end, env=environment())
        os.close(end)
        shown = b""
        while True:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(terminal)
        assert process.wait(60) == 0
        assert b"\x1b[32m* 06:00 5 \x1b[0m" in shown


class TestUpcoming:
    def test_for_a_person(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        assert run(["check", "--upcoming", "48h", *NOW]) == 0
        said = capsys.readouterr()
        assert said.out == (
            "Building together goes out tomorrow 06:00\n"
            "episodes: 1 episode goes out within that time, all can\n"
        )
        assert said.err == ""

    def test_without_audio(self, folder: Path, other: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status, (document,) = documents(capsys, "check", "other", "--upcoming", "3d", *NOW)
        assert status == 1
        assert document["ready"] is False
        (entry,) = document["upcoming"]
        assert (entry["title"], entry["missing"][0]) == ("Silent", "audio")
        assert documents(capsys, "check", "other", "--upcoming", "2d", *NOW)[0] == 0

    def test_an_error_elsewhere(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        edit_episode(folder / "episodes", "0001-episode", number=0)
        capsys.readouterr()
        assert run(["check", "--upcoming", "48h", *NOW]) == 1
        said = capsys.readouterr()
        assert "Building together goes out tomorrow 06:00, 1 error elsewhere in the show\n" in said.out
        assert said.err.count("error[") == 1
        # Nothing goes out within the hour, so nothing is in danger.
        assert run(["check", "--upcoming", "1h", *NOW]) == 0

    @pytest.mark.parametrize("length", ["48", "h", "-1h", "1y", "48 hours", "1.5h", ""])
    def test_lengths_that_are_none(self, folder: Path, length: str) -> None:
        assert run(["check", "--upcoming", length]) == 2

    @pytest.mark.parametrize("length", ["48h", "2d", "2880m", "1W", "99999w"])
    def test_lengths(self, folder: Path, length: str, capsys: pytest.CaptureFixture[str]) -> None:
        _, (document,) = documents(capsys, "check", "--upcoming", length, *NOW)
        assert len(document["upcoming"]) == 1

    def test_it_stands_alone(self, folder: Path) -> None:
        assert run(["check", "--upcoming", "48h", "--fix"]) == 2

    def test_by_the_environment(self, folder: Path) -> None:
        result = run_process("check", folder / "episodes", *NOW, env={"PUBLISHER_UPCOMING": "48h"})
        assert "Building together goes out tomorrow 06:00" in result.stdout
