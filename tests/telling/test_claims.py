"""Told once, whoever dies and whoever else publishes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher.operations import prune, rollback, verify
from publisher.release.names import told_key
from publisher.release.published import read_published
from publisher.release.told import LEASE, PATIENCE, Record, read_record, record_bytes
from publisher.store.folder import FolderStore
from tests.release.trees import PUBLISHER, environment
from tests.support.shows import edit_episode, edit_show
from tests.telling.conftest import Place
from tests.telling.servers import Hub, Mastodon, Service, until

NOBODYS = "0" * 24


def other_machine(place: Place, name: str) -> Path:
    """The show as another machine has it, without any notes of runs."""
    folder = place.show.parent / name / "show"
    shutil.copytree(place.show, folder, ignore=shutil.ignore_patterns(".publisher"))
    return folder


def record_of(place: Place) -> tuple[Path, Record]:
    """The record of the release that stands."""
    key = told_key(read_published(FolderStore(place.public)).manifest_key)
    path = place.public / key
    return path, read_record(key, path.read_bytes())


def rewrite(place: Place, **changes: Any) -> None:
    path, record = record_of(place)
    path.write_bytes(record_bytes(replace(record, **changes)))


def start(place: Place, show: Path) -> subprocess.Popen[bytes]:
    command = [*PUBLISHER, "publish", str(show), "--to", str(place.public), "--url", place.url, "--no-verify"]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


KILLED_AFTER_THE_FLIP = """
import os, signal, sys
from publisher import operations

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

operations.tell_run = die
operations.publish(sys.argv[1], to=sys.argv[2], url=sys.argv[3], verify=False)
"""


@pytest.mark.parametrize("where", ["same machine", "another machine"])
def test_killed_between_flip_and_telling_the_next_run_tells(place: Place, where: str) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url], "webhooks": [{"url": hub.url}]})
    command = [*PUBLISHER[:1], "-c", KILLED_AFTER_THE_FLIP, str(place.show), str(place.public), place.url]
    killed = subprocess.run(command, env=environment(), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert b"About 0001-first" in place.feed(), "the flip did not happen"
    assert hub.requests == []
    show = place.show if where == "same machine" else other_machine(place, "other")
    hub.plan = [200, 200]
    outcome = place.publish(show=show)
    assert not outcome.released
    assert len(outcome.told.told) == 2
    (hook,) = (r.json for r in hub.requests if r.headers["content-type"].startswith("application/json"))
    assert [episode["title"] for episode in hook["episodes"]] == ["About 0001-first"]
    assert place.publish(show=show).told.told == ()


def test_killed_while_it_tells_the_same_machine_goes_on_at_once(place: Place) -> None:
    """And another one only when the claim is over: the dead one's might not be dead."""
    asked, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        asked.set()
        go_on.wait(10)

    done, stuck = place.run(Hub()), place.run(Hub())
    stuck.before = wait
    edit_show(place.show, notify={"websub": [done.url, stuck.url]})
    process = start(place, place.show)
    assert asked.wait(30)
    until(lambda: "told" in {entry.state for entry in record_of(place)[1].entries.values()})
    process.kill()
    process.wait()
    go_on.set()
    stuck.before = lambda: None
    other = place.publish(show=other_machine(place, "other"))
    assert other.told.notices == ("another publisher is telling of this release",)
    outcome = place.publish()
    assert outcome.told.told == (f"the hub {stuck.url}",)
    assert len(done.pings) == 1
    assert record_of(place)[1].is_settled


