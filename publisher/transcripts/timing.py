"""Times of cues: what no player can follow is found here, for every timed kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from publisher.findings import Findings
from publisher.model import TranscriptKind
from publisher.transcripts.paragraphs import paragraphs_of
from publisher.transcripts.speakers import rename, same_person
from publisher.transcripts.types import Cue, Transcript

LONGEST_SECONDS = 24 * 3600
"""No episode is longer; a cue behind this has its hours wrong."""

_BELATED_SECONDS = 3600

_ROUNDING_SECONDS = 0.1
"""An overlap below this is what rounding leaves, and mended without a word."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A cue and where it stands: `line`, or `place` where lines are not known (`segments[3]`).
    `end_given` says whether the file names its end."""

    start_seconds: float
    end_seconds: float
    text: str
    speaker: str
    line: int | None = None
    place: str = ""
    end_given: bool = True


def finish(timed: Sequence[Timed], kind: TranscriptKind, findings: Findings) -> Transcript:
    """The transcript of these cues, in which one person has one name; its times are checked on the way.

    A cue that is still shown when the same speaker's next one comes ends there; two who speak at once keep
    their times.
    """
    _check(timed, findings)
    timed = _without_overlaps(timed, findings)
    cues = tuple(
        Cue(item.start_seconds, item.end_seconds, item.text, item.speaker) for item in timed if item.text
    )
    transcript = Transcript(kind, cues, paragraphs_of(cues))
    return rename(transcript, same_person(transcript.speakers))


def _without_overlaps(timed: Sequence[Timed], findings: Findings) -> list[Timed]:
    mended: list[Timed] = []
    first: Timed | None = None
    count = 0
    for item in timed:
        before = mended[-1] if mended else None
        if (
            before is not None
            and before.speaker == item.speaker
            and before.start_seconds < item.start_seconds < before.end_seconds
        ):
            if before.end_seconds - item.start_seconds > _ROUNDING_SECONDS:
                first, count = first or item, count + 1
            mended[-1] = replace(before, end_seconds=item.start_seconds)
        mended.append(item)
    if first is not None:
        others = f", and {count - 1} more like it" if count > 1 else ""
        where = f"{first.place}: " if first.place else ""
        findings.add(
            "transcript-times",
            "warning",
            f"{where}the cue starts at {clock(first.start_seconds)}, before the same speaker's cue above it "
            f"has ended{others}",
            "nothing to do if the starts are right: the one above is published to end there",
            first.line,
        )
    return mended


def clock(seconds: float) -> str:
    """`1:02:03.500`, as a person writes it."""
    milliseconds = round(seconds * 1000)
    rest, thousandths = divmod(milliseconds, 1000)
    return f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}.{thousandths:03}"


def _check(timed: Sequence[Timed], findings: Findings) -> None:
    before: Timed | None = None
    for item in timed:
        _check_one(item, before, findings)
        before = item
    if timed and timed[0].start_seconds >= _BELATED_SECONDS:
        findings.add(
            "transcript-times",
            "warning",
            f"the first words come at {clock(timed[0].start_seconds)}; film programs count from one hour",
            "move all cues to the sound they belong to, if that is what happened",
            timed[0].line,
        )


def _check_one(item: Timed, before: Timed | None, findings: Findings) -> None:
    where = f"{item.place}: " if item.place else ""
    start, end = clock(item.start_seconds), clock(item.end_seconds)
    if item.end_seconds < item.start_seconds:
        findings.add(
            "transcript-times",
            "error",
            f"{where}the cue ends at {end}, before it starts at {start}",
            "correct one of the two",
            item.line,
        )
    elif item.end_seconds == item.start_seconds and item.end_given:
        findings.add(
            "transcript-times",
            "warning",
            f"{where}the cue starts and ends at {start}, so nobody sees it",
            "let it end later",
            item.line,
        )
    if item.end_seconds > LONGEST_SECONDS or item.start_seconds > LONGEST_SECONDS:
        findings.add(
            "transcript-times",
            "error",
            f"{where}the cue lies at {start} to {end}, and no episode lasts {LONGEST_SECONDS // 3600} hours",
            "correct the hours",
            item.line,
        )
    if before is not None and item.start_seconds < before.start_seconds:
        findings.add(
            "transcript-times",
            "error",
            f"{where}the cue starts at {start}, before the one above it does ({clock(before.start_seconds)})",
            "put the cues in the order of the sound, or correct the hours",
            item.line,
        )
