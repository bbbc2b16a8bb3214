"""No secret ever leaves by an output, a file, an object or a process title, however things go."""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from publisher.errors import StoreError
from publisher.store.retrying import RetryingStore
from publisher.store.s3 import S3Store
from tests.faults.scene import BASE, NOW_TEXT, first, publish
from tests.secrets.planted import ACCESS_KEY, ALL, ENVIRONMENT, PASSWORD, SECRET_KEY, TOKEN, run, spellings
from tests.servers.process import free_ports
from tests.servers.server import S3Server
from tests.support.faultproxy import FAULTS, Answer, Call, Fault, FaultProxy, proxying
from tests.support.shows import edit_show

pytestmark = pytest.mark.xdist_group("ceph")

PREFIX = "shows/secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a show in it."""
    first(tmp_path / "work" / "episodes")
    return tmp_path / "work"


@pytest.fixture(scope="module")
def proxy(ceph_server: S3Server) -> Iterator[FaultProxy]:
    with proxying(ceph_server.endpoint) as proxy:
        yield proxy


def publishing(to: str, *options: str) -> tuple[str, ...]:
    return (
        "publish",
        "episodes",
        "--to",
        to,
        "--url",
        BASE,
        "--now",
        NOW_TEXT,
        "-vv",
        "--no-verify",
        *options,
    )


def objects(server: S3Server, bucket: str) -> dict[str, bytes]:
    """Everything in the bucket: bytes, type and metadata."""
    client = server.client()
    found = {}
    for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
        got = client.get_object(Bucket=bucket, Key=entry["Key"])
        head = json.dumps([entry["Key"], got["ContentType"], got.get("CacheControl"), got["Metadata"]])
        found[entry["Key"]] = got["Body"].read() + head.encode()
    return found


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_a_release_holds_no_secret(
    ceph_server: S3Server, ceph_bucket: str, folder: Path, options: tuple[str, ...]
) -> None:
    """With the true credentials of the server, and planted ones in places that are not used."""
    secrets = (ceph_server.secret_key, PASSWORD)
    environment = ceph_server.environment() | {
        "PUBLISHER_PASSWORD": PASSWORD,
        "HTTPS_PROXY": f"http://somebody:{PASSWORD}@127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
    }
    to = f"s3://{ceph_bucket}/{PREFIX}"
    traces = run(*publishing(to, *options), folder=folder, environment=environment)
    assert traces.status == 0, traces.stderr
    assert traces.search(*secrets) == []
    names = set(traces.places)
    assert any(name.endswith("cache.sqlite") for name in names), names
    stored = objects(ceph_server, ceph_bucket)
    assert {f"{PREFIX}/feed.xml", f"{PREFIX}/index.html"} <= stored.keys()
    assert any(key.startswith(f"{PREFIX}/releases/") for key in stored)
    traces.places = stored
    assert traces.search(*secrets) == []
    for words in (("plan", "episodes", "--to", to, "-vv"), ("history", "episodes", "--to", to, "-vv")):
        said = run(*words, folder=folder, environment=environment)
        assert said.search(*secrets) == [], words


def _echo(call: Call) -> None:
    """Refuses, and says all that it was told: some servers do."""
    told = "\n".join(f"{name}: {value}" for name, value in call.request.headers)
    extra = f"{ACCESS_KEY} {SECRET_KEY} {TOKEN} {PASSWORD}"
    body = f"<Error><Code>Odd{SECRET_KEY}</Code><Message>{told} {extra}</Message></Error>".encode()
    call.send(Answer(418, (("Content-Type", "application/xml"), ("x-amz-request-id", TOKEN)), body))


def _elsewhere(call: Call) -> None:
    """A redirect whose address holds what was asked with."""
    address = f"http://{ACCESS_KEY}:{PASSWORD}@127.0.0.1:9/?token={TOKEN}"
    body = f"<Error><Code>PermanentRedirect</Code><Endpoint>{address}</Endpoint></Error>".encode()
    call.send(Answer(301, (("Location", address), ("x-amz-bucket-region", "elsewhere")), body))


