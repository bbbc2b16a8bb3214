"""Reads the plain written forms: text and Markdown, paragraphs that open with a speaker's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from publisher.transcripts.speakers import Utterance, attribute, rename, same_person
from publisher.transcripts.text import ends_sentence, one_line, unescaped
from publisher.transcripts.types import Paragraph, Transcript

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph of the file, its lines as they stand there; nobody speaks a heading."""

    lines: tuple[str, ...]
    heading: bool = False


def read_plain(text: str, kind: Literal["txt", "md"]) -> Transcript:
    """The paragraphs with their speakers. One that opens with no name continues the speaker before it; a
    line inside a paragraph that opens with a name begins a new one."""
    blocks = _markdown_blocks(text) if kind == "md" else _text_blocks(text)
    transcript = Transcript(kind, (), tuple(_paragraphs(list(blocks))))
    return rename(transcript, same_person(transcript.speakers))


def _paragraphs(blocks: list[_Block]) -> Iterator[Paragraph]:
    lines = [(block, place, line) for block in blocks for place, line in enumerate(block.lines)]
    utterances = []
    before = ""
    for block, place, line in lines:
        fresh = place == 0 or ends_sentence(before)
        # A heading is searched for no name.
        utterances.append(Utterance("" if block.heading else line, fresh))
        before = one_line(line)
    speaker = ""
    gathered: list[str] = []
    for (block, place, _), (name, rest) in zip(lines, attribute(utterances), strict=True):
        if place == 0 or name is not None:
            yield from _paragraph(speaker, gathered)
            gathered = []
        if block.heading:
            if place == 0:
                yield from _paragraph("", list(block.lines))
            continue
        speaker = speaker if name is None else name
        gathered.append(rest)
    yield from _paragraph(speaker, gathered)


def _paragraph(speaker: str, lines: Iterable[str]) -> Iterator[Paragraph]:
    text = one_line("\n".join(lines))
    if text:
        yield Paragraph(speaker, text)


def _text_blocks(text: str) -> Iterator[_Block]:
    for part in _BLANK.split(text.strip()):
        if part.strip():
            yield _Block(tuple(part.split("\n")))


def _markdown_blocks(text: str) -> Iterator[_Block]:
    """The blocks of a Markdown text without its markup. Raw HTML loses its tags and keeps its words."""
    # Imported late: a show without Markdown transcripts need not wait for it.
    from markdown_it import MarkdownIt

    heading = False
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type == "inline":
            words = "".join(_inline(child.type, child.content) for child in token.children or [])
            yield _Block(tuple(words.split("\n")), heading)
        elif token.type in ("code_block", "fence"):
            yield from _text_blocks(token.content)
        elif token.type == "html_block":
            yield from _text_blocks(unescaped(_TAG.sub(" ", _without_comments(token.content))))


def _without_comments(text: str) -> str:
    """HTML without its comments. A pattern would search the whole rest again for each one left open."""
    parts = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0:
        parts.append(text[at:begin])
        end = text.find("-->", begin)
        if end < 0:
            return " ".join(parts)
        at = end + 3
    return " ".join([*parts, text[at:]])


def _inline(type: str, content: str) -> str:
    if type in ("softbreak", "hardbreak"):
        return "\n"
    if type == "html_inline":
        return "\n" if content.lower().startswith("<br") else ""
    return content if type in ("text", "code_inline", "text_special", "image") else ""
