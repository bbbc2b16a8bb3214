"""What goes wrong on the way to a bucket: the status, words that help, nothing half written, no secret."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.s3.stand import PREFIX, Bucket
from tests.servers.process import free_ports
from tests.servers.server import S3Server
from tests.servers.swift import limit_bytes
from tests.support.sample import AFTER_ALL_BUT_ONE, copy_sample, run

SECRET = "hemmelig-Xq7fZ2-bare-for-proven-0123456789"
KEY = "NOKKEL-Xq7fZ2"
PUBLIC_URL = "https://podcast.example.com/"

# Four attempts of ten seconds each are the longest that a store is waited for.
_PATIENCE_SECONDS = 45.0

_NOWHERE = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
Done = subprocess.CompletedProcess[str]


def _publish(folder: Path, to: str, environment: dict[str, str], *options: str) -> Done:
    return run(
        "publish", "episodes", "--to", to, "--url", PUBLIC_URL, "--now", AFTER_ALL_BUT_ONE, *options,
        folder=folder,
        environment=environment,
        seconds=_PATIENCE_SECONDS,
    )  # fmt: skip


def _expect_refusal(done: Done, *words: str, secrets: tuple[str, ...] = (SECRET,)) -> None:
    """Status 3, one error of two lines that names what is wrong and how to mend it, and no secret."""
    assert done.returncode == 3, done.stdout + done.stderr
    error, _, help = done.stderr.partition("\n  help: ")
    assert "error: " in error
    assert help.strip(), "nothing says how to mend it"
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    _expect_no_secret(done, *secrets)


def _expect_no_secret(done: Done, *secrets: str) -> None:
    for secret in secrets:
        assert secret not in done.stdout
        assert secret not in done.stderr


def _expect_nothing_left(folder: Path, *, released: bool = False) -> None:
    """No work folder, and no note of a release where there never was one."""
    state = folder / "episodes" / ".publisher"
    left = {path.name for path in state.iterdir()} if state.exists() else set()
    # The lock is the kernel's; its file says nothing. A release leaves manifests, and notes of what it did.
    allowed = {"releases", "told", "writing", "sound"} if released else set()
    allowed |= {"last-run.json", "cache.sqlite", ".gitignore", "cache.sqlite-wal", "cache.sqlite-shm", "lock"}
    assert left <= allowed, left


def test_a_wrong_bucket(bucket: Bucket, work: Path) -> None:
    environment = bucket.server.environment()
    done = _publish(work, "s3://no-such-bucket-here/show", environment)
    said = ("there is no bucket 'no-such-bucket-here'", "make the bucket, or correct its name")
    _expect_refusal(done, *said, secrets=(bucket.server.secret_key,))
    _expect_nothing_left(work)
    assert "no-such-bucket-here" not in {item["Name"] for item in bucket.client.list_buckets()["Buckets"]}


def test_a_wrong_secret(bucket: Bucket, work: Path) -> None:
    done = _publish(work, bucket.to, bucket.server.environment() | {"AWS_SECRET_ACCESS_KEY": SECRET})
    _expect_refusal(done, "the access key and the secret key do not belong together", "AWS_SECRET_ACCESS_KEY")
    assert bucket.keys() == []
    _expect_nothing_left(work)


def test_an_unknown_key(bucket: Bucket, work: Path) -> None:
    wrong = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    done = _publish(work, bucket.to, bucket.server.environment() | wrong)
    _expect_refusal(done, "AWS_ACCESS_KEY_ID")
    assert bucket.keys() == []


def test_the_secret_shows_nowhere_even_where_everything_is_said(bucket: Bucket, work: Path) -> None:
    wrong = bucket.server.environment() | {"AWS_SECRET_ACCESS_KEY": SECRET}
    for options in (["-vv"], ["--json", "-vv"]):
        done = _publish(work, bucket.to, wrong, *options)
        assert done.returncode == 3
        assert done.stdout + done.stderr
        _expect_no_secret(done, SECRET)


def test_an_address_that_wants_http_and_not_https(bucket: Bucket, work: Path) -> None:
    secure = bucket.server.endpoint.replace("http://", "https://")
    done = _publish(work, bucket.to, bucket.server.environment(), "--endpoint", secure)
    _expect_refusal(done, "does not speak TLS", "https or http", secrets=(bucket.server.secret_key,))
    assert bucket.keys() == []


@pytest.mark.xdist_group("swift")
def test_a_store_without_room_keeps_the_release_before(
    swift_server: S3Server, swift_bucket: str, work: Path
) -> None:
    bucket = Bucket(swift_server, swift_bucket, PREFIX, PUBLIC_URL)
    bucket.publish(work)
    before = bucket.versions()
    limit_bytes(bucket.server, bucket.name, 1)
    done = _publish(work, bucket.to, bucket.server.environment(), "--now", "2040-01-02")
    _expect_refusal(done, "no room", "quota", secrets=(bucket.server.secret_key,))
    assert bucket.versions() == before
    _expect_nothing_left(work, released=True)


def test_no_credentials_at_all(tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    done = _publish(tmp_path, "s3://bucket/show", environment)
    _expect_refusal(done, "there are no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    _expect_nothing_left(tmp_path)


def test_half_of_the_credentials(tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    environment = {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
    _expect_refusal(_publish(tmp_path, "s3://bucket/show", environment), "credentials")


def test_an_endpoint_where_nobody_listens_is_given_up_soon(tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    endpoint = f"http://127.0.0.1:{free_ports(1)[0]}"
    began = time.monotonic()
    done = _publish(tmp_path, "s3://bucket/show", _NOWHERE | {"AWS_ENDPOINT_URL_S3": endpoint})
    assert time.monotonic() - began < 20
    _expect_refusal(done, f"{endpoint} cannot be reached", "the endpoint's name and port")
    _expect_nothing_left(tmp_path)


def test_an_endpoint_that_has_no_address_is_given_up_soon(tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    began = time.monotonic()
    done = _publish(tmp_path, "s3://bucket/show", _NOWHERE, "--endpoint", "http://store.invalid:9000")
    assert time.monotonic() - began < 30
    _expect_refusal(done, "http://store.invalid:9000 cannot be reached")


@pytest.mark.parametrize("wrong", ["127.0.0.1:9000", f"http://{KEY}:{SECRET}@127.0.0.1:9000", "http://"])
def test_an_endpoint_that_is_no_address(tmp_path: Path, wrong: str) -> None:
    copy_sample(tmp_path / "episodes")
    done = _publish(tmp_path, "s3://bucket/show", _NOWHERE, "--endpoint", wrong)
    assert done.returncode == 2
    assert "help: " in done.stderr
    _expect_no_secret(done, SECRET)


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_bucket_without_a_public_address_is_an_error_of_the_show(
    bucket: Bucket, work: Path, command: str
) -> None:
    done = run(command, "episodes", "--to", bucket.to, folder=work, environment=bucket.server.environment())
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[url-missing]" in done.stderr
    assert "help: add url: https://… to podcast.yaml, or give --url" in done.stderr
    assert bucket.keys() == []


def test_a_failure_in_a_second_release_leaves_the_first(bucket: Bucket, work: Path) -> None:
    bucket.publish(work)
    before = bucket.versions()
    yaml = work / "episodes" / "podcast.yaml"
    yaml.write_text(yaml.read_text("utf-8").replace("Tingen har ordet", "Tingen tier"), "utf-8")
    wrong = bucket.server.environment() | {"AWS_SECRET_ACCESS_KEY": SECRET}
    _expect_refusal(_publish(work, bucket.to, wrong))
    assert bucket.versions() == before
