"""Publishing again: only what is new is stored, whatever machine it happens on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from publisher.errors import NeedsDecision, ShowError, StoreError, UsageError
from publisher.manifest import Manifest
from publisher.reading.load import load_show
from publisher.release import Outcome, compare, publish, release
from publisher.release.published import read_published
from publisher.release.uploads import Quiet
from publisher.store.base import Body, Headers, Stored
from publisher.store.folder import FolderStore
from tests.release.feeds import NAMESPACES, read_feed
from tests.release.trees import stats, tree
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class CountingStore(FolderStore):
    """A folder that remembers what was asked of it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls: list[tuple[str, str, int | None]] = []

    def head(self, key: str) -> Stored | None:
        self.calls.append(("head", key, None))
        return super().head(key)

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        self.calls.append(("read", key, first_bytes))
        return super().read(key, first_bytes=first_bytes)

    def open(self, key: str) -> BinaryIO:
        self.calls.append(("open", key, None))
        return super().open(key)

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        self.calls.append(("put", key, None))
        super().put(key, body, headers, progress=progress)


def go(show: Path, store: FolderStore, *, now: datetime = NOW) -> Outcome:
    return release(compare(load_show(show), store, now=now), progress=Quiet())


def manifest(store: Path) -> Manifest:
    found = read_published(FolderStore(store)).manifest
    assert found is not None
    return found


def without_audio(show: Path) -> None:
    for path in show.glob("*/audio.*"):
        path.unlink()


def copied(show: Path, place: Path) -> Path:
    """The show as another machine has it: elsewhere, under another name, with nothing remembered."""
    return Path(shutil.copytree(show, place, ignore=shutil.ignore_patterns(".publisher")))


def test_a_second_run_reads_the_feeds_head_and_writes_nothing(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=3)
    store = CountingStore(tmp_path / "public")
    first = go(show, store)
    assert first.released
    assert first.uploaded == len(tree(store.root))
    before = stats(store.root)
    store.calls.clear()
    second = go(show, store)
    assert (second.released, second.uploaded, second.uploaded_bytes) == (False, 0, 0)
    assert second.manifest_key == first.manifest_key
    assert stats(store.root) == before
    assert store.calls == [("read", "feed.xml", 1024)]


def test_a_bare_machine_uploads_nothing_and_plans_the_same(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=3)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = stats(public)
    other = copied(show, tmp_path / "elsewhere" / "copy")
    store = CountingStore(public)
    outcome = go(other, store)
    assert (outcome.released, outcome.uploaded) == (False, 0)
    assert stats(public) == before
    assert [call for call, _, _ in store.calls] == ["read", "read"]  # the feed's head and its manifest
    here = publish(show, to=str(public), now=NOW, dry_run=True)
    assert outcome.plan.as_json() == here.plan.as_json()


def naming(public: Path, text: bytes) -> set[str]:
    """The pages in which a text stands."""
    found = (path for path in public.rglob("*") if path.suffix in (".html", ".json") and path.is_file())
    keys = {path.relative_to(public).as_posix() for path in found if text in path.read_bytes()}
    return {key for key in keys if not key.startswith(("releases/", "chapters/", "search/"))}


def test_one_change_stores_what_it_touches_and_nothing_else(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=4)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before, named = tree(public), naming(public, b"About 0001-episode")
    edit_episode(show, "0001-episode", title="Mended")
    outcome = publish(show, to=str(public), now=NOW)
    after = tree(public)
    changed = {key for key in after if before.get(key) != after[key]}
    media = {key for key in changed if key.startswith("media/")}
    assert {key for key in changed if key.startswith("releases/")}
    cards = {key for key in changed if key.startswith("images/0001-episode-card-")}
    assert (len(media), len(cards)) == (1, 1)
    others = changed - media - cards
    others = {key for key in others if not key.startswith(("releases/", "search/"))}
    # Its own page, its neighbour's, and every list and suggestion in which it stands.
    expected = {"feed.xml"} | named | naming(public, b"Mended")
    assert expected <= others
    # What is related to others may change with a title, and nothing else of them.
    assert {key.split("/")[0] for key in others - expected} <= {"episodes"}
    assert {"index.html", "episodes/0001-episode/index.html", "episodes/0002-episode/index.html"} <= others
    assert not any(key.startswith(("people/", "organizations/", "404", "site", "robots")) for key in others)
    assert outcome.uploaded == len(changed)
    assert set(before) <= set(after), "old addresses stay alive until they are pruned"


