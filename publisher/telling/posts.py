"""The text of a post, cut to what a network takes. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

DEFAULT_TEXT: Final = "{title}\n\n{url}"
_ZWJ: Final = "\u200d"


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted.

    Attributes:
        guid: the episode's: the same one is not posted twice.
        url: of the episode's page; stands in the text.
        made: when the release was made, in ISO 8601 with an offset; the same for every try.
        language: BCP 47; empty where it is not known.
        summary: what stands on the card under the text.
    """

    guid: str
    title: str
    url: str
    show: str
    made: str
    published_microseconds: int
    text: str = DEFAULT_TEXT
    language: str = ""
    summary: str = ""


def text_of(post: Post, most: int) -> str:
    """The post's text in at most so many graphemes: the title is cut where it would be longer, and where that
    does not do, only the address is left."""
    template = post.text or DEFAULT_TEXT

    def filled(title: str, show: str) -> str:
        # One pass: a title may hold braces.
        places = {"{title}": title, "{url}": post.url, "{show}": show}
        found, rest = "", template
        while rest:
            at = {place: rest.find(place) for place in places if place in rest}
            if not at:
                return (found + rest).strip()
            place = min(at, key=lambda name: at[name])
            found += rest[: at[place]] + places[place]
            rest = rest[at[place] + len(place) :]
        return found.strip()

    whole = filled(post.title, post.show)
    over = count(whole) - most
    if over <= 0:
        return whole
    title = list(graphemes(post.title))
    for length in range(len(title) - 1, 0, -1):
        text = filled("".join(title[:length]).rstrip() + "…", post.show)
        if count(text) <= most:
            return text
    return post.url


def count(text: str) -> int:
    return sum(1 for _ in graphemes(text))


def graphemes(text: str) -> Iterator[str]:
    """What a reader takes for one character, near enough for a limit: never fewer than Unicode counts
    (https://www.unicode.org/reports/tr29/), but for Hangul written in parts."""
    cluster = ""
    for character in text:
        if cluster and (
            unicodedata.category(character) in ("Mn", "Me", "Mc")
            or character == _ZWJ
            or cluster.endswith(_ZWJ)
            or "\U0001f3fb" <= character <= "\U0001f3ff"
            or (_is_flag(character) and len(cluster) == 1 and _is_flag(cluster))
            or (character == "\n" and cluster == "\r")
        ):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
