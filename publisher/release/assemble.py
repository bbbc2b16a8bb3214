"""A release, put together: every episode built and stored, then pages, feed and manifest as bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from publisher import __version__, effective
from publisher.build.artifact import Artifact, of_bytes
from publisher.build.episode import build_episode
from publisher.build.pictures import build_pictures, colours_of, picture_urls, show_card
from publisher.build.sounds import Order, Sound, prepare
from publisher.build.workshop import Workshop, page_key
from publisher.delivery import delivery, further
from publisher.feed.pieces import FeedPieces
from publisher.garbage import leave
from publisher.manifest import Manifest, Released, StoredObject, digest_in, listed, listing, manifest_bytes
from publisher.manifest.writing import Cut
from publisher.model import Audio, Episode, Show
from publisher.parts import RECIPES, show_parts
from publisher.planning import Plan, PlannedEpisode
from publisher.release import feeds, pages
from publisher.release.compiled import keep_templates_compiled
from publisher.release.facets import gather, words
from publisher.release.feed_copy import store_copy
from publisher.release.finding import build_search
from publisher.release.flip import named_feed
from publisher.release.live_pages import write_page
from publisher.release.manifest_parts import store_parts
from publisher.release.names import PACKED_FEED
from publisher.release.relations import Relations
from publisher.release.site import Site, StandingPages
from publisher.release.standing import Standing
from publisher.release.uploads import WORKERS, Uploads, each
from publisher.release.written_pages import gone_pages, write_pages
from publisher.sound.facts import Measurement


@dataclass(frozen=True, slots=True)
class Assembled:
    """What is left to write: the manifest, then the feed, which names it.

    Attributes:
        document: the feed.
        feed: it, with the line that names the manifest.
        cuts: the manifest's parts, which are stored; empty where it has none.
        gone: pages that nothing refers to any more; removed after the flip.
    """

    manifest: Manifest
    cuts: tuple[Cut, ...]
    manifest_artifact: Artifact
    document: FeedPieces
    feed: Artifact
    gone: tuple[StoredObject, ...] = ()


def assemble(
    shop: Workshop,
    plan: Plan,
    uploads: Uploads,
    *,
    previous: str,
    standing: Standing,
    heard: Callable[[Mapping[str, Measurement]], None],
    before_pages: Callable[[], None],
) -> Assembled:
    """Builds and stores all of the release but its manifest and its feed.

    Args:
        uploads: into which `shop` keeps, and which knows the store's pages.
        previous: key of the manifest before; empty the first time.
        standing: what is known of the episodes of that release.
        heard: told what new audio sounds like, by slug, before anything of it is stored; what it raises ends
            the release.
        before_pages: called once all is built that has an address of its own; what it raises ends the
            release before a page is written over one that stands.

    Raises:
        StoreError, OSError: as `build_episode`; what was published before stands untouched.
    """
    keep_templates_compiled()
    objects = build_pictures(
        shop,
        "show",
        shop.show.artwork,
        shop.show.pictures,
        shop.show.image_files,
        before=_kept_artwork(plan),
    )
    if not shop.show.private:
        objects["card"] = show_card(shop)
    shop = replace(shop, show=_with_portraits(shop, objects))
    colours = colours_of(shop)
    objects["style"] = shop.keep(pages.style(shop.show, colours))
    for role, artifact in pages.static():
        objects[role] = shop.keep(artifact)
    objects["feed-style"] = shop.keep(pages.feed_style(shop.show))
    shop = replace(shop, sounds=sounds_of(shop, plan, uploads))
    heard({slug: Measurement.from_json(sound.measured) for slug, sound in shop.sounds.items()})
    executor = shop.executor
    built = each(
        lambda planned: _released(shop, planned),
        plan.changing,
        workers=max(WORKERS, executor.width) if executor else WORKERS,
        stop=executor.stop if executor else None,
    )
    made = {item.slug: item for item in built}
    released = [made.get(planned.slug) or _as_it_is(planned) for planned in plan.released]
    before_pages()
    former = _former(plan, released)
    episodes = _episodes(plan)
    before = None if "damaged" in plan.show_changes else plan.before
    standing.build_for(shop.show, shop.states)
    facets = gather(shop, plan, released, standing)
    indexes, searched = build_search(shop, plan, episodes, released, facets, before, standing)
    wordbook = partial(words, episodes, facets, standing)
    relations = Relations(shop.show, released, episodes, facets, standing.relations(), wordbook)
    standing.keep_relations(relations)
    site = Site(
        shop,
        pages.site_page(shop, objects, colours, searched),
        episodes,
        released,
        facets,
        relations,
        _now_at(former, released),
        StandingPages(standing.shared(), standing.taken_over(plan), before.made_of if before else {}),
    )
    standing.keep_shared(site.shared)
    released, others, made_of = write_pages(site, plan, uploads, released)
    document, archives = feeds.render(shop, plan, objects, released, standing)
    packed = _packed_feed(shop, plan, uploads, document)
    feed, feed_parts = store_copy(uploads, document)
    manifest = Manifest(
        guid=shop.show.guid,
        feed_url=shop.show.feed_url,
        url=shop.show.url,
        title=shop.show.title,
        parts=show_parts(plan.show),
        episodes=tuple(released),
        objects=listing(indexes | objects | archives).by_name(),
        pages=others.by_name() | listed(packed),
        made_of=made_of,
        feed=feed,
        feed_parts=feed_parts,
        former=former,
        moved_from=plan.moved_from,
        recipes=dict(RECIPES),
        version=__version__,
        previous=previous,
        posts=dict(plan.posts),
        completes=previous if plan.only_adds_posts else "",
    )
    manifest, cuts = store_parts(uploads, manifest)
    key, data = manifest_bytes(manifest)
    artifact = of_bytes(key, data, digest_in(key))
    leave(site)
    return Assembled(
        manifest,
        cuts,
        artifact,
        document,
        named_feed(document.pieces, key),
        gone_pages(plan.before, manifest),
    )


def _kept_artwork(plan: Plan) -> Mapping[str, StoredObject]:
    """What was published of the show, where its artwork is the same still."""
    if plan.before is None or {"artwork", "recipe", "damaged"} & {*plan.show_changes}:
        return {}
    return plan.before.objects


def _with_portraits(shop: Workshop, objects: dict[str, StoredObject]) -> Show:
    """The show, its pictures by their addresses: an episode may have a file of the same name."""
    urls = picture_urls(shop, objects)
    hosts = tuple(replace(host, image=urls.get(host.image, host.image)) for host in shop.show.hosts)
    images = tuple(
        replace(image, image=urls.get(image.image, image.image)) for image in effective.images(shop.show)
    )
    return replace(shop.show, hosts=hosts, images=images)


def sounds_of(shop: Workshop, plan: Plan, uploads: Uploads) -> dict[str, Sound]:
    """The sound of every episode whose audio is new, or is to go out in further forms."""
    wanted = {}
    for planned in plan.changing:
        audio = planned.audio
        if not isinstance(audio, Audio):
            continue
        formats = planned.before.parts.get("formats") if planned.before else None
        if not planned.keeps_sound:
            wanted[planned.slug] = Order(audio, delivery(plan.show, audio), further(plan.show, audio))
        elif dict(planned.parts).get("formats") != formats:
            wanted[planned.slug] = Order(audio, None, further(plan.show, audio))
    if not wanted:
        return {}
    if shop.executor:
        return shop.executor.listen(wanted, uploads.progress.listen)
    return prepare(wanted, root=shop.root, folder=shop.sound_folder, watch=uploads.progress.listen)


def _as_it_is(planned: PlannedEpisode) -> Released:
    assert planned.before is not None, "what is unchanged is published"
    return planned.before


def _released(shop: Workshop, planned: PlannedEpisode) -> Released:
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
        **_standing_pages(planned),
    )


def _standing_pages(planned: PlannedEpisode) -> dict[str, Any]:
    """The pages that stand where the episode's are to be."""
    before = planned.before
    # What is new may be known from a release that was rolled back, whose pages are gone.
    if before is None or planned.renamed_from or planned.state == "new":
        return {}
    return {"page": before.page, "pages": before.pages, "made_of": before.made_of}


