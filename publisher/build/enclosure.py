"""An episode's enclosure and the forms beside it: sound made ready or as it was given, with its tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.audio.chapters import read_chapters
from publisher.audio.tags import Tags
from publisher.build.artifact import addressed_bytes, of_file
from publisher.build.executor import Finished, Finishing
from publisher.build.finishing import Untagged, tag_and_keep
from publisher.build.notes import show_notes
from publisher.build.pictures import chapter_pictures, tag_cover
from publisher.build.sounds import Sound
from publisher.build.tagging import make_tags
from publisher.build.workshop import Workshop, fetched, transcript_url
from publisher.build.workshop import given as given_file
from publisher.delivery import ENDINGS, Delivery
from publisher.manifest import Enclosure, StoredObject
from publisher.model import Audio, Chapter
from publisher.planning import PlannedEpisode
from publisher.sound.drawing import peaks_json, peaks_svg
from publisher.sound.facts import Measurement
from publisher.transcripts import Transcript, to_plain

_FORM: Final = "form:"
_NAMES: Final = {"mp3": "MP3", "m4a": "AAC", "opus": "Opus"}


def build_alternates(shop: Workshop, planned: PlannedEpisode) -> dict[str, StoredObject]:
    """Further enclosures as they were given; one that has left the folder stays as it is published."""
    episode = planned.episode
    assert episode is not None
    before = planned.before.objects if planned.before else {}
    lent = planned.lent.objects if planned.lent else {}
    files = dict(episode.alternate_files)
    objects = {}
    for alternate in episode.alternates:
        role = f"alternate:{alternate.file}"
        source = files.get(alternate.file)
        stem, ending = f"{episode.slug}-{Path(alternate.file).stem}", Path(alternate.file).suffix.lower()
        if source:
            objects[role] = shop.keep(given_file(shop.root, "media", stem, ending, source))
        elif role in before:
            objects[role] = before[role]
        elif role in lent:
            with fetched(shop, shop.borrow, lent[role], ending) as path:
                artifact = of_file("media", stem, ending, path, lent[role].length_bytes, lent[role].digest)
                objects[role] = shop.keep(artifact)
    return objects


def build_enclosure(
    shop: Workshop, planned: PlannedEpisode, chapters: tuple[Chapter, ...], transcript: Transcript | None
) -> Enclosure:
    """Tags the episode's sound and stores it.

    Raises:
        StoreError: the store failed, or the audio changed while it was read.
        OSError: the audio cannot be read any more.
    """
    audio, sound = planned.audio, shop.sounds.get(planned.slug)
    assert audio is not None
    if shop.executor and isinstance(audio, Audio) and not _has_sound(planned):
        finished = _elsewhere(shop, planned, sound.to_make if sound else None, chapters, transcript)
    else:
        with _given(shop, planned) as given:
            tags = _tags(shop, planned, given.origin, given.origin_type, chapters, transcript)
            finished = tag_and_keep(
                given, tags, stem=planned.slug, id3_version=planned.id3_version, keep=shop.keep
            )
    source = audio.source if isinstance(audio, Audio) else None
    return Enclosure(
        object=finished.object,
        source_digest=source.digest if source else _enclosure(audio).source_digest,
        source_length_bytes=source.length_bytes if source else _enclosure(audio).source_length_bytes,
        recipe=planned.recipe,
        duration_seconds=finished.duration_seconds,
        bitrate=finished.bitrate,
        sample_rate=finished.sample_rate,
        channels=finished.channels,
        chapters=audio.chapters,
        id3_version=planned.id3_version,
        made=dict(finished.made),
    )


def build_forms(
    shop: Workshop, planned: PlannedEpisode, chapters: tuple[Chapter, ...], transcript: Transcript | None
) -> dict[str, StoredObject]:
    """The forms of the sound beside the enclosure, and its picture. What was not made anew is as it was."""
    sound = shop.sounds.get(planned.slug)
    known = planned.before or planned.lent
    if sound is None:
        return _kept(shop, planned, known.objects if known else {})
    audio = planned.audio
    assert isinstance(audio, Audio), "only what is in the folder is made ready"
    objects = _pictures_of_sound(shop, planned.slug, sound, audio)
    path = shop.root / audio.source.path
    for encoding in sound.further:
        objects[form_role(encoding.delivery)] = tag_and_keep(
            Untagged.of_encoding(encoding, path, audio.type),
            _tags(shop, planned, path, audio.type, chapters, transcript),
            stem=_stem(planned, encoding.delivery),
            id3_version=planned.id3_version,
            keep=shop.keep,
        ).object
    for form in sound.further_to_make:
        finished = _elsewhere(shop, planned, form, chapters, transcript, beside=True)
        objects[form_role(form)] = finished.object
    return objects


def _stem(planned: PlannedEpisode, form: Delivery) -> str:
    return f"{planned.slug}-{form.bitrate}k"


def _elsewhere(
    shop: Workshop,
    planned: PlannedEpisode,
    form: Delivery | None,
    chapters: tuple[Chapter, ...],
    transcript: Transcript | None,
    *,
    beside: bool = False,
) -> Finished:
    """Has the audio in the folder made into a form, or tagged as it is, where the executor does that."""
    audio, sound = planned.audio, shop.sounds.get(planned.slug)
    assert shop.executor is not None
    assert isinstance(audio, Audio)
    return shop.executor.finish(
        Finishing(
            audio,
            form,
            sound.measured if sound and form else {},
            _tags(shop, planned, shop.root / audio.source.path, audio.type, chapters, transcript),
            _stem(planned, form) if form and beside else planned.slug,
            planned.id3_version,
        )
    )


def form_role(form: Delivery) -> str:
    """What a form beside the enclosure is among an episode's objects, such as `form:opus:24`."""
    return f"{_FORM}{form.format}:{form.bitrate}"


