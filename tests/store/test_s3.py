"""What is S3's own, on real servers: headers, quirks of conditional writes, lost answers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import StoreError, StoreFull
from publisher.store.base import Headers
from publisher.store.s3 import ONE_REQUEST_BYTES, S3Store
from publisher.store.s3_sent import HELD_BYTES
from tests.servers.server import S3Server
from tests.servers.swift import limit_bytes
from tests.store.subjects import TEXT, Subject, body, content_of

AUDIO = Headers("audio/mpeg", "public, max-age=31536000, immutable", {"release": "ab12"})
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("length_bytes", [10, HELD_BYTES + 1, ONE_REQUEST_BYTES, ONE_REQUEST_BYTES + 1])
def test_headers_are_really_set(s3_subject: Subject, length_bytes: int) -> None:
    content = os.urandom(length_bytes)
    s3_subject.store.put("media/a.mp3", body(content), AUDIO)
    _assert_headers(s3_subject, "media/a.mp3", content)


def test_replace_sets_headers_too(s3_subject: Subject) -> None:
    stored = s3_subject.store.replace("feed.xml", body(b"one"), AUDIO, expected=None)
    _assert_headers(s3_subject, "feed.xml", b"one")
    s3_subject.store.replace("feed.xml", body(b"two"), AUDIO, expected=stored.version)
    _assert_headers(s3_subject, "feed.xml", b"two")


def _assert_headers(subject: Subject, key: str, content: bytes) -> None:
    assert subject.client is not None
    found = subject.client.head_object(Bucket=subject.bucket, Key=subject.prefix + key)
    assert found["ContentType"] == "audio/mpeg"
    assert found["CacheControl"] == "public, max-age=31536000, immutable"
    assert found["Metadata"]["release"] == "ab12"
    assert found["Metadata"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["ContentLength"] == len(content)
    got = subject.client.get_object(Bucket=subject.bucket, Key=subject.prefix + key)
    assert got["Body"].read() == content


def test_objects_of_others_in_the_bucket_are_not_the_shows(s3_subject: Subject) -> None:
    assert s3_subject.client is not None
    for name in ("shows/one-more/feed.xml", "shows/one/", "shows/one/.hidden", "feed.xml"):
        s3_subject.client.put_object(Bucket=s3_subject.bucket, Key=name, Body=b"x")
    assert list(s3_subject.store.list()) == []
    assert s3_subject.store.head("feed.xml") is None


def test_the_public_address_serves_ranges_to_anybody(
    s3_subject: Subject, request: pytest.FixtureRequest
) -> None:
    server: S3Server = request.getfixturevalue(f"{s3_subject.kind}_server")
    s3_subject.store.put("media/a.mp3", body(b"0123456789"), AUDIO)
    url = server.public_url(s3_subject.bucket) + s3_subject.prefix + "media/a.mp3"
    asking = urllib.request.Request(url, headers={"Range": "bytes=2-4"})
    with urllib.request.urlopen(asking, timeout=30) as answer:
        assert (answer.status, answer.read()) == (206, b"234")
        assert answer.headers["Content-Type"] == "audio/mpeg"


def test_what_a_store_can_do_is_found_out_with_the_first_replace(s3_subject: Subject) -> None:
    assert s3_subject.store.conditional_writes
    s3_subject.store.replace("feed.xml", body(b"one"), TEXT, expected=None)
    assert s3_subject.store.conditional_writes == (s3_subject.kind == "ceph")


def test_the_way_a_store_wants_its_etags_is_remembered(s3_subject: Subject) -> None:
    """Once found, a replace is one write and nothing else on a store with conditional writes."""
    store, calls = _counted(s3_subject)
    stored = store.replace("feed.xml", body(b"0"), TEXT, expected=None)
    stored = store.replace("feed.xml", body(b"1"), TEXT, expected=stored.version)
    calls.clear()
    store.replace("feed.xml", body(b"2"), TEXT, expected=stored.version)
    wanted = {"ceph": ["PutObject"], "swift": ["HeadObject", "PutObject", "HeadObject"]}
    assert calls == wanted[s3_subject.kind]


def test_a_write_whose_answer_got_lost_is_known_as_our_own(s3_subject: Subject) -> None:
    """The first answer is dropped on the way back; boto3 asks again, and now the condition does not hold."""
    store, _ = _counted(s3_subject)
    stored = store.replace("feed.xml", body(b"old"), TEXT, expected=None)
    client: Any = store._client
    dropped: list[str] = []

    def drop(response: Any, operation: Any, attempts: int, **_: Any) -> float | None:
        if (
            operation.name == "PutObject"
            and response is not None
            and response[0].status_code == 200
            and not dropped
        ):
            dropped.append(operation.name)
            return 0.0
        return None

    client.meta.events.register_first("needs-retry.s3", drop)
    new = store.replace("feed.xml", body(b"new"), TEXT, expected=stored.version)
    assert dropped == ["PutObject"]
    assert content_of(s3_subject.store, "feed.xml") == b"new"
    found = s3_subject.store.head("feed.xml")
    assert found is not None
    assert found.version == new.version


def _counted(subject: Subject) -> tuple[S3Store, list[str]]:
    store = subject.again()
    assert isinstance(store, S3Store)
    calls: list[str] = []
    client: Any = store._client
    client.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    return store, calls


def test_an_object_damaged_behind_our_back_is_noticed(s3_subject: Subject) -> None:
    assert s3_subject.client is not None
    s3_subject.client.put_object(
        Bucket=s3_subject.bucket,
        Key=s3_subject.prefix + "media/a.mp3",
        Body=b"damaged",
        Metadata={"sha256": hashlib.sha256(b"whole").hexdigest()},
    )
    with pytest.raises(StoreError, match="not those that were stored"):
        s3_subject.store.open("media/a.mp3")


def test_a_full_bucket_is_said_to_be_so(swift_server: S3Server, s3_environment: pytest.MonkeyPatch) -> None:
    for name, value in swift_server.environment().items():
        s3_environment.setenv(name, value)
    bucket = swift_server.new_bucket()
    limit_bytes(swift_server, bucket, 1000)
    store = S3Store(bucket)
    store.put("small.txt", body(b"x" * 100), TEXT)
    with pytest.raises(StoreFull, match="no room") as caught:
        store.put("media/a.mp3", body(b"x" * 5000), TEXT)
    assert "prune" in caught.value.help
    assert store.head("media/a.mp3") is None


_UPLOADS = """
import hashlib, sys
from concurrent.futures import ThreadPoolExecutor
from publisher.store.base import Body, Headers
from publisher.store.s3 import ONE_REQUEST_BYTES, S3Store
store, path, length = S3Store(sys.argv[1]), sys.argv[2], int(sys.argv[3])
digest = hashlib.file_digest(open(path, "rb"), "sha256").hexdigest()
body = Body(lambda: open(path, "rb"), length, digest)
with ThreadPoolExecutor(4) as threads:
    list(threads.map(lambda n: store.put(f"media/{n}.mp3", body, Headers("audio/mpeg")), range(4)))
# The kernel's count for this program alone; ru_maxrss begins with what its parent had.
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize(("mebibytes", "kibibytes_at_most"), [(30, 120_000), (100, 125_000)])
def test_memory_does_not_grow_with_the_audio(
    ceph_server: S3Server, ceph_bucket: str, tmp_path: Path, mebibytes: int, kibibytes_at_most: int
) -> None:
    """In one request each, and in parts."""
    path = tmp_path / "audio.mp3"
    with path.open("wb") as audio:
        for _ in range(mebibytes):
            audio.write(os.urandom(1 << 20))
    environment = os.environ | ceph_server.environment()
    command = [sys.executable, "-W", "ignore", "-c", _UPLOADS, ceph_bucket, str(path), str(mebibytes << 20)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    assert int(done.stdout) < kibibytes_at_most, f"{done.stdout} KiB for four of {mebibytes} MiB"
