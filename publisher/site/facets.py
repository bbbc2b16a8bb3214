"""What other pages need to know of an episode: few words of ten thousand episodes, not their texts. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple


class Heard(NamedTuple):
    """Somebody who is heard in an episode.

    Attributes:
        shown: fingerprint of the person as the episode shows them.
    """

    name: str
    organization: str
    shown: str


class Facets(NamedTuple):
    """One episode, as it stands on pages that are not its own.

    Attributes:
        listed: fingerprint of it as lists show it.
        named: fingerprint of what another episode's page shows of it.
        source: fingerprint of all that its own page says of it.
        found: fingerprint of all that is searched of it.
        date: when it went out, as a reader in the show's language and zone writes it.
        topics: as the model has taxonomies: (taxonomy, values).
        people: who is heard, hosts first.
        guests, organizations: names of its guests and of where they belong.
        has_quiz: whether it asks anything.
        words: of its texts (`publisher.site.related.words_of`), sorted, one a line; empty for an episode
            whose facets were known. Few pages need them (`publisher.site.alike`).
    """

    listed: str
    named: str
    source: str
    found: str
    date: str
    topics: Sequence[tuple[str, Sequence[str]]] = ()
    people: Sequence[Heard] = ()
    guests: Sequence[str] = ()
    organizations: Sequence[str] = ()
    has_quiz: bool = False
    words: str = ""


class FacetBook:
    """The facets of every episode of a release, by slug; those that were known are made when somebody asks.

    Args:
        make: works an episode's out; asked where they are not known, or where what is known is nonsense.
        known: places of episodes in the columns.
        columns: texts by the names of fields; `lists` has topics, people, guests and organizations, as JSON.
    """

    def __init__(
        self,
        make: Callable[[str], Facets],
        known: Mapping[str, int] | None = None,
        columns: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._make = make
        self._places: Mapping[str, int] = known or {}
        self._columns: Mapping[str, Sequence[str]] = columns or {}
        self._made: dict[str, Facets] = {}

    @property
    def has_quiz(self) -> bool:
        """Whether any episode asks anything."""
        column = self._columns.get("has_quiz", ())
        return any(made.has_quiz for made in self._made.values()) or any(
            column[place] == _YES for place in self._places.values()
        )

    def source(self, slug: str) -> str:
        place = self._places.get(slug)
        return self[slug].source if place is None else self._columns["source"][place]

    def sources(self, slugs: Iterable[str]) -> list[str]:
        """`source` of each of them."""
        places, column = self._places, self._columns.get("source", ())
        return [column[places[slug]] if slug in places else self[slug].source for slug in slugs]

    def listed(self, slugs: Iterable[str]) -> list[str]:
        """Of each of them how lists show it."""
        places, column = self._places, self._columns.get("listed", ())
        return [column[places[slug]] if slug in places else self[slug].listed for slug in slugs]

    def __contains__(self, slug: str) -> bool:
        return slug in self._places or slug in self._made

    def __getitem__(self, slug: str) -> Facets:
        found = self._made.get(slug)
        if found is None:
            place = self._places.get(slug)
            found = (None if place is None else self._known(place)) or self._make(slug)
            self._made[slug] = found
        return found

    def _known(self, place: int) -> Facets | None:
        columns = self._columns
        try:
            topics, people, guests, organizations = json.loads(columns["lists"][place])
            heard = [Heard._make(person) for person in people]
        except (TypeError, ValueError):
            return None
        texts: dict[str, Any] = {name: columns[name][place] for name in _TEXTS}
        return Facets(
            **texts,
            topics=topics,
            people=heard,
            guests=guests,
            organizations=organizations,
            has_quiz=columns["has_quiz"][place] == _YES,
        )


def columns_of(facets: Facets) -> dict[str, str]:
    """Facets as they stand in the columns of a `FacetBook`."""
    lists: list[Any] = [facets.topics, facets.people, facets.guests, facets.organizations]
    texts = {name: getattr(facets, name) for name in _TEXTS}
    return {"lists": json.dumps(lists), "has_quiz": _YES if facets.has_quiz else _NO, **texts}


_TEXTS: Final = Facets._fields[: Facets._fields.index("topics")]
_YES, _NO = "1", "0"
