"""The parts of a large show's manifest: stored with a release, read from a store or from its copies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from publisher.build.artifact import addressed_bytes
from publisher.identity import sha256
from publisher.manifest import Manifest, StoredObject
from publisher.manifest.listings import cut_listings
from publisher.manifest.pieces import ReadParts
from publisher.manifest.writing import Cut, cut, in_parts
from publisher.release.uploads import Uploads, each
from publisher.store.base import Store

_REMEMBERED_BYTES: Final = 128 << 20

SUFFIX: Final = ".part"
"""Of a part's copy."""


def store_parts(uploads: Uploads, manifest: Manifest) -> tuple[Manifest, tuple[Cut, ...]]:
    """Stores those parts of a manifest that are not there yet.

    Returns:
        The manifest with its parts, and what is in those of episodes; one that is small has none.
    """
    cuts = cut(manifest.episodes)
    listings = cut_listings(manifest) if cuts else ()
    episodes = _stored(
        uploads,
        "episodes",
        [of.part.object if of.part else None for of in cuts],
        lambda at: of.part.data if (of := cuts[at]).part else of.data,
    )
    listed = _stored(uploads, "listing", [of.part for of in listings], lambda at: listings[at].data)
    return in_parts(manifest, episodes, listed), cuts


def _stored(
    uploads: Uploads, stem: str, parts: Sequence[StoredObject | None], data: Callable[[int], bytes]
) -> list[StoredObject]:
    """Parts of a manifest, all of them stored.

    Args:
        parts: as they stand in the release before; None for those that it has not.
        data: gives the bytes of one by its place.
    """
    standing = [part if part and uploads.is_sound(part.key) else None for part in parts]
    new = [
        addressed_bytes("releases", stem, ".json", data(at)) for at, part in enumerate(standing) if not part
    ]
    stored = iter(uploads.keep_all(new))
    return [part or next(stored) for part in standing]


def parts_from(store: Store) -> ReadParts:
    """Reads parts from a store."""

    def read(parts: Sequence[StoredObject]) -> list[bytes | None]:
        found = each(store.read, [part.key for part in parts])
        return [got[0] if got else None for got in found]

    return read


def remembered(read_parts: ReadParts) -> ReadParts:
    """Reads each part once, as far as they fit: the releases of a show have most of theirs in common."""
    known: dict[str, bytes | None] = {}

    def read(parts: Sequence[StoredObject]) -> list[bytes | None]:
        new = [part for part in parts if part.key not in known]
        found = dict(zip([part.key for part in new], read_parts(new), strict=True)) if new else {}
        together = {part.key: found.get(part.key) or known.get(part.key) for part in parts}
        if sum(len(data or b"") for data in (*known.values(), *found.values())) > _REMEMBERED_BYTES:
            known.clear()
        known.update(together)
        return [*together.values()]

    return read


def copied_parts(folder: Path, store: Store | None) -> ReadParts:
    """Reads parts from the copies of past runs; what is not among them is read from the store, and kept.

    Args:
        store: None where it cannot be asked.
    """

    def one(part: StoredObject) -> bytes | None:
        with contextlib.suppress(OSError):
            data = (folder / copy_name(part.key)).read_bytes()
            if sha256(data) == part.digest:
                return data
        got = store.read(part.key) if store else None
        if got is None:
            return None
        if sha256(got[0]) == part.digest:
            keep_part(folder, part.key, got[0])
        return got[0]

    return lambda parts: each(one, parts)


def keep_part(folder: Path, key: str, data: bytes) -> None:
    """Keeps a copy of a part; where that is not possible, the next run fetches it."""
    with contextlib.suppress(OSError):
        write_copy(folder / copy_name(key), data)


def copy_name(key: str) -> str:
    """Of the file with a part's copy."""
    return key.rpartition("/")[2].rpartition(".")[0] + SUFFIX


def write_copy(path: Path, *data: bytes) -> None:
    """Raises OSError; nothing half written is seen under the name.

    Args:
        data: one piece after the other.
    """
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as writer:
        writer.writelines(data)
    partial.replace(path)