ANSWERS: dict[str, Fault | None] = {
    # None: the server's own answer to credentials that it does not know.
    "unknown": None,
    "denied": FAULTS["denied"],
    "expired": FAULTS["expired"],
    "clock": FAULTS["clock-skew"],
    "no bucket": FAULTS["no-bucket"],
    "wrong secret": Fault("wrong secret", lambda call: call.refuse(403, "SignatureDoesNotMatch")),
    "redirect": Fault("redirect", _elsewhere),
    "echo": Fault("echo", _echo),
}


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_refusal_tells_no_secret(
    ceph_bucket: str, proxy: FaultProxy, folder: Path, name: str, options: tuple[str, ...]
) -> None:
    fault = ANSWERS[name]
    proxy.clear()
    if fault:
        proxy.arm(fault, at=1, mode="forever")
    environment = ENVIRONMENT | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}
    traces = run(
        *publishing(f"s3://{ceph_bucket}/{PREFIX}", *options), folder=folder, environment=environment
    )
    assert proxy.requests, "the store was not asked"
    assert TOKEN in str(proxy.requests), "the secrets were not in play"
    proxy.clear()
    assert traces.status == 3, traces.stdout + traces.stderr
    assert traces.search(*ALL) == []


@pytest.mark.parametrize("verb", ["plan", "history", "prune", "doctor", "verify"])
def test_other_commands_tell_no_secret(ceph_bucket: str, proxy: FaultProxy, folder: Path, verb: str) -> None:
    proxy.arm(ANSWERS["echo"] or FAULTS["denied"], at=1, mode="forever")
    environment = ENVIRONMENT | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}
    to = () if verb == "verify" else ("--to", f"s3://{ceph_bucket}/{PREFIX}")
    if verb == "verify":
        edit_show(folder / "episodes", publish={"to": f"s3://{ceph_bucket}/{PREFIX}"})
    traces = run(verb, "episodes", *to, "-vv", folder=folder, environment=environment)
    assert proxy.requests, "the store was not asked"
    proxy.clear()
    assert traces.status != 0, traces.stdout + traces.stderr
    assert traces.search(*ALL) == []


@pytest.mark.parametrize("fault", ["stall", "reset-before", "answer-cut", "500-before"])
def test_a_broken_connection_tells_no_secret(
    ceph_bucket: str, proxy: FaultProxy, folder: Path, fault: str
) -> None:
    """In this process, where a time-out need not be waited for: the whole chain of errors is searched."""
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=proxy.endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        aws_session_token=TOKEN,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=0.3, s3={"addressing_style": "path"}),
    )
    store = RetryingStore(S3Store(ceph_bucket, PREFIX, client=client), random=lambda: 0.01)
    proxy.arm(FAULTS[fault], at=1, mode="forever")
    with pytest.raises(StoreError) as raised:
        publish(folder / "episodes", store)
    assert proxy.struck
    proxy.clear()
    said = "".join(traceback.format_exception(raised.value)).encode()
    assert [secret for secret in ALL if any(spelling in said for spelling in spellings(secret))] == []


def _in_place(folder: Path, **publishing_keys: Any) -> None:
    edit_show(folder / "episodes", publish=publishing_keys)


