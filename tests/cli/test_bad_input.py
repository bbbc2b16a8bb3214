"""The commands on bad input, as a person or a script starts them: exit status, streams, JSON document."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.shows import add_episode, make_show

COMMANDS = ("check", "plan", "publish")


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs publisher in a folder, with nothing of ours in its environment but what is given."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PUBLISHER_", "NO_COLOR"))
    }
    return subprocess.run(
        [sys.executable, "-m", "publisher", *arguments],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )


def document(result: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    (show,) = json.loads(result.stdout)["shows"]
    assert isinstance(show, dict)
    return show


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a show in it whose only episode has a Norwegian name and an impossible date."""
    folder = tmp_path_factory.mktemp("broken")
    make_show(folder / "episodes", episodes=0, title="Blåbær og rødbeter", timezone="Europe/Oslo")
    add_episode(folder / "episodes", "0001-blåbær", title="Blåbær", number=0, published="2020-13-02")
    return folder


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    make_show(folder / "episodes", title="Blåbær og rødbeter")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_show_with_errors_is_status_1(broken: Path, command: str) -> None:
    result = run(command, folder=broken)
    text = result.stderr.decode()
    assert result.returncode == 1
    assert "episodes/0001-blåbær/episode.yaml:" in text
    assert "error[date]: 'published' is \"2020-13-02\", and there is no month 13" in text
    assert "  help: write it as 2020-12-02" in text
    assert "error[type]: 'number' is \"0\"" in text
    assert "Traceback" not in text
    assert b"error[" not in result.stdout, "problems are told on stderr"
    assert not (broken / "public").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_document_holds_the_problems(broken: Path, command: str) -> None:
    result = run(command, "--json", folder=broken)
    assert result.returncode == 1
    assert result.stderr == b""
    show = document(result)
    assert (show["show"], show["status"]) == ("episodes", 1)
    date = next(problem for problem in show["problems"] if problem["rule"] == "date")
    assert date["severity"] == "error"
    assert date["path"] == "episodes/0001-blåbær/episode.yaml"
    assert isinstance(date["line"], int)
    assert isinstance(date["column"], int)
    assert date["message"]
    assert date["help"]


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_says_problems_only(broken: Path, good: Path, command: str) -> None:
    result = run(command, "--quiet", folder=broken)
    assert result.returncode == 1
    assert result.stdout == b""
    assert b"error[date]" in result.stderr
    result = run("check", "-q", folder=good)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_colours_are_for_terminals(broken: Path) -> None:
    assert b"\x1b" not in run("check", folder=broken).stderr
    assert b"\x1b" not in run("check", folder=broken, NO_COLOR="1").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
@pytest.mark.parametrize("no_color", [None, "1", ""])
def test_colours_on_a_terminal(broken: Path, no_color: str | None) -> None:
    import pty

    main, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    if no_color is not None:
        environment["NO_COLOR"] = no_color
    try:
        subprocess.run(
            [sys.executable, "-m", "publisher", "check"],
            cwd=broken,
            env=environment | {"TERM": "xterm"},
            stdout=terminal,
            stderr=terminal,
            timeout=60,
            check=False,
        )
        shown = os.read(main, 1 << 16)
    finally:
        os.close(main)
        os.close(terminal)
    assert b"error[date]" in shown
    # https://no-color.org: present and not empty.
    assert bool(re.search(rb"\x1b\[[0-9;]*m", shown)) == (not no_color)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--no-such-option"],
        ["no-such-command"],
        ["publish", "--now", "yesterday"],
        ["publish", "--now", "2020-13-01"],
        ["plan", "--now", ""],
        ["publish", "--to", "s3://"],
        ["publish", "--to", "s3:bucket"],
        ["publish", "--to", "https://example.com/"],
        ["publish", "--to", "s3://key:secret@bucket/"],
        ["plan", "--to", "gs://bucket"],
        ["check", "--for", "nobody"],
        ["publish", "--id3-version", "5"],
        ["preview", "--port", "70000"],
        ["schema", "feed"],
        ["new"],
        ["new", "episodes", ""],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(good: Path, arguments: list[str]) -> None:
    before = sorted(good.rglob("*.yaml"))
    result = run(*arguments, folder=good)
    text = result.stderr.decode()
    assert result.returncode == 2, text
    assert result.stdout == b""
    assert "rror" in text
    assert "Traceback" not in text
    assert "secret" not in text
    assert sorted(good.rglob("*.yaml")) == before
    assert not (good / "public").exists()


def test_wrong_usage_from_the_environment(good: Path) -> None:
    result = run("plan", folder=good, PUBLISHER_NOW="someday")
    assert result.returncode == 2
    assert b"PUBLISHER_NOW" in result.stderr or b"--now" in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_no_show_there(tmp_path: Path, command: str) -> None:
    result = run(command, "gone", folder=tmp_path)
    assert result.returncode == 1
    assert b"the show folder does not exist" in result.stderr
    assert b"publisher new" in result.stderr
    assert document(run(command, "gone", "--json", folder=tmp_path))["problems"][0]["rule"] == "no-show"
    assert list(tmp_path.iterdir()) == []


def test_one_broken_show_does_not_keep_another_from_its_check(broken: Path, good: Path) -> None:
    result = run("check", str(broken / "episodes"), str(good / "episodes"), "--json", folder=good)
    assert result.returncode == 1
    assert [show["status"] for show in json.loads(result.stdout)["shows"]] == [1, 0]


def test_strict_counts_warnings(tmp_path: Path) -> None:
    make_show(tmp_path / "episodes", owner=None)
    assert run("check", folder=tmp_path).returncode == 0
    assert run("check", "--strict", folder=tmp_path).returncode == 1


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("command", [*COMMANDS, "schema"])
def test_a_terminal_that_knows_ascii_only(broken: Path, command: str) -> None:
    result = run(command, folder=broken, **ASCII)
    assert result.returncode == (0 if command == "schema" else 1), result.stderr
    assert b"Traceback" not in result.stderr
    assert (result.stdout + result.stderr).isascii()


def test_json_says_the_same_on_a_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    show = make_show(tmp_path / "episodes", episodes=0)
    add_episode(show, "0001-berries", title="Blåbær", next="blåbær 🐟")
    usual = run("check", "--json", folder=tmp_path, PYTHONUTF8="1")
    result = run("check", "--json", folder=tmp_path, **ASCII)
    assert "blåbær 🐟" in usual.stdout.decode()
    assert result.stdout.isascii()
    assert json.loads(result.stdout) == json.loads(usual.stdout)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_names_are_never_read_in_two_ways(broken: Path) -> None:
    result = run("check", "--json", folder=broken, **ASCII)
    problem = document(result)["problems"][0]
    assert problem["rule"] == "file-name"
    assert "PYTHONUTF8=1" in problem["help"]


def test_files_are_text_in_any_locale(good: Path) -> None:
    assert run("check", folder=good, **ASCII).returncode == 0


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_show_whose_name_is_no_text(tmp_path: Path) -> None:
    make_show(Path(os.fsdecode(os.fsencode(tmp_path) + b"/bl\xe5b\xe6r")))
    result = run("check", os.fsdecode(b"bl\xe5b\xe6r"), "--json", folder=tmp_path)
    assert b"Traceback" not in result.stderr
    assert document(result)["status"] == result.returncode


def test_whoever_stops_reading_is_let_go(broken: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "publisher", "schema"],
        cwd=broken,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
        process.wait(60)
    assert b"Traceback" not in said
    assert b"Exception" not in said
