"""What is written into an audio file, whatever its format: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publisher.audio.languages import language_code

__all__ = ["Picture", "TagChapter", "Tags", "language_code"]


@dataclass(frozen=True, slots=True)
class Picture:
    """`type` is the MIME type of `data`: `image/jpeg` or `image/png`."""

    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TagChapter:
    """A chapter. Without `end_seconds` it lasts until the next one; `toc=False` keeps it out of lists."""

    start_seconds: float
    end_seconds: float | None = None
    title: str = ""
    url: str = ""
    picture: Picture | None = None
    toc: bool = True


@dataclass(frozen=True, slots=True)
class Tags:
    """All that one episode's audio says of itself. What is empty is left out.

    Attributes:
        album: the show's title.
        artists: hosts and guests, in order.
        track, disc: number and season.
        released: aware, UTC.
        language: BCP 47.
        comment, description, lyrics: plain text; `comment` is short, `lyrics` the transcript.
        notes_html: the show notes.
        publisher: who is behind the show; stands as the album's artist as well.
        guid, show_guid: the permanent identities of episode and show.
        categories: Apple's names, the first one counts.
        chapters: in any order; none keeps an M4A's own, and leaves an MP3 without.
    """

    title: str = ""
    album: str = ""
    artists: tuple[str, ...] = ()
    track: int | None = None
    disc: int | None = None
    released: datetime | None = None
    genre: str = "Podcast"
    language: str = ""
    comment: str = ""
    description: str = ""
    notes_html: str = ""
    lyrics: str = ""
    publisher: str = ""
    copyright: str = ""
    episode_url: str = ""
    show_url: str = ""
    feed_url: str = ""
    guid: str = ""
    show_guid: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    episode_type: str = ""
    cover: Picture | None = None
    chapters: tuple[TagChapter, ...] = ()


def chapters_in_order(chapters: tuple[TagChapter, ...]) -> tuple[TagChapter, ...]:
    """The chapters by start; those that start together keep their order."""
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_seconds))


def chapter_ends(chapters: tuple[TagChapter, ...], duration_seconds: float | None) -> tuple[float, ...]:
    """Where each of the chapters, which are in order, ends: where it says, else at the next start behind
    its own, else at the end of the audio (its own start, where that is unknown or earlier)."""
    ends: list[float] = []
    following = duration_seconds
    for place in range(len(chapters) - 1, -1, -1):
        chapter = chapters[place]
        after = chapters[place + 1].start_seconds if place + 1 < len(chapters) else None
        if after is not None and after > chapter.start_seconds:
            following = after
        end = chapter.end_seconds if chapter.end_seconds is not None else following
        ends.append(max(chapter.start_seconds, end if end is not None else chapter.start_seconds))
    return tuple(reversed(ends))
