"""What is inside a producer's files: probed once, then remembered by the cache."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar

from publisher.model import Artwork, Audio, Chapter, SourceFile, TranscriptFile
from publisher.problems import Finding
from publisher.reading.cache import FactsCache

_BLOCK: Final = 1 << 20
MAX_TRANSCRIPT_BYTES: Final = 8 << 20

# What a mode is called once a palette or a single colour of it is transparent.
_ALPHA: Final = {"P": "PA", "RGB": "RGBA", "L": "LA", "1": "LA"}

_MADE: Final[dict[str, type]] = {
    "audio": Audio,
    "artwork": Artwork,
    "picture": Artwork,
    "font": SourceFile,
    "transcript": TranscriptFile,
    "digest": SourceFile,
}

T = TypeVar("T")

Facts = tuple[dict[str, Any] | None, tuple[Finding, ...]]
"""What a probe found, None where there is nothing that could be used, and what is wrong with it."""


def sha256_of(path: Path) -> str:
    """SHA-256 of the file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        while block := reader.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def source_facts(path: Path, name: str) -> dict[str, Any]:
    """A file as `publisher.model.SourceFile` has it; `name` is how the model names it."""
    return {"path": name, "digest": sha256_of(path), "length_bytes": path.stat().st_size}


def audio_facts(path: Path, name: str) -> Facts:
    """What is in an audio file, as the cache keeps it. Reads all of it.

    Raises:
        OSError: it cannot be read.
    """
    from publisher.audio.probe import probe

    probed = probe(path)
    if not probed.type or any(finding.severity == "error" for finding in probed.findings):
        return None, probed.findings
    return {
        "source": source_facts(path, name),
        "type": probed.type,
        "duration_seconds": probed.duration_seconds,
        "bitrate": probed.bitrate,
        "sample_rate": probed.sample_rate,
        "channels": probed.channels,
        "chapters": [dataclasses.asdict(chapter) for chapter in probed.chapters],
        "codec": probed.codec,
        "bitrate_mode": probed.bitrate_mode,
        "bits_per_sample": probed.bits_per_sample,
        "has_artwork": probed.has_artwork,
        "has_video": probed.has_video,
    }, probed.findings


class Ahead(Protocol):
    """Probes audio, maybe before its turn."""

    def facts(self, path: Path, name: str) -> Facts:
        """As `audio_facts`."""


