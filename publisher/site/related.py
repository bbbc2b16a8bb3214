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
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from heapq import nlargest
from itertools import chain, pairwise
from math import isqrt
from typing import NamedTuple

MOST_RELATED = 4
_CANDIDATES = 2 * MOST_RELATED

_TAXONOMY, _PERSON, _ORGANIZATION, _WORDS = 400, 800, 400, 40_000
_STEP = 300  # Scores that differ by less are taken as equal.
_LEAST = 600  # What scores less is not related.
_WINDOW = 32  # So many older episodes a fact is looked for in: the newest of those that have it.
_FREQUENT = 32  # Words that as many episodes have tell nothing.
_SMALL = 8
_STEM = 6
_SHORT = 100  # Words that every text is taken to have besides its own, so that a short one decides little.

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
        words: those of the text (`words_of`), where they are known already.
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
    words: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    next: str = ""
    season: int | None = None
    number: int | None = None


class Suggestions(NamedTuple):
    """`next` is the slug of one episode, or empty; `related` never names it unless it was chosen by hand."""

    related: tuple[str, ...] = ()
    next: str = ""


def suggest(subjects: Sequence[Subject], *, serial: bool = False) -> dict[str, Suggestions]:
    """What to suggest after each episode, by slug. The order of `subjects` does not matter.

    Args:
        serial: whether the episodes are heard in order: then `next` is the one that follows.
    """
    ordered = sorted(subjects, key=lambda subject: (subject.published, subject.slug))
    place = {subject.slug: at for at, subject in enumerate(ordered)}
    ranked = _ranked(ordered)
    nexts = _following(ordered) if serial else _going_on(ordered, ranked)
    for at, subject in enumerate(ordered):
        if subject.next in place and subject.next != subject.slug:
            nexts[at] = place[subject.next]
    suggestions = {}
    for at, subject in enumerate(ordered):
        chosen = [place[slug] for slug in subject.related if slug in place and slug != subject.slug]
        worked_out = (other for other in ranked[at] if other != nexts[at])
        related = list(dict.fromkeys((*chosen, *worked_out)))[:MOST_RELATED]
        following = nexts[at]
        suggestions[subject.slug] = Suggestions(
            related=tuple(ordered[other].slug for other in related),
            next="" if following is None else ordered[following].slug,
        )
    return suggestions


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


def _ranked(ordered: Sequence[Subject]) -> list[list[int]]:
    """For each episode the most related ones, the best first; twice as many as are shown, to choose from."""
    times = [subject.published.timestamp() for subject in ordered]
    shared: list[list[tuple[int, int]]] = [[] for _ in ordered]
    for newer, scores in enumerate(_scores(ordered)):
        for older, score in scores.items():
            if score >= _LEAST:
                shared[newer].append((score // _STEP, older))
                shared[older].append((score // _STEP, newer))
    ranked = []
    for at, found in enumerate(shared):
        least = nlargest(_CANDIDATES, [score for score, _ in found])[-1] if found else 0
        best = sorted(
            (-score, abs(times[at] - times[other]), other) for score, other in found if score >= least
        )
        ranked.append([other for _, _, other in best[:_CANDIDATES]])
    return ranked


def _scores(ordered: Sequence[Subject]) -> Iterator[dict[int, int]]:
    """For each episode how much it shares with every older one, as things stood when it came."""
    seen: dict[tuple[str, ...], list[int]] = {}
    words: dict[str, list[int]] = {}
    frequent: set[str] = set()
    lengths: list[int] = []
    for at, subject in enumerate(ordered):
        own = subject.words or words_of(subject.text)
        lengths.append(isqrt(len(own) + _SHORT))
        telling = []
        for word in {*own}.difference(frequent):
            having = words.setdefault(word, [])
            # An older episode stands here as often as the word weighs: all that is left is to count.
            if having:
                telling.append(having * (_rarity(len(having) + 1, at + 1) >> 1))
            having.append(at)
            if len(having) >= _FREQUENT:
                frequent.add(word)
                del words[word]
        least = _LEAST * lengths[at] ** 2 // _WORDS
        counts = Counter(chain.from_iterable(telling))
        scores = {
            older: _WORDS * count // (lengths[at] * lengths[older])
            for older, count in counts.items()
            if count > least
        }
        for weight, fact in _facts(subject):
            having = seen.setdefault(fact, [])
            gain = weight * _rarity(len(having) + 1, at + 1)
            for older in having[-_WINDOW:]:
                scores[older] = scores.get(older, 0) + gain
            having.append(at)
        yield scores


def _rarity(having: int, episodes: int) -> int:
    """How often one must halve the episodes until those are left that have it: 0 for what is in most.

    A show is taken to be a little larger than it is, so that what the first two share is more than nothing.
    """
    return max(0, (episodes + _SMALL).bit_length() - having.bit_length())


def _facts(subject: Subject) -> Iterator[tuple[int, tuple[str, ...]]]:
    for name, values in subject.taxonomies:
        yield from ((_TAXONOMY, ("taxonomy", name, value)) for value in sorted(_folded(values)))
    yield from ((_PERSON, ("person", name)) for name in sorted(_folded(subject.people)))
    yield from ((_ORGANIZATION, ("organization", name)) for name in sorted(_folded(subject.organizations)))


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def words_of(text: str) -> set[str]:
    """The words of a text, without endings as far as one can without knowing its language: first letters.

    A word that is there twice or more is there in a second form too.
    """
    text = text.casefold()
    stems = [word[:_STEM] for word in _WORD.findall(_UNSPACED.sub(" ", text))]
    stems += [part[at : at + 2] for part in _UNSPACED.findall(text) for at in range(len(part) - 1)]
    found = Counter(stems)
    return {*found, *[f"{stem} {stem}" for stem, count in found.items() if count > 1]}
