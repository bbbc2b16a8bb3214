"""An S3 bucket as a store: Amazon's, or anybody's that speaks the same protocol."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from publisher.errors import ObjectMissing, StoreError, StoreUnavailable
from publisher.sharing import shared
from publisher.store.base import Body, Headers, Stored, checked_key, is_key
from publisher.store.body import whole
from publisher.store.s3_bucket import S3Bucket
from publisher.store.s3_conditional import ConditionalWriter
from publisher.store.s3_errors import (
    Place,
    as_store_error,
    error_code,
    errors_wrapped,
    http_status,
    no_such_bucket,
)
from publisher.store.s3_multipart import Lanes, MultipartUploads
from publisher.store.s3_sent import (
    HELD_BYTES,
    DigestCheck,
    Held,
    content_md5,
    put_held,
    put_streamed,
    send_large_blocks,
)
from publisher.store.s3_unfinished import PART_BYTES, Unfinished

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        GetObjectOutputTypeDef,
        GetObjectRequestTypeDef,
        HeadObjectOutputTypeDef,
    )

DIGEST_NAME = "sha256"
"""The metadata entry that carries an object's digest: ETags say nothing reliable about content."""

ONE_REQUEST_BYTES = 32 << 20
"""Objects up to this size go in one request, where the store compares digests: more connections gain nothing
before the first has come up to speed, and each byte is hashed once."""

_READ_ATTEMPTS = 3
_COPY_BYTES = 1 << 20
_CONNECTED_SECONDS = 15 * 60.0


