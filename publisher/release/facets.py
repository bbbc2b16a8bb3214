"""Facets of every episode of a release; those of episodes that have not changed are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from publisher import effective
from publisher.build.workshop import Workshop
from publisher.identity import fingerprint
from publisher.manifest import Released
from publisher.model import Episode
from publisher.planning import Plan
from publisher.release import pages
from publisher.release.standing import Standing, mark
from publisher.site.data import PageEpisode
from publisher.site.facets import FacetBook, Facets, Heard
from publisher.site.groups import HEARD
from publisher.site.related import words_of
from publisher.words import format_date


def gather(shop: Workshop, plan: Plan, released: Sequence[Released], standing: Standing | None) -> FacetBook:
    """The facets of each episode by its slug.

    Args:
        released: with everything but their pages.
        standing: what is known of those that go out as they were; None to work everything out.
    """
    by_slug = {item.slug: (item, planned) for item, planned in zip(released, plan.released, strict=True)}
    new = dict[str, str]()

    def make(slug: str) -> Facets:
        item, planned = by_slug[slug]
        assert planned.episode is not None
        facets = _made(shop, planned.episode, item)
        if standing:
            standing.keep_facets(slug, facets)
            new[facets.source] = facets.words
        return facets

    found = standing.facets(plan.released, make) if standing else FacetBook(make)
    for slug in by_slug:
        if slug not in found:
            _ = found[slug]
    if standing and new:
        standing.keep_words(new)
    return found


def _made(shop: Workshop, episode: Episode, item: Released) -> Facets:
    show, listed = shop.show, pages.listed(shop, episode, item)
    objects = sorted((role, stored.digest) for role, stored in item.objects.items())
    parts = sorted(item.parts.items())
    learning = episode.learning
    return Facets(
        listed=mark(listed),
        named=mark(named(listed)),
        source=mark(listed, parts, objects, item.enclosure.chapters),
        found=fingerprint([parts, show.words]),
        date=format_date(show.language, item.published, show.timezone),
        topics=episode.taxonomies,
        people=tuple(
            Heard(
                person.name,
                person.organization,
                mark(pages.shown(shop, show.url, person, item)),
            )
            for person in effective.people(show, episode)
            if person.role in HEARD
        ),
        guests=tuple(guest.name for guest in episode.guests),
        organizations=tuple(guest.organization for guest in episode.guests if guest.organization),
        has_quiz=bool(learning and learning.quiz),
        words=_words(episode),
    )


def words(
    episodes: Mapping[str, Episode], facets: FacetBook, standing: Standing, slugs: Sequence[str]
) -> dict[str, str]:
    """The words of episodes by their slugs: those that are known, and those that have to be worked out."""
    known = standing.words([facets.source(slug) for slug in slugs])
    new = {facets.source(slug): _words(episodes[slug]) for slug in slugs if facets.source(slug) not in known}
    standing.keep_words(new)
    known |= new
    return {slug: known[facets.source(slug)] for slug in slugs}


def _words(episode: Episode) -> str:
    outcomes = episode.learning.outcomes if episode.learning else ()
    texts = (episode.title, episode.summary, *episode.keywords, episode.notes, *outcomes)
    return "\n".join(sorted(words_of("\n".join(texts))))


def named(other: PageEpisode) -> tuple[object, ...]:
    """What another episode's page shows of it."""
    return (other.url, other.title, other.summary, other.code, other.number, other.artwork_url)
