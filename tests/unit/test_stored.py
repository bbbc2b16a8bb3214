"""Lists of stored objects: written as they were read, whatever is added, replaced or taken away."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from publisher.identity import canonical_json, sha256
from publisher.manifest import stored
from publisher.manifest.stored import Block, Blocks, Listing, StoredObject, listed

NAMES = [f'n{number:04} "å" }},{{' for number in range(600)]


def made_up(chance: random.Random, name: str) -> StoredObject:
    key = f"media/{name}-{chance.randrange(10_000)}"
    return StoredObject(
        key, sha256(key.encode()), chance.randrange(3), chance.choice(["audio/mpeg", "text/plain"])
    )


def plain(of: dict[str, StoredObject]) -> list[tuple[str, bytes]]:
    """Each as it has to be written."""
    return [(name, canonical_json(item._asdict())[:-1]) for name, item in of.items()]


def read(written: list[Block], listing: Listing, *, named: bool) -> Listing:
    blocks = Blocks(written, listing.object_keys(), are_named=named)
    return Listing(dict(zip(listing, range(len(listing)), strict=True)), blocks)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_what_was_read_is_written_as_new_would_be(seed: int, named: bool) -> None:
    chance = random.Random(seed)
    wanted = {name: made_up(chance, name) for name in chance.sample(NAMES, chance.randrange(500))}
    listing = Listing(wanted)
    for _ in range(8):
        gone = set(chance.sample(sorted(wanted), min(len(wanted), chance.choice([0, 1, 5, 100]))))
        new = {name: made_up(chance, name) for name in chance.sample(NAMES, chance.choice([0, 1, 7, 90]))}
        wanted = dict(sorted(({name: of for name, of in wanted.items() if name not in gone} | new).items()))
        listing = (listing.only(name for name in listing if name not in gone) | new).only(wanted)
        written = listing.written(named=named)
        told = plain(wanted)
        texts = [canonical_json(name)[:-1] + b":" + of if named else of for name, of in told]
        assert b",".join(block.data for block in written) == b",".join(texts)
        assert sum(block.length for block in written) == len(wanted)
        listing = read(written, listing, named=named)
        assert listing == wanted
        assert dict(listing.by_key()) == {item.key: item for item in wanted.values()}
        assert listing.keys() == wanted.keys()


def test_blocks_that_stay_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    whole = Listing({name: made_up(chance, name) for name in NAMES})
    first = whole.written(named=True)
    again = read(first, whole, named=True)
    loaded = list[str]()
    loads = json.loads

    def noted(text: str) -> Any:
        loaded.append(text)
        return loads(text)

    monkeypatch.setattr("publisher.manifest.stored.json.loads", noted)
    changed = (again | {NAMES[100]: made_up(chance, NAMES[100])}).only(again)
    second = changed.written(named=True)
    assert len(loaded) == 1
    assert len({*first} - {*second}) == 1
    assert [block.length for block in second] == [block.length for block in first]


@pytest.mark.parametrize("seed", range(6))
def test_whoever_has_the_same_objects_has_the_same_blocks(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_LEAST", 3)
    monkeypatch.setattr(stored, "_MOST", 12)
    monkeypatch.setattr(stored, "_ODDS", 5)
    chance = random.Random(seed)
    wanted = {name: made_up(chance, name) for name in sorted(chance.sample(NAMES, 100))}
    listing = Listing(wanted)
    for _ in range(60):
        gone = set(chance.sample(sorted(wanted), chance.randrange(3)))
        new = {name: made_up(chance, name) for name in chance.sample(NAMES, chance.randrange(4))}
        wanted = dict(sorted(({name: of for name, of in wanted.items() if name not in gone} | new).items()))
        listing = (listing.only(name for name in listing if name not in gone) | new).only(wanted)
        written = listing.written(named=False)
        assert written == Listing(wanted).written(named=False)
        listing = read(written, listing, named=False)
    lengths = [block.length for block in written]
    assert min(lengths[:-1]) >= 3
    assert max(lengths) <= 12
    assert len({*lengths}) > 3


@pytest.mark.parametrize(
    "blocks", [[], [Block(2, b"{}")], [Block(1, b"{}"), Block(0, b"")], [Block(-1, b""), Block(2, b"")]]
)
def test_blocks_that_are_not_of_these_objects_are_refused(blocks: list[Block]) -> None:
    with pytest.raises(ValueError, match="not of these"):
        Blocks(blocks, ["a"], are_named=False)


def test_a_name_that_is_not_listed_is_an_error() -> None:
    one = StoredObject("a", "0" * 64, 1, "text/plain")
    listing = listed([one])
    assert listing["a"] == one
    assert listing.get("b") is None
    with pytest.raises(KeyError):
        listing.only(["b"])
