"""One episode's artifacts out of its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from publisher import effective
from publisher.build.artifact import addressed_bytes
from publisher.build.chapters import chapters_json
from publisher.build.enclosure import build_alternates, build_enclosure, build_forms
from publisher.build.pictures import build_pictures, episode_card, picture_urls
from publisher.build.workshop import Workshop, check_unchanged
from publisher.identity import sha256
from publisher.manifest import Enclosure, StoredObject
from publisher.model import Episode, Show, TranscriptFile
from publisher.parts import chapters_of
from publisher.planning import PlannedEpisode
from publisher.transcripts import (
    Transcript,
    match_speakers,
    read_transcript,
    to_html,
    to_json,
    to_srt,
    to_vtt,
)


@dataclass(slots=True)
class Built:
    """What came of an episode; `objects` is as `publisher.manifest.Released` has it."""

    enclosure: Enclosure
    objects: dict[str, StoredObject] = field(default_factory=dict)


def translation_role(language: str, form: str) -> str:
    """What a form of a transcript in a further language is among an episode's objects."""
    return f"translation.{language}.{form}"


def build_episode(shop: Workshop, planned: PlannedEpisode) -> Built:
    """Makes and stores everything of an episode but its page.

    Raises:
        StoreError: the store failed, or a source changed while it was read.
        OSError: a source cannot be read any more.
    """
    episode, audio = planned.episode, planned.audio
    assert episode is not None, "the plan releases only what is in the folder"
    assert audio is not None, "and only what has audio"
    objects = build_pictures(
        shop,
        episode.slug,
        episode.artwork,
        episode.pictures,
        episode.image_files,
        before=_kept_artwork(planned),
    )
    transcript = load_transcript(shop.root, shop.show, episode)
    if transcript:
        objects |= _transcripts(shop, episode, transcript)
    for translation in episode.translations:
        objects |= _translation(shop, episode, translation)
    chapters = chapters_of(episode, audio)
    if chapters:
        data = chapters_json(
            chapters,
            title=episode.title,
            author=effective.author(shop.show, episode),
            podcast_name=shop.show.title,
            picture_urls=picture_urls(shop, objects),
        )
        objects["chapters"] = shop.keep(addressed_bytes("chapters", episode.slug, ".chapters.json", data))
    objects |= build_alternates(shop, planned)
    objects |= build_forms(shop, planned, chapters, transcript)
    if planned.needs_audio:
        enclosure = build_enclosure(shop, planned, chapters, transcript)
    else:
        assert planned.before is not None
        enclosure = planned.before.enclosure
    if not shop.show.private:
        objects["card"] = episode_card(shop, episode)
    return Built(enclosure, objects)


def _kept_artwork(planned: PlannedEpisode) -> dict[str, StoredObject]:
    """What was published of the episode, where its artwork is the same still."""
    if planned.state != "changed" or planned.before is None:
        return {}
    changed = {"artwork", "recipe", "damaged"} & {*planned.changes}
    return {} if changed else planned.before.objects


def load_transcript(root: Path, show: Show, episode: Episode) -> Transcript | None:
    """The transcript with its speakers matched to the episode's people. Raises OSError."""
    return _read(root, show, episode, episode.transcript) if episode.transcript else None


def _read(root: Path, show: Show, episode: Episode, file: TranscriptFile) -> Transcript | None:
    data = (root / file.source.path).read_bytes()
    check_unchanged(file.source.path, sha256(data), file.source.digest)
    transcript, _ = read_transcript(data, file.kind)
    if transcript is None:
        return None
    return match_speakers(transcript, [person.name for person in effective.people(show, episode)])


def _transcripts(shop: Workshop, episode: Episode, transcript: Transcript) -> dict[str, StoredObject]:
    """Timed ones in the three forms that carry times, plain ones as HTML: times are never invented."""
    forms: dict[str, str] = {}
    if transcript.timed:
        forms = {"vtt": to_vtt(transcript), "srt": to_srt(transcript), "json": to_json(transcript)}
    else:
        forms = {"html": to_html(transcript, shop.show.language, title=episode.title)}
    return {
        f"transcript.{form}": shop.keep(
            addressed_bytes("transcripts", episode.slug, f".{form}", text.encode())
        )
        for form, text in forms.items()
    }


def _translation(shop: Workshop, episode: Episode, file: TranscriptFile) -> dict[str, StoredObject]:
    """A transcript in a further language: timed ones as HTML too, for its page links to that."""
    transcript = _read(shop.root, shop.show, episode, file)
    if transcript is None:
        return {}
    forms: dict[str, str] = {}
    if transcript.timed:
        forms = {"vtt": to_vtt(transcript), "srt": to_srt(transcript), "json": to_json(transcript)}
    forms["html"] = to_html(transcript, file.language, title=episode.title)
    return {
        translation_role(file.language, form): shop.keep(
            addressed_bytes("transcripts", f"{episode.slug}-{file.language}", f".{form}", text.encode())
        )
        for form, text in forms.items()
    }
