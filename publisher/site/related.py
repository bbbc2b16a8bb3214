"""What to hear after an episode: related ones, and one to go on with. Pure and deterministic.

Two episodes are related by what they share: values of taxonomies, persons, organizations and words. What few
episodes have counts more than what many have. The weights are whole numbers, so that no order of adding them
matters.

A page shows what is worked out here, so that every suggestion that changes is a page to write again. So one
episode more must leave most suggestions alone:

- what two episodes share weighs what it weighed when the newer of them came, so that a new episode changes
  nothing between those that were there before;
- how rare something is counts in powers of two, and small differences count as none (then the episode that
  is closer in time comes first), so that an old episode that is edited or added changes little.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from operator import lt
from typing import NamedTuple

MOST_RELATED = 4
_STEM = 6

_WORD = re.compile(r"[^\W\d_]{2,}")
# Thai, Lao, Khmer, kana and Han are written without spaces: there, every two letters are a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


class Subject(NamedTuple):
    """What counts of one published episode.

    Attributes:
        published: aware, UTC.
        taxonomies: as the model has them: (taxonomy, values).
        people: names of those heard in this episode and not in every one: the guests.
        text: title, summary, keywords, notes and outcomes, as plain text.
        words: those of the text (`words_of`), one a line, where they are known already.
        print: tells all that counts of it from anything else; empty where that is not known.
        related: slugs that were chosen by hand; those that are not among the subjects are left out.
        next: slug chosen by hand, empty for none.
        season, number: order of a serial show.
    """

    slug: str
    published: datetime
    taxonomies: Sequence[tuple[str, Sequence[str]]] = ()
    people: Sequence[str] = ()
    organizations: Sequence[str] = ()
    text: str = ""
    words: str = ""
    related: tuple[str, ...] = ()
    next: str = ""
    season: int | None = None
    number: int | None = None
    print: str = ""


class Suggestions(NamedTuple):
    """`next` is the slug of one episode, or empty; `related` never names it unless it was chosen by hand."""

    related: tuple[str, ...] = ()
    next: str = ""


class Suggesting:
    """What to suggest after each episode, worked out when it is asked for.

    Args:
        ordered: as `in_order` gives them.
        serial: whether the episodes are heard in order: then `next` is the one that follows.
        ranked: for each of them the places of those that are most like it, the most like it first
            (`publisher.site.alike`).

    Attributes:
        nexts: for each of them the place of the one to go on with; None where there is none.
    """

    def __init__(
        self, ordered: Sequence[Subject], *, serial: bool = False, ranked: Sequence[Sequence[int]]
    ) -> None:
        self._ordered, self._ranked = ordered, ranked
        self._place = {subject.slug: at for at, subject in enumerate(ordered)}
        self.nexts = _following(ordered) if serial else _going_on(ordered, ranked)
        for at, subject in enumerate(ordered):
            if subject.next and subject.next in self._place and subject.next != subject.slug:
                self.nexts[at] = self._place[subject.next]

    def after(self, slug: str) -> Suggestions:
        """What to suggest after an episode."""
        place, ordered = self._place, self._ordered
        at = place[slug]
        following = self.nexts[at]
        chosen = [place[other] for other in ordered[at].related if other in place and other != slug]
        worked_out = (other for other in self._ranked[at] if other != following)
        related = list(dict.fromkeys((*chosen, *worked_out)))[:MOST_RELATED]
        return Suggestions(
            related=tuple(ordered[other].slug for other in related),
            next="" if following is None else ordered[following].slug,
        )


def in_order(subjects: Iterable[Subject]) -> list[Subject]:
    """Subjects in the order of their publication."""
    listed = [*subjects]
    moments = [subject.published for subject in listed]
    # As a release has them, unless two went out at once.
    if all(map(lt, moments, moments[1:])):
        return listed
    return sorted(listed, key=lambda subject: (subject.published, subject.slug))


def _following(ordered: Sequence[Subject]) -> list[int | None]:
    """For each episode the one after it: by season and number where both have a number, else by time."""
    order = sorted(range(len(ordered)), key=lambda at: _position(ordered, at))
    nexts: list[int | None] = [None] * len(ordered)
    for at, following in pairwise(order):
        nexts[at] = following
    return nexts


def _position(ordered: Sequence[Subject], at: int) -> tuple[int, int, int]:
    """An episode without a number (a trailer, a bonus) stands after the numbered one published before it."""
    for before in range(at, -1, -1):
        number = ordered[before].number
        if number is not None:
            return ordered[before].season or 0, number, at if before != at else -1
    return -1, -1, at


def _going_on(ordered: Sequence[Subject], ranked: Sequence[Sequence[int]]) -> list[int | None]:
    """For each episode the most related one that no older one leads to and that does not lead back here."""
    nexts: list[int | None] = [None] * len(ordered)
    used: set[int] = set()
    for at in range(len(ordered)):
        for other in ranked[at]:
            if other not in used and nexts[other] != at:
                nexts[at] = other
                used.add(other)
                break
        else:
            nexts[at] = at + 1 if at + 1 < len(ordered) else None
    return nexts


def words_of(text: str) -> set[str]:
    """The words of a text, without endings as far as one can without knowing its language: first letters.

    A word that is there twice or more is there in a second form too.
    """
    text = text.casefold()
    stems = [word[:_STEM] for word in _WORD.findall(_UNSPACED.sub(" ", text))]
    stems += [part[at : at + 2] for part in _UNSPACED.findall(text) for at in range(len(part) - 1)]
    found = Counter(stems)
    return {*found, *[f"{stem} {stem}" for stem, count in found.items() if count > 1]}
