"""Private feeds: members hear more, and earlier, at an address that nothing public tells."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mutagen
import pytest
from lxml import etree

from publisher.errors import NeedsDecision, UsageError
from publisher.model import PrivateFeed
from publisher.operations import prune, publish, verify
from publisher.private import token
from publisher.release import Outcome
from tests.release.trees import run, tree
from tests.support.shows import add_episode, edit_episode, edit_show, make_show

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://podcast.example.com/"
SECRET = "planted-and-long-enough-to-be-one"
OTHER = "another-secret-that-is-long-enough"
MEMBERS: dict[str, Any] = {"name": "members", "secret": "MEMBERS_SECRET"}
NAMES = {"itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd"}
TOKEN = token(PrivateFeed("members", "MEMBERS_SECRET"), SECRET)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", SECRET)


def go(show: Path, public: Path, *, now: datetime = NOW, **options: Any) -> Outcome:
    return publish(show, to=str(public), url=URL, now=now, **options)


def channel(public: Path, mark: str = "") -> Any:
    folder = public / "private" / mark if mark else public
    return etree.fromstring((folder / "feed.xml").read_bytes()).find("channel")


def titles(public: Path, mark: str = "") -> list[str]:
    return [item.findtext("title") for item in channel(public, mark).iterfind("item")]


def public_bytes(public: Path) -> bytes:
    """All that lies outside of private feeds."""
    files = [path for path in public.rglob("*") if path.is_file()]
    return b"\n".join(path.read_bytes() for path in files if "private" not in path.relative_to(public).parts)


def test_members_hear_it_early_and_nobody_else_finds_it(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS | {"early": "48h", "title": "For members"}])
    add_episode(show, "0002-soon", number=2, published="2026-01-02 18:00")
    add_episode(show, "0003-later", number=3, published="2026-02-01")
    public = tmp_path / "public"
    outcome = go(show, public)
    (members,) = outcome.private
    assert members.exit_status == 0
    assert members.outcome is not None
    assert not [problem for problem in members.outcome.outside if problem.is_error]
    assert titles(public) == ["About 0001-episode"]
    assert titles(public, TOKEN) == ["About 0002-soon", "About 0001-episode"]
    assert not [key for key in tree(public) if "0002" in key and not key.startswith("private/")]
    assert b"0002-soon" not in public_bytes(public)
    found = channel(public, TOKEN)
    assert found.findtext("title") == "For members"
    assert found.findtext("itunes:block", namespaces=NAMES) == "Yes"
    assert found.find("item/enclosure").get("url").startswith(f"{URL}private/{TOKEN}/media/")
    # Due for everybody, it goes out to everybody, and the members' stays as it is.
    before = tree(public / "private")
    outcome = go(show, public, now=datetime(2026, 1, 3, tzinfo=UTC))
    assert titles(public) == ["About 0002-soon", "About 0001-episode"]
    assert tree(public / "private") == before
    assert go(show, public, now=datetime(2026, 1, 3, tzinfo=UTC)).uploaded == 0


def test_an_episode_for_members_only(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    add_episode(show, "0002-bonus", published="2025-01-01", feeds="members")
    public = tmp_path / "public"
    outcome = go(show, public)
    assert [planned.state for planned in outcome.plan.episodes] == ["new", "private"]
    assert titles(public) == ["About 0001-episode"]
    assert titles(public, TOKEN) == ["About 0002-bonus", "About 0001-episode"]
    assert b"0002-bonus" not in public_bytes(public)
    # What everybody could hear is not taken away without a word.
    edit_episode(show, "0001-episode", feeds="members")
    add_episode(show, "0003-more", number=3, published="2025-01-02")
    with pytest.raises(NeedsDecision, match="it is for members only now"):
        go(show, public)


def test_only_some_episodes(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=3, feeds=[MEMBERS | {"episodes": ["0002-episode"]}])
    public = tmp_path / "public"
    go(show, public)
    assert titles(public, TOKEN) == ["About 0002-episode"]


def test_nothing_public_and_no_file_tells_the_address(tmp_path: Path) -> None:
    show = make_show(
        tmp_path / "show",
        episodes=[
            {"slug": "0001-mp3", "files": {"transcript.txt": "Ada: Hello, and welcome to this show.\n"}},
            {"slug": "0002-m4a", "sound": "aac.m4a", "notes": "Notes."},
        ],
        feeds=[MEMBERS],
    )
    public = tmp_path / "public"
    go(show, public)
    assert TOKEN.encode() not in public_bytes(public)
    media = sorted((public / "private" / TOKEN / "media").glob("*.m[p4][3a]"))
    assert len(media) == 2
    for path in media:
        assert mutagen.File(path).tags, "it is tagged"
        assert TOKEN.encode() not in path.read_bytes(), path.name
    page = (public / "private" / TOKEN / "episodes/0001-mp3/index.html").read_text("utf-8")
    assert 'name="robots" content="noindex"' in page
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in public.rglob("*") if path.is_file())


@pytest.mark.parametrize("options", [(), ("--json",), ("--quiet",)])
def test_neither_secret_nor_address_is_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    public = tmp_path / "public"
    words: tuple[str | Path, ...] = ("publish", show, "--to", public, "--url", URL, *options)
    done = run(*words, env={"MEMBERS_SECRET": SECRET})
    assert done.returncode == 0, done.stderr
    assert titles(public, TOKEN)
    (public / "private" / TOKEN / "feed.xml").write_text("somebody was here")
    broken = run(*words, env={"MEMBERS_SECRET": SECRET})
    assert broken.returncode == 3
    said = done.stdout + done.stderr + broken.stdout + broken.stderr
    assert SECRET not in said
    assert TOKEN not in said
    assert "private feed members" in said or options
    if options == ("--json",):
        (feed,) = json.loads(broken.stdout)["shows"][0]["private"]
        assert feed["name"] == "members"
        assert "did not write" in feed["error"]


def test_the_producer_can_ask_for_the_address(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    done = run(
        "publish", show, "--to", tmp_path / "public", "--url", URL, "-v", env={"MEMBERS_SECRET": SECRET}
    )
    assert f"{URL}private/{TOKEN}/feed.xml" in done.stdout


def test_without_the_secret_it_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    public = tmp_path / "public"
    go(show, public)
    before = tree(public / "private")
    monkeypatch.delenv("MEMBERS_SECRET")
    edit_show(show, title="Another")
    outcome = go(show, public)
    assert outcome.released
    (left,) = outcome.private[0].problems
    assert (left.rule, left.severity) == ("feed-left", "warning")
    assert "MEMBERS_SECRET" in left.message
    assert outcome.exit_status == 0
    assert tree(public / "private") == before
    prune(show, to=str(public), yes=True)
    assert tree(public / "private") == before


def test_a_short_secret_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERS_SECRET", "too-short")
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    outcome = go(show, tmp_path / "public")
    assert isinstance(outcome.private[0].error, UsageError)
    assert "too-short" not in str(outcome.private[0].error)
    assert outcome.exit_status == 2
    assert not (tmp_path / "public" / "private").exists()


def test_a_new_secret_ends_the_old_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show = make_show(tmp_path / "show", feeds=[MEMBERS])
    public = tmp_path / "public"
    go(show, public)
    monkeypatch.setenv("MEMBERS_SECRET", OTHER)
    go(show, public)
    now = token(PrivateFeed("members", "MEMBERS_SECRET"), OTHER)
    assert titles(public, now) == titles(public, TOKEN)
    found = prune(show, to=str(public), yes=True)
    assert found.former.waiting, "it may have been a slip, and --former-feeds says that it was none"
    assert titles(public, TOKEN)
    prune(show, to=str(public), yes=True, former_feeds=True)
    assert {path.name for path in (public / "private").iterdir()} == {now}
    assert titles(public)
    assert verify(show, to=str(public), manifest=True).problems == ()


def test_a_failing_private_feed_keeps_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRIENDS_SECRET", OTHER)
    show = make_show(tmp_path / "show", feeds=[MEMBERS, {"name": "friends", "secret": "FRIENDS_SECRET"}])
    public = tmp_path / "public"
    go(show, public)
    (public / "private" / TOKEN / "feed.xml").write_text("somebody was here")
    add_episode(show, "0002-new", number=2, published="2025-01-01")
    outcome = go(show, public)
    assert outcome.released
    assert outcome.exit_status == 3
    assert [feed.exit_status for feed in outcome.private] == [3, 0]
    friends = token(PrivateFeed("friends", "FRIENDS_SECRET"), OTHER)
    assert len(titles(public, friends)) == 2


def test_two_names_give_two_addresses_of_one_secret() -> None:
    one, two = PrivateFeed("a", "S"), PrivateFeed("b", "S")
    assert token(one, SECRET) != token(two, SECRET)
    assert token(one, SECRET) == token(one, SECRET)
    assert len(token(one, SECRET)) == 40
