"""What the tags of an episode say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from publisher.audio.tags import Picture, Tags
from publisher.build.tagging import make_tags
from publisher.model import Chapter, Episode, Owner, Person, Show

WHEN = datetime(2026, 1, 2, 6, tzinfo=UTC)
SHOW = Show(
    "episodes", "Show", "About", "nb", categories=("Arts", "Education > Courses"), link="https://a.example/",
    feed_url="https://a.example/feed.xml", guid="show-guid", hosts=(Person("Ada"),), copyright="© Ada",
    owner=Owner("Owner"),
)  # fmt: skip


def tags(chapters: tuple[Chapter, ...] = (), pictures: dict[int, Picture] | None = None, **keys: Any) -> Tags:
    return make_tags(
        SHOW,
        Episode("a", "Title", published=WHEN, **keys),
        guid="guid",
        page_url="https://a.example/episodes/a/",
        chapters=chapters,
        pictures=pictures or {},
        cover=Picture("image/jpeg", b"cover"),
        notes_html="<p>Notes</p>",
        lyrics="Ada: Hello.",
    )


def test_everything_is_said() -> None:
    made = tags(number=7, season=2, guests=(Person("Bo"),), summary="Short.", keywords=("k",), type="bonus")
    assert (made.title, made.album, made.artists) == ("Title", "Show", ("Ada", "Bo"))
    assert (made.track, made.disc, made.released, made.language) == (7, 2, WHEN, "nb")
    assert (made.comment, made.description, made.notes_html) == ("Short.", "Short.", "<p>Notes</p>")
    assert (made.lyrics, made.publisher, made.copyright) == ("Ada: Hello.", "Ada", "© Ada")
    assert (made.guid, made.show_guid, made.feed_url) == ("guid", "show-guid", "https://a.example/feed.xml")
    assert (made.episode_url, made.show_url) == ("https://a.example/episodes/a/", "https://a.example/")
    assert (made.categories, made.keywords, made.episode_type) == (SHOW.categories, ("k",), "bonus")
    assert made.cover == Picture("image/jpeg", b"cover")


def test_the_episodes_own_link_goes_before_its_page() -> None:
    assert tags(link="https://own.example/").episode_url == "https://own.example/"


def test_a_summary_is_found_in_the_notes_or_is_the_title() -> None:
    assert tags(notes="# H\n\nFirst *one*.\n\nSecond.").comment == "First one."
    assert tags().comment == tags().description == "Title"


def test_chapters_keep_their_pictures_by_their_place() -> None:
    picture = Picture("image/jpeg", b"chapter")
    made = tags((Chapter(0, "A"), Chapter(1, "B", "https://b.example/", toc=False)), {1: picture})
    assert [(item.title, item.url, item.picture, item.toc) for item in made.chapters] == [
        ("A", "", None, True),
        ("B", "https://b.example/", picture, False),
    ]
