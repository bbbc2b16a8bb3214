from __future__ import annotations

from collections.abc import Sequence

import pytest

from publisher.searching.shards import Passage, SearchPage, Shard, folders, shards


def never() -> Sequence[Passage]:
    raise AssertionError("a shard's name needs no page's text")


def page(at: int, language: str = "nb") -> SearchPage:
    return SearchPage(f"episodes/e{at:04}/", language, f"Episode {at}", f"print {at}", never)


def cut(pages: Sequence[SearchPage]) -> tuple[Shard, ...]:
    return shards(pages, version="1.5.2")


PAGES = [page(at) for at in range(1000)]


def test_every_page_is_in_one_shard_in_its_order() -> None:
    program, *data = cut(PAGES)

    assert program.pages == ()
    assert [found for shard in data for found in shard.pages] == PAGES
    lengths = [len(shard.pages) for shard in data]
    large = [length for length in lengths if length > 16]
    assert lengths[: len(large)] == large
    assert all(48 <= length <= 96 for length in large)
    assert sum(lengths[len(large) :]) < 96
    assert len({shard.folder for shard in (program, *data)}) == len(data) + 1


def test_a_shard_is_named_by_what_it_is_made_of() -> None:
    before = cut(PAGES)

    assert cut(PAGES) == before
    assert not {shard.folder for shard in before} & {shard.folder for shard in shards(PAGES, version="1.5.3")}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"fingerprint": "another"},
        {"url": "episodes/another/"},
        {"facts": (("date", "2020"),)},
    ],
)
def test_a_page_that_changed_makes_one_shard_anew(change: dict[str, str]) -> None:
    pages = [*PAGES[:500], PAGES[500]._replace(**change), *PAGES[501:]]  # type: ignore[arg-type]

    before, after = cut(PAGES), cut(pages)

    assert sum(one.folder != other.folder for one, other in zip(before, after, strict=True)) == 1


def test_a_new_episode_makes_one_shard_anew_and_mostly_a_small_one() -> None:
    indexed = []
    for count in range(800, 1000):
        before = {shard.folder for shard in cut(PAGES[:count])}
        (new,) = [shard for shard in cut(PAGES[: count + 1]) if shard.folder not in before]
        indexed.append(len(new.pages))

    large = [length for length in indexed if length > 16]
    assert len(large) <= 200 // 48
    assert sum(indexed) / len(indexed) < 12


def test_an_episode_that_comes_or_goes_in_the_middle_moves_only_the_shards_near_it() -> None:
    before = {shard.folder for shard in cut(PAGES)}
    moved = [
        len({shard.folder for shard in cut([*PAGES[:at], *PAGES[at + 1 :]])} - before)
        for at in range(0, 1000, 50)
    ]

    assert sum(moved) / len(moved) < 3, moved


def test_languages_are_kept_apart() -> None:
    parts = cut([page(1), page(2, "en-GB"), page(3), page(4, "en")])

    assert [(part.language, [found.url for found in part.pages]) for part in parts] == [
        ("nb", []),
        ("nb", ["episodes/e0001/", "episodes/e0003/"]),
        ("en", []),
        ("en", ["episodes/e0002/", "episodes/e0004/"]),
    ]
    assert folders(parts, "en-US") == (parts[2].folder, parts[3].folder)
    assert folders(parts, "sv") == ()


def test_no_page_needs_no_shard() -> None:
    assert cut([]) == ()
