"""Transcripts of what was said, with the times at which it was said."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

from speech import Spoken


@dataclass(frozen=True)
class Line:
    """One line of the manuscript, and where in the episode it begins."""

    speaker: str
    short: str
    text: str
    start_seconds: float
    spoken: Spoken


@dataclass(frozen=True)
class Cue:
    speaker: str
    short: str
    text: str
    start_seconds: float
    end_seconds: float


def write(lines: list[Line], target: Path) -> None:
    """Writes the transcript in the form that the target's name asks for."""
    forms = {".vtt": _vtt, ".srt": _srt, ".json": _json, ".md": _markdown, ".txt": _plain}
    target.write_text(forms[target.suffix](lines), encoding="utf-8")


def cues(lines: list[Line], width: int, rows: int) -> list[Cue]:
    """Cuts lines into cues of at most `rows` rows of `width` characters, at words, best at a stop."""
    found = []
    for line in lines:
        words = line.spoken.words
        cuts = [*_cuts([word for word, _ in words], width, rows), len(words)]
        for begin, end in pairwise(cuts):
            stop = words[end][1] if end < len(words) else line.spoken.end_seconds
            text = " ".join(word for word, _ in words[begin:end])
            start = line.start_seconds + words[begin][1]
            found.append(Cue(line.speaker, line.short, text, start, line.start_seconds + stop))
    return found


def _cuts(words: list[str], width: int, rows: int) -> list[int]:
    """Where cues begin. A sentence that does not fit is cut in parts of about the same length."""
    sentences: list[list[str]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.endswith((".", "!", "?")):
            sentences.append([])
    pieces: list[list[str]] = []
    for sentence in filter(None, sentences):
        for part in _parts(sentence, width, rows):
            joined = [*pieces[-1], *part] if pieces else part
            if (
                pieces
                and pieces[-1][-1].endswith((".", "!", "?"))
                and _fits(joined, width, rows)
                and rows == 2
            ):
                pieces[-1] = joined
            else:
                pieces.append(part)
    cuts, place = [], 0
    for piece in pieces:
        cuts.append(place)
        place += len(piece)
    return cuts


def _fits(words: list[str], width: int, rows: int) -> bool:
    return len(textwrap.wrap(" ".join(words), width, break_on_hyphens=False)) <= rows


def _parts(words: list[str], width: int, rows: int) -> list[list[str]]:
    if _fits(words, width, rows):
        return [words]
    half = len(" ".join(words)) / 2
    costs = []
    for cut in range(1, len(words)):
        off = abs(len(" ".join(words[:cut])) - half)
        costs.append((off - (half / 3 if words[cut - 1].endswith((",", ":")) else 0), cut))
    cut = min(costs)[1]
    return [*_parts(words[:cut], width, rows), *_parts(words[cut:], width, rows)]


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def _vtt(lines: list[Line]) -> str:
    blocks = ["WEBVTT"]
    for cue in cues(lines, 65, 2):
        text = escape(textwrap.fill(cue.text, 65, break_on_hyphens=False), quote=False)
        times = f"{_clock(cue.start_seconds, '.')} --> {_clock(cue.end_seconds, '.')}"
        blocks.append(f"{times}\n<v {escape(cue.speaker, quote=False)}>{text}")
    return "\n\n".join(blocks) + "\n"


def _srt(lines: list[Line]) -> str:
    blocks = []
    for place, cue in enumerate(cues(_named(lines), 32, 2), start=1):
        times = f"{_clock(cue.start_seconds, ',')} --> {_clock(cue.end_seconds, ',')}"
        blocks.append(f"{place}\n{times}\n{textwrap.fill(cue.text, 32, break_on_hyphens=False)}")
    return "\n\n".join(blocks) + "\n"


def _named(lines: list[Line]) -> list[Line]:
    """The speaker's name as part of the first word, wherever another one begins to speak."""
    known: set[str] = set()
    found: list[Line] = []
    for line in lines:
        if not found or found[-1].speaker != line.speaker:
            name = line.short if line.speaker in known else line.speaker
            (first, start), *rest = line.spoken.words
            words = ((f"{name}: {first}", start), *rest)
            line = replace(line, spoken=replace(line.spoken, words=words))
        known.add(line.speaker)
        found.append(line)
    return found


def _json(lines: list[Line]) -> str:
    segments = [
        {
            "speaker": cue.speaker,
            "startTime": round(cue.start_seconds, 3),
            "endTime": round(cue.end_seconds, 3),
            "body": cue.text,
        }
        for cue in cues(lines, 65, 2)
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False, indent=2) + "\n"


def _paragraphs(lines: list[Line]) -> list[tuple[str, str]]:
    """Speaker (in full the first time, short later) and what they say before another one speaks."""
    known: set[str] = set()
    found = []
    for (speaker, short), turn in groupby(lines, key=lambda line: (line.speaker, line.short)):
        found.append((short if speaker in known else speaker, " ".join(line.text for line in turn)))
        known.add(speaker)
    return found


def _markdown(lines: list[Line]) -> str:
    return "\n\n".join(f"**{name}:** {text}" for name, text in _paragraphs(lines)) + "\n"


def _plain(lines: list[Line]) -> str:
    return "\n\n".join(f"{name}: {text}" for name, text in _paragraphs(lines)) + "\n"