def _former(plan: Plan, released: list[Released]) -> dict[str, str]:
    """GUID by the key of each page at which no episode is any more."""
    if plan.before is None:
        return {}
    slugs = {item.slug for item in released}
    left = [item for item in plan.before.episodes if item.slug not in slugs]
    if not left and not plan.before.former:
        return {}
    now = {page_key(item.slug) for item in released}
    were = {item.page.key: item.guid for item in left if item.page}
    return {key: guid for key, guid in sorted((plan.before.former | were).items()) if key not in now}


def _now_at(former: dict[str, str], released: list[Released]) -> dict[str, str]:
    """For each page at which no episode is any more, the key of the episode's page now."""
    if not former:
        return {}
    places = {item.guid: page_key(item.slug) for item in released}
    return {key: places.get(guid, "") for key, guid in former.items()}


def _packed_feed(shop: Workshop, plan: Plan, uploads: Uploads, feed: FeedPieces) -> list[StoredObject]:
    """The feed packed with gzip, where the show asks for it, without the line that names the manifest: the
    manifest lists it."""
    if not shop.show.feed_gzip:
        return []
    page = of_bytes(PACKED_FEED, gzip.compress(feed.whole(), mtime=0))
    return [write_page(uploads, page, plan.before.pages.get(PACKED_FEED) if plan.before else None)]


def _episodes(plan: Plan) -> dict[str, Episode]:
    return {planned.slug: planned.episode for planned in plan.released if planned.episode}
