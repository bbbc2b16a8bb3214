"""Reads a transcript, whatever its kind and whatever is in it."""

from __future__ import annotations

from typing import Final

from publisher.model import TranscriptKind
from publisher.problems import Finding
from publisher.transcripts.captions import read_captions
from publisher.transcripts.findings import Findings
from publisher.transcripts.plain import read_plain
from publisher.transcripts.segments import read_segments
from publisher.transcripts.text import check_characters, decode
from publisher.transcripts.types import Transcript

MOST_CUES: Final = 100_000
"""The words of eleven hours, one at a time."""

# Counted before anything is made of them: signs of which each becomes an object, or several.
_SIGNS: Final[dict[TranscriptKind, tuple[str, ...]]] = {
    "vtt": ("-->", "<v"),
    "srt": ("-->",),
    "json": ("{", "["),
    "txt": (),
    "md": ("[", "<", "`"),
}
_MOST_LINES: Final[dict[TranscriptKind, int]] = {
    "vtt": 4 * MOST_CUES,
    "srt": 4 * MOST_CUES,
    "json": 16 * MOST_CUES,
    "txt": MOST_CUES,
    "md": 2 * MOST_CUES // 5,
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
    signs = sum(text.count(sign) for sign in _SIGNS[kind])
    most_signs = MOST_CUES // 5 if kind == "md" else MOST_CUES
    lines = text.count("\n")
    if signs <= most_signs and lines <= _MOST_LINES[kind] and (kind != "md" or len(text) <= _MOST_MARKDOWN):
        return False
    message = (
        f"the transcript has {len(text):,} characters in {lines + 1:,} lines, more than any episode needs"
    )
    findings.add("transcript-too-large", "error", message, "is this really a transcript?")
    return True
