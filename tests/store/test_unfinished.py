"""Uploads in parts that broke off are gone on with: on real servers, by another process, to the byte."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from publisher.errors import StoreUnavailable
from publisher.store.base import Body, Headers
from publisher.store.s3 import ONE_REQUEST_BYTES, S3Store
from publisher.store.s3_unfinished import BLOCK_BYTES, PART_BYTES, part_bytes
from tests.servers.server import S3Server
from tests.store.subjects import Subject, body, content_of
from tests.support.faultproxy import FAULTS, Request, killing, proxying

AUDIO = Headers("audio/mpeg", "public, max-age=31536000, immutable", {"release": "ab12"})
ROOT = Path(__file__).parents[2]
LONG_BYTES = 12 * PART_BYTES - 5
SETTLE_SECONDS = 20

_PUT = """
import hashlib, sys
from pathlib import Path
from publisher.store import open_store
from publisher.store.base import Body, Headers
to, path, digest = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
body = Body(lambda: path.open("rb"), path.stat().st_size, digest)
open_store(to, base=Path()).put(f"media/a-{digest[:24]}.mp3", body, Headers("audio/mpeg"))
"""


@pytest.fixture(scope="module")
def audio() -> bytes:
    return random.Random(1).randbytes(3 * PART_BYTES - 7)


def _part_number(request: Request) -> int:
    """0 where it sends no part."""
    numbers = parse_qs(urlsplit(request.target).query).get("partNumber", ["0"])
    return int(numbers[0]) if request.method == "PUT" else 0


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in ("swift", "ceph")]
)
def test_a_killed_upload_is_gone_on_with_by_the_next_process(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """The second process sends what the store has not, and not one byte more."""
    server: S3Server = request.getfixturevalue(f"{kind}_server")
    bucket: str = request.getfixturevalue(f"{kind}_bucket")
    path = tmp_path / "audio.mp3"
    path.write_bytes(random.Random(2).randbytes(LONG_BYTES))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = f"shows/one/media/a-{digest[:24]}.mp3"
    client = server.client()
    with proxying(server.endpoint) as proxy:
        environment = os.environ | server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}
        command = [sys.executable, "-W", "ignore", "-c", _PUT, f"s3://{bucket}/shows/one", str(path), digest]
        sending = subprocess.Popen(command, env=environment, cwd=ROOT)
        kill = replace(
            killing(lambda: sending.kill(), after=True),
            applies=lambda asked: _part_number(asked) >= 6,
        )
        proxy.arm(kill, at=1, mode="forever")
        assert sending.wait(120) == -signal.SIGKILL
        assert proxy.struck, "it was not killed in the middle"
        (upload,) = client.list_multipart_uploads(Bucket=bucket)["Uploads"]
        has = _settled(client, bucket, upload["Key"], upload["UploadId"])
        assert 0 < sum(has.values()) < LONG_BYTES
        proxy.clear()

        again = subprocess.run(command, env=environment, cwd=ROOT, timeout=120, check=False)

        assert again.returncode == 0
        sent = {_part_number(asked): len(asked.body) for asked in proxy.requests if _part_number(asked)}
        assert proxy.broken == []
    sizes = dict.fromkeys(range(1, 12), PART_BYTES) | {12: PART_BYTES - 5}
    assert sent == {number: size for number, size in sizes.items() if number not in has}
    assert upload["Key"] == name
    got = client.get_object(Bucket=bucket, Key=name)
    assert hashlib.sha256(got["Body"].read()).hexdigest() == digest
    assert client.list_multipart_uploads(Bucket=bucket).get("Uploads", []) == []


def _settled(client: Any, bucket: str, name: str, upload: str) -> dict[int, int]:
    """The parts that the store has, by number, once what was under way when the client died has arrived."""
    before, deadline = None, time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        listed = client.list_parts(Bucket=bucket, Key=name, UploadId=upload).get("Parts", [])
        now = {part["PartNumber"]: part["Size"] for part in listed}
        if now and now == before:
            return now
        before = now
        threading.Event().wait(1)
    raise AssertionError(f"parts go on arriving for {SETTLE_SECONDS} s")


def _begun(subject: Subject, key: str, parts: dict[int, bytes], headers: Headers, digest: str) -> str:
    """An upload that somebody else began, and the parts that it has."""
    assert subject.client is not None
    target: dict[str, Any] = {"Bucket": subject.bucket, "Key": subject.prefix + key}
    id = subject.client.create_multipart_upload(
        **target,
        ContentType=headers.type,
        CacheControl=headers.cache_control,
        Metadata=headers.metadata | {"sha256": digest},
    )["UploadId"]
    for number, content in parts.items():
        subject.client.upload_part(**target, UploadId=id, PartNumber=number, Body=content)
    return id


def _counted(subject: Subject) -> tuple[S3Store, list[tuple[str, int]]]:
    """A store as another machine has it, and the numbers of the parts that it sends."""
    store = subject.again()
    assert isinstance(store, S3Store)
    sent: list[tuple[str, int]] = []
    client: Any = store._client
    client.meta.events.register(
        "provide-client-params.s3.UploadPart",
        lambda params, **_: sent.append((params["UploadId"], params["PartNumber"])),
    )
    return store, sent


def _uploads(subject: Subject) -> list[str]:
    assert subject.client is not None
    found = subject.client.list_multipart_uploads(Bucket=subject.bucket).get("Uploads", [])
    return [upload["UploadId"] for upload in found]


def _pieces(audio: bytes) -> dict[int, bytes]:
    return {at + 1: audio[at * PART_BYTES : (at + 1) * PART_BYTES] for at in range(3)}


def test_only_parts_with_the_right_bytes_count(s3_subject: Subject, audio: bytes) -> None:
    pieces = _pieces(audio)
    other = pieces[1][:-1] + bytes([pieces[1][-1] ^ 1])
    has = {1: other, 2: pieces[2], 3: pieces[3][:-1]}
    digest = hashlib.sha256(audio).hexdigest()
    id = _begun(s3_subject, "media/a.mp3", has, AUDIO, digest)
    store, sent = _counted(s3_subject)
    store.put_in_parts("media/a.mp3", body(audio), AUDIO)
    assert sorted(sent) == [(id, 1), (id, 3)]
    assert hashlib.sha256(content_of(store, "media/a.mp3")).hexdigest() == digest
    assert _uploads(s3_subject) == []


def test_the_one_that_is_furthest_is_gone_on_with_and_the_other_left_alone(
    s3_subject: Subject, audio: bytes
) -> None:
    pieces, digest = _pieces(audio), hashlib.sha256(audio).hexdigest()
    short = _begun(s3_subject, "media/a.mp3", {1: pieces[1]}, AUDIO, digest)
    far = _begun(s3_subject, "media/a.mp3", {1: pieces[1], 3: pieces[3]}, AUDIO, digest)
    store, sent = _counted(s3_subject)
    store.put_in_parts("media/a.mp3", body(audio), AUDIO)
    assert sent == [(far, 2)]
    assert _uploads(s3_subject) == [short]


def test_one_with_parts_that_the_object_has_not_is_left_alone(s3_subject: Subject, audio: bytes) -> None:
    """Cut otherwise, by another version: Ceph completes nothing whose parts are not all named."""
    digest = hashlib.sha256(audio).hexdigest()
    id = _begun(s3_subject, "media/a.mp3", _pieces(audio) | {4: b"x"}, AUDIO, digest)
    store, sent = _counted(s3_subject)
    store.put_in_parts("media/a.mp3", body(audio), AUDIO)
    assert sorted(number for upload, number in sent if upload != id) == [1, 2, 3]
    assert hashlib.sha256(content_of(store, "media/a.mp3")).hexdigest() == digest


def test_headers_are_those_of_now_whatever_it_was_begun_with(s3_subject: Subject, audio: bytes) -> None:
    digest = hashlib.sha256(audio).hexdigest()
    _begun(s3_subject, "media/a.mp3", _pieces(audio), replace(AUDIO, type="audio/mp3"), digest)
    store, _ = _counted(s3_subject)
    store.put_in_parts("media/a.mp3", body(audio), AUDIO)
    assert s3_subject.client is not None
    found = s3_subject.client.head_object(Bucket=s3_subject.bucket, Key=s3_subject.prefix + "media/a.mp3")
    assert (found["ContentType"], found["Metadata"]["sha256"]) == ("audio/mpeg", digest)
    assert _uploads(s3_subject) == []


@pytest.mark.parametrize("attempt", range(3))
def test_two_runs_on_one_upload_do_not_spoil_each_other(
    s3_subject: Subject, audio: bytes, attempt: int
) -> None:
    digest = hashlib.sha256(audio).hexdigest()
    _begun(s3_subject, "media/a.mp3", {2: _pieces(audio)[2]}, AUDIO, digest)
    barrier = threading.Barrier(2)

    def run(_: int) -> None:
        store = s3_subject.again()
        assert isinstance(store, S3Store)
        barrier.wait(60)
        store.put_in_parts("media/a.mp3", body(audio), AUDIO)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(run, range(2)))
    assert hashlib.sha256(content_of(s3_subject.again(), "media/a.mp3")).hexdigest() == digest
    assert _uploads(s3_subject) == []


def test_an_upload_that_is_ended_meanwhile_is_begun_anew(s3_subject: Subject, audio: bytes) -> None:
    """As a prune with a short grace does it, or a rule of the bucket."""
    digest = hashlib.sha256(audio).hexdigest()
    id = _begun(s3_subject, "media/a.mp3", {1: _pieces(audio)[1]}, AUDIO, digest)
    store, sent = _counted(s3_subject)

    def open_late() -> Any:
        assert s3_subject.client is not None
        name = s3_subject.prefix + "media/a.mp3"
        if not sent:
            s3_subject.client.abort_multipart_upload(Bucket=s3_subject.bucket, Key=name, UploadId=id)
        return body(audio).open()

    store.put_in_parts("media/a.mp3", Body(open_late, len(audio), digest), AUDIO)
    assert content_of(store, "media/a.mp3") == audio
    assert {number for upload, number in sent if upload != id} == {1, 2, 3}
    assert _uploads(s3_subject) == []


def test_a_break_leaves_the_parts_and_the_next_try_of_the_run_goes_on(
    ceph_server: S3Server, ceph_bucket: str, s3_environment: pytest.MonkeyPatch
) -> None:
    content = random.Random(3).randbytes(ONE_REQUEST_BYTES + 1)
    source = body(content)
    with proxying(ceph_server.endpoint) as proxy:
        for name, value in (ceph_server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}).items():
            s3_environment.setenv(name, value)
        store = S3Store(ceph_bucket)
        store.put_in_parts("warm.mp3", source, AUDIO)
        proxy.clear()
        broken = replace(FAULTS["503-slow-down"], applies=lambda asked: _part_number(asked) == 4)
        proxy.arm(broken, at=1, mode="forever")
        with pytest.raises(StoreUnavailable):
            store.put("media/a.mp3", source, AUDIO)
        sent = {_part_number(asked) for asked in proxy.requests} - {0, 4}
        proxy.clear()
        store.put("media/a.mp3", source, AUDIO)
        later = {_part_number(asked) for asked in proxy.requests} - {0}
    assert {1, 2, 3} <= sent
    assert later == {1, 2, 3, 4, 5} - sent
    assert content_of(store_at(ceph_server, ceph_bucket, s3_environment), "media/a.mp3") == content


def store_at(server: S3Server, bucket: str, environment: pytest.MonkeyPatch) -> S3Store:
    """The same store without the proxy."""
    environment.setenv("AWS_ENDPOINT_URL_S3", server.endpoint)
    return S3Store(bucket)


@pytest.mark.parametrize("length_bytes", [1, 8 << 20, 10_000 * (8 << 20), 10_000 * (8 << 20) + 1, 5 << 40])
def test_parts_are_whole_blocks_and_no_more_than_a_store_takes(length_bytes: int) -> None:
    size = part_bytes(length_bytes)
    assert size % BLOCK_BYTES == 0
    assert -(-length_bytes // size) <= 10_000
