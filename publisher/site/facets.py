"""What other pages need to know of an episode: few words of ten thousand episodes, not their texts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


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
