"""A release's items: those that are kept in the show's cache, and those that have to be made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from publisher.build.enclosure import forms_of
from publisher.build.episode import translation_role
from publisher.build.notes import show_notes
from publisher.build.pictures import artwork_sizes, picture_urls
from publisher.build.workshop import Workshop, transcript_url
from publisher.cache import Table
from publisher.feed import FeedItem, ItemKeys
from publisher.feed.item import FurtherEnclosure
from publisher.feed.runs import KeptRuns, Run
from publisher.folder_names import STATE_FOLDER
from publisher.manifest import Released, StoredObject
from publisher.media_types import content_type
from publisher.model import Alternate, Episode
from publisher.parts import chapters_of
from publisher.planning import Plan, PlannedEpisode
from publisher.release.standing import Standing, made_by

_TABLE: Final = "feed_items"
_FORMS = ("vtt", "srt", "json", "html")
_CODECS = {"mp3": "mp3", "m4a": "mp4a.40.2", "opus": "opus"}
"""https://www.rfc-editor.org/rfc/rfc6381"""

_RUNS: Final = ""
"""Key of what is known of the runs of a feed; those themselves are kept by their names."""


class Items:
    """The items of one feed as bytes. Use as a context manager.

    They are kept in runs under the feed's address, each as long as the release that stands has an item of it.
    """

    def __init__(self, shop: Workshop, plan: Plan, standing: Standing) -> None:
        self._shop = shop
        self._standing = standing
        self._released = plan.released
        self._known = standing.items(plan.released)
        made = made_by()
        self._keys = ItemKeys(shop.show, made)
        self._table = Table(shop.root / STATE_FOLDER if made else None, _TABLE)
        self._scope = shop.show.feed_url
        self._runs = KeptRuns(shop.show, _known(self._table, self._scope), _Keeper(self._table, self._scope))

    def __enter__(self) -> Items:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()

    def of(self, released: Sequence[Released]) -> Iterator[tuple[Run, bytes]]:
        """The items, newest first, in runs.

        Args:
            released: oldest first.
        """
        newest_first = released[::-1]

        def make(place: int) -> FeedItem:
            item = newest_first[place]
            return feed_item(self._shop, _episode(self._planned[item.slug]), item)

        keys = self._keys_of(newest_first)

        return self._runs.of(keys, [item.guid for item in newest_first], make)

    def keep(self, released: Sequence[Released]) -> None:
        """Keeps what is known of the runs, and forgets those that have no item of the release.

        Args:
            released: all of the release, on whatever page of the feed they are.
        """
        runs = self._runs.wanted(self._keys_of(released))
        if {run.name for run in runs} != {run.name for run in self._runs.known}:
            self._table.put(self._scope, _RUNS, json.dumps(runs).encode())
            self._table.keep_only(self._scope, {_RUNS, *(run.name for run in runs)})

    def _keys_of(self, released: Sequence[Released]) -> list[str]:
        known = self._known
        return [known.get(item.slug) or self._key(item) for item in released]

    def _key(self, released: Released) -> str:
        planned = self._planned[released.slug]
        key = self._known[released.slug] = self._keys.of(_episode(planned), planned.parts, released)
        self._standing.keep_item(released.slug, key)
        return key

    @cached_property
    def _planned(self) -> dict[str, PlannedEpisode]:
        """Asked for episodes whose items are not kept."""
        return {planned.slug: planned for planned in self._released if planned.episode}


class _Keeper:
    """Runs in a table of the cache, each feed's under its address."""

    def __init__(self, table: Table, scope: str) -> None:
        self._table, self._scope = table, scope

    def read(self, names: Collection[str]) -> Mapping[str, bytes]:
        return self._table.read(self._scope, names)

    def put(self, name: str, data: bytes) -> None:
        self._table.put(self._scope, name, data)


def _known(table: Table, scope: str) -> list[Run]:
    """The runs that are kept, none where what is known of them is another version's."""
    noted = table.read(scope, [_RUNS]).get(_RUNS)
    try:
        return [Run._make(values) for values in json.loads(noted)] if noted else []
    except (TypeError, ValueError):
        return []


def _episode(planned: PlannedEpisode) -> Episode:
    assert planned.episode is not None, "the plan releases only what is in the folder"
    return planned.episode


def feed_item(shop: Workshop, episode: Episode, released: Released) -> FeedItem:
    """An item, all that it is made of."""
    enclosure, objects = released.enclosure, released.objects
    chapters = chapters_of(episode, enclosure)
    transcripts = [objects[f"transcript.{form}"] for form in _FORMS if f"transcript.{form}" in objects]
    artwork, chapters_file = objects.get("artwork"), objects.get("chapters")
    notes = ""
    if not shop.show.feed_lean:
        notes = show_notes(shop.show, episode, chapters, transcript_url=transcript_url(shop, episode))
    return FeedItem(
        episode=episode,
        guid=released.guid,
        published=released.published,
        enclosure_url=shop.address(enclosure.object),
        length_bytes=enclosure.object.length_bytes,
        type=enclosure.object.type,
        duration_seconds=enclosure.duration_seconds,
        page_url=shop.page_url(episode),
        content_html=notes,
        artwork_url=shop.address(artwork) if artwork else "",
        artwork_sizes=tuple((side, shop.address(item)) for side, item in artwork_sizes(objects)),
        chapters_url=shop.address(chapters_file) if chapters_file else "",
        transcripts=tuple(
            (shop.address(item), content_type(item.key).partition(";")[0]) for item in transcripts
        ),
        translations=tuple(
            (file.language, shop.address(item), content_type(item.key).partition(";")[0])
            for file in episode.translations
            for form in _FORMS
            if (item := objects.get(translation_role(file.language, form)))
        ),
        picture_urls=picture_urls(shop, objects),
        alternates=tuple(_alternates(shop, episode, objects)),
        chapters=chapters,
        digest=enclosure.object.digest,
        bitrate=enclosure.bitrate,
    )


def _alternates(
    shop: Workshop, episode: Episode, objects: dict[str, StoredObject]
) -> Iterator[FurtherEnclosure]:
    for alternate in episode.alternates:
        item = objects.get(f"alternate:{alternate.file}")
        if item:
            type_ = alternate.type or item.type
            yield FurtherEnclosure(alternate, shop.address(item), type_, item.length_bytes, item.digest)
        elif alternate.url:
            type_ = alternate.type or content_type(urlsplit(alternate.url).path)
            yield FurtherEnclosure(alternate, alternate.url, type_)
    for form, item in forms_of(objects):
        made = Alternate(
            title=form.title,
            bitrate=form.bitrate * 1000,
            codecs=_CODECS[form.format],
        )
        yield FurtherEnclosure(made, shop.address(item), item.type, item.length_bytes, item.digest)
