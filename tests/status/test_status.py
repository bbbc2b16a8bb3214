"""How a show stands: from real folders and stores, with everything that can be wrong with either."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import PublisherError
from publisher.operations import publish, rollback
from publisher.status import Status, as_prometheus, gather
from publisher.status.report import span
from tests.shows.bad.materials import assemble
from tests.shows.bad.test_bad_shows import CASES, HARMLESS, NAMES
from tests.status.exposition import parse, value
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NOWHERE = {"to": "s3://nowhere/show", "endpoint": "http://127.0.0.1:9", "url": "https://show.example/"}


@pytest.fixture
def show(tmp_path: Path) -> Path:
    show = make_show(tmp_path / "episodes", episodes=2, timezone="Europe/Oslo")
    add_episode(show, "0003-next", title="Next", published="2026-11-29 06:00", number=3)
    return show


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nothing")


def release(show: Path, **settings: Any) -> None:
    given: dict[str, Any] = {"to": str(show.parent / "public"), "now": NOW, "verify": False} | settings
    publish(show, **given)


def status(show: Path, **settings: Any) -> Status:
    given: dict[str, Any] = {"to": str(show.parent / "public"), "now": NOW} | settings
    return gather(show, **given)


def manifests(show: Path) -> list[Path]:
    """Those in the store, and the copies."""
    return [*show.glob(".publisher/releases/*.json"), *show.parent.glob("public/releases/*.json")]


def everything(folder: Path) -> dict[str, bytes]:
    """But for what is remembered of files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if not path.name.startswith("cache.sqlite")}


def test_before_the_first_release(show: Path) -> None:
    found = status(show)
    assert found.release is None
    assert found.last_run is None
    assert found.exit_status == 0
    assert [entry.slug for entry in found.due] == ["0001-episode", "0002-episode"]
    assert found.pending == ("0001-episode", "0002-episode")


def test_after_a_release(show: Path) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    release(show)
    found = status(show)
    assert found.exit_status == 0
    assert found.release
    assert found.release.when
    assert began < found.release.when < datetime.now(UTC) + timedelta(seconds=1)
    assert found.release.key == found.last_run.release if found.last_run else False
    assert found.release.name == found.release.key[9:21]
    assert found.release.added == ("About 0001-episode", "About 0002-episode")
    assert found.next
    assert (found.next.slug, found.next.goes_out) == ("0003-next", datetime(2026, 11, 29, 5, tzinfo=UTC))
    assert (found.pending, found.due, found.waiting) == ((), (), ())
    # Another title: it waits for the next run, and is told by its title then.
    edit_episode(show, "0001-episode", title="Anew")
    assert status(show).pending == ("0001-episode",)
    release(show)
    after = status(show).release
    assert after
    assert (after.added, after.changed) == ((), ("Anew",))


def test_it_writes_nothing_of_the_show_or_the_store(show: Path) -> None:
    release(show)
    before = everything(show.parent)
    status(show)
    assert everything(show.parent) == before


def test_errors(show: Path) -> None:
    release(show)
    edit_episode(show, "0003-next", number=0)
    found = status(show)
    assert found.exit_status == 1
    assert found.count("error") == 1
    assert found.as_json()["problems"][0]["path"] == "episodes/0003-next/episode.yaml"
    assert found.release, "what is out is told all the same"


def test_what_waits_for_its_audio(show: Path) -> None:
    add_episode(show, "0004-silent", published="2026-11-30 12:59", number=4, sound=None)
    add_episode(show, "0005-later", published="2026-11-30 13:01", number=5, sound=None)
    release(show)
    found = status(show)
    assert [entry.slug for entry in found.waiting] == ["0004-silent"]
    assert found.exit_status == 0, "there is time yet"
    assert status(show, now=NOW + timedelta(days=3)).exit_status == 1, "it is due, and holds the show back"


def test_a_rollback_is_said(show: Path) -> None:
    release(show)
    edit_episode(show, "0001-episode", title="A slip")
    release(show)
    rollback(show, "previous", to=str(show.parent / "public"))
    found = status(show)
    assert found.held == "undone"
    assert found.release
    assert found.release.repeats
    assert status(show, now=NOW + timedelta(days=2)).held in ("undone", "undone and due")
    assert value(parse(as_prometheus([found])), "publisher_held") == 1


class TestARunThatFailed:
    def test_counts_until_somebody_releases(self, show: Path) -> None:
        release(show)
        edit_episode(show, "0002-episode", published=None)
        with pytest.raises(PublisherError):
            release(show)
        found = status(show)
        assert found.failed_run
        assert found.exit_status == 3
        assert found.as_json()["last_run"]["status"] == 5
        release(show, allow_removal=True)
        assert status(show).exit_status == 0

    def test_is_over_when_another_machine_released(self, show: Path, tmp_path: Path) -> None:
        release(show)
        edit_episode(show, "0002-episode", published=None)
        with pytest.raises(PublisherError):
            release(show)
        record = (show / ".publisher" / "last-run.json").read_bytes()
        release(show, allow_removal=True)
        (show / ".publisher" / "last-run.json").write_bytes(record)
        found = status(show)
        assert found.last_run
        assert found.last_run.status == 5
        assert found.failed_run is None
        assert found.exit_status == 0

    def test_for_the_shows_errors_is_status_1(self, show: Path) -> None:
        edit_episode(show, "0003-next", number=0)
        with pytest.raises(PublisherError):
            release(show)
        assert status(show).exit_status == 1


