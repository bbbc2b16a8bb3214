"""The contract of `publisher.store.base`, over every store alike."""

from __future__ import annotations

import hashlib
import inspect
import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.errors import Conflict, ObjectMissing, StoreError
from publisher.store import folder, retrying, s3
from publisher.store.base import Body, Headers, Stored
from tests.store.conftest import KINDS
from tests.store.subjects import TEXT, Subject, body, content_of

BIG_BYTES = 20 << 20


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Body:
    """20 MB that do not repeat, in a file."""
    path: Path = tmp_path_factory.mktemp("big") / "audio.mp3"
    path.write_bytes(os.urandom(BIG_BYTES - 7))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Body(lambda: path.open("rb"), path.stat().st_size, digest)


def test_the_suite_reaches_every_kind_of_store() -> None:
    written = {
        name
        for module in (folder, retrying, s3)
        for name in vars(module)
        if name.endswith("Store") and name != "Store"
    }
    assert written == {"FolderStore", "RetryingStore", "S3Store"}
    assert set(KINDS) == {"folder", "retrying", "swift", "ceph"}
    assert all("subject" in inspect.signature(test).parameters for test in _contract_tests())


def _contract_tests() -> list[Callable[..., None]]:
    tests = [
        value
        for name, value in globals().items()
        if name.startswith("test_") and name != "test_the_suite_reaches_every_kind_of_store"
    ]
    assert len(tests) > 20
    return tests


def test_an_object_comes_back_as_it_was_put(subject: Subject) -> None:
    subject.store.put("feed.xml", body(b"<rss/>"), TEXT)
    found = subject.store.read("feed.xml")
    assert found is not None
    assert found[0] == b"<rss/>"
    assert (found[1].key, found[1].length_bytes) == ("feed.xml", 6)
    assert found[1] == subject.store.head("feed.xml")


def test_what_was_put_is_seen_by_another_machine(subject: Subject) -> None:
    subject.store.put("feed.xml", body(b"<rss/>"), TEXT)
    assert content_of(subject.again(), "feed.xml") == b"<rss/>"
    assert subject.again().head("feed.xml") == subject.store.head("feed.xml")


def test_the_digest_is_known_afterwards(subject: Subject) -> None:
    subject.store.put("notes.html", body(b"notes"), TEXT)
    found = subject.store.head("notes.html")
    assert found is not None
    assert found.digest == hashlib.sha256(b"notes").hexdigest()


def test_the_last_change_is_an_aware_moment_of_just_now(subject: Subject) -> None:
    subject.store.put("notes.html", body(b"notes"), TEXT)
    found = subject.store.head("notes.html")
    assert found is not None
    assert found.modified is not None
    assert found.modified.tzinfo is UTC
    assert abs(datetime.now(UTC) - found.modified) < timedelta(minutes=2)


def test_a_missing_object_is_none_to_look_at_and_an_error_to_open(subject: Subject) -> None:
    assert subject.store.head("media/none.mp3") is None
    assert subject.store.read("media/none.mp3") is None
    assert subject.store.read("media/none.mp3", first_bytes=10) is None
    with pytest.raises(ObjectMissing) as caught:
        subject.store.open("media/none.mp3")
    assert caught.value.key == "media/none.mp3"


def test_only_the_first_bytes_are_read_where_that_is_asked(subject: Subject) -> None:
    subject.store.put("a.mp3", body(bytes(range(200))), TEXT)
    for wanted, got in ((0, 0), (1, 1), (17, 17), (200, 200), (5000, 200)):
        found = subject.store.read("a.mp3", first_bytes=wanted)
        assert found is not None
        assert found[0] == bytes(range(got))
        assert found[1] == subject.store.head("a.mp3")


def test_an_empty_object_is_an_object(subject: Subject) -> None:
    subject.store.put("empty.txt", body(b""), TEXT)
    found = subject.store.head("empty.txt")
    assert found is not None
    assert found.length_bytes == 0
    assert subject.store.read("empty.txt") == (b"", found)
    assert subject.store.read("empty.txt", first_bytes=10) == (b"", found)
    with subject.store.open("empty.txt") as reader:
        assert reader.read() == b""


