"""How a worker gets a source: from the show folder, where it sees that, else from a copy in a bucket."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.errors import ClusterError, ObjectMissing, PublisherError
from publisher.reading.probes import sha256_of
from publisher.store import Store, open_store

_BLOCK: Final = 1 << 20
_SAMPLE_BYTES: Final = 1 << 16
SHARE_HELP: Final = (
    "mount the show folder at the same path on every worker, or copy it into a bucket that the workers may "
    "read: --sources s3://bucket/prefix"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where producers' files are.

    Attributes:
        root: the show folder, where every machine sees it at the same path.
        bucket: `s3://bucket/prefix` under which the same files lie, by the same names; empty where none does.
        endpoint: of the bucket's server; empty where boto3's own settings tell it.
    """

    root: str
    bucket: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A producer's file, in the hands of a worker.

    Attributes:
        place: what to call it before a person.
        digest: SHA-256, where it is known already.
    """

    path: Path
    place: str
    digest: str


@contextlib.contextmanager
def found(
    sources: Sources,
    name: str,
    length_bytes: int,
    *,
    digest: str = "",
    work: Path,
    going_on: Callable[[], None] = lambda: None,
) -> Iterator[Source]:
    """The source as a file of this machine.

    Args:
        name: below the show folder, with `/`.
        digest: what it has to be; empty where that is to be found out.
        work: a folder for a copy.
        going_on: called while it is fetched; what it raises ends that.

    Raises:
        ClusterError: it is not here, or is another one.
    """
    path = Path(sources.root, name)
    try:
        length = path.stat().st_size if path.is_file() else -1
    except OSError:
        length = -1
    if length == length_bytes and os.access(path, os.R_OK):
        yield Source(path, str(path), "")
        return
    if not sources.bucket:
        if length < 0:
            raise ClusterError(f"it does not see {path}", help=SHARE_HELP)
        if length == length_bytes:
            raise ClusterError(f"it may not read {path}", help="let the workers' user read the show folder")
        raise ClusterError(
            f"it sees another file at {path}: {length:,} bytes instead of {length_bytes:,}", help=_SAME_HELP
        )
    copy = work / f"source{Path(name).suffix}"
    place = f"{sources.bucket.rstrip('/')}/{name}"
    found_digest = _fetch(sources, name, copy, place, going_on)
    length = copy.stat().st_size
    if length != length_bytes or (digest and found_digest != digest):
        raise ClusterError(
            f"{place} is another file: {length:,} bytes with the SHA-256 {found_digest[:16]}… instead of "
            f"{length_bytes:,} bytes" + (f" with {digest[:16]}…" if digest else ""),
            help="copy the show's audio to the bucket again, then run again",
        )
    try:
        yield Source(copy, place, found_digest)
    finally:
        copy.unlink(missing_ok=True)


_SAME_HELP: Final = (
    "see that every worker sees the same folder, and that the file is complete (an export or a sync may be "
    "running still), then run again"
)


def check(source: Source, digest: str) -> None:
    """Sees to it that what was read is what was meant. What was fetched has been looked at already.

    Raises:
        ClusterError: it is another file.
    """
    read = source.digest or sha256_of(source.path)
    if read != digest:
        raise ClusterError(
            f"it sees another file at {source.place}: the SHA-256 is {read[:16]}… instead of {digest[:16]}…",
            help=_SAME_HELP,
        )


def sample(path: Path) -> str:
    """A digest of the file's size, beginning, middle and end: enough to tell whether two machines see the
    same file, for who will not read all of it. Raises OSError."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as reader:
        for place in (0, max(0, size // 2), max(0, size - _SAMPLE_BYTES)):
            reader.seek(place)
            digest.update(reader.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def _fetch(sources: Sources, name: str, copy: Path, place: str, going_on: Callable[[], None]) -> str:
    """Copies an object to a file, and gives its SHA-256."""
    digest = hashlib.sha256()
    try:
        with store_at(sources.bucket, sources.endpoint, True).open(name) as reader, copy.open("wb") as writer:
            while block := reader.read(_BLOCK):
                going_on()
                digest.update(block)
                writer.write(block)
    except ObjectMissing as error:
        raise ClusterError(
            f"there is no {place}", help="copy the show's audio there, then run again"
        ) from error
    except PublisherError as error:
        raise ClusterError(f"{place} cannot be fetched: {error.message}", help=error.help) from error
    return digest.hexdigest()


@functools.lru_cache(maxsize=16)
def store_at(address: str, endpoint: str, any_names: bool = False) -> Store:
    """A store, opened once in a process: connections and credentials are kept."""
    return open_store(address, endpoint=endpoint, base=Path("/"), any_names=any_names)
