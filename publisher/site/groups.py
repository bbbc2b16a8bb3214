"""Which episodes belong together: by topic, person, organisation, season and year. Pure."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain, groupby
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from publisher.identity import ascii_slug, sha256
from publisher.model import Show
from publisher.packing import packed, unpacked
from publisher.site.data import Group, GroupKind, GroupPage, Section
from publisher.site.facets import Facets

PAGE_LENGTH: Final = 50
"""Episodes on a page of a group; on the newest one up to as many more."""

ONE_PAGE: Final = 2 * PAGE_LENGTH - 1
"""A group with no more has one page."""

_APART: Final = "\x7f"
"""Between texts that are kept as one: in JSON each by itself takes twice as long. No name has it; where one
has, nothing of what was kept is used."""

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

    def having(self, slugs: Collection[str]) -> dict[str, list[Group]]:
        """The groups of each of some episodes, as pages list them."""
        found: dict[str, list[Group]] = {slug: [] for slug in slugs}
        for group in self.all:
            for slug in group.slugs:
                if slug in found:
                    found[slug].append(group)
        return found

    def to_json(self, places: Mapping[str, int]) -> list[Any]:
        """By columns; what many have in common once for all of them.

        Args:
            places: of each episode, by which it is known again.
        """
        listed = (*self.all, self.everything)
        kinds = [(*about, len([*of])) for about, of in groupby(listed, lambda group: group[:3])]
        _, _, _, names, urls, slugs, _ = zip(*listed, strict=True)
        members = map(places.__getitem__, chain.from_iterable(slugs))
        return [kinds, _APART.join(names), _APART.join(urls), packed(map(len, slugs)), packed(members)]

    @staticmethod
    def from_json(values: Sequence[Any], slugs: Sequence[str]) -> Groups:
        """Raises IndexError, TypeError, ValueError for what `to_json` did not give.

        Args:
            slugs: by the places that were given to it.
        """
        kinds, names, urls, *numbers = values
        lengths, members = map(unpacked, numbers)
        about = [of for *of, count in kinds for _ in range(count)]
        ends = [*accumulate(lengths)]
        named = [*map(slugs.__getitem__, members)]
        together = [tuple(named[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
        columns = zip(about, names.split(_APART), urls.split(_APART), together, strict=True)
        *groups, everything = [
            Group(kind, key, label, name, url, own) for (kind, key, label), name, url, own in columns
        ]
        return Groups(tuple(groups), everything)


class Member(NamedTuple):
    """An episode, as far as it belongs to others."""

    slug: str
    published: datetime
    season: int | None
    facets: Facets


def groups_of(show: Show, members: Sequence[Member], known: Groups | None = None) -> Groups:
    """The groups of a show's published episodes; those of people without the person.

    Args:
        members: oldest first.
        known: the groups of episodes that came before all of these, which go into them too.
    """
    found: list[Group] = []
    blocks: dict[tuple[GroupKind, str], list[Group]] = {}
    for group in known.all if known else ():
        blocks.setdefault((group.kind, group.key), []).append(group)

    def grouped(kind: GroupKind, key: str, label: str, folder: str, named: Iterable[Sequence[str]]) -> None:
        made = _Named(kind, key, label, folder, blocks.get((kind, key), []))
        found.extend(made.with_members(slugs, named))

    def numbered(
        kind: GroupKind, folder: str, numbers: Iterable[int | None], name: Callable[[int], str]
    ) -> None:
        found.extend(
            _numbered(kind, folder, zip(slugs, numbers, strict=True), name, blocks.get((kind, kind), []))
        )

    topics = [dict(member.facets.topics) for member in members]
    people = [member.facets.people for member in members]
    slugs = [member.slug for member in members]
    for key, label in show.taxonomies:
        values = [of.get(key, ()) for of in topics]
        grouped("topic", key, label, f"topics/{ascii_slug(key) or 'topic'}", values)
    grouped("person", "person", "", "people", [[name for name, _, _ in of] for of in people])
    belonging = [[organization for _, organization, _ in of] for of in people]
    grouped("organization", "organization", "", "organizations", belonging)
    names, zone = dict(show.seasons), ZoneInfo(show.timezone)
    seasons = [member.season for member in members]
    numbered("season", "seasons", seasons, lambda number: names.get(number, str(number)))
    numbered("year", "archive", [member.published.astimezone(zone).year for member in members], str)
    older = known.everything.slugs if known else ()
    return Groups(tuple(found), Group("all", "all", "", "", "archive/", (*reversed(slugs), *older)))


def group_pages(group: Group) -> tuple[GroupPage, ...]:
    """The pages of a group, newest first.

    Counted from the oldest episode on, so that a new one changes the newest page and no other.
    """
    if len(group.slugs) <= ONE_PAGE:
        return (GroupPage(group.url, 0, group.slugs),)
    full = len(group.slugs) // PAGE_LENGTH - 1
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
        if most is None:
            found.append(Section(members, len(members)))
            continue
        chosen = members if members[0].kind in ("season", "year") else _largest_first(members)
        shown = frozenset(group.url for group in chosen[:most])
        found.append(Section(tuple(group for group in members if group.url in shown), len(members)))
    return tuple(found)


def _largest_first(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: -len(group.slugs))


class _Named:
    """Groups by what episodes name.

    Args:
        known: those that are there, as pages list them.
    """

    def __init__(self, kind: GroupKind, key: str, label: str, folder: str, known: Sequence[Group]) -> None:
        self._about = kind, key, label
        self._folder = folder
        self._groups = [*known]
        self._place = {group.name: place for place, group in enumerate(known)}
        self._taken = {group.url for group in known}

    def with_members(self, slugs: Iterable[str], named: Iterable[Sequence[str]]) -> list[Group]:
        """All of them as pages list them, with further episodes.

        Args:
            slugs, named: of each episode, oldest first.
        """
        having: dict[str, list[str]] = {}
        for slug, names in zip(slugs, named, strict=True):
            for name in names if len(names) < 2 else dict.fromkeys(names):
                if name:
                    having.setdefault(name, []).append(slug)
        new = []
        for name, members in having.items():
            place = self._place.get(name)
            if place is None:
                new.append(Group(*self._about, name, self._url(name), tuple(members[::-1])))
            else:
                before = self._groups[place]
                self._groups[place] = before._replace(slugs=(*members[::-1], *before.slugs))
        if len(new) > len(self._groups):
            return sorted([*self._groups, *new], key=_by_name)
        for group in new:
            insort(self._groups, group, key=_by_name)
        return self._groups

    def _url(self, name: str) -> str:
        """Who came first keeps the plain address when another name would have the same."""
        address = ascii_slug(name) or sha256(name.encode())[:12]
        if f"{self._folder}/{address}/" in self._taken:
            address = f"{address}-{sha256(name.encode())[:8]}"
        url = f"{self._folder}/{address}/"
        self._taken.add(url)
        return url


def _by_name(group: Group) -> tuple[str, str]:
    return group.name.casefold(), group.name


def _numbered(
    kind: GroupKind,
    folder: str,
    numbered: Iterable[tuple[str, int | None]],
    name: Callable[[int], str],
    known: Sequence[Group],
) -> Iterator[Group]:
    """Groups by a number, the highest first."""
    slugs: dict[int, list[str]] = {}
    for slug, number in numbered:
        if number is not None:
            slugs.setdefault(number, []).append(slug)
    groups = {int(group.url.split("/")[1]): group for group in known}
    for number in sorted({*slugs, *groups}, reverse=True):
        group = groups.get(number) or Group(kind, kind, "", name(number), f"{folder}/{number}/")
        yield group._replace(slugs=(*reversed(slugs.get(number, [])), *group.slugs))
