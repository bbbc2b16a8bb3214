"""Reads WebVTT and SubRip (SRT).

webvtt-py and srt are not used here. The one drops cues it cannot read without a word, or stops at the
first, knows no line numbers and one voice per cue. The other's pattern takes cubic time: a file of 4,000
digits keeps it busy for minutes. The tests read with them what we write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from publisher.findings import Findings
from publisher.quoting import shown
from publisher.transcripts.speakers import Utterance, attribute
from publisher.transcripts.text import ends_sentence, one_line, unescaped
from publisher.transcripts.timing import Timed, finish
from publisher.transcripts.types import Transcript

CaptionKind = Literal["vtt", "srt"]

_STAMP = r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,3})(?:([.,])(\d{1,9}))?"
_TIMING = re.compile(rf"[ \t]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}(?=[ \t]|$)")
_LIKE_TIMING = re.compile(r"[ \t]*-?\d[\d:.,;\-]*[ \t]*-->|[ \t]*-->")
_ARROW = "-->"
_EXAMPLES = {"vtt": "00:01:02.500 --> 00:01:04.000", "srt": "00:01:02,500 --> 00:01:04,000"}
_VTT_BLOCK = re.compile(r"(?:NOTE(?=[ \t]|$)|STYLE[ \t]*$|REGION[ \t]*$)")
_VOICE = re.compile(r"v(?:\.[^ \t]*)?[ \t]+(.*)", re.DOTALL)
# `[^<>]` and not `[^>]`: a line of a hundred thousand `<` is read once and not once for each of them.
_TAG = re.compile(r"<([^<>]*)>")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|font|span)(?:[ \t][^<>]*)?>|\{\\[^{}\n]{1,40}\}", re.IGNORECASE)


@dataclass(slots=True)
class _Block:
    """A cue as it stands in the file; `line` is that of its times."""

    line: int
    start_seconds: float
    end_seconds: float
    lines: list[str] = field(default_factory=list)


def read_captions(text: str, kind: CaptionKind, findings: Findings) -> Transcript:
    """The cues of a caption file; what is wrong with it goes to `findings`.

    A cue without a voice belongs to the speaker before it, as in the podcast namespace's own files, which
    name speakers when they change. A name with a colon at a cue's start names a speaker as well.
    """
    lines = text.split("\n")
    first = _behind_header(lines, findings) if kind == "vtt" else 0
    blocks = _blocks(lines, first, kind, findings)
    pieces = [
        (block, voice, words)
        for block in blocks
        for voice, words in (_voices(block.lines) if kind == "vtt" else [(None, _srt_words(block.lines))])
        if words
    ]
    utterances = []
    before = ""
    for _, voice, words in pieces:
        # What a voice says is never searched for a further name.
        utterances.append(Utterance("" if voice else words, fresh=ends_sentence(before)))
        before = words
    speaker = ""
    timed = []
    for (block, voice, words), (name, rest) in zip(pieces, attribute(utterances), strict=True):
        speaker = voice or name or speaker
        said = words if voice else rest
        timed.append(Timed(block.start_seconds, block.end_seconds, said, speaker, block.line))
    return finish(timed, kind, findings)


def _behind_header(lines: list[str], findings: Findings) -> int:
    """The index of the first line that can hold a cue."""
    if not re.match(r"WEBVTT(?:[ \t]|$)", lines[0]):
        found = shown(lines[0]) if lines[0].strip() else "an empty line"
        findings.add(
            "transcript-syntax",
            "error",
            f"the file begins with {found}, and WebVTT begins with the line WEBVTT",
            "write WEBVTT as the first line with an empty line below, or end the name in .srt if it is one",
            1,
        )
        return 0
    index = 1
    while index < len(lines) and lines[index].strip() and _ARROW not in lines[index]:
        index += 1
    return index


def _blocks(lines: list[str], first: int, kind: CaptionKind, findings: Findings) -> Iterator[_Block]:
    """Cues in the order of the file."""
    block: _Block | None = None
    in_block = skipping = False
    outside: int | None = None
    for index in range(first, len(lines)):
        line = lines[index]
        if not line.strip():
            in_block = skipping = False
            continue
        if skipping:
            continue
        if _ARROW in line and (timing := _timing(line, index + 1, kind, findings)):
            if block is not None:
                if in_block:
                    _drop_identifier(block)
                yield block
            block = _Block(index + 1, *timing)
            in_block, outside = True, None
        elif _ARROW in line and _LIKE_TIMING.match(line):
            findings.add(
                "transcript-syntax",
                "error",
                f"{shown(line)} was to hold a cue's times, and they cannot be read",
                f"write them as {_EXAMPLES[kind]}",
                index + 1,
            )
            skipping = True
        elif kind == "vtt" and not in_block and _VTT_BLOCK.match(line):
            skipping = True
        elif block is not None and (in_block or kind == "srt"):
            in_block = True
            block.lines.append(line)
        elif not _names_next_cue(lines, index):
            if outside is None:
                _add_outside(line, index + 1, findings)
            outside = index
    if block is not None:
        yield block


def _names_next_cue(lines: list[str], index: int) -> bool:
    """Whether the line is a cue's identifier: the one above its times."""
    return index + 1 < len(lines) and _ARROW in lines[index + 1]


