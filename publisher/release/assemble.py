"""A release, put together: every episode built and stored, then pages, feed and manifest as bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from publisher import __version__
from publisher.build.artifact import Artifact, addressed_bytes, of_bytes
from publisher.build.episode import (
    Workshop,
    build_episode,
    build_pictures,
    page_key,
    picture_urls,
    transcript_url,
)
from publisher.build.notes import show_notes
from publisher.feed import FeedItem, render_feed
from publisher.feed.item import FurtherEnclosure
from publisher.manifest import Manifest, Released, StoredObject, manifest_bytes
from publisher.media_types import content_type
from publisher.model import Episode, Show
from publisher.parts import RECIPES, chapters_of, show_parts
from publisher.planning import Plan, PlannedEpisode
from publisher.release import pages
from publisher.release.flip import named_feed
from publisher.release.live_pages import pages_of, write_page
from publisher.release.uploads import Uploads, each

_FORMS = ("vtt", "srt", "json", "html")


@dataclass(frozen=True, slots=True)
class Assembled:
    """What is left to write: the manifest, then the feed, which names it."""

    manifest: Manifest
    manifest_artifact: Artifact
    feed: Artifact
    gone: tuple[StoredObject, ...] = field(default=())
    """Pages that nothing refers to any more; removed after the flip."""


def assemble(
    shop: Workshop, plan: Plan, uploads: Uploads, *, previous: str, before_pages: Callable[[], None]
) -> Assembled:
    """Builds and stores all of the release but its manifest and its feed.

    Args:
        uploads: into which `shop` keeps, and which knows the store's pages.
        previous: key of the manifest before; empty the first time.
        before_pages: called once all is built that has an address of its own; what it raises ends the
            release before a page is written over one that stands.

    Raises:
        StoreError, OSError: as `build_episode`; what was published before stands untouched.
    """
    objects = build_pictures(shop, "show", shop.show.artwork, shop.show.pictures)
    shop = replace(shop, show=_with_portraits(shop, objects))
    objects["style"] = shop.keep(pages.style())
    objects["feed-style"] = shop.keep(pages.feed_style(shop.show))
    released = each(lambda planned: _released(shop, planned), plan.released)
    before_pages()
    released, home = _with_pages(shop, plan, uploads, objects, released)
    body = _feed(shop, plan, objects, released)
    feed = shop.keep(addressed_bytes("releases", "feed", ".xml", body))
    manifest = Manifest(
        guid=shop.show.guid,
        feed_url=shop.show.feed_url,
        url=shop.show.url,
        title=shop.show.title,
        parts=show_parts(plan.show),
        episodes=tuple(released),
        objects=objects,
        pages=(home,),
        feed=feed,
        recipes=dict(RECIPES),
        version=__version__,
        previous=previous,
    )
    key, data = manifest_bytes(manifest)
    now = pages_of(manifest)
    gone = tuple(page for page_key, page in pages_of(plan.before).items() if page_key not in now)
    return Assembled(manifest, of_bytes(key, data), named_feed(body, key), gone)


def _with_portraits(shop: Workshop, objects: dict[str, StoredObject]) -> Show:
    """The show, its hosts' pictures by their addresses: an episode may have a file of the same name."""
    urls = picture_urls(shop, objects)
    hosts = tuple(replace(host, image=urls.get(host.image, host.image)) for host in shop.show.hosts)
    return replace(shop.show, hosts=hosts)


def _released(shop: Workshop, planned: PlannedEpisode) -> Released:
    if planned.state == "unchanged" and planned.before is not None:
        return planned.before
    assert planned.episode is not None
    assert planned.published is not None
    built = build_episode(shop, planned)
    return Released(
        slug=planned.slug,
        guid=planned.guid,
        title=planned.title,
        published=planned.published,
        enclosure=built.enclosure,
        parts=dict(planned.parts),
        objects=built.objects,
        page=planned.before.page if planned.before and not planned.renamed_from else None,
    )


