"""Audio: probing, tags, the tagged copy."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from publisher.audio.tags import Picture, TagChapter, Tags

SAMPLES = Path(__file__).parents[2] / "audio"
MP3_SAMPLES = ("cbr.mp3", "cbr-no-header.mp3", "vbr.mp3", "vbr-no-header.mp3", "mpeg2.mp3", "mpeg2.5.mp3")
MP4_SAMPLES = ("aac.m4a", "index-first.m4a", "chapters.m4a", "fragmented.m4a")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def picture() -> Picture:
    """A red PNG of 8 × 8 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "PNG")
    return Picture("image/png", file.getvalue())


COVER = picture()
TAGS = Tags(
    title="Å bygge – sammen 🎧",
    album="Showet",
    artists=("Silvija Seres", "Ola Nordmann"),
    track=796,
    disc=2,
    released=datetime(2020, 9, 2, 4, tzinfo=UTC),
    language="nb-NO",
    comment="Kort sagt.",
    description="Lang\ntekst.",
    notes_html="<p>Notater &amp; mer</p>",
    lyrics="Silvija: Hei.\nOla: Hallo.",
    publisher="Læringslaben",
    copyright="© 2020 Læringslaben",
    episode_url="https://example.org/å/796",
    show_url="https://example.org/",
    feed_url="https://example.org/feed.xml",
    guid="episode-guid",
    show_guid="show-guid",
    categories=("Technology", "Education > Courses"),
    keywords=("læring", "teknologi"),
    episode_type="full",
    cover=COVER,
    chapters=(
        TagChapter(0.5, title="Slutt"),
        TagChapter(0, title="Åpning", url="https://example.org/1", picture=COVER),
        TagChapter(1, title="Skjult", toc=False),
    ),
)
"""Tags that use every field."""
