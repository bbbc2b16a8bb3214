"""Private feeds in plans, past releases and previews; a prune takes nothing that one of them needs."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import mutagen
import pytest

from publisher.errors import Conflict, StoreError, UsageError
from publisher.model import PrivateFeed
from publisher.operations import history, plan, prune, publish, rollback, verify
from publisher.previewing.server import address, bind, make_app, serving
from publisher.previewing.standing import standing
from publisher.private import token
from publisher.release import Outcome
from publisher.release.prune import Pruning, _pruned
from publisher.release.published import read_published
from publisher.store import PrefixedStore
from publisher.store.folder import FolderStore
from tests.release.feeds import read_feed
from tests.release.past import age, feed
from tests.release.test_prune import RacedStore
from tests.release.trees import run, stats, tree
from tests.support.checker import FolderSide, check
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://podcast.example.com/"
SECRET = "planted-and-long-enough-to-be-one"
OTHER = "another-secret-that-is-long-enough"
MEMBERS: dict[str, Any] = {"name": "members", "secret": "MEMBERS_SECRET"}
FRIENDS: dict[str, Any] = {"name": "friends", "secret": "FRIENDS_SECRET"}
TOKEN = token(PrivateFeed("members", "MEMBERS_SECRET"), SECRET)
LATER = timedelta(days=31)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", SECRET)
    monkeypatch.setenv("FRIENDS_SECRET", OTHER)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "public"


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return make_show(tmp_path / "show", episodes=2, feeds=[MEMBERS])


def go(show: Path, public: Path, **options: Any) -> Outcome:
    return publish(show, to=str(public), url=URL, now=NOW, **options)


def members(public: Path) -> Path:
    return public / "private" / TOKEN


def assert_whole(folder: Path) -> None:
    """Everything that the feed there, its manifest and its pages name is there too."""
    base = URL if folder.name == "public" else f"{URL}private/{folder.name}/"
    report = check(FolderSide(folder), base=base, feeds=[feed(folder)])
    assert report.feed is not None
    assert report.findings == []


def got(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return str(answer.read().decode())


def pruned(show: Path, public: Path, *, former_feeds: bool = False) -> Pruning:
    """As in 31 days, when all that lies there now is older than the grace period."""
    return prune(show, to=str(public), yes=True, former_feeds=former_feeds, now=datetime.now(UTC) + LATER)


def silenced(show: Path, public: Path, *words: str, **settings: Any) -> str:
    """What the command line says, which is no address of a private feed."""
    done = run(*words[:1], show, *words[1:], "--to", public, env={"MEMBERS_SECRET": SECRET}, **settings)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert TOKEN not in said
    assert SECRET not in said
    return said


class TestPlan:
    def test_it_says_what_would_change(self, show: Path, public: Path) -> None:
        edit_show(show, feeds=[MEMBERS | {"early": "48h"}])
        go(show, public)
        add_episode(show, "0003-soon", number=3, published="2026-01-02 18:00")
        planned = plan(show, to=str(public), url=URL, now=NOW)
        (feed,) = planned.private
        assert not planned.has_changes
        assert feed.plan is not None
        assert [episode.slug for episode in feed.plan.of("new")] == ["0003-soon"]
        assert planned.would_release
        before = tree(public)
        said = silenced(show, public, "plan", "--now", NOW.isoformat())
        assert "private feed members:\n+ new" in said
        assert "a publish would release this" in said
        said = silenced(show, public, "publish", "--dry-run", "--now", NOW.isoformat())
        assert "0003-soon" in said
        assert "private feed members: this would be released" in said
        assert tree(public) == before
        said = silenced(show, public, "plan", "--json", "--now", NOW.isoformat())
        document = json.loads(said)["shows"][0]
        assert (document["changes"], document["would_release"]) == (False, True)
        assert document["private"][0]["plan"]["changes"]
        go(show, public)
        planned = plan(show, to=str(public), url=URL, now=NOW)
        assert not planned.would_release

    def test_a_feed_that_cannot_be_planned_keeps_no_other(
        self, show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        edit_show(show, feeds=[MEMBERS, FRIENDS, MEMBERS | {"name": "third", "secret": "THIRD_SECRET"}])
        go(show, public)
        (members(public) / "feed.xml").write_text("somebody was here")
        edit_episode(show, "0002-episode", title="Another")
        planned = plan(show, to=str(public), url=URL, now=NOW)
        broken, friends, unknown = planned.private
        assert planned.has_changes
        assert isinstance(broken.error, StoreError)
        assert friends.plan is not None
        assert friends.plan.has_changes
        assert unknown.problems[0].rule == "feed-left"
        assert planned.exit_status == 3

    def test_a_move_is_told_without_the_address(self, show: Path, public: Path) -> None:
        go(show, public)
        said = silenced(show, public, "publish", "--url", "https://new.example.com/", "--no-verify")
        assert "private feed members: the feed moves" in said
        assert "https://new.example.com/(private feed members)/feed.xml" in said


class TestPast:
    def test_each_feed_has_releases_of_its_own(self, show: Path, public: Path) -> None:
        go(show, public)
        add_episode(show, "0003-bonus", published="2025-01-01", feeds="members")
        go(show, public)
        assert len(history(show, to=str(public))) == 1
        newest, _ = history(show, to=str(public), feed="members")
        assert newest.added == ("0003-bonus",)
        assert newest.name in silenced(show, public, "history", "--feed", "members")

    def test_the_public_feed_goes_back_alone(self, show: Path, public: Path) -> None:
        go(show, public)
        edit_episode(show, "0002-episode", title="A slip")
        go(show, public)
        before = tree(members(public))
        said = silenced(show, public, "rollback", "previous")
        assert "the private feed members stays as it is; --feed members puts it back" in said
        assert "A slip" not in read_feed(public).titles()
        assert tree(members(public)) == before

    def test_a_private_feed_goes_back_alone(self, show: Path, public: Path) -> None:
        go(show, public)
        add_episode(show, "0003-bonus", published="2025-01-01", feeds="members")
        go(show, public)
        before = {path: digest for path, digest in tree(public).items() if not path.startswith("private/")}
        said = silenced(show, public, "rollback", "previous", "--feed", "members")
        assert "not in the feed any more: 0003-bonus" in said
        assert "(private feed members)/media/0003-bonus" in said
        assert len(read_feed(members(public)).items) == 2
        assert_whole(members(public))
        after = {path: digest for path, digest in tree(public).items() if not path.startswith("private/")}
        assert after == before
        # As long as the folder is what was undone, it is held back: in the plan, and when published.
        (feed,) = plan(show, to=str(public), url=URL, now=NOW).private
        assert feed.plan is not None
        assert feed.plan.held
        assert "held back" in silenced(show, public, "plan")
        (feed_outcome,) = go(show, public).private
        assert "was rolled back" in feed_outcome.notices[0]
        assert len(read_feed(members(public)).items) == 2
        go(show, public, again=True)
        assert len(read_feed(members(public)).items) == 3

    def test_a_feed_that_is_not_known(
        self, show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go(show, public)
        with pytest.raises(UsageError, match="no private feed 'member'") as raised:
            history(show, to=str(public), feed="member")
        assert "'members'" in raised.value.help
        monkeypatch.delenv("MEMBERS_SECRET")
        with pytest.raises(UsageError, match="MEMBERS_SECRET is not set"):
            rollback(show, "previous", to=str(public), feed="members")


class TestPrune:
    @pytest.fixture
    def superseded(self, show: Path, public: Path) -> set[str]:
        """Keys of a private feed that its second release does not need."""
        go(show, public)
        store = FolderStore(members(public))
        first = read_published(store)
        assert first.manifest is not None
        edit_episode(show, "0002-episode", title="Another")
        go(show, public)
        second = read_published(store)
        assert second.manifest is not None
        age(public, 100)
        keys = {first.manifest_key, *first.manifest.all_objects()} - {*second.manifest.all_objects()}
        assert any(key.startswith("media/") for key in keys)
        return keys

    def test_a_private_feed_is_pruned_by_its_own_releases(
        self, show: Path, public: Path, superseded: set[str]
    ) -> None:
        times = stats(public)
        (found,) = prune(show, to=str(public)).private
        assert superseded <= {stored.key for stored in found.removable}
        assert stats(public) == times
        said = silenced(show, public, "prune")
        assert "- (private feed members)/media/0002-episode" in said
        before = tree(members(public))
        result = prune(show, to=str(public), yes=True)
        assert before.keys() - tree(members(public)).keys() == {
            stored.key for stored in result.private[0].removable
        }
        assert not superseded & tree(members(public)).keys()
        assert_whole(public)
        assert_whole(members(public))
        assert not prune(show, to=str(public)).count

    def test_the_grace_period_keeps_its_releases(self, show: Path, public: Path) -> None:
        go(show, public)
        age(public, 100)
        edit_episode(show, "0002-episode", title="Another")
        go(show, public)
        assert not prune(show, to=str(public), yes=True).count
        rollback(show, "previous", to=str(public), feed="members")
        assert_whole(members(public))

    def test_what_a_publish_may_rely_on_meanwhile_stays(
        self, show: Path, public: Path, superseded: set[str], tmp_path: Path
    ) -> None:
        other = Path(shutil.copytree(show, tmp_path / "other" / "show"))
        edit_episode(other, "0002-episode", title="Theirs")
        (found,) = prune(show, to=str(public)).private
        raced = PrefixedStore(
            RacedStore(public, lambda: go(other, public)), f"private/{TOKEN}/", "private feed members"
        )
        result = _pruned(found, raced, show / ".publisher")
        assert isinstance(result.error, Conflict)
        assert "Theirs" in read_feed(members(public)).titles()
        assert_whole(members(public))

    def test_one_that_cannot_be_read_is_left_and_keeps_no_other(
        self, show: Path, public: Path, superseded: set[str]
    ) -> None:
        (members(public) / "feed.xml").write_text("somebody was here")
        before = tree(members(public))
        result = prune(show, to=str(public), yes=True, former_feeds=True)
        assert result.exit_status == 3
        assert result.removable
        assert tree(members(public)) == before
        assert_whole(public)

    def test_one_whose_secret_is_not_set_is_left(
        self, show: Path, public: Path, superseded: set[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MEMBERS_SECRET")
        before = tree(members(public))
        result = prune(show, to=str(public), yes=True, former_feeds=True)
        assert any("MEMBERS_SECRET is not set" in notice for notice in result.notices)
        assert tree(members(public)) == before

    @pytest.mark.parametrize("at_once", [False, True])
    def test_a_mistyped_secret_takes_nothing_away(
        self, show: Path, public: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
    ) -> None:
        go(show, public)
        before = tree(members(public))
        monkeypatch.setenv("MEMBERS_SECRET", SECRET + "x")
        result = pruned(show, public, former_feeds=at_once)
        assert tree(members(public)) == before
        assert result.former.waiting == len(before)
        assert "publish first" in result.former.reason

    @pytest.mark.parametrize("at_once", [False, True])
    @pytest.mark.parametrize(
        "feeds", [[], [{"name": "members"}], [{"name": "members", "secret": "no secret's name"}]]
    )
    def test_nor_does_a_podcast_yaml_that_was_not_published(
        self, show: Path, public: Path, feeds: list[dict[str, str]], at_once: bool
    ) -> None:
        go(show, public)
        before = tree(members(public))
        edit_show(show, feeds=feeds or None)
        result = pruned(show, public, former_feeds=at_once)
        assert tree(members(public)) == before
        assert "publish first" in result.former.reason

    def test_nor_one_that_cannot_be_read(self, show: Path, public: Path) -> None:
        go(show, public)
        before = tree(members(public))
        (show / "podcast.yaml").write_text("title: A: B\n")
        result = pruned(show, public, former_feeds=True)
        assert tree(members(public)) == before
        assert "cannot be read" in result.former.reason

    def test_a_feed_that_is_none_any_more_goes_after_the_grace_period(self, show: Path, public: Path) -> None:
        edit_show(show, feeds=[MEMBERS, FRIENDS])
        go(show, public)
        age(public, 100)
        edit_show(show, feeds=[FRIENDS])
        go(show, public)
        # Its objects are old, and yet it was a feed of the show until now.
        result = prune(show, to=str(public), yes=True)
        assert result.former.waiting == len(tree(members(public)))
        assert "within the grace period" in result.former.reason
        assert_whole(members(public))
        result = pruned(show, public)
        assert result.former.removable
        (left,) = (public / "private").iterdir()
        assert left.name == token(PrivateFeed("friends", "FRIENDS_SECRET"), OTHER)
        assert_whole(left)
        assert verify(show, to=str(public), manifest=True).problems == ()

    def test_the_last_one_goes_too(self, show: Path, public: Path) -> None:
        go(show, public)
        edit_show(show, feeds=None)
        go(show, public)
        assert not prune(show, to=str(public), yes=True).count
        assert members(public).is_dir()
        pruned(show, public)
        assert not members(public).exists()
        assert_whole(public)

    def test_an_old_address_goes_after_the_grace_period(
        self, show: Path, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go(show, public)
        age(public, 100)
        monkeypatch.setenv("MEMBERS_SECRET", OTHER)
        go(show, public)
        result = prune(show, to=str(public), yes=True)
        assert "stands at its address for less than" in result.former.reason
        assert_whole(members(public))
        pruned(show, public)
        (left,) = (public / "private").iterdir()
        assert left.name == token(PrivateFeed("members", "MEMBERS_SECRET"), OTHER)
        assert_whole(left)

    def test_a_young_one_waits_whole(self, show: Path, public: Path) -> None:
        """Somebody whose podcast.yaml is older may be publishing there still."""
        go(show, public)
        edit_show(show, feeds=None)
        go(show, public)
        age(public, 100)
        (members(public) / "media" / "young.mp3").write_bytes(b"x")
        result = prune(show, to=str(public), yes=True)
        assert not result.former.removable
        assert "younger than the grace period" in result.former.reason
        assert_whole(members(public))


class TestLent:
    """Audio that is published and has left the folder is copied into a new private feed."""

    def test_the_public_feed_lends(self, tmp_path: Path, public: Path) -> None:
        alternates = [{"file": "small.mp3", "title": "Small"}]
        episodes: list[dict[str, Any]] = [
            # The same GUID and title in both feeds: the tags are made again all the same.
            {"slug": "0001-mp3", "guid": "one", "alternates": alternates, "files": {"small.mp3": b"small"}},
            {"slug": "0002-m4a", "sound": "aac.m4a"},
        ]
        show = make_show(tmp_path / "show", episodes=episodes)
        go(show, public)
        for path in [*show.glob("*/audio.*"), show / "0001-mp3" / "small.mp3"]:
            path.unlink()
        edit_show(show, feeds=[MEMBERS | {"title": "A small show"}])
        before = plan(show, to=str(public), url=URL, now=NOW).private[0].plan
        assert before is not None
        assert [(episode.state, episode.changes) for episode in before.episodes] == [("new", ())] * 2
        (copied,) = go(show, public).private
        assert copied.error is None
        assert copied.exit_status == 0
        assert_whole(members(public))
        sounds = (members(public) / "media").glob("*.m[p4][3a]")
        media = {path.name.rsplit("-", 1)[0]: path for path in sounds}
        assert media.keys() == {"0001-mp3", "0001-mp3-small", "0002-m4a"}
        assert media["0001-mp3-small"].read_bytes() == b"small"
        for name in ("0001-mp3", "0002-m4a"):
            assert mutagen.File(media[name]).tags
        text = feed(members(public)).decode()
        assert text.count(f'<enclosure url="{URL}private/{TOKEN}/media/') == 2
        assert go(show, public).private[0].outcome.uploaded == 0  # type: ignore[union-attr]
        # It stands by itself now, whatever becomes of the public one.
        shutil.rmtree(public / "media")
        edit_episode(show, "0002-m4a", feeds="members")
        assert plan(show, to=str(public), url=URL, now=NOW).private[0].plan.of("unchanged")  # type: ignore[union-attr]
        assert_whole(members(public))

    def test_what_is_rolled_back_lends_too(self, show: Path, public: Path) -> None:
        edit_show(show, feeds=None)
        shutil.move(show / "0002-episode", show / "_0002-episode")
        go(show, public)
        shutil.move(show / "_0002-episode", show / "0002-episode")
        go(show, public)
        rollback(show, "previous", to=str(public))
        (show / "0002-episode" / "audio.mp3").unlink()
        edit_show(show, feeds=[MEMBERS])
        go(show, public, again=True)
        assert len(read_feed(members(public)).items) == 2
        assert_whole(members(public))

    def test_what_the_store_has_lost_ends_the_private_release_alone(self, show: Path, public: Path) -> None:
        edit_show(show, feeds=None)
        go(show, public)
        (show / "0001-episode" / "audio.mp3").unlink()
        (lost,) = (public / "media").glob("0001-*.mp3")
        lost.write_bytes(b"damaged")
        edit_show(show, feeds=[MEMBERS])
        add_episode(show, "0003-new", number=3, published="2025-01-01")
        outcome = go(show, public)
        assert outcome.released
        assert outcome.exit_status >= 3
        assert isinstance(outcome.private[0].error, StoreError)
        assert not (members(public) / "feed.xml").exists()

    def test_audio_that_was_never_published_is_missed(self, show: Path, public: Path) -> None:
        add_episode(show, "0003-bonus", published="2025-01-01", feeds="members", sound=None)
        said = run("publish", show, "--to", public, env={"MEMBERS_SECRET": SECRET})
        assert said.returncode == 1
        assert "audio-missing" in said.stderr


class TestPreview:
    @pytest.fixture
    def edited(self, show: Path, public: Path) -> Iterator[Path]:
        go(show, public)
        add_episode(show, "0003-bonus", published="2025-01-01", feeds="members")
        before = stats(public)
        yield show
        assert stats(public) == before

    def test_it_serves_private_feeds_too(self, edited: Path, public: Path) -> None:
        with standing(edited, to=str(public), now=NOW) as stand:
            ((name, feed_url),) = stand.private
            assert name == "members"
            listener = bind(0)
            here = address(listener)
            app = make_app(stand.layers, public_url=stand.url, local_url=here, redirect=stand.redirect)
            with serving(app, listener=listener):
                private = got(feed_url.replace(stand.url, here))
                assert f"{here}private/{TOKEN}/media/0003-bonus" in private
                assert "About 0003-bonus" in got(f"{here}private/{TOKEN}/episodes/0003-bonus/")
                assert "0003-bonus" not in got(f"{here}feed.xml")

    def test_without_the_secret_it_says_that_it_does_not(
        self, edited: Path, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MEMBERS_SECRET")
        with standing(edited, to=str(public), now=NOW) as stand:
            assert stand.private == ()
            assert any("'members' is not shown" in notice for notice in stand.notices)

    def test_a_broken_one_keeps_nothing_from_being_shown(self, show: Path, public: Path) -> None:
        go(show, public)
        (members(public) / "feed.xml").write_text("somebody was here")
        with standing(show, to=str(public), now=NOW) as stand:
            assert stand.episodes == 2
            assert any("'members' is not shown" in notice for notice in stand.notices)
            assert TOKEN not in "".join(stand.notices)