def _with_pages(
    shop: Workshop,
    plan: Plan,
    uploads: Uploads,
    objects: dict[str, StoredObject],
    released: list[Released],
) -> tuple[list[Released], StoredObject]:
    """The episodes with their pages, and the home page; only pages that may have changed are made."""
    site = pages.site_page(shop, objects.get("artwork"), objects["style"].key)
    episodes = _episodes(plan)
    lists = [pages.listed(shop.show, episodes[item.slug], item) for item in released]
    everything = (
        plan.before is None or bool(plan.show_changes) or plan.before.objects.get("style") != objects["style"]
    )
    kept = _neighbours([item.slug for item in plan.before.episodes]) if plan.before else {}
    now = _neighbours([item.slug for item in released])
    standing = pages_of(plan.before)
    touched = {planned.slug for planned in plan.released if planned.state != "unchanged"}

    def page(place: int) -> Released:
        item = released[place]
        older, newer = now[item.slug]
        same = kept.get(item.slug) == (older, newer) and not touched & {item.slug, older, newer}
        if same and not everything and item.page:
            return item
        artifact = pages.episode_page(
            shop,
            site,
            episodes[item.slug],
            item,
            newer=lists[place + 1] if place + 1 < len(lists) else None,
            older=lists[place - 1] if place else None,
        )
        return replace(item, page=write_page(uploads, artifact, standing.get(artifact.object.key)))

    # Those at new addresses first: the pages that stand are about to link to them.
    places = sorted(range(len(released)), key=lambda place: page_key(released[place].slug) in standing)
    added = sum(page_key(item.slug) not in standing for item in released)
    made = dict(zip(places, each(page, places[:added]) + each(page, places[added:]), strict=True))
    with_pages = [made[place] for place in range(len(released))]
    front = pages.home_page(site, tuple(reversed(lists)))
    home = write_page(uploads, front, standing.get(front.object.key))
    return with_pages, home


def _episodes(plan: Plan) -> dict[str, Episode]:
    return {planned.slug: planned.episode for planned in plan.released if planned.episode}


def _neighbours(slugs: list[str]) -> dict[str, tuple[str, str]]:
    """Slug → (older, newer); empty where there is none."""
    older = {second: first for first, second in pairwise(slugs)}
    newer = dict(pairwise(slugs))
    return {slug: (older.get(slug, ""), newer.get(slug, "")) for slug in slugs}


def _feed(shop: Workshop, plan: Plan, objects: dict[str, StoredObject], released: list[Released]) -> bytes:
    newest: datetime | None = max((item.published for item in released), default=None)
    artwork = objects.get("artwork")
    return render_feed(
        shop.show,
        _items(shop, plan, released),
        newest=newest,
        artwork_url=shop.address(artwork) if artwork else "",
        style_url=shop.address(objects["feed-style"]),
    )


def _items(shop: Workshop, plan: Plan, released: list[Released]) -> Iterator[FeedItem]:
    """The items, newest first; one at a time, for their texts do not all fit in memory."""
    episodes = _episodes(plan)
    for item in reversed(released):
        yield _item(shop, episodes[item.slug], item)


def _item(shop: Workshop, episode: Episode, released: Released) -> FeedItem:
    enclosure, objects = released.enclosure, released.objects
    chapters = chapters_of(episode, enclosure)
    transcripts = [objects[f"transcript.{form}"] for form in _FORMS if f"transcript.{form}" in objects]
    artwork, chapters_file = objects.get("artwork"), objects.get("chapters")
    return FeedItem(
        episode=episode,
        guid=released.guid,
        published=released.published,
        enclosure_url=shop.address(enclosure.object),
        length_bytes=enclosure.object.length_bytes,
        type=enclosure.object.type,
        duration_seconds=enclosure.duration_seconds,
        page_url=shop.page_url(episode),
        content_html=show_notes(shop.show, episode, chapters, transcript_url=transcript_url(shop, episode)),
        artwork_url=shop.address(artwork) if artwork else "",
        chapters_url=shop.address(chapters_file) if chapters_file else "",
        transcripts=tuple(
            (shop.address(item), content_type(item.key).partition(";")[0]) for item in transcripts
        ),
        picture_urls=picture_urls(shop, objects),
        alternates=tuple(_alternates(shop, episode, objects)),
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