class TestWithoutTheStore:
    def test_what_this_machine_last_knew(self, show: Path, credentials: None) -> None:
        release(show)
        found = status(show, **NOWHERE)
        assert found.store_error
        assert found.exit_status == 3
        assert found.release, "a copy of its manifest is here"
        assert found.release.when is None
        assert found.next
        assert found.next.slug == "0003-next"
        assert (found.due, found.pending) == ((), ())
        samples = parse(as_prometheus([found]))
        assert value(samples, "publisher_store_up") == 0
        assert value(samples, "publisher_last_release_timestamp_seconds") is None
        assert value(samples, "publisher_next_due_timestamp_seconds") == 1795928400

    def test_a_machine_that_never_published(self, show: Path, credentials: None) -> None:
        found = status(show, **NOWHERE)
        assert found.release is None
        assert found.exit_status == 3

    def test_an_address_that_is_none(self, show: Path) -> None:
        found = status(show, to="ftp://somewhere")
        assert found.store_error
        assert found.exit_status == 3

    def test_a_manifest_that_is_lost(self, show: Path) -> None:
        release(show)
        for path in (
            *(show / ".publisher" / "releases").iterdir(),
            *show.parent.glob("public/releases/*.json"),
        ):
            path.unlink()
        found = status(show)
        assert "which is not there" in found.store_error
        assert found.exit_status == 3

    def test_the_release_before_was_pruned(self, show: Path) -> None:
        release(show)
        edit_episode(show, "0001-episode", title="Anew")
        release(show)
        found = status(show).release
        assert found
        for path in (
            *(show / ".publisher" / "releases").iterdir(),
            *show.parent.glob("public/releases/*.json"),
        ):
            if found.key[9:] != path.name:
                path.unlink()
        found = status(show).release
        assert found
        assert (found.added, found.changed) == ((), ()), "nobody knows what was new"


def test_a_show_that_cannot_be_read(show: Path) -> None:
    release(show)
    (show / "podcast.yaml").write_text("title: [")
    found = status(show)
    assert found.exit_status == 1
    assert found.title == ""
    assert found.feed_url, "as the last run knew it"
    samples = parse(as_prometheus([found]))
    assert value(samples, "publisher_store_up") is None, "nobody asked"
    assert value(samples, "publisher_problems", severity="error") == 1
    assert gather(show / "nowhere").exit_status == 1


def test_a_folder_that_cannot_be_written(show: Path) -> None:
    (show / ".publisher").write_text("where a folder would be made")
    release(show)
    found = status(show)
    assert found.exit_status == 0
    assert found.release
    assert found.last_run is None


def test_private_feeds_tell_no_address(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", "a-secret-that-is-long-enough")
    feeds = [{"name": name, "secret": f"{name.upper()}_SECRET"} for name in ("members", "friends")]
    edit_show(show, feeds=feeds)
    assert [(feed.name, feed.state) for feed in status(show).private] == [
        ("members", "waiting"),
        ("friends", "left"),
    ]
    release(show)
    found = status(show)
    assert [feed.state for feed in found.private] == ["well", "left"]
    monkeypatch.setenv("MEMBERS_SECRET", "short")
    failed = status(show)
    assert failed.private[0].state == "failed"
    assert failed.exit_status == 3
    for told in (json.dumps(found.as_json()), as_prometheus([found, failed])):
        assert "a-secret" not in told
        assert "private/" not in told


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_any_broken_show_has_a_status(case: Path, tmp_path: Path) -> None:
    show = assemble(case, tmp_path)
    found = gather(show, to=str(tmp_path / "target"), now=datetime(2026, 11, 1, tzinfo=UTC))
    assert found.exit_status == (0 if case.name in HARMLESS else 1)
    json.dumps(found.as_json())
    parse(as_prometheus([found]))


class TestPrometheus:
    def test_labels_are_escaped(self, tmp_path: Path) -> None:
        name = 'a "show"\\\nof two lines'
        show = make_show(tmp_path / name, title='Say "\\n"')
        samples = parse(as_prometheus([gather(show, to=str(tmp_path / "public"), now=NOW)]))
        assert value(samples, "publisher_show_info", show=str(show), title='Say "\\n"') == 1

    def test_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        show = make_show(tmp_path / os.fsdecode(b"caf\xe9"))
        parse(as_prometheus([gather(show, to=str(tmp_path / "public"), now=NOW)]))

    def test_several_shows_stand_together(self, show: Path, tmp_path: Path) -> None:
        other = make_show(tmp_path / "other")
        release(show)
        found = [status(show), gather(other, to=str(tmp_path / "elsewhere"), now=NOW)]
        samples = parse(as_prometheus(found))
        assert value(samples, "publisher_episodes", show=str(show)) == 2
        assert value(samples, "publisher_episodes", show=str(other)) is None
        assert value(samples, "publisher_due_episodes", show=str(other)) == 1
        assert value(samples, "publisher_last_run_success", show=str(show)) == 1
        assert value(samples, "publisher_status", show=str(other)) == 0

    def test_no_show_is_no_line(self) -> None:
        assert as_prometheus([]) == ""

    @pytest.mark.parametrize(
        "wrong",
        [
            "a 1\n",
            '# TYPE a gauge\na{show="x"y"} 1\n',
            '# TYPE a gauge\na{show="x\\d"} 1\n',
            '# TYPE a gauge\na{show="x"} 1\na{show="x"} 2\n',
            '# TYPE a gauge\na{show="x",} 1\n',
            '# TYPE a gauge\na{show="x"} one\n',
            '# TYPE a gauge\n# TYPE b gauge\na{show="x"} 1\n',
            "# TYPE a gauge\na 1",
        ],
    )
    def test_the_reader_is_strict(self, wrong: str) -> None:
        with pytest.raises((AssertionError, ValueError)):
            parse(wrong)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=-3), "3 days"),
    ],
)
def test_spans(length: timedelta, said: str) -> None:
    assert span(length) == said
