"""Reads the podcast namespace's JSON transcripts.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md#json
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from publisher.findings import Findings
from publisher.json_files import kind_of, read_object, read_seconds
from publisher.transcripts.text import check_characters, one_line
from publisher.transcripts.timing import Timed, finish
from publisher.transcripts.types import Transcript

_MEND = "export it again from the program it came from"
_SHAPE = (
    'write {"version": "1.0.0", "segments": '
    '[{"speaker": "Silvija", "startTime": 0.5, "endTime": 4.0, "body": "Hei"}]}'
)


def read_segments(text: str, findings: Findings) -> Transcript | None:
    """The segments as cues, or None where the text is no JSON of that shape. `endTime` may be missing: the
    segment lasts until the next one starts. A segment without a speaker has none."""
    document = read_object(text, findings, rule="transcript-syntax", shape=_SHAPE, mend=_MEND)
    if document is None:
        return None
    segments = document.get("segments")
    if not isinstance(segments, list):
        found = kind_of(segments) if "segments" in document else "no such key"
        findings.add(
            "transcript-syntax", "error", f"'segments' was to be a list, and there is {found}", _SHAPE
        )
        return None
    timed = [item for index, value in enumerate(segments) if (item := _segment(value, index, findings))]
    return finish(_with_ends(timed), "json", findings)


def _segment(value: Any, index: int, findings: Findings) -> Timed | None:
    place = f"segments[{index}]"
    if not isinstance(value, dict):
        findings.add(
            "transcript-syntax", "error", f"{place} was to be an object, and it is {kind_of(value)}", _SHAPE
        )
        return None
    start = _seconds(value, "startTime", place, findings)
    if start is None and value.get("startTime") is None:
        findings.add("transcript-syntax", "error", f"{place} has no startTime", _SHAPE)
    end = _seconds(value, "endTime", place, findings)
    body = _text(value, "body", place, findings)
    speaker = _text(value, "speaker", place, findings)
    if start is None:
        return None
    return Timed(start, math.nan if end is None else end, one_line(body), one_line(speaker), place=place)


def _with_ends(timed: list[Timed]) -> list[Timed]:
    """The segments with every end known, as far as anybody can know it."""
    ended = []
    for index, item in enumerate(timed):
        if math.isnan(item.end_seconds):
            next_start = timed[index + 1].start_seconds if index + 1 < len(timed) else item.start_seconds
            item = replace(item, end_seconds=max(item.start_seconds, next_start), end_given=False)
        ended.append(item)
    return ended


def _seconds(segment: dict[str, Any], key: str, place: str, findings: Findings) -> float | None:
    rules = ("transcript-syntax", "transcript-times")
    return read_seconds(segment.get(key), f"{place}.{key}", findings, rules=rules, shape=_SHAPE)


def _text(segment: dict[str, Any], key: str, place: str, findings: Findings) -> str:
    value = segment.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        findings.add(
            "transcript-syntax", "error", f"{place}.{key} was to be text, and it is {kind_of(value)}", _SHAPE
        )
        return ""
    check_characters(value, findings, f"{place}.{key}", first_line=None)
    return value
