"""What a transcript is once read, whichever file it came from."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.model import TranscriptKind
from publisher.problems import Finding

__all__ = ["Cue", "Finding", "Paragraph", "Transcript", "TranscriptKind"]


@dataclass(frozen=True, slots=True)
class Cue:
    """Words with their place in the sound, counted from its beginning. `text` is one line, free of markup."""

    start_seconds: float
    end_seconds: float
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What one speaker says in one go. Nobody is named (`""`) before the first speaker and in headings.

    Attributes:
        start_seconds: when it is said; None where the transcript carries no times.
    """

    speaker: str
    text: str
    start_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript of the kind `kind`.

    Attributes:
        cues: ordered by start; empty for the plain kinds, whose times nobody knows.
        paragraphs: the same words as a person reads them.
    """

    kind: TranscriptKind
    cues: tuple[Cue, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()

    @property
    def timed(self) -> bool:
        return self.kind in ("vtt", "srt", "json")

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names in order of appearance."""
        return tuple(dict.fromkeys(part.speaker for part in self.paragraphs if part.speaker))

    @property
    def end_seconds(self) -> float | None:
        """End of what is said last, None where there are no times."""
        return max((cue.end_seconds for cue in self.cues), default=None)
