"""One episode's artifacts out of its sources."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from publisher import effective
from publisher.artwork import small_cover
from publisher.audio.chapters import Chapters, read_chapters
from publisher.audio.tagged import digest_of, tagged
from publisher.audio.tags import Picture
from publisher.build.artifact import Artifact, addressed_bytes, of_file, of_reader
from publisher.build.chapters import chapters_json
from publisher.build.notes import show_notes
from publisher.build.tagging import make_tags
from publisher.errors import StoreError
from publisher.identity import ascii_slug, sha256
from publisher.manifest import Enclosure, StoredObject
from publisher.model import Artwork, Audio, Chapter, Episode, Show, SourceFile, TranscriptFile
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

_COVER_PIXELS, _COVER_BYTES = 600, 300_000

# Every chapter has one, and above 16 KiB the padding that FFmpeg needs (publisher.audio.mp3.id3) triples.
_CHAPTER_PIXELS, _CHAPTER_BYTES = 300, 16_000

_ENDINGS: Final = {"image/jpeg": ".jpg", "image/png": ".png", "audio/mpeg": ".mp3", "audio/mp4": ".m4a"}

Keep = Callable[[Artifact], StoredObject]
"""Stores an artifact (or finds it stored) and says what is there now."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What building needs besides the episode.

    Attributes:
        root: the show folder.
        work: a folder of ours for what cannot be made in memory.
        keep: stores an artifact; it is called as soon as one is ready, so that none pile up.
        fetch: copies a released object to a file.
    """

    show: Show
    root: Path
    work: Path
    keep: Keep
    fetch: Callable[[StoredObject, Path], None]

    def address(self, item: StoredObject) -> str:
        return self.show.url + item.key

    def page_url(self, episode: Episode) -> str:
        return self.show.url + page_key(episode.slug).removesuffix("index.html")


@dataclass(slots=True)
class Built:
    """What came of an episode; `objects` is as `publisher.manifest.Released` has it."""

    enclosure: Enclosure
    objects: dict[str, StoredObject] = field(default_factory=dict)


def page_key(slug: str) -> str:
    return f"episodes/{ascii_slug(slug)}/index.html"


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
    objects = build_pictures(shop, episode.slug, episode.artwork, episode.pictures, episode.image_files)
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
        return Built(_audio(shop, planned, audio, chapters, objects, transcript), objects)
    assert planned.before is not None
    return Built(planned.before.enclosure, objects)


def build_pictures(
    shop: Workshop,
    stem: str,
    artwork: Artwork | None,
    pictures: tuple[tuple[str, SourceFile], ...],
    images: tuple[tuple[str, Artwork], ...] = (),
) -> dict[str, StoredObject]:
    """Stores artwork, pictures and further images as they are, under names that say what they are."""
    objects = {}
    if artwork:
        objects["artwork"] = shop.keep(
            _source(shop.root, "artwork", stem, _ENDINGS[artwork.type], artwork.source)
        )
    for name, source in pictures:
        ending = ".png" if _is_png(shop.root / source.path) else ".jpg"
        stem = Path(name).stem
        objects[f"picture:{name}"] = shop.keep(_source(shop.root, "images", stem, ending, source))
    for name, image in images:
        ending = _ENDINGS.get(image.type, Path(name).suffix.lower())
        objects[f"picture:{name}"] = shop.keep(
            _source(shop.root, "images", Path(name).stem, ending, image.source)
        )
    return objects


def picture_urls(shop: Workshop, objects: dict[str, StoredObject]) -> dict[str, str]:
    """Address by the name under which a picture stands in the YAML."""
    return {
        role.removeprefix("picture:"): shop.address(item)
        for role, item in objects.items()
        if role.startswith("picture:")
    }


def load_transcript(root: Path, show: Show, episode: Episode) -> Transcript | None:
    """The transcript with its speakers matched to the episode's people. Raises OSError."""
    return _read(root, show, episode, episode.transcript) if episode.transcript else None


def _read(root: Path, show: Show, episode: Episode, file: TranscriptFile) -> Transcript | None:
    data = (root / file.source.path).read_bytes()
    _check(file.source.path, sha256(data), file.source.digest)
    transcript, _ = read_transcript(data, file.kind)
    if transcript is None:
        return None
    return match_speakers(transcript, [person.name for person in effective.people(show, episode)])


def _check(path: str, found: str, digest: str) -> None:
    if found != digest:
        raise StoreError(
            f"{path} changed while it was being published; nothing was released",
            help="wait until the file is complete (an export or a sync may still be running), then run again",
        )


def _is_png(path: Path) -> bool:
    with path.open("rb") as reader:
        return reader.read(4) == b"\x89PNG"


def _source(root: Path, folder: str, stem: str, ending: str, source: SourceFile) -> Artifact:
    return of_file(folder, stem, ending, root / source.path, source.length_bytes, source.digest)


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
            objects[role] = shop.keep(_source(shop.root, "media", stem, ending, source))
        elif role in before:
            objects[role] = before[role]
    return objects


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
            pictures=_chapter_pictures(shop, episode, chapters, inside),
            cover=_cover(shop, episode),
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
            _check(audio.source.path, sha256_of(path), audio.source.digest)
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


def _chapter_pictures(
    shop: Workshop, episode: Episode, chapters: tuple[Chapter, ...], inside: Chapters
) -> dict[int, Picture]:
    """Pictures named in episode.yaml, made small; else those that stand in the audio beside the chapter."""
    files = dict(episode.pictures)
    if episode.chapters is None:
        return {place: _chapter_sized(type_, data) for place, (type_, data) in inside.pictures.items()}
    pictures = {}
    for place, chapter in enumerate(chapters):
        if chapter.image in files:
            path = shop.root / files[chapter.image].path
            data = _small(path, files[chapter.image].digest, _CHAPTER_PIXELS, _CHAPTER_BYTES)
            if data:
                pictures[place] = Picture("image/jpeg", data)
    return pictures


def _chapter_sized(type_: str, data: bytes) -> Picture:
    """A picture from inside the audio, as it is unless it is large."""
    small = None
    if len(data) > _CHAPTER_BYTES:
        small = small_cover(data, max_pixels=_CHAPTER_PIXELS, max_bytes=_CHAPTER_BYTES)
    return Picture("image/jpeg", small) if small else Picture(type_, data)


def _cover(shop: Workshop, episode: Episode) -> Picture | None:
    artwork = episode.artwork or shop.show.artwork
    if artwork is None:
        return None
    data = _small(shop.root / artwork.source.path, artwork.source.digest, _COVER_PIXELS, _COVER_BYTES)
    return Picture("image/jpeg", data) if data else None


@functools.lru_cache(maxsize=16)
def _small(path: Path, digest: str, max_pixels: int, max_bytes: int) -> bytes | None:
    """The show's cover goes into every episode: it is made once, and again when its digest changes."""
    _check(path.name, sha256_of(path), digest)
    return small_cover(path, max_pixels=max_pixels, max_bytes=max_bytes)
