"""How much the episodes of a show share, worked out one after the other. Pure and deterministic.

What two episodes share weighs what it weighed when the newer of them came (`publisher.site.related`): so what
was worked out for a show holds for the same show with further episodes, and can be kept as JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import accumulate, chain, pairwise
from math import isqrt
from typing import Any, Final

from publisher.packing import array, packed, unpacked, unpacked_array
from publisher.site.related import MOST_RELATED, Subject, words_of

Wordbook = Callable[[Sequence[str]], Mapping[str, str]]
"""Gives the words of some episodes by their slugs (`publisher.site.related.words_of`), one a line."""

_APART: Final = "\x7f"
"""Between texts that are kept as one, as `publisher.site.groups` has it."""

_NUMBERS: Final = b"0123456789 \x7f"

_CANDIDATES: Final = 2 * MOST_RELATED
"""So many of those that are most alike are known of each, to choose from."""

_TAXONOMY, _PERSON, _ORGANIZATION, _WORDS = 400, 800, 400, 40_000
_STEP: Final = 300  # Scores that differ by less are taken as equal.
_LEAST: Final = 600  # What scores less is not related.
_WINDOW: Final = 32  # So many older episodes a fact is looked for in: the newest of those that have it.
_FREQUENT: Final = 32  # Words that as many episodes have tell nothing.
_SMALL: Final = 8
_SHORT: Final = 100  # Words that every text is taken to have besides its own: a short one decides little.


class Alike:
    """The episodes of a show by the order of their publication, each compared with those before it."""

    def __init__(self) -> None:
        self._prints: list[str] = []
        self._lengths: list[int] = []
        self._best = _Best()
        self._seen: dict[str, tuple[int, list[int]]] = {}
        """How many have a fact, and which had it last."""
        self._noted: dict[str, str] = {}
        """The same as it was kept, of facts that nobody may have asked for."""
        self._words: dict[str, list[int]] = {}
        self._frequent: set[str] = set()
        self.touched: set[int] = set()
        """Places of those that were compared here, and of those that are like them."""

    @property
    def ranked(self) -> Sequence[Sequence[int]]:
        """Of each episode the places of those that are most like it, the most like it first."""
        return _Ranked(self._best)

    @property
    def slugs(self) -> list[str]:
        """Of the episodes that were compared, by their places."""
        return [of.rpartition(" ")[0] for of in self._prints]

    def fits(self, ordered: Sequence[Subject]) -> bool:
        """Whether the episodes begin with those that were compared, and these are as they were."""
        own = self._prints
        return all(own) and own == [_print(subject) for subject in ordered[: len(own)]]

    def add(self, ordered: Sequence[Subject], words: Wordbook | None = None) -> None:
        """Compares those that are new.

        Args:
            ordered: all of them, those first that were compared already.
            words: asked for the words of those that come without.
        """
        without = [of.slug for of in ordered[len(self._lengths) :] if not of.words and not of.text]
        known = words(without) if words and without else {}
        times = [subject.published.timestamp() for subject in ordered]
        touched: set[int] = set()
        for at, subject in enumerate(ordered[len(self._lengths) :], len(self._lengths)):
            self._prints.append(_print(subject))
            self._best.append()
            touched.add(at)
            own = subject.words or known.get(subject.slug, "")
            for older, score in self._scores(at, subject, own).items():
                if score >= _LEAST:
                    self._best.of(at).extend((score // _STEP, older))
                    self._best.of(older).extend((score // _STEP, at))
                    touched.add(older)
        for at in touched:
            best = self._best.of(at)
            found = [*zip(best[::2], best[1::2], strict=True)]
            least = nlargest(_CANDIDATES, [score for score, _ in found])[-1] if found else 0
            first = sorted(
                (-score, abs(times[at] - times[other]), other) for score, other in found if score >= least
            )
            best[:] = chain.from_iterable((-score, other) for score, _, other in first[:_CANDIDATES])
        self.touched |= touched

    def _scores(self, at: int, subject: Subject, words: str) -> dict[int, int]:
        """How much an episode shares with every older one."""
        own = {*words.split("\n")} if words else words_of(subject.text)
        self._lengths.append(isqrt(len(own) + _SHORT))
        telling = []
        for word in own.difference(self._frequent):
            having = self._words.setdefault(word, [])
            # An older episode stands here as often as the word weighs: all that is left is to count.
            if having:
                telling.append(having * (_rarity(len(having) + 1, at + 1) >> 1))
            having.append(at)
            if len(having) >= _FREQUENT:
                self._frequent.add(word)
                del self._words[word]
        length = self._lengths[at]
        least = _LEAST * length**2 // _WORDS
        scores = {
            older: _WORDS * count // (length * self._lengths[older])
            for older, count in Counter(chain.from_iterable(telling)).items()
            if count > least
        }
        for weight, fact in _facts(subject):
            count, newest = self._seen_of(fact)
            gain = weight * _rarity(count + 1, at + 1)
            for older in newest:
                scores[older] = scores.get(older, 0) + gain
            self._seen[fact] = count + 1, [*newest[-_WINDOW + 1 :], at]
        return scores

    def _seen_of(self, fact: str) -> tuple[int, list[int]]:
        if fact not in self._seen and (noted := self._noted.get(fact)):
            count, *newest = map(int, noted.split())
            self._seen[fact] = count, newest
        return self._seen.get(fact, (0, []))

    def to_json(self) -> dict[str, Any]:
        seen = self._noted | {
            fact: " ".join(map(str, (count, *newest))) for fact, (count, newest) in self._seen.items()
        }
        return {
            "prints": _APART.join(self._prints),
            "lengths": packed(self._lengths),
            "best": self._best.to_json(),
            "seen": [_APART.join(seen), _APART.join(seen.values())],
            "words": self._words,
            "frequent": sorted(self._frequent),
        }

    @staticmethod
    def from_json(values: dict[str, Any]) -> Alike:
        """Raises AttributeError, KeyError, TypeError, ValueError for what `to_json` did not give."""
        alike = Alike()
        alike._prints = values["prints"].split(_APART) if values["prints"] else []
        alike._lengths = unpacked(values["lengths"])
        alike._best = _Best.from_json(values["best"])
        facts, seen = values["seen"]
        if seen.encode().translate(None, _NUMBERS):
            raise ValueError("they are no numbers")
        alike._noted = dict(zip(facts.split(_APART), seen.split(_APART), strict=True)) if facts else {}
        alike._words, alike._frequent = values["words"], {*values["frequent"]}
        if not len(alike._prints) == len(alike._lengths) == len(alike._best):
            raise ValueError("they are not of the same episodes")
        return alike


class _Best:
    """Of each episode the score and the place of those that are most like it, one after the other.

    Of ten thousand they are a quarter of a million numbers, of which one more episode changes some hundred.
    """

    def __init__(self) -> None:
        self._numbers, self._ends = array(), [0]
        self._changed: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self) -> None:
        """One more, which none is like."""
        self._ends.append(self._ends[-1])

    def of(self, at: int) -> list[int]:
        """To be changed."""
        found = self._changed.get(at)
        if found is None:
            found = self._changed[at] = self.at(at)
        return found

    def at(self, at: int) -> list[int]:
        """To be looked at."""
        found = self._changed.get(at)
        return self._numbers[self._ends[at] : self._ends[at + 1]].tolist() if found is None else found

    def to_json(self) -> list[str]:
        ends, numbers, after = self._ends, array(), 0
        lengths = [end - start for start, end in pairwise(ends)]
        for at, best in sorted(self._changed.items()):
            numbers += self._numbers[after : ends[at]] + array(best)
            lengths[at], after = len(best), ends[at + 1]
        return [packed(lengths), packed(numbers + self._numbers[after:])]

    @staticmethod
    def from_json(values: Sequence[str]) -> _Best:
        """Raises TypeError, ValueError for what `to_json` did not give."""
        lengths, numbers = values
        best = _Best()
        best._numbers, best._ends = unpacked_array(numbers), [*accumulate(unpacked(lengths), initial=0)]
        if best._ends[-1] != len(best._numbers) or best._ends != sorted(best._ends):
            raise ValueError("they are not of as many")
        return best


class _Ranked(Sequence[Sequence[int]]):
    """Of each episode the places alone. They are taken out when they are asked for."""

    def __init__(self, best: _Best) -> None:
        self._best = best

    def __len__(self) -> int:
        return len(self._best)

    def __getitem__(self, at: Any) -> Any:
        if not 0 <= at < len(self._best):
            raise IndexError(at)
        return self._best.at(at)[1::2]


def _print(subject: Subject) -> str:
    return f"{subject.slug} {subject.print}" if subject.print else ""


def _rarity(having: int, episodes: int) -> int:
    """How often one must halve the episodes until those are left that have it: 0 for what is in most.

    A show is taken to be a little larger than it is, so that what the first two share is more than nothing.
    """
    return max(0, (episodes + _SMALL).bit_length() - having.bit_length())


def _facts(subject: Subject) -> Iterator[tuple[int, str]]:
    for name, values in subject.taxonomies:
        yield from ((_TAXONOMY, f"taxonomy\0{name}\0{value}") for value in _folded(values))
    yield from ((_PERSON, f"person\0{name}") for name in _folded(subject.people))
    yield from ((_ORGANIZATION, f"organization\0{name}") for name in _folded(subject.organizations))


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}