def test_published_audio_may_leave_the_folder(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = stats(public)
    without_audio(show)
    assert publish(show, to=str(public), now=NOW).uploaded == 0
    assert stats(public) == before
    other = copied(show, tmp_path / "copy")
    assert publish(other, to=str(public), now=NOW).uploaded == 0
    add_episode(other, "0003-new", published="2025-01-01", number=3)
    outcome = publish(other, to=str(public), now=NOW)
    assert [item.slug for item in outcome.plan.of("new")] == ["0003-new"]
    assert read_feed(public).titles() == ["About 0003-new", "About 0002-episode", "About 0001-episode"]


SOUNDS = ["cbr-no-header.mp3", "vbr.mp3", "chapters.mp3", "aac.m4a", "chapters.m4a", "index-first.m4a"]


@pytest.mark.parametrize("sound", SOUNDS)
def test_tagging_a_fetched_episode_gives_what_tagging_its_source_gives(tmp_path: Path, sound: str) -> None:
    """Two machines edit the same title; one holds the producer's audio, the other does not."""
    transcript = {"transcript.txt": "Ada: One.\n\nBo: Two."}
    episodes = [{"slug": "0001-a", "sound": sound, "notes": "Some *notes*.", "files": transcript}]
    show = make_show(tmp_path / "show", episodes=episodes)
    bare = copied(show, tmp_path / "bare")
    publish(show, to=str(tmp_path / "one"), now=NOW)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    without_audio(bare)
    for folder, store in ((show, "one"), (bare, "two")):
        edit_episode(folder, "0001-a", title="Another title", season=2)
        outcome = publish(folder, to=str(tmp_path / store), now=NOW)
        assert outcome.plan.of("changed")[0].changes == ("season", "title", "tags")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    released = manifest(tmp_path / "two").episodes[0].enclosure
    assert (tmp_path / "two" / released.object.key).stat().st_size == released.object.length_bytes
    assert released.source_digest == manifest(tmp_path / "one").episodes[0].enclosure.source_digest


def test_audio_that_was_damaged_in_the_store_is_not_published_again(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    without_audio(show)
    media = public / manifest(public).episodes[0].enclosure.object.key
    media.write_bytes(media.read_bytes()[:-1] + b"?")
    before = tree(public)
    edit_episode(show, "0001-episode", title="Another title")
    with pytest.raises(StoreError, match="damaged"):
        publish(show, to=str(public), now=NOW)
    assert tree(public) == before


def test_an_episode_that_was_never_published_needs_its_audio(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    add_episode(show, "0002-silent", sound=None, number=2)
    before = stats(public)
    with pytest.raises(ShowError) as raised:
        publish(show, to=str(public), now=NOW)
    errors = [problem for problem in raised.value.problems if problem.is_error]
    assert [(problem.rule, problem.path) for problem in errors] == [
        ("audio-missing", "show/0002-silent/episode.yaml")
    ]
    assert raised.value.exit_status == 1
    assert stats(public) == before


def test_a_renamed_folder_keeps_its_guid_and_its_enclosure(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = manifest(public).by_slug()["0001-episode"]
    (show / "0001-episode").rename(show / "0001-better")
    outcome = publish(show, to=str(public), now=NOW)
    after = manifest(public).by_slug()["0001-better"]
    assert outcome.plan.of("changed")[0].changes == ("folder",)
    assert (after.guid, after.enclosure) == (before.guid, before.enclosure)
    assert (public / "episodes/0001-better/index.html").is_file()
    assert "About" not in (public / "episodes/0001-episode/index.html").read_text("utf-8")
    assert publish(show, to=str(public), now=NOW).uploaded == 0


def test_swapped_folders_keep_their_guids(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    guids = {item.title: item.guid for item in manifest(public).episodes}
    (show / "0001-episode").rename(show / "_aside")
    (show / "0002-episode").rename(show / "0001-episode")
    (show / "_aside").rename(show / "0002-episode")
    publish(show, to=str(public), now=NOW)
    assert {item.title: item.guid for item in manifest(public).episodes} == guids
    page = (public / "episodes/0001-episode/index.html").read_text("utf-8")
    assert "About 0002-episode" in page
    assert publish(show, to=str(public), now=NOW).uploaded == 0


@pytest.mark.parametrize("keys", [{"published": None}, {"published": "2031-01-01"}], ids=["draft", "later"])
def test_what_is_taken_back_needs_a_person(tmp_path: Path, keys: dict[str, str | None]) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = stats(public)
    edit_episode(show, "0001-episode", **keys)
    with pytest.raises(NeedsDecision) as raised:
        publish(show, to=str(public), now=NOW)
    assert raised.value.exit_status == 5
    assert "--allow-removal" in raised.value.help
    assert stats(public) == before
    publish(show, to=str(public), now=NOW, allow_removal=True)
    assert read_feed(public).titles() == ["About 0002-episode"]
    page = (public / "episodes/0001-episode/index.html").read_text("utf-8")
    assert "This episode was removed" in page
    assert "About 0001-episode" not in page


def test_a_change_of_guid_needs_a_person(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    edit_episode(show, "0001-episode", guid="another")
    with pytest.raises(NeedsDecision, match="another GUID") as raised:
        publish(show, to=str(public), now=NOW)
    assert "--allow-guid-change" in raised.value.help
    publish(show, to=str(public), now=NOW, allow_guid_change=True)
    assert manifest(public).episodes[0].guid == "another"


def test_a_guid_in_use_is_refused_before_anything_else(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    edit_episode(show, "0002-episode", guid=manifest(public).by_slug()["0001-episode"].guid)
    with pytest.raises(ShowError) as raised:
        publish(show, to=str(public), now=NOW, allow_guid_change=True)
    assert "duplicate-guid" in {problem.rule for problem in raised.value.problems}


def test_a_change_of_the_shows_guid_needs_a_person(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    guid = "9b024349-ccf0-5f69-a609-6b82873eab3c"
    edit_show(show, guid=guid)
    with pytest.raises(NeedsDecision, match="re-identify the show"):
        publish(show, to=str(public), now=NOW)
    publish(show, to=str(public), now=NOW, allow_guid_change=True)
    assert manifest(public).guid == guid


def test_a_move_keeps_every_guid(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=2, url="https://one.example/")
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = manifest(public)
    outcome = publish(show, to=str(public), now=NOW, url="https://two.example/pod")
    after = manifest(public)
    assert after.url == "https://two.example/pod/"
    assert outcome.feed_url == "https://two.example/pod/feed.xml"
    assert (after.guid, [item.guid for item in after.episodes]) == (
        before.guid,
        [item.guid for item in before.episodes],
    )
    assert "one.example" not in (public / "feed.xml").read_text("utf-8")


@pytest.mark.parametrize("url", ["ftp://e.example/", "e.example", "https://e.example/?a=1", "https://e x/"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    show = make_show(tmp_path / "show")
    with pytest.raises(UsageError, match="cannot be the public address"):
        publish(show, to=str(tmp_path / "public"), url=url, now=NOW)
    assert not (tmp_path / "public").exists()


def test_hosts_and_chapters_that_are_taken_away_are_gone(tmp_path: Path) -> None:
    """An empty list is not the same as saying nothing."""
    show = make_show(tmp_path / "show", episodes=[{"slug": "0001-a", "sound": "chapters.mp3"}], hosts=["Ada"])
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    assert "podcast:chapters" in (public / "feed.xml").read_text("utf-8")
    edit_episode(show, "0001-a", hosts=[], chapters=[])
    assert publish(show, to=str(public), now=NOW).plan.of("changed")[0].changes == (
        "chapters",
        "hosts",
        "tags",
    )
    item = read_feed(public).items[0]
    assert item.find("podcast:chapters", NAMESPACES) is None
    assert item.find("podcast:person", NAMESPACES) is None


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    outcome = publish(show, to=str(tmp_path / "public"), now=NOW, dry_run=True)
    assert (outcome.released, outcome.uploaded, outcome.manifest_key) == (False, 0, "")
    assert [item.state for item in outcome.plan.episodes] == ["new"]
    assert not (tmp_path / "public").exists()
