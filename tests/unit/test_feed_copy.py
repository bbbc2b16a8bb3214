"""A feed's copy in parts: it is the feed, and what changes little changes few of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from publisher.feed.pieces import FeedPieces
from publisher.feed.runs import Run
from publisher.identity import sha256
from publisher.manifest import FEED_KEY, Manifest, StoredObject
from publisher.release import feed_copy
from publisher.release.feed_copy import store_copy
from publisher.release.uploads import Quiet, Uploads
from publisher.store.folder import FolderStore

HEAD, TAIL = b"<rss><channel>\n", b"</channel></rss>\n"


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(FolderStore(tmp_path / "public"), Quiet())


def stored(uploads: Uploads, item: StoredObject) -> bytes:
    found = uploads.store.read(item.key)
    assert found is not None
    assert sha256(found[0])[:24] in item.key
    return found[0]


def run_of(numbers: list[int], *, length: int = 3000) -> tuple[Run, bytes]:
    items = [b"    <item>\n" + f"<guid>{number}</guid>{'x' * length}</item>\n".encode() for number in numbers]
    data = b"".join(items)
    keys = [str(number) for number in numbers]
    return Run(",".join(keys), keys, [len(item) for item in items], sha256(data), True), data


def copied(uploads: Uploads, runs: list[tuple[Run, bytes]]) -> tuple[bytes, StoredObject, list[bytes]]:
    """Feed, `feed` of its manifest, and the parts as they were stored."""
    document = FeedPieces(HEAD, tuple(runs), TAIL)
    body = HEAD + b"".join(data for _, data in runs) + TAIL
    feed, parts = store_copy(uploads, document)
    return body, feed, [stored(uploads, part) for part in parts or (feed,)]


SHOW = [run_of([*range(end, end - 40, -1)]) for end in range(2000, 0, -40)]


def test_parts_are_the_feed(uploads: Uploads) -> None:
    body, feed, parts = copied(uploads, SHOW)
    assert b"".join(parts) == body
    told = sha256("".join(map(sha256, parts)).encode())
    assert (feed.key, feed.digest, feed.length_bytes) == (FEED_KEY, told, len(body))
    assert parts[1:-1] == [data for _, data in SHOW[1:-1]]
    assert parts[0] == HEAD + SHOW[0][1]
    assert parts[-1] == SHOW[-1][1] + TAIL


def test_a_small_feed_is_kept_whole(uploads: Uploads) -> None:
    body, feed, parts = copied(uploads, SHOW[:2])
    assert parts == [body]
    assert feed.key.startswith("releases/feed-")
    assert feed.digest == sha256(body)


def test_one_more_makes_one_part(uploads: Uploads) -> None:
    before = {*copied(uploads, SHOW)[2]}
    count = uploads.count
    parts = copied(uploads, [run_of([2001]), *SHOW])[2]
    assert len({*parts} - before) == uploads.count - count == 2, "the head has gone to another part"
    parts = copied(uploads, [run_of([2002, 2001]), *SHOW])[2]
    assert len({*parts} - {*copied(uploads, [run_of([2001]), *SHOW])[2]}) == 1


def test_an_empty_feed_of_any_size_is_one_part(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_copy, "WHOLE_BYTES", 1)
    for runs in ([], SHOW[:1]):
        body, _, parts = copied(uploads, runs)
        assert parts == [body]


def test_a_feed_is_told_from_others_by_the_digests_of_its_parts(uploads: Uploads) -> None:
    feed, parts = store_copy(uploads, FeedPieces(HEAD, tuple(SHOW), TAIL))
    manifest = Manifest("guid", "", "", "", {}, feed=feed, feed_parts=parts)
    body = b"".join(stored(uploads, part) for part in parts)
    assert manifest.is_feed(body)
    # As releases of before have it, in which the whole was summed once more.
    assert replace(manifest, feed=feed._replace(digest=sha256(body))).is_feed(body)
    for place in (0, len(HEAD), parts[0].length_bytes, len(body) // 2, len(body) - 1):
        changed = bytearray(body)
        changed[place] ^= 1
        assert not manifest.is_feed(bytes(changed)), place
    for other in (b"", body[:-1], body + b"\n", body[1:] + b"\n"):
        assert not manifest.is_feed(other)
    assert not replace(manifest, feed_parts=parts[:-1]).is_feed(body)
    assert not replace(manifest, feed=None).is_feed(body)
    small, _ = store_copy(uploads, FeedPieces(HEAD, (), TAIL))
    assert replace(manifest, feed=small, feed_parts=()).is_feed(HEAD + TAIL)
    assert not replace(manifest, feed=small, feed_parts=()).is_feed(HEAD + TAIL.upper())


def test_an_item_is_found_by_its_place() -> None:
    document = FeedPieces(HEAD, tuple(SHOW), TAIL)
    assert document.count == 2000
    for place in (0, 39, 40, 1999):
        assert document.item(place).startswith(f"    <item>\n<guid>{2000 - place}</guid>".encode())
        assert document.item(place).endswith(b"</item>\n")
    with pytest.raises(IndexError):
        document.item(2000)
