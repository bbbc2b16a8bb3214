"""A release's items: those that are kept in the show's cache, and those that have to be made."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from publisher.build.enclosure import forms_of
from publisher.build.episode import translation_role
from publisher.build.notes import show_notes
from publisher.build.pictures import artwork_sizes, picture_urls
from publisher.build.workshop import Workshop, transcript_url
from publisher.cache import Table
from publisher.feed import FeedItem, ItemKeys, ItemOrder, kept_items
from publisher.feed.item import FurtherEnclosure
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

_SPARE: Final = 100


class Items:
    """The items of one feed as bytes. Use as a context manager.

    Every item that is made is kept under the feed's address, and none of those that nobody needs any more
    for long: there are never more than a quarter too many.
    """

    def __init__(self, shop: Workshop, plan: Plan, standing: Standing) -> None:
        self._shop = shop
        self._standing = standing
        self._planned = {planned.slug: planned for planned in plan.released if planned.episode}
        made = made_by()
        self._keys = ItemKeys(shop.show, made)
        self._keeper = _Keeper(Table(shop.root / STATE_FOLDER if made else None, _TABLE), shop.show.feed_url)

    def __enter__(self) -> Items:
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.table.close()

    def of(self, released: list[Released]) -> Iterator[bytes]:
        """The items, newest first; some at a time, for their texts do not all fit in memory.

        Args:
            released: oldest first.
        """
        return kept_items(self._shop.show, map(self._order, reversed(released)), self._keeper)

    def forget_others(self, released: list[Released]) -> None:
        """Forgets the items that are none of the release's, once there are many.

        Args:
            released: all of the release, on whatever page of the feed they are.
        """
        most = len(released) + len(released) // 4 + _SPARE
        if self._keeper.table.count(self._keeper.scope) > most:
            self._keeper.table.keep_only(self._keeper.scope, {self._key(item) for item in released})

    def _order(self, released: Released) -> ItemOrder:
        make = functools.partial(feed_item, self._shop, self._episode(released), released)
        return ItemOrder(self._key(released), make)

    def _key(self, released: Released) -> str:
        planned = self._planned[released.slug]
        key = self._standing.item(planned)
        if not key:
            key = self._keys.of(_episode(planned), planned.parts, released)
            self._standing.keep_item(released.slug, key)
        return key

    def _episode(self, released: Released) -> Episode:
        return _episode(self._planned[released.slug])


class _Keeper:
    """Items in a table of the cache, each feed's under its address."""

    def __init__(self, table: Table, scope: str) -> None:
        self.table, self.scope = table, scope

    def read(self, keys: Collection[str]) -> Mapping[str, bytes]:
        return self.table.read(self.scope, keys)

    def put(self, key: str, item: bytes) -> None:
        self.table.put(self.scope, key, item)


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
