"""A large show's feed in parts: the newest episodes in the feed itself, older ones on archive pages. Pure.

An archive page holds as many episodes as the feed does, counted from the oldest one: a full page never
changes when a new episode comes. It names the page before it and none after it: what comes later must not
change it either. https://www.rfc-editor.org/rfc/rfc5005
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.feed.namespace import Element, element


@dataclass(frozen=True, slots=True)
class Paging:
    """Where one document stands among those of a feed.

    Attributes:
        archive: whether it is an archive page; its own address holds its digest and cannot stand in it.
        current_url: the feed itself.
        older_url: the archive page before it; empty where there is none.
        oldest_url: the first archive page; empty where there is none, or where this is it.
    """

    current_url: str
    archive: bool = False
    older_url: str = ""
    oldest_url: str = ""


def archive_pages(episodes: int, limit: int | None) -> tuple[tuple[int, int], ...]:
    """Which episodes stand on which archive page: (first, end) of each, counted from the oldest episode.

    Args:
        episodes: how many there are.
        limit: how many the feed holds; None for all.

    Returns:
        The oldest page first. Only the last one may be less than full.
    """
    if limit is None or episodes <= limit:
        return ()
    archived = episodes - limit
    return tuple((first, min(first + limit, archived)) for first in range(0, archived, limit))


def paging_elements(paging: Paging) -> Iterator[Element]:
    """Links between the documents: RFC 5005's of archives (section 4) and of pages (section 3)."""
    if paging.archive:
        yield element("fh:archive")
        yield _link("current", paging.current_url)
    if not paging.archive and not paging.older_url:
        return
    yield _link("first", paging.current_url)
    if paging.older_url:
        yield _link("prev-archive", paging.older_url)
        yield _link("next", paging.older_url)
    if paging.oldest_url:
        yield _link("last", paging.oldest_url)


def _link(rel: str, url: str) -> Element:
    return element("atom:link", href=url, rel=rel, type="application/rss+xml")
