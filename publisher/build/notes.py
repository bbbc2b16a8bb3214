"""Show notes as apps show them: one safe HTML text. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator

from publisher import effective
from publisher.chapters import lists_chapters, with_line_breaks
from publisher.model import Chapter, Episode, Person, Show
from publisher.text import feed_html, link, paragraph
from publisher.words import Words


def show_notes(show: Show, episode: Episode, chapters: tuple[Chapter, ...], *, transcript_url: str) -> str:
    """Summary, guests, notes, what one learns, chapters unless the notes list them, links, and the way to
    the transcript.

    Args:
        transcript_url: where it can be read; empty where there is none.

    Returns:
        HTML of paragraphs, lists and links only: other elements are dropped by apps.
    """
    return "\n".join(_sections(show, episode, chapters, transcript_url))


def _sections(
    show: Show, episode: Episode, chapters: tuple[Chapter, ...], transcript_url: str
) -> Iterator[str]:
    word = Words(show.language, show.words).word
    summary, notes = effective.summary(episode), feed_html(with_line_breaks(episode.notes))
    if summary and (episode.summary or not notes):
        yield paragraph(summary)
    if episode.guests:
        yield _heading(word("guests" if len(episode.guests) > 1 else "guest"))
        yield _list(_person(person) for person in episode.guests)
    if notes:
        yield notes
    if episode.learning and episode.learning.outcomes:
        yield _heading(word("learn"))
        yield _list(html.escape(outcome, quote=False) for outcome in episode.learning.outcomes)
    listed = [chapter for chapter in chapters if chapter.toc and chapter.title]
    if listed and not lists_chapters(episode.notes):
        yield _heading(word("chapters"))
        yield _chapter_list(listed)
    if episode.links:
        yield _heading(word("links"))
        yield _list(link(item.url, item.title or item.url) for item in episode.links)
    if transcript_url:
        yield f"<p>{link(transcript_url, word('read_transcript'))}</p>"


def _heading(text: str) -> str:
    return f"<p><strong>{html.escape(text, quote=False)}</strong></p>"


def _list(items: Iterator[str]) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def _chapter_list(chapters: list[Chapter]) -> str:
    """Apps make times at the start of a line clickable; hours for all or for none keep them in a column.

    Two digits each, from 00:00 on: https://podcasters.apple.com/support/5482
    """
    hours = max(chapter.start_seconds for chapter in chapters) >= 3600
    lines = (
        f"{_clock(chapter.start_seconds, hours=hours)} {html.escape(chapter.title, quote=False)}"
        for chapter in chapters
    )
    return f"<p>{'<br>'.join(lines)}</p>"


def _clock(seconds: float, *, hours: bool) -> str:
    minutes, second = divmod(int(seconds), 60)
    if not hours:
        return f"{minutes:02d}:{second:02d}"
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def _person(person: Person) -> str:
    name = link(person.url, person.name) if person.url else html.escape(person.name, quote=False)
    post = ", ".join(part for part in (person.title, person.organization) if part)
    return f"{name}, {html.escape(post, quote=False)}" if post else name
