"""What is sent in one request, as boto3 takes it: by large blocks, and hashed no oftener than it has to be.

boto3 gives bytes to its HTTP library as a file, which is sent by 16 KiB after a round trip that asks whether
the server will have it. And it reads each body once more than it sends it, to sign its SHA-256. Here a body
says its digest, where that is known, and comes in blocks of its own size."""

from __future__ import annotations

import base64
import collections
import contextlib
import hashlib
import secrets
import threading
from collections.abc import Callable, Generator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from publisher.errors import StoreError
from publisher.store.base import Body
from publisher.store.body import blocks, whole
from publisher.store.s3_errors import as_store_error, error_code, http_status

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

    from publisher.store.s3_errors import Place

HELD_BYTES: Final = 1 << 20
"""Up to this size a body is held in memory, and sent without asking first whether it is wanted."""

_BLOCK_BYTES: Final = 1 << 20
_SIGNATURES: Final = ("v4", "s3v4")
"""What botocore calls version 4 before and after it knows that it signs for S3."""

_MISMATCH: Final = {"XAmzContentSHA256Mismatch", "BadDigest", "InvalidDigest", "SignatureDoesNotMatch"}


class Held:
    """Bytes in memory, given in one block."""

    def __init__(self, content: bytes | memoryview) -> None:
        self._content = content
        self._read = False

    @cached_property
    def digest(self) -> str:
        """SHA-256, lowercase hexadecimal: taken once, however often the request is repeated."""
        return hashlib.sha256(self._content).hexdigest()

    @property
    def md5(self) -> bytes:
        return hashlib.md5(self._content, usedforsecurity=False).digest()

    def __len__(self) -> int:
        return len(self._content)

    def read(self, _at_most: int = -1) -> bytes | memoryview:
        """All of it, then nothing: whoever sends it takes blocks of any size."""
        content = b"" if self._read else self._content
        self._read = True
        return content

    def tell(self) -> int:
        return len(self._content) if self._read else 0

    def seek(self, offset: int, _whence: int = 0) -> int:
        """Back to the start, for a request that is repeated; nothing else is asked of it."""
        self._read = offset > 0
        return self.tell()


class Streamed:
    """A body of any size that is read while it is sent. Whether it is what it promises is for the store to
    say, which compares it with the digest that is signed: summed here, too, it would take as long again.

    Args:
        key: the object's name in messages.
        progress: told of what the connection has taken; negative where a request is begun again.
    """

    def __init__(self, key: str, body: Body, progress: Callable[[int], None] | None) -> None:
        self._key = key
        self._body = body
        self._progress = progress
        self._blocks: Generator[bytes, None, None] | None = None
        self._sent = 0
        self._told = 0
        self.failure: StoreError | None = None
        """What is wrong with the body; the HTTP library passes on only that something was."""

    @property
    def digest(self) -> str:
        """SHA-256, lowercase hexadecimal, as the body promises it."""
        return self._body.digest

    def __len__(self) -> int:
        return self._body.length_bytes

    def read(self, _at_most: int = -1) -> bytes:
        """The next block, whatever size is asked for: the connection takes any.

        Raises:
            StoreError: the body has another length than it promises, or cannot be read.
        """
        if self.failure is not None:
            raise self.failure
        self._tell(self._sent - self._told)
        if self._blocks is None:
            self._blocks = blocks(self._key, self._body, _BLOCK_BYTES, summed=False)
        try:
            block = next(self._blocks, b"")
        except StoreError as error:
            self.failure = error
            raise
        self._sent += len(block)
        return block

    def tell(self) -> int:
        return self._sent

    def seek(self, offset: int, whence: int = 0) -> int:
        """Back to the start, for a request that is repeated; nothing else is asked of it."""
        if (offset, whence) != (0, 0):
            raise ValueError(f"it can be sent from its start alone, not from {offset}")
        self.close()
        return 0

    def close(self) -> None:
        """Ends the reading, and takes back what was told."""
        if self._blocks is not None:
            self._blocks.close()
        self._tell(-self._told)
        self._blocks, self._sent = None, 0

    def arrived(self) -> None:
        """The server has all of it."""
        self._tell(self._sent - self._told)

    def _tell(self, length_bytes: int) -> None:
        self._told += length_bytes
        if length_bytes and self._progress is not None:
            self._progress(length_bytes)


