"""What a store holds of a show: the feed's version, and the manifest that the feed names."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from publisher.errors import StoreError
from publisher.manifest import FEED_HEAD_BYTES, FEED_KEY, Manifest, indexed_manifest, named_by, read_manifest
from publisher.manifest.index import index_of, parts_in
from publisher.manifest.writing import Cut, cuts_of
from publisher.release.manifest_parts import (
    SUFFIX,
    copied_parts,
    copy_name,
    keep_part,
    parts_from,
    write_copy,
)
from publisher.store.base import Store, Stored

KEPT: Final = "releases"
"""Folder of the show's `.publisher/` for copies of manifests: they never change, and are named by digest."""

_INDEX: Final = ".index"
_STALE_SECONDS: Final = 3600
_COPIES: Final = 8
"""So many manifests are kept of a show; its private feeds have their own."""


@dataclass(frozen=True, slots=True)
class Published:
    """The released state.

    Attributes:
        feed_version: of the feed when it was read; the flip is conditional on it. None: there is no feed.
        manifest_key: of the manifest that the feed names.
        flipped: when the store got the feed, aware, UTC; None where it does not say.
    """

    feed_version: str | None = None
    manifest_key: str = ""
    manifest: Manifest | None = None
    flipped: datetime | None = None


def read_published(store: Store, *, kept: Path | None = None, known: Published | None = None) -> Published:
    """Reads what is published: the feed's first bytes, and the manifest unless a copy is at hand.

    Args:
        kept: a folder for copies of manifests. They never change, and their name is their digest.
        known: what was read before: while the feed names the same manifest, that is not read again.

    Raises:
        StoreError: the store failed, a manifest is missing or damaged, or the feed is not publisher's.
    """
    found = _feed(store)
    if found is None:
        return Published()
    key, stored = found
    if known and known.manifest and key == known.manifest_key:
        return Published(stored.version, key, known.manifest, stored.modified)
    manifest = manifest_of(store, key, kept=kept)
    if manifest is None:
        raise lost(store, key)
    return Published(stored.version, key, manifest, stored.modified)


def lost(store: Store, key: str) -> StoreError:
    """The feed names a manifest that is not there."""
    return StoreError(
        f"the feed in {store.name} names the manifest {key}, which is not there",
        help="restore it from a backup of the store; until then the published show stays as it is",
    )


def release_in(store: Store) -> str:
    """Key of the manifest that the feed names; empty where there is no feed.

    Raises:
        StoreError: the store failed, or the feed is not publisher's.
    """
    found = _feed(store)
    return found[0] if found else ""


def _feed(store: Store) -> tuple[str, Stored] | None:
    """The key that the feed names, and what the store says of the feed; None where there is none."""
    found = store.read(FEED_KEY, first_bytes=FEED_HEAD_BYTES)
    if found is None:
        return None
    head, stored = found
    key = named_by(head)
    if not key:
        raise StoreError(
            f"{store.name} holds a {FEED_KEY} that publisher did not write",
            help="publish to another folder or prefix, or move that feed away if nobody needs it",
        )
    return key, stored


def manifest_of(store: Store, key: str, *, kept: Path | None = None) -> Manifest | None:
    """A manifest by its key, from a copy if one is at hand; None where there is none.

    Raises:
        StoreError: the store failed, or the manifest is damaged.
    """
    manifest = copy_of(kept, key, store) if kept else None
    if manifest is None:
        got = store.read(key)
        if got is None:
            return None
        manifest = read_manifest(key, got[0], copied_parts(kept, store) if kept else parts_from(store))
        if kept:
            keep_copy(kept, key, got[0], manifest)
    return manifest


def keep_copy(
    folder: Path, key: str, data: bytes, manifest: Manifest, cuts: Sequence[Cut] | None = None
) -> None:
    """Keeps a manifest's bytes for the next run; where that is not possible, the next run fetches it.

    Args:
        manifest: what the data says.
        cuts: its parts; not to be given for one that was read.
    """
    path, index = folder / Path(key).name, tuple[bytes, ...]()
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if manifest.episode_parts:
            cuts = cuts_of(manifest) if cuts is None else cuts
            there = {path.name for path in folder.iterdir()}
            for part, of in zip(manifest.episode_parts, cuts, strict=True):
                if copy_name(part.key) not in there:
                    keep_part(folder, part.key, of.part.data if of.part else of.data)
            index = index_of(key, manifest, cuts)
            if index:
                write_copy(path.with_suffix(_INDEX), *index)
        if not index:
            write_copy(path, data)
        _remove_old(folder)


def _remove_old(folder: Path) -> None:
    names = [path.name for path in folder.iterdir()]
    for partial in [folder / name for name in names if name.endswith(".partial")]:
        # What a killed run left; another run may be at work.
        with contextlib.suppress(FileNotFoundError):
            if time.time() - partial.stat().st_mtime > _STALE_SECONDS:
                partial.unlink()
    written = {folder / name.rpartition(".")[0] for name in names if name.endswith((".json", _INDEX))}
    copies = sorted(written, key=_last_written)
    for old in copies[:-_COPIES]:
        old.with_suffix(".json").unlink(missing_ok=True)
        old.with_suffix(_INDEX).unlink(missing_ok=True)
    wanted: set[str] = set()
    for index in folder.glob(f"*{_INDEX}"):
        with index.open("rb") as reader:
            # A part that is wanted after all is fetched again.
            wanted |= parts_in(reader.readline() + reader.readline()) or set()
    kept = {*map(copy_name, wanted)}
    for name in names:
        if name.endswith(SUFFIX) and name not in kept:
            (folder / name).unlink(missing_ok=True)


def copy_of(folder: Path, key: str, store: Store | None = None) -> Manifest | None:
    """A manifest from the copies of past runs; None where it is not among them.

    Args:
        store: from which parts are read that are not among the copies. Without one the copies alone have to
            be whole.
    """
    path, parts = folder / Path(key).name, copied_parts(folder, store)
    with contextlib.suppress(OSError, StoreError):
        found = indexed_manifest(key, path.with_suffix(_INDEX).read_bytes(), parts)
        if found is not None and store is None:
            for episode in found.episodes:
                _ = bytes(episode.piece)
        if found is not None:
            return found
    try:
        return read_manifest(key, path.read_bytes(), parts)
    except (OSError, StoreError):
        return None


def _last_written(path: Path) -> float:
    """When a copy was written, by the path of its files without their endings."""
    files = path.with_suffix(".json"), path.with_suffix(_INDEX)
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
