"""Facets of every episode of a release; those of episodes that have not changed come out of the cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, Final

from publisher import effective
from publisher.build.workshop import Workshop
from publisher.cache import Table
from publisher.identity import fingerprint, sha256
from publisher.manifest import Released
from publisher.model import Episode
from publisher.reading.kept import mark_of
from publisher.release import pages
from publisher.site.data import PageEpisode
from publisher.site.facets import Facets, Heard
from publisher.site.groups import HEARD
from publisher.site.related import words_of
from publisher.state.code import code_stamp
from publisher.words import format_date

_TABLE: Final = "facets"
_MARK_CHARACTERS: Final = 20


def mark(*said: object) -> str:
    """Tells plain data and frozen dataclasses from others: their representation says all that is in them."""
    return sha256(repr(said).encode())[:_MARK_CHARACTERS]


def gather(
    shop: Workshop, episodes: Mapping[str, Episode], released: Sequence[Released], *, state: Path | None
) -> dict[str, Facets]:
    """The facets of each episode by its slug.

    Args:
        released: with everything but their pages.
        state: the folder in which the cache is; None to work everything out.
    """
    show = replace(pages.public(shop.show), url=shop.show.url)
    by = mark(code_stamp(), show)
    with Table(state if code_stamp() else None, _TABLE) as table:
        known = table.all()
        return {item.slug: _of(shop, episodes[item.slug], item, by, known, table) for item in released}


def _of(
    shop: Workshop,
    episode: Episode,
    item: Released,
    by: str,
    known: Mapping[tuple[str, str], bytes],
    table: Table,
) -> Facets:
    stamp = _stamp(shop, episode, item, by)
    found = known.get((item.slug, "")) if stamp else None
    if found is not None and found.startswith(stamp):
        try:
            facets = _read(json.loads(found[len(stamp) :]))
        except (ValueError, TypeError, KeyError, IndexError):
            pass  # somebody meddled with the cache
        else:
            table.use(item.slug, "")
            return facets
    facets = _made(shop, episode, item)
    if stamp:
        table.put(item.slug, "", stamp + json.dumps(astuple(facets)).encode())
    return facets


def _stamp(shop: Workshop, episode: Episode, item: Released, by: str) -> bytes:
    """Tells all that an episode's facets are made of; empty where that would take longer than making them."""
    read = mark_of(episode)
    if not read or not item.piece:
        return b""
    piece = hashlib.blake2b(item.piece, digest_size=16).hexdigest()
    return f"{by} {read}{piece} {shop.states.get(item.slug, '')}\n".encode()


def _read(values: list[Any]) -> Facets:
    listed, named, source, found, date, topics, people, guests, organizations, words, has_quiz = values
    return Facets(
        listed,
        named,
        source,
        found,
        date,
        tuple([(key, tuple(names)) for key, names in topics]),
        tuple([Heard(*person) for person in people]),
        tuple(guests),
        tuple(organizations),
        tuple(words),
        has_quiz,
    )


def _made(shop: Workshop, episode: Episode, item: Released) -> Facets:
    show, listed = shop.show, pages.listed(shop, episode, item)
    objects = sorted((role, stored.digest) for role, stored in item.objects.items())
    parts = sorted(item.parts.items())
    learning = episode.learning
    outcomes = learning.outcomes if learning else ()
    texts = (episode.title, episode.summary, *episode.keywords, episode.notes, *outcomes)
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
        words=tuple(sorted(words_of("\n".join(texts)))),
        has_quiz=bool(learning and learning.quiz),
    )


def named(other: PageEpisode) -> tuple[object, ...]:
    """What another episode's page shows of it."""
    return (other.url, other.title, other.summary, other.code, other.number, other.artwork_url)
