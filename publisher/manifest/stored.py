"""Stored objects, and lists of them that stay JSON until one of them is asked for. Pure."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from publisher.cutting import is_end
from publisher.identity import canonical_json

_LEAST, _MOST, _ODDS = 64, 256, 64


class StoredObject(NamedTuple):
    """One object of the release. `digest` is the whole SHA-256."""

    key: str
    digest: str
    length_bytes: int
    type: str


class Block(NamedTuple):
    """Some objects as they stand in a manifest, one after the other.

    Attributes:
        length: how many they are.
        data: canonical JSON, with commas between them: the objects alone, or each behind its name.
        part: as it is stored apart (`publisher.manifest.listings`); None for one that is not.
        made_of: of pages in such a part, what it says that each is made of.
    """

    length: int
    data: bytes
    part: StoredObject | None = None
    made_of: Sequence[str] = ()


class Blocks:
    """Stored objects by their places, taken out of blocks when one of a block is asked for.

    Args:
        keys: of all of them.
        are_named: whether each stands behind its name.
    """

    __slots__ = ("_made", "_starts", "are_named", "beginning", "keys")

    def __init__(
        self,
        blocks: Sequence[Block],
        keys: Sequence[str],
        *,
        are_named: bool,
        made: Sequence[StoredObject] = (),
    ) -> None:
        """Raises ValueError where the blocks have more of them or fewer.

        Args:
            made: all of them, where they have been taken out.
        """
        starts = [*accumulate((block.length for block in blocks), initial=0)]
        if starts.pop() != len(keys) or not all(block.length > 0 for block in blocks):
            raise ValueError("the blocks are not of these objects")
        self.keys, self.are_named = keys, are_named
        self.beginning = dict(zip(starts, blocks, strict=True))
        """Those that begin at a place."""
        self._starts = starts
        self._made: dict[int, Sequence[StoredObject]] = {}
        if made:
            self._made = {
                start: made[start : start + block.length] for start, block in self.beginning.items()
            }

    def __getitem__(self, place: int) -> StoredObject:
        start = self._starts[bisect_right(self._starts, place) - 1]
        made = self._made.get(start)
        if made is None:
            data = self.beginning[start].data
            found = json.loads(b"{%b}" % data).values() if self.are_named else json.loads(b"[%b]" % data)
            # Where two threads ask at once, both make the same.
            made = self._made[start] = [*map(object_of, found)]
        return made[place - start]


_NONE: Final = Blocks((), (), are_named=False)


class Listing(Mapping[str, StoredObject]):
    """Stored objects by name, in the order in which they are listed.

    Each is given itself, or by its place in blocks that were read. Of the twenty thousand of a large show a
    release with one new episode asks for some dozens, and writes the others as they were read.
    """

    __slots__ = ("_blocks", "_of", "_written")

    def __init__(self, of: Mapping[str, StoredObject | int] | None = None, blocks: Blocks = _NONE) -> None:
        self._of: Mapping[str, StoredObject | int] = {} if of is None else of
        self._blocks = blocks
        self._written: dict[bool, list[Block]] = {}

    def __getitem__(self, name: str) -> StoredObject:
        of = self._of[name]
        return of if isinstance(of, StoredObject) else self._blocks[of]

    def __contains__(self, name: object) -> bool:
        return name in self._of

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __repr__(self) -> str:
        return f"Listing({dict(self)!r})"

    def keys(self) -> KeysView[str]:
        return self._of.keys()

    def __or__(self, other: Mapping[str, StoredObject]) -> Listing:
        return Listing({**self._of, **other}, self._blocks)

    def only(self, names: Iterable[str]) -> Listing:
        """Those of these names, in their order. Raises KeyError where one is not among them."""
        of = self._of
        return Listing({name: of[name] for name in names}, self._blocks)

    def by_name(self) -> Listing:
        """The same in the order of their names."""
        names = sorted(self._of)
        return self if names == [*self._of] else self.only(names)

    def by_key(self) -> Listing:
        """The same by their keys."""
        keys = self._blocks.keys
        found = {of.key if isinstance(of, StoredObject) else keys[of]: of for of in self._of.values()}
        return Listing(found, self._blocks)

    def object_keys(self) -> list[str]:
        """The key of each."""
        keys = self._blocks.keys
        return [of.key if isinstance(of, StoredObject) else keys[of] for of in self._of.values()]

    def written(self, *, named: bool) -> list[Block]:
        """Canonical JSON of all of them in their order. Blocks that are as they were read stay so.

        Where a block ends is told by the names of its own (`publisher.cutting`): whoever has the same objects
        has the same blocks.

        Args:
            named: whether each is to stand behind its name.
        """
        found = self._written.get(named)
        if found is None:
            found = self._written[named] = self._as_blocks(named=named)
        return found

    def _as_blocks(self, *, named: bool) -> list[Block]:
        names, of = [*self._of], [*self._of.values()]
        beginning = self._blocks.beginning if self._blocks.are_named is named else {}
        types: dict[str, str] = {}
        found, start = list[Block](), 0
        while start < len(of):
            first = of[start]
            block = None if isinstance(first, StoredObject) else beginning.get(first)
            if block is None or not _stands(names, of, start, block):
                end = next((end for end in range(start + 1, len(of)) if _ends(names, start, end)), len(of))
                items = [
                    item if isinstance(item, StoredObject) else self._blocks[item] for item in of[start:end]
                ]
                block = _block(names[start:end], items, types, named=named)
            found.append(block)
            start += block.length
        return found


def _stands(names: Sequence[str], of: Sequence[StoredObject | int], start: int, block: Block) -> bool:
    """Whether a block would be cut in the same way now."""
    first, end = of[start], start + block.length
    is_whole = isinstance(first, int) and of[start:end] == [*range(first, first + block.length)]
    return is_whole and (end == len(of) or _ends(names, start, end))


def _ends(names: Sequence[str], start: int, end: int) -> bool:
    return is_end(names[end - 1], end - start, least=_LEAST, most=_MOST, odds=_ODDS)


def _block(
    names: Sequence[str], items: Sequence[StoredObject], types: dict[str, str], *, named: bool
) -> Block:
    texts = [_text(item, types) for item in items]
    if named:
        quoted = json.encoder.encode_basestring
        texts = [f"{quoted(name)}:{text}" for name, text in zip(names, texts, strict=True)]
    return Block(len(texts), ",".join(texts).encode())


def listing(of: Mapping[str, StoredObject]) -> Listing:
    return of if isinstance(of, Listing) else Listing(of)


def listed(objects: Iterable[StoredObject]) -> Listing:
    """Objects by their keys."""
    return Listing({item.key: item for item in objects})


def objects_of(values: dict[str, Any]) -> dict[str, StoredObject]:
    return {role: object_of(item) for role, item in values.items()}


def object_of(values: dict[str, Any]) -> StoredObject:
    """An object out of JSON. Raises TypeError where the values are none of one."""
    item = StoredObject(**values)
    key, digest, length_bytes, type_ = item
    # Twenty thousand are read of a large show.
    if not (type(key) is type(digest) is type(type_) is str and type(length_bytes) is int):
        expect(str, key, digest, type_)
        expect(int, length_bytes)
    return item


def expect(kind: type, *values: object) -> None:
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} stands where {kind.__name__} was expected")


def _text(item: StoredObject, types: dict[str, str]) -> str:
    """An object as canonical JSON.

    Args:
        types: what was written of types before.
    """
    quoted = json.encoder.encode_basestring
    key, digest, length_bytes, type_ = item
    if key and length_bytes and type_ and digest.isalnum() and digest.isascii():
        told = types.get(type_) or types.setdefault(type_, quoted(type_))
        return f'{{"digest":"{digest}","key":{quoted(key)},"length_bytes":{length_bytes},"type":{told}}}'
    # What is absent or empty is not written.
    values = {name: value for name, value in item._asdict().items() if value not in ("", None)}
    return canonical_json(values)[:-1].decode()
