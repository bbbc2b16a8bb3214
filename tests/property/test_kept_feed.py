"""A feed that is joined from kept items is, to the byte, the feed that is made of nothing kept."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.build.workshop import Workshop
from publisher.cache import NAME, Table
from publisher.identity import addressed
from publisher.manifest import Manifest, StoredObject
from publisher.model import Episode, PrivateFeed, Show
from publisher.planning import Plan, make_plan, settle
from publisher.private import private_show
from publisher.release import feeds
from publisher.release.standing import Standing
from tests.property.models import (
    ADDRESSES,
    FUNDING,
    MOMENTS,
    PERSONS,
    PLACES,
    SLUGS,
    SOCIAL,
    episodes,
    few,
    shows,
    texts,
)
from tests.support.released import released, sound

URL = "https://show.example/"
LATE = datetime(2040, 1, 1, tzinfo=UTC)
MEMBERS = PrivateFeed("members", "SECRET")


class Releases:
    """Releases of a show, one after the other, with a cache and without one, on paper."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before: dict[bool, Manifest | None] = {False: None, True: None}

    def release(self, show: Show, *, private: bool = False) -> bytes:
        """Makes both feeds of a release, and sees to it that they are the same; gives the feed."""
        settled = settle(show, self.before[False], url=show.url or URL)
        if private:
            settled = private_show(settled, MEMBERS, "0" * 40)
        plan = make_plan(settled, self.before[private], LATE)
        manifest = released(plan)
        manifest = replace(manifest, episodes=tuple(map(_with_files, manifest.episodes)))
        objects = {"feed-style": _object("site", "feed", ".css", "style")}
        joined = self._render(plan, objects, manifest, "kept")
        again = self._render(plan, objects, manifest, "kept")
        whole = self._render(replace(plan, before=None), objects, manifest, "fresh")
        shutil.rmtree(self.folder / "fresh")
        assert joined == whole
        assert again == whole
        self.before[private] = replace(manifest, objects=objects | joined[1])
        return joined[0]

    def _render(
        self, plan: Plan, objects: dict[str, StoredObject], manifest: Manifest, root: str
    ) -> tuple[bytes, dict[str, StoredObject]]:
        folder = self.folder / root
        folder.mkdir(exist_ok=True)
        shop = Workshop(plan.show, folder, folder, lambda artifact: artifact.object, _unused, _unused, folder)
        standing = Standing(None, "", plan.show)
        document, archives = feeds.render(shop, plan, objects, list(manifest.episodes), standing)
        body = document.whole()
        assert document.length_bytes == len(body)
        for run, data in document.runs:
            assert hashlib.sha256(data).hexdigest() == run.digest
        assert b"<item>" not in document.head + document.tail
        assert document.count == body.count(b"<item>")
        return body, archives


def _unused(*_: object) -> Any:
    raise AssertionError("a feed needs no audio")


def _object(folder: str, stem: str, ending: str, content: str) -> StoredObject:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return StoredObject(addressed(folder, stem, digest, ending), digest, len(content), "text/plain")


def _with_files(item: Any) -> Any:
    """What a build would have made beside the audio."""
    if item.objects:
        return item
    files = {
        "chapters": _object(
            "chapters", item.slug, ".chapters.json", f"{item.parts.get('chapters')} {item.title}"
        ),
        "transcript.vtt": _object("transcripts", item.slug, ".vtt", item.slug),
        "artwork": _object("artwork", item.slug, ".jpg", str(item.parts.get("number"))),
    }
    return replace(item, objects=files)


Edit = Callable[[st.DataObject, Show], Show]


def _one(edit: Callable[[st.DataObject, Episode], Episode]) -> Edit:
    """An edit of some episode."""

    def of_show(data: st.DataObject, show: Show) -> Show:
        if not show.episodes:
            return show
        place = data.draw(st.integers(0, len(show.episodes) - 1))
        edited = edit(data, show.episodes[place])
        return replace(show, episodes=(*show.episodes[:place], edited, *show.episodes[place + 1 :]))

    return of_show


def _add(data: st.DataObject, show: Show) -> Show:
    slug = data.draw(SLUGS.filter(lambda slug: slug not in {episode.slug for episode in show.episodes}))
    episode = replace(data.draw(episodes(slug)), published=data.draw(MOMENTS))
    return replace(show, episodes=tuple(sorted((*show.episodes, episode), key=lambda one: one.slug)))


