"""Which episodes belong together: by topic, person, organisation, season and year. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from publisher.identity import ascii_slug, sha256
from publisher.model import Show
from publisher.site.data import Group, GroupKind, GroupPage, Section
from publisher.site.facets import Facets

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


class Member(NamedTuple):
    """An episode, as far as it belongs to others."""

    slug: str
    published: datetime
    season: int | None
    facets: Facets


def groups_of(show: Show, members: Sequence[Member]) -> Groups:
    """The groups of a show's published episodes; those of people without the person.

    Args:
        members: oldest first.
    """
    found: list[Group] = []
    topics = [dict(member.facets.topics) for member in members]
    people = [member.facets.people for member in members]
    slugs = [member.slug for member in members]
    for key, label in show.taxonomies:
        values = [of.get(key, ()) for of in topics]
        found += _grouped("topic", key, label, f"topics/{ascii_slug(key) or 'topic'}", slugs, values)
    heard = [[name for name, _, _ in of] for of in people]
    found += _grouped("person", "person", "", "people", slugs, heard)
    belonging = [[organization for _, organization, _ in of] for of in people]
    found += _grouped("organization", "organization", "", "organizations", slugs, belonging)
    names = dict(show.seasons)
    found += _numbered(
        "season",
        "seasons",
        ((member.slug, member.season) for member in members),
        lambda number: names.get(number, str(number)),
    )
    zone = ZoneInfo(show.timezone)
    found += _numbered(
        "year",
        "archive",
        ((member.slug, member.published.astimezone(zone).year) for member in members),
        str,
    )
    return Groups(tuple(found), Group("all", "all", "", "", "archive/", tuple(reversed(slugs))))


def group_pages(group: Group) -> tuple[GroupPage, ...]:
    """The pages of a group, newest first.

    Counted from the oldest episode on, so that a new one changes the newest page and no other.
    """
    full = max(0, len(group.slugs) // PAGE_LENGTH - 1)
    if not full:
        return (GroupPage(group.url, 0, group.slugs),)
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


def _grouped(
    kind: GroupKind, key: str, label: str, folder: str, slugs: Iterable[str], named: Iterable[Sequence[str]]
) -> list[Group]:
    """Groups by what episodes name.

    Args:
        slugs, named: of each episode.
    """
    having: dict[str, list[str]] = {}
    for slug, names in zip(slugs, named, strict=True):
        for name in names if len(names) < 2 else dict.fromkeys(names):
            if name:
                having.setdefault(name, []).append(slug)
    taken: set[str] = set()
    groups = []
    for name, members in having.items():
        # Who came first keeps the plain address when another name would have the same.
        address = ascii_slug(name) or sha256(name.encode())[:12]
        if address in taken:
            address = f"{address}-{sha256(name.encode())[:8]}"
        taken.add(address)
        groups.append(Group(kind, key, label, name, f"{folder}/{address}/", tuple(members[::-1])))
    return sorted(groups, key=lambda group: (group.name.casefold(), group.name))


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
