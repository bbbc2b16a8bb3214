"""A feed's copy in parts: it is the feed, and what changes little changes few of them."""

from __future__ import annotations

import pytest

from publisher.build.artifact import Artifact
from publisher.identity import sha256
from publisher.manifest import FEED_KEY, StoredObject
from publisher.release import feed_copy
from publisher.release.feed_copy import store_copy

HEAD, TAIL = b"<rss><channel>\n    ", b"</channel></rss>\n"


class Kept:
    """What was stored, by key."""

    def __init__(self) -> None:
        self.bytes: dict[str, bytes] = {}

    def __call__(self, artifact: Artifact) -> StoredObject:
        with artifact.body.open() as reader:
            self.bytes[artifact.object.key] = reader.read()
        return artifact.object


def item(guid: str, *, length: int = 3000) -> tuple[str, bytes]:
    return guid, f"<item><guid>{guid}</guid>{'x' * length}</item>\n    ".encode()


def copied(items: list[tuple[str, bytes]]) -> tuple[bytes, StoredObject, list[bytes]]:
    """Feed, `feed` of its manifest, and the parts as they were stored."""
    kept = Kept()
    body = HEAD + b"".join(data for _, data in items) + TAIL
    feed, parts = store_copy(body, [(guid, len(data)) for guid, data in items], kept)
    return body, feed, [kept.bytes[part.key] for part in parts or (feed,)]


SHOW = [item(f"guid-{number}") for number in range(2000, 0, -1)]


def test_parts_are_the_feed() -> None:
    body, feed, parts = copied(SHOW)
    assert b"".join(parts) == body
    assert (feed.key, feed.digest, feed.length_bytes) == (FEED_KEY, sha256(body), len(body))
    counts = [part.count(b"<item>") for part in parts]
    assert sum(counts) == 2000
    assert 30 < len(parts) < 65
    assert all(32 <= count <= 64 for count in counts[1:])
    assert all(part.startswith(b"<item>") for part in parts[1:])


def test_a_small_feed_is_kept_whole() -> None:
    body, feed, parts = copied(SHOW[:20])
    assert parts == [body]
    assert feed.key.startswith("releases/feed-")
    assert feed.digest == sha256(body)


def test_one_more_makes_one_part() -> None:
    show, before = list(SHOW), {*copied(SHOW)[2]}
    for number in range(2001, 2101):
        show.insert(0, item(f"guid-{number}"))
        parts = copied(show)[2]
        # Where the newest part has become full it is two: one of them is new, and so is the other.
        assert len({*parts} - before) <= 2
        assert len(parts[0]) < 64 * 3200
        before = {*parts}


@pytest.mark.parametrize("place", [3, 700, 1500, 1999])
def test_a_change_in_the_middle_makes_few_parts(place: int) -> None:
    before = {*copied(SHOW)[2]}
    edited = [*SHOW[:place], item(SHOW[place][0], length=10), *SHOW[place + 1 :]]
    removed = [*SHOW[:place], *SHOW[place + 1 :]]
    added = [*SHOW[:place], item("guid-new"), *SHOW[place:]]
    assert len({*copied(edited)[2]} - before) == 1
    for other in (removed, added):
        body, _, parts = copied(other)
        assert b"".join(parts) == body
        assert len({*parts} - before) <= 8


def test_an_empty_feed_of_any_size_is_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_copy, "WHOLE_BYTES", 1)
    body, _, parts = copied([])
    assert parts == [body]
    body, _, parts = copied(SHOW[:1])
    assert parts == [body]
