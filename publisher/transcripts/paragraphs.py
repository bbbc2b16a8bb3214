"""Cues joined into paragraphs that a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from publisher.transcripts.text import ends_sentence
from publisher.transcripts.types import Cue, Paragraph

LONG_PARAGRAPH = 700
"""Characters after which a monologue begins a new paragraph at the end of a sentence."""


def paragraphs_of(cues: Iterable[Cue]) -> tuple[Paragraph, ...]:
    """Consecutive cues of one speaker as paragraphs, each with the start of its first cue."""
    return tuple(
        Paragraph(group[0].speaker, " ".join(cue.text for cue in group), group[0].start_seconds)
        for group in grouped(cues)
    )


def grouped(cues: Iterable[Cue]) -> Iterator[list[Cue]]:
    """The cues of each paragraph."""
    group: list[Cue] = []
    length = 0
    for cue in cues:
        long = length >= LONG_PARAGRAPH and ends_sentence(group[-1].text)
        if group and (long or cue.speaker != group[0].speaker):
            yield group
            group, length = [], 0
        group.append(cue)
        length += len(cue.text) + 1
    if group:
        yield group
