"""A show in a bucket, and a way to look at it that is not publisher's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.server import S3Server
from tests.support.sample import AFTER_ALL_BUT_ONE, run_well

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KINDS = ("swift", "ceph")
PREFIX = "shows/tingen"


@dataclass(frozen=True)
class Object:
    """One object of a bucket as the raw client sees it."""

    data: bytes
    type: str
    cache_control: str
    metadata: dict[str, str]
    length_bytes: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Bucket:
    """A place in a bucket to publish to; `url` is where anonymous readers find it, and ends with a slash."""

    server: S3Server
    name: str
    prefix: str
    url: str

    @property
    def client(self) -> S3Client:
        return self.server.client()

    @property
    def to(self) -> str:
        return f"s3://{self.name}/{self.prefix}"

    def publish(self, folder: Path, *options: str, now: str = AFTER_ALL_BUT_ONE) -> dict[str, Any]:
        """Runs the command in `folder`, which holds the show folder `episodes`, and gives what it says.

        The credentials stand in the environment, and nowhere else.
        """
        done = run_well(
            "publish", "episodes", "--to", self.to, "--url", self.url, "--now", now, "--json", *options,
            folder=folder,
            environment=self.server.environment(),
        )  # fmt: skip
        (show,) = json.loads(done.stdout)["shows"]
        said: dict[str, Any] = show
        return said

    def keys(self) -> list[str]:
        """Every key of the bucket, whatever its prefix."""
        return sorted(self.versions())

    def versions(self) -> dict[str, tuple[str, datetime]]:
        """Key → ETag and time of last change: what no run that does nothing may touch."""
        found = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name):
            for entry in page.get("Contents", ()):
                found[entry["Key"]] = (entry["ETag"], entry["LastModified"])
        return found

    def get(self, key: str) -> Object:
        """An object by its whole key."""
        answer = self.client.get_object(Bucket=self.name, Key=key)
        return Object(
            answer["Body"].read(),
            answer["ContentType"],
            answer.get("CacheControl", ""),
            answer["Metadata"],
            answer["ContentLength"],
        )

    def objects(self) -> dict[str, Object]:
        """Every object, by its key below the prefix."""
        start = f"{self.prefix}/"
        keys = self.keys()
        assert all(key.startswith(start) for key in keys)
        return {key.removeprefix(start): self.get(key) for key in keys}

    def feed(self) -> bytes:
        return self.get(f"{self.prefix}/feed.xml").data


def tree(folder: Path) -> Mapping[str, bytes]:
    """The objects of a show that was published to a folder."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    return {key: data for key, data in found.items() if not key.startswith(".")}
