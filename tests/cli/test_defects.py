"""A mistake of publisher's own ends in one line with a status and no words of others; other shows go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from publisher import cli
from publisher.cli import commands
from publisher.errors import Defect
from publisher.model import Show
from tests.support.shows import make_show

SECRET = "postgres://somebody:hunter2@example.com"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A show, and a publisher whose plan fails for its first show with a library's words."""
    from publisher import planning
    from publisher.release import preparing

    real = planning.make_plan

    def make_plan(show: Show, *arguments: Any, **options: Any) -> object:
        if show.title == "The first":
            fail()
        return real(show, *arguments, **options)

    monkeypatch.setattr(preparing, "make_plan", make_plan)
    monkeypatch.chdir(tmp_path)
    make_show(tmp_path / "one", title="The first")
    make_show(tmp_path / "two")
    return tmp_path


def fail() -> NoReturn:
    raise LookupError(SECRET)


def test_one_line_and_the_next_show(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.run(["plan", "one", "two"])
    said = capsys.readouterr()
    assert status == 3
    assert said.err.startswith("error: publisher failed where it should not: LookupError in publisher.")
    assert "help: " in said.err
    assert SECRET not in said.err + said.out
    assert "+ new" in said.out, "the second show was planned"


def test_a_document_says_it_too(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["plan", "one", "two", "--json"]) == 3
    first, second = json.loads(capsys.readouterr().out)["shows"]
    assert first["status"] == 3
    assert "LookupError" in first["error"]["message"]
    assert SECRET not in json.dumps(first)
    assert second["status"] == 0


def test_twice_verbose_tells_the_way_and_no_words(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["plan", "one", "-vv"])
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "builtins.LookupError" in said
    assert SECRET not in said


def test_outside_of_any_show(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(commands.schema, "callback", lambda *_, **__: fail())
    assert cli.run(["schema", "show"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("error: publisher failed where it should not: LookupError")
    assert SECRET not in said


def test_a_defect_names_the_place_in_publisher() -> None:
    from publisher.identity import fingerprint

    with pytest.raises(TypeError) as caught:
        fingerprint(object())
    assert " in publisher.identity, line " in Defect(caught.value).message