class S3Store:
    """Objects under `prefix` of a bucket.

    boto3 finds credentials, region and endpoint where it always does (environment, profile, role);
    `endpoint` goes before all of these. Nothing is asked of the store before the first call.

    Args:
        bucket: the bucket's name.
        prefix: what every key is put behind, without slashes at its ends; may be empty.
        endpoint: address of a store that is not Amazon's.
        client: used instead of one made here.
        any_names: whether objects may be called anything, as those are that people upload; else what the port
            takes for no key is passed over.

    Raises:
        StoreError: the configuration that boto3 finds cannot be used.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str = "",
        client: S3Client | None = None,
        any_names: bool = False,
    ) -> None:
        self.endpoint = endpoint
        """As it was given; empty where boto3's own settings tell it."""
        self._bucket = bucket
        self._any_names = any_names
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        name = f"s3://{bucket}/{self._prefix}".rstrip("/")
        with errors_wrapped(Place(name, endpoint, bucket, bool(endpoint)), "set up the connection"):
            connection = Connection(client) if client else connection_to(endpoint)
        self._client = connection.client
        address = self._client.meta.endpoint_url
        self._place = Place(name, _without_user(address), bucket, not _is_amazon(address))
        self._bucket_seen = False
        self._conditional = ConditionalWriter(self._client, bucket, self._prefix, self._version_and_metadata)
        self._digests = DigestCheck(self._client, bucket, self._prefix, self._place)
        self._multipart = MultipartUploads(
            self._client,
            Unfinished(self._client, bucket, self._prefix),
            is_passing=self._is_passing,
            checks_digests=self._digests.is_made,
            lanes=connection.lanes,
        )

    @property
    def name(self) -> str:
        return self._place.name

    @property
    def conditional_writes(self) -> bool:
        return self._conditional.supported

    @property
    def bucket(self) -> S3Bucket:
        """The bucket and its settings, past what the port offers."""
        return S3Bucket(self._client, self._place, self._prefix)

    def head(self, key: str) -> Stored | None:
        with self._wrapped(f"look at {key!r}"):
            response = self._head(key)
        return _stored(key, dict(response), response["ContentLength"]) if response else None

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        if first_bytes == 0:
            found = self.head(key)
            return (b"", found) if found else None
        with self._wrapped(f"read {key!r}"):
            return self._read_again_when_broken_off(key, first_bytes)

    def open(self, key: str) -> BinaryIO:
        """As the port says; the object is fetched whole, into a file that vanishes when it is closed."""
        with self._wrapped(f"read {key!r}"):
            for attempt in range(1, _READ_ATTEMPTS + 1):
                with contextlib.ExitStack() as unfinished:
                    copy = cast(BinaryIO, unfinished.enter_context(tempfile.TemporaryFile()))
                    try:
                        self._fetch(key, copy)
                    except StoreUnavailable:
                        if attempt == _READ_ATTEMPTS:
                            raise
                        continue
                    unfinished.pop_all()
                    return copy
        raise AssertionError("the last attempt returns or raises")

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        """As the port says.

        The answer to a write is believed where it shows that the store has read every byte: it calls the
        object by the MD5 of what was sent, or it is one that refuses whatever the signature does not name.
        Any other is asked afterwards what it has.
        """
        arguments = self._described(key, body, headers)
        with self._wrapped(f"write {key!r}"):
            if body.length_bytes <= HELD_BYTES:
                proven = put_held(self._client, key, body, arguments, progress)
            elif body.length_bytes <= ONE_REQUEST_BYTES and self._digests.is_made():
                proven = put_streamed(self._client, key, body, arguments, progress)
            elif body.length_bytes <= PART_BYTES:
                proven = put_held(self._client, key, body, arguments, progress)
            else:
                proven = self._multipart.upload(key, body, arguments, progress)
        if not proven:
            self._confirm(key, body)

    def put_in_parts(self, key: str, body: Body, headers: Headers) -> None:
        """As `put`, whatever the size, as large objects are written; `body` has at least one byte."""
        arguments = self._described(key, body, headers)
        with self._wrapped(f"write {key!r}"):
            proven = self._multipart.upload(key, body, arguments, None)
        if not proven:
            self._confirm(key, body)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        arguments = self._described(key, body, headers)
        with self._wrapped(f"replace {key!r}"):
            held = Held(whole(key, body))
            arguments |= {"Body": held, "ContentMD5": content_md5(held.md5)}
            version = self._conditional.write(key, arguments, expected)
        return Stored(key, body.length_bytes, version, headers.type, body.digest, etag=version)

    def list(self, prefix: str = "") -> Iterator[Stored]:
        pages = self._client.get_paginator("list_objects_v2")
        with self._wrapped("list the objects"):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                self._bucket_seen = True
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self._prefix)
                    if not (is_key(key) or (self._any_names and key)):
                        # What the store would not write is somebody else's, and no object.
                        continue
                    yield Stored(
                        key=key,
                        length_bytes=entry["Size"],
                        version=entry["ETag"],
                        modified=_utc(entry["LastModified"]),
                    )

    def delete(self, key: str) -> None:
        with self._wrapped(f"remove {key!r}"):
            self._client.delete_object(Bucket=self._bucket, Key=self._object_name(key))

    def stale_uploads(self, older_than: timedelta, *, below: str = "") -> Iterator[tuple[str, str]]:
        """Uploads in parts that were begun that long ago and neither finished nor ended: (key, id).

        Args:
            below: only of keys that start so.

        Raises:
            StoreError: the store failed, or cannot list them.
        """
        latest = datetime.now(UTC) - older_than
        pages = self._client.get_paginator("list_multipart_uploads")
        with self._wrapped("list unfinished uploads"):
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + below):
                for upload in page.get("Uploads", ()):
                    name = upload["Key"]
                    key = name.removeprefix(self._prefix)
                    # Some stores list by the bucket alone, and what is not below our prefix is not ours.
                    ours = name.startswith(self._prefix + below) and is_key(key)
                    if ours and _utc(upload["Initiated"]) <= latest:
                        yield key, upload["UploadId"]

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Ends an unfinished upload and frees what it holds; nothing happens where it is over already."""
        from botocore.exceptions import ClientError

        with self._wrapped(f"end an unfinished upload of {key!r}"):
            try:
                self._client.abort_multipart_upload(
                    Bucket=self._bucket, Key=self._object_name(key), UploadId=upload_id
                )
            except ClientError as error:
                if error_code(error) != "NoSuchUpload":
                    raise

    def abort_stale_uploads(self, older_than: timedelta) -> int:
        """Ends every unfinished upload of ours that was begun that long ago, and says how many."""
        found = list(self.stale_uploads(older_than))
        for key, upload_id in found:
            self.abort_upload(key, upload_id)
        return len(found)

    def _wrapped(self, doing: str) -> contextlib.AbstractContextManager[None]:
        return errors_wrapped(self._place, doing)

    def _object_name(self, key: str) -> str:
        return self._prefix + (key if self._any_names else checked_key(key))

    def _described(self, key: str, body: Body, headers: Headers) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": self._object_name(key),
            "ContentType": headers.type,
            "Metadata": headers.metadata | {DIGEST_NAME: body.digest},
        }
        if headers.cache_control:
            arguments["CacheControl"] = headers.cache_control
        if headers.encoding:
            arguments["ContentEncoding"] = headers.encoding
        return arguments

    def _is_passing(self, error: Exception) -> bool:
        return isinstance(as_store_error(error, self._place, "write"), StoreUnavailable)

    def _confirm(self, key: str, body: Body) -> None:
        """Asks the store what it has. Another digest than ours is another writer's later object, and whole.

        Raises:
            StoreError: it has not what was sent.
        """
        found = self.head(key)
        if found is None or (found.digest in ("", body.digest) and found.length_bytes != body.length_bytes):
            has = "nothing" if found is None else f"{found.length_bytes} bytes"
            raise StoreError(
                f"{self.name}: {key!r} was sent with {body.length_bytes} bytes, and the store has {has}",
                help="run again; if it happens again, the store does not keep what it confirms",
            )

    def _read_again_when_broken_off(self, key: str, first_bytes: int | None) -> tuple[bytes, Stored] | None:
        for attempt in range(1, _READ_ATTEMPTS + 1):
            response = self._get(key, first_bytes)
            if response is None:
                return None
            try:
                with self._wrapped(f"read {key!r}"), contextlib.closing(response["Body"]) as stream:
                    content = stream.read(first_bytes)
                if first_bytes is None:
                    self._check_digest(key, dict(response), hashlib.sha256(content).hexdigest())
            except StoreUnavailable:
                if attempt == _READ_ATTEMPTS:
                    raise
                continue
            return content, _stored(key, dict(response), _whole_length(response))
        raise AssertionError("the last attempt returns or raises")

    def _head(self, key: str) -> HeadObjectOutputTypeDef | None:
        """The store's answer to a HEAD, None where it has no such object."""
        from botocore.exceptions import ClientError

        try:
            response = self._client.head_object(Bucket=self._bucket, Key=self._object_name(key))
        except ClientError as error:
            if http_status(error) == 404:
                self._make_sure_of_the_bucket()
                return None
            self._say_why(key)
            raise
        self._bucket_seen = True
        return response

    def _version_and_metadata(self, key: str) -> tuple[str, dict[str, str]] | None:
        response = self._head(key)
        return (response["ETag"], response["Metadata"]) if response else None

    def _get(self, key: str, first_bytes: int | None) -> GetObjectOutputTypeDef | None:
        """The store's answer to a GET, None where it has no such object."""
        from botocore.exceptions import ClientError

        wanted: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": self._object_name(key)}
        if first_bytes is not None:
            wanted["Range"] = f"bytes=0-{first_bytes - 1}"
        try:
            response = self._client.get_object(**wanted)
        except ClientError as error:
            if http_status(error) == 416 and first_bytes is not None:
                # An empty object has no first byte.
                return self._get(key, None)
            if http_status(error) == 404 and error_code(error) != "NoSuchBucket":
                self._make_sure_of_the_bucket()
                return None
            raise
        self._bucket_seen = True
        return response

    def _fetch(self, key: str, copy: BinaryIO) -> None:
        response = self._get(key, None)
        if response is None:
            raise ObjectMissing(key)
        digest = hashlib.sha256()
        with self._wrapped(f"read {key!r}"), contextlib.closing(response["Body"]) as stream:
            for block in stream.iter_chunks(_COPY_BYTES):
                digest.update(block)
                copy.write(block)
        copy.seek(0)
        self._check_digest(key, dict(response), digest.hexdigest())

    def _check_digest(self, key: str, response: dict[str, Any], digest: str) -> None:
        """Holds what arrived to what was recorded when the object was written.

        Raises:
            StoreUnavailable: it is something else; read again, it may be right.
        """
        recorded = response.get("Metadata", {}).get(DIGEST_NAME, "")
        if recorded and recorded != digest:
            raise StoreUnavailable(
                f"{self.name}: the bytes of {key!r} are not those that were stored",
                help="it was changed past publisher, or is damaged: put its source back and publish again",
            )

    def _make_sure_of_the_bucket(self) -> None:
        """A HEAD or GET that finds nothing may mean the object or the bucket; asked once.

        Raises:
            NoSuchBucket: it is the bucket.
        """
        from botocore.exceptions import ClientError

        if self._bucket_seen:
            return
        try:
            self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=1)
        except ClientError as error:
            if http_status(error) == 404:
                raise no_such_bucket(self._place) from error
            if http_status(error) != 403:
                raise
        self._bucket_seen = True

    def _say_why(self, key: str) -> None:
        """The answer to a HEAD has no room for a reason; that to a GET has, and is raised."""
        response = self._get(key, 1)
        if response is not None:
            response["Body"].close()


