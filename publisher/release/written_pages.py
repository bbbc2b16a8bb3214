"""The pages of a release in the store: those that changed are written, and those that nothing needs named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from publisher.build.workshop import page_key
from publisher.manifest import Listing, Manifest, Released, StoredObject, listed, listing
from publisher.planning import Plan
from publisher.release.live_pages import write_page
from publisher.release.site import ANSWERS, EMBED, OEMBED, Site, SitePageOrder, below
from publisher.release.uploads import Uploads, each


def write_pages(
    site: Site, plan: Plan, uploads: Uploads, released: Sequence[Released]
) -> tuple[list[Released], Listing, dict[str, str]]:
    """Writes the pages that changed.

    Args:
        released: in the order of their release, with the pages that stand where theirs are to be.

    Returns:
        The episodes with their pages; every page that is no episode's by its key; and what each of those is
        made of.
    """
    before, anew = plan.before, "damaged" in plan.show_changes
    made_of = site.made_of()
    of = {item.slug: item for item in released} if made_of else {}
    changed = {slug for slug, found in made_of.items() if anew or of[slug].made_of != found}
    slugs, moved = {item.slug for item in released}, list[StoredObject]()
    # Where an episode was, a page will say where it is now: that is no new address, nor is one that two
    # episodes have exchanged.
    for old in before.episodes if before else ():
        if old.slug in changed or old.slug not in slugs:
            moved += old.own_pages
    standing = listing(before.pages if before else {}) | listed(moved)
    known = before.made_of if before and not anew else {}
    orders = site.orders({slug: made_of[slug] for slug in changed})

    def write(order: SitePageOrder) -> StoredObject:
        return write_page(uploads, order.artifact(), standing.get(order.key))

    # Those at new addresses first: the pages that stand are about to link to them.
    first = [order for order in orders if order.key not in standing]
    then = [order for order in orders if order.key in standing and known.get(order.key) != order.made_of]
    written = {
        order.key: page
        for wanted in (first, then)
        for order, page in zip(wanted, each(write, wanted), strict=True)
    }
    pages = {order.key: (written.get(order.key) or standing[order.key]) for order in orders}
    found = [
        _with_pages(item, pages, made_of[item.slug]) if item.slug in changed else item for item in released
    ]
    others = {key: known[key] for key in site.standing_keys}
    others |= {order.key: order.made_of for order in orders if order.key in pages}
    return found, standing.only(site.standing_keys) | pages, others


def _with_pages(item: Released, pages: dict[str, StoredObject], made_of: str) -> Released:
    """The episode with its pages, which are taken out of those given."""
    page = pages.pop(page_key(item.slug))
    further = {
        path: pages.pop(key) for path in (ANSWERS, EMBED, OEMBED) if (key := below(item.slug, path)) in pages
    }
    return replace(item, page=page, pages=further, made_of=made_of)


def gone_pages(before: Manifest | None, manifest: Manifest) -> tuple[StoredObject, ...]:
    """Pages of the release before that are none of this one's."""
    if before is None:
        return ()
    # Of an episode that stands as it was nothing has to be looked at.
    same = {id(item) for item in manifest.episodes if item.piece}
    now = {page.key for item in manifest.episodes if not item.piece for page in item.own_pages}
    were = [page for item in before.episodes if id(item) not in same for page in item.own_pages]
    gone = [before.pages[key] for key in sorted(before.pages.keys() - manifest.pages.keys())]
    left = [page for page in were if page.key not in manifest.pages]
    return tuple(page for page in (*gone, *left) if page.key not in now)
