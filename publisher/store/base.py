"""The port to where a show is published. A folder and S3 stand behind it, and pass one contract suite.

What every store promises:

* An object is seen whole or not at all: a reader never gets half of a write, nor a mix of two.
* A `put` that returned has happened, and survives a crash of this process and of the machine.
* `replace` is compare-and-swap on one object as far as `conditional_writes` says so.
* Calls may come from several threads at once.
* Every failure is a `publisher.errors.StoreError` (or `Conflict`), raised with the third party's error as
  its cause; no message holds a secret.

Keys are ASCII, relative, with `/` between parts; no part starts with `.`, so that none leaves the store and
none names what a store keeps for itself. `checked_key` holds this at every border.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from publisher.errors import StoreError

KEY_BYTES_AT_MOST = 1000
"""S3 allows 1,024, of which the prefix takes some."""


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes to be stored, known by size and digest before the first one is sent.

    Attributes:
        open: gives a fresh seekable binary reader, positioned at 0; the store closes it.
        length_bytes: how many bytes it yields.
        digest: their SHA-256, lowercase hexadecimal.
        pieces: they themselves, one piece after the other, where they were summed in memory: there they
            cannot change on their way, as a producer's file may. None for any others.
    """

    open: Callable[[], BinaryIO]
    length_bytes: int
    digest: str
    pieces: tuple[bytes | memoryview, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store says of an object.

    Attributes:
        version: opaque; equal exactly while the object is unchanged (an ETag, for S3).
        type: Content-Type, empty where the store keeps none.
        digest: SHA-256 as recorded when we wrote it, empty where the store keeps none.
        etag: the ETag, with its quotes, with which it is served as it lies there; empty where nobody knows.
        modified: last change, aware, UTC.
    """

    key: str
    length_bytes: int
    version: str
    type: str = ""
    digest: str = ""
    modified: datetime | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Headers:
    """How an object is to be served.

    Attributes:
        metadata: keys are lowercase ASCII.
        encoding: Content-Encoding of the bytes, `gzip`; empty for those that are as they are.
    """

    type: str
    cache_control: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    encoding: str = ""


class Store(Protocol):
    """See the module's text for what every implementation promises."""

    @property
    def name(self) -> str:
        """What to call it before a person: `s3://bucket/prefix`, or the folder's path. No secret in it."""

    @property
    def conditional_writes(self) -> bool:
        """Whether `replace` is atomic. May change from True to False once, when the first try teaches so."""

    def head(self, key: str) -> Stored | None:
        """What is known of the object, or None where there is none."""

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        """The object's bytes (or only the first ones; `Stored` still tells the whole length), or None."""

    def open(self, key: str) -> BinaryIO:
        """A reader of the object, for what is too large to hold. Raises ObjectMissing."""

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        """Writes the object, whatever was there. `progress` is told of bytes sent since it was last called;
        negative after a retry takes bytes back."""

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        """Writes the object only if its version still is `expected` (None: only if there is none).

        Raises:
            Conflict: it is not; nothing was written.
        """

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Every object whose key starts with `prefix`, ordered by key. Type and digest may be left empty."""

    def delete(self, key: str) -> None:
        """Removes the object; nothing happens where there is none."""


def is_key(key: str) -> bool:
    """Whether every store can hold an object of that name."""
    if not (key.isascii() and key.isprintable() and len(key) <= KEY_BYTES_AT_MOST) or "\\" in key:
        return False
    return all(part and not part.startswith(".") for part in key.split("/"))


def checked_key(key: str) -> str:
    """The key itself, where it is one that every store can hold.

    A key may come out of a manifest that somebody else wrote, so each store asks before it acts on one.

    Raises:
        StoreError: it is not.
    """
    if not is_key(key):
        raise StoreError(
            f"{key[:200]!r} cannot be the name of an object",
            help="names are ASCII, relative, without empty parts or parts that start with a dot",
        )
    return key