def send_large_blocks(client: S3Client) -> None:
    """Lets the client take digests from bodies that know them, and send small ones without asking first."""
    from publisher.store.s3_signing import KNOWN_DIGESTS

    def choose(signature_version: str, signing_name: str, **_: Any) -> str | None:
        is_plain = signature_version in _SIGNATURES and signing_name == "s3"
        return KNOWN_DIGESTS if is_plain else None

    def at_once(params: dict[str, Any], **_: Any) -> None:
        body = params.get("body")
        if isinstance(body, Held):
            # One body may serve for several calls, as when a condition is put in another way.
            body.seek(0)
            if len(body) <= HELD_BYTES:
                params["headers"].pop("Expect", None)

    events: Any = client.meta.events
    events.register("choose-signer.s3", choose)
    events.register_last("before-call.s3", at_once)


def put_held(
    client: S3Client,
    key: str,
    body: Body,
    arguments: dict[str, Any],
    progress: Callable[[int], None] | None,
) -> bool:
    """Writes an object out of memory.

    Args:
        key: its name in messages.
        arguments: what `put_object` takes besides the content.

    Returns:
        Whether the store calls it by the MD5 of what was sent.

    Raises:
        StoreError: the body is not what it promised.
        botocore.exceptions.BotoCoreError, ClientError: as boto3 raises them.
    """
    held: Any = Held(whole(key, body))
    md5 = held.md5
    answer = client.put_object(**arguments, Body=held, ContentMD5=content_md5(md5))
    if progress is not None:
        progress(body.length_bytes)
    return is_etag_of(answer.get("ETag", ""), md5)


def put_streamed(
    client: S3Client,
    key: str,
    body: Body,
    arguments: dict[str, Any],
    progress: Callable[[int], None] | None,
) -> bool:
    """As `put_held`, without holding it: to a store that compares what arrives with the digest that is
    signed, so that its acceptance proves the content."""
    streamed: Any = Streamed(key, body, progress)
    try:
        client.put_object(**arguments, Body=streamed)
    except BaseException as error:
        streamed.close()
        if streamed.failure is not None and isinstance(error, Exception):
            raise streamed.failure from error
        if isinstance(error, Exception) and error_code(error) in _MISMATCH:
            # It says so itself where the source changed; else the store means something else.
            collections.deque(blocks(key, body, _BLOCK_BYTES), maxlen=0)
        raise
    streamed.arrived()
    return True


def content_md5(md5: bytes) -> str:
    """The header of that name (RFC 1864)."""
    return base64.b64encode(md5).decode()


def is_etag_of(etag: str, md5: bytes) -> bool:
    """Whether a store calls an object by the MD5 of what it was sent: only who has read all of it can."""
    return etag.strip('"').lower() == md5.hex()


class DigestCheck:
    """Whether the store compares what arrives with the SHA-256 that the signature names.

    It is asked once, before the first large object, with bytes that are not those that are named. A store
    that refuses them needs no `Content-MD5`, which takes more than twice the time of SHA-256 where processors
    know the latter; and when it accepts others, it has read and compared every byte.

    Args:
        prefix: where this store may write, with its slash.
    """

    def __init__(self, client: S3Client, bucket: str, prefix: str, place: Place) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._place = place
        self._lock = threading.Lock()
        self._is_made: bool | None = None

    def is_made(self) -> bool:
        """Raises botocore.exceptions.ClientError, BotoCoreError where the store cannot be asked just now."""
        with self._lock:
            if self._is_made is None:
                self._is_made = self._asked()
            return self._is_made

    def _asked(self) -> bool:
        from botocore.exceptions import ClientError

        name = f"{self._prefix}.publisher-asks-{secrets.token_hex(8)}"
        other: Any = _Misnamed(b"these bytes are not those that are named")
        try:
            self._client.put_object(Bucket=self._bucket, Key=name, Body=other)
        except ClientError as error:
            if error_code(error) in _MISMATCH:
                return True
            if self._is_no_answer(error):
                raise
            return False
        with contextlib.suppress(ClientError):
            self._client.delete_object(Bucket=self._bucket, Key=name)
        return False

    def _is_no_answer(self, error: ClientError) -> bool:
        from publisher.errors import NoSuchBucket, StoreUnavailable

        wrapped = as_store_error(error, self._place, "write")
        return isinstance(wrapped, StoreUnavailable | NoSuchBucket) or http_status(error) >= 500


class _Misnamed(Held):
    """Bytes that say they are others."""

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(b"others").hexdigest()
