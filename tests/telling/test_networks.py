"""Announcing: once, of what is new, and the post is the root of the episode's comments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from publisher.manifest import read_manifest
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from publisher.telling.bluesky import MOST_GRAPHEMES, record, record_key
from publisher.telling.posts import Post, count, text_of
from tests.support.shows import edit_episode, edit_show
from tests.telling.conftest import NOW, Place
from tests.telling.servers import Bluesky, Hub, Mastodon, Service

PODCAST = "{https://podcastindex.org/namespace/1.0}"


@pytest.fixture
def mastodon(place: Place, monkeypatch: pytest.MonkeyPatch) -> Mastodon:
    server = place.run(Mastodon())
    monkeypatch.setenv("MASTODON_TOKEN", server.token)
    edit_show(place.show, announce={"mastodon": {"server": server.url, "token": "MASTODON_TOKEN"}})
    return server


@pytest.fixture
def bluesky(place: Place, monkeypatch: pytest.MonkeyPatch) -> Bluesky:
    server = place.run(Bluesky())
    monkeypatch.setenv("BLUESKY_PASSWORD", server.password)
    settings = {"handle": f"@{server.handle}", "password": "BLUESKY_PASSWORD", "server": server.url}
    edit_show(place.show, announce={"bluesky": settings})
    return server


def roots(feed: bytes) -> dict[str, list[dict[str, str]]]:
    """By title, the root posts of the feed's items."""
    return {
        str(item.findtext("title")): [
            {str(k): str(v) for k, v in post.attrib.items()} for post in item.iter(f"{PODCAST}socialInteract")
        ]
        for item in etree.fromstring(feed).iter("item")
    }


def page(place: Place, slug: str) -> str:
    return f"{place.url}episodes/{slug}/"


def test_a_new_episode_is_posted_and_the_feed_says_where(place: Place, mastodon: Mastodon) -> None:
    outcome = place.publish()
    (status,) = mastodon.statuses
    assert status["content"] == f"About 0001-first\n\n{page(place, '0001-first')}"
    assert status["language"] == "en"
    assert outcome.told.posts == (status["url"],)
    assert roots(place.feed())["About 0001-first"] == [
        {
            "uri": status["url"],
            "protocol": "activitypub",
            "accountId": "@show",
            "accountUrl": f"{mastodon.url}/@show",
        }
    ]
    manifest = read_published(FolderStore(place.public)).manifest
    assert manifest is not None
    assert manifest.completes == manifest.previous != ""


def test_it_is_posted_once_and_nothing_loops(place: Place, mastodon: Mastodon) -> None:
    place.publish()
    feed = place.feed()
    assert not place.publish().released
    assert place.feed() == feed
    edit_episode(place.show, "0001-first", title="Another title")
    assert place.publish().released
    assert len(mastodon.statuses) == 1
    assert roots(place.feed())["Another title"][0]["uri"] == mastodon.statuses[0]["url"]


def test_hubs_are_told_once_of_the_feed_that_has_the_post(place: Place, mastodon: Mastodon) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    assert len(hub.pings) == 1
    assert mastodon.statuses[0]["url"].encode() in hub.fetched[0]


def test_producers_are_told_of_one_release_and_not_of_its_posts(place: Place, mastodon: Mastodon) -> None:
    hook = place.run(Service())
    edit_show(place.show, notify={"webhooks": [{"url": hook.url}]})
    place.publish()
    place.publish()
    (told,) = (request.json for request in hook.requests)
    assert [episode["title"] for episode in told["episodes"]] == ["About 0001-first"]


def test_the_audio_is_not_touched_by_a_post(place: Place, mastodon: Mastodon) -> None:
    place.publish()
    manifest = read_published(FolderStore(place.public)).manifest
    assert manifest is not None
    key = manifest.previous
    first = read_manifest(key, (place.public / key).read_bytes())
    assert [e.enclosure for e in first.episodes] == [e.enclosure for e in manifest.episodes]


