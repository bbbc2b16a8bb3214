"""Runs of items: the feed is the same whatever is kept, and what stays is not made again."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publisher.build.workshop import Workshop
from publisher.feed import FeedItem
from publisher.feed.runs import KeptRuns, Run
from publisher.identity import sha256
from publisher.release.items import feed_item
from tests.unit.feed.test_keys import EPISODE, RELEASED, SHOW


class Kept(dict[str, bytes]):
    """Keeps runs in memory, and counts how often some are read."""

    reads = 0

    def read(self, names: Collection[str]) -> Mapping[str, bytes]:
        self.reads += bool(names)
        return {name: self[name] for name in names if name in self}

    def put(self, name: str, data: bytes) -> None:
        self[name] = data


def _unused(*_: object) -> Any:
    raise AssertionError("an item needs no audio")


SHOP = Workshop(SHOW, Path(), Path(), _unused, _unused, _unused, Path())


class Feeds:
    """Feeds of items that are numbers, one after the other, with what is kept of them."""

    def __init__(self) -> None:
        self.kept = Kept()
        self.known: list[Run] = []
        self.made: list[int] = []

    def feed(self, numbers: Sequence[int]) -> list[tuple[Run, bytes]]:
        """Newest first."""
        self.made = []

        def make(place: int) -> FeedItem:
            self.made.append(numbers[place])
            return feed_item(SHOP, replace(EPISODE, title=f"Part {numbers[place]}"), RELEASED)

        keys = [f"key {number}" for number in numbers]
        kept = KeptRuns(SHOW, self.known, self.kept)
        found = list(kept.of(keys, [f"guid {number}" for number in numbers], make))
        self.known = kept.wanted(keys)
        names = {run.name for run in self.known}
        for name in self.kept.keys() - names:
            del self.kept[name]
        return found


def titles(found: Sequence[tuple[Run, bytes]]) -> list[int]:
    return [int(title) for _, data in found for title in re.findall(rb"<title>Part (\d+)</title>", data)]


def numbers(count: int) -> list[int]:
    return list(range(count, 0, -1))


def test_items_stand_in_their_order_and_each_is_made_once() -> None:
    feeds = Feeds()
    found = feeds.feed(numbers(600))
    assert titles(found) == numbers(600)
    assert sorted(feeds.made) == sorted(numbers(600))
    assert all(32 <= len(run.keys) <= 64 for run, _ in found[1:])
    for run, data in found:
        assert (run.digest, run.length_bytes) == (sha256(data), len(data))
    assert feeds.feed(numbers(600)) == found
    assert feeds.made == []
    assert feeds.kept.reads <= 600 // 32 // 16 + 2


def test_one_more_is_made_and_nothing_else() -> None:
    feeds = Feeds()
    before = {run.name for run, _ in feeds.feed(numbers(300))}
    for count in range(301, 400):
        found = feeds.feed(numbers(count))
        assert feeds.made == [count]
        assert titles(found) == numbers(count)
        # Where the newest run has become full the next one begins.
        assert len({run.name for run, _ in found} - before) == 1
        before = {run.name for run, _ in found}
        assert feeds.kept.keys() == before, "what nobody needs was forgotten"


@pytest.mark.parametrize("harm", ["gone", "shorter", "empty"])
def test_a_run_that_is_lost_is_made_again(harm: str) -> None:
    feeds = Feeds()
    found = feeds.feed(numbers(200))
    run, data = found[2]
    if harm == "gone":
        del feeds.kept[run.name]
    else:
        feeds.kept[run.name] = data[:-1] if harm == "shorter" else b""
    assert feeds.feed(numbers(200)) == found
    assert [f"key {number}" for number in feeds.made] == run.keys


@pytest.mark.parametrize("seed", range(30))
def test_whatever_was_kept_the_runs_are_the_same(seed: int) -> None:
    chance, feeds = random.Random(seed), Feeds()
    listed, newest = numbers(chance.randrange(1, 300)), 1000
    for _ in range(8):
        found = feeds.feed(listed)
        assert found == Feeds().feed(listed)
        assert len(feeds.made) <= len(listed)
        for _ in range(chance.randrange(1, 4)):
            newest += 1
            match chance.randrange(4):
                case 0:
                    listed.insert(chance.choice((0, chance.randrange(len(listed) + 1))), newest)
                case 1 if len(listed) > 1:
                    del listed[chance.randrange(len(listed))]
                case 2:
                    listed[chance.randrange(len(listed))] = newest
                case _:
                    listed.insert(chance.randrange(len(listed)), listed.pop())


def test_what_stands_on_another_page_is_kept() -> None:
    """Archive pages that stand as they did are not asked for."""
    feeds = Feeds()
    keys = [f"key {number}" for number in numbers(300)]
    kept = KeptRuns(SHOW, [], feeds.kept)

    def make(number: int) -> FeedItem:
        return feed_item(SHOP, replace(EPISODE, title=f"Part {number}"), RELEASED)

    archived = [run for run, _ in kept.of(keys[100:], keys[100:], make)]
    listed = [run for run, _ in kept.of(keys[:100], keys[:100], make)]
    assert {run.name for run in kept.wanted(keys)} == {run.name for run in (*archived, *listed)}
    later = KeptRuns(SHOW, kept.wanted(keys), feeds.kept)
    again = [run for run, _ in later.of(keys[:100], keys[:100], _unused)]
    assert again == listed
    assert {run.name for run in later.wanted(keys)} == {run.name for run in (*archived, *listed)}
    assert {run.name for run in later.wanted(keys[:100])} == {run.name for run in listed}
