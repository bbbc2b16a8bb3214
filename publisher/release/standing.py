"""What is known of each episode of the release that stands, so that of one that stays as it is nothing is
worked out again: whether it is as it was, the key of its feed item, and its facets.

It holds while the release, the show and the code are those of which it was noted. All of it is one value in
the show's cache, by columns: ten thousand are read at once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from publisher import __version__
from publisher.cache import Table
from publisher.folder_names import STATE_FOLDER
from publisher.identity import sha256
from publisher.manifest.pieces import is_same
from publisher.model import Show
from publisher.parts import RECIPES
from publisher.planning import Plan, PlannedEpisode
from publisher.reading.kept import KeptEpisode, mark_of
from publisher.release.published import KEPT, Published, copy_of
from publisher.site.alike import Alike
from publisher.site.facets import Facets, Heard
from publisher.state.code import code_stamp

_TABLE: Final = "standing"
_ALIKE: Final = "alike"
_WORDS: Final = "words"
"""Few releases ask for them: those of old episodes are needed where one of these is edited."""
_MARK_CHARACTERS: Final = 20
_LIBRARIES: Final = ("feedgen", "lxml", "markdown-it-py", "linkify-it-py", "nh3")
"""Another version of one of these may write an item otherwise."""


def mark(*said: object) -> str:
    """Tells plain data and frozen dataclasses from others: their representation says all that is in them."""
    return sha256(repr(said).encode("utf-8", "surrogatepass"))[:_MARK_CHARACTERS]


def made_by() -> str:
    """Tells whatever makes items and pages from any other; empty where it cannot be told."""
    code, versions = code_stamp(), _versions()
    if not code or not versions:
        return ""
    return ", ".join((f"publisher {__version__}", code, f"recipe {RECIPES['feed']}", versions))


@functools.cache
def _versions() -> str:
    """Those of the libraries, as they were loaded; empty where they cannot be told."""
    # Imported here: a run that plans and finds nothing to do need not know.
    from importlib import metadata

    try:
        return ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    except metadata.PackageNotFoundError:
        return ""


class Known(NamedTuple):
    """What is known of one episode.

    Attributes:
        mark: of the episode in the folder (`publisher.reading.kept.mark_of`) of which it is known.
        is_same: whether a plan found the folder to say what is published.
        item: key of its item in the feed; empty where that is not known.
        facets: but for the words, which are kept apart; None where they are not known.
        lists: those of the facets, as JSON.
    """

    mark: str
    is_same: bool
    item: str
    facets: Facets | None
    lists: str


class Standing:
    """What is known of the episodes of the release of one feed.

    Args:
        root: the show folder; None for what remembers nothing.
        scope: tells the feed from others of the same show.
        show: settled.
        asked: whatever else a plan is made by.
    """

    def __init__(self, root: Path | None, scope: str, show: Show, *asked: object) -> None:
        code = code_stamp()
        self._state = root / STATE_FOLDER if root and code else None
        self._scope = mark(scope)
        self._planned_by = mark(code, replace(show, episodes=()), asked)
        self._made_by = self._built_by = ""
        self._known: dict[str, Known] = {}
        self._facets: dict[str, Facets] = {}
        self._items: dict[str, str] = {}
        self._holds: frozenset[str] = frozenset()
        self._alike: Alike | None = None

    def read(self, published: Published) -> None:
        """Reads what was noted of the release that stands."""
        if self._state is None or published.manifest is None:
            return
        with Table(self._state, _TABLE) as table:
            noted = table.read(self._scope, [""]).get("")
        if noted is None:
            return
        try:
            (release, planned_by, self._built_by), columns = json.loads(noted)
            known = _unpacked(columns, is_same=planned_by == self._planned_by)
        except (AttributeError, TypeError, ValueError):
            return  # another version's
        if release != published.manifest_key:
            # Somebody else published meanwhile, most of it as it was.
            old = copy_of(self._state / KEPT, release)
            pieces = {item.slug: item.piece for item in old.episodes} if old else {}
            same = {
                item.slug
                for item in published.manifest.episodes
                if item.piece and is_same(pieces.get(item.slug, b""), item.piece)
            }
            known = {slug: of for slug, of in known.items() if slug in same}
        self._known = known

    def same(self, show: Show) -> frozenset[str]:
        """Slugs of the episodes of the folder that a plan has found to be as they are published."""
        known = self._known
        self._holds = frozenset(
            [
                episode.slug
                for episode in show.episodes
                if episode.slug in known and known[episode.slug].mark == mark_of(episode) != ""
            ]
        )
        return frozenset([slug for slug in self._holds if known[slug].is_same])

    def build_for(self, show: Show, states: Mapping[str, object]) -> None:
        """Says what episodes are built for: items and facets that were for another show are forgotten.

        Args:
            show: settled, its pictures by their addresses.
            states: as the workshop has them.
        """
        made = made_by()
        built_by = mark(made, replace(show, episodes=()), sorted(states.items()))
        if not made or built_by != self._built_by:
            self._known = {
                slug: known._replace(item="", facets=None, lists="") for slug, known in self._known.items()
            }
        self._built_by, self._made_by = built_by, mark(made) if made else ""

    def facets(self, planned: PlannedEpisode) -> Facets | None:
        """Those of an episode that goes out as it was; None where they are not known."""
        known = self._of(planned)
        return known.facets if known else None

    def keep_facets(self, slug: str, facets: Facets) -> None:
        self._facets[slug] = facets

    def words(self, sources: Collection[str]) -> dict[str, str]:
        """Words of texts by the fingerprints of their episodes (`Facets.source`), of those that are known."""
        with Table(self._state, _WORDS) as table:
            return {source: words.decode() for source, words in table.read(self._made_by, sources).items()}

    def keep_words(self, words: Mapping[str, str]) -> None:
        """Keeps words by the fingerprints of their episodes."""
        if not self._made_by:
            return
        with Table(self._state, _WORDS) as table:
            for source, of in words.items():
                table.put(self._made_by, source, of.encode())

    def item(self, planned: PlannedEpisode) -> str:
        """Key of the feed item of an episode that goes out as it was; empty where it is not known."""
        known = self._of(planned)
        return known.item if known else ""

    def keep_item(self, slug: str, key: str) -> None:
        self._items[slug] = key

    def alike(self) -> Alike | None:
        """How much the episodes of the release share, where that is known."""
        if self._state is None:
            return None
        with Table(self._state, _TABLE) as table:
            noted = table.read(self._scope, [_ALIKE]).get(_ALIKE, b"")
        by, _, values = noted.partition(b"\n")
        try:
            return Alike.from_json(json.loads(values)) if by == self._built_by.encode() else None
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def keep_alike(self, alike: Alike) -> None:
        self._alike = alike

    def settle(self, plan: Plan, key: str) -> None:
        """Notes what is known now of the release that stands.

        Args:
            plan: by which it was made, or by which it was found to be what the folder says.
        """
        if self._state is None:
            return
        new = self._facets.keys() | self._items.keys()
        known = {}
        for planned in plan.released:
            slug, of = planned.slug, self._of(planned)
            if of and of.is_same and slug not in new:
                known[slug] = of
            elif planned.episode and mark_of(planned.episode):
                known[slug] = self._now(planned, of)
        if known == self._known and not plan.has_changes:
            return
        noted = [key, self._planned_by, self._built_by], _packed(known)
        with Table(self._state, _TABLE) as table:
            table.put(self._scope, "", json.dumps(noted, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            if self._alike is not None:
                values = json.dumps(self._alike.to_json()).encode()
                table.put(self._scope, _ALIKE, self._built_by.encode() + b"\n" + values)

    def _now(self, planned: PlannedEpisode, known: Known | None) -> Known:
        assert planned.episode is not None
        slug, of = planned.slug, mark_of(planned.episode)
        item = self._items.get(slug) or (known.item if known else "")
        made = self._facets.get(slug)
        if made:
            return Known(of, planned.state == "unchanged", item, made, json.dumps(made[_TEXTS:_LISTS]))
        facets, lists = (known.facets, known.lists) if known else (None, "")
        return Known(of, planned.state == "unchanged", item, facets, lists)

    def _of(self, planned: PlannedEpisode) -> Known | None:
        """What is known of an episode that goes out as it was, by the folder for which `same` was asked."""
        if planned.state != "unchanged" or planned.slug not in self._holds:
            return None
        # A post that was added is none of the folder's.
        return self._known[planned.slug] if isinstance(planned.episode, KeptEpisode) else None


_TEXTS: Final = Facets._fields.index("topics")
_LISTS: Final = Facets._fields.index("has_quiz")
"""Of the facets, so many are texts, and those up to here lists of texts."""
_UNKNOWN: Final = Facets("", "", "", "", "")


def _packed(known: Mapping[str, Known]) -> list[str]:
    """As columns, one text each with a line for each episode: ten thousand rows would each have to be begun
    and ended, and lists that were read are written as they were."""
    rows = [
        (slug, of.mark, of.item, of.lists or "[]", *facets[:_TEXTS], "01"[of.is_same], "01"[facets.has_quiz])
        for slug, of in known.items()
        for facets in (of.facets or _UNKNOWN,)
    ]
    return ["\n".join(column) for column in zip(*rows, strict=True)]


def _unpacked(columns: list[str], *, is_same: bool) -> dict[str, Known]:
    """Raises AttributeError, TypeError, ValueError for what `_packed` did not give."""
    if not columns:
        return {}
    slugs, marks, items, lists, *texts, same, quizzes = [column.split("\n") for column in columns]
    facets: list[Facets | None] = []
    parts = zip(json.loads(f"[{','.join(lists)}]"), zip(*texts, strict=True), quizzes, strict=True)
    for of_lists, of_texts, quiz in parts:
        if not of_lists:
            facets.append(None)
            continue
        topics, people, guests, organizations = of_lists
        heard = tuple([Heard._make(person) for person in people])
        facets.append(Facets._make((*of_texts, topics, heard, guests, organizations, quiz == "1", "")))
    if len({*slugs}) != len(slugs):
        raise ValueError("an episode stands twice")
    is_so = [is_same and of == "1" for of in same]
    found = map(Known._make, zip(marks, is_so, items, facets, lists, strict=True))
    return dict(zip(slugs, found, strict=True))
