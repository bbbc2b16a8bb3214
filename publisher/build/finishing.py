"""The last step of an episode's audio: its tags, and the way into the store. The same wherever it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from publisher.audio.tagged import digest_of, tagged
from publisher.audio.tags import Tags
from publisher.build.artifact import Artifact, of_reader
from publisher.build.executor import Finished, Finishing
from publisher.build.sounds import Encoding, as_wanted
from publisher.build.workshop import check_unchanged
from publisher.delivery import ENDINGS
from publisher.manifest import StoredObject
from publisher.model import Audio, SourceFile
from publisher.reading.probes import sha256_of
from publisher.sound.facts import Measurement


@dataclass(frozen=True, slots=True)
class Untagged:
    """Sound that lacks nothing but its tags.

    Attributes:
        origin, origin_type: the file in which chapters may have pictures.
        source: the producer's file, where this is it.
    """

    path: Path
    type: str
    duration_seconds: float
    bitrate: int
    sample_rate: int
    channels: int
    origin: Path
    origin_type: str
    made: Mapping[str, Any] = field(default_factory=dict)
    source: SourceFile | None = None

    @classmethod
    def of_encoding(cls, encoding: Encoding, origin: Path, origin_type: str) -> Untagged:
        """What was made of a file."""
        made = encoding.made
        return cls(
            encoding.path,
            encoding.delivery.type,
            made["duration_seconds"],
            made["bitrate_kbits"] * 1000,
            made["sample_rate"],
            made["channels"],
            origin,
            origin_type,
            made,
        )

    @classmethod
    def of_source(cls, audio: Audio, path: Path) -> Untagged:
        """The producer's file, which lies at `path`."""
        return cls(
            path,
            audio.type,
            audio.duration_seconds,
            audio.bitrate,
            audio.sample_rate,
            audio.channels,
            path,
            audio.type,
            source=audio.source,
        )


def tag_and_keep(
    given: Untagged, tags: Tags, *, stem: str, id3_version: int, keep: Callable[[Artifact], StoredObject]
) -> Finished:
    """Puts tags before the sound and stores it, without a copy on the disk.

    Raises:
        StoreError: the store failed, or the source changed while it was read.
        OSError: the audio cannot be read any more.
    """
    result = tagged(
        given.path, given.type, tags, id3_version=id3_version, duration_seconds=given.duration_seconds
    )
    digest = digest_of(result.open)
    artifact = of_reader("media", stem, ENDINGS[given.type], result.open, result.length_bytes, digest)
    if given.source:
        # The tags are made for the sound that was probed, and whoever exports it may still be at it. The
        # store reads what has just been digested or refuses it, so this comes after the digest.
        check_unchanged(given.source.path, sha256_of(given.path), given.source.digest)
    return Finished(
        keep(artifact), given.duration_seconds, given.bitrate, given.sample_rate, given.channels, given.made
    )


def finish(
    finishing: Finishing,
    path: Path,
    work: Path,
    *,
    keep: Callable[[Artifact], StoredObject],
    check: Callable[[], None],
    progress: Callable[[float], None],
) -> Finished:
    """Does all of it with a source that lies at `path`.

    Args:
        work: a folder for what is encoded.
        check: raises where the source is not the one that is meant; called once it was read.
        progress: told how many seconds of sound were encoded; what it raises ends the work.

    Raises:
        StoreError, OSError: as `tag_and_keep`.
        SoundError: the sound cannot be encoded.
    """
    given = Untagged.of_source(finishing.audio, path)
    if finishing.form is not None:
        from publisher.sound.converting import convert

        target = work / f"encoded{finishing.form.ending}"
        made = convert(
            path,
            target,
            as_wanted(finishing.form),
            measured=Measurement.from_json(finishing.measured),
            progress=lambda step: progress(step.done_seconds),
        )
        check()
        encoding = Encoding(finishing.form, target, asdict(made))
        given = Untagged.of_encoding(encoding, path, finishing.audio.type)
    return tag_and_keep(
        given, finishing.tags, stem=finishing.stem, id3_version=finishing.id3_version, keep=keep
    )
