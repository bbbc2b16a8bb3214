"""The feed of a release as bytes, and the archive pages before it, out of what has been built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from publisher.build.artifact import addressed_bytes
from publisher.build.enclosure import forms_of
from publisher.build.episode import translation_role
from publisher.build.notes import show_notes
from publisher.build.pictures import artwork_sizes, picture_urls
from publisher.build.workshop import Workshop, transcript_url
from publisher.feed import FeedItem, render_feed
from publisher.feed.item import FurtherEnclosure
from publisher.feed.paging import Paging, archive_pages
from publisher.manifest import Released, StoredObject
from publisher.media_types import content_type
from publisher.model import Alternate, Episode
from publisher.namespace import Trailer
from publisher.parts import chapters_of
from publisher.planning import Plan

_FORMS = ("vtt", "srt", "json", "html")
_CODECS = {"mp3": "mp3", "m4a": "mp4a.40.2", "opus": "opus"}
"""https://www.rfc-editor.org/rfc/rfc6381"""


def render(
    shop: Workshop, plan: Plan, objects: dict[str, StoredObject], released: list[Released]
) -> tuple[bytes, dict[str, StoredObject]]:
    """The feed, and its archive pages, which are stored already.

    Args:
        objects: of the show.
        released: every episode of the release, oldest first.

    Returns:
        The feed's bytes, and the archive pages by `archive:0001` and so on, the oldest one first.
    """
    archives = _archives(shop, plan, objects, released)
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
    return _document(shop, plan, objects, newest, paging, trailers=trailers), archives


def _archives(
    shop: Workshop, plan: Plan, objects: dict[str, StoredObject], released: list[Released]
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
            data = _document(shop, plan, objects, listed, paging)
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
    plan: Plan,
    objects: dict[str, StoredObject],
    released: list[Released],
    paging: Paging,
    *,
    trailers: Iterable[Trailer] = (),
) -> bytes:
    newest: datetime | None = max((item.published for item in released), default=None)
    artwork = objects.get("artwork")
    return render_feed(
        shop.show,
        _items(shop, plan, released),
        newest=newest,
        artwork_url=shop.address(artwork) if artwork else "",
        artwork_sizes=tuple((side, shop.address(item)) for side, item in artwork_sizes(objects)),
        paging=paging,
        trailers=trailers,
        style_url=shop.address(objects["feed-style"]),
    )


def _trailers(shop: Workshop, plan: Plan, released: list[Released]) -> Iterator[Trailer]:
    """The released episodes that are trailers, newest first."""
    episodes = _episodes(plan)
    for item in reversed(released):
        episode, media = episodes[item.slug], item.enclosure.object
        if episode.type == "trailer":
            url = shop.address(media)
            yield Trailer(episode.title, url, item.published, media.length_bytes, media.type, episode.season)


def _episodes(plan: Plan) -> dict[str, Episode]:
    return {planned.slug: planned.episode for planned in plan.released if planned.episode}


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