def _add_outside(line: str, number: int, findings: Findings) -> None:
    findings.add(
        "transcript-syntax",
        "warning",
        f"{shown(line)} stands outside any cue, and players leave it out",
        "put it below the times it belongs to, without an empty line between",
        number,
    )


def _drop_identifier(block: _Block) -> None:
    """Takes the number of the cue that follows from the end of this one's words, where it has come: always in
    SRT, whose words may hold an empty line, else where the empty line between two cues was forgotten."""
    if block.lines and block.lines[-1].strip().isdecimal():
        block.lines.pop()


def _timing(line: str, number: int, kind: CaptionKind, findings: Findings) -> tuple[float, float] | None:
    match = _TIMING.match(line)
    if match is None:
        return None
    parts = match.groups()
    start, end = (_seconds(*part) for part in (parts[:5], parts[5:]))
    if any(int(parts[place]) > 59 for place in (1, 2, 6, 7)):
        findings.add(
            "transcript-times",
            "error",
            f"{shown(match.group())} counts more than 59 minutes or seconds",
            "write hours, minutes and seconds: 01:15:00.000 and not 75:00.000",
            number,
        )
    wanted, name = (".", "a full stop") if kind == "vtt" else (",", "a comma")
    if not (parts[3] == parts[8] == wanted):
        findings.add(
            "transcript-syntax",
            "warning",
            f"{shown(match.group())} has no thousandths behind {name}, as the format wants them",
            f"nothing to do: it is published as it should be (00:01:02{wanted}500)",
            number,
        )
    return start, end


def _seconds(hours: str | None, minutes: str, seconds: str, mark: str | None, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return round(whole + (int(fraction) / 10 ** len(fraction) if fraction else 0.0), 3)


def _voices(lines: list[str]) -> Iterator[tuple[str | None, str]]:
    """Each voice of a WebVTT cue with its words, markup removed and character references read. Two voices
    may share a cue, and so its times."""
    voice: str | None = None
    words: list[str] = []
    parts = _TAG.split("\n".join(lines))
    for place, part in enumerate(parts):
        if place % 2 == 0:
            words.append(part)
        elif match := _VOICE.fullmatch(part):
            yield voice, _unescaped("".join(words))
            voice, words = _unescaped(match[1]) or None, []
        elif part == "/v":
            yield voice, _unescaped("".join(words))
            voice, words = None, []
    yield voice, _unescaped("".join(words))


def _unescaped(text: str) -> str:
    return one_line(unescaped(text))


def _srt_words(lines: list[str]) -> str:
    return one_line(_SRT_TAG.sub("", "\n".join(lines)))
