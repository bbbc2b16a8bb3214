"""The units of `publisher systemd`, as systemd itself reads them (`systemd-analyze`; none is started)."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.systemd import Setup, Way, command, units
from publisher.systemd.quoting import argument, rest_of_line, word
from publisher.systemd.setting import setup
from tests.docs.blocks import the_block_for
from tests.release.trees import run
from tests.support.require import require_program
from tests.support.shows import make_show

WAYS: tuple[Way, ...] = ("timer", "watch")
HOSTILE = (
    "with space",
    "50% off",
    "Ünïcode–ø",
    "$HOME and ${HOME}",
    "semi;colon #hash",
    "(brackets) [x] {y}",
)
UNSTARTABLE = ("it's", 'a "quoted" one', "back\\slash", "one=two 'three'")


def analyze(*arguments: str | Path, folder: Path, well: bool = True) -> str:
    """What systemd-analyze says, to either stream."""
    program = require_program("systemd-analyze")
    done = subprocess.run(
        [program, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "SYSTEMD_COLORS": "0", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode == 0) is well, done.stdout + done.stderr
    return done.stdout + done.stderr


def read_back(folder: Path, setup: Setup, way: Way) -> dict[str, str]:
    """The service's settings by name, as systemd has understood them."""
    made = units(setup, way)
    for unit in made:
        (folder / unit.name).write_text(unit.text, "utf-8")
    program = require_program("systemd-analyze")
    done = subprocess.run(
        [program, "verify", "--man=no", "--recursive-errors=no", f"./{made[0].name}"],
        cwd=folder,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "debug"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^\t+([\w ]+): (.*)$", done.stdout, re.MULTILINE)
    # The first command is the one that starts it.
    return dict(reversed(found))


def argv(settings: dict[str, str]) -> list[str]:
    """The arguments with which systemd would start the program; `$$` becomes `$` as it does so."""
    # It is shown as a shell would want it; shlex leaves the backslash in front of a dollar.
    program, *rest = shlex.split(settings["Command Line"].replace("\\$", "$"))
    return [program, *(word.replace("$$", "$") for word in rest)]


def a_setup(folder: Path) -> Setup:
    """Of a show in a folder, with a program that is there."""
    show, program = folder / "episodes", folder / "publisher"
    make_show(show)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m publisher "$@"\n')
    program.chmod(0o755)
    return Setup((str(program),), (str(show),), (str(folder / "public"),), (), str(folder), "podcast")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["podcast", *HOSTILE, *UNSTARTABLE])
def test_systemd_reads_back_what_was_meant(name: str, way: Way, tmp_path: Path) -> None:
    (tmp_path / "units").mkdir()
    wanted = replace(
        a_setup(tmp_path / name),
        options=("--url", "https://podcast.example.com/100%/$x/"),
        credentials=str(tmp_path / name / "environment"),
    )
    settings = read_back(tmp_path / "units", wanted, way)
    found = argv(settings)
    if name in UNSTARTABLE:
        assert found[:3] == ["/bin/sh", "-c", 'exec "$0" "$@"']
        found = found[3:]
    start = ["publish", "--quiet"] if way == "timer" else ["watch"]
    assert found == [*wanted.program, *start, *wanted.options, *wanted.shows]
    assert settings["WorkingDirectory"] == wanted.folder
    assert settings["EnvironmentFile"] == f"-{wanted.credentials}"
    assert settings["ReadWritePaths"] == " ".join((*wanted.shows, *wanted.targets))
    assert settings["ProtectSystem"] == "strict"
    # A show that lies in /tmp has to be seen by its service.
    lies_there = any(tmp_path.is_relative_to(folder) for folder in ("/tmp", "/var/tmp"))
    assert settings["PrivateTmp"] == ("no" if lies_there else "yes")


def test_what_the_unit_starts_publishes(tmp_path: Path) -> None:
    """The very arguments, in the folder and with as good as no environment, as systemd gives it."""
    wanted = a_setup(tmp_path / "it's 100% $HOME")
    (tmp_path / "units").mkdir()
    settings = read_back(tmp_path / "units", wanted, "timer")
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        argv(settings),
        cwd=settings["WorkingDirectory"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "it's 100% $HOME" / "public" / "feed.xml").is_file()


@pytest.mark.parametrize("way", WAYS)
def test_every_unit_is_without_a_fault_and_hardened(way: Way, tmp_path: Path) -> None:
    made = units(a_setup(tmp_path / "podcast"), way)
    (tmp_path / "units").mkdir()
    for unit in made:
        (tmp_path / "units" / unit.name).write_text(unit.text, "utf-8")
    names = [f"./{unit.name.replace('@.', '@publisher.')}" for unit in made]
    said = analyze("verify", "--man=no", "--recursive-errors=no", *names, folder=tmp_path / "units")
    assert not [line for line in said.splitlines() if "publisher" in line]
    said = analyze("security", "--offline=true", names[0], folder=tmp_path / "units")
    exposure = re.search(r"exposure level for .*: ([\d.]+) ", said)
    assert exposure
    print(f"\n{names[0]}: exposure {exposure[1]} of 10")
    assert float(exposure[1]) <= 2.0


def test_a_fault_in_a_unit_is_noticed(tmp_path: Path) -> None:
    (service, *_) = units(a_setup(tmp_path / "podcast"), "timer")
    (tmp_path / "publisher.service").write_text(service.text.replace("ProtectSystem=", "ProtectSistem="))
    said = analyze("verify", "--man=no", "./publisher.service", folder=tmp_path)
    assert "ProtectSistem" in said


