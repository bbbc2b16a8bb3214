"""Every publish leaves a record of what came of it, and none fails for it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher import operations
from publisher.errors import NeedsDecision, ShowError, StoreError
from publisher.operations import publish
from publisher.status import LastRun
from publisher.status.last_run import read_last_run, recorded
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "episodes", episodes=2)


def record(show: Path) -> dict[str, Any]:
    values = json.loads((show / ".publisher" / "last-run.json").read_text("utf-8"))
    assert isinstance(values, dict)
    return values


def run(show: Path, **settings: Any) -> LastRun:
    publish(show, to=str(show.parent / "public"), verify=False, **settings)
    found = read_last_run(show)
    assert found
    return found


def test_a_release_and_then_nothing_to_do(show: Path) -> None:
    began = datetime.now(UTC)
    first = run(show)
    assert (first.status, first.released, first.is_success) == (0, True, True)
    assert first.episodes == (("0001-episode", "About 0001-episode"), ("0002-episode", "About 0002-episode"))
    assert first.release.startswith("releases/")
    assert first.feed_url.endswith("feed.xml")
    assert began <= first.when <= datetime.now(UTC)
    assert 0 < first.seconds < 60
    second = run(show)
    assert second.when > first.when
    assert (second.status, second.released, second.episodes) == (0, False, ())
    assert second.release == first.release


def test_the_record_reads_back_as_it_was(show: Path) -> None:
    run(show)
    values = record(show)
    assert LastRun.from_json(values).as_json().items() <= values.items()


def test_a_show_with_errors(show: Path) -> None:
    edit_episode(show, "0001-episode", published="2026-13-01")
    with pytest.raises(ShowError):
        run(show)
    found = read_last_run(show)
    assert found
    assert (found.status, found.released, found.is_success) == (1, False, False)
    assert found.reason == "the show has 1 error; nothing was written"
    assert "there is no month 13" in found.errors[0]


def test_a_store_that_fails(show: Path) -> None:
    (show.parent / "public").write_text("no folder")
    with pytest.raises(StoreError):
        run(show)
    found = read_last_run(show)
    assert found
    assert found.status == 3
    assert found.reason
    assert found.release == ""


def test_a_person_must_decide(show: Path) -> None:
    run(show)
    edit_episode(show, "0002-episode", published=None)
    with pytest.raises(NeedsDecision):
        run(show)
    found = read_last_run(show)
    assert found
    assert found.status == 5
    assert "--allow-removal" in found.help


def test_a_defect_tells_its_kind_and_no_words(show: Path) -> None:
    with pytest.raises(LookupError), recorded(show):
        raise LookupError("hunter2")
    assert "LookupError" in record(show)["reason"]
    assert "hunter2" not in json.dumps(record(show))


def test_an_interrupted_run_and_a_dry_one_leave_the_record_alone(show: Path) -> None:
    before = run(show)
    with pytest.raises(KeyboardInterrupt), recorded(show):
        raise KeyboardInterrupt
    run(show, dry_run=True)
    with pytest.raises(ShowError), recorded(show, dry_run=True):
        raise ShowError(())
    assert read_last_run(show) == before


def test_a_private_feed_that_fails(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_show(show, feeds=[{"name": "members", "secret": "MEMBERS_SECRET"}])
    monkeypatch.setenv("MEMBERS_SECRET", "short")
    found = run(show)
    assert found.status == 2
    assert found.reason.startswith("private feed members: ")
    monkeypatch.setenv("MEMBERS_SECRET", "long-enough-for-anybody")
    assert run(show).status == 0
    assert "private/" not in json.dumps(record(show))
    assert "long-enough" not in json.dumps(record(show))


def test_nothing_is_noted_where_no_show_is(tmp_path: Path) -> None:
    with pytest.raises(ShowError):
        publish(tmp_path / "nothing", to=str(tmp_path / "public"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ShowError):
        publish(tmp_path / "empty", to=str(tmp_path / "public"))
    assert [*tmp_path.rglob("last-run.json")] == []


def test_a_record_that_cannot_be_written_fails_nothing(show: Path) -> None:
    (show / ".publisher" / "last-run.json").mkdir(parents=True)
    publish(show, to=str(show.parent / "public"), verify=False)
    assert read_last_run(show) is None
    assert [path for path in (show / ".publisher").iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 99, "when": "2026-01-01T00:00:00+00:00"}',
        "[" * 9999,
    ],
)
def test_a_damaged_record_is_none(show: Path, damaged: str) -> None:
    run(show)
    (show / ".publisher" / "last-run.json").write_text(damaged)
    assert read_last_run(show) is None


def test_a_moment_without_a_zone_is_no_record(show: Path) -> None:
    run(show)
    values = record(show) | {"when": "2026-01-01T00:00:00"}
    (show / ".publisher" / "last-run.json").write_text(json.dumps(values))
    assert read_last_run(show) is None


def test_who_reads_meanwhile_sees_one_whole_record(show: Path) -> None:
    """The file is replaced, never written in place."""
    run(show)
    path = show / ".publisher" / "last-run.json"
    with path.open() as held:
        old = os.fstat(held.fileno()).st_ino
        run(show)
        assert path.stat().st_ino != old
        assert json.loads(held.read())["released"] is True


def test_it_costs_next_to_nothing(show: Path) -> None:
    from publisher.release import Outcome

    outcome = operations.publish(show, to=str(show.parent / "public"), verify=False)
    assert isinstance(outcome, Outcome)
    began = datetime.now(UTC)
    for _ in range(100):
        with recorded(show) as recording:
            recording.outcome = outcome
    assert datetime.now(UTC) - began < timedelta(seconds=2)


def test_the_newest_of_many_new_episodes_are_named(show: Path) -> None:
    for number in range(3, 26):
        add_episode(show, f"{number:04d}-episode", published=f"2024-02-{number:02d}", number=number)
    found = run(show)
    assert len(found.episodes) == 20
    assert found.episodes[-1][0] == "0025-episode"
