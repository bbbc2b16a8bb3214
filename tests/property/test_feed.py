"""Feeds: any show renders to one that parses and says what the show says."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher import effective
from publisher.build.notes import show_notes
from publisher.feed import FeedItem, render_feed
from publisher.model import Show
from publisher.planning import make_plan, settle
from publisher.text import feed_html, text_as_html
from tests.property.models import shows
from tests.property.reading_back import of_channel, of_item, said_by_episode, said_by_show
from tests.release.feeds import Feed, attributes, text, texts
from tests.support.schema import checked
from tests.unit.test_text import FEED_TAGS, outline

URL = "https://show.example/"
LATE = datetime(2040, 1, 1, tzinfo=UTC)


def items(show: Show) -> list[FeedItem]:
    plan = make_plan(show, None, LATE)
    return [
        FeedItem(
            episode=planned.episode,
            guid=planned.guid,
            published=planned.published,
            enclosure_url=f"{URL}media/{planned.slug}.mp3",
            length_bytes=1000 + place,
            type="audio/mpeg",
            duration_seconds=planned.audio.duration_seconds,
            page_url=f"{URL}episodes/{planned.slug}/",
            content_html=show_notes(
                show, planned.episode, planned.episode.chapters or (), transcript_url=URL
            ),
        )
        for place, planned in enumerate(reversed(plan.released))
        if planned.episode and planned.published and planned.audio
    ]


@settings(max_examples=60, deadline=None)
@given(shows())
def test_a_feed_reads_back_what_the_show_says(show: Show) -> None:
    show = settle(show, None, url=URL)
    made = items(show)
    feed = Feed(render_feed(show, made, newest=LATE))
    assert text(feed.channel, "title") == show.title
    assert text(feed.channel, "podcast:guid") == show.guid
    assert (text(feed.channel, "description") or "") == (
        feed_html(show.description) or text_as_html(show.title)
    )
    assert texts(feed.channel, "podcast:person") == [person.name for person in show.hosts]
    assert len(feed.items) == len(made)
    for item, found in zip(made, feed.items, strict=True):
        assert text(found, "title") == item.episode.title
        assert text(found, "guid") == item.guid
        described = text(found, "description") or ""
        assert not re.search(r"<[A-Za-z/!?]", described)
        assert html.unescape(described) == (effective.summary(item.episode) or item.episode.title)
        assert attributes(found, "enclosure") == {
            "url": item.enclosure_url,
            "length": str(item.length_bytes),
            "type": item.type,
        }
        assert parsedate_to_datetime(text(found, "pubDate") or "") == item.published
        assert abs(int(text(found, "itunes:duration") or "") - item.duration_seconds) <= 1
        assert (text(found, "content:encoded") or "") == item.content_html
        outline(item.content_html, FEED_TAGS, {"href"})
        assert text(found, "itunes:author") or not item.episode.author


@settings(max_examples=40, deadline=None)
@given(shows())
def test_the_podcast_namespace_reads_back_to_the_same_values(show: Show) -> None:
    show = settle(show, None, url=URL)
    made = items(show)
    feed = Feed(render_feed(show, made, newest=LATE))
    assert {"guid", "locked"} & checked(feed.root)
    assert of_channel(feed.channel) == said_by_show(show)
    for item, found in zip(made, feed.items, strict=True):
        assert of_item(found) == said_by_episode(show, item.episode)


@settings(max_examples=30, deadline=None)
@given(shows(), st.integers(-12, 14))
def test_a_feed_is_the_same_wherever_its_times_were_written(show: Show, hours: int) -> None:
    show = settle(show, None, url=URL)
    zone = timezone(timedelta(hours=hours))
    made = items(show)
    elsewhere = [replace(item, published=item.published.astimezone(zone)) for item in made]
    assert render_feed(show, elsewhere, newest=LATE.astimezone(zone)) == render_feed(show, made, newest=LATE)
