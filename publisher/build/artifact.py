"""An artifact: bytes ready to be stored under a key."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from publisher.identity import addressed, sha256
from publisher.manifest import StoredObject
from publisher.media_types import cache_control, content_encoding, content_type
from publisher.store.base import Body, Headers


@dataclass(frozen=True, slots=True)
class Artifact:
    """An object to be, and its bytes."""

    object: StoredObject
    body: Body

    @property
    def headers(self) -> Headers:
        """How it is served. The digest goes along, so that a store can be asked for it without a download."""
        key, digest = self.object.key, self.object.digest
        return Headers(self.object.type, cache_control(key), {"sha256": digest}, content_encoding(key))


def of_bytes(key: str, data: bytes | memoryview, digest: str = "") -> Artifact:
    """An artifact at a key of its own, such as a page.

    Args:
        digest: SHA-256 of the data, where it is known.
    """
    digest = digest or sha256(data)
    body = Body(lambda: io.BytesIO(data), len(data), digest, (data,))
    return Artifact(StoredObject(key, digest, len(data), content_type(key)), body)


def addressed_bytes(
    folder: str, stem: str, ending: str, data: bytes | memoryview, digest: str = ""
) -> Artifact:
    """An artifact whose key holds its digest.

    Args:
        digest: SHA-256 of the data, where it is known.
    """
    digest = digest or sha256(data)
    return of_bytes(addressed(folder, stem, digest, ending), data, digest)


def of_reader(
    folder: str, stem: str, ending: str, open: Callable[[], BinaryIO], length_bytes: int, digest: str
) -> Artifact:
    """An artifact too large to hold, its key by its digest."""
    key = addressed(folder, stem, digest, ending)
    return Artifact(
        StoredObject(key, digest, length_bytes, content_type(key)), Body(open, length_bytes, digest)
    )


def of_file(folder: str, stem: str, ending: str, path: Path, length_bytes: int, digest: str) -> Artifact:
    """A producer's file, to be stored as it is."""
    return of_reader(folder, stem, ending, lambda: cast(BinaryIO, path.open("rb")), length_bytes, digest)
