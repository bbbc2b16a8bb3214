"""A manifest in parts: the same episodes give the same parts, and those that stay are not read again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from publisher.errors import StoreError
from publisher.identity import sha256
from publisher.manifest import (
    Manifest,
    PartLost,
    Released,
    StoredObject,
    indexed_manifest,
    manifest_bytes,
    read_manifest,
    writing,
)
from publisher.manifest.index import index_of, parts_in
from publisher.manifest.listings import cut_listings
from publisher.manifest.pieces import Piece, ReadParts, is_same
from publisher.manifest.writing import Cut, cut, cuts_of, in_parts
from tests.unit.test_manifest import FULL

ONE = FULL.episodes[0]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1)
    monkeypatch.setattr(writing, "_LEAST", 4)
    monkeypatch.setattr(writing, "_MOST", 12)
    monkeypatch.setattr(writing, "_ODDS", 4)


def episodes(count: int) -> tuple[Released, ...]:
    return tuple(
        replace(ONE, slug=f"{at:04}-å", guid=f"guid {at}", title=f"Title “{at}”") for at in range(count)
    )


class Kept:
    """Parts by their keys, as a store has them, and which were read."""

    def __init__(self) -> None:
        self.data: dict[str, bytes] = {}
        self.read: list[str] = []

    def __call__(self, parts: Sequence[StoredObject]) -> list[bytes | None]:
        self.read += [part.key for part in parts]
        return [self.data.get(part.key) for part in parts]

    def store(self, manifest: Manifest) -> tuple[Manifest, tuple[Cut, ...]]:
        cuts = cut(manifest.episodes)
        episodes = [of.part.object if of.part else self.keep(of.data) for of in cuts]
        listings = [of.part or self.keep(of.data) for of in cut_listings(manifest)] if cuts else []
        return in_parts(manifest, episodes, listings), cuts

    def keep(self, data: bytes) -> StoredObject:
        item = StoredObject(f"part {sha256(data)}", sha256(data), len(data), "application/json")
        self.data[item.key] = data
        return item


def with_index(manifest: Manifest, cuts: Sequence[Cut], kept: ReadParts) -> Manifest:
    key, _ = manifest_bytes(manifest)
    found = indexed_manifest(key, b"".join(index_of(key, manifest, cuts)), kept)
    assert found is not None
    return found


def test_a_manifest_in_parts_comes_back() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(50)))
    key, data = manifest_bytes(manifest)
    assert 4 <= len(cuts) <= 13
    assert sum(of.count for of in cuts) == 50
    assert b"Title" not in data
    for read in (read_manifest(key, data, kept), with_index(manifest, cuts, kept)):
        assert read == manifest
        assert manifest_bytes(read) == (key, data)
        assert cuts_of(read) == cut(read.episodes)
        assert [of.places for of in cuts_of(read)] == [of.places for of in cuts]
        assert set(read.all_objects()) >= {part.key for part in manifest.episode_parts}


def test_a_small_manifest_is_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1 << 20)
    assert cut(FULL.episodes) == ()
    assert in_parts(FULL, ()) == FULL


def test_one_that_has_become_small_is_kept_whole_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(20)))
    read = with_index(manifest, cuts, kept)
    monkeypatch.setattr(writing, "WHOLE_BYTES", 1 << 20)
    again, none = kept.store(replace(read, episodes=read.episodes[:3]))
    assert none == ()
    assert read_manifest(*manifest_bytes(again)) == replace(FULL, episodes=episodes(3))


def test_with_the_index_nothing_is_read_until_it_is_asked_for() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(50)))
    read = with_index(manifest, cuts, kept)
    assert [(item.slug, item.guid, item.title, item.published) for item in read.episodes] == [
        (item.slug, item.guid, item.title, item.published) for item in manifest.episodes
    ]
    assert kept.read == []
    assert read.episodes[7].enclosure == ONE.enclosure
    assert len(kept.read) == 1
    new = replace(ONE, slug="new", guid="new")
    more, after = kept.store(replace(read, episodes=(*read.episodes, new)))
    assert [of.part is None for of in after].count(True) == 1
    assert len(kept.read) <= 2
    assert with_index(more, after, kept) == more


def changed(of: Sequence[Released], chance: random.Random) -> list[Released]:
    """With some episodes edited, added, removed and moved."""
    found = [*of]
    for _ in range(chance.randrange(1, 5)):
        place = chance.randrange(len(found))
        new = replace(ONE, slug=f"new-{chance.random()}", guid=f"{chance.random()}")
        match chance.randrange(4):
            case 0:
                found[place] = replace(found[place], title=f"Edited {chance.random()}")
            case 1:
                found.insert(chance.choice((place, len(found))), new)
            case 2 if len(found) > 2:
                del found[place]
            case _:
                found.insert(chance.randrange(len(found)), found.pop(place))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_whoever_has_the_same_episodes_has_the_same_parts(seed: int) -> None:
    chance, kept = random.Random(seed), Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(chance.randrange(1, 60))))
    for _ in range(12):
        read = with_index(manifest, cuts, kept)
        manifest, cuts = kept.store(replace(read, episodes=tuple(changed(read.episodes, chance))))
        plain = [replace(item) for item in manifest.episodes]
        assert not any(item.piece for item in plain)
        anew, _ = Kept().store(replace(manifest, episodes=tuple(plain)))
        assert anew.episode_parts == manifest.episode_parts
        assert manifest_bytes(anew) == manifest_bytes(manifest)


def test_one_more_in_the_middle_moves_only_the_parts_near_it() -> None:
    kept, all_of = Kept(), episodes(300)
    before, _ = kept.store(replace(FULL, episodes=all_of))
    moved = []
    for place in range(0, 300, 20):
        new = replace(ONE, slug="new", guid="new")
        after, _ = kept.store(replace(FULL, episodes=(*all_of[:place], new, *all_of[place:])))
        moved.append(len({*after.episode_parts} - {*before.episode_parts}))
    assert sum(moved) / len(moved) < 4, moved


def test_a_part_that_is_gone_or_damaged_is_said() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(30)))
    key, data = manifest_bytes(manifest)
    part = manifest.episode_parts[1]
    whole = kept.data.pop(part.key)
    for there in (False, True):
        with pytest.raises(PartLost, match=f"{part.key}, a part of the manifest") as raised:
            read_manifest(key, data, kept)
        assert (raised.value.key, raised.value.is_there) == (part.key, there)
        read = with_index(manifest, cuts, kept)
        with pytest.raises(PartLost):
            read.all_objects()
        kept.data[part.key] = whole.replace(b"Title", b"Tidle")
    with pytest.raises(StoreError, match="nowhere to read them"):
        read_manifest(key, data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b'{"episodes":[]}\n',
        b'{"episodes":[{"enclosure":1}]}\n',
        b'{"episodes":[{"enclosure":',
        b'{"episodes":[{"enclosure":{}}],"more":1}\n',
        b'{"format":1,"episodes":[{"enclosure":{}}]}\n',
        b"\xff",
    ],
)
def test_what_is_no_part_is_said_to_be_none(data: bytes) -> None:
    kept = Kept()
    item = StoredObject("part", sha256(data), len(data), "application/json")
    kept.data["part"] = data
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(*manifest_bytes(in_parts(replace(FULL, episodes=()), [item])), kept)


def test_an_index_that_says_another_episode_is_found_out() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(6)))
    turned = replace(manifest, episodes=manifest.episodes[::-1])
    with pytest.raises(StoreError, match="cannot be read from the manifest"):
        with_index(turned, cuts, kept).all_objects()


@pytest.mark.parametrize("place", [0, 70, -3])
def test_a_damaged_index_is_none(place: int) -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(30)))
    key, _ = manifest_bytes(manifest)
    index = bytearray(b"".join(index_of(key, manifest, cuts)))
    assert indexed_manifest(key, bytes(index), kept) == manifest
    index[place] ^= 1
    assert indexed_manifest(key, bytes(index), kept) is None


@pytest.mark.parametrize("text", ["a\0b", "a\1b"])
def test_there_is_no_index_where_columns_could_not_be_told_apart(text: str) -> None:
    manifest, cuts = Kept().store(replace(FULL, episodes=(*episodes(5), replace(ONE, title=text))))
    assert index_of("key", manifest, cuts) == ()


def test_an_index_of_a_manifest_without_pages_and_objects_comes_back() -> None:
    kept = Kept()
    bare = replace(FULL, episodes=episodes(5), pages={}, objects={}, made_of={})
    manifest, cuts = kept.store(bare)
    assert with_index(manifest, cuts, kept) == manifest


def test_an_index_of_another_manifest_is_none() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=episodes(30)))
    key, _ = manifest_bytes(replace(manifest, title="Another"))
    index = b"".join(index_of(manifest_bytes(manifest)[0], manifest, cuts))
    assert indexed_manifest(key, index, kept) is None
    assert indexed_manifest(key, b"", kept) is None


def test_the_parts_of_an_index_are_read_without_the_rest() -> None:
    manifest, cuts = Kept().store(replace(FULL, episodes=episodes(30)))
    index = b"".join(index_of("key", manifest, cuts))
    head = b"\n".join(index.split(b"\n", 2)[:2])
    assert parts_in(head) == {part.key for part in manifest.episode_parts}
    assert parts_in(b"") is parts_in(b"x\n{") is parts_in(b"x\n{}") is parts_in(b"x\n[1]") is None


def test_pieces_of_the_same_part_are_compared_without_reading_it() -> None:
    kept = Kept()
    manifest, cuts = kept.store(replace(FULL, episodes=(*episodes(3), ONE)))
    one, other = (with_index(manifest, cuts, kept).episodes for _ in range(2))
    assert is_same(one[0].piece, other[0].piece)
    assert not is_same(one[0].piece, other[1].piece)
    assert kept.read == []
    piece = one[0].piece
    assert isinstance(piece, Piece)
    assert is_same(piece, bytes(piece))
