"""Objects and pages of a manifest in parts: the same ones give the same parts, and few are new."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from publisher.errors import StoreError
from publisher.identity import canonical_json, sha256
from publisher.manifest import (
    Manifest,
    PartLost,
    StoredObject,
    indexed_manifest,
    listing,
    manifest_bytes,
    read_manifest,
)
from publisher.manifest import stored as storing
from publisher.manifest.index import index_of
from publisher.manifest.listings import cut_listings
from publisher.manifest.writing import cuts_of, in_parts
from tests.unit import test_manifest_parts
from tests.unit.test_manifest import FULL
from tests.unit.test_manifest_parts import Kept, episodes, with_index

small = test_manifest_parts.small


@pytest.fixture(autouse=True)
def small_listings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_LEAST", 4)
    monkeypatch.setattr(storing, "_MOST", 12)
    monkeypatch.setattr(storing, "_ODDS", 4)


def made_up(key: str, told: object = "") -> StoredObject:
    return StoredObject(key, sha256(f"{key} {told}".encode()), 1000, "text/html")


def shown(count: int) -> Manifest:
    """With so many pages and as many objects."""
    pages = {
        f'episodes/{at:04} “å"/index.html': made_up(f'episodes/{at:04} “å"/index.html') for at in range(count)
    }
    objects = {f"search:{at:04}": made_up(f"search/{at}") for at in range(count)}
    made_of = {key: sha256(key.encode())[:12] for key in pages}
    return replace(FULL, episodes=episodes(5), pages=pages, objects=objects, made_of=made_of)


def test_they_come_back() -> None:
    kept = Kept()
    whole = shown(60)
    manifest, cuts = kept.store(whole)
    key, data = manifest_bytes(manifest)
    assert not json.loads(data).keys() & {"objects", "pages", "made_of", "episodes"}
    assert 2 * 60 / 12 <= len(manifest.listing_parts) <= 2 * 60 / 4 + 1
    for part in manifest.listing_parts:
        assert canonical_json(json.loads(kept.data[part.key])) == kept.data[part.key]
    for read in (read_manifest(key, data, kept), with_index(manifest, cuts, kept)):
        assert read == manifest
        assert [*read.pages] == [*whole.pages]
        assert in_parts(read, []) == whole
        assert manifest_bytes(read) == (key, data)
        assert [of.part for of in cut_listings(read)] == [*manifest.listing_parts]
        assert set(read.all_objects()) >= {part.key for part in manifest.listing_parts}


def test_few_stand_in_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [of.block for of in cut_listings(shown(20))]
    monkeypatch.setattr("publisher.manifest.writing.WHOLE_BYTES", sum(len(block.data) for block in blocks))
    assert cut_listings(shown(20)) == ()
    assert cut_listings(shown(21)) != ()


def changed(manifest: Manifest, chance: random.Random) -> Manifest:
    """With some pages and objects edited, added and removed, and some made of something else."""
    pages, objects, made_of = {**manifest.pages}, {**manifest.objects}, {**manifest.made_of}
    for _ in range(chance.randrange(1, 5)):
        key = chance.choice([*pages])
        match chance.randrange(5):
            case 0:
                pages[key] = made_up(key, chance.random())
            case 1:
                new = f"topics/{chance.random()}/index.html"
                pages[new], made_of[new] = made_up(new), "new"
            case 2:
                made_of[key] = str(chance.random())
            case 3 if len(pages) > 2:
                del pages[key], objects[chance.choice([*objects])]
                made_of.pop(key, None)
            case _:
                name = f"search:{chance.random()}"
                objects[name] = made_up(name)
                made_of.pop(key, None)
    # A release lists the pages that it keeps as it read them.
    of_pages = listing(manifest.pages) | {
        key: of for key, of in pages.items() if manifest.pages.get(key) != of
    }
    of_objects = listing(manifest.objects) | {
        name: of for name, of in objects.items() if manifest.objects.get(name) != of
    }
    return replace(
        manifest,
        pages=of_pages.only(sorted(pages)),
        objects=of_objects.only(sorted(objects)),
        made_of=made_of,
    )


@pytest.mark.parametrize("seed", range(30))
def test_whoever_has_the_same_has_the_same_parts(seed: int) -> None:
    chance, kept = random.Random(seed), Kept()
    manifest, cuts = kept.store(shown(chance.randrange(3, 60)))
    for _ in range(12):
        read = with_index(manifest, cuts, kept)
        manifest, cuts = kept.store(changed(read, chance))
        assert manifest == read_manifest(*manifest_bytes(manifest), kept)
        anew, _ = Kept().store(_plain(manifest))
        assert anew.listing_parts == manifest.listing_parts
        assert manifest_bytes(anew) == manifest_bytes(manifest)


def _plain(manifest: Manifest) -> Manifest:
    return replace(manifest, pages={**manifest.pages}, objects={**manifest.objects})


def test_what_changes_is_stored_anew_and_nothing_else() -> None:
    kept = Kept()
    manifest, cuts = kept.store(shown(300))
    read = with_index(manifest, cuts, kept)
    key = [*read.pages][150]
    for other in (
        replace(read, pages=listing(read.pages) | {key: made_up(key, "other")}),
        replace(read, made_of=read.made_of | {key: "of something else"}),
        replace(read, made_of={of: told for of, told in read.made_of.items() if of != key}),
        replace(read, objects=listing(read.objects) | {"search:0150": made_up("other")}),
    ):
        assert [of.part for of in cut_listings(other)].count(None) == 1
        again, of = kept.store(other)
        assert len({*again.listing_parts} - {*manifest.listing_parts}) == 1
        assert with_index(again, of, kept) == again == replace(other, listing_parts=again.listing_parts)
    assert not {part.key for part in manifest.listing_parts} & {*kept.read}


def test_a_part_that_is_gone_or_damaged_is_said() -> None:
    kept = Kept()
    manifest, _ = kept.store(shown(30))
    key, data = manifest_bytes(manifest)
    for part in manifest.listing_parts[:: len(manifest.listing_parts) - 1]:
        whole = kept.data.pop(part.key)
        with pytest.raises(PartLost, match=f"{part.key}, a part of the manifest, is not there"):
            read_manifest(key, data, kept)
        kept.data[part.key] = whole.replace(b"1000", b"1001")
        with pytest.raises(PartLost, match="is damaged"):
            read_manifest(key, data, kept)
        kept.data[part.key] = whole
    with pytest.raises(StoreError, match="nowhere to read them"):
        read_manifest(key, data)


_ITEM = canonical_json(made_up("a/index.html")._asdict())[:-1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}\n",
        b'{"objects":{}}\n',
        b'{"pages":[]}\n',
        b'{"made_of":{"a/index.html":"1"}}\n',
        b'{"made_of":{"b":"1"},"pages":[%b]}\n' % _ITEM,
        b'{"made_of":{"a/index.html":1},"pages":[%b]}\n' % _ITEM,
        b'{"made_of":[],"pages":[%b]}\n' % _ITEM,
        b'{"pages":[%b,%b]}\n' % (_ITEM, _ITEM),
        b'{"pages": [%b]}\n' % _ITEM,
        b'{"pages":[%b]}' % _ITEM,
        b'{"pages":{"a":%b}}\n' % _ITEM,
        b'{"objects":{"a":%b},"pages":[%b]}\n' % (_ITEM, _ITEM),
        b'{"objects": {"a":%b}}\n' % _ITEM,
        b'{"objects":{"a":%b}}' % _ITEM,
        b'{"objects":{"a":{"key":1}}}\n',
        b'{"objects":[%b]}\n' % _ITEM,
        b"\xff",
    ],
)
def test_what_is_no_part_is_said_to_be_none(data: bytes) -> None:
    kept = Kept()
    manifest = in_parts(replace(FULL, objects={}, pages={}, made_of={}, episodes=()), [], [kept.keep(data)])
    with pytest.raises(StoreError, match="cannot be read"):
        read_manifest(*manifest_bytes(manifest), kept)


def test_two_parts_that_list_the_same_are_found_out() -> None:
    kept = Kept()
    bare = replace(FULL, objects={}, pages={}, made_of={}, episodes=())
    parts = [kept.keep(b'{"pages":[%b]}\n' % _ITEM)] * 2
    with pytest.raises(StoreError, match="what another part lists"):
        read_manifest(*manifest_bytes(in_parts(bare, [], parts)), kept)


def test_what_no_page_is_made_of_has_no_place_in_a_part() -> None:
    manifest = replace(shown(30), made_of={"no page": "1"})
    assert cut_listings(manifest) == ()
    stored, _ = Kept().store(manifest)
    assert stored.listing_parts == ()


@pytest.mark.parametrize("more", [-1, 1])
def test_an_index_with_other_parts_is_none(more: int) -> None:
    kept = Kept()
    manifest, cuts = kept.store(shown(30))
    parts = (manifest.listing_parts * 2)[: len(manifest.listing_parts) + more]
    other = replace(manifest, listing_parts=parts)
    key, _ = manifest_bytes(other)
    assert indexed_manifest(key, b"".join(index_of(key, other, cuts)), kept) is None


def test_a_manifest_that_was_read_has_an_index_too() -> None:
    kept = Kept()
    manifest, _ = kept.store(shown(60))
    read = read_manifest(*manifest_bytes(manifest), kept)
    again = with_index(read, cuts_of(read), kept)
    assert again == manifest
    assert [of.part for of in cut_listings(again)] == [*manifest.listing_parts]
