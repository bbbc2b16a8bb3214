"""Uploads in parts that broke off, found again: by this run, by a later one, from any machine.

Nothing is noted on this machine. An object's name holds its digest, so an upload under that name is one of
the same bytes whoever began it, and each of its parts is compared with these bytes before it counts. So two
runs that go on with the same upload at the same time send the same parts; who completes it second finds it
gone, and the object there.

No upload is ended here that another run may be working on: where an upload is nothing more than segments and
a list (Swift), ending one while another run completes it would take the segments out of the object. What
nobody goes on with is ended by `publisher prune`, a grace period after it began."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

GONE_ON_WITH_FOR: Final = timedelta(days=6)
"""Older ones are left alone: rules of the bucket's life cycle mostly end them after a week."""

BLOCK_BYTES: Final = 1 << 20
PART_BYTES: Final = 8 << 20
PARTS_AT_MOST: Final = 10_000
_LOOKED_INTO_AT_MOST: Final = 3


def part_bytes(length_bytes: int) -> int:
    """The size of each part but the last one, in whole blocks: for the same length always the same, so that a
    later run finds the parts of an earlier one where its own would be."""
    blocks = -(-length_bytes // (PARTS_AT_MOST * BLOCK_BYTES))
    return max(PART_BYTES, blocks * BLOCK_BYTES)


@dataclass(frozen=True, slots=True)
class Part:
    """A part as the store has it."""

    etag: str
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload that can be sent parts.

    Attributes:
        name: the object's, whole.
        is_ours: whether this run began it, so that it has the headers that are wanted now.
        parts: what the store has of it, by number.
    """

    bucket: str
    name: str
    id: str
    is_ours: bool
    parts: Mapping[int, Part] = field(default_factory=dict)

    @property
    def target(self) -> dict[str, Any]:
        """What every request about it names."""
        return {"Bucket": self.bucket, "Key": self.name, "UploadId": self.id}


class Unfinished:
    """The unfinished uploads of one store.

    Args:
        prefix: what the names of all objects of the store start with.
    """

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix
        self._lock = threading.Lock()
        self._begun: dict[str, list[str]] = defaultdict(list)
        self._others: dict[str, list[str]] | None = None
        self._at_work: set[str] = set()

    def begin(self, arguments: dict[str, Any]) -> Upload:
        """A new one, under these headers."""
        started = self._client.create_multipart_upload(**arguments)
        name, id = arguments["Key"], started["UploadId"]
        with self._lock:
            self._begun[name].append(id)
            self._at_work.add(id)
        return Upload(self._bucket, name, id, is_ours=True)

    def of(self, arguments: dict[str, Any], length_bytes: int) -> Upload | None:
        """The one of this object that is furthest, None where there is none.

        Args:
            arguments: as for `begin`.
            length_bytes: the object's; parts of other sizes than it is cut into do not count.
        """
        name, count = arguments["Key"], -(-length_bytes // part_bytes(length_bytes))
        found = [self._looked_into(name, id) for id in self._candidates(name)]
        uploads = [upload for upload in found if upload is not None]
        with self._lock:
            # Of parts that the object has not, Ceph wants to know at the end, too.
            free = [
                upload
                for upload in uploads
                if upload.id not in self._at_work and max(upload.parts, default=0) <= count
            ]
            # One without parts will do as well as a new one, and does not stay open.
            best = max(free, key=lambda one: (_length(one, length_bytes), one.is_ours), default=None)
            if best is not None:
                self._at_work.add(best.id)
        return best

    def leave(self, upload: Upload) -> None:
        """Nobody of this run works on it any more."""
        with self._lock:
            self._at_work.discard(upload.id)

    def forget(self, upload: Upload) -> None:
        """It is over."""
        with self._lock:
            self._at_work.discard(upload.id)
            for known in (self._begun, self._others or {}):
                if upload.id in known.get(upload.name, ()):
                    known[upload.name].remove(upload.id)

    def _candidates(self, name: str) -> list[str]:
        with self._lock:
            if self._others is None:
                self._others = self._listed()
            ids = [*self._begun.get(name, ()), *self._others.get(name, ())]
            return [id for id in dict.fromkeys(ids) if id not in self._at_work][:_LOOKED_INTO_AT_MOST]

    def _listed(self) -> dict[str, list[str]]:
        """Those that other runs began lately, the newest first, by object; asked once, before the first large
        object. Who may not list them, or cannot, sends everything."""
        from botocore.exceptions import BotoCoreError, ClientError

        earliest = datetime.now(UTC) - GONE_ON_WITH_FOR
        found: list[tuple[datetime, str, str]] = []
        pages = self._client.get_paginator("list_multipart_uploads")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
                for upload in page.get("Uploads", ()):
                    found.append((upload["Initiated"], upload["Key"], upload["UploadId"]))
        except (ClientError, BotoCoreError):
            return {}
        listed: dict[str, list[str]] = defaultdict(list)
        for moment, name, id in sorted(found, reverse=True):
            if moment >= earliest:
                listed[name].append(id)
        return listed

    def _looked_into(self, name: str, id: str) -> Upload | None:
        """The upload with its parts; None where it is gone, or nobody says."""
        from botocore.exceptions import BotoCoreError, ClientError

        parts: dict[int, Part] = {}
        pages = self._client.get_paginator("list_parts")
        try:
            for page in pages.paginate(Bucket=self._bucket, Key=name, UploadId=id):
                for part in page.get("Parts", ()):
                    parts[part["PartNumber"]] = Part(part["ETag"], part["Size"])
        except (ClientError, BotoCoreError):
            return None
        with self._lock:
            is_ours = id in self._begun.get(name, ())
        return Upload(self._bucket, name, id, is_ours, parts)


def _length(upload: Upload, length_bytes: int) -> int:
    """How much of the object the store seems to have: by numbers and lengths alone."""
    size = part_bytes(length_bytes)
    last = -(-length_bytes // size)
    sizes = dict.fromkeys(range(1, last), size) | {last: length_bytes - (last - 1) * size}
    return sum(
        part.length_bytes for number, part in upload.parts.items() if sizes.get(number) == part.length_bytes
    )
