"""Cues joined into paragraphs that a person reads."""

from __future__ import annotations

from collections.abc import Iterable

from publisher.transcripts.text import ends_sentence
from publisher.transcripts.types import Cue, Paragraph

LONG_PARAGRAPH = 700
"""Characters after which a monologue begins a new paragraph at the end of a sentence."""


def paragraphs_of(cues: Iterable[Cue]) -> tuple[Paragraph, ...]:
    """Consecutive cues of one speaker as paragraphs, each with the start of its first cue."""
    paragraphs: list[Paragraph] = []
    texts: list[str] = []
    speaker, start_seconds, length = "", 0.0, 0

    def close() -> None:
        if texts:
            paragraphs.append(Paragraph(speaker, " ".join(texts), start_seconds))
            texts.clear()

    for cue in cues:
        if texts and (cue.speaker != speaker or (length >= LONG_PARAGRAPH and ends_sentence(texts[-1]))):
            close()
        if not texts:
            speaker, start_seconds, length = cue.speaker, cue.start_seconds, 0
        texts.append(cue.text)
        length += len(cue.text) + 1
    close()
    return tuple(paragraphs)
