"""What the contract suite runs over: each store, and a way to look at it that is not publisher's."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.store.base import Body, Headers, Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TEXT = Headers("text/plain; charset=utf-8")


@dataclass(frozen=True)
class Subject:
    """A store under test.

    Attributes:
        store: the store, empty.
        again: makes another one for the same place, as a second machine would.
        client, bucket, prefix: the raw way to an S3 store, None and empty for a folder.
        folder: the raw way to a folder.
    """

    kind: str
    store: Store
    again: Callable[[], Store]
    client: S3Client | None = None
    bucket: str = ""
    prefix: str = ""
    folder: Path | None = None


def body(content: bytes) -> Body:
    """A body of bytes in memory."""
    return Body(lambda: io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())


def content_of(store: Store, key: str) -> bytes:
    """The object's bytes, which must be there."""
    found = store.read(key)
    assert found is not None, f"{key} is missing"
    return found[0]
