"""The feed of a release as bytes, and the archive pages before it, out of what has been built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from publisher.build.artifact import addressed_bytes
from publisher.build.pictures import artwork_sizes
from publisher.build.workshop import Workshop
from publisher.feed import feed_frame
from publisher.feed.paging import Paging, archive_pages
from publisher.feed.pieces import FeedPieces
from publisher.manifest import Released, StoredObject
from publisher.namespace import Trailer
from publisher.planning import Plan
from publisher.release.items import Items
from publisher.release.standing import Standing


def render(
    shop: Workshop,
    plan: Plan,
    objects: dict[str, StoredObject],
    released: list[Released],
    standing: Standing,
) -> tuple[FeedPieces, dict[str, StoredObject]]:
    """The feed, and its archive pages, which are stored already.

    Args:
        objects: of the show.
        released: every episode of the release, oldest first.
        standing: what is known of those that go out as they were.

    Returns:
        The feed, and the archive pages by `archive:0001` and so on, the oldest one first.
    """
    with Items(shop, plan, standing) as items:
        made = _render(shop, plan, objects, released, items)
        items.keep(released)
    return made


def _render(
    shop: Workshop, plan: Plan, objects: dict[str, StoredObject], released: list[Released], items: Items
) -> tuple[FeedPieces, dict[str, StoredObject]]:
    archives = _archives(shop, plan, objects, released, items)
    urls = [shop.address(page) for page in archives.values()]
    paging = Paging(
        shop.show.feed_url,
        older_url=urls[-1] if urls else "",
        oldest_url=urls[0] if urls else "",
    )
    limit = shop.show.feed_limit
    newest = released[-limit:] if limit else released
    # The feed alone names trailers: one that comes later must not change an archive page that is full.
    trailers = _trailers(shop, plan, released)
    return _document(shop, objects, items, newest, paging, trailers=trailers), archives


def _archives(
    shop: Workshop, plan: Plan, objects: dict[str, StoredObject], released: list[Released], items: Items
) -> dict[str, StoredObject]:
    """Archive pages, oldest first: each names the one before it, so they are made in that order."""
    pages: dict[str, StoredObject] = {}
    older = oldest = ""
    same = _standing(plan, objects)
    for number, (first, end) in enumerate(archive_pages(len(released), shop.show.feed_limit), start=1):
        role = f"archive:{number:04d}"
        listed = released[first:end]
        page = same.get(role, ((), None))
        if page[0] == tuple(item.slug for item in listed) and page[1] is not None:
            pages[role] = page[1]
        else:
            # What comes after a page that changed names another page than before.
            same = {}
            paging = Paging(shop.show.feed_url, archive=True, older_url=older, oldest_url=oldest)
            data = _document(shop, objects, items, listed, paging).whole()
            pages[role] = shop.keep(addressed_bytes("archive", f"feed-{number:04d}", ".xml", data))
        older = shop.address(pages[role])
        oldest = oldest or older
    return pages


def _standing(
    plan: Plan, objects: dict[str, StoredObject]
) -> Mapping[str, tuple[tuple[str, ...], StoredObject | None]]:
    """Published archive pages that hold nothing that has changed, each with the episodes on it."""
    before = plan.before
    if before is None or plan.show_changes or plan.identity_changes:
        return {}
    if before.objects.get("feed-style") != objects["feed-style"]:
        return {}
    unchanged = {planned.slug for planned in plan.of("unchanged")}
    found: dict[str, tuple[tuple[str, ...], StoredObject | None]] = {}
    for number, (first, end) in enumerate(archive_pages(len(before.episodes), plan.show.feed_limit), start=1):
        role, slugs = f"archive:{number:04d}", tuple(item.slug for item in before.episodes[first:end])
        if not unchanged.issuperset(slugs):
            break
        found[role] = slugs, before.objects.get(role)
    return found


def _document(
    shop: Workshop,
    objects: dict[str, StoredObject],
    items: Items,
    released: list[Released],
    paging: Paging,
    *,
    trailers: Iterable[Trailer] = (),
) -> FeedPieces:
    newest: datetime | None = max([item.published for item in released], default=None)
    artwork = objects.get("artwork")
    runs = tuple(items.of(released))
    head, tail = feed_frame(
        shop.show,
        newest=newest,
        artwork_url=shop.address(artwork) if artwork else "",
        artwork_sizes=tuple((side, shop.address(item)) for side, item in artwork_sizes(objects)),
        paging=paging,
        trailers=trailers,
        style_url=shop.address(objects["feed-style"]),
    )
    return FeedPieces(head, runs, tail)


def _trailers(shop: Workshop, plan: Plan, released: list[Released]) -> Iterator[Trailer]:
    """The released episodes that are trailers, newest first."""
    episodes = [planned.episode for planned in plan.released]
    for item, episode in zip(reversed(released), reversed(episodes), strict=True):
        if episode and episode.type == "trailer":
            media = item.enclosure.object
            url = shop.address(media)
            yield Trailer(episode.title, url, item.published, media.length_bytes, media.type, episode.season)
