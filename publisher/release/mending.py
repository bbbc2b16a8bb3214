"""What the store has lost, or holds damaged, is made again from the show folder."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from publisher.errors import ObjectMissing, StoreError
from publisher.manifest import Manifest, StoredObject
from publisher.planning import Plan, PlannedEpisode
from publisher.release.uploads import each
from publisher.store.base import Store

_BLOCK = 1 << 20
_OF_SOUND = ("form:", "peaks", "waveform")


def damaged_keys(store: Store, manifest: Manifest) -> frozenset[str]:
    """Keys of a release's objects that are not in the store as they were released.

    Every object is asked for; where the store keeps no digests, its bytes are read.

    Raises:
        StoreError: the store failed.
    """
    items = list(manifest.all_objects().values())
    return frozenset(key for key in each(lambda item: "" if _sound(store, item) else item.key, items) if key)


def with_damage(plan: Plan, damaged: frozenset[str]) -> Plan:
    """The plan, with what is damaged to be made again.

    Raises:
        StoreError: an episode's audio is damaged in the store, and not in the folder.
    """
    if not damaged:
        return plan
    episodes = tuple(_with_damage(planned, damaged) for planned in plan.episodes)
    return replace(plan, episodes=episodes, show_changes=(*plan.show_changes, "damaged"))


def _with_damage(planned: PlannedEpisode, damaged: frozenset[str]) -> PlannedEpisode:
    before = planned.before
    if before is None or planned.episode is None or planned.state not in ("changed", "unchanged"):
        return planned
    own = {item.key for item in before.objects.values()} | ({before.page.key} if before.page else set())
    if before.enclosure.object.key in damaged:
        if planned.episode.audio is None:
            raise StoreError(
                f"the audio of {planned.slug} is damaged in the store, and it is not in the folder",
                help="put the audio back into the episode's folder, or the object from a backup of the store",
            )
        before = replace(before, enclosure=replace(before.enclosure, recipe="", source_digest=""))
    elif not own & damaged:
        return planned
    # What was made of the sound is made again where the sound is; elsewhere it is missed, not pointed at.
    objects = {
        role: item
        for role, item in before.objects.items()
        if item.key not in damaged or not role.startswith(_OF_SOUND)
    }
    if len(objects) < len(before.objects):
        before = replace(before, objects=objects, parts={**before.parts, "formats": ""})
    return replace(planned, state="changed", before=before, changes=(*planned.changes, "damaged"))


def _sound(store: Store, item: StoredObject) -> bool:
    stored = store.head(item.key)
    if stored is None or stored.length_bytes != item.length_bytes:
        return False
    return stored.digest == item.digest if stored.digest else _digest(store, item.key) == item.digest


def _digest(store: Store, key: str) -> str:
    digest = hashlib.sha256()
    try:
        with store.open(key) as reader:
            while block := reader.read(_BLOCK):
                digest.update(block)
    except ObjectMissing:
        return ""
    return digest.hexdigest()