def _remove(data: st.DataObject, show: Show) -> Show:
    if not show.episodes:
        return show
    gone = data.draw(st.sampled_from(show.episodes))
    return replace(show, episodes=tuple(episode for episode in show.episodes if episode is not gone))


def _rename(data: st.DataObject, episode: Episode) -> Episode:
    return replace(episode, slug=f"{episode.slug}-renamed"[:60])


EDITS: dict[str, Edit] = {
    "title": _one(lambda data, episode: replace(episode, title=data.draw(texts(least=1)))),
    "notes": _one(lambda data, episode: replace(episode, notes=data.draw(texts(most=200)))),
    "date": _one(lambda data, episode: replace(episode, published=data.draw(MOMENTS))),
    "guests": _one(lambda data, episode: replace(episode, guests=data.draw(few(PERSONS)))),
    # Of these the audio's tags say nothing: it stays the same.
    "location": _one(lambda data, episode: replace(episode, location=data.draw(few(PLACES)))),
    "funding": _one(lambda data, episode: replace(episode, funding=data.draw(few(FUNDING)))),
    "posts": _one(lambda data, episode: replace(episode, social=data.draw(few(SOCIAL)))),
    "all of it": _one(
        lambda data, episode: replace(
            data.draw(episodes(episode.slug)), guid=episode.guid, published=episode.published
        )
    ),
    "audio": _one(lambda data, episode: replace(episode, audio=sound(f"{episode.slug} {data.draw(SLUGS)}"))),
    "renamed": _one(_rename),
    "added": _add,
    "removed": _remove,
    "language": lambda data, show: replace(show, language=data.draw(st.sampled_from(["nb", "en", "de"]))),
    "link": lambda data, show: replace(show, link=data.draw(ADDRESSES)),
    "hosts": lambda data, show: replace(show, hosts=data.draw(few(PERSONS))),
    "author": lambda data, show: replace(show, author=data.draw(texts())),
    "url": lambda data, show: replace(show, url=f"{data.draw(ADDRESSES).partition('?')[0]}/"),
    "seasons": lambda data, show: replace(show, seasons=((data.draw(st.integers(1, 5)), "A season"),)),
    "words": lambda data, show: replace(show, words=(("guests", data.draw(texts(least=1))),)),
    "title of the show": lambda data, show: replace(show, title=data.draw(texts(least=1))),
    "limit": lambda data, show: replace(show, feed_limit=data.draw(st.none() | st.integers(1, 4))),
    "lean": lambda data, show: replace(show, feed_lean=not show.feed_lean),
}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(shows(), st.data())
def test_joined_is_whole_over_any_edits(
    tmp_path_factory: pytest.TempPathFactory, show: Show, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("show")
    releases = Releases(folder)
    for _ in range(data.draw(st.integers(0, 3))):
        show = _add(data, show)
    releases.release(show)
    for name in data.draw(st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=5)):
        show = EDITS[name](data, show)
        releases.release(show)
        if data.draw(st.booleans()):
            releases.release(show, private=True)
    shutil.rmtree(folder)


@settings(max_examples=25, deadline=None)
@given(shows(), st.data())
def test_joined_is_whole_whatever_became_of_the_cache(
    tmp_path_factory: pytest.TempPathFactory, show: Show, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("show")
    releases = Releases(folder)
    show = _add(data, _add(data, show))
    releases.release(show)
    path = folder / "kept" / ".publisher" / NAME
    whole = bytearray(path.read_bytes())
    said = [place for place, byte in enumerate(whole) if byte]
    for place in data.draw(st.lists(st.sampled_from(said), min_size=1, max_size=20)):
        whole[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    releases.release(show)
    shutil.rmtree(folder)


def test_items_that_nobody_needs_do_not_pile_up(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = datetime(2020, 1, 1, tzinfo=UTC)
    listed = tuple(
        Episode(
            f"{place:03}", f"Part {place}", published=first + timedelta(place), audio=sound(f"{place:03}")
        )
        for place in range(40)
    )
    show = Show("show", "A show", "About it", "en", url=URL, episodes=listed)
    for place in range(8):
        show = replace(show, author=f"Author {place}")
        releases.release(show)
        with Table(tmp_path / "kept" / ".publisher", "feed_items") as table:
            kept = b"".join(table.all().values())
            # What the release that stands needs is there, and nothing else.
            assert kept.count(b"<item>") == 40
            assert {*re.findall(rb"Author (\d)", kept)} == {str(place).encode()}
