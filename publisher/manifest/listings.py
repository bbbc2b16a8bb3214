"""Objects and pages of a large show's manifest, stored apart in parts of some dozens. Pure.

A manifest lists every object: for ten thousand episodes those are some megabytes, of which one new episode
changes a few lines. Its parts are named by their content, as those with episodes are
(`publisher.manifest.pieces`), and a release stores those that are new.

A part holds objects of the show by what they are, or pages and what each of them is made of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from publisher.identity import canonical_json
from publisher.manifest import writing
from publisher.manifest.model import Manifest
from publisher.manifest.pieces import ReadParts, sound
from publisher.manifest.stored import (
    Block,
    Blocks,
    Listing,
    StoredObject,
    expect,
    listing,
    object_of,
    objects_of,
)

_OBJECTS, _OBJECTS_END = b'{"objects":{', b"}}\n"
_PAGES, _PAGES_END = b'"pages":[', b"]}\n"
"""In JSON a quotation mark inside a text is never alone, so what is looked for here stands in no text."""
_PARTS_OF_PAGES: Final = ({"pages"}, {"made_of", "pages"})


class ListingCut(NamedTuple):
    """Objects or pages that stand together.

    Attributes:
        part: as it stands in the release before; None for one that has to be stored.
        block: its objects or pages.
        made_of: by the key of each page what it is made of, as far as that is known; None for objects.
    """

    part: StoredObject | None
    block: Block
    made_of: Mapping[str, str] | None

    @property
    def data(self) -> bytes:
        """The part's bytes."""
        if self.made_of is None:
            return _OBJECTS + self.block.data + _OBJECTS_END
        told = {key: of for key, of in self.made_of.items() if of}
        made_of = b'"made_of":%b,' % canonical_json(told)[:-1] if told else b""
        return b"{" + made_of + _PAGES + self.block.data + _PAGES_END


class Listings(NamedTuple):
    """All that the parts of a manifest list."""

    objects: Listing
    pages: Listing
    made_of: dict[str, str]


def cut_listings(manifest: Manifest) -> tuple[ListingCut, ...]:
    """How a release's objects and pages are kept in parts, those of the objects first; empty where they are
    few enough to stand in the manifest."""
    of_objects = listing(manifest.objects).by_name().written(named=True)
    of_pages = listing(manifest.pages).written(named=False)
    length = sum(len(block.data) for block in (*of_objects, *of_pages))
    # Parts have no place for what no page is made of.
    if length <= writing.WHOLE_BYTES or not manifest.made_of.keys() <= manifest.pages.keys():
        return ()
    objects = [ListingCut(block.part, block, None) for block in of_objects]
    return (*objects, *_cut_pages(manifest, of_pages))


def _cut_pages(manifest: Manifest, blocks: Sequence[Block]) -> Iterator[ListingCut]:
    keys, start = [*manifest.pages], 0
    for block in blocks:
        own = keys[start : start + block.length]
        made_of = {key: manifest.made_of.get(key, "") for key in own}
        # A page may have the same bytes again, and be made of something else.
        is_same = [*made_of.values()] == [*block.made_of]
        yield ListingCut(block.part if is_same else None, block, made_of)
        start += block.length


def read_listings(parts: Sequence[StoredObject], read_parts: ReadParts) -> Listings:
    """What the parts of a manifest list.

    Raises:
        PartLost: a part is not there, or damaged.
        ValueError, KeyError, TypeError, AttributeError: one is none.
    """
    of_objects, of_pages, all_made_of = _Found(), _Found(), dict[str, str]()
    for item, found in zip(parts, read_parts(parts), strict=True):
        data = sound(item, found)
        values = json.loads(data)
        if values.keys() == {"objects"}:
            of_objects.add(item, objects_of(values["objects"]), _between(data, _OBJECTS, _OBJECTS_END))
        elif values.keys() in _PARTS_OF_PAGES:
            pages = {page.key: page for page in map(object_of, values["pages"])}
            made_of = values.get("made_of", {})
            expect(str, *made_of.values())
            if not made_of.keys() <= pages.keys() or len(pages) != len(values["pages"]):
                raise ValueError(f"{item.key} does not list each page once")
            told = [made_of.get(key, "") for key in pages]
            of_pages.add(item, pages, _between(data, _PAGES, _PAGES_END), told)
            all_made_of |= made_of
        else:
            raise ValueError(f"{item.key} is no part of a manifest")
    return Listings(of_objects.listing(are_named=True), of_pages.listing(are_named=False), all_made_of)


class _Found:
    """Objects or pages out of parts, in their order."""

    def __init__(self) -> None:
        self._items: dict[str, StoredObject] = {}
        self._blocks: list[Block] = []

    def add(
        self, part: StoredObject, items: Mapping[str, StoredObject], data: bytes, made_of: Sequence[str] = ()
    ) -> None:
        """Raises ValueError for a part without any, or with one that another part has."""
        if not items or not self._items.keys().isdisjoint(items):
            raise ValueError(f"{part.key} lists nothing, or what another part lists")
        self._items |= items
        self._blocks.append(Block(len(items), data, part, made_of))

    def listing(self, *, are_named: bool) -> Listing:
        items = [*self._items.values()]
        blocks = Blocks(self._blocks, [item.key for item in items], are_named=are_named, made=items)
        return Listing(dict(zip(self._items, range(len(items)), strict=True)), blocks)


def _between(data: bytes, opening: bytes, closing: bytes) -> bytes:
    """Raises ValueError where a part is not written as we write it."""
    start = data.index(opening) + len(opening)
    if not data.endswith(closing):
        raise ValueError("a part of a manifest does not end where it should")
    return data[start : -len(closing)]


def as_read(blocks: Sequence[Block], parts: Sequence[StoredObject], made_of: Sequence[str]) -> list[Block]:
    """Blocks out of an index, with the parts that they are stored in.

    Args:
        parts: of these blocks.
        made_of: of all their pages; none for objects.

    Raises:
        ValueError: there are more of them, or fewer.
    """
    found, start = list[Block](), 0
    for block, part in zip(blocks, parts, strict=True):
        told = made_of[start : start + block.length]
        found.append(block._replace(part=part, made_of=told))
        start += block.length
    return found
