"""After a release the items are looked at that it made; all of them where nothing tells which these are."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.previewing.server import make_app, serving
from publisher.release import publish
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from publisher.verifying import Limits, ReleasedFeed, verify_release
from publisher.verifying.feed import read_feed
from publisher.verifying.web import Web
from tests.support.shows import add_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://show.example/"


def test_only_what_the_release_made_is_read_of_its_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, public = make_show(tmp_path / "show", episodes=5, url=URL), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    add_episode(show, "0099-new", number=99, published="2025-03-01")
    outcome = publish(show, to=str(public), now=NOW)
    assert outcome.manifest is not None
    assert outcome.feed is not None
    read: list[int] = []

    def noted(feed_url: str, data: bytes) -> Any:
        read.append(data.count(b"<item>"))
        return read_feed(feed_url, data)

    monkeypatch.setattr("publisher.verifying.outside.read_feed", noted)
    store = FolderStore(public)
    standing = read_published(store).manifest
    assert standing is not None
    # The neighbour's page leads on to the new one, so it is made again, and no other.
    made = [item.slug for item in outcome.manifest.episodes if not item.piece]
    assert "0099-new" in made
    assert len(made) < 6
    other = replace(outcome.feed, tail=outcome.feed.tail + b" ")
    released = ReleasedFeed(outcome.feed, outcome.feed_digest)
    for manifest, feed, wanted in (
        (outcome.manifest, released, len(made)),
        (outcome.manifest, ReleasedFeed(other, "0" * 64), 6),  # another is served than was released
        (standing, released, 6),  # as it was read: nothing tells what was made
    ):
        read.clear()
        found = verify_release(
            store,
            manifest,
            changed_keys=(),
            limits=Limits(newest=1),
            manifest_key=outcome.manifest_key,
            released=feed,
        )
        assert found.problems == ()
        assert read == [wanted]


def test_a_feed_that_its_etag_tells_is_only_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last byte is changed behind the file system's back: whoever reads to the end finds that."""
    show, public = make_show(tmp_path / "show", episodes=5, url=URL), tmp_path / "public"
    outcome = publish(show, to=str(public), now=NOW)
    assert outcome.manifest is not None
    assert outcome.feed is not None
    feed = public / "feed.xml"
    known = feed.stat()
    with feed.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b" ")
    os.utime(feed, ns=(known.st_atime_ns, known.st_mtime_ns))
    monkeypatch.setattr("publisher.verifying.web.ENOUGH_BYTES", 2048)
    assert known.st_size > 2 * 2048
    released = ReleasedFeed(outcome.feed, outcome.feed_digest, outcome.feed_etag)
    for told, found in (
        (released, set[str]()),
        (replace(released, etag=""), {"verify-digest"}),
        (replace(released, etag='"another"'), {"verify-digest"}),
        (None, {"verify-digest"}),
    ):
        looked = verify_release(
            FolderStore(public),
            outcome.manifest,
            changed_keys=(),
            manifest_key=outcome.manifest_key,
            released=told,
        )
        assert {problem.rule for problem in looked.problems} == found


def test_a_folder_tells_the_etag_with_which_its_feed_is_served(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2, url=URL), tmp_path / "public"
    outcome = publish(show, to=str(public), now=NOW)
    web = Web(Limits(), seconds=30)
    with serving(make_app([public], public_url=URL, local_url=URL)) as url:
        answer = web.ask("HEAD", f"{url}feed.xml")
        web.close()
    assert outcome.feed_etag.startswith('"')
    assert answer.headers["etag"] == outcome.feed_etag
