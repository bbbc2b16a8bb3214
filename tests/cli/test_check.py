"""`publisher check`: profiles, hints, explanations, and what it mends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.checking import RULES
from publisher.cli import run
from tests.unit.fixing.test_fix_show import EPISODE, SHOW, make, put


def test_hints_are_said_where_somebody_asks_and_fail_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = str(make(tmp_path, put(SHOW, "copyright: © Somebody")))
    assert run(["check", show, "--strict"]) == 0
    assert "hint" not in capsys.readouterr().err
    for asked in (["--for", "psp1"], ["-v"]):
        assert run(["check", show, "--strict", *asked]) == 0
        said = capsys.readouterr()
        assert "hint[copyright-sign]" in said.err
        assert "hint" in said.out
    assert run(["check", show, "--for", "podcasting2,rss"]) == 0
    assert "copyright-sign" not in capsys.readouterr().err


def test_warnings_fail_with_strict_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = str(make(tmp_path, episode=put(EPISODE, "title: 7. The whale")))
    assert run(["check", show]) == 0
    assert run(["check", show, "--strict"]) == 1
    assert run(["check", show, "--strict", "--for", "rss"]) == 0
    assert "2 warnings" not in capsys.readouterr().out


def test_chapters_out_of_order_are_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chapters = "chapters:\n  - {start: 1, title: B}\n  - {start: 0, title: A}\n  - {start: 0.5, title: C}\n"
    show = str(make(tmp_path, episode=EPISODE + chapters))
    assert run(["check", show]) == 0
    assert capsys.readouterr().err == ""
    # The second time the file comes out of the cache.
    for _ in range(2):
        assert run(["check", show, "-v"]) == 0
        assert "episode.yaml:4:1: hint[chapters-order]" in capsys.readouterr().err


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_can_be_explained(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--explain", rule]) == 0
    text = capsys.readouterr().out
    assert f"{RULES[rule].severity}[{rule}]: {RULES[rule].says}" in text
    assert "asked for by: " in text
    assert "mended by --fix: " in text
    assert RULES[rule].source in text


def test_an_explanation_needs_no_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(tmp_path / "nowhere"), "--explain", "artwork-size", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)["rule"]
    assert document["id"] == "artwork-size"
    assert document["severity"] == "error"
    assert document["profiles"] == ["apple", "spotify", "psp1"]
    assert document["fixed"] is False
    assert document["source"].startswith("https://")
    assert "square" in document["explanation"]


def test_a_rule_that_is_none_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--explain", "artwork-sise"]) == 2
    assert "did you mean 'artwork-size'?" in capsys.readouterr().err


def test_what_is_mended_is_shown_as_a_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = make(tmp_path, put(SHOW, "explicit: no  # at all"), put(EPISODE, "title: 7. The whale"))
    assert run(["check", str(show)]) == 1
    capsys.readouterr()

    assert run(["check", str(show), "--fix", "--strict"]) == 0

    said = capsys.readouterr()
    assert "--- show/podcast.yaml\n+++ show/podcast.yaml\n" in said.out
    assert "\n-explicit: no  # at all\n+explicit: false  # at all\n" in said.out
    assert "\n-title: 7. The whale\n+title: The whale\n+number: 7\n" in said.out
    assert "mended 2 problems\n" in said.out
    assert said.out.endswith("no problems\n")
    assert said.err == ""


def test_the_status_is_that_of_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = make(tmp_path, put(SHOW, "explicit: no\nlink: my page"))
    assert run(["check", str(show), "--fix", "--json"]) == 1
    (document,) = json.loads(capsys.readouterr().out)["shows"]
    assert document["status"] == 1
    assert [problem["rule"] for problem in document["problems"]] == ["address"]
    (made,) = document["fixes"]
    assert made["path"] == "show/podcast.yaml"
    assert (made["rule"], made["before"], made["after"]) == ("type", "no", "false")


def test_another_encoding_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = make(tmp_path)
    (show / "one" / "notes.md").write_bytes("Om blåbær.".encode("cp1252"))
    assert run(["check", str(show), "--fix"]) == 0
    assert "show/one/notes.md: Windows-1252 is now UTF-8" in capsys.readouterr().out


def test_nothing_is_touched_unasked(tmp_path: Path) -> None:
    show = make(tmp_path, put(SHOW, "explicit: no"))
    before = (show / "podcast.yaml").read_bytes()
    assert run(["check", str(show), "--for", "apple", "-v", "--strict"]) == 1
    assert (show / "podcast.yaml").read_bytes() == before
