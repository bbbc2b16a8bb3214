"""Which episodes belong together: by topic, person, organisation, season and year. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from publisher import effective
from publisher.identity import ascii_slug, sha256
from publisher.model import Episode, Person, Show
from publisher.site.data import Group, GroupKind, GroupPage, Section

PAGE_LENGTH: Final = 50
"""Episodes on a page of a group; on the newest one up to as many more."""

HEARD = ("host", "guest", "")
"""Roles of those who have a page; who cut and who composed is said on the episode's."""


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups of a show.

    Attributes:
        all: in the order in which pages list them: topics by the show's taxonomies, people, organisations,
            seasons, years; within each by name, seasons and years newest first.
        everything: every episode.
    """

    all: tuple[Group, ...]
    everything: Group

    def of(self, kind: GroupKind, key: str = "") -> tuple[Group, ...]:
        return tuple(group for group in self.all if group.kind == kind and (not key or group.key == key))


def groups_of(show: Show, released: Sequence[tuple[Episode, datetime]]) -> Groups:
    """The groups of a show's published episodes.

    Args:
        released: oldest first, each with when it went out.
    """
    found: list[Group] = []
    for key, label in show.taxonomies:
        found += _grouped(
            "topic",
            key,
            label,
            f"topics/{ascii_slug(key) or 'topic'}",
            ((episode.slug, dict(episode.taxonomies).get(key, ())) for episode, _ in released),
        )
    people = _people(show, released)
    found += _with_persons(
        _grouped(
            "person",
            "person",
            "",
            "people",
            ((slug, [person.name for person in persons]) for slug, persons in people),
        ),
        people,
    )
    found += _grouped(
        "organization",
        "organization",
        "",
        "organizations",
        ((slug, [person.organization for person in persons]) for slug, persons in people),
    )
    names = dict(show.seasons)
    found += _numbered(
        "season",
        "seasons",
        ((episode.slug, episode.season) for episode, _ in released),
        lambda number: names.get(number, str(number)),
    )
    zone = ZoneInfo(show.timezone)
    found += _numbered(
        "year",
        "archive",
        ((episode.slug, published.astimezone(zone).year) for episode, published in released),
        str,
    )
    slugs = tuple(episode.slug for episode, _ in reversed(released))
    return Groups(tuple(found), Group("all", "all", "", "", "archive/", slugs))


def group_pages(group: Group) -> tuple[GroupPage, ...]:
    """The pages of a group, newest first.

    Counted from the oldest episode on, so that a new one changes the newest page and no other.
    """
    full = max(0, len(group.slugs) // PAGE_LENGTH - 1)
    oldest_first = group.slugs[::-1]
    urls = [f"{group.url}page-{number}/" for number in range(1, full + 1)] + [group.url]
    found = []
    for place, url in enumerate(urls):
        end = None if place == full else (place + 1) * PAGE_LENGTH
        slugs = oldest_first[place * PAGE_LENGTH : end]
        found.append(
            GroupPage(
                url,
                0 if place == full else place + 1,
                slugs[::-1],
                newer=urls[place + 1] if place < full else "",
                older=urls[place - 1] if place else "",
            )
        )
    return tuple(reversed(found))


def sections(groups: Sequence[Group], most: int | None = None) -> tuple[Section, ...]:
    """Groups by what they have in common, in the order in which they came.

    Args:
        most: so many of a section at most: the newest seasons and years, the largest of all others.
    """
    found = []
    for _, grouped in groupby(groups, lambda group: (group.kind, group.key)):
        members = tuple(grouped)
        chosen = members if members[0].kind in ("season", "year") else _largest_first(members)
        shown = frozenset(group.url for group in chosen[:most])
        found.append(Section(tuple(group for group in members if group.url in shown), len(members)))
    return tuple(found)


def _largest_first(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: -len(group.slugs))


def _people(show: Show, released: Sequence[tuple[Episode, datetime]]) -> list[tuple[str, tuple[Person, ...]]]:
    return [
        (
            episode.slug,
            tuple(person for person in effective.people(show, episode) if person.role in HEARD),
        )
        for episode, _ in released
    ]


def _grouped(
    kind: GroupKind, key: str, label: str, folder: str, named: Iterable[tuple[str, Iterable[str]]]
) -> list[Group]:
    slugs: dict[str, list[str]] = {}
    for slug, names in named:
        for name in dict.fromkeys(names):
            if name:
                slugs.setdefault(name, []).append(slug)
    taken: set[str] = set()
    groups = []
    for name, members in slugs.items():
        # Who came first keeps the plain address when another name would have the same.
        address = ascii_slug(name) or sha256(name.encode())[:12]
        if address in taken:
            address = f"{address}-{sha256(name.encode())[:8]}"
        taken.add(address)
        groups.append(Group(kind, key, label, name, f"{folder}/{address}/", tuple(reversed(members))))
    return sorted(groups, key=lambda group: (group.name.casefold(), group.name))


def _with_persons(groups: list[Group], people: list[tuple[str, tuple[Person, ...]]]) -> list[Group]:
    newest = {person.name: person for _, persons in people for person in persons}
    return [replace(group, person=newest[group.name]) for group in groups]


def _numbered(
    kind: GroupKind,
    folder: str,
    numbered: Iterable[tuple[str, int | None]],
    name: Callable[[int], str],
) -> list[Group]:
    slugs: dict[int, list[str]] = {}
    for slug, number in numbered:
        if number is not None:
            slugs.setdefault(number, []).append(slug)
    return [
        Group(kind, kind, "", name(number), f"{folder}/{number}/", tuple(reversed(slugs[number])))
        for number in sorted(slugs, reverse=True)
    ]
