"""One episode's artifacts out of its sources."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from publisher import effective
from publisher.audio.chapters import read_chapters
from publisher.audio.tagged import digest_of, tagged
from publisher.build.artifact import addressed_bytes, of_reader
from publisher.build.chapters import chapters_json
from publisher.build.notes import show_notes
from publisher.build.pictures import build_pictures, chapter_pictures, episode_card, picture_urls, tag_cover
from publisher.build.tagging import make_tags
from publisher.build.workshop import Workshop, check_unchanged, given
from publisher.identity import sha256
from publisher.manifest import Enclosure, StoredObject
from publisher.model import Audio, Chapter, Episode, Show, TranscriptFile
from publisher.parts import chapters_of
from publisher.planning import PlannedEpisode
from publisher.reading.probes import sha256_of
from publisher.transcripts import (
    Transcript,
    match_speakers,
    read_transcript,
    to_html,
    to_json,
    to_plain,
    to_srt,
    to_vtt,
)

_ENDINGS: Final = {"audio/mpeg": ".mp3", "audio/mp4": ".m4a"}


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
    objects |= _alternates(shop, planned)
    if planned.needs_audio:
        enclosure = _audio(shop, planned, audio, chapters, objects, transcript)
    else:
        assert planned.before is not None
        enclosure = planned.before.enclosure
    if not shop.show.private:
        objects["card"] = episode_card(shop, episode)
    return Built(enclosure, objects)


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


def _alternates(shop: Workshop, planned: PlannedEpisode) -> dict[str, StoredObject]:
    """Further enclosures as they were given; one that has left the folder stays as it is published."""
    episode = planned.episode
    assert episode is not None
    before = planned.before.objects if planned.before else {}
    files = dict(episode.alternate_files)
    objects = {}
    for alternate in episode.alternates:
        role = f"alternate:{alternate.file}"
        source = files.get(alternate.file)
        if source:
            stem, ending = f"{episode.slug}-{Path(alternate.file).stem}", Path(alternate.file).suffix.lower()
            objects[role] = shop.keep(given(shop.root, "media", stem, ending, source))
        elif role in before:
            objects[role] = before[role]
    return objects


def _kept_artwork(planned: PlannedEpisode) -> dict[str, StoredObject]:
    """What was published of the episode, where its artwork is the same still."""
    if planned.state != "changed" or planned.before is None:
        return {}
    changed = {"artwork", "recipe", "damaged"} & {*planned.changes}
    return {} if changed else planned.before.objects


def transcript_url(shop: Workshop, episode: Episode) -> str:
    """Where a person reads it: on the episode's page; of a private feed nobody is told where that is."""
    if shop.show.private:
        return ""
    return shop.page_url(episode) + "#transcript" if episode.transcript else ""


def _audio(
    shop: Workshop,
    planned: PlannedEpisode,
    audio: Audio | Enclosure,
    chapters: tuple[Chapter, ...],
    objects: dict[str, StoredObject],
    transcript: Transcript | None,
) -> Enclosure:
    episode = planned.episode
    assert episode is not None
    type_ = audio.type if isinstance(audio, Audio) else audio.object.type
    with _source_path(shop, audio, _ENDINGS[type_]) as path:
        inside = read_chapters(path, type_)
        tags = make_tags(
            shop.show,
            episode,
            guid=planned.guid,
            page_url=shop.page_url(episode),
            chapters=chapters,
            pictures=chapter_pictures(shop, episode, chapters, inside),
            cover=tag_cover(shop, episode),
            notes_html=show_notes(shop.show, episode, chapters, transcript_url=transcript_url(shop, episode)),
            lyrics=to_plain(transcript) if transcript else "",
        )
        result = tagged(
            path, type_, tags, id3_version=planned.id3_version, duration_seconds=audio.duration_seconds
        )
        artifact = of_reader(
            "media", episode.slug, _ENDINGS[type_], result.open, result.length_bytes, digest_of(result.open)
        )
        if isinstance(audio, Audio):
            # The tags are made for the sound that was probed, and whoever exports it may still be at it. The
            # store reads what has just been digested or refuses it, so this comes after the digest.
            check_unchanged(audio.source.path, sha256_of(path), audio.source.digest)
        stored = shop.keep(artifact)
    return Enclosure(
        object=stored,
        source_digest=audio.source.digest if isinstance(audio, Audio) else audio.source_digest,
        source_length_bytes=(
            audio.source.length_bytes if isinstance(audio, Audio) else audio.source_length_bytes
        ),
        recipe=planned.recipe,
        duration_seconds=audio.duration_seconds,
        bitrate=audio.bitrate,
        sample_rate=audio.sample_rate,
        channels=audio.channels,
        chapters=audio.chapters,
        id3_version=planned.id3_version,
    )


@contextmanager
def _source_path(shop: Workshop, audio: Audio | Enclosure, ending: str) -> Iterator[Path]:
    """The producer's file, or the released one fetched back: under new tags both are the same sound."""
    if isinstance(audio, Audio):
        yield shop.root / audio.source.path
        return
    with tempfile.TemporaryDirectory(dir=shop.work) as work:
        path = Path(work) / f"released{ending}"
        shop.fetch(audio.object, path)
        yield path