def test_bluesky_gets_a_post_that_its_lexicon_takes(place: Place, bluesky: Bluesky) -> None:
    outcome = place.publish()
    ((key, post),) = bluesky.records.items()
    assert page(place, "0001-first") in post["text"]
    assert post["embed"]["external"]["uri"] == page(place, "0001-first")
    assert outcome.told.posts == (f"https://bsky.app/profile/{bluesky.handle}/post/{key}",)
    (root,) = roots(place.feed())["About 0001-first"]
    assert (root["protocol"], root["uri"]) == ("atproto", outcome.told.posts[0])


def test_both_networks_are_roots(place: Place, mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch) -> None:
    server = place.run(Bluesky())
    monkeypatch.setenv("BLUESKY_PASSWORD", server.password)
    settings: dict[str, Any] = {
        "mastodon": {"server": mastodon.url, "token": "MASTODON_TOKEN"},
        "bluesky": {"handle": server.handle, "password": "BLUESKY_PASSWORD", "server": server.url},
        "text": "{show}: {title} {url}",
    }
    edit_show(place.show, announce=settings)
    server.plan = [503] * 3
    place.publish()
    assert [root["protocol"] for root in roots(place.feed())["About 0001-first"]] == ["activitypub"]
    place.publish()
    both = roots(place.feed())["About 0001-first"]
    assert [root["protocol"] for root in both] == ["activitypub", "atproto"]
    assert mastodon.statuses[0]["content"].startswith("A small show: About 0001-first http")
    assert (len(mastodon.statuses), len(server.records)) == (1, 1)


@pytest.mark.parametrize(
    "keys",
    [
        {"type": "trailer"},
        {"type": "bonus"},
        {"block": True},
        {"social": "https://social.example/1"},
        {"social": {"protocol": "disabled"}},
        {"published": "2024-01-01"},
    ],
    ids=str,
)
def test_what_is_no_news_is_not_announced(place: Place, mastodon: Mastodon, keys: dict[str, Any]) -> None:
    edit_episode(place.show, "0001-first", **keys)
    place.publish()
    assert mastodon.requests == []


def test_switched_on_later_it_announces_nothing_old(place: Place) -> None:
    place.publish()
    server = place.run(Mastodon())
    edit_show(place.show, announce={"mastodon": {"server": server.url, "token": "MASTODON_TOKEN"}})
    edit_episode(place.show, "0001-first", title="Another title")
    assert place.publish().released
    place.publish()
    assert server.requests == []


def test_a_catch_up_announces_the_newest_few(place: Place, mastodon: Mastodon) -> None:
    for number in range(2, 7):
        place.add(f"{number:04d}-more", age=timedelta(minutes=60 - number))
    outcome = place.publish()
    assert len(mastodon.statuses) == 3
    assert {s["content"].split("\n")[0] for s in mastodon.statuses} == {
        f"About {number:04d}-more" for number in (4, 5, 6)
    }
    assert "3 more new episodes are not announced: the newest are enough at once" in outcome.told.notices
    assert place.publish().told.posts == ()


def test_a_server_that_is_down_gets_it_with_the_next_run(place: Place, mastodon: Mastodon) -> None:
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    mastodon.plan = [503, 503, 503]
    outcome = place.publish()
    assert outcome.exit_status == 0
    (problem,) = outcome.told.problems
    assert problem.message.endswith("answers 503; 'About 0001-first' is not announced there yet")
    assert len(hub.pings) == 1
    outcome = place.publish()
    assert outcome.released
    assert len(mastodon.statuses) == 1
    assert roots(place.feed())["About 0001-first"]
    assert len(hub.pings) == 2


def test_what_a_later_release_finds_unannounced_is_announced(place: Place, mastodon: Mastodon) -> None:
    mastodon.plan = [503] * 3
    place.publish()
    place.add("0002-second", age=timedelta(minutes=1))
    place.publish()
    assert {s["content"].split("\n")[0] for s in mastodon.statuses} == {
        "About 0001-first",
        "About 0002-second",
    }
    assert all(roots(place.feed()).values())
    assert not place.publish().released


def test_where_nobody_can_look_whether_it_is_posted_it_is_not_posted(
    place: Place, mastodon: Mastodon
) -> None:
    mastodon.plan = [503] * 6
    place.publish()
    assert len(place.publish().told.problems) == 1
    assert [r.method for r in mastodon.requests] == ["POST"] * 3 + ["GET"] * 3
    assert mastodon.statuses == []


