"""A show that moves keeps its GUIDs and tells apps the way; what is removed or renamed leaves word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from publisher.manifest import Manifest
from publisher.operations import plan as plan_of
from publisher.operations import prune, publish, rollback, verify
from publisher.release.published import read_published
from publisher.store.folder import FolderStore
from tests.release.trees import run
from tests.support.shows import add_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OLD, NEW = "https://old.example.com/", "https://new.example.com/"
NAMES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "atom": "http://www.w3.org/2005/Atom",
}


def channel(public: Path) -> Any:
    return etree.fromstring((public / "feed.xml").read_bytes()).find("channel")


def guids(public: Path) -> tuple[str, ...]:
    found = channel(public)
    items = [item.findtext("guid") for item in found.iterfind("item")]
    return (found.findtext("podcast:guid", namespaces=NAMES), *items)


def moved_to(public: Path) -> str | None:
    text: str | None = channel(public).findtext("itunes:new-feed-url", namespaces=NAMES)
    return text


def manifest(public: Path) -> Manifest:
    found = read_published(FolderStore(public)).manifest
    assert found is not None
    return found


def page(public: Path, slug: str) -> str:
    return (public / f"episodes/{slug}/index.html").read_text("utf-8")


def test_another_url_keeps_every_guid_and_names_the_new_feed(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2, url=OLD), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = guids(public)
    assert moved_to(public) is None
    edit_show(show, url=NEW)
    outcome = publish(show, to=str(public), now=NOW)
    assert guids(public) == before
    assert moved_to(public) == f"{NEW}feed.xml"
    (notice,) = outcome.notices
    assert f"from {OLD}feed.xml to {NEW}feed.xml" in notice
    assert "301" in notice
    # It stays, and says so once.
    add_episode(show, "0003-more", number=3, published="2025-01-01")
    outcome = publish(show, to=str(public), now=NOW)
    assert outcome.notices == ()
    assert moved_to(public) == f"{NEW}feed.xml"
    assert publish(show, to=str(public), now=NOW).uploaded == 0


def test_a_plan_says_so_beforehand(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", url=OLD), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    edit_show(show, feed_url="https://feeds.example.com/show")
    assert plan_of(show, to=str(public), now=NOW).moved_from == f"{OLD}feed.xml"
    said = run("plan", show, "--to", public)
    assert said.returncode == 0
    assert "redirect (301)" in said.stderr
    assert str(public) not in said.stderr


def test_there_and_back(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", url=OLD), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = guids(public)
    edit_show(show, url=NEW)
    publish(show, to=str(public), now=NOW)
    edit_show(show, url=OLD)
    publish(show, to=str(public), now=NOW)
    assert moved_to(public) == f"{OLD}feed.xml"
    assert guids(public) == before


def test_new_feed_url_of_the_show_goes_first(tmp_path: Path) -> None:
    elsewhere = "https://elsewhere.example.com/rss"
    show, public = make_show(tmp_path / "show", url=OLD), tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    edit_show(show, url=NEW, new_feed_url=elsewhere)
    publish(show, to=str(public), now=NOW)
    assert moved_to(public) == elsewhere


def test_a_removed_episode_leaves_word(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=3, language="nb"), tmp_path / "public"
    publish(show, to=str(public), url=OLD, now=NOW)
    was = page(public, "0002-episode")
    (show / "0002-episode").rename(show / "_0002-episode")
    outcome = publish(show, to=str(public), url=OLD, now=NOW, allow_removal=True)
    assert outcome.outside == ()
    text = page(public, "0002-episode")
    assert "Denne episoden er fjernet" in text
    assert '<meta name="robots" content="noindex">' in text
    assert "About 0002" not in text
    assert verify(show, to=str(public), manifest=True).problems == ()
    # It lasts, also when the pages are made anew.
    edit_show(show, title="Another name")
    publish(show, to=str(public), url=OLD, now=NOW)
    assert "Another name" in page(public, "0002-episode")
    assert publish(show, to=str(public), url=OLD, now=NOW).uploaded == 0
    # Back again, it is an episode's page.
    (show / "_0002-episode").rename(show / "0002-episode")
    publish(show, to=str(public), url=OLD, now=NOW)
    assert "About 0002" in page(public, "0002-episode")
    assert manifest(public).former == {}
    assert "About 0002" in was


def test_a_renamed_episode_leaves_the_way(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2), tmp_path / "public"
    publish(show, to=str(public), url=OLD, now=NOW)
    (show / "0001-episode").rename(show / "0001-better")
    publish(show, to=str(public), url=OLD, now=NOW)
    text = page(public, "0001-episode")
    assert '<meta http-equiv="refresh" content="0; url=../../episodes/0001-better/">' in text
    assert f'<link rel="canonical" href="{OLD}episodes/0001-better/">' in text
    # Renamed again, both old addresses lead to where it is now.
    (show / "0001-better").rename(show / "0001-best")
    publish(show, to=str(public), url=OLD, now=NOW)
    for slug in ("0001-episode", "0001-better"):
        assert "url=../../episodes/0001-best/" in page(public, slug)


def test_a_rollback_brings_the_page_back(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2), tmp_path / "public"
    publish(show, to=str(public), url=OLD, now=NOW)
    (show / "0002-episode").rename(show / "_0002-episode")
    publish(show, to=str(public), url=OLD, now=NOW, allow_removal=True)
    assert "This episode was removed" in page(public, "0002-episode")
    rollback(show, "previous", to=str(public))
    assert "About 0002" in page(public, "0002-episode")
    rollback(show, "previous", to=str(public))
    assert "This episode was removed" in page(public, "0002-episode")


def test_a_prune_keeps_the_word(tmp_path: Path) -> None:
    show, public = make_show(tmp_path / "show", episodes=2), tmp_path / "public"
    publish(show, to=str(public), url=OLD, now=NOW)
    (show / "0002-episode").rename(show / "_0002-episode")
    publish(show, to=str(public), url=OLD, now=NOW, allow_removal=True)
    pruned = prune(show, to=str(public), yes=True, now=datetime(2099, 1, 1, tzinfo=UTC))
    assert pruned.removable
    assert "This episode was removed" in page(public, "0002-episode")
    assert verify(show, to=str(public), manifest=True).problems == ()
