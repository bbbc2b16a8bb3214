"""What the podcast namespace's keys change in a published show: the feed, and no listener's download."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.feed.namespace import NAMESPACES
from publisher.operations import plan
from publisher.release import publish
from tests.release.feeds import attributes, read_feed
from tests.support.everything import EPISODES, SHOW, picture
from tests.support.shows import edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SLUG = "0001-episode"
_EPISODE = {
    key: EPISODES[1][key] for key in ("value", "funding", "location", "social", "chat", "txt", "content_link")
} | {"images": ["banner.png"], "value": {"recipients": {"address": "03" + "ab" * 32, "split": 1}}}
_SHOW = {
    key: SHOW[key]
    for key in (
        *("value", "seasons", "location", "social", "chat", "trailer", "update_frequency", "podroll"),
        *("publisher", "remote_item", "txt", "block", "notify", "feed", "web_master"),
    )
}


@pytest.mark.parametrize("key", _EPISODE)
def test_a_key_of_an_episode_changes_the_feed_and_not_the_audio(tmp_path: Path, key: str) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    (show / SLUG / "banner.png").write_bytes(picture(30, 10))
    publish(show, to=str(public), now=NOW)
    before = attributes(read_feed(public).items[0], "enclosure")
    media = {path: path.stat().st_mtime_ns for path in public.glob("media/*")}
    edit_episode(show, SLUG, **{key: _EPISODE[key]})
    publish(show, to=str(public), now=NOW)
    (item,) = read_feed(public).items
    assert attributes(item, "enclosure") == before
    assert {path: path.stat().st_mtime_ns for path in public.glob("media/*")} == media
    tags = {"images": "image", "social": "socialInteract", "content_link": "contentLink"}
    assert item.find(f"podcast:{tags.get(key, key)}", NAMESPACES) is not None
    assert not plan(show, to=str(public), now=NOW).has_changes


@pytest.mark.parametrize("key", _SHOW)
def test_a_key_of_the_show_is_noticed(tmp_path: Path, key: str) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before, feed = attributes(read_feed(public).items[0], "enclosure"), (public / "feed.xml").read_bytes()
    edit_show(show, **{key: _SHOW[key]})
    publish(show, to=str(public), now=NOW)
    assert attributes(read_feed(public).items[0], "enclosure") == before
    text = (public / "feed.xml").read_bytes()
    if key != "seasons":  # no episode of the show has one
        assert text.partition(b"<rss")[2] != feed.partition(b"<rss")[2]
    assert not plan(show, to=str(public), now=NOW).has_changes


def test_an_image_that_changes_gets_another_address(tmp_path: Path) -> None:
    def address() -> Any:
        publish(show, to=str(public), now=NOW)
        return attributes(read_feed(public).items[0], "podcast:image")["href"]

    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    (show / SLUG / "banner.png").write_bytes(picture(30, 10))
    edit_episode(show, SLUG, images=["banner.png"])
    first = address()
    (show / SLUG / "banner.png").write_bytes(picture(60, 20))
    assert address() != first


def test_an_episode_that_becomes_a_trailer_is_one_in_the_channel(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show"), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    assert read_feed(public).channel.find("podcast:trailer", NAMESPACES) is None
    edit_episode(show, SLUG, type="trailer")
    publish(show, to=str(public), now=NOW)
    feed = read_feed(public)
    trailer = attributes(feed.channel, "podcast:trailer")
    assert trailer["url"] == attributes(feed.items[0], "enclosure")["url"]
