"""Shows in real buckets, over the addresses at which strangers read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.release import publish
from publisher.verifying import Limits, Verification, verify
from publisher.verifying.web import Web
from tests.s3.stand import KINDS, PREFIX, Bucket
from tests.servers.server import S3Server
from tests.support.shows import add_episode
from tests.verify.conftest import small_show
from tests.verify.test_faults import rules

_SERVERS = [pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in KINDS]


@pytest.fixture(params=_SERVERS)
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """A show published to a fresh bucket that anybody may read."""
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    name = server.new_bucket()
    bucket = Bucket(server, name, PREFIX, f"{server.public_url(name)}{PREFIX}/")
    publish(small_show(tmp_path / "show"), to=bucket.to, url=bucket.url)
    return bucket


def look(bucket: Bucket, *, everything: bool = True, manifest: bool = False) -> Verification:
    return verify("no-such-show", to=bucket.to, everything=everything, manifest=manifest)


def sound_of(bucket: Bucket) -> str:
    return next(key for key in bucket.versions() if key.endswith(".mp3"))


def test_a_bucket_in_order_has_only_what_buckets_cannot_do(bucket: Bucket) -> None:
    """Plain buckets know no index pages, and no CORS before somebody sets it."""
    for everything in (False, True):
        found = look(bucket, everything=everything)
        assert rules(found) <= {"verify-page", "verify-cors"}, [str(problem) for problem in found.problems]
        assert "verify-page" in rules(found)
        assert not found.failed
        assert found.checked > 15
    accounts = look(bucket, manifest=True)
    assert accounts.problems == ()
    assert accounts.rebuilt is True
    assert accounts.unaccounted == 0


def test_the_etag_of_the_feed_is_the_one_that_strangers_are_told(bucket: Bucket, tmp_path: Path) -> None:
    """Swift's own side tells it without its quotes, so that it is no ETag: there the feed is read whole."""
    add_episode(tmp_path / "show", "0099-new", number=99)
    etag = publish(tmp_path / "show", to=bucket.to, url=bucket.url).feed_etag
    web = Web(Limits(), seconds=30)
    told = web.ask("HEAD", f"{bucket.url}feed.xml").headers["etag"]
    web.close()
    assert etag.startswith('"')
    assert told == (etag.strip('"') if bucket.server.kind == "swift" else etag)


def test_cors_that_is_set_is_seen(bucket: Bucket) -> None:
    if bucket.server.kind == "swift":
        # Its S3 side takes no CORS; its own side takes it as a header of the container.
        pytest.skip("CORS of Swift is set outside of S3")
    assert "verify-cors" in rules(look(bucket))
    bucket.client.put_bucket_cors(
        Bucket=bucket.name,
        CORSConfiguration={
            "CORSRules": [
                {"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
            ]
        },
    )
    assert rules(look(bucket)) == {"verify-page"}


def test_a_bucket_that_is_closed_is_an_error(bucket: Bucket) -> None:
    if bucket.server.kind == "swift":
        bucket.client.put_bucket_acl(Bucket=bucket.name, ACL="private")
    else:
        bucket.client.delete_bucket_policy(Bucket=bucket.name)
    found = look(bucket)
    assert rules(found) == {"verify-status"}
    assert found.failed
    assert "everybody" in found.problems[0].help


def test_a_wrong_type_and_a_lost_object_are_found_from_both_sides(bucket: Bucket) -> None:
    key = sound_of(bucket)
    kept = bucket.get(key)
    bucket.client.put_object(
        Bucket=bucket.name, Key=key, Body=kept.data, ContentType="application/octet-stream"
    )
    assert "verify-type" in rules(look(bucket))
    assert rules(look(bucket, manifest=True)) == {"verify-damaged"}
    flipped = bytearray(kept.data)
    flipped[-1] ^= 1
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=bytes(flipped), ContentType="audio/mpeg")
    assert "verify-digest" in rules(look(bucket))
    assert rules(look(bucket, manifest=True)) == {"verify-damaged"}
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    assert "verify-status" in rules(look(bucket))
    assert rules(look(bucket, manifest=True)) == {"verify-missing"}
