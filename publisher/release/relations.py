"""What of a release leads where: its groups, and what is suggested after each of its episodes.

Both are kept from release to release. While episodes only come behind those that are there, they are gone on
with, and it is known of which episodes anything is other than it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from publisher.manifest import Released
from publisher.model import Episode, Show
from publisher.site.alike import Alike, Wordbook
from publisher.site.facets import FacetBook
from publisher.site.groups import Groups, Member, groups_of
from publisher.site.related import Subject, Suggesting, Suggestions, in_order


class KnownRelations(NamedTuple):
    """What was worked out for an earlier release.

    Attributes:
        nexts: as `publisher.site.related.Suggesting` has them.
        is_of_release: whether that release is the one that stands, and was built alike.
    """

    alike: Alike
    groups: Groups
    nexts: list[int | None]
    is_of_release: bool

    @staticmethod
    def from_json(values: dict[str, Any], *, is_of_release: bool) -> KnownRelations:
        """Raises AttributeError, IndexError, KeyError, TypeError, ValueError for what `Relations.to_json` did
        not give."""
        alike = Alike.from_json(values["alike"])
        groups, nexts = Groups.from_json(values["groups"], alike.slugs), values["nexts"]
        if not len(alike.slugs) == len(groups.everything.slugs) == len(nexts):
            raise ValueError("they are not of the same episodes")
        return KnownRelations(alike, groups, nexts, is_of_release)


class Relations:
    """The relations of a release.

    Args:
        released: oldest first.
        words: asked for the words of episodes whose facets have none.

    Attributes:
        groups: those of people without the person.
        moved: slugs of episodes of which anything may be other than it was in the release that stands; None
            where that is not known of any.
    """

    def __init__(
        self,
        show: Show,
        released: Sequence[Released],
        episodes: Mapping[str, Episode],
        facets: FacetBook,
        known: KnownRelations | None,
        words: Wordbook,
    ) -> None:
        alike = known.alike if known else Alike()
        ordered = in_order(_subjects(released, episodes, facets, {*alike.slugs}))
        fits = known is not None and alike.fits(ordered)
        if known is not None and not fits:
            alike, ordered = Alike(), in_order(_subjects(released, episodes, facets, ()))
        alike.add(ordered, words)
        self.alike = alike
        suggesting = Suggesting(ordered, serial=show.type == "serial", ranked=alike.ranked)
        self._suggesting = suggesting
        self._slugs = [subject.slug for subject in ordered]
        self.moved: frozenset[str] | None = None
        count = len(known.nexts) if known and fits else 0
        # Of two that went out at the same moment, pages have another one first than suggestions may have.
        if count and (count == len(ordered) or ordered[count - 1].published < ordered[count].published):
            assert known is not None
            new = released[count:]
            self.groups = groups_of(show, _members(new, episodes, facets), known.groups)
            if known.is_of_release:
                self.moved = frozenset(self._moved(ordered, known, released))
        else:
            self.groups = groups_of(show, _members(released, episodes, facets))

    def suggested(self, slug: str) -> Suggestions:
        return self._suggesting.after(slug)

    def _moved(
        self, ordered: Sequence[Subject], known: KnownRelations, released: Sequence[Released]
    ) -> Iterable[str]:
        count, nexts = len(known.nexts), self._suggesting.nexts
        new = {item.slug for item in released[count:]}
        yield from new
        # Beside a new one.
        yield from (item.slug for item in released[count - 1 : count])
        yield from (self._slugs[at] for at in self.alike.touched)
        yield from self._slugs[count:]
        for subject, now, before in zip(ordered, nexts, known.nexts, strict=False):
            by_hand = (*subject.related, subject.next) if subject.related or subject.next else ()
            if now != before or (by_hand and not new.isdisjoint(by_hand)):
                yield subject.slug

    def to_json(self) -> dict[str, Any]:
        places = {slug: place for place, slug in enumerate(self._slugs)}
        return {
            "alike": self.alike.to_json(),
            "groups": self.groups.to_json(places),
            "nexts": self._suggesting.nexts,
        }


def _members(
    released: Sequence[Released], episodes: Mapping[str, Episode], facets: FacetBook
) -> list[Member]:
    return [
        Member(item.slug, item.published, episodes[item.slug].season, facets[item.slug]) for item in released
    ]


def _subjects(
    released: Sequence[Released],
    episodes: Mapping[str, Episode],
    facets: FacetBook,
    compared: Collection[str],
) -> list[Subject]:
    """The episodes as they are compared.

    Args:
        compared: slugs of those that were compared already: their fingerprint tells all that was looked at.
    """
    slugs = [item.slug for item in released]
    of = [episodes[slug] for slug in slugs]
    # A column at a time: of ten thousand nearly all were compared.
    columns: dict[str, Iterable[object]] = {
        "slug": slugs,
        "published": [item.published for item in released],
        "related": [episode.related for episode in of],
        "next": [episode.next for episode in of],
        "season": [episode.season for episode in of],
        "number": [episode.number for episode in of],
        "print": facets.sources(slugs),
    }
    defaults = Subject._field_defaults
    filled = [columns[name] if name in columns else repeat(defaults[name]) for name in Subject._fields]
    subjects = [*map(Subject._make, zip(*filled, strict=False))]
    for place, slug in enumerate(slugs):
        if slug not in compared:
            own = facets[slug]
            subjects[place] = subjects[place]._replace(
                taxonomies=own.topics, people=own.guests, organizations=own.organizations, words=own.words
            )
    return subjects