def test_a_claim_that_is_over_is_taken(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    now = datetime.now(UTC)
    rewrite(place, claimed_by=NOBODYS, claimed_until=now + LEASE / 2)
    assert place.publish().told.told == ()
    rewrite(place, claimed_by=NOBODYS, claimed_until=now - timedelta(seconds=1))
    assert len(place.publish().told.told) == 1


def test_a_claim_by_a_clock_that_is_years_ahead_is_none(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    rewrite(place, claimed_by=NOBODYS, claimed_until=datetime.now(UTC) + timedelta(days=900))
    assert len(place.publish().told.told) == 1


def test_two_publishers_at_once_tell_once(place: Place) -> None:
    hub, hook = place.run(Hub()), place.run(Service())
    mastodon = place.run(Mastodon())
    edit_show(
        place.show,
        notify={"websub": [hub.url], "webhooks": [{"url": hook.url}]},
        announce={"mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"}},
    )
    shows = [other_machine(place, f"machine-{number}") for number in range(4)]
    os.environ["MASTODON_TOKEN"] = mastodon.token
    try:
        processes = [start(place, show) for show in shows]
        assert {process.wait(120) for process in processes} <= {0, 4}
    finally:
        del os.environ["MASTODON_TOKEN"]
    # Whoever lost every race may have left it to the next run.
    place.publish(show=shows[0])
    assert len(mastodon.statuses) == 1
    posts = [r for r in mastodon.requests if r.method == "POST"]
    assert len(posts) == 1, "two have posted, and only the key kept them from posting twice"
    events = [r.json for r in hook.requests]
    assert len({event["release"] for event in events}) == len(events)
    assert sum(len(event["episodes"]) for event in events) == 1
    assert 1 <= len(hub.pings) <= 2
    assert hub.fetched[-1] == place.feed()


def test_a_release_that_another_machine_flipped_is_told_from_here(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish(show=other_machine(place, "other"))
    outcome = place.publish()
    assert not outcome.released
    assert outcome.told.told == (f"the hub {hub.url}",)


def test_what_another_machine_has_told_is_not_told_from_here(place: Place) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish(show=other_machine(place, "other"))
    assert place.publish().told.told == ()
    assert len(hub.pings) == 1


def test_a_rollback_is_a_release_and_is_not_announced(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, hook, mastodon = place.run(Hub()), place.run(Service()), place.run(Mastodon())
    monkeypatch.setenv("MASTODON_TOKEN", mastodon.token)
    edit_show(place.show, notify={"websub": [hub.url], "webhooks": [{"url": hook.url}]})
    place.publish()
    edit_episode(place.show, "0001-first", title="Another title")
    place.publish()
    edit_show(place.show, announce={"mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"}})
    done = rollback(place.show, "previous", to=str(place.public))
    assert set(done.told.told) == {f"the hub {hub.url}", f"the webhook at {hook.url.partition('//')[2]}"}
    assert len(hub.pings) == 3
    assert hub.fetched[-1] == place.feed()
    told = hook.requests[-1].json
    assert (told["event"], told["episodes"]) == ("release", [])
    assert told["rolled_back_to"].startswith(f"releases/{done.repeats}")
    assert told["changed"] == ["About 0001-first"]
    assert mastodon.requests == []
    assert place.publish().told.told == ()


def test_a_rollback_that_told_nobody_is_told_by_the_next_publish(place: Place) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    edit_episode(place.show, "0001-first", title="Another title")
    place.publish()
    hub.plan = [503] * 3
    assert rollback(place.show, "previous", to=str(place.public)).told.told == ()
    outcome = place.publish()
    assert outcome.plan.held
    assert outcome.told.told == (f"the hub {hub.url}",)


def test_after_two_days_it_is_given_up_and_said(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    rewrite(place, made=datetime.now(UTC) - PATIENCE - timedelta(minutes=1))
    shutil.rmtree(place.show / ".publisher" / "told")
    (problem,) = place.publish().told.problems
    assert "within two days" in problem.message
    assert place.publish().told.problems == ()
    assert len(hub.pings) == 3


def test_tries_grow_apart(place: Place) -> None:
    hub = place.run(Hub(plan=[503] * 30))
    edit_show(place.show, notify={"websub": [hub.url]})
    for _ in range(5):
        place.publish()
    assert len(hub.pings) == 2 * 3
    path, record = record_of(place)
    (id,) = record.entries
    earlier = datetime.now(UTC) - timedelta(minutes=6)
    path.write_bytes(record_bytes(replace(record, entries={id: replace(record.entries[id], last=earlier)})))
    shutil.rmtree(place.show / ".publisher" / "told")
    place.publish()
    assert len(hub.pings) == 3 * 3


def test_who_is_out_of_the_settings_is_not_told_any_more(place: Place) -> None:
    hub, other = place.run(Hub(plan=[503] * 3)), place.run(Hub())
    edit_show(place.show, notify={"webhooks": [{"url": hub.url}, {"url": other.url}]})
    other.plan = [200]
    place.publish()
    edit_show(place.show, notify={"webhooks": [{"url": other.url}]})
    place.publish()
    assert len(hub.requests) == 3
    assert record_of(place)[1].is_settled


def test_the_record_tells_everybody_nothing(place: Place) -> None:
    hook = place.run(Service(plan=[503] * 3))
    edit_show(
        place.show,
        notify={
            "webhooks": [{"url": f"{hook.url}/services/T0/secret-part"}],
            "email": [{"to": ["producer@example.com"]}],
        },
    )
    place.publish()
    path, record = record_of(place)
    data = path.read_bytes()
    for word in (b"secret-part", b"producer", b"127.0.0.1"):
        assert word not in data
    # A digest may hold any three figures.
    assert b"503" not in re.sub(rb"[0-9a-f]{12,}", b"", data)
    assert read_record("", data) == record
    assert json.loads(data)["format"] == 1


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"format": 99}', b"\xff", b'{"format": 1, "made": 3}'])
def test_a_record_that_cannot_be_read_stops_no_release(place: Place, data: bytes) -> None:
    hub = place.run(Hub(plan=[503] * 3))
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    path, _ = record_of(place)
    path.write_bytes(data)
    shutil.rmtree(place.show / ".publisher" / "told")
    (problem,) = place.publish().told.problems
    assert problem.rule == "notify-failed"
    edit_episode(place.show, "0001-first", title="Another title")
    outcome = place.publish()
    assert outcome.released
    assert outcome.told.told == (f"the hub {hub.url}",)


def test_a_show_folder_that_cannot_be_written_to_tells_once(place: Place) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    (place.show / ".publisher").write_text("a file where the folder should be")
    place.publish()
    assert place.publish().told.told == ()
    assert len(hub.pings) == 1


def test_records_are_accounted_for_and_pruned_with_their_release(place: Place) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    edit_episode(place.show, "0001-first", title="Another title")
    place.publish()
    seen = verify(place.show, to=str(place.public), manifest=True)
    assert (seen.problems, seen.unaccounted) == ((), 0)
    later = datetime.now(UTC) + timedelta(days=90)
    gone = prune(place.show, to=str(place.public), yes=True, now=later).removable
    records = [stored.key for stored in gone if stored.key.endswith(".told.json")]
    assert len(records) == 1
    assert record_of(place)[1].is_settled
