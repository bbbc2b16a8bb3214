"""Telling of what is released on real servers: after the flip, once, and by one of several publishers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from publisher.operations import prune, publish, verify
from publisher.release import Outcome
from publisher.telling import asking
from tests.release.trees import PUBLISHER, environment
from tests.s3.stand import Bucket
from tests.servers.server import S3Server
from tests.support.shows import add_episode, edit_show, make_show
from tests.telling.servers import Hub, Mastodon, Service, running

S = TypeVar("S", bound=Service)
NOW = datetime.now(UTC).replace(microsecond=0)
MACHINES = 4
NOTICES = "releases/notices.told.json"


class Running:
    """Servers that run until the test ends."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def __call__(self, service: S) -> S:
        self._stack.enter_context(running(service))
        return service


@pytest.fixture
def run() -> Iterator[Running]:
    with ExitStack() as stack:
        yield Running(stack)


@pytest.fixture
def show(tmp_path: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(asking, "_PAUSE_SECONDS", 0.01)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    folder = make_show(tmp_path / "show", episodes=0)
    return add_episode(folder, "0001-first", published=(NOW - timedelta(hours=1)).isoformat()).parent


def go(show: Path, bucket: Bucket) -> Outcome:
    return publish(show, to=bucket.to, url=bucket.url, verify=False)


def machine(show: Path, name: str) -> Path:
    """The show as another machine has it."""
    folder = show.parent / name / "show"
    shutil.copytree(show, folder, ignore=shutil.ignore_patterns(".publisher"))
    return folder


def test_a_hub_fetches_the_new_feed_once(show: Path, new_bucket: Callable[[], Bucket], run: Running) -> None:
    bucket, hub = new_bucket(), run(Hub())
    edit_show(show, notify={"websub": [hub.url]})
    outcome = go(show, bucket)
    assert outcome.told.told == (f"the hub {hub.url}",)
    assert len(hub.pings) == 1
    feed = bucket.client.get_object(Bucket=bucket.name, Key=f"{bucket.prefix}/feed.xml")["Body"].read()
    assert hub.fetched == [feed]
    for folder in (show, machine(show, "other")):
        assert go(folder, bucket).told.told == ()
    assert len(hub.pings) == 1


def test_several_publishers_at_once(
    show: Path,
    server: S3Server,
    new_bucket: Callable[[], Bucket],
    run: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the server writes on a condition, one of them tells; where it does not, two may, and say by the
    same key that it is the same."""
    bucket, hook, mastodon = new_bucket(), run(Service()), run(Mastodon())
    monkeypatch.setenv("MASTODON_TOKEN", mastodon.token)
    edit_show(
        show,
        notify={"webhooks": [hook.url]},
        announce={"mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"}},
    )
    shows = [machine(show, f"machine-{number}") for number in range(MACHINES)]
    options = ["--to", bucket.to, "--url", bucket.url, "--no-verify", "--quiet"]
    processes = [
        subprocess.Popen([*PUBLISHER, "publish", str(folder), *options], env=environment())
        for folder in shows
    ]
    assert {process.wait(300) for process in processes} <= {0, 4}
    go(shows[0], bucket)
    assert len(mastodon.statuses) == 1
    releases = [request.json["release"] for request in hook.requests]
    told = {episode["guid"] for request in hook.requests for episode in request.json["episodes"]}
    assert len(told) == 1
    if server.kind == "ceph":
        assert len(set(releases)) == len(releases)
        assert len([r for r in mastodon.requests if r.method == "POST"]) == 1


def test_machines_that_keep_nothing_say_once_what_goes_out_soon(
    show: Path, new_bucket: Callable[[], Bucket], run: Running
) -> None:
    bucket, hook = new_bucket(), run(Service())
    edit_show(show, notify={"webhooks": [{"url": hook.url, "on": ["upcoming"]}]})
    add_episode(show, "0002-soon", number=2, published=(NOW + timedelta(hours=20)).isoformat())
    for number in range(3):
        go(machine(show, f"machine-{number}"), bucket)
    assert [request.json["event"] for request in hook.requests] == ["upcoming"]
    later = datetime.now(UTC) + timedelta(days=90)
    prune(show, to=bucket.to, older_than=timedelta(days=1), yes=True, now=later)
    head = bucket.client.head_object(Bucket=bucket.name, Key=f"{bucket.prefix}/{NOTICES}")
    assert head["CacheControl"] == "no-cache"
    assert verify(show, to=bucket.to, manifest=True).unaccounted == 0
