"""How long a text may be before directories and apps cut it off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from publisher.checking.rule import PSP1, Found, Rule, Scope, declare
from publisher.model import Episode
from publisher.problems import KeyPath
from publisher.text import feed_html

_MOST: Final = 255

_NOTES: Final = 4000
# Rendering takes a millisecond, and ten thousand of them are ten seconds: it is done only where the Markdown
# does not tell by itself. HTML is longer, mostly by less than a sixth.
_NEAR: Final = 3400
_FAR: Final = 6000

Text = tuple[KeyPath, str, int]


def _show_texts(scope: Scope) -> Iterator[Text]:
    show = scope.show
    yield ("title",), show.title, _MOST
    yield ("author",), show.author, _MOST
    yield ("copyright",), show.copyright, _MOST
    if show.owner:
        yield ("owner", "name"), show.owner.name, _MOST


def _episode_texts(scope: Scope, episode: Episode) -> Iterator[Text]:
    yield ("author",), episode.author, _MOST
    for place, chapter in enumerate(episode.chapters or ()):
        yield ("chapters", place, "title"), chapter.title, _MOST


def _too_long(texts: Iterable[Text]) -> Iterator[Found]:
    for key, text, most in texts:
        if len(text) > most:
            parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
            name = "".join(parts).removeprefix(".")
            yield Found(
                f"{name!r} has {len(text)} characters; apps cut it off after {most}", "shorten it", key
            )


declare(
    Rule(
        "text-length",
        "warning",
        f"a name or a title has at most {_MOST} characters",
        PSP1,
        ("psp1",),
        on_show=lambda scope: _too_long(_show_texts(scope)),
        on_episode=lambda scope, episode: _too_long(_episode_texts(scope, episode)),
    )
)


def _notes(scope: Scope, episode: Episode) -> Iterator[Found]:
    notes = episode.notes
    length = len(notes)
    if length * 4 > _NEAR and not notes.isascii():
        length = len(notes.encode())
    if _NEAR < length <= _FAR:
        length = len(feed_html(notes).encode())
    if length > _NOTES:
        yield Found(
            f"the show notes have about {length:,} bytes once rendered; apps cut them off after {_NOTES:,}",
            "shorten them, or put what matters first: the episode's page shows all of them",
            ("notes",),
        )


declare(
    Rule(
        "notes-length",
        "warning",
        f"show notes have at most {_NOTES:,} bytes once rendered",
        PSP1,
        ("apple", "spotify", "psp1"),
        on_episode=_notes,
    )
)


def _summary(scope: Scope, episode: Episode) -> Iterator[Found]:
    if len(episode.summary) > _MOST:
        yield Found(
            f"the summary has {len(episode.summary)} characters; lists show about {_MOST}",
            "say it in one or two sentences, and the rest in notes.md",
            ("summary",),
        )


declare(
    Rule(
        "summary-length",
        "hint",
        f"a summary has at most {_MOST} characters",
        PSP1,
        ("psp1", "apple", "spotify"),
        on_episode=_summary,
    )
)