def test_a_post_whose_answer_was_lost_is_found_again(place: Place, mastodon: Mastodon) -> None:
    """The server forgot the key meanwhile, as it does after an hour."""
    real = mastodon.answer

    def lost(request: Any) -> Any:
        answer = real(request)
        return (500, {}, b"") if request.method == "POST" else answer

    mastodon.answer = lost  # type: ignore[method-assign]
    place.publish()
    assert len(mastodon.statuses) == 1
    mastodon.answer = real  # type: ignore[method-assign]
    mastodon.keys.clear()
    outcome = place.publish()
    assert outcome.told.posts == (mastodon.statuses[0]["url"],)
    assert len(mastodon.statuses) == 1


def test_a_token_that_may_not_look_relies_on_the_key(place: Place, mastodon: Mastodon) -> None:
    real = mastodon.answer

    def narrow(request: Any) -> Any:
        return real(request) if request.method == "POST" else (403, {}, b"{}")

    mastodon.answer = narrow  # type: ignore[method-assign]
    mastodon.plan = [503] * 3
    place.publish()
    assert len(place.publish().told.posts) == 1
    assert len(mastodon.statuses) == 1


def test_what_was_taken_back_is_not_announced_twice(place: Place, mastodon: Mastodon) -> None:
    from publisher.operations import rollback

    edit_episode(place.show, "0001-first", published="2024-01-01")
    place.publish()
    place.add("0002-second")
    place.publish()
    assert len(mastodon.statuses) == 1
    done = rollback(place.show, "previous", to=str(place.public))
    assert done.removed == ("0002-second",)
    assert not place.publish().released, "what was undone went out again by itself"
    # The server remembers a key for an hour.
    mastodon.keys.clear()
    edit_episode(place.show, "0002-second", title="Mended")
    assert place.publish().released
    assert len(mastodon.statuses) == 1
    assert roots(place.feed())["Mended"][0]["uri"] == mastodon.statuses[0]["url"]


def test_a_private_feed_is_not_announced(
    place: Place, mastodon: Mastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", "0123456789abcdef-secret")
    edit_show(place.show, feeds=[{"name": "members", "secret": "MEMBERS_SECRET"}])
    place.add("0002-for-members", feeds=["members"])
    hub = place.run(Hub())
    edit_show(place.show, notify={"websub": [hub.url]})
    place.publish()
    assert [s["content"].split("\n")[0] for s in mastodon.statuses] == ["About 0001-first"]
    assert set(hub.pings) == {f"{place.url}feed.xml"}
    assert list((place.public / "private").rglob("*.told.json")) == []


def _post(**keys: Any) -> Post:
    values: dict[str, Any] = {
        "guid": "g",
        "title": "A title",
        "url": "https://show.example/episodes/one/",
        "show": "A show",
        "made": NOW.isoformat(),
        "published_microseconds": 1_700_000_000_000_000,
    }
    return Post(**values | keys)


def test_a_long_title_is_cut_and_the_address_stays() -> None:
    flag, family = "\U0001f1f3\U0001f1f4", "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    for title in ("Blåbærsyltetøy " * 60, flag * 400, family * 400, "e\u0301" * 400):
        text = text_of(_post(title=title), MOST_GRAPHEMES)
        assert count(text) <= MOST_GRAPHEMES
        assert text.endswith("…\n\nhttps://show.example/episodes/one/")
        made = record(_post(title=title))
        start, end = (made["facets"][0]["index"][name] for name in ("byteStart", "byteEnd"))
        assert made["text"].encode()[start:end] == b"https://show.example/episodes/one/"


def test_places_are_filled_in_once() -> None:
    post = _post(title="{url} {show} {title}", text="{show}: {title} {url}")
    assert text_of(post, 500) == "A show: {url} {show} {title} https://show.example/episodes/one/"


def test_where_nothing_fits_the_address_does() -> None:
    assert text_of(_post(text="x" * 400 + "{url}"), 300) == "https://show.example/episodes/one/"


def test_a_key_is_the_same_again_and_no_others() -> None:
    one = record_key(_post())
    assert one == record_key(_post(title="Another", made="later"))
    assert one != record_key(_post(guid="h"))
    assert record_key(_post(published_microseconds=-1)) != one
