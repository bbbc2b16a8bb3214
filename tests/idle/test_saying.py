"""An idle run says what the whole one said, in every form, but for the moment."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher.cli import run
from tests.idle.stand import NOW, Stand
from tests.support.shows import edit_show


def test_what_there_is_to_say_is_said(stand: Stand) -> None:
    """So that what the others compare is not empty."""
    done = stand.settle()
    assert done.out == (
        "@ scheduled     2025-02-01 06:00  0003-coming\n"
        "· draft                           0004-draft\n"
        "  2 unchanged\n"
        "show: nothing to do\n"
        "  next: 2025-02-01 06:00 (Europe/Oslo)\n"
    )
    assert "warning[no-episode]" in done.err
    assert done.last
    assert done.last["status"] == 0
    assert done.last["released"] is False


@pytest.mark.parametrize(
    "flags",
    [
        (),
        ("--quiet",),
        ("--json",),
        ("--json", "--quiet"),
        ("--log-format", "json"),
        ("--log-format", "json", "--json"),
        ("--log-format", "json", "--quiet"),
    ],
    ids=str,
)
def test_every_form(stand: Stand, flags: tuple[str, ...]) -> None:
    # Each whole run may have been asked for in another form.
    for whole in ((), flags):
        stand.cache.unlink(missing_ok=True)
        stand.settle(*whole)
        first = stand.publish(*flags)
        again = stand.publish(*flags)
        assert again.is_idle
        assert first.said == again.said
        assert bool(again.out) == ("--json" in flags or "--quiet" not in flags)


@pytest.mark.parametrize("which", ["stand", "with_feeds"])
def test_the_document_says_its_own_moment(which: str, request: pytest.FixtureRequest) -> None:
    stand: Stand = request.getfixturevalue(which)
    # The clock's moment: everything is out by then.
    stand.publish("--no-verify", now=None)
    first = stand.publish("--json", now=None)
    began = datetime.now(UTC)
    again = stand.publish("--json", now=None)
    assert (first.whole, again.whole) == (1, 0)
    one, other = (json.loads(run.out) for run in (first, again))
    moments = [_moments(document) for document in (one, other)]
    assert len(moments[0]) == len(moments[1]) == (1 if which == "stand" else 3)
    for moment in moments[1]:
        assert began <= datetime.fromisoformat(moment) <= datetime.now(UTC)
    assert one == other
    # And in the same order, to the byte.
    assert json.dumps(one) == json.dumps(other)


def _moments(document: dict[str, Any]) -> list[str]:
    """Takes every `now` out."""
    (show,) = document["shows"]
    plans = [show["plan"], *(feed["plan"] for feed in show["private"])]
    return [plan.pop("now") for plan in plans]


def test_a_moment_without_a_zone_is_the_shows(stand: Stand) -> None:
    stand.settle("--json")
    again = stand.publish("--json", now="2025-01-02 12:00")
    assert again.is_idle
    assert _moments(json.loads(again.out)) == ["2025-01-02T11:00:00+00:00"]


def test_private_feeds_are_said(with_feeds: Stand) -> None:
    done = with_feeds.settle()
    for name in ("members", "friends"):
        assert f"  private feed {name}: nothing to do\n" in done.out
    with_feeds.settle("--json")


def test_several_shows(stand: Stand) -> None:
    shutil.copytree(stand.show, stand.show.with_name("other"), symlinks=True)
    (stand.show.parent / "broken").mkdir()
    shows = ["show", "other", "broken"]
    for name in shows[:2]:
        edit_show(stand.show.with_name(name), publish={"to": f"public-{name}"})
    stand.publish("--no-verify", shows=shows, to=None)
    for flags in ((), ("--json",), ("--quiet",)):
        for _ in range(2):
            before = stand.publish(*flags, shows=shows, to=None)
        again = stand.publish(*flags, shows=shows, to=None)
        # The one that is none is looked at every time.
        assert (again.whole, again.status) == (1, 1)
        assert (again.out, again.err, again.last) == (before.out, before.err, before.last)


def test_the_record_is_written_anew(stand: Stand) -> None:
    stand.settle()
    record = stand.state / "last-run.json"
    first = json.loads(record.read_bytes())
    assert stand.publish().is_idle
    again = json.loads(record.read_bytes())
    assert datetime.fromisoformat(again["when"]) > datetime.fromisoformat(first["when"])
    assert list(again) == list(first)
    assert again["seconds"] < 10
    assert {path.name for path in stand.state.iterdir()} >= {"last-run.json", "cache.sqlite", "lock"}
    assert not list(stand.state.glob("*.partial"))


def test_status_tells_of_an_idle_run_as_of_any(stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    stand.settle()
    told = []
    for cached in (False, True):
        if not cached:
            stand.cache.unlink()
        assert stand.publish().is_idle == cached
        capsys.readouterr()
        assert run(["status", "show", "--to", "public", "--now", NOW]) == 0
        told.append(re.sub(r"\d\d:\d\d(:\d\d)?|\d+ s\b", "", capsys.readouterr().out))
    assert told[0] == told[1]
    assert "0003-coming" in told[0]
