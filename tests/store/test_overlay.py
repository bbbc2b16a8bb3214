"""A preview's store: reads through, writes on top."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.errors import Conflict, ObjectMissing, StoreError
from publisher.store.folder import FolderStore
from publisher.store.overlay import OverlayStore
from tests.store.subjects import TEXT, body, content_of


@pytest.fixture
def base(tmp_path: Path) -> FolderStore:
    """What is published: a, c, feed.xml."""
    store = FolderStore(tmp_path / "published")
    for key in ("a.txt", "c.txt", "feed.xml"):
        store.put(key, body(b"published"), TEXT)
    return store


@pytest.fixture
def overlay(tmp_path: Path, base: FolderStore) -> OverlayStore:
    """The preview: b new, c changed."""
    top = FolderStore(tmp_path / "preview")
    for key in ("b.txt", "c.txt"):
        top.put(key, body(b"preview"), TEXT)
    return OverlayStore(top, base)


def test_reads_come_from_the_top_and_then_from_below(overlay: OverlayStore, base: FolderStore) -> None:
    assert [content_of(overlay, key) for key in ("a.txt", "b.txt", "c.txt")] == [
        b"published",
        b"preview",
        b"preview",
    ]
    assert overlay.head("a.txt") == base.head("a.txt")
    assert overlay.read("c.txt", first_bytes=3) == (b"pre", overlay.head("c.txt"))
    with overlay.open("a.txt") as below, overlay.open("b.txt") as above:
        assert (below.read(), above.read()) == (b"published", b"preview")
    assert overlay.head("d.txt") is None
    with pytest.raises(ObjectMissing):
        overlay.open("d.txt")


def test_the_list_shows_each_object_once_and_in_order(overlay: OverlayStore) -> None:
    listed = list(overlay.list())
    assert [entry.key for entry in listed] == ["a.txt", "b.txt", "c.txt", "feed.xml"]
    assert listed[2] == overlay.head("c.txt")
    assert [entry.key for entry in overlay.list("c")] == ["c.txt"]


def test_writes_leave_what_is_published_alone(overlay: OverlayStore, base: FolderStore) -> None:
    before = [(entry.key, entry.version) for entry in base.list()]
    overlay.put("a.txt", body(b"new"), TEXT)
    overlay.put("d.txt", body(b"new"), TEXT)
    overlay.delete("d.txt")
    assert content_of(overlay, "a.txt") == b"new"
    assert overlay.head("d.txt") is None
    assert [(entry.key, entry.version) for entry in base.list()] == before


def test_what_is_published_cannot_be_deleted_from_above(overlay: OverlayStore, base: FolderStore) -> None:
    for key in ("a.txt", "c.txt"):
        with pytest.raises(StoreError, match="only looked at"):
            overlay.delete(key)
    assert content_of(overlay, "c.txt") == b"preview"


def test_replace_expects_the_version_from_below(overlay: OverlayStore, base: FolderStore) -> None:
    published = base.head("feed.xml")
    assert published is not None
    for wrong in (None, "another"):
        with pytest.raises(Conflict):
            overlay.replace("feed.xml", body(b"preview"), TEXT, expected=wrong)
    first = overlay.replace("feed.xml", body(b"preview"), TEXT, expected=published.version)
    with pytest.raises(Conflict):
        overlay.replace("feed.xml", body(b"again"), TEXT, expected=published.version)
    overlay.replace("feed.xml", body(b"again"), TEXT, expected=first.version)
    assert content_of(overlay, "feed.xml") == b"again"
    assert content_of(base, "feed.xml") == b"published"