class Connection:
    """A client with its pool of connections, and the lanes in which parts go through it: for any number of
    threads and stores."""

    def __init__(self, client: S3Client) -> None:
        send_large_blocks(client)
        self.client = client
        self.lanes = Lanes()


def connection_to(endpoint: str) -> Connection:
    """The connection of all shows that are published together, or one of its own.

    It is made anew now and then, so that a process that runs for weeks finds credentials that were changed.
    """
    return shared(("s3", endpoint), lambda: Connection(connect(endpoint)), for_seconds=_CONNECTED_SECONDS)


def connect(endpoint: str = "") -> S3Client:
    """A client that all sorts of stores understand.

    Checksums in trailers are left out, which several refuse; we send `Content-MD5`, which all check. Stores
    that are not Amazon's get the bucket in the path, unless the profile says otherwise: most have no name
    in the DNS for each bucket.
    """
    import boto3
    from botocore.config import Config

    config = Config(
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "total_max_attempts": 2},
        connect_timeout=10,
        read_timeout=30,
        max_pool_connections=32,
        tcp_keepalive=True,
    )
    session = boto3.session.Session()
    address = endpoint or None
    client = session.client("s3", endpoint_url=address, config=config)
    chosen_style = (getattr(client.meta.config, "s3", None) or {}).get("addressing_style")
    if chosen_style or _is_amazon(client.meta.endpoint_url):
        return client
    return session.client(
        "s3", endpoint_url=address, config=config.merge(Config(s3={"addressing_style": "path"}))
    )


def _is_amazon(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _without_user(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _whole_length(response: GetObjectOutputTypeDef) -> int:
    total = response.get("ContentRange", "").rpartition("/")[2]
    return int(total) if total.isdecimal() else response["ContentLength"]


def _stored(key: str, response: dict[str, Any], length_bytes: int) -> Stored:
    return Stored(
        key=key,
        length_bytes=length_bytes,
        version=response["ETag"],
        type=response.get("ContentType", ""),
        digest=response.get("Metadata", {}).get(DIGEST_NAME, ""),
        modified=_utc(response["LastModified"]),
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
