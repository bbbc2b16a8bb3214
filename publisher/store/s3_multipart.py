"""Large objects in parts: in parallel, each checked by the server, and in bounded memory.

boto3's own transfer sends parts without a checksum once trailing ones are switched off, and bounds its memory
per upload; here every part carries `Content-MD5`, which all stores check, and all uploads share one bound.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from publisher.store.base import Body
from publisher.store.body import blocks
from publisher.store.s3_errors import error_code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 << 20
"""Objects up to this size go in one request."""

PARTS_AT_MOST = 10_000
_SENT_AT_ONCE = 4
_HELD_AT_ONCE = 6
_LAST_PARTS_SECONDS = 5.0


class MultipartUploads:
    """The uploads of one store, from however many threads: together they hold `_HELD_AT_ONCE` parts."""

    def __init__(self, client: S3Client) -> None:
        self._client = client
        self._threads = ThreadPoolExecutor(_SENT_AT_ONCE, thread_name_prefix="publisher-part")
        self._room = threading.BoundedSemaphore(_HELD_AT_ONCE)

    def upload(
        self, key: str, body: Body, arguments: dict[str, Any], progress: Callable[[int], None] | None
    ) -> None:
        """Sends the body; either the whole object appears under its name, or nothing changes.

        Args:
            key: the object's name in messages.
            body: what to send, at least one byte.
            arguments: `Bucket`, `Key` and what `create_multipart_upload` takes besides.
            progress: told of each part that has arrived, in this thread.

        Raises:
            StoreError: the body is not what it promised.
            botocore.exceptions.BotoCoreError, ClientError: as boto3 raises them.
        """
        target = {"Bucket": arguments["Bucket"], "Key": arguments["Key"]}
        started = self._client.create_multipart_upload(**arguments)
        upload = target | {"UploadId": started["UploadId"]}
        sending: list[Future[CompletedPartTypeDef]] = []
        arrived = _Arrivals(body.length_bytes, progress)
        try:
            for future in self._started_parts(key, body, upload, arrived.part_bytes):
                sending.append(future)
                arrived.tell(sending)
            parts = [future.result() for future in sending]
            arrived.tell(sending)
            self._complete(upload, parts, body.digest)
        except BaseException:
            for future in sending:
                future.cancel()
            wait(sending, timeout=_LAST_PARTS_SECONDS)
            # Whatever cannot be cleared away now must not hide why.
            with contextlib.suppress(Exception):
                self._client.abort_multipart_upload(**upload)
            arrived.take_back()
            raise

    def _started_parts(
        self, key: str, body: Body, upload: dict[str, Any], part_bytes: int
    ) -> Iterator[Future[CompletedPartTypeDef]]:
        number = 0
        with contextlib.closing(blocks(key, body, part_bytes)) as source:
            while True:
                self._room.acquire()
                try:
                    block = next(source, None)
                    if block is None:
                        self._room.release()
                        return
                    number += 1
                    future = self._threads.submit(self._send, upload, number, block)
                except BaseException:
                    self._room.release()
                    raise
                future.add_done_callback(lambda _: self._room.release())
                del block
                yield future

    def _send(self, upload: dict[str, Any], number: int, block: bytes) -> CompletedPartTypeDef:
        md5 = base64.b64encode(hashlib.md5(block, usedforsecurity=False).digest()).decode()
        sent = self._client.upload_part(**upload, PartNumber=number, Body=block, ContentMD5=md5)
        return {"ETag": sent["ETag"], "PartNumber": number}

    def _complete(self, upload: dict[str, Any], parts: list[CompletedPartTypeDef], digest: str) -> None:
        from botocore.exceptions import ClientError

        try:
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except ClientError as error:
            # A repeated request finds no upload where the first one completed it and its answer got lost.
            if error_code(error) != "NoSuchUpload":
                raise
            found = self._client.head_object(Bucket=upload["Bucket"], Key=upload["Key"])
            if digest not in found["Metadata"].values():
                raise


class _Arrivals:
    """Tells of parts that have arrived, each once, and takes everything back after a failure."""

    def __init__(self, length_bytes: int, progress: Callable[[int], None] | None) -> None:
        self._length_bytes = length_bytes
        self._progress = progress
        self._told: set[int] = set()
        self._told_bytes = 0
        self.part_bytes = max(PART_BYTES, -(-length_bytes // PARTS_AT_MOST))

    def tell(self, sending: list[Future[CompletedPartTypeDef]]) -> None:
        """Raises what a part failed with, so that no further one is sent."""
        for index, future in enumerate(sending):
            if index not in self._told and future.done():
                future.result()
                self._told.add(index)
                self._tell(min(self.part_bytes, self._length_bytes - index * self.part_bytes))

    def take_back(self) -> None:
        if self._told_bytes:
            self._tell(-self._told_bytes)

    def _tell(self, length_bytes: int) -> None:
        self._told_bytes += length_bytes
        if self._progress is not None:
            self._progress(length_bytes)
