"""A plan carried out on paper: the manifest that a release of it would write, without building anything."""

from __future__ import annotations

from publisher.manifest import Enclosure, Manifest, Released, StoredObject, manifest_bytes
from publisher.model import Audio, SourceFile
from publisher.parts import RECIPES, show_parts
from publisher.planning import Plan, PlannedEpisode


def sound(name: str) -> Audio:
    """Audio whose digest is the name's own."""
    digest = name.encode().hex().ljust(64, "0")[:64]
    return Audio(SourceFile(f"{name}/audio.mp3", digest, 1000), "audio/mpeg", 61.5, codec="mp3")


def released(plan: Plan) -> Manifest:
    """The manifest of the release."""
    return Manifest(
        guid=plan.show.guid,
        feed_url=plan.show.feed_url,
        url=plan.show.url,
        title=plan.show.title,
        parts=show_parts(plan.show),
        episodes=tuple(_released(episode) for episode in plan.released),
        recipes=dict(RECIPES),
        previous=manifest_bytes(plan.before)[0] if plan.before else "",
    )


def _released(planned: PlannedEpisode) -> Released:
    if planned.state == "unchanged":
        assert planned.before is not None
        return planned.before
    audio = planned.audio
    assert audio is not None
    assert planned.published is not None
    if isinstance(audio, Audio):
        key = f"media/{planned.slug}-{planned.recipe}.mp3"
        item = StoredObject(key, audio.source.digest, audio.source.length_bytes, audio.type)
        enclosure = Enclosure(
            item,
            audio.source.digest,
            audio.source.length_bytes,
            planned.recipe,
            audio.duration_seconds,
            chapters=audio.chapters,
            id3_version=planned.id3_version,
        )
    else:
        enclosure = Enclosure(
            audio.object,
            audio.source_digest,
            audio.source_length_bytes,
            planned.recipe,
            audio.duration_seconds,
            chapters=audio.chapters,
            id3_version=planned.id3_version,
        )
    return Released(
        planned.slug, planned.guid, planned.title, planned.published, enclosure, dict(planned.parts)
    )