@dataclass(frozen=True, slots=True)
class Form:
    """A form beside the enclosure as its role tells it; `bitrate` in kbit/s."""

    format: str
    bitrate: int

    @property
    def title(self) -> str:
        """For people, in any language."""
        return f"{_NAMES[self.format]}, {self.bitrate} kbit/s"


def forms_of(objects: Mapping[str, StoredObject]) -> list[tuple[Form, StoredObject]]:
    """The forms among an episode's objects, the largest first."""
    found = []
    for role, item in objects.items():
        if role.startswith(_FORM):
            format, _, bitrate = role.removeprefix(_FORM).partition(":")
            found.append((Form(format, int(bitrate)), item))
    return sorted(found, key=lambda one: (-one[0].bitrate, one[0].format))


def _enclosure(audio: Audio | Enclosure) -> Enclosure:
    assert isinstance(audio, Enclosure)
    return audio


def _has_sound(planned: PlannedEpisode) -> bool:
    """Whether the store has the sound of the audio in the folder, made ready once: it is never made again."""
    return bool(planned.before and planned.keeps_sound and planned.before.enclosure.made)


@contextmanager
def _given(shop: Workshop, planned: PlannedEpisode) -> Iterator[Untagged]:
    """What was made ready, the producer's file, or the released one fetched back: under new tags it is the
    same sound, and one that was encoded is never encoded again."""
    audio, before = planned.audio, planned.before
    assert audio is not None
    sound = shop.sounds.get(planned.slug)
    if before and _has_sound(planned):
        audio = before.enclosure
    if isinstance(audio, Audio):
        path = shop.root / audio.source.path
        if sound and sound.main:
            yield Untagged.of_encoding(sound.main, path, audio.type)
        else:
            yield Untagged.of_source(audio, path)
        return
    type_ = audio.object.type
    with fetched(shop, shop.borrow if planned.borrows else shop.fetch, audio.object, ENDINGS[type_]) as path:
        yield Untagged(
            path,
            type_,
            audio.duration_seconds,
            audio.bitrate,
            audio.sample_rate,
            audio.channels,
            path,
            type_,
            audio.made,
        )


def _tags(
    shop: Workshop,
    planned: PlannedEpisode,
    origin: Path,
    origin_type: str,
    chapters: tuple[Chapter, ...],
    transcript: Transcript | None,
) -> Tags:
    episode = planned.episode
    assert episode is not None
    inside = read_chapters(origin, origin_type)
    return make_tags(
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


def _pictures_of_sound(shop: Workshop, slug: str, sound: Sound, audio: Audio) -> dict[str, StoredObject]:
    """The sound's shape, for the page's player."""
    peaks = Measurement.from_json(sound.measured).peaks
    return {
        "peaks": shop.keep(addressed_bytes("media", slug, ".peaks.json", peaks_json(peaks))),
        "waveform": shop.keep(addressed_bytes("media", slug, ".svg", peaks_svg(peaks).encode())),
    }


def _kept(
    shop: Workshop, planned: PlannedEpisode, known: Mapping[str, StoredObject]
) -> dict[str, StoredObject]:
    """Those that are published; a feed that borrows its audio borrows them too."""
    if planned.before is None and not planned.borrows:
        return {}
    wanted = "formats" in dict(planned.parts)
    found = {
        role: item
        for role, item in known.items()
        if role in ("peaks", "waveform") or (wanted and role.startswith(_FORM))
    }
    if not planned.borrows:
        return found
    kept = {}
    for role, item in found.items():
        ending = "".join(Path(item.key).suffixes[-2:]) if role == "peaks" else Path(item.key).suffix
        with fetched(shop, shop.borrow, item, ending) as path:
            kept[role] = shop.keep(
                of_file("media", planned.slug, ending, path, item.length_bytes, item.digest)
            )
    return kept
