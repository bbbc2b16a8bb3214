"""What holds for an episode once the show's defaults are counted in. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from publisher.model import Artwork, Episode, Person, Show
from publisher.namespace import Blocks, Image
from publisher.text import first_paragraph

LEAST_ARTWORK_SIDE: Final = 1400
MOST_ARTWORK_SIDE: Final = 3000
"""Pixels that directories take: https://podcasters.apple.com/support/896-artwork-requirements"""


def hosts(show: Show, episode: Episode) -> tuple[Person, ...]:
    return show.hosts if episode.hosts is None else episode.hosts


def people(show: Show, episode: Episode) -> tuple[Person, ...]:
    """Everybody in the episode, hosts first, each with a role. Persons on an item replace those of the
    channel (https://podcastnamespace.org/tag/person), so that the hosts stand here again."""
    listed = [
        *(person if person.role else _as(person, "host") for person in hosts(show, episode)),
        *(person if person.role else _as(person, "guest") for person in episode.guests),
        *episode.people,
    ]
    return tuple(dict.fromkeys(listed))


@lru_cache(maxsize=1024)
def _as(person: Person, role: str) -> Person:
    """Kept, since a show's hosts are in every episode of it."""
    return replace(person, role=role)


def artists(show: Show, episode: Episode) -> tuple[str, ...]:
    """Names of hosts and guests, each once; the show's author where there are none."""
    names = [person.name for person in (*hosts(show, episode), *episode.guests)]
    return tuple(dict.fromkeys(names)) or ((show_author(show),) if show_author(show) else ())


def show_author(show: Show) -> str:
    """Who is behind the show: its author, else the hosts' names, else the owner."""
    if show.author:
        return show.author
    if show.hosts:
        return ", ".join(person.name for person in show.hosts)
    return show.owner.name if show.owner else ""


def author(show: Show, episode: Episode) -> str:
    if episode.author:
        return episode.author
    if episode.hosts and not show.author:
        return ", ".join(person.name for person in episode.hosts)
    return show_author(show)


def explicit(show: Show, episode: Episode) -> bool:
    return show.explicit if episode.explicit is None else episode.explicit


def block(show: Show, episode: Episode) -> bool:
    return bool(episode.block)


def blocks(show: Show) -> Blocks:
    """Which services are to leave the show out; an empty service means all of them."""
    if isinstance(show.block, bool):
        return (("", True),) if show.block else ()
    return show.block


def images(value: Show | Episode) -> tuple[Image, ...]:
    """The further pictures, with what was found in those that are files."""
    files = dict(value.image_files)
    return tuple(
        _with_facts(image, files[image.image]) if image.image in files else image for image in value.images
    )


def _with_facts(image: Image, found: Artwork) -> Image:
    return replace(
        image,
        width=found.width or image.width,
        height=found.height or image.height,
        type=image.type or found.type,
    )


def artwork_side(artwork: Artwork) -> int:
    """Pixels a side of the square that is published of it: it is made smaller, never larger."""
    return min(MOST_ARTWORK_SIDE, max(artwork.width, artwork.height))


def license(show: Show, episode: Episode) -> str:
    return episode.license or show.license


@lru_cache(maxsize=4096)
def _first(notes: str) -> str:
    return first_paragraph(notes)


def summary(episode: Episode) -> str:
    """One or two sentences: the summary, else the notes' first paragraph."""
    return episode.summary or (_first(episode.notes) if episode.notes else "")