def test_a_put_takes_the_place_of_what_was_there(subject: Subject) -> None:
    subject.store.put("cover.jpg", body(b"the first and longer one"), TEXT)
    before = subject.store.head("cover.jpg")
    subject.store.put("cover.jpg", body(b"second"), TEXT)
    after = subject.store.head("cover.jpg")
    assert content_of(subject.store, "cover.jpg") == b"second"
    assert before is not None
    assert after is not None
    assert before.version != after.version


def test_a_big_object_arrives_whole_and_can_be_sought_in(subject: Subject, big: Body) -> None:
    told: list[int] = []
    subject.store.put("media/big.mp3", big, Headers("audio/mpeg"), progress=told.append)
    assert sum(told) == big.length_bytes
    assert len(told) > 1
    with subject.store.open("media/big.mp3") as reader:
        assert hashlib.file_digest(reader, "sha256").hexdigest() == big.digest  # type: ignore[arg-type]
        reader.seek(BIG_BYTES // 2)
        middle = reader.read(1000)
    with big.open() as source:
        source.seek(BIG_BYTES // 2)
        assert source.read(1000) == middle
    found = subject.store.head("media/big.mp3")
    assert found is not None
    assert found.length_bytes == big.length_bytes
    assert [entry.version for entry in subject.store.list("media/")] == [found.version]
    first = subject.store.read("media/big.mp3", first_bytes=4096)
    assert first is not None
    assert len(first[0]) == 4096


def test_the_list_is_complete_ordered_and_below_the_prefix(subject: Subject) -> None:
    keys = ["a-b/1.txt", "a/1.txt", "a/b/c/2.txt", "a/b.txt", "a0.txt", "feed.xml", "media/x.mp3", "Z.txt"]
    for key in keys:
        subject.store.put(key, body(key.encode()), TEXT)
    assert [entry.key for entry in subject.store.list()] == sorted(keys)
    assert [entry.key for entry in subject.store.list("a/")] == ["a/1.txt", "a/b.txt", "a/b/c/2.txt"]
    assert [entry.key for entry in subject.store.list("a/b")] == ["a/b.txt", "a/b/c/2.txt"]
    assert [entry.key for entry in subject.store.list("none/")] == []
    for entry in subject.store.list():
        seen = subject.store.head(entry.key)
        assert seen is not None
        assert (entry.length_bytes, entry.version) == (seen.length_bytes, seen.version)


def test_an_empty_store_lists_nothing(subject: Subject) -> None:
    assert list(subject.store.list()) == []


def test_a_long_list_comes_whole(subject: Subject) -> None:
    keys = [f"pages/{number:04}.html" for number in range(1010)]
    with ThreadPoolExecutor(8) as threads:
        if subject.client is None:
            list(threads.map(lambda key: subject.store.put(key, body(b"page"), TEXT), keys))
        else:
            client, names = subject.client, [subject.prefix + key for key in keys]
            list(
                threads.map(
                    lambda name: client.put_object(Bucket=subject.bucket, Key=name, Body=b"page"), names
                )
            )
    assert [entry.key for entry in subject.store.list("pages/")] == keys


def test_a_deleted_object_is_gone_and_may_be_deleted_again(subject: Subject) -> None:
    subject.store.put("a/b/c.txt", body(b"c"), TEXT)
    subject.store.put("a/d.txt", body(b"d"), TEXT)
    subject.store.delete("a/b/c.txt")
    subject.store.delete("a/b/c.txt")
    assert subject.store.head("a/b/c.txt") is None
    assert [entry.key for entry in subject.store.list()] == ["a/d.txt"]


@pytest.mark.parametrize(
    "key", ["../x", "/x", "a//b", "a/../b", "./x", "a/", "", ".hidden", "a\\b", "å.txt", "a\nb"]
)
def test_a_key_that_no_store_can_hold_is_refused(subject: Subject, key: str) -> None:
    for call in (
        lambda: subject.store.put(key, body(b"x"), TEXT),
        lambda: subject.store.replace(key, body(b"x"), TEXT, expected=None),
        lambda: subject.store.head(key),
        lambda: subject.store.read(key),
        lambda: subject.store.open(key),
        lambda: subject.store.delete(key),
    ):
        with pytest.raises(StoreError, match="cannot be the name"):
            call()
    assert list(subject.store.list()) == []


def test_replace_writes_the_first_version_only_once(subject: Subject) -> None:
    first = subject.store.replace("feed.xml", body(b"one"), TEXT, expected=None)
    assert first.version == _version(subject, "feed.xml")
    with pytest.raises(Conflict) as caught:
        subject.again().replace("feed.xml", body(b"other"), TEXT, expected=None)
    assert caught.value.key == "feed.xml"
    assert content_of(subject.store, "feed.xml") == b"one"


def test_replace_goes_from_version_to_version(subject: Subject) -> None:
    stored = subject.store.replace("feed.xml", body(b"0"), TEXT, expected=None)
    for number in range(1, 5):
        stored = subject.again().replace("feed.xml", body(b"%d" % number), TEXT, expected=stored.version)
        assert stored.version == _version(subject, "feed.xml")
        assert (stored.key, stored.length_bytes) == ("feed.xml", 1)
    assert content_of(subject.store, "feed.xml") == b"4"


def test_replace_of_a_stale_version_writes_nothing(subject: Subject) -> None:
    old = subject.store.replace("feed.xml", body(b"old"), TEXT, expected=None)
    new = subject.store.replace("feed.xml", body(b"new"), TEXT, expected=old.version)
    for store in (subject.store, subject.again()):
        with pytest.raises(Conflict):
            store.replace("feed.xml", body(b"late"), TEXT, expected=old.version)
    assert content_of(subject.store, "feed.xml") == b"new"
    assert _version(subject, "feed.xml") == new.version


def test_replace_of_what_is_gone_writes_nothing(subject: Subject) -> None:
    old = subject.store.replace("feed.xml", body(b"old"), TEXT, expected=None)
    subject.store.delete("feed.xml")
    for store in (subject.store, subject.again()):
        with pytest.raises(Conflict):
            store.replace("feed.xml", body(b"late"), TEXT, expected=old.version)
    assert subject.store.head("feed.xml") is None


def test_replace_takes_a_version_that_a_put_made(subject: Subject) -> None:
    subject.store.put("feed.xml", body(b"put"), TEXT)
    version = _version(subject, "feed.xml")
    subject.store.replace("feed.xml", body(b"replaced"), TEXT, expected=version)
    assert content_of(subject.store, "feed.xml") == b"replaced"


def test_replace_leaves_nothing_else_in_the_store(subject: Subject) -> None:
    stored = subject.store.replace("feed.xml", body(b"one"), TEXT, expected=None)
    subject.store.replace("feed.xml", body(b"two"), TEXT, expected=stored.version)
    if subject.client is None:
        assert subject.folder is not None
        files = [path.name for path in subject.folder.rglob("*") if path.is_file()]
        assert sorted(files) == ["feed.xml", "lock"]
    else:
        listed = subject.client.list_objects_v2(Bucket=subject.bucket)["Contents"]
        assert [entry["Key"] for entry in listed] == ["shows/one/feed.xml"]


@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("first", [True, False])
def test_of_eight_racing_writers_exactly_one_wins(subject: Subject, first: bool, attempt: int) -> None:
    # Long enough that looking at the old one and writing the new one take their time.
    contents = [b"writer %d " % number * 200_000 for number in range(8)]
    expected = None
    if not first:
        expected = subject.store.replace("feed.xml", body(b"old" * 700_000), TEXT, expected=None).version
    # A store that has not replaced yet has not found out what it can do.
    subject.store.replace("asked.xml", body(b"x"), TEXT, expected=None)
    writers = 8
    barrier = threading.Barrier(writers)
    machines = [
        subject.again() if subject.store.conditional_writes else subject.store for _ in range(writers)
    ]

    def race(number: int) -> Stored | None:
        barrier.wait(timeout=60)
        try:
            return machines[number].replace("feed.xml", body(contents[number]), TEXT, expected=expected)
        except Conflict:
            return None

    with ThreadPoolExecutor(writers) as threads:
        results = list(threads.map(race, range(writers)))
    winners = [number for number, result in enumerate(results) if result is not None]
    assert len(winners) == 1
    assert content_of(subject.store, "feed.xml") == contents[winners[0]]
    won = results[winners[0]]
    assert won is not None
    assert won.version == _version(subject, "feed.xml")


def test_puts_from_many_threads_all_arrive(subject: Subject) -> None:
    keys = [f"media/{number}.mp3" for number in range(24)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: subject.store.put(key, body(key.encode() * 1000), TEXT), keys))
    assert {entry.key for entry in subject.store.list()} == set(keys)
    assert all(content_of(subject.store, key) == key.encode() * 1000 for key in keys)


def test_big_puts_from_several_threads_all_arrive(subject: Subject, big: Body) -> None:
    keys = [f"media/{number}.mp3" for number in range(3)]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda key: subject.store.put(key, big, TEXT), keys))
    for key in keys:
        with subject.store.open(key) as reader:
            assert hashlib.file_digest(reader, "sha256").hexdigest() == big.digest  # type: ignore[arg-type]


