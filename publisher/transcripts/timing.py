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
    spoken = [item for item in timed if item.text]
    cues = tuple(Cue(item.start_seconds, item.end_seconds, item.text, item.speaker) for item in spoken)
    transcript = Transcript(kind, cues, paragraphs_of(cues))
    transcript = rename(transcript, same_person(transcript.speakers))
    return replace(transcript, cues=_without_overlaps(transcript.cues, spoken, findings))


def _without_overlaps(cues: Sequence[Cue], spoken: Sequence[Timed], findings: Findings) -> tuple[Cue, ...]:
    """The cues without overlaps of one speaker; `spoken` says where each of them stands."""
    mended: list[Cue] = []
    late: list[Timed] = []
    for cue, item in zip(cues, spoken, strict=True):
        before = mended[-1] if mended else None
        if (
            before is not None
            and before.speaker == cue.speaker
            and before.start_seconds < cue.start_seconds < before.end_seconds
        ):
            if before.end_seconds - cue.start_seconds > _ROUNDING_SECONDS:
                late.append(item)
            mended[-1] = replace(before, end_seconds=cue.start_seconds)
        mended.append(cue)
    if late:
        first = late[0]
        others = f", and {len(late) - 1} more like it" if len(late) > 1 else ""
        where = f"{first.place}: " if first.place else ""
        findings.add(
            "transcript-times",
            "warning",
            f"{where}the cue starts at {clock(first.start_seconds)}, before the same speaker's cue above it "
            f"has ended{others}",
            "nothing to do if the starts are right: the one above is published to end there",
            first.line,
        )
    return tuple(mended)


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
    earliest = before.start_seconds if before else item.start_seconds
    if earliest <= item.start_seconds < item.end_seconds <= LONGEST_SECONDS:
        return
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
