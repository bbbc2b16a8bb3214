"""Reads a transcript, whatever its kind and whatever is in it."""

from __future__ import annotations

from publisher.model import TranscriptKind
from publisher.problems import Finding
from publisher.transcripts.captions import read_captions
from publisher.transcripts.findings import Findings
from publisher.transcripts.plain import read_plain
from publisher.transcripts.segments import read_segments
from publisher.transcripts.text import check_characters, decode
from publisher.transcripts.types import Transcript


def read_transcript(data: bytes, kind: TranscriptKind) -> tuple[Transcript | None, tuple[Finding, ...]]:
    """Reads the bytes of a transcript; no content makes it raise.

    Args:
        kind: the form its file's name promises.

    Returns:
        The transcript, None exactly where an error was found, and everything found: errors and warnings of
        the rules `transcript-encoding`, `transcript-syntax`, `transcript-times` and `transcript-empty`.
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
    if not text.strip():
        return Transcript(kind)
    if kind == "json":
        return read_segments(text, findings)
    if kind == "vtt" or kind == "srt":
        return read_captions(text, kind, findings)
    return read_plain(text, kind)
