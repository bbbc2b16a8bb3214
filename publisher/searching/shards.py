"""Which pages are indexed together. Pure.

A show's index is made in shards of some dozens of pages, and the browser searches in all of them. Each is
named by what it is made of, so that one that has not changed is there already and needs not be made: one
episode more, or one that was edited, costs one shard.

Where a shard ends is told by the addresses of its own pages (`publisher.cutting`). Behind the last end the
newest pages are kept in small shards, so that the next episode has only a few indexed once more; all of them
become one when their end comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from publisher.cutting import is_end
from publisher.identity import DIGEST_CHARACTERS, canonical_json

FOLDER = "search"

_FORM = 1  # Raised when what a bundle is made of stays the same and its files do not.
_LEAST, _MOST, _ODDS = 48, 96, 16
_SMALL = 16  # Pages of a small shard: the more there are, the more files a browser asks for.


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a page that a result can lead to.

    Attributes:
        anchor: what follows the `#` of its address: an element's id, or a moment (`t=754`). Empty where the
            part has no address of its own: then a result leads to the part before it.
        title: what the part is called in the results. A part without one has no address of its own either.
        text: what is searched, plain; a line is a sentence of its own.
    """

    text: str
    anchor: str = ""
    title: str = ""


class SearchPage(NamedTuple):
    """One page to be found.

    Attributes:
        url: relative to the site's root: `episodes/one/`, or with `.html` at its end.
        language: BCP 47. Words are found in whatever form this language gives them.
        fingerprint: differs whenever what `passages` gives does.
        passages: what is searched, in order. It is called only when the page's shard must be made, and may be
            called in another thread.
        facts: what else a result shall know of the page: (name, text), as `meta` in the browser. They are not
            searched.
    """

    url: str
    language: str
    title: str
    fingerprint: str
    passages: Callable[[], Sequence[Passage]]
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """Pages of one language that are indexed together; none for the shard that holds the program alone.

    Attributes:
        language: the primary subtag, in lower case: what Pagefind asks for.
        folder: where its files are stored, with a slash at its end; it holds the digest of all that they are
            made of.
    """

    language: str
    folder: str
    pages: tuple[SearchPage, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether it stays as it is when further pages follow."""
        return len(self.pages) >= _LEAST


def shards(pages: Sequence[SearchPage], *, version: str) -> tuple[Shard, ...]:
    """What must be stored so that all pages can be searched.

    For each language, first the program that runs in the browser, then the shards that it takes in.

    Args:
        pages: in the order of their publication, the oldest first, so that only the last shards change.
        version: of the Pagefind that makes the index.
    """
    found: list[Shard] = []
    primary = {tag: _primary(tag) for tag in {page.language for page in pages}}
    for language in dict.fromkeys([primary[page.language] for page in pages]):
        found.append(_named(language, (), version))
        together: list[SearchPage] = []
        for page in pages:
            if primary[page.language] != language:
                continue
            together.append(page)
            if is_end(page.url, len(together), least=_LEAST, most=_MOST, odds=_ODDS):
                found.append(_named(language, tuple(together), version))
                together = []
        for start in range(0, len(together), _SMALL):
            found.append(_named(language, tuple(together[start : start + _SMALL]), version))
    return tuple(found)


def folders(parts: Sequence[Shard], language: str) -> tuple[str, ...]:
    """The folders a browser needs to search in a language, that of the program first."""
    return tuple(shard.folder for shard in parts if shard.language == _primary(language))


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _named(language: str, pages: tuple[SearchPage, ...], version: str) -> Shard:
    made_of = [
        _FORM,
        version,
        language,
        [[page.url, page.title, page.fingerprint, page.facts] for page in pages],
    ]
    digest = hashlib.sha256(canonical_json(made_of)).hexdigest()[:DIGEST_CHARACTERS]
    return Shard(language, f"{FOLDER}/{digest}/", pages)
