"""Large objects in parts: in parallel, each checked by the server, in bounded memory, gone on with after a
break.

boto3's own transfer sends parts without a checksum once trailing ones are switched off, bounds its memory per
upload, and begins anew each time; here every part is sent with a digest that the store compares, all uploads
share one bound, and what a run that broke off has sent counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import queue
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from publisher.store.base import Body
from publisher.store.body import blocks
from publisher.store.s3_errors import error_code, http_status
from publisher.store.s3_sent import Held, content_md5, is_etag_of
from publisher.store.s3_unfinished import BLOCK_BYTES, Unfinished, Upload, part_bytes

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_SENT_AT_ONCE: Final = 4
_HELD_AT_ONCE: Final = 6
_LAST_PARTS_SECONDS: Final = 5.0
_TRIES: Final = 4
"""An upload that is gone half-way (somebody ended it, or completed it with other content) is begun anew."""


class Lanes:
    """Threads that send parts, and room for those that wait: `_HELD_AT_ONCE` for all that share them.

    The room is pages that are filled again and again. Out of a thread's heap parts would take up to twice
    what is held of them, for what is freed of it mostly stays with the process; and with new pages for each,
    sending to a sink took two fifths longer.
    """

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(_SENT_AT_ONCE, thread_name_prefix="publisher-part")
        # Those that were used last come first, so that no more are touched than are needed.
        self._room: queue.LifoQueue[mmap.mmap | None] = queue.LifoQueue()
        for _ in range(_HELD_AT_ONCE):
            self._room.put(None)

    def filled(self, source: Iterator[bytes], length_bytes: int) -> FilledPart:
        """Waits for room, and puts the next bytes of a source into it, fewer at its end.

        Args:
            source: blocks of which a whole number make the length; the last of all may be shorter.
        """
        pages, filled = self._room.get(), 0
        try:
            if pages is None or len(pages) < length_bytes:
                pages = mmap.mmap(-1, length_bytes)
            while filled < length_bytes and (block := next(source, None)) is not None:
                pages[filled : filled + len(block)] = block
                filled += len(block)
        except BaseException:
            self._room.put(pages)
            raise
        return FilledPart(pages, filled)

    def over(self, part: FilledPart) -> None:
        """The part is not needed any more."""
        self._room.put(part.pages)


class FilledPart(NamedTuple):
    """A part that is held: the first `length_bytes` of the pages."""

    pages: mmap.mmap
    length_bytes: int

    @property
    def content(self) -> memoryview:
        return memoryview(self.pages)[: self.length_bytes]


class MultipartUploads:
    """The uploads of one store, from however many threads.

    Args:
        is_passing: whether an error is one after which the same upload may be gone on with.
        checks_digests: whether the store compares parts with the SHA-256 of their signatures; else each
            carries its MD5.
        lanes: in which they go; other stores may share them.
    """

    def __init__(
        self,
        client: S3Client,
        unfinished: Unfinished,
        *,
        is_passing: Callable[[Exception], bool],
        checks_digests: Callable[[], bool],
        lanes: Lanes,
    ) -> None:
        self._client = client
        self._unfinished = unfinished
        self._is_passing = is_passing
        self._checks_digests = checks_digests
        self._lanes = lanes

    def upload(
        self, key: str, body: Body, arguments: dict[str, Any], progress: Callable[[int], None] | None
    ) -> bool:
        """Sends the body; either the whole object appears under its name, or nothing changes.

        An upload of the same object that broke off is gone on with: a part that the store has counts where
        it has the length and the MD5 of the bytes that would be sent. After a failure that may pass, what was
        sent stays with the store for the next try, by whichever run; after any other it is cleared away.

        Args:
            key: the object's name in messages.
            body: what to send, at least one byte.
            arguments: `Bucket`, `Key` and what `create_multipart_upload` takes besides.
            progress: told of each part that has arrived, in this thread.

        Returns:
            Whether the answers prove that the store has put together what was sent under these headers.

        Raises:
            StoreError: the body is not what it promised.
            botocore.exceptions.BotoCoreError, ClientError: as boto3 raises them.
        """
        from botocore.exceptions import ClientError

        anew = False
        for attempt in range(1, _TRIES + 1):
            found = None if anew else self._unfinished.of(arguments, body.length_bytes)
            upload = found or self._unfinished.begin(arguments)
            try:
                proven = self._carried_out(key, body, upload, progress)
            except ClientError as error:
                if attempt == _TRIES or not _is_over(error):
                    raise
                if error_code(error) == "NoSuchUpload":
                    self._unfinished.forget(upload)
                else:
                    time.sleep(random.uniform(0.2, 0.4) * 2**attempt)
            else:
                if upload.is_ours:
                    return proven
                # It may have been begun by a version of publisher that gave other headers.
                anew = True
            if self._is_as_wanted(upload, arguments, body):
                return True
        return False

    def _carried_out(
        self, key: str, body: Body, upload: Upload, progress: Callable[[int], None] | None
    ) -> bool:
        sending: list[Future[CompletedPartTypeDef]] = []
        arrived = _Arrivals(body.length_bytes, progress)
        try:
            for future in self._started_parts(key, body, upload):
                sending.append(future)
                arrived.tell(sending)
            parts = [future.result() for future in sending]
            arrived.tell(sending)
            etag = self._complete(upload, parts)
        except BaseException as error:
            for future in sending:
                future.cancel()
            wait(sending, timeout=_LAST_PARTS_SECONDS)
            arrived.take_back()
            self._unfinished.leave(upload)
            if upload.is_ours and isinstance(error, Exception) and not self._is_passing(error):
                # Whatever cannot be cleared away now must not hide why.
                with contextlib.suppress(Exception):
                    self._client.abort_multipart_upload(**upload.target)
                self._unfinished.forget(upload)
            raise
        self._unfinished.forget(upload)
        return upload.is_ours and _is_made_of(etag, parts)

    def _started_parts(self, key: str, body: Body, upload: Upload) -> Iterator[Future[CompletedPartTypeDef]]:
        number = 0
        with contextlib.closing(blocks(key, body, BLOCK_BYTES)) as source:
            while True:
                part = self._lanes.filled(source, part_bytes(body.length_bytes))
                over = partial(self._over, part)
                if not part.length_bytes:
                    over()
                    return
                number += 1
                try:
                    future = self._found(upload, number, part) or self._lanes.threads.submit(
                        self._send, upload, number, part
                    )
                except BaseException:
                    over()
                    raise
                future.add_done_callback(over)
                yield future

    def _over(self, part: FilledPart, _sent: object = None) -> None:
        self._lanes.over(part)

    def _found(self, upload: Upload, number: int, part: FilledPart) -> Future[CompletedPartTypeDef] | None:
        """A part that the store has already, None where it has none or another one."""
        there = upload.parts.get(number)
        if there is None or there.length_bytes != part.length_bytes:
            return None
        if not is_etag_of(there.etag, Held(part.content).md5):
            return None
        found: Future[CompletedPartTypeDef] = Future()
        found.set_result({"ETag": there.etag, "PartNumber": number})
        return found

    def _send(self, upload: Upload, number: int, part: FilledPart) -> CompletedPartTypeDef:
        held: Any = Held(part.content)
        checked: dict[str, Any] = {} if self._checks_digests() else {"ContentMD5": content_md5(held.md5)}
        sent = self._client.upload_part(**upload.target, PartNumber=number, Body=held, **checked)
        return {"ETag": sent["ETag"], "PartNumber": number}

    def _complete(self, upload: Upload, parts: list[CompletedPartTypeDef]) -> str:
        answer = self._client.complete_multipart_upload(**upload.target, MultipartUpload={"Parts": parts})
        return answer.get("ETag", "")

    def _is_as_wanted(self, upload: Upload, arguments: dict[str, Any], body: Body) -> bool:
        """Whether the object is there, with the headers that it would be given now."""
        from botocore.exceptions import ClientError

        try:
            found: dict[str, Any] = {**self._client.head_object(Bucket=upload.bucket, Key=upload.name)}
        except ClientError as error:
            if http_status(error) == 404:
                return False
            raise
        names = ("ContentType", "CacheControl", "ContentEncoding", "Metadata")
        same = all(found.get(name, "") == arguments.get(name, "") for name in names)
        return same and bool(found["ContentLength"] == body.length_bytes)


def _is_over(error: ClientError) -> bool:
    """Whether the upload was completed, by us so that only the answer was lost, or by another run, or is
    being completed by one (Ceph: `InternalError`, already in progress); or whether somebody ended it."""
    if error_code(error) == "NoSuchUpload":
        return True
    return error.operation_name == "CompleteMultipartUpload" and error_code(error) == "InternalError"


def _is_made_of(etag: str, parts: list[CompletedPartTypeDef]) -> bool:
    """Whether a store calls an object by the MD5 of its parts' MD5s, as Amazon's does: then it has put these
    parts together, and no others.
    """
    digests = [part["ETag"].strip('"').lower() for part in parts]
    try:
        joined = b"".join(bytes.fromhex(digest) for digest in digests)
    except ValueError:
        return False
    whole = hashlib.md5(joined, usedforsecurity=False).hexdigest()
    return etag.strip('"').lower() == f"{whole}-{len(parts)}"


class _Arrivals:
    """Tells of parts that have arrived, each once, and takes everything back after a failure."""

    def __init__(self, length_bytes: int, progress: Callable[[int], None] | None) -> None:
        self._length_bytes = length_bytes
        self._part_bytes = part_bytes(length_bytes)
        self._progress = progress
        self._told: set[int] = set()
        self._told_bytes = 0

    def tell(self, sending: list[Future[CompletedPartTypeDef]]) -> None:
        """Raises what a part failed with, so that no further one is sent."""
        for index, future in enumerate(sending):
            if index not in self._told and future.done():
                future.result()
                self._told.add(index)
                self._tell(min(self._part_bytes, self._length_bytes - index * self._part_bytes))

    def take_back(self) -> None:
        if self._told_bytes:
            self._tell(-self._told_bytes)

    def _tell(self, length_bytes: int) -> None:
        self._told_bytes += length_bytes
        if self._progress is not None:
            self._progress(length_bytes)
