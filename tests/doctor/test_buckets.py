"""The doctor on real servers: what it finds, what it sets, and that nothing is left of it."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.auth
import pytest

from publisher import doctor
from publisher.diagnosing import objects
from publisher.diagnosing.objects import Objects, remove_leftovers
from publisher.diagnosing.settings import public_read
from publisher.errors import StoreError
from publisher.store import abort_stale_uploads, open_store
from publisher.store.s3 import S3Store
from tests.doctor.stand import PREFIX, Place, document_of, not_well, outcomes, probe_of, settings_of
from tests.servers.process import free_ports
from tests.servers.server import S3Server
from tests.servers.swift import limit_bytes

FEWER_ON_SWIFT = {"conditional create": "missing", "conditional replace": "missing"}
PUBLIC = {
    *("public read", "HEAD", "ranges", "types", "https", "CORS", "CORS preflight", "caching"),
    "no public list",
}
NOWHERE = "no-show-here"


def look(place: Place, **settings: Any) -> Any:
    return doctor(NOWHERE, to=place.to, **settings)


def test_a_good_bucket_without_a_public_address(place: Place) -> None:
    found = look(place)
    fewer = FEWER_ON_SWIFT if place.server.kind == "swift" else {}
    assert not_well(found) == fewer | {"public address": "unknown"}
    assert found.is_well
    assert len(found.probes) == 15
    place.assert_untouched()


def test_what_is_there_already_stays_as_it_is(place: Place) -> None:
    client = place.server.client()
    keys = {f"{PREFIX}/feed.xml", "feed.xml", f"{PREFIX}/doctor-who/index.html"}
    for key in keys:
        client.put_object(Bucket=place.bucket, Key=key, Body=b"theirs")
    look(place)
    place.assert_untouched(but=keys)
    for key in keys:
        assert client.get_object(Bucket=place.bucket, Key=key)["Body"].read() == b"theirs"


def test_a_bucket_without_a_prefix(place: Place) -> None:
    whole = Place(place.server, place.bucket, "")
    assert doctor(NOWHERE, to=f"s3://{place.bucket}").is_well
    whole.assert_untouched()


def test_a_closed_bucket_is_said_to_be_so_with_what_opens_it(ceph: Place) -> None:
    found = look(ceph, url=ceph.url)
    assert not found.is_well
    assert probe_of(found, "public read").outcome == "missing"
    assert "403" in probe_of(found, "public read").found
    policy, cors = found.remedies
    assert (policy.kind, cors.kind) == ("policy", "cors")
    assert policy.document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": policy.document["Statement"][0]["Sid"],
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{ceph.bucket}/{PREFIX}/*",
            }
        ],
    }
    assert cors.document["CORSRules"][0]["AllowedMethods"] == ["GET", "HEAD"]
    assert "Range" in cors.document["CORSRules"][0]["AllowedHeaders"]
    with pytest.raises(ceph.server.client().exceptions.ClientError, match="NoSuchBucketPolicy"):
        ceph.server.client().get_bucket_policy(Bucket=ceph.bucket)
    ceph.assert_untouched()


def test_the_documents_open_the_bucket_when_they_are_set_as_printed(ceph: Place) -> None:
    policy, cors = look(ceph, url=ceph.url).remedies
    client = ceph.server.client()
    client.put_bucket_policy(Bucket=ceph.bucket, Policy=policy.text())
    client.put_bucket_cors(Bucket=ceph.bucket, CORSConfiguration=json.loads(cors.text()))
    found = look(ceph, url=ceph.url)
    assert not_well(found) == {"https": "missing"}
    assert found.is_well
    assert found.remedies == ()


def test_fix_opens_the_bucket_and_says_so_first(ceph: Place) -> None:
    said: list[str] = []
    found = look(ceph, url=ceph.url, fix=True, say=said.append)
    assert not_well(found) == {"https": "missing"}
    assert [text.partition(":")[0] for text in said] == [
        "setting the bucket's policy",
        "setting the bucket's cors",
    ]
    assert len(found.changed) == 2
    assert found.remedies == ()
    ceph.assert_untouched()
    said.clear()
    assert look(ceph, url=ceph.url, fix=True, say=said.append).changed == ()
    assert said == []


def test_fix_leaves_what_others_have_set(ceph: Place) -> None:
    client = ceph.server.client()
    theirs = public_read(ceph.bucket, "shows/another/") | {"Sid": "Theirs"}
    client.put_bucket_policy(
        Bucket=ceph.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]})
    )
    rule: Any = {"ID": "theirs", "AllowedOrigins": ["https://app.example"], "AllowedMethods": ["PUT"]}
    client.put_bucket_cors(Bucket=ceph.bucket, CORSConfiguration={"CORSRules": [rule]})
    assert not_well(look(ceph, url=ceph.url, fix=True)) == {"https": "missing"}
    statements = json.loads(client.get_bucket_policy(Bucket=ceph.bucket)["Policy"])["Statement"]
    assert statements[0] == theirs
    assert statements[1:] == [public_read(ceph.bucket, f"{PREFIX}/")]
    rules = client.get_bucket_cors(Bucket=ceph.bucket)["CORSRules"]
    by_id = {found["ID"]: found for found in rules}
    assert set(by_id) == {"theirs", "publisher"}
    assert by_id["theirs"]["AllowedOrigins"] == ["https://app.example"]
    assert by_id["theirs"]["AllowedMethods"] == ["PUT"]


def test_a_policy_that_cannot_be_read_is_not_written_over(ceph: Place) -> None:
    _deny(ceph, "s3:GetBucketPolicy")
    said: list[str] = []
    found = look(ceph, url=ceph.url, fix=True, say=said.append)
    assert probe_of(found, "public read").outcome == "missing"
    assert "must not be lost" in said[0]
    assert not any("policy" in text for text in said[1:])
    policy = next(remedy for remedy in found.remedies if remedy.kind == "policy")
    assert policy.as_json()["hindrance"]
    assert not any("objects below" in text for text in found.changed)


def test_a_policy_that_may_not_be_set_is_said_to_be_refused(ceph: Place) -> None:
    _deny(ceph, "s3:PutBucketPolicy")
    before = ceph.server.client().get_bucket_policy(Bucket=ceph.bucket)["Policy"]
    said: list[str] = []
    found = look(ceph, url=ceph.url, fix=True, say=said.append)
    assert "that was refused" in said[1]
    assert not found.is_well
    assert [remedy.kind for remedy in found.remedies] == ["policy"]
    assert ceph.server.client().get_bucket_policy(Bucket=ceph.bucket)["Policy"] == before


def test_fix_opens_one_show_of_a_bucket_and_then_another(ceph: Place) -> None:
    other = Place(ceph.server, ceph.bucket, "shows/two")
    assert look(ceph, url=ceph.url, fix=True).is_well
    assert probe_of(look(other, url=other.url), "public read").outcome == "missing"
    assert look(other, url=other.url, fix=True).is_well
    assert look(ceph, url=ceph.url).is_well


def test_swift_opens_by_its_access_list_and_says_what_that_means(swift: Place) -> None:
    said: list[str] = []
    before = look(swift, url=swift.url)
    assert [remedy.kind for remedy in before.remedies] == ["acl"]
    found = look(swift, url=swift.url, fix=True, say=said.append)
    assert found.is_well
    assert "all of" in said[0]
    assert not_well(found) == FEWER_ON_SWIFT | {
        "https": "missing",
        "CORS": "missing",
        "CORS preflight": "missing",
        "no public list": "missing",
    }
    swift.assert_untouched()


def test_an_access_list_of_others_is_not_taken_away(ceph: Place) -> None:
    client = ceph.server.client()
    client.put_bucket_acl(Bucket=ceph.bucket, ACL="authenticated-read")
    before = client.get_bucket_acl(Bucket=ceph.bucket)["Grants"]
    with pytest.raises(StoreError, match="rights of their own"):
        S3Store(ceph.bucket).bucket.open_by_acl()
    assert client.get_bucket_acl(Bucket=ceph.bucket)["Grants"] == before


def test_an_address_that_leads_elsewhere(ceph: Place) -> None:
    ceph.server.public_url(ceph.bucket)
    elsewhere = look(ceph, url=ceph.url.replace(PREFIX, "shows/other"))
    assert probe_of(elsewhere, "public read").outcome == "missing"
    (port,) = free_ports(1)
    nowhere = look(ceph, url=f"http://127.0.0.1:{port}/")
    assert probe_of(nowhere, "public read").outcome == "unknown"
    assert not nowhere.is_well
    assert nowhere.remedies == ()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AWS_SECRET_ACCESS_KEY", "never-to-be-shown"), ("AWS_ACCESS_KEY_ID", "NEVERTOBESHOWN00")],
)
def test_credentials_that_are_wrong(
    place: Place, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    found = look(place, url=place.url)
    assert outcomes(found)["reached"] == "ok"
    assert outcomes(found)["credentials"] == "missing"
    assert {outcomes(found)[name] for name in ("write", "list", "large uploads", *PUBLIC)} == {"unknown"}
    assert not found.is_well
    assert value not in json.dumps(found.as_json())
    place.assert_untouched()


def test_a_bucket_that_is_not_there(place: Place) -> None:
    found = doctor(NOWHERE, to="s3://no-such-bucket-of-ours/show")
    assert (outcomes(found)["reached"], outcomes(found)["bucket"]) == ("ok", "missing")
    assert not found.is_well


def test_a_clock_that_is_wrong(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong_clock(remove_tzinfo: bool = True) -> datetime:
        moment = datetime.now(UTC) + timedelta(hours=1)
        return moment.replace(tzinfo=None) if remove_tzinfo else moment

    monkeypatch.setattr(botocore.auth, "get_current_datetime", wrong_clock)
    found = look(place)
    assert (outcomes(found)["reached"], outcomes(found)["clock"]) == ("ok", "missing")
    assert not found.is_well


def test_a_store_that_does_not_answer(ceph: Place) -> None:
    (port,) = free_ports(1)
    began = time.monotonic()
    found = look(ceph, endpoint=f"http://127.0.0.1:{port}")
    assert time.monotonic() - began < 15, "a store that is not there is asked little"
    assert outcomes(found)["reached"] == "missing"
    assert set(outcomes(found).values()) == {"missing", "unknown"}
    assert not found.is_well


def test_a_server_that_hangs_up_on_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        server = S3Server(
            "ceph", f"http://127.0.0.1:{listener.getsockname()[1]}", "producer", "secret", "us-east-1"
        )
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        listener.settimeout(0.1)
        over = threading.Event()

        def hang_up() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError), listener.accept()[0] as connection:
                    connection.recv(65_536)

        hanging_up = threads.submit(hang_up)
        try:
            found = doctor(NOWHERE, to="s3://shows")
        finally:
            over.set()
            hanging_up.result(timeout=30)
    assert "broke off" in probe_of(found, "reached").found
    assert set(outcomes(found).values()) == {"missing", "unknown"}


def test_a_bucket_without_room(swift: Place) -> None:
    limit_bytes(swift.server, swift.bucket, 100)
    found = look(swift)
    assert outcomes(found)["write"] == "missing"
    assert "no room" in probe_of(found, "write").found
    assert outcomes(found)["delete"] == "unknown"
    swift.assert_untouched()


def _deny(place: Place, *actions: str) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(actions),
        "Resource": [f"arn:aws:s3:::{place.bucket}", f"arn:aws:s3:::{place.bucket}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    place.server.client().put_bucket_policy(Bucket=place.bucket, Policy=policy)


@pytest.mark.parametrize(
    ("action", "names"),
    [
        ("s3:PutObject", {"write"}),
        ("s3:ListBucket", {"list", "bucket"}),
        ("s3:DeleteObject", {"delete", "nothing left behind"}),
        ("s3:ListBucketMultipartUploads", {"large uploads"}),
    ],
)
def test_a_right_that_is_not_given_is_named(ceph: Place, action: str, names: set[str]) -> None:
    _deny(ceph, action)
    found = look(ceph)
    lacking = {name for name, outcome in outcomes(found).items() if outcome == "missing"}
    assert lacking <= names | {"bucket"}
    assert lacking
    if action != "s3:DeleteObject":
        assert not found.is_well
    mend = " ".join(probe.mend for probe in found.probes if probe.outcome == "missing")
    assert action.removeprefix("s3:") in mend or "s3:" in mend
    ceph.server.client().delete_bucket_policy(Bucket=ceph.bucket)
    if action == "s3:DeleteObject":
        left = probe_of(found, "nothing left behind").found
        assert all(key.removeprefix(f"{PREFIX}/") in left for key in ceph.names())
    else:
        ceph.assert_untouched()


def test_what_an_interrupted_doctor_wrote_is_removed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Objects, key: str, *, edition: int = 1) -> bytes:
        if edition == 2:
            assert place.names(), "something must have been written by now"
            raise KeyboardInterrupt
        return b"written"

    monkeypatch.setattr(Objects, "content", interrupted)
    with pytest.raises(KeyboardInterrupt):
        look(place)
    place.assert_untouched()


def test_what_a_killed_doctor_left_is_removed_when_it_is_old(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = place.server.client()
    own = Objects()
    theirs = {f"{PREFIX}/doctor-who/feed.xml", f"{PREFIX}/{own.prefix}other.xml"}
    ours = {f"{PREFIX}/{own.feed}", f"{PREFIX}/{own.big}"}
    for key in theirs | ours:
        client.put_object(Bucket=place.bucket, Key=key, Body=b"x")
    client.create_multipart_upload(Bucket=place.bucket, Key=f"{PREFIX}/{own.big}")
    look(place)
    assert place.names() == theirs | ours
    assert place.uploads() == [f"{PREFIX}/{own.big}"]
    monkeypatch.setattr(objects, "LEFT_FOR", timedelta(seconds=-60))
    assert remove_leftovers(open_store(place.to, base=Path())) == 2
    place.assert_untouched(but=theirs)


_KILLED = """
import os, signal, sys
from publisher import doctor
from publisher.store.s3_multipart import MultipartUploads
MultipartUploads._complete = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
doctor("no-show-here", to=sys.argv[1])
"""


def test_a_doctor_that_is_killed_leaves_what_the_next_one_finds(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _KILLED, place.to],
        env=settings_of(place.server),
        cwd=Path(__file__).parents[2],
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert place.names()
    assert len(place.uploads()) == 1
    monkeypatch.setattr(objects, "LEFT_FOR", timedelta(seconds=-60))
    look(place)
    place.assert_untouched()


def test_stale_uploads_of_ours_are_ended_and_of_nobody_else(place: Place) -> None:
    client = place.server.client()
    theirs = ["shows/one-more/a.mp3", "a.mp3", f"{PREFIX}/.hidden/a.mp3"]
    for key in (f"{PREFIX}/media/a.mp3", f"{PREFIX}/media/b.mp3", *theirs):
        begun = client.create_multipart_upload(Bucket=place.bucket, Key=key)
        client.upload_part(
            Bucket=place.bucket, Key=key, UploadId=begun["UploadId"], PartNumber=1, Body=io.BytesIO(b"part")
        )
    store = open_store(place.to, base=Path())
    assert abort_stale_uploads(store, timedelta(hours=1)) == 0
    assert abort_stale_uploads(store, timedelta(minutes=-10)) == 2
    assert sorted(place.uploads()) == sorted(theirs)
    assert abort_stale_uploads(store, timedelta(minutes=-10)) == 0


def test_stale_uploads_are_all_found_in_a_long_list(place: Place) -> None:
    client = place.server.client()
    keys = [f"{PREFIX}/media/{number % 7}.mp3" for number in range(25)]
    for key in keys:
        client.create_multipart_upload(Bucket=place.bucket, Key=key)
    begin: Callable[..., Any] = client.create_multipart_upload
    begin(Bucket=place.bucket, Key="elsewhere/a.mp3")
    assert abort_stale_uploads(open_store(place.to, base=Path()), timedelta(minutes=-10)) == len(keys)
    assert place.uploads() == ["elsewhere/a.mp3"]


def _run(place: Place, *arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "publisher", "doctor", *arguments],
        cwd=folder,
        env=settings_of(place.server) | {"NO_COLOR": "1"},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_the_command_says_it_to_people_and_to_programs(ceph: Place, tmp_path: Path) -> None:
    where = ("--to", ceph.to, "--url", ceph.url)
    people = _run(ceph, *where, folder=tmp_path)
    text = people.stdout.decode()
    assert people.returncode == 3
    assert "missing    public read" in text
    assert f'"Resource": "arn:aws:s3:::{ceph.bucket}/{PREFIX}/*"' in text
    assert "publisher doctor --fix" in text
    assert people.stderr == b""
    programs = _run(ceph, *where, "--json", folder=tmp_path)
    document = document_of(programs.stdout)
    assert (programs.returncode, document["status"], document["well"]) == (3, 3, False)
    assert {"name", "outcome", "needed", "found", "matters"} <= set(document["probes"][0])
    assert [remedy["kind"] for remedy in document["remedies"]] == ["policy", "cors"]
    fixed = _run(ceph, *where, "--fix", folder=tmp_path)
    assert fixed.returncode == 0
    assert "setting the bucket's policy" in fixed.stderr.decode()
    assert ceph.server.secret_key.encode() not in people.stdout + programs.stdout + fixed.stdout
    ceph.assert_untouched()
