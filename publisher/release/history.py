"""Past releases: each manifest names the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publisher.errors import StoreError, UsageError
from publisher.manifest import Manifest, Released, read_manifest
from publisher.manifest.pieces import ReadParts, is_same
from publisher.release.manifest_parts import parts_from, remembered
from publisher.release.published import lost, release_in
from publisher.store.base import Store


@dataclass(frozen=True, slots=True)
class Past:
    """One release.

    Attributes:
        key: of its manifest.
        when: when the store got the manifest, aware, UTC; None where it does not say.
        manifest: what it consists of.
        added, changed, removed: slugs of episodes, against the release before.
        show_changes: names of the parts of podcast.yaml that differ.
    """

    key: str
    when: datetime | None
    manifest: Manifest
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    show_changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Short, to be typed."""
        return short(self.key)

    def as_json(self) -> dict[str, Any]:
        return {
            "release": self.name,
            "key": self.key,
            "when": self.when.isoformat() if self.when else None,
            "version": self.manifest.version,
            "episodes": len(self.manifest.episodes),
            "added": list(self.added),
            "changed": list(self.changed),
            "removed": list(self.removed),
            "show_changes": list(self.show_changes),
            "repeats": short(self.manifest.repeats) or None,
            "undone": short(self.manifest.undone) or None,
        }


def short(key: str) -> str:
    """The first twelve digits of a manifest's digest."""
    return key.removeprefix("releases/")[:12].removesuffix(".json")


def chain(store: Store) -> Iterator[Past]:
    """Every release from the one that stands, back to the first, or to where the manifests were pruned.

    Raises:
        StoreError: the store failed, or a manifest is damaged.
    """
    key = release_in(store)
    read_parts = remembered(parts_from(store))
    current = _read(store, key, read_parts) if key else None
    if key and current is None:
        raise lost(store, key)
    while current is not None:
        past, manifest = current
        before = _read(store, manifest.previous, read_parts) if manifest.previous else None
        yield compared(past, before[1] if before else None)
        current = before


def find(store: Store, name: str) -> Past:
    """A release by the first digits of its name, or `previous`.

    Raises:
        UsageError: there is none, or several begin so.
    """
    wanted = name.removeprefix("releases/").removesuffix(".json").lower()
    found = []
    behind = 1
    for place, past in enumerate(chain(store)):
        if name == "previous":
            if place == behind:
                return past
            # What only says where an episode was announced is one with the release that it completes.
            behind += bool(past.manifest.completes) and place == behind - 1
        elif past.key.removeprefix("releases/").startswith(wanted):
            found.append(past)
    if len(found) == 1 and len(wanted) >= 4:
        return found[0]
    what = f"several releases begin with {name!r}" if len(found) > 1 else f"there is no release {name!r}"
    help = "publisher history lists them; write previous, or at least four digits of a name"
    raise UsageError(what, help=help)


def _read(store: Store, key: str, read_parts: ReadParts) -> tuple[Past, Manifest] | None:
    got = store.read(key)
    if got is None:
        return None
    manifest = read_manifest(key, got[0], read_parts)
    return Past(key, got[1].modified, manifest), manifest


def compared(past: Past, before: Manifest | None) -> Past:
    """A release with what is new in it against the one before."""
    old = {episode.guid: episode for episode in before.episodes} if before else {}
    new = {episode.guid: episode for episode in past.manifest.episodes}
    parts, then = past.manifest.parts, before.parts if before else {}
    differing = sorted(name for name in {*parts, *then} if parts.get(name) != then.get(name))
    return Past(
        past.key,
        past.when,
        past.manifest,
        added=tuple(episode.slug for guid, episode in new.items() if guid not in old),
        changed=tuple(e.slug for guid, e in new.items() if guid in old and _differs(e, old[guid])),
        removed=tuple(episode.slug for guid, episode in old.items() if guid not in new),
        show_changes=tuple(differing) if before else (),
    )


def _differs(new: Released, old: Released) -> bool:
    if new.piece and old.piece and is_same(new.piece, old.piece):
        return False
    # Neighbours' titles stand on a page: a page that differs is no change of the episode.
    return (new.slug, new.parts, new.enclosure.object) != (old.slug, old.parts, old.enclosure.object)


def ensure_published(store: Store) -> None:
    """Raises StoreError where nothing is published: there is no history then."""
    if not release_in(store):
        help = "publish first, or name another store: --to"
        raise StoreError(f"nothing is published in {store.name}", help=help)
