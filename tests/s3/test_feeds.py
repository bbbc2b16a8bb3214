"""Archive pages, the packed feed and a private feed on real servers: the same bytes as in a folder."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from publisher.model import PrivateFeed
from publisher.operations import prune, publish, rollback, verify
from publisher.private import token
from publisher.release import Outcome
from tests.release.trees import tree
from tests.s3.stand import Bucket
from tests.servers.server import S3Server
from tests.support.shows import add_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET, OTHER = "planted-and-long-enough-to-be-one", "another-secret-that-is-long-enough"
MEMBERS = PrivateFeed("members", "MEMBERS_SECRET")


@pytest.fixture
def show(tmp_path: Path, server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (server.environment() | {"MEMBERS_SECRET": SECRET}).items():
        monkeypatch.setenv(name, value)
    return make_show(
        tmp_path / "show",
        episodes=5,
        feed={"limit": 2, "gzip": True},
        feeds=[{"name": "members", "secret": "MEMBERS_SECRET", "early": "7d"}],
    )


def go(show: Path, to: str, url: str) -> Outcome:
    return publish(show, to=to, url=url, now=NOW)


def private_marks(bucket: Bucket) -> set[str]:
    keys = bucket.keys()
    return {key.split("private/")[1].split("/")[0] for key in keys if "/private/" in key}


def test_the_bucket_holds_what_a_folder_holds(
    show: Path, new_bucket: Callable[[], Bucket], tmp_path: Path
) -> None:
    bucket, folder = new_bucket(), tmp_path / "folder"
    add_episode(show, "0006-soon", number=6, published="2026-01-05")
    outcome = go(show, bucket.to, bucket.url)
    assert not [problem for problem in outcome.outside if problem.is_error]
    (members,) = outcome.private
    assert members.outcome is not None
    assert members.exit_status == 0, members.outcome.outside
    go(show, str(folder), bucket.url)
    prefix = f"{bucket.prefix}/"
    keys = bucket.keys()
    assert {key.removeprefix(prefix) for key in keys} == set(tree(folder))
    # A real client asks for the packed feed, unpacks it by its header, and has the feed.
    request = Request(f"{bucket.url}feed.xml.gz")
    with urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"].startswith("application/rss+xml")
        packed = gzip.decompress(answer.read())
    with urlopen(f"{bucket.url}feed.xml") as answer:
        lines = answer.read().split(b"\n")
    assert packed.split(b"\n") == [lines[0], *lines[2:]]
    assert b"0006-soon" not in packed
    private = f"{bucket.url}private/{token(MEMBERS, SECRET)}/feed.xml"
    with urlopen(private) as answer:
        assert b"About 0006-soon" in answer.read()


def test_a_new_secret_and_a_rollback(
    show: Path, new_bucket: Callable[[], Bucket], monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = new_bucket()
    go(show, bucket.to, bucket.url)
    add_episode(show, "0006-new", number=6, published="2025-01-05")
    assert go(show, bucket.to, bucket.url).released
    rollback(show, "previous", to=bucket.to)
    with urlopen(f"{bucket.url}feed.xml.gz") as answer:
        assert b"0006-new" not in gzip.decompress(answer.read())
    assert verify(show, to=bucket.to, manifest=True).problems == ()
    monkeypatch.setenv("MEMBERS_SECRET", OTHER)
    publish(show, to=bucket.to, url=bucket.url, now=NOW, again=True)
    prune(show, to=bucket.to, yes=True)
    assert private_marks(bucket) == {token(MEMBERS, SECRET), token(MEMBERS, OTHER)}
    prune(show, to=bucket.to, yes=True, former_feeds=True)
    assert private_marks(bucket) == {token(MEMBERS, OTHER)}
    assert verify(show, to=bucket.to, manifest=True).problems == ()
