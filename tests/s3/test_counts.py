"""What a publish costs at the store: every request and every byte, counted by a proxy before Ceph.

The numbers are exact. Whoever makes a publish ask more often has to say so here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.release import Outcome, publish
from publisher.store.s3_sent import HELD_BYTES
from tests.faults.scene import long_audio
from tests.servers.server import S3Server
from tests.support.faultproxy import FaultProxy, Request, proxying
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LARGE_BYTES = 3 << 20
pytestmark = pytest.mark.xdist_group("ceph")


@dataclass(frozen=True)
class Stand:
    """A show, and the proxy that it is published through."""

    show: Path
    to: str
    proxy: FaultProxy

    def publish(self) -> tuple[Outcome, list[Request]]:
        """Publishes, and gives what was asked for, in order."""
        self.proxy.clear()
        outcome = publish(self.show, to=self.to, url="https://show.example/a/", now=NOW)
        return outcome, list(self.proxy.requests)


@pytest.fixture
def stand(
    ceph_server: S3Server, ceph_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stand]:
    show = make_show(tmp_path / "show", episodes=["0001-one", "0002-two"])
    with proxying(ceph_server.endpoint) as proxy:
        for name, value in (ceph_server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}).items():
            monkeypatch.setenv(name, value)
        yield Stand(show, f"s3://{ceph_bucket}/show", proxy)
        assert proxy.broken == []


def _kinds(requests: list[Request]) -> Counter[str]:
    return Counter(_kind(request) for request in requests)


def _kind(request: Request) -> str:
    key = request.path.partition("/show/")[2]
    if key.startswith(".publisher-asks-"):
        return "PUT that has to be refused"
    if "list-type=2" in request.target:
        return "LIST"
    return f"{request.method} {'feed.xml' if key == 'feed.xml' else 'object'}"


def test_a_first_publish_asks_for_little_and_writes_each_object_once(stand: Stand) -> None:
    outcome, requests = stand.publish()
    assert _kinds(requests) == {
        # Before planning, and after the flip by who mends pages: the feed, and whether it still is that one.
        "GET feed.xml": 3,
        # Nothing is there: is it the feed that is missing, or the bucket?
        "LIST": 1,
        "PUT object": 85,
        "HEAD feed.xml": 1,
        "PUT that has to be refused": 1,
        "PUT feed.xml": 1,
        # Each page that stands under its own address, after the flip.
        "HEAD object": 16,
    }
    assert outcome.uploaded == 85 + 1
    written = [request.path for request in requests if request.method == "PUT"]
    assert len(set(written)) == len(written)
    assert _sent(requests) == outcome.uploaded_bytes


def test_nothing_to_do_is_one_request(stand: Stand) -> None:
    stand.publish()
    outcome, requests = stand.publish()
    assert (outcome.uploaded, _kinds(requests)) == (0, {"GET feed.xml": 1})
    assert _sent(requests) == 0


def test_one_edit_writes_what_tells_of_it(stand: Stand) -> None:
    stand.publish()
    edit_episode(stand.show, "0001-one", summary="Another one.")
    outcome, requests = stand.publish()
    assert _kinds(requests) == {
        "GET feed.xml": 3,
        "PUT object": 22,
        "HEAD feed.xml": 2,
        "PUT that has to be refused": 1,
        # Ceph wants the condition in another way than the first one.
        "PUT feed.xml": 2,
        "HEAD object": 7,
    }
    assert _sent(requests) == outcome.uploaded_bytes + _twice(requests)


def test_one_new_episode_is_sent_once_in_one_request(stand: Stand) -> None:
    stand.publish()
    sound = long_audio("0003-new", LARGE_BYTES)
    add_episode(stand.show, "0003-new", sound=sound, number=3, published="2024-02-01")
    outcome, requests = stand.publish()
    assert _kinds(requests) == {
        "GET feed.xml": 3,
        "PUT object": 34,
        "HEAD feed.xml": 2,
        # Whether it compares digests, and whether it writes on a condition.
        "PUT that has to be refused": 2,
        "PUT feed.xml": 2,
        # Eleven pages, and whether the audio is there already.
        "HEAD object": 12,
    }
    about = [request.method for request in requests if request.path.endswith(".mp3")]
    assert about == ["HEAD", "PUT"], "nothing is asked after it was sent"
    (audio,) = [request for request in requests if request.path.endswith(".mp3") and request.body]
    assert HELD_BYTES < LARGE_BYTES <= len(audio.body)
    asked = sum(len(request.body) for request in requests if "/.publisher-asks-" in request.path)
    assert 0 < asked < 100
    assert _sent(requests) == outcome.uploaded_bytes + _twice(requests) + asked


def _sent(requests: list[Request]) -> int:
    return sum(len(request.body) for request in requests)


def _twice(requests: list[Request]) -> int:
    """The bytes of the feed that was sent under a condition that Ceph does not take."""
    first, _ = (len(request.body) for request in requests if _kind(request) == "PUT feed.xml")
    return first
