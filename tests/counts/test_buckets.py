"""What a bucket is asked, to the request."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.folder_names import STATE_FOLDER
from publisher.manifest import FEED_HEAD_BYTES
from tests.counts.conftest import modules_of
from tests.idle.stand import URL
from tests.servers.server import S3Server
from tests.support.faultproxy import FAULTS, FaultProxy, Request, proxying
from tests.support.sample import run
from tests.support.shows import add_episode, edit_show, make_show

MEMBERS: dict[str, Any] = {"name": "members", "secret": "MEMBERS_SECRET"}
SECRET = "planted-and-long-enough-to-be-one"
NEVER_FOR_NOTHING = {"PIL", "av", "jinja2", "lxml", "feedgen", "numpy", "publisher.operations"}


@dataclass
class Bucket:
    """A show beside a bucket whose requests are counted. No run may take a note before it is settled."""

    show: Path
    to: str
    proxy: FaultProxy
    server: S3Server

    @property
    def environment(self) -> dict[str, str]:
        return self.server.environment() | {
            "AWS_ENDPOINT_URL_S3": self.proxy.endpoint,
            "MEMBERS_SECRET": SECRET,
        }

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("publish", str(self.show), "--to", self.to, "--url", URL, "--no-verify")

    def publish(self) -> int:
        return run(*self.arguments, folder=self.show.parent, environment=self.environment).returncode

    def modules(self) -> set[str]:
        return modules_of(self.show.parent / "modules.json", *self.arguments, **self.environment)

    def settle(self) -> None:
        for _ in range(20):
            if "publisher.operations" not in self.modules():
                return
        raise AssertionError("it is never idle")


_SERVERS = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("swift", "ceph")]


@pytest.fixture(params=_SERVERS)
def make_bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Bucket]]:
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    with contextlib.ExitStack() as stack:

        def make(**keys: Any) -> Bucket:
            show = make_show(tmp_path / "show", episodes=3, **keys)
            proxy = stack.enter_context(proxying(server.endpoint))
            bucket = Bucket(show, f"s3://{server.new_bucket()}/shows/one", proxy, server)
            assert bucket.publish() == 0
            return bucket

        yield make


def _ranges(requests: list[Request]) -> list[tuple[str, str, str]]:
    return [
        (request.method, request.path.partition("/shows/one/")[2], dict(request.headers).get("Range", ""))
        for request in requests
    ]


HEAD_OF_FEED = ("GET", "feed.xml", f"bytes=0-{FEED_HEAD_BYTES - 1}")


def test_nothing_to_do_asks_for_the_head_of_the_feed(make_bucket: Callable[..., Bucket]) -> None:
    bucket = make_bucket()
    bucket.settle()
    bucket.proxy.clear()
    modules = bucket.modules()
    assert _ranges(bucket.proxy.requests) == [HEAD_OF_FEED]
    assert "boto3" in modules or "botocore" in modules
    assert not modules & NEVER_FOR_NOTHING
    assert bucket.proxy.broken == []


def test_a_private_feed_asks_for_its_own(make_bucket: Callable[..., Bucket]) -> None:
    bucket = make_bucket(feeds=[MEMBERS])
    bucket.settle()
    bucket.proxy.clear()
    assert bucket.publish() == 0
    asked = _ranges(bucket.proxy.requests)
    assert asked[0] == HEAD_OF_FEED
    assert [(method, key.rpartition("/")[2], range) for method, key, range in asked] == [HEAD_OF_FEED] * 2
    assert asked[1][1].startswith("private/")


def test_a_release_of_another_machine_is_seen(make_bucket: Callable[..., Bucket], tmp_path: Path) -> None:
    bucket = make_bucket()
    bucket.settle()
    other = make_show(tmp_path / "other" / "show", episodes=3)
    add_episode(other, "0004-episode", published="2024-02-01", number=4)
    elsewhere = Bucket(other, bucket.to, bucket.proxy, bucket.server)
    assert elsewhere.publish() == 0
    # It would have to take the other's episode down.
    assert bucket.publish() == 5


def test_a_store_that_does_not_answer_is_said_and_forgotten(make_bucket: Callable[..., Bucket]) -> None:
    bucket = make_bucket()
    bucket.settle()
    bucket.proxy.arm(FAULTS["denied"], at=1, mode="forever")
    assert bucket.publish() == 3
    bucket.proxy.clear()
    assert "publisher.operations" in bucket.modules()
    assert "publisher.operations" not in bucket.modules()


def test_without_its_notes_a_run_asks_for_feed_and_manifest(make_bucket: Callable[..., Bucket]) -> None:
    """Another machine, or one that has lost its `.publisher`."""
    bucket = make_bucket()
    shutil.rmtree(bucket.show / STATE_FOLDER)
    bucket.proxy.clear()
    assert bucket.publish() == 0
    asked = _ranges(bucket.proxy.requests)
    assert [(method, key.partition("/")[0]) for method, key, _ in asked] == [
        ("GET", "feed.xml"),
        ("GET", "releases"),
    ]


def test_a_change_of_the_shows_text_puts_what_has_it(make_bucket: Callable[..., Bucket]) -> None:
    bucket = make_bucket()
    bucket.settle()
    edit_show(bucket.show, description="Another one.")
    bucket.proxy.clear()
    assert bucket.publish() == 0
    asked = _ranges(bucket.proxy.requests)
    # Each process finds out once whether the server writes on a condition.
    puts = [key for method, key, _ in asked if method == "PUT" and not key.startswith(".publisher-asks-")]
    assert puts[-1] == "feed.xml"
    # Ceph wants its condition in other words, which are tried where it refuses the usual ones.
    once = [key for key in puts if key != "feed.xml"]
    assert len(once) == len(set(once))
    assert len(puts) - len(once) <= 2
    assert not [key for key in puts if key.startswith(("media/", "images/", "transcripts/", "episodes/"))]
    assert {"index.html", "feed.xml"} <= set(puts)
