"""What a producer reads when a store refuses or cannot be reached, and that no secret is in it."""

from __future__ import annotations

import contextlib
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.auth
import botocore.compat
import pytest
from botocore.exceptions import ClientError

from publisher.errors import AccessDenied, NoSuchBucket, StoreError, StoreFull, StoreUnavailable
from publisher.store.base import Store
from publisher.store.s3 import S3Store
from publisher.store.s3_errors import Place, as_store_error
from tests.servers.process import free_ports
from tests.servers.server import S3Server
from tests.store.subjects import TEXT, Subject, body

SECRET = "never-to-be-shown"
PLACE = Place("s3://shows/one", "https://storage.example", "shows", True)

CALLS: dict[str, Callable[[Store], object]] = {
    "head": lambda store: store.head("feed.xml"),
    "read": lambda store: store.read("feed.xml"),
    "read some": lambda store: store.read("feed.xml", first_bytes=10),
    "open": lambda store: store.open("feed.xml"),
    "put": lambda store: store.put("feed.xml", body(b"x"), TEXT),
    "put big": lambda store: store.put("a.mp3", body(b"x" * (9 << 20)), TEXT),
    "create": lambda store: store.replace("feed.xml", body(b"x"), TEXT, expected=None),
    "replace": lambda store: store.replace("feed.xml", body(b"x"), TEXT, expected='"0"'),
    "list": lambda store: list(store.list()),
    "delete": lambda store: store.delete("feed.xml"),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@pytest.fixture
def server(s3_subject: Subject, request: pytest.FixtureRequest) -> S3Server:
    found: S3Server = request.getfixturevalue(f"{s3_subject.kind}_server")
    return found


@every_call
def test_a_bucket_that_is_not_there(s3_subject: Subject, call: Callable[[Store], object]) -> None:
    with pytest.raises(NoSuchBucket) as caught:
        call(S3Store("no-such-bucket-of-ours", "shows/one"))
    assert "no-such-bucket-of-ours" in caught.value.message
    assert "endpoint" in caught.value.help


@every_call
def test_a_secret_key_that_is_wrong(
    s3_subject: Subject, s3_environment: pytest.MonkeyPatch, call: Callable[[Store], object]
) -> None:
    s3_environment.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(AccessDenied) as caught:
        call(s3_subject.again())
    assert "do not belong together" in caught.value.message
    assert "AWS_SECRET_ACCESS_KEY" in caught.value.help
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@every_call
def test_an_access_key_that_nobody_knows(
    s3_subject: Subject, s3_environment: pytest.MonkeyPatch, call: Callable[[Store], object]
) -> None:
    s3_environment.setenv("AWS_ACCESS_KEY_ID", "AKIANEVERTOBESHOWN00")
    with pytest.raises(AccessDenied) as caught:
        call(s3_subject.again())
    assert "access key" in caught.value.message
    assert "AKIANEVERTOBESHOWN00" not in "".join(traceback.format_exception(caught.value))


@every_call
def test_no_credentials_at_all(
    s3_subject: Subject, s3_environment: pytest.MonkeyPatch, call: Callable[[Store], object]
) -> None:
    s3_environment.delenv("AWS_ACCESS_KEY_ID")
    s3_environment.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessDenied, match="no credentials") as caught:
        call(s3_subject.again())
    assert "AWS_PROFILE" in caught.value.help


def test_half_the_credentials(s3_subject: Subject, s3_environment: pytest.MonkeyPatch) -> None:
    s3_environment.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessDenied, match="half of them"):
        s3_subject.again().head("feed.xml")


def test_a_profile_that_does_not_exist(s3_subject: Subject, s3_environment: pytest.MonkeyPatch) -> None:
    s3_environment.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AccessDenied, match="profile"):
        s3_subject.again()