@pytest.mark.parametrize(
    "case",
    [
        "store",
        "endpoint option",
        "endpoint variable",
        "endpoint in the show",
        "url",
        "proxy",
        "proxy for https",
    ],
)
def test_a_password_in_an_address_is_not_shown(folder: Path, case: str) -> None:
    (port,) = free_ports(1)
    address = f"http://somebody:{PASSWORD}@127.0.0.1:{port}"
    environment, to, options = (
        dict(ENVIRONMENT),
        "s3://bucket/prefix",
        ["--endpoint", f"http://127.0.0.1:{port}"],
    )
    match case:
        case "store":
            to = f"s3://{ACCESS_KEY}:{PASSWORD}@bucket/prefix"
        case "endpoint option":
            options = ["--endpoint", address]
        case "endpoint variable":
            environment["AWS_ENDPOINT_URL_S3"], options = address, []
        case "endpoint in the show":
            _in_place(folder, to=to, endpoint=address)
            options = []
        case "url":
            options += ["--url", f"https://somebody:{PASSWORD}@show.example/"]
        case "proxy":
            environment |= {"HTTP_PROXY": address, "NO_PROXY": ""}
            options = ["--endpoint", "http://store.example"]
        case "proxy for https":
            environment |= {"HTTPS_PROXY": address, "NO_PROXY": ""}
            options = ["--endpoint", "https://store.example"]
    for further in ((), ("--json",), ("--log-format", "json")):
        words = ["publish", "episodes", "--to", to, *options, "--now", NOW_TEXT, "-vv", *further]
        traces = run(*words, folder=folder, environment=environment)
        assert traces.status in (1, 2, 3), traces.stdout + traces.stderr
        # What somebody typed into the command line or the show, they put there themselves.
        own = {"episodes/podcast.yaml"}
        traces.places = {name: data for name, data in traces.places.items() if name not in own}
        traces.titles -= {title for title in traces.titles if case in ("store", "endpoint option", "url")}
        assert traces.search(*ALL) == []


@pytest.mark.parametrize(
    "text",
    [
        f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key {SECRET_KEY}\n",
        f"aws_secret_access_key = {SECRET_KEY}\n",
        f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
        f"[default]\naws_secret_access_key = {SECRET_KEY}\n",
        f"[default]\ncredential_process = /nowhere/{PASSWORD} --secret {SECRET_KEY}\n",
        f"[default]\naws_access_key_id = {ACCESS_KEY}\n",
        f"[default]\ns3 =\n  {SECRET_KEY}\naws_access_key_id = {ACCESS_KEY}\n",
    ],
    ids=["no equals sign", "no section", "section twice", "process", "half", "nested"],
)
def test_a_broken_file_of_credentials_is_not_quoted(folder: Path, tmp_path: Path, text: str) -> None:
    (port,) = free_ports(1)
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        path = tmp_path / "credentials"
        path.write_text(text)
        environment = {
            name: value
            for name, value in ENVIRONMENT.items()
            if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        } | {variable: str(path)}
        endpoint = ("--endpoint", f"http://127.0.0.1:{port}")
        traces = run(*publishing("s3://bucket/prefix", *endpoint), folder=folder, environment=environment)
        assert traces.status == 3, traces.stdout + traces.stderr
        assert traces.search(*ALL) == [], variable


def test_the_search_finds_what_is_planted(folder: Path) -> None:
    """Where it does not, the tests above say nothing."""
    traces = run("check", "episodes", folder=folder, environment=ENVIRONMENT)
    assert traces.search(*ALL) == []
    told = f"told {SECRET_KEY}"
    assert replace(traces, stderr=told).search(SECRET_KEY) == [f"stderr: {SECRET_KEY}"]
    assert replace(traces, titles={told.encode()}).search(*ALL) == [f"process titles: {SECRET_KEY}"]
    for data in (
        quote(TOKEN, safe="").encode(),
        base64.b64encode(b"user:" + TOKEN.encode()),
        TOKEN.encode().hex().encode(),
    ):
        assert replace(traces, places={"cache": b"\0" + data}).search(*ALL) == [f"cache: {TOKEN}"]
    assert any(b"publisher" in title for title in traces.titles)
    (folder / "left.bin").write_bytes(PASSWORD.encode())
    left = run("check", "episodes", folder=folder, environment=ENVIRONMENT)
    assert left.search(*ALL) == [f"left.bin: {PASSWORD}"]
