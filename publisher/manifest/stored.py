"""Stored objects, and lists of them that stay JSON until one of them is asked for. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any, Final, NamedTuple

from publisher.identity import canonical_json

_BEFORE_DIGEST: Final = '{"digest":"'
_BEFORE_KEY: Final = '","key":"'
_DIGEST: Final = slice(len(_BEFORE_DIGEST), len(_BEFORE_DIGEST) + 64)
_KEY: Final = _DIGEST.stop + len(_BEFORE_KEY)


class StoredObject(NamedTuple):
    """One object of the release. `digest` is the whole SHA-256."""

    key: str
    digest: str
    length_bytes: int
    type: str


class Listing(Mapping[str, StoredObject]):
    """Stored objects by name, in the order in which they are listed.

    Each is kept as it was given: as an object, or as the canonical JSON that a manifest has of it. Of the
    twenty thousand of a large show a release with one new episode asks for some dozens, and writes the others
    as they were read.
    """

    __slots__ = ("_of",)

    def __init__(self, of: Mapping[str, StoredObject | str] | None = None) -> None:
        self._of: Mapping[str, StoredObject | str] = {} if of is None else of

    def __getitem__(self, name: str) -> StoredObject:
        return _object(self._of[name])

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
        return Listing({**self._of, **listing(other)._of})

    def only(self, names: Iterable[str]) -> Listing:
        """Those of these names, in their order. Raises KeyError where one is not among them."""
        return Listing({name: self._of[name] for name in names})

    def texts(self) -> list[str]:
        """Each as canonical JSON."""
        types: dict[str, str] = {}
        return [of if isinstance(of, str) else _text(of, types) for of in self._of.values()]

    def by_key(self) -> Listing:
        """The same by their keys."""
        return Listing({_key(of): of for of in self._of.values()})


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


def _object(of: StoredObject | str) -> StoredObject:
    return object_of(json.loads(of)) if isinstance(of, str) else of


def _key(of: StoredObject | str) -> str:
    if isinstance(of, str) and of[_DIGEST.stop : _KEY] == _BEFORE_KEY:
        key = of[_KEY : of.index('"', _KEY)]
        if "\\" not in key:
            return key
    return _object(of).key


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
