"""A prefix of a bucket as an inbox, on a real server: the same rules, and the bucket is empty afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.inbox import Outcome, Refused, Taken, Waiting, take_in
from tests.inbox import killed
from tests.inbox.scene import YAML, zipped
from tests.release.trees import environment, tree
from tests.servers.server import S3Server
from tests.support.shows import audio_of, make_show

AUDIO = audio_of("bucket")
KINDS = ("swift", "ceph")


class Bucket:
    """A show, and a bucket with an inbox in it."""

    def __init__(self, show: Path, server: S3Server, name: str) -> None:
        self.show = show
        self.inbox = f"s3://{name}/in"
        self.name = name
        self.client = server.client()
        self.environment = server.environment()

    def put(self, key: str, data: str | bytes) -> None:
        body = data.encode() if isinstance(data, str) else data
        self.client.put_object(Bucket=self.name, Key=f"in/{key}", Body=body)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=f"in/{key}")["Body"].read()

    def keys(self) -> set[str]:
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", ())
        return {entry["Key"] for entry in listed}

    def look(self, *, later_seconds: float = 3600) -> tuple[Outcome, ...]:
        now = datetime.now(UTC) + timedelta(seconds=later_seconds)
        return take_in(self.show, self.inbox, now=now)


@pytest.fixture(params=[pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in KINDS])
def bucket(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    name: str = request.getfixturevalue(f"{request.param}_bucket")
    for variable in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in server.environment().items():
        monkeypatch.setenv(variable, value)
    return Bucket(make_show(tmp_path / "show"), server, name)


def test_a_folder_comes_in_and_leaves_the_bucket(bucket: Bucket) -> None:
    name = "Ærlig talt – øl & æ"
    bucket.client.put_object(Bucket=bucket.name, Key="elsewhere/a.txt", Body=b"not the inbox's")
    bucket.put(f"{name}/", b"")
    bucket.put(f"{name}/episode.yaml", YAML)
    bucket.put(f"{name}/Blåbær.mp3", AUDIO)
    bucket.put(f"{name}/.DS_Store", b"x")
    (taken,) = bucket.look()
    assert isinstance(taken, Taken)
    assert set(tree(bucket.show / "0007-a-dropped-one")) == {"episode.yaml", "Blåbær.mp3"}
    assert (bucket.show / taken.slug / "Blåbær.mp3").read_bytes() == AUDIO
    assert bucket.keys() == {"elsewhere/a.txt"}
    assert bucket.look() == ()


def test_it_waits_until_the_listing_is_still(bucket: Bucket) -> None:
    bucket.put("0007-x/episode.yaml", YAML)
    start = datetime(2020, 1, 1, tzinfo=UTC)

    def look(seconds: float) -> Outcome:
        (outcome,) = take_in(
            bucket.show, bucket.inbox, now=start + timedelta(seconds=seconds), still_seconds=5
        )
        return outcome

    assert isinstance(look(0), Waiting)
    bucket.put("0007-x/audio.mp3", AUDIO)
    assert isinstance(look(6), Waiting), "the audio has come since"
    bucket.put("0007-x/audio.mp3", audio_of("a later version"))
    assert isinstance(look(12), Waiting), "the audio is another one since"
    assert isinstance(look(16), Waiting)
    taken = look(17)
    assert isinstance(taken, Taken)
    assert (bucket.show / "0007-x" / "audio.mp3").read_bytes() == audio_of("a later version")


def test_what_is_refused_gets_its_text_in_the_bucket(bucket: Bucket) -> None:
    bucket.put("0007-x/episode.yaml", "title: X\nnonsense: 1\n")
    bucket.put("0007-x/audio.mp3", AUDIO)
    bucket.put("Tale.mp3", b"no audio")
    first, second = bucket.look()
    assert isinstance(first, Refused)
    assert isinstance(second, Refused)
    assert "nonsense" in bucket.get("0007-x/PROBLEMS.txt").decode()
    assert b"Tale.mp3" in bucket.get("Tale.mp3.PROBLEMS.txt")
    assert [outcome.is_news for outcome in bucket.look() if isinstance(outcome, Refused)] == [False, False]
    bucket.put("0007-x/episode.yaml", YAML)
    bucket.client.delete_object(Bucket=bucket.name, Key="in/Tale.mp3")
    (taken,) = bucket.look()
    assert isinstance(taken, Taken)
    assert bucket.keys() == set()


def test_the_original_of_an_archive_is_kept_on_this_machine(bucket: Bucket) -> None:
    data = zipped({"0007-x/episode.yaml": YAML, "0007-x/audio.mp3": AUDIO})
    bucket.put("x.zip", data)
    (taken,) = bucket.look()
    assert isinstance(taken, Taken)
    assert [path.read_bytes() for path in Path(taken.kept).iterdir()] == [data]
    assert bucket.keys() == set()


@pytest.mark.parametrize("key", ["0007-x/../../evil.txt", "0007-x//evil.txt", "0007-x/./evil.txt"])
def test_keys_that_no_disk_can_have_are_refused(bucket: Bucket, key: str) -> None:
    bucket.put("0007-x/episode.yaml", YAML)
    bucket.put("0007-x/audio.mp3", AUDIO)
    try:
        bucket.put(key, b"x")
    except Exception as error:
        pytest.skip(f"this server takes no such key: {type(error).__name__}")
    listed = bucket.keys()
    if f"in/{key}" not in listed:
        pytest.skip("this server calls it something else")
    before = tree(bucket.show)
    outcomes = bucket.look()
    assert all(isinstance(outcome, Refused) for outcome in outcomes)
    assert tree(bucket.show) == before


def test_a_bucket_that_is_not_there_is_said(bucket: Bucket) -> None:
    with pytest.raises(StoreError):
        take_in(bucket.show, "s3://no-such-bucket-here/in", now=datetime.now(UTC))


def test_a_kill_loses_nothing_and_takes_nothing_twice(bucket: Bucket, tmp_path: Path) -> None:
    """Before every seventh change of the disk; what the bucket lost by then, the show has."""
    files = {"episode.yaml": YAML.encode("utf-16"), "audio.mp3": AUDIO}
    command = [sys.executable, killed.__file__]
    ended = {True: 0, False: 0}
    with subprocess.Popen(
        command,
        env=environment(bucket.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for last in range(2, 70, 7):
            show = make_show(tmp_path / f"{last}")
            for name, data in files.items():
                bucket.put(f"0007-x/{name}", data)
            order = killed.Order(str(show), bucket.inbox, last)
            print(json.dumps(asdict(order)), file=process.stdin, flush=True)
            answer = killed.Answer(**json.loads(process.stdout.readline()))
            assert not answer.failed
            moved = (show / "0007-x").exists()
            ended[moved] += 1
            if not moved:
                assert bucket.keys() == {f"in/0007-x/{name}" for name in files}
            now = datetime.now(UTC) + timedelta(hours=1)
            for outcome in take_in(show, bucket.inbox, now=now):
                assert isinstance(outcome, Taken)
            assert (show / "0007-x" / "audio.mp3").read_bytes() == AUDIO
            assert [path.name for path in show.glob("0007*")] == ["0007-x"]
            assert bucket.keys() == set()
            kept = [path.read_bytes() for path in (show / ".publisher/inbox/taken").rglob("*.yaml")]
            assert kept == [files["episode.yaml"]]
            if not answer.signal:
                break
        process.stdin.close()
    assert ended[True]
    assert ended[False]
