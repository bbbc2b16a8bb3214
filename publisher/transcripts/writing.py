"""Writes a transcript in the forms that apps, players and tags read. The same transcript gives the same text.

The forms are those of the podcast namespace:
https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/transcripts/transcripts.md
Times are never invented: a plain transcript has no cues, and so none in WebVTT, SRT and JSON.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator

from publisher.transcripts.paragraphs import grouped
from publisher.transcripts.types import Cue, Transcript

VTT_LINE = 65
SRT_LINE = 32
SRT_LINES = 2
_JOINER = "\u200d"
_MODIFIERS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""Colours of skin, which belong to the emoji before them."""
_FLAGS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
"""Letters of which two are a flag."""
_ARROW = re.compile(r"--+ *>|- -+ *>|- *>")
_TITLES = {
    "nb": "Transkripsjon",
    "nn": "Transkripsjon",
    "no": "Transkripsjon",
    "da": "Transskription",
    "sv": "Transkription",
    "de": "Transkript",
    "fr": "Transcription",
    "es": "Transcripción",
    "it": "Trascrizione",
    "nl": "Transcript",
    "fi": "Litterointi",
}


def to_vtt(transcript: Transcript) -> str:
    """WebVTT with a `<v Name>` on every cue that has a speaker, lines of about 65 characters."""
    parts = ["WEBVTT\n"]
    for cue in transcript.cues:
        start, end = _span(cue)
        voice = _voice(cue.speaker) if cue.speaker else ""
        words = "\n".join(_escaped(line) for line in _lines(cue.text, VTT_LINE))
        parts.append(f"\n{_stamp(start, '.')} --> {_stamp(end, '.')}\n{voice}{words}\n")
    return "".join(parts)


def to_srt(transcript: Transcript) -> str:
    """SubRip with at most two lines of 32 characters. A long cue becomes several that share its time in
    proportion to their letters; a longer word, or a text that has no spaces, goes on in the next line.
    `Name: ` stands where the speaker changes."""
    cards: list[tuple[int, int, str]] = []
    speaker = ""
    for cue in transcript.cues:
        words = f"{cue.speaker}: {cue.text}" if cue.speaker and cue.speaker != speaker else cue.text
        speaker = cue.speaker
        cards.extend(_cards(_ARROW.sub("→", words), *_span(cue)))
    # Two who speak at once have cues that overlap, and the next one's may begin before the last card.
    cards.sort(key=lambda card: card[0])
    return "\n".join(
        f"{number}\n{_stamp(start, ',')} --> {_stamp(end, ',')}\n{card}\n"
        for number, (start, end, card) in enumerate(cards, start=1)
    )


def to_json(transcript: Transcript) -> str:
    """The podcast namespace's JSON, version 1.0.0: one segment for each cue."""
    segments = []
    for cue in transcript.cues:
        segment: dict[str, str | float] = {"speaker": cue.speaker} if cue.speaker else {}
        start, end = _span(cue)
        segments.append({**segment, "startTime": start / 1000, "endTime": end / 1000, "body": cue.text})
    lines = ",\n".join(json.dumps(segment, ensure_ascii=False) for segment in segments)
    return (
        f'{{"version": "1.0.0", "segments": [\n{lines}\n]}}\n'
        if segments
        else '{"version": "1.0.0", "segments": []}\n'
    )


def to_html(transcript: Transcript, language: str, *, title: str = "") -> str:
    """A small HTML document in the podcast namespace's form: `<cite>` where the speaker changes, `<time>`
    where times are known, `<p>`.

    Apps read its body, and people see it as a page of its own where nothing else has the transcript. So its
    head says what a browser wants to know, and no style stands in the way of an app.

    Args:
        language: BCP 47.
        title: the document's; the word for a transcript in that language if empty.
    """
    kind = _TITLES.get(language.split("-")[0].lower(), "Transcript")
    description = f"{kind}: {title}" if title else kind
    parts = [
        f'<!DOCTYPE html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title or kind)}</title>\n"
        f'<meta name="description" content="{html.escape(description)}">\n'
        # Without it a browser asks for a /favicon.ico that may not be there.
        '<link rel="icon" href="data:,">\n'
        "</head>\n<body>\n"
    ]
    speaker = ""
    for part in transcript.paragraphs:
        if part.speaker and part.speaker != speaker:
            parts.append(f"<cite>{html.escape(part.speaker, quote=False)}:</cite>\n")
        speaker = part.speaker
        if part.start_seconds is not None:
            parts.append(_time_element(part.start_seconds))
        parts.append(f"<p>{html.escape(part.text, quote=False)}</p>\n")
    parts.append("</body>\n</html>\n")
    return "".join(parts)


