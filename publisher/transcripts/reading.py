"""Reads a transcript, whatever its kind and whatever is in it."""

from __future__ import annotations

from typing import Final

from publisher.findings import Findings
from publisher.model import TranscriptKind
from publisher.problems import Finding
from publisher.transcripts.captions import read_captions
from publisher.transcripts.plain import read_plain
from publisher.transcripts.segments import read_segments
from publisher.transcripts.text import check_characters, decode
from publisher.transcripts.types import Transcript

MOST_CUES: Final = 100_000
"""The words of eleven hours, one at a time."""

# Counted before anything is made of them: signs of which each becomes an object, or several.
_MOST_SIGNS: Final[dict[TranscriptKind, dict[str, int]]] = {
    "vtt": {"-->": MOST_CUES, "<v": MOST_CUES, "\n": 8 * MOST_CUES},
    "srt": {"-->": MOST_CUES, "\n": 8 * MOST_CUES},
    "json": {'"startTime"': MOST_CUES, "{": 2 * MOST_CUES, "[": 2 * MOST_CUES},
    "txt": {"\n": MOST_CUES},
    "md": {"[": 10_000, "<": 10_000, "`": 10_000, "*": 40_000, "\n": 40_000},
}
_MOST_MARKDOWN: Final = 1 << 20


def read_transcript(data: bytes, kind: TranscriptKind) -> tuple[Transcript | None, tuple[Finding, ...]]:
    """Reads the bytes of a transcript; no content makes it raise.

    Args:
        kind: the form its file's name promises.

    Returns:
        The transcript, None exactly where an error was found, and everything found: errors and warnings of
        the rules `transcript-encoding`, `transcript-syntax`, `transcript-times`, `transcript-empty` and
        `transcript-too-large`.
    """
    findings = Findings()
    transcript = _read(data, kind, findings)
    if transcript is not None and not transcript.paragraphs and not findings.has_error:
        findings.add(
            "transcript-empty",
            "error",
            f"the transcript holds no words{' with times' if transcript.timed else ''}",
            "fill it, or remove the file: an episode needs no transcript",
        )
    return None if findings.has_error else transcript, findings.all()


def _read(data: bytes, kind: TranscriptKind, findings: Findings) -> Transcript | None:
    text = decode(data, findings)
    if text is None:
        return None
    check_characters(text, findings)
    if _is_too_large(text, kind, findings):
        return None
    if not text.strip():
        return Transcript(kind)
    if kind == "json":
        return read_segments(text, findings)
    if kind == "vtt" or kind == "srt":
        return read_captions(text, kind, findings)
    return read_plain(text, kind)


def _is_too_large(text: str, kind: TranscriptKind, findings: Findings) -> bool:
    """Whether reading it would take seconds, or hundreds of megabytes."""
    too_many = any(text.count(sign) > most for sign, most in _MOST_SIGNS[kind].items())
    if not too_many and (kind != "md" or len(text) <= _MOST_MARKDOWN):
        return False
    size = f"{len(text):,} characters in {text.count(chr(10)) + 1:,} lines"
    message = f"the transcript has {size}, more than any episode needs"
    findings.add("transcript-too-large", "error", message, "is this really a transcript?")
    return True
