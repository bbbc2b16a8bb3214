"""A large show: the newest episodes in the feed, the others on archive pages that never change once full."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import podcastparser
import pytest
from lxml import etree

from publisher.feed.paging import archive_pages
from publisher.operations import publish as publish_and_look
from publisher.operations import rollback, verify
from publisher.release import publish
from tests.release.trees import tree
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://podcast.example.com/"
NAMES = {"atom": "http://www.w3.org/2005/Atom", "fh": "http://purl.org/syndication/history/1.0"}


def archives(public: Path) -> dict[str, str]:
    """Digest of each archive page by its key."""
    return {key: digest for key, digest in tree(public).items() if key.startswith("archive/")}


def parsed(public: Path, key: str = "feed.xml") -> Any:
    return etree.fromstring((public / key).read_bytes())


def links(document: Any) -> dict[str, str]:
    return {link.get("rel"): link.get("href") for link in document.iterfind("channel/atom:link", NAMES)}


def titles(document: Any) -> list[str]:
    return [item.findtext("title") for item in document.iterfind("channel/item")]


def walk(public: Path) -> list[Any]:
    """The feed and its archives, as a reader follows them."""
    documents = [parsed(public)]
    while older := links(documents[-1]).get("prev-archive"):
        documents.append(parsed(public, older.removeprefix(URL)))
    return documents


@pytest.mark.parametrize(
    ("episodes", "limit", "pages"),
    [
        (0, 3, ()),
        (3, 3, ()),
        (4, 3, ((0, 1),)),
        (6, 3, ((0, 3),)),
        (8, 3, ((0, 3), (3, 5))),
        (9, None, ()),
        (3, 1, ((0, 1), (1, 2))),
    ],
)
def test_pages_hold_what_the_feed_does_not(
    episodes: int, limit: int | None, pages: tuple[tuple[int, int], ...]
) -> None:
    assert archive_pages(episodes, limit) == pages


def test_a_reader_that_follows_the_archives_finds_every_episode_once(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=8, feed={"limit": 3})
    public = tmp_path / "public"
    outcome = publish_and_look(show, to=str(public), url=URL, now=NOW)
    assert outcome.outside == ()
    documents = walk(public)
    assert [len(titles(document)) for document in documents] == [3, 2, 3]
    assert [title for document in documents for title in titles(document)] == [
        f"About {number:04d}-episode" for number in range(8, 0, -1)
    ]
    assert documents[0].find("channel/fh:archive", NAMES) is None
    assert all(document.find("channel/fh:archive", NAMES) is not None for document in documents[1:])
    assert links(documents[0])["self"] == links(documents[1])["current"] == f"{URL}feed.xml"
    assert links(documents[0])["last"] == links(documents[1])["prev-archive"]
    assert "prev-archive" not in links(documents[2])
    assert "self" not in links(documents[1])
    # podcastparser follows pages by `next`.
    assert podcastparser.parse(URL, (public / "feed.xml").open("rb"))["paged_feed_next"] == urljoin(
        URL, links(documents[0])["prev-archive"]
    )


def test_a_full_page_never_changes(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=5, feed={"limit": 2})
    public = tmp_path / "public"
    publish(show, to=str(public), url=URL, now=NOW)
    full = {key: data for key, data in archives(public).items() if "/feed-0001-" in key}
    assert len(full) == 1
    for number in range(6, 10):
        add_episode(show, f"{number:04d}-episode", number=number, published=f"2025-01-{number:02d}")
        publish(show, to=str(public), url=URL, now=NOW)
    now = archives(public)
    assert full.items() <= now.items()
    assert sum("/feed-0001-" in key for key in now) == 1
    assert len(walk(public)) == 5


def test_step_by_step_gives_the_bytes_of_one_go(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=3, feed={"limit": 2})
    step, once = tmp_path / "step", tmp_path / "once"
    publish(show, to=str(step), url=URL, now=NOW)
    for number in range(4, 8):
        add_episode(show, f"{number:04d}-episode", number=number, published=f"2025-01-{number:02d}")
        publish(show, to=str(step), url=URL, now=NOW)
    publish(show, to=str(once), url=URL, now=NOW)
    assert [etree.tostring(document) for document in walk(step)] == [
        etree.tostring(document) for document in walk(once)
    ]


def test_an_edit_reaches_its_page_and_those_that_name_it(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=8, feed={"limit": 2})
    public, fresh = tmp_path / "public", tmp_path / "fresh"
    publish(show, to=str(public), url=URL, now=NOW)
    before = [etree.tostring(document) for document in walk(public)]
    edit_episode(show, "0003-episode", title="Mended")
    publish(show, to=str(public), url=URL, now=NOW)
    publish(show, to=str(fresh), url=URL, now=NOW)
    after = [etree.tostring(document) for document in walk(public)]
    assert "Mended" in [title for document in walk(public) for title in titles(document)]
    assert after[-1] == before[-1], "the oldest page holds nothing that changed"
    assert after[-2] != before[-2]
    assert after == [etree.tostring(document) for document in walk(fresh)]


def test_without_notes_the_feed_is_lean(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=[{"slug": "0001-a", "notes": "Long **notes**."}])
    rich, lean = tmp_path / "rich", tmp_path / "lean"
    publish(show, to=str(rich), url=URL, now=NOW)
    edit_show(show, feed={"lean": True})
    publish(show, to=str(lean), url=URL, now=NOW)
    assert b"content:encoded" in (rich / "feed.xml").read_bytes()
    assert b"<content:encoded" not in (lean / "feed.xml").read_bytes()
    assert parsed(lean).findtext("channel/item/description") == "In a few words."
    assert "Long <strong>notes" in (lean / "episodes/0001-a/index.html").read_text("utf-8")


def test_a_gzipped_feed_stands_beside_it(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2, feed={"gzip": True})
    public = tmp_path / "public"
    outcome = publish_and_look(show, to=str(public), url=URL, now=NOW)
    assert outcome.outside == ()

    def same() -> bool:
        unpacked = gzip.decompress((public / "feed.xml.gz").read_bytes())
        return bool(etree.tostring(etree.fromstring(unpacked)) == etree.tostring(parsed(public)))

    assert same()
    edit_episode(show, "0001-episode", title="Another")
    publish(show, to=str(public), url=URL, now=NOW)
    assert same()
    rollback(show, "previous", to=str(public))
    assert same()
    assert b"Another" not in gzip.decompress((public / "feed.xml.gz").read_bytes())
    assert verify(show, to=str(public), manifest=True).problems == ()
    edit_show(show, feed=None)
    publish(show, to=str(public), url=URL, now=NOW)
    assert not (public / "feed.xml.gz").exists()