@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_clock_that_is_wrong(s3_subject: Subject, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    def wrong_clock(remove_tzinfo: bool = True) -> datetime:
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
        return moment.replace(tzinfo=None) if remove_tzinfo else moment

    monkeypatch.setattr(botocore.auth, "get_current_datetime", wrong_clock)
    with pytest.raises(StoreError, match="clock"):
        s3_subject.store.head("feed.xml")


def _set_up(environment: pytest.MonkeyPatch, endpoint: str) -> None:
    for name, value in S3Server("ceph", endpoint, "producer", SECRET, "us-east-1").environment().items():
        environment.setenv(name, value)


def test_an_endpoint_where_nobody_listens(s3_environment: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    _set_up(s3_environment, f"http://127.0.0.1:{port}")
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        S3Store("shows").head("feed.xml")
    assert f"127.0.0.1:{port}" in caught.value.message
    assert "network" in caught.value.help
    assert SECRET not in str(caught.value)


def test_a_name_that_nobody_has(s3_environment: pytest.MonkeyPatch) -> None:
    _set_up(s3_environment, "https://storage.invalid")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        S3Store("shows").put("feed.xml", body(b"x"), TEXT)


def test_an_endpoint_that_goes_before_the_environment(s3_environment: pytest.MonkeyPatch) -> None:
    first, second = free_ports(2)
    _set_up(s3_environment, f"http://127.0.0.1:{first}")
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{second}"):
        S3Store("shows", endpoint=f"http://127.0.0.1:{second}").head("feed.xml")


@contextlib.contextmanager
def _listening(answer: bytes) -> Iterator[int]:
    """A socket that sends these bytes to whoever comes, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError), listener.accept()[0] as connection:
                    connection.settimeout(5)
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(timeout=30)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "1"\r\n'
        b"Last-Modified: Mon, 05 Jan 2026 10:00:00 GMT\r\n\r\nhalf",
    ],
    ids=["hangs up", "breaks off"],
)
def test_a_connection_that_breaks_off(s3_environment: pytest.MonkeyPatch, answer: bytes) -> None:
    with _listening(answer) as port:
        _set_up(s3_environment, f"http://127.0.0.1:{port}")
        for call in (CALLS["read"], CALLS["open"]):
            with pytest.raises(StoreUnavailable, match="broke off"):
                call(S3Store("shows"))


def test_a_server_that_speaks_no_tls(s3_environment: pytest.MonkeyPatch) -> None:
    with _listening(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        _set_up(s3_environment, f"https://127.0.0.1:{port}")
        with pytest.raises(StoreError, match="TLS"):
            S3Store("shows").head("feed.xml")


def test_a_bucket_name_that_boto3_refuses(s3_subject: Subject) -> None:
    with pytest.raises(NoSuchBucket, match="cannot be the name"):
        S3Store("no bucket").head("feed.xml")


@pytest.mark.parametrize(
    ("code", "status", "kind", "says"),
    [
        ("SlowDown", 503, StoreUnavailable, "busy"),
        ("ServiceUnavailable", 503, StoreUnavailable, "busy"),
        ("InternalError", 500, StoreUnavailable, "busy"),
        ("", 503, StoreUnavailable, "busy"),
        ("", 599, StoreUnavailable, "busy"),
        ("RequestTimeTooSkewed", 403, StoreError, "clock"),
        ("EntityTooLarge", 400, StoreFull, "no room"),
        ("QuotaExceeded", 403, StoreFull, "no room"),
        ("", 507, StoreFull, "no room"),
        ("", 413, StoreFull, "no room"),
        ("AccessDenied", 403, AccessDenied, "not allowed"),
        ("", 401, AccessDenied, "not allowed"),
        ("ExpiredToken", 400, AccessDenied, "expired"),
        ("InvalidAccessKeyId", 403, AccessDenied, "does not know"),
        ("SignatureDoesNotMatch", 403, AccessDenied, "belong together"),
        ("NoSuchBucket", 404, NoSuchBucket, "no bucket 'shows'"),
        ("PermanentRedirect", 301, StoreError, "another region"),
        ("AuthorizationHeaderMalformed", 400, StoreError, "another region"),
        ("BadDigest", 400, StoreUnavailable, "damaged"),
        ("Novelty", 418, StoreError, "answered Novelty"),
        ("key=AKIA secret=never-to-be-shown", 418, StoreError, "answered 418"),
    ],
)
def test_every_refusal_has_its_class_and_words(
    code: str, status: int, kind: type[StoreError], says: str
) -> None:
    """Codes that no server at hand can be brought to answer; texts are empty, as Ceph's are, or leak."""
    for text in (None, f"signed with {SECRET}"):
        error: Any = {
            "Error": {"Code": code, "Message": text},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        wrapped = as_store_error(ClientError(error, "PutObject"), PLACE, "write 'feed.xml'")
        assert type(wrapped) is kind
        assert says in wrapped.message
        assert wrapped.message.startswith("s3://shows/one: ")
        assert SECRET not in str(wrapped)


def test_an_error_of_our_own_making_is_not_taken_for_the_stores() -> None:
    assert as_store_error(ValueError("a mistake in the code"), PLACE, "write 'feed.xml'") is None
