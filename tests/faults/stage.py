"""A bucket that is put back to release A before each disturbed publish of B."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from publisher.errors import PublisherError
from publisher.store import Store
from publisher.store.retrying import RetryingStore
from publisher.store.s3 import ONE_REQUEST_BYTES, S3Store
from tests.faults.scene import BASE, Folders, publish
from tests.servers.server import S3Server
from tests.support.checker import HttpSide, Report, check, keeps_its_address
from tests.support.faultproxy import Fault, FaultProxy, Mode, Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX: Final = "shows/small"
LARGE_BYTES: Final = ONE_REQUEST_BYTES + 1
"""One byte over what is sent in one request."""

_ADDRESSED: Final = re.compile(
    r"(?:(?:media|images|artwork)/.*-|releases/(?:.*[-/])?)[0-9a-f]{24,64}(?:\.[a-z0-9]+)+"
)
_DOCUMENTED: Final = {0, 3, 4}


@dataclass(frozen=True)
class Kept:
    """An object, to be put back."""

    etag: str
    length_bytes: int
    arguments: dict[str, Any]


@dataclass
class Stage:
    """A server with the releases A and B known; `before` and `after` are their objects by key."""

    server: S3Server
    proxy: FaultProxy
    folders: Folders
    bucket: str
    public: str
    client: S3Client
    hasty: S3Client
    patient: S3Client
    before: dict[str, Kept] = field(default_factory=dict)
    after: dict[str, Kept] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    """Those of an undisturbed publish of B."""

    @classmethod
    def make(cls, server: S3Server, proxy: FaultProxy, root: Path) -> Stage:
        """Publishes A and B, undisturbed."""
        states = Folders.make(root, large_bytes=LARGE_BYTES)
        folders, bucket = next(states), server.new_bucket()
        stage = cls(
            server,
            proxy,
            folders,
            bucket,
            f"{server.public_url(bucket)}{PREFIX}/",
            server.client(),
            _client(server, proxy, read_seconds=0.8),
            _client(server, proxy, read_seconds=30),
        )
        publish(folders.before, stage.store())
        next(states)
        stage.before = stage.snapshot()
        proxy.clear()
        publish(folders.copy(root / "undisturbed" / "show"), stage.store())
        stage.requests = list(proxy.requests)
        stage.after = stage.snapshot()
        return stage

    def store(self, *, hasty: bool = False) -> Store:
        """The store behind the proxy; it asks again as it does for everybody, but waits next to nothing."""
        bare = S3Store(self.bucket, PREFIX, client=self.hasty if hasty else self.patient)
        return RetryingStore(bare, random=lambda: 0.01)

    def listed(self) -> dict[str, tuple[str, int]]:
        """ETag and length of every object, by its key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        entries = [entry for page in pages for entry in page.get("Contents", ())]
        assert all(entry["Key"].startswith(f"{PREFIX}/") for entry in entries)
        return {
            entry["Key"].removeprefix(f"{PREFIX}/"): (entry["ETag"].strip('"'), entry["Size"])
            for entry in entries
        }

    def snapshot(self) -> dict[str, Kept]:
        """Every object with its bytes."""
        return {key: self._kept(key, etag, size) for key, (etag, size) in self.listed().items()}

    def _kept(self, key: str, etag: str, size: int) -> Kept:
        got = self.client.get_object(Bucket=self.bucket, Key=f"{PREFIX}/{key}")
        arguments = {
            "Body": got["Body"].read(),
            "ContentType": got["ContentType"],
            "Metadata": got["Metadata"],
        }
        if "CacheControl" in got:
            arguments["CacheControl"] = got["CacheControl"]
        return Kept(etag, size, arguments)

    def restore(self) -> None:
        """Puts the bucket back to A."""
        listed = self.listed()
        gone = [key for key in listed if key not in self.before]
        damaged = [
            key for key, kept in self.before.items() if listed.get(key) != (kept.etag, kept.length_bytes)
        ]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(self._put_back, damaged))
            list(threads.map(self._remove, gone))
        for key, upload in self.uploads():
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)

    def _put_back(self, key: str) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{PREFIX}/{key}", **self.before[key].arguments)

    def _remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"{PREFIX}/{key}")

    def uploads(self) -> list[tuple[str, str]]:
        """Uploads in parts that were neither completed nor aborted."""
        found = self.client.list_multipart_uploads(Bucket=self.bucket)
        return [(upload["Key"], upload["UploadId"]) for upload in found.get("Uploads", ())]

    def look(self) -> Report:
        """What the independent checker says of the bucket as it stands."""
        pages = {
            key: [kept[key].arguments["Body"] for kept in (self.before, self.after) if key in kept]
            for key in {**self.before, **self.after}
            if keeps_its_address(key)
        }
        feeds = [kept["feed.xml"].arguments["Body"] for kept in (self.before, self.after)]
        return check(HttpSide(self.public), base=BASE, feeds=feeds, pages=pages)

    def differences(self) -> list[str]:
        """How the bucket differs from one in which nothing ever went wrong. What is named by its content may
        be left over."""
        listed = self.listed()
        wanted = {key: (kept.etag, kept.length_bytes) for key, kept in self.after.items()}
        differing = [f"{key} differs" for key in wanted.keys() & listed.keys() if wanted[key] != listed[key]]
        missing = [f"{key} is missing" for key in wanted.keys() - listed.keys()]
        extra = [f"{key} is left" for key in listed.keys() - wanted.keys() if not _ADDRESSED.fullmatch(key)]
        return sorted([*differing, *missing, *extra])

    def trial(
        self, work: Path, fault: Fault, at: int, mode: Mode, *, may_leave_uploads: bool = False
    ) -> Trial:
        """One disturbed publish of B, looked at; then an undisturbed one, compared."""
        self.restore()
        folder = self.folders.copy(work / "show")
        self.proxy.arm(fault, at=at, mode=mode)
        status, said = _status(folder, self.store(hasty=fault.name in ("stall", "late")))
        struck = list(self.proxy.struck)
        self.proxy.clear()
        if not struck:
            return Trial(fault.name, at, mode, status, None, [])
        findings = [] if status in _DOCUMENTED else [f"status {status}: {said}"]
        report = self.look()
        findings += report.findings
        if status == 0 and report.feed != self.after["feed.xml"].arguments["Body"]:
            findings.append("done, it says, and the old release stands")
        again, said = _status(folder, self.store())
        if again != 0:
            findings.append(f"the run after it ended with {again}: {said}")
        # One that broke off is gone on with.
        left = self.uploads()
        if left and not may_leave_uploads and not _lost_its_name(struck, fault):
            findings.append(f"uploads are left: {left}")
        findings += self.differences()
        return Trial(fault.name, at, mode, status, struck[0], findings)