def test_a_reader_never_sees_half_an_object(subject: Subject) -> None:
    """Two whole contents of different length take turns; whatever is read is one of them."""
    contents = {b"a" * 300_000, b"b" * 500_000}
    subject.store.put("feed.xml", body(b"a" * 300_000), TEXT)
    done = threading.Event()

    def keep_writing() -> None:
        try:
            for _ in range(10):
                for content in sorted(contents):
                    subject.store.put("feed.xml", body(content), TEXT)
        finally:
            done.set()

    reads = 0
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(keep_writing)
        reader = subject.again()
        while not done.is_set() or reads == 0:
            content = content_of(reader, "feed.xml")
            assert content in contents, f"{len(content)} bytes, starting with {content[:10]!r}"
            reads += 1
        writing.result(timeout=60)


@pytest.mark.parametrize(
    ("promised", "comes"),
    [
        (b"as promised", b"as PROMISED"),
        (b"as promised", b"as"),
        (b"as", b"as promised"),
        (b"", b"more"),
        (b"x", b""),
    ],
)
@pytest.mark.parametrize("there_before", [True, False])
def test_a_source_that_changed_is_not_stored(
    subject: Subject, promised: bytes, comes: bytes, there_before: bool
) -> None:
    if there_before:
        subject.store.put("feed.xml", body(b"before"), TEXT)
    expected = _version(subject, "feed.xml") if there_before else None
    changed = Body(lambda: io.BytesIO(comes), len(promised), hashlib.sha256(promised).hexdigest())
    with pytest.raises(StoreError, match="changed while it was being copied"):
        subject.store.put("feed.xml", changed, TEXT)
    with pytest.raises(StoreError, match="changed while it was being copied"):
        subject.store.replace("feed.xml", changed, TEXT, expected=expected)
    found = subject.store.read("feed.xml")
    assert (found[0] if found else None) == (b"before" if there_before else None)


def test_a_big_source_that_changed_at_its_very_end_is_not_stored(subject: Subject, big: Body) -> None:
    told: list[int] = []
    with big.open() as source:
        content = source.read()[:-1] + b"!"
    changed = Body(lambda: io.BytesIO(content), big.length_bytes, big.digest)
    with pytest.raises(StoreError, match="changed while it was being copied"):
        subject.store.put("media/big.mp3", changed, TEXT, progress=told.append)
    assert subject.store.head("media/big.mp3") is None
    assert list(subject.store.list()) == []
    if subject.client is not None:
        assert sum(told) == 0
        uploads = subject.client.list_multipart_uploads(Bucket=subject.bucket)
        assert uploads.get("Uploads", []) == []


def test_a_source_that_vanished_is_said_to_be_so(subject: Subject, tmp_path: Path) -> None:
    gone = Body(lambda: (tmp_path / "gone.mp3").open("rb"), 3, "0" * 64)
    with pytest.raises(StoreError, match="could not be read"):
        subject.store.put("media/gone.mp3", gone, TEXT)
    assert subject.store.head("media/gone.mp3") is None


def _version(subject: Subject, key: str) -> str:
    found = subject.again().head(key)
    assert found is not None
    return found.version