def to_page(transcript: Transcript) -> str:
    """A fragment for the episode's page: paragraphs in which each cue knows its time, in seconds, so that a
    script can follow the sound; the same paragraphs without times for a plain transcript."""
    parts = []
    speaker = ""
    for name, start_seconds, words in _page_paragraphs(transcript):
        cite = f"<cite>{html.escape(name, quote=False)}:</cite> " if name and name != speaker else ""
        speaker = name
        time = "" if start_seconds is None else _time_element(start_seconds).strip() + " "
        parts.append(f"<p>{cite}{time}{words}</p>\n")
    return "".join(parts)


def _page_paragraphs(transcript: Transcript) -> Iterator[tuple[str, float | None, str]]:
    if not transcript.timed:
        for part in transcript.paragraphs:
            yield part.speaker, None, html.escape(part.text, quote=False)
        return
    for group in grouped(transcript.cues):
        spans = []
        for cue in group:
            start, end = (f"{value / 1000:.3f}".rstrip("0").rstrip(".") for value in _span(cue))
            words = html.escape(cue.text, quote=False)
            spans.append(f'<span data-start="{start}" data-end="{end}">{words}</span>')
        yield group[0].speaker, group[0].start_seconds, " ".join(spans)


def to_plain(transcript: Transcript) -> str:
    """Paragraphs with an empty line between, `Name: ` where the speaker changes."""
    paragraphs = []
    speaker = ""
    for part in transcript.paragraphs:
        named = part.speaker and part.speaker != speaker
        paragraphs.append(f"{part.speaker}: {part.text}" if named else part.text)
        speaker = part.speaker
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def _span(cue: Cue) -> tuple[int, int]:
    """Start and end in milliseconds; the end is later, as WebVTT asks."""
    start = max(0, round(cue.start_seconds * 1000))
    return start, max(start + 1, round(cue.end_seconds * 1000))


def _stamp(milliseconds: int, mark: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{thousandths:03}"


def _time_element(seconds: float) -> str:
    """HTML takes `0:09` for no time unless `datetime` says what it is: a duration."""
    milliseconds = round(seconds * 1000)
    whole, thousandths = divmod(milliseconds, 1000)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    shown = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    exact = f"{whole}.{thousandths:03}".rstrip("0").rstrip(".") if thousandths else f"{whole}"
    return f'<time datetime="PT{exact}S">{shown}</time>\n'


def _voice(speaker: str) -> str:
    # A name that ends in two dashes would close its tag with an arrow, and end the cue.
    return f"<v {_escaped(speaker)}>".replace("-->", "-- >")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _lines(text: str, width: int) -> list[str]:
    """The text broken at spaces into lines of at most `width`; a longer word has a line of its own."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines


def _pieces(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width`, none of which begins with what belongs to the sign before it: an
    accent, the second half of an emoji."""
    pieces = []
    while len(word) > width:
        end = next((place for place in range(width, width // 2, -1) if _parts_at(word, place)), width)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _parts_at(word: str, place: int) -> bool:
    before, after = word[place - 1], word[place]
    if before == _JOINER or after == _JOINER or unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return False
    if after in _MODIFIERS:
        return False
    flags = 0
    while flags < place and word[place - 1 - flags] in _FLAGS:
        flags += 1
    return after not in _FLAGS or flags % 2 == 0


def _cards(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Cards of two lines with their share of the time, in milliseconds; none is shorter than one."""
    lines = [part for line in _lines(text, SRT_LINE) for part in _pieces(line, SRT_LINE)]
    cards = ["\n".join(lines[place : place + SRT_LINES]) for place in range(0, len(lines), SRT_LINES)]
    letters = sum(len(card) for card in cards)
    done = 0
    for card in cards:
        first = start + (end - start) * done // letters
        done += len(card)
        yield first, max(first + 1, start + (end - start) * done // letters), card