def test_the_timer_catches_up_and_comes_every_five_minutes(tmp_path: Path) -> None:
    texts = {unit.name: unit.text for unit in units(a_setup(tmp_path / "podcast"), "timer")}
    assert "Persistent=true" in texts["publisher.timer"]
    (calendar,) = re.findall(r"^OnCalendar=(.*)$", texts["publisher.timer"], re.MULTILINE)
    since = "--base-time=2030-03-31 00:58:00 UTC"
    said = analyze("calendar", "--iterations=3", since, calendar, folder=tmp_path)
    times = re.findall(r"(\d\d:\d\d:\d\d) UTC$", said, re.MULTILINE)
    assert times[:3] == ["01:00:00", "01:05:00", "01:10:00"]


def test_a_value_that_no_unit_can_hold_is_refused() -> None:
    for function in (word, argument, rest_of_line):
        for text in ("/a\nUser=root", "/a\x7f", "/\udcff"):
            with pytest.raises(UsageError, match="cannot stand in a unit"):
                function(text)
    for text in ("/ends with a space ", "/ends with a backslash\\"):
        with pytest.raises(UsageError, match="cannot stand in a unit"):
            rest_of_line(text)
    with pytest.raises(UsageError, match="no name of a user"):
        setup(("episodes",), user="podcast\nUser=root")


def test_where_a_show_is_published_may_be_written_to(tmp_path: Path) -> None:
    to_folder = make_show(tmp_path / "a" / "show", publish={"to": "../../www"})
    to_bucket = make_show(tmp_path / "b" / "show", publish={"to": "s3://bucket/show"})
    to_default = make_show(tmp_path / "c" / "show")
    found = setup(tuple(map(str, (to_folder, to_bucket, to_default))))
    assert found.targets == (str(tmp_path.parent / "www"), str(tmp_path / "c" / "public"))
    assert setup((str(to_folder),), to="s3://bucket").targets == ()
    assert setup((str(to_folder),), to="s3://bucket").options == ("--to", "s3://bucket")


def test_homes_are_hidden_where_nothing_of_the_show_lies_in_them() -> None:
    at_home = Setup(("/usr/bin/publisher",), ("/home/ada/episodes",), (), (), "/home/ada", "ada")
    elsewhere = replace(at_home, shows=("/srv/episodes",), folder="/srv")
    assert "ProtectHome=read-only" in units(at_home, "timer")[0].text
    assert "ProtectHome=yes" in units(elsewhere, "timer")[0].text
    assert "PrivateTmp=yes" in units(elsewhere, "timer")[0].text


def test_a_program_that_is_a_module_keeps_its_arguments() -> None:
    made = Setup(("/usr/bin/python3", "-m", "publisher"), ("/srv/episodes",), (), (), "/srv", "ada")
    assert command(made, "timer") == "/usr/bin/python3 -m publisher publish --quiet /srv/episodes"


def test_the_command_writes_units_and_never_over_others(tmp_path: Path) -> None:
    show, target = make_show(tmp_path / "episodes"), tmp_path / "units"
    wanted = ["systemd", str(show), "--user", "podcast"]
    assert run(*wanted, "--output", target).returncode == 2, "there is no such folder"
    target.mkdir()
    done = run(*wanted, "--output", target)
    assert (done.returncode, done.stderr.count("\n")) == (0, 4)
    assert "systemctl enable --now publisher.timer" in done.stderr
    names = {"publisher.service", "publisher.timer", "publisher-failed@.service"}
    assert {path.name for path in target.iterdir()} == names
    assert run(*wanted, "--output", target).returncode == 0, "they are the same"
    edited = target / "publisher.timer"
    edited.write_text("own\n")
    done = run(*wanted, "--output", target)
    assert done.returncode == 2
    assert "publisher.timer.d/own.conf" in done.stderr
    assert edited.read_text() == "own\n"


def test_the_command_prints_what_it_would_write(tmp_path: Path) -> None:
    show = make_show(tmp_path / "episodes")
    printed = run("systemd", show, "--user", "podcast", "--watch").stdout
    (document,) = [json.loads(run("systemd", show, "--user", "podcast", "--watch", "--json").stdout)]
    assert printed == "\n".join(
        f"# /etc/systemd/system/{unit['name']}\n{unit['text']}" for unit in document["units"]
    )
    assert "publisher watch" in printed
    assert "Type=exec" in printed
    assert "KillSignal=SIGTERM" in printed
    chosen = run("systemd", show, "--user", "podcast", "--json", env={"PUBLISHER_WATCH": "1"}).stdout
    assert json.loads(chosen) == document


def test_the_example_of_a_change_is_taken(tmp_path: Path) -> None:
    """The block of docs/running.md, put where its first line says."""
    for unit in units(a_setup(tmp_path / "podcast"), "timer"):
        (tmp_path / unit.name).write_text(unit.text, "utf-8")
    text = the_block_for("systemd")
    path = tmp_path / text.splitlines()[0].removeprefix("# /etc/systemd/system/")
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    said = analyze("verify", "--man=no", "--recursive-errors=no", "./publisher.timer", folder=tmp_path)
    assert not [line for line in said.splitlines() if "publisher" in line]
    (calendar,) = re.findall(r"^OnCalendar=(.+)$", text, re.MULTILINE)
    analyze("calendar", calendar, folder=tmp_path)