@dataclass(slots=True)
class Probes:
    """Probes files below one show folder. Every method gives (facts or None, findings); raises OSError.

    Attributes:
        ahead: what probes audio; None for one file after the other.
    """

    root: Path
    cache: FactsCache
    ahead: Ahead | None = None

    def audio(self, path: Path) -> tuple[Audio | None, tuple[Finding, ...]]:
        facts, findings = self._remembered(path, "audio", self._probe_audio)
        if facts is None:
            return None, findings
        chapters = tuple(Chapter(**chapter) for chapter in facts.pop("chapters"))
        return Audio(source=SourceFile(**facts.pop("source")), chapters=chapters, **facts), findings

    def artwork(self, path: Path) -> tuple[Artwork | None, tuple[Finding, ...]]:
        return self._picture(path, "artwork")

    def picture(self, path: Path) -> tuple[Artwork | None, tuple[Finding, ...]]:
        """A picture that is published as it is, so that it has to be one that apps show."""
        return self._picture(path, "picture")

    def _picture(
        self, path: Path, kind: Literal["artwork", "picture"]
    ) -> tuple[Artwork | None, tuple[Finding, ...]]:
        probe = self._probe_artwork if kind == "artwork" else self._probe_picture
        facts, findings = self._remembered(path, kind, probe)
        if facts is None:
            return None, findings
        return Artwork(source=SourceFile(**facts.pop("source")), **facts), findings

    def transcript(self, path: Path) -> tuple[TranscriptFile | None, tuple[Finding, ...]]:
        facts, findings = self._remembered(path, "transcript", self._probe_transcript)
        if facts is None:
            return None, findings
        speakers = tuple(facts.pop("speakers"))
        return TranscriptFile(source=SourceFile(**facts.pop("source")), speakers=speakers, **facts), findings

    def digest(self, path: Path) -> SourceFile:
        """Any other file: its digest only."""
        facts, _ = self._remembered(path, "digest", lambda path: (self._source(path), ()))
        return SourceFile(**facts)

    def font(self, path: Path) -> tuple[SourceFile | None, tuple[Finding, ...]]:
        facts, findings = self._remembered(path, "font", self._probe_font)
        return (None if facts is None else SourceFile(**facts)), findings

    def _remembered(self, path: Path, kind: str, probe: Any) -> tuple[Any, tuple[Finding, ...]]:
        name, stat = self.relative(path), path.stat()
        kept = self.cache.get(name, kind, stat)
        if kept is not None and (known := _as_kept(kind, kept)) is not None:
            return known
        facts, findings = probe(path)
        again = path.stat()
        if (again.st_size, again.st_mtime_ns, again.st_ctime_ns) == (
            stat.st_size,
            stat.st_mtime_ns,
            stat.st_ctime_ns,
        ):
            self.cache.put(
                name,
                kind,
                stat,
                {"facts": facts, "findings": [dataclasses.asdict(found) for found in findings]},
            )
        return facts, findings

    def relative(self, path: Path) -> str:
        """How the cache and the model name the file: below the show folder, with `/`."""
        inside = os.fspath(path).removeprefix(f"{self.root}{os.sep}")
        return inside if inside != os.fspath(path) else path.relative_to(self.root).as_posix()

    def _source(self, path: Path) -> dict[str, Any]:
        return source_facts(path, self.relative(path))

    def _probe_audio(self, path: Path) -> Facts:
        name = self.relative(path)
        return audio_facts(path, name) if self.ahead is None else self.ahead.facts(path, name)

    def _probe_artwork(self, path: Path) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
        from publisher.pictures import probe_artwork

        return self._looked_at(path, probe_artwork)

    def _probe_picture(self, path: Path) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
        from publisher.pictures import probe_picture

        return self._looked_at(path, probe_picture)

    def _probe_font(self, path: Path) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
        from publisher.pictures import probe_font

        findings = probe_font(path)
        return (None if findings else self._source(path)), findings

    def _looked_at(self, path: Path, probe: Any) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
        with path.open("rb"):
            # What the machine does not give out is said, and not remembered: it may give it out tomorrow.
            found, findings = probe(path)
        if found is None:
            return None, findings
        return {
            "source": self._source(path),
            "type": found.type,
            "width": found.width,
            "height": found.height,
            "mode": _ALPHA.get(found.mode, found.mode) if found.has_alpha else found.mode,
        }, findings

    def _probe_transcript(self, path: Path) -> tuple[dict[str, Any] | None, tuple[Finding, ...]]:
        from publisher.transcripts import read_transcript

        size = path.stat().st_size
        if size > MAX_TRANSCRIPT_BYTES:
            message = f"the transcript has {size:,} bytes; at most {MAX_TRANSCRIPT_BYTES:,} are read"
            return None, (Finding("transcript-too-large", "error", message, "is this really a transcript?"),)
        kind = path.suffix[1:].casefold()
        transcript, findings = read_transcript(path.read_bytes(), kind)  # type: ignore[arg-type]
        if transcript is None or any(finding.severity == "error" for finding in findings):
            return None, findings
        names = [part.speaker for part in (transcript.cues or transcript.paragraphs) if part.speaker]
        return {
            "source": self._source(path),
            "kind": kind,
            "timed": bool(transcript.cues),
            "speakers": list(dict.fromkeys(names)),
            "end_seconds": max((cue.end_seconds for cue in transcript.cues), default=None),
        }, findings


def _as_kept(kind: str, kept: Any) -> tuple[Any, tuple[Finding, ...]] | None:
    """Facts and findings out of the cache; None where they have another shape than we would write now."""
    try:
        facts, findings = kept["facts"], tuple(Finding(**finding) for finding in kept["findings"])
        if facts is not None:
            if kind not in ("digest", "font"):
                SourceFile(**facts["source"])
            for chapter in facts.get("chapters", ()):
                Chapter(**chapter)
            _MADE[kind](**facts)
    except (KeyError, TypeError, AttributeError):
        return None
    return facts, findings
