"""`--log-format json`: stderr is one JSON object a line, whatever happens; stdout stays as it is."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest

from publisher import cli
from publisher.cli import commands, logs
from publisher.cli.logs import asked_for
from tests.release.trees import environment
from tests.support.shows import add_episode, edit_episode, make_show

SECRET = "postgres://somebody:hunter2@example.com"


def lines(err: str) -> list[dict[str, Any]]:
    """Every line of stderr, which has to be an object with what each of them has."""
    found = []
    for text in err.splitlines():
        line = json.loads(text)
        assert list(line)[:4] == ["time", "level", "event", "message"]
        moment = datetime.fromisoformat(line["time"])
        assert moment.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)
        assert line["level"] in ("error", "warning", "info")
        assert not {None, ""} & {value for value in line.values() if isinstance(value, str | None)}
        found.append(line)
    return found


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_show(tmp_path / "episodes", episodes=2)


def said(
    capsys: pytest.CaptureFixture[str], *arguments: str, asked: Sequence[str] = ("--log-format", "json")
) -> tuple[int, str, list[dict[str, Any]]]:
    status = cli.run([*arguments, *asked])
    read = capsys.readouterr()
    return status, read.out, lines(read.err)


def test_a_problem(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_episode(show, "0001-episode", published="2026-13-02")
    status, out, (line,) = said(capsys, "check", "episodes")
    assert status == 1
    assert out == "episodes: 1 error\n"
    assert line | {"time": ""} == {
        "time": "",
        "level": "error",
        "event": "problem",
        "message": "'published' is \"2026-13-02\", and there is no month 13",
        "show": "episodes",
        "rule": "date",
        "help": line["help"],
        "path": "episodes/0001-episode/episode.yaml",
        "line": 2,
        "column": 12,
    }


def test_a_failure_has_its_problems_and_itself(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit_episode(show, "0001-episode", published="2026-13-02")
    status, out, found = said(capsys, "publish", "episodes")
    assert (status, out) == (1, "")
    assert [line["event"] for line in found] == ["problem", "failure"]
    assert (found[1]["kind"], found[1]["status"], found[1]["show"]) == ("ShowError", 1, "episodes")


def test_a_plan_that_needs_a_person(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "publish", "episodes", "--no-verify")[0] == 0
    edit_episode(show, "0002-episode", published=None)
    status, _, (line,) = said(capsys, "publish", "episodes")
    assert status == 5
    assert "--allow-removal" in line["help"]
    assert line["plan"]["episodes"]


def test_stdout_is_as_without(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_episode(show, "0003-silent", published="2040-01-01", number=3, sound=None)
    for arguments in (["plan", "episodes"], ["check", "episodes", "--no-listen"], ["plan", "--json"]):
        cli.run(arguments)
        plain = capsys.readouterr()
        cli.run([*arguments, "--log-format", "json"])
        structured = capsys.readouterr()
        if "--json" in arguments:
            assert structured.err == plain.err == ""
            assert len(structured.out) == len(plain.out)
        else:
            assert structured.out == plain.out
            lines(structured.err)
    assert capsys.readouterr().err == ""


def test_notes(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, found = said(capsys, "calendar", "episodes", "--ics", "shows.ics")
    assert [(line["level"], line["event"], line["message"]) for line in found] == [
        ("info", "note", "wrote shows.ics")
    ]


@pytest.mark.parametrize("asked", [["--log-format=json"], ["--log-format", "JSON"], ["--log-format", "json"]])
def test_wrong_usage_before_the_command_is_understood(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, (line,) = said(capsys, "check", "--nope", asked=asked)
    assert (status, out) == (2, "")
    assert (line["event"], line["status"]) == ("usage", 2)
    assert "--nope" in line["message"]


def test_the_environment(
    show: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUBLISHER_LOG_FORMAT", "json")
    status, _, (line,) = said(capsys, "check", "nowhere", asked=())
    assert status == 1
    assert line["rule"] == "no-show"
    # The flag goes before it.
    assert cli.run(["check", "nowhere", "--log-format", "text"]) == 1
    assert capsys.readouterr().err.startswith("nowhere: error[no-show]")
    monkeypatch.setenv("PUBLISHER_LOG_FORMAT", "xml")
    assert cli.run(["check", "nowhere"]) == 2


def test_one_run_leaves_nothing_behind(show: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, own = logging.getLogger(), logging.getLogger("publisher")
    before = [*root.handlers], own.level, own.propagate, warnings.showwarning
    said(capsys, "check", "nowhere")
    assert before == ([*root.handlers], own.level, own.propagate, warnings.showwarning)
    cli.run(["check", "nowhere"])
    assert capsys.readouterr().err.startswith("nowhere: error[no-show]")


def test_an_interrupt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands.schema, "callback", interrupted)
    status, _, (line,) = said(capsys, "schema")
    assert status == 130
    assert (line["event"], line["status"]) == ("interrupted", 130)


class TestWhatIsLogged:
    def during(self, monkeypatch: pytest.MonkeyPatch, say: Any) -> None:
        monkeypatch.setattr(commands.schema, "callback", lambda *_, **__: say())

    def test_publishers_own(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def say() -> None:
            log = logging.getLogger("publisher.watching")
            log.debug("not this")
            log.info("looked at %d folders", 3, extra={"event": "looked", "show": "episodes"})
            log.warning("slow", extra={"path": "episodes/one", "line": 4})
            try:
                raise LookupError(SECRET)
            except LookupError:
                log.exception("failed")

        self.during(monkeypatch, say)
        _, _, found = said(capsys, "schema")
        assert [(line["level"], line["event"], line["message"]) for line in found] == [
            ("info", "looked", "looked at 3 folders"),
            ("warning", "log", "slow"),
            ("error", "log", "failed"),
        ]
        assert found[0]["show"] == "episodes"
        assert (found[1]["path"], found[1]["line"]) == ("episodes/one", 4)
        assert "LookupError" in found[2]["origin"]
        assert "hunter2" not in json.dumps(found)

    def test_others_without_what_they_fill_in(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def say() -> None:
            logging.getLogger("urllib3.pool").warning("Retrying %s", SECRET)
            logging.getLogger("urllib3.pool").info("not this")

        self.during(monkeypatch, say)
        _, _, (line,) = said(capsys, "schema")
        assert (line["message"], line["logger"]) == ("Retrying %s", "urllib3.pool")

    def test_pythons_warnings(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def say() -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("always")
                logging.captureWarnings(True)
                warnings.warn("odd", UserWarning, stacklevel=1)

        self.during(monkeypatch, say)
        _, _, (line,) = said(capsys, "schema")
        assert "UserWarning: odd" in line["message"]

    def test_from_a_thread(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        import threading

        from publisher.cli.output import Output

        def say() -> None:
            thread = threading.Thread(target=lambda: Output(False, False, 0).note("from a thread"))
            thread.start()
            thread.join()

        self.during(monkeypatch, say)
        _, _, (line,) = said(capsys, "schema")
        assert line["message"] == "from a thread"

    def test_a_wrong_call_ends_nothing(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        # pytest's own handler would raise.
        monkeypatch.setattr(logging.getLogger(), "handlers", [])
        self.during(monkeypatch, lambda: logging.getLogger("publisher.x").warning("%d", "no number"))
        status, _, found = said(capsys, "schema")
        assert (status, found) == (0, [])


def test_a_defect_tells_no_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise LookupError(SECRET)

    monkeypatch.setattr(commands.schema, "callback", fail)
    status, _, (line,) = said(capsys, "schema")
    assert status == 3
    assert line["kind"] == "Defect"
    assert "hunter2" not in json.dumps(line)


def test_a_name_that_is_no_text(show: Path) -> None:
    (show / "caf\udce9").write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "publisher", "check", "episodes", "--log-format", "json"],
        env=environment({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert [line["rule"] for line in lines(result.stderr.decode("ascii"))] == ["file-name"]


def test_every_command_takes_it() -> None:
    for name, command in cli.cli.commands.items():
        options = [option for option in command.params if "--log-format" in option.opts]
        assert options, name
        assert isinstance(options[0], click.Option)
        assert options[0].envvar == "PUBLISHER_LOG_FORMAT"


@pytest.mark.parametrize(
    ("arguments", "variable", "asked"),
    [
        ([], "", ""),
        ([], " JSON ", "json"),
        (["check", "--log-format", "json"], "", "json"),
        (["check", "--log-format=json"], "text", "json"),
        (["--log-format", "json", "--log-format", "text"], "", "text"),
        (["new", "--", "--log-format", "json"], "", ""),
        (["check", "--log-format"], "json", "json"),
    ],
)
def test_what_is_asked_for(arguments: list[str], variable: str, asked: str) -> None:
    assert asked_for(arguments, variable) == asked


def test_a_closed_stderr_is_no_defect(show: Path) -> None:
    assert not logs.is_json()
    command = f"{sys.executable} -m publisher check nowhere --log-format json 2>&-"
    result = subprocess.run(command, shell=True, env=environment(), timeout=60, check=False)
    assert result.returncode == 1
