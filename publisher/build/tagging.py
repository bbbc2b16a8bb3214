"""What the tags of an episode say. Pure, but for the pictures, which are handed in."""

from __future__ import annotations

from publisher import effective
from publisher.audio.tags import Picture, TagChapter, Tags
from publisher.model import Chapter, Episode, Show
from publisher.text import plain_text


def make_tags(
    show: Show,
    episode: Episode,
    *,
    guid: str,
    page_url: str,
    chapters: tuple[Chapter, ...],
    pictures: dict[int, Picture],
    cover: Picture | None,
    notes_html: str,
    lyrics: str,
) -> Tags:
    """Everything that is written into the audio.

    Args:
        show: settled.
        pictures: a chapter's picture by its place.
        notes_html: the show notes as the feed has them.
        lyrics: the transcript as plain text.
    """
    summary = effective.summary(episode)
    notes = plain_text(episode.notes)
    return Tags(
        title=episode.title,
        album=show.title,
        artists=effective.artists(show, episode),
        track=episode.number,
        disc=episode.season,
        released=episode.published,
        language=show.language,
        comment=summary or episode.title,
        description=summary or notes or episode.title,
        notes_html=notes_html,
        lyrics=lyrics,
        publisher=effective.show_author(show),
        copyright=show.copyright,
        # A file that a member hands on must not tell where the private feed is.
        episode_url=episode.link or ("" if show.private else page_url),
        show_url=show.link,
        feed_url="" if show.private else show.feed_url,
        guid=guid,
        show_guid=show.guid,
        categories=show.categories,
        keywords=episode.keywords,
        episode_type=episode.type,
        cover=cover,
        chapters=tuple(
            TagChapter(
                chapter.start_seconds,
                chapter.end_seconds,
                chapter.title,
                chapter.url,
                pictures.get(place),
                chapter.toc,
            )
            for place, chapter in enumerate(chapters)
        ),
    )