@dataclass(frozen=True)
class Trial:
    """What came of it. `struck` is None where the fault applies to no such request."""

    fault: str
    at: int
    mode: Mode
    status: int
    struck: Request | None
    findings: list[str]

    def __str__(self) -> str:
        found = "; ".join(self.findings) or "whole"
        return (
            f"{self.fault} ({self.mode}) at request {self.at}, {self.struck}, status {self.status}: {found}"
        )


def _status(folder: Path, store: Store) -> tuple[int, str]:
    """The exit status that the command line would give."""
    try:
        publish(folder, store)
    except PublisherError as error:
        return error.exit_status, str(error)
    return 0, ""


def _lost_its_name(struck: Iterable[Request], fault: Fault) -> bool:
    """Whether nobody could end the upload: the word that it began was lost, or it cannot be ended."""
    return any(
        (request.method == "POST" and request.target.endswith("?uploads") and fault.takes_effect)
        or (request.method == "DELETE" and "uploadId=" in request.target)
        for request in struck
    )


def _client(server: S3Server, proxy: FaultProxy, *, read_seconds: float) -> S3Client:
    """Like publisher's own, but for its time-outs and for asking once: asking again is the store's part."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=proxy.endpoint,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        region_name=server.region,
        config=Config(
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "total_max_attempts": 1},
            connect_timeout=10,
            read_timeout=read_seconds,
            max_pool_connections=32,
            s3={"addressing_style": "path"},
        ),
    )
