"""What is known of each episode of the release that stands, so that of one that stays as it is nothing is
worked out again: whether it is as it was, the key of its feed item, and its facets.

It holds while the release, the show and the code are those of which it was noted. In the show's cache it
stands by columns (`publisher.release.columns`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from publisher import __version__
from publisher.cache import Table
from publisher.folder_names import STATE_FOLDER
from publisher.identity import sha256
from publisher.manifest.pieces import is_same
from publisher.model import Show
from publisher.parts import RECIPES
from publisher.planning import Plan, PlannedEpisode
from publisher.reading.kept import KeptEpisode, mark_of, marks_of
from publisher.release.columns import read_columns, write_columns
from publisher.release.published import KEPT, Published, copy_of
from publisher.site.facets import FacetBook, Facets, columns_of
from publisher.state.code import code_stamp

if TYPE_CHECKING:
    from publisher.release.relations import KnownRelations, Relations

_TABLE: Final = "standing"
_RELATIONS: Final = "relations"
_WORDS: Final = "words"
"""Few releases ask for them: those of old episodes are needed where one of these is edited."""
_MARK_CHARACTERS: Final = 20
_LIBRARIES: Final = ("feedgen", "lxml", "markdown-it-py", "linkify-it-py", "nh3", "pagefind-bin")
"""Another version of one of these may write an item or an index otherwise."""


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


class _Row(NamedTuple):
    """What is known of one episode, as texts without line breaks: columns of these are what is noted.

    Attributes:
        mark: of the episode in the folder (`publisher.reading.kept.mark_of`) of which it is known.
        is_same: `1` where a plan found the folder to say what is published.
        item: key of its item in the feed; empty where that is not known.
        lists: topics, people, guests and organizations of its facets, as JSON; empty where they are not
            known, and so are the other facets then.
    """

    slug: str
    mark: str
    is_same: str
    item: str
    lists: str = ""
    listed: str = ""
    named: str = ""
    source: str = ""
    found: str = ""
    date: str = ""
    has_quiz: str = ""


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
        self._columns: Sequence[list[str]] = _NOTHING
        self._sums: list[int] = []
        self._place: dict[str, int] = {}
        """Of each episode that is known, in the columns."""
        self._is_by_this_plan = False
        self._release, self._is_of_release = "", False
        self._taken: frozenset[str] = frozenset()
        self._shared = ""
        self._shards: list[tuple[str, int, str]] = []
        self._is_built_alike = True
        self._holds: frozenset[str] = frozenset()
        self._going_on: tuple[Sequence[PlannedEpisode], dict[str, int]] = ((), {})
        self._facets: dict[str, Facets] = {}
        self._items: dict[str, str] = {}
        self._relations: Relations | None = None

    def read(self, published: Published) -> None:
        """Reads what was noted of the release that stands."""
        if self._state is None or published.manifest is None:
            return
        with Table(self._state, _TABLE) as table:
            noted = table.read(self._scope, [""]).get("", b"")
            try:
                about = _read_about(noted)
                columns = read_columns(table, self._scope, about["sums"], len(_Row._fields))
            except (AttributeError, KeyError, TypeError, ValueError):
                return  # another version's
        if len({*columns[0]}) != len(columns[0]):
            return  # an episode stands twice
        release, planned_by = about["release"], about["planned_by"]
        self._columns, self._sums, self._built_by = columns, about["sums"], about["built_by"]
        self._shared, self._shards = about["shared"], about["shards"]
        self._release, self._is_of_release = release, release == published.manifest_key
        self._place = {slug: place for place, slug in enumerate(columns[0])}
        self._is_by_this_plan = planned_by == self._planned_by
        if not self._is_of_release:
            # Somebody else published meanwhile, most of it as it was.
            old = copy_of(self._state / KEPT, release)
            pieces = {item.slug: item.piece for item in old.episodes} if old else {}
            self._place = {
                item.slug: self._place[item.slug]
                for item in published.manifest.episodes
                if item.slug in self._place
                if item.piece and is_same(pieces.get(item.slug, b""), item.piece)
            }

    def same(self, show: Show) -> frozenset[str]:
        """Slugs of the episodes of the folder that a plan has found to be as they are published."""
        places, marks, is_same = self._place, self._columns[_MARK], self._columns[_IS_SAME]
        held = [
            (slug, is_same[place] == "1")
            for episode, told in zip(show.episodes, marks_of(show.episodes), strict=True)
            if told and (place := places.get(slug := episode.slug)) is not None
            if marks[place] == told
        ]
        self._holds = frozenset([slug for slug, _ in held])
        if not self._is_by_this_plan:
            return frozenset()
        found = [slug for slug, is_as_published in held if is_as_published]
        return self._holds if len(found) == len(held) else frozenset(found)

    def build_for(self, show: Show, states: Mapping[str, object]) -> None:
        """Says what episodes are built for: items and facets that were for another show are forgotten.

        Args:
            show: settled, its pictures by their addresses.
            states: as the workshop has them.
        """
        made = made_by()
        built_by = mark(made, replace(show, episodes=()), sorted(states.items()))
        self._is_built_alike = bool(made) and built_by == self._built_by
        self._built_by, self._made_by = built_by, mark(made) if made else ""

    def facets(self, released: Sequence[PlannedEpisode], make: Callable[[str], Facets]) -> FacetBook:
        """Those of the episodes that go out as they were, as far as they are known.

        Args:
            make: as `FacetBook` takes it.
        """
        if not self._is_built_alike:
            return FacetBook(make)
        lists = self._columns[_LISTS]
        known = {slug: place for slug, place in self._of(released).items() if lists[place]}
        self._taken = frozenset(known)
        return FacetBook(make, known, dict(zip(_Row._fields, self._columns, strict=True)))

    def taken_over(self, plan: Plan) -> frozenset[str]:
        """Slugs of the episodes that go out as they were, with all that others show of them, where the
        release only adds others to them; empty for any other release, and before `facets` was asked."""
        others = plan.show_changes or plan.identity_changes or plan.of("changed", "removed", "re-identified")
        if others or not self._is_of_release or any(planned.before for planned in plan.of("new")):
            return frozenset()
        # One that stays and is not among them is taken for one that was added: it was where it is now.
        return self._taken

    def shared(self) -> str:
        """Fingerprint of what all pages of the release are rendered from (`publisher.release.site.Site`)."""
        return self._shared

    def keep_shared(self, shared: str) -> None:
        self._shared = shared

    def shards(self, plan: Plan, slugs: Sequence[str]) -> list[tuple[str, int]]:
        """The first shards of the search that stand: folders, and how many episodes are in each.

        Args:
            slugs: of the release, in its order.
        """
        # Of one that has not changed nothing is searched that was not before, known or not.
        stay = {planned.slug for planned in plan.of("unchanged")} if self.taken_over(plan) else set[str]()
        found, place = [], 0
        for folder, count, told in self._shards if stay else []:
            together = slugs[place : place + count]
            if mark(*together) != told or not stay.issuperset(together):
                break
            found.append((folder, count))
            place += count
        return found

    def keep_shards(self, shards: Sequence[tuple[str, int]], slugs: Sequence[str]) -> None:
        """Notes the first shards, those that do not change when an episode is added behind them.

        Args:
            shards, slugs: as `shards` gives and takes them.
        """
        self._shards, place = [], 0
        for folder, count in shards:
            self._shards.append((folder, count, mark(*slugs[place : place + count])))
            place += count

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

    def items(self, released: Sequence[PlannedEpisode]) -> dict[str, str]:
        """Keys of the feed items of the episodes that go out as they were, as far as they are known."""
        if not self._is_built_alike:
            return {}
        keys = self._columns[_ITEM]
        return {slug: keys[place] for slug, place in self._of(released).items() if keys[place]}

    def keep_item(self, slug: str, key: str) -> None:
        self._items[slug] = key

    def relations(self) -> KnownRelations | None:
        """What was worked out of the relations of episodes, where that holds for this show."""
        # Imported here: a run that plans and finds nothing to do need not know.
        from publisher.release.relations import KnownRelations

        if self._state is None:
            return None
        with Table(self._state, _TABLE) as table:
            noted = table.read(self._scope, [_RELATIONS]).get(_RELATIONS, b"")
        about, _, values = noted.partition(b"\n")
        by, _, release = about.decode().partition(" ")
        if by != self._built_by:
            return None
        stands = self._is_built_alike and self._is_of_release and release == self._release
        try:
            return KnownRelations.from_json(json.loads(values), is_of_release=stands)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            return None

    def keep_relations(self, relations: Relations) -> None:
        self._relations = relations

    def settle(self, plan: Plan, key: str) -> None:
        """Notes what is known now of the release that stands.

        Args:
            plan: by which it was made, or by which it was found to be what the folder says.
        """
        if self._state is None:
            return
        order, new = self._settled(plan.released)
        if not new and order == [*range(len(self._columns[0]))] and not plan.has_changes:
            return
        with Table(self._state, _TABLE) as table:
            about = {
                "release": key,
                "planned_by": self._planned_by,
                "built_by": self._built_by,
                "shared": self._shared,
                "shards": self._shards,
                "sums": write_columns(table, self._scope, self._columns, new, order, self._sums),
            }
            table.put(self._scope, "", json.dumps(about).encode())
            if self._relations is not None:
                values = json.dumps(self._relations.to_json(), ensure_ascii=False)
                noted = f"{self._built_by} {key}\n{values}"
                # As JSON that is read from bytes is decoded.
                table.put(self._scope, _RELATIONS, noted.encode("utf-8", "surrogatepass"))

    def _settled(self, released: Sequence[PlannedEpisode]) -> tuple[list[int], list[_Row]]:
        """What is known of each episode of a release: its place in the columns, or behind them the rows that
        are new."""
        going_on, is_same = self._of(released), self._columns[_IS_SAME]
        worked_out = self._facets.keys() | self._items.keys()
        order, new = list[int](), list[_Row]()
        for planned in released:
            place = going_on.get(planned.slug)
            if (
                place is not None
                and self._is_by_this_plan
                and is_same[place] == "1"
                and planned.slug not in worked_out
            ):
                order.append(place)
            elif planned.episode and mark_of(planned.episode):
                order.append(len(self._columns[0]) + len(new))
                new.append(self._row(planned, place))
        return order, new

    def _row(self, planned: PlannedEpisode, place: int | None) -> _Row:
        assert planned.episode is not None
        known = _Row("", "", "", "")
        if place is not None and self._is_built_alike:
            known = _Row._make([column[place] for column in self._columns])
        known = known._replace(
            slug=planned.slug,
            mark=mark_of(planned.episode),
            is_same="1" if planned.state == "unchanged" else "0",
            item=self._items.get(planned.slug) or known.item,
        )
        facets = self._facets.get(planned.slug)
        if facets is None:
            return known
        return known._replace(**columns_of(facets))

    def _of(self, released: Sequence[PlannedEpisode]) -> dict[str, int]:
        """Of the episodes that go out as they were, by the folder for which `same` was asked, their places in
        the columns."""
        if self._going_on[0] is not released:
            holds, places = self._holds, self._place
            going_on = {
                planned.slug: places[planned.slug]
                for planned in released
                # A post that was added is none of the folder's.
                if planned.state == "unchanged" and planned.slug in holds
                if isinstance(planned.episode, KeptEpisode)
            }
            self._going_on = released, going_on
        return self._going_on[1]


_MARK, _IS_SAME, _ITEM, _LISTS = (_Row._fields.index(name) for name in ("mark", "is_same", "item", "lists"))
_NOTHING: Final[Sequence[list[str]]] = [[] for _ in _Row._fields]


def _read_about(noted: bytes) -> dict[str, Any]:
    """Raises AttributeError, KeyError, TypeError, ValueError for what `Standing.settle` did not note."""
    values = json.loads(noted)
    shards = [(str(folder), int(count), str(told)) for folder, count, told in values["shards"]]
    texts = {name: str(values[name]) for name in ("release", "planned_by", "built_by", "shared")}
    return texts | {"shards": shards, "sums": [int(total) for total in values["sums"]]}
