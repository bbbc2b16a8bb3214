"""A bucket to publish to, and a bucket with the sources for workers that see nothing of the show folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.stand import NOW, SECONDS, Stand, overheard, own_mounts, studio_show
from tests.release.trees import run, tree
from tests.servers.server import S3Server

SECRET = "a secret of a few dozen characters"
URL = "https://show.example/"

pytestmark = pytest.mark.xdist_group("ceph")


@pytest.fixture
def show(tmp_path: Path) -> Path:
    members = [{"name": "members", "secret": "MEMBERS_SECRET"}]
    return studio_show(tmp_path / "show", episodes=3, seconds=20.0, url=URL, feeds=members)


@pytest.fixture
def blind(fragile: Stand, show: Path, ceph_server: S3Server) -> Stand:
    """A cluster whose worker finds an empty folder in the show's place, and credentials of its own."""
    start = own_mounts('mount -t tmpfs none "$1"', show)
    fragile.add(settings=ceph_server.environment(), start=start)
    return fragile


@pytest.fixture
def copied(show: Path, ceph_server: S3Server, ceph_bucket: str) -> Callable[..., str]:
    """Copies the show's audio to a bucket, as `aws s3 sync` does, and gives the address."""

    def copy(*, broken: str = "") -> str:
        client = ceph_server.client()
        for path in [*show.glob("*/*.wav"), *show.glob("*/*.mp3")]:
            name = path.relative_to(show).as_posix()
            data = path.read_bytes()
            data = data[:-1] + b"\x07" if broken and name.startswith(broken) else data
            client.put_object(Bucket=ceph_bucket, Key=f"audio/{name}", Body=data)
        return f"s3://{ceph_bucket}/audio"

    return copy


def held(server: S3Server, bucket: str) -> dict[str, bytes]:
    client = server.client()
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket).get("Contents", ())]
    return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def test_sources_and_store_in_buckets(
    blind: Stand, show: Path, tmp_path: Path, ceph_server: S3Server, copied: Callable[..., str]
) -> None:
    sources, bucket = copied(), ceph_server.new_bucket()
    settings = ceph_server.environment()
    with overheard(blind) as heard:
        done = blind.publish(
            show, f"s3://{bucket}/a", "--no-verify", "--sources", sources, MEMBERS_SECRET=SECRET, **settings
        )
    assert done.status == 0, done.said
    local = run(
        *("publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW, "--no-verify"),
        env={"MEMBERS_SECRET": SECRET},
        timeout=SECONDS,
    )
    assert local.returncode == 0
    found = held(ceph_server, bucket)
    assert {key.removeprefix("a/") for key in found} == tree(tmp_path / "here").keys()
    for key, data in found.items():
        assert data == (tmp_path / "here" / key.removeprefix("a/")).read_bytes()
    said = b"".join(heard)
    # What is overheard is not packed: the names of the sources are in it.
    assert b"0001-episode/a studio's.wav" in said
    (token,) = {key.split("/")[2] for key in found if key.startswith("a/private/")}
    for secret in (settings["AWS_SECRET_ACCESS_KEY"], settings["AWS_ACCESS_KEY_ID"], token, SECRET):
        assert secret.encode() not in said
    audio = sum(path.stat().st_size for path in show.glob("*/*.wav"))
    assert len(said) < audio / 3


def test_a_source_that_is_another_one_in_the_bucket(
    blind: Stand, show: Path, tmp_path: Path, ceph_server: S3Server, copied: Callable[..., str]
) -> None:
    sources = copied(broken="0002-")
    store = f"s3://{ceph_server.new_bucket()}/a"
    done = blind.publish(show, store, "--no-verify", "--sources", sources, **ceph_server.environment())
    assert done.status == 3
    assert f"{sources}/0002-episode/a studio's.wav is another file: " in done.error["message"]
    assert "copy the show's audio to the bucket again" in done.error["help"]


def test_a_bucket_without_the_source(
    blind: Stand, show: Path, ceph_server: S3Server, ceph_bucket: str
) -> None:
    store = f"s3://{ceph_server.new_bucket()}/a"
    sources = f"s3://{ceph_bucket}/nothing"
    done = blind.publish(show, store, "--no-verify", "--sources", sources, **ceph_server.environment())
    assert done.status == 3
    assert f"there is no {sources}/0001-episode/a studio's.wav" in done.error["message"]


def test_a_worker_that_publishes_elsewhere_is_found_out(
    fragile: Stand, show: Path, ceph_server: S3Server
) -> None:
    """Without credentials of its own it cannot store anything, and says so in no more words than needed."""
    bucket = ceph_server.new_bucket()
    without = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
    fragile.add(settings=ceph_server.environment() | without)
    done = fragile.publish(show, f"s3://{bucket}/a", "--no-verify", **ceph_server.environment())
    assert done.status == 3
    assert "worker tcp://" in done.error["message"]
    assert "credentials" in json.dumps(done.error)
    assert not [key for key in held(ceph_server, bucket) if key.endswith("feed.xml")]
