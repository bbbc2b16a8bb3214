"""The store held against its manifest, on a machine that has nothing but the store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.manifest import named_by, read_manifest
from publisher.release import publish
from publisher.verifying import Verification, verify
from publisher.verifying.accounting import named
from tests.support.sample import run
from tests.support.shows import add_episode, edit_episode
from tests.verify.conftest import small_show
from tests.verify.test_faults import rules

URL = "https://podcast.example.com/tingen/"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder with three releases of a show, whose own folder is gone."""
    show, public = small_show(tmp_path / "show"), tmp_path / "public"
    publish(show, to=str(public), url=URL)
    edit_episode(show, "0001-episode", title="Edited")
    publish(show, to=str(public), url=URL)
    add_episode(show, "0009-later", title="Later", number=9, published="2024-02-01")
    publish(show, to=str(public), url=URL)
    show.rename(tmp_path / "elsewhere")
    return public


def account(public: Path, *, everything: bool = False) -> Verification:
    return verify("no-such-show", to=str(public), manifest=True, everything=everything)


def objects(public: Path) -> list[Path]:
    """Every object that the release that stands consists of, its feed and its manifest left out."""
    feed = (public / "feed.xml").read_bytes()
    manifest = read_manifest(named_by(feed), (public / named_by(feed)).read_bytes())
    return [public / key for key in manifest.all_objects() if key != "feed.xml"]


@pytest.mark.parametrize("everything", [False, True])
def test_a_store_in_order_is_accounted_for_to_the_last_object(public: Path, everything: bool) -> None:
    found = account(public, everything=everything)
    assert found.problems == ()
    assert found.rebuilt is True
    assert found.unaccounted == 0
    assert found.checked == len(objects(public)) + 2


def test_each_missing_object_is_found(public: Path) -> None:
    for path in objects(public):
        data = path.read_bytes()
        path.unlink()
        found = account(public)
        assert "verify-missing" in rules(found) <= {"verify-missing", "verify-rebuild"}, path
        assert path.relative_to(public).as_posix() in {problem.path for problem in found.problems}
        path.write_bytes(data)
    assert account(public).problems == ()


@pytest.mark.parametrize("everything", [False, True])
def test_each_damaged_object_is_found(public: Path, everything: bool) -> None:
    for path in objects(public):
        data = path.read_bytes()
        for damaged in (data[:-1], data[:-1] + bytes([data[-1] ^ 1])):
            path.write_bytes(damaged)
            found = account(public, everything=everything)
            assert "verify-damaged" in rules(found) <= {"verify-damaged", "verify-rebuild"}, path
            assert path.relative_to(public).as_posix() in {problem.path for problem in found.problems}
        path.write_bytes(data)
    assert account(public, everything=everything).problems == ()


def test_large_sound_is_digested_where_all_is_wanted(tmp_path: Path) -> None:
    show, public = small_show(tmp_path / "show", episodes=1), tmp_path / "public"
    sound = show / "0001-episode" / "audio.mp3"
    head, frames = sound.read_bytes()[:60], sound.read_bytes()[60:]
    sound.write_bytes(head + frames * (3_000_000 // len(frames)))
    publish(show, to=str(public), url=URL)
    (released,) = (public / "media").glob("*.mp3")
    data = bytearray(released.read_bytes())
    assert len(data) > 1 << 20
    data[len(data) // 2] ^= 1
    released.write_bytes(data)
    assert rules(account(public, everything=True)) == {"verify-damaged"}


def test_a_feed_that_somebody_wrote_over_cannot_be_made_again(public: Path) -> None:
    feed = public / "feed.xml"
    before = feed.read_bytes()
    feed.write_bytes(before.replace(b"Edited", b"Altered"))
    found = account(public)
    assert rules(found) == {"verify-rebuild"}
    assert found.rebuilt is False
    feed.write_bytes(before + b"\n")
    assert rules(account(public)) == {"verify-rebuild"}
    feed.write_bytes(b"<?xml version='1.0'?>\n<rss/>")
    assert rules(account(public)) == {"verify-rebuild"}


def test_the_feed_is_the_kept_copy_with_its_manifests_name(public: Path) -> None:
    feed = (public / "feed.xml").read_bytes()
    manifest = read_manifest(named_by(feed), (public / named_by(feed)).read_bytes())
    assert manifest.feed is not None
    assert manifest.feed.key != "feed.xml"
    assert named((public / manifest.feed.key).read_bytes(), named_by(feed)) == feed


def test_a_manifest_that_is_gone_or_damaged_is_found(public: Path) -> None:
    path = public / named_by((public / "feed.xml").read_bytes())
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Edited", b"edited"))
    assert rules(account(public)) == {"verify-damaged"}
    path.unlink()
    assert rules(account(public)) == {"verify-missing"}


def test_a_damaged_manifest_of_the_past_is_a_warning(public: Path) -> None:
    now = named_by((public / "feed.xml").read_bytes())
    past = [path for path in (public / "releases").glob("*.json") if path.name not in now]
    assert len(past) == 2
    past[0].write_bytes(b"{}")
    found = account(public)
    assert rules(found) == {"verify-damaged"}
    assert not found.failed


def test_what_no_release_lists_is_counted_and_no_error(public: Path) -> None:
    (public / "media" / "stray.mp3").write_bytes(b"ID3")
    (public / "notes.txt").write_text("not publisher's")
    (public / "releases" / "pages" / f"page-{'0' * 24}.html").write_text("a page of no release")
    found = account(public)
    assert found.problems == ()
    assert found.unaccounted == 3


def test_a_store_without_a_show_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="nothing is published"):
        account(tmp_path / "empty")


def test_the_command_says_what_it_found(public: Path, tmp_path: Path) -> None:
    done = run("verify", "--manifest", "--to", public, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "byte for byte" in done.stdout
    objects(public)[0].unlink()
    done = run("verify", "--manifest", "--to", public, "--json", folder=tmp_path)
    assert done.returncode == 6
    (show,) = json.loads(done.stdout)["shows"]
    assert {problem["rule"] for problem in show["verification"]["problems"]} == {"verify-missing"}
    assert show["status"] == 6
    (public / "feed.xml").unlink()
    assert run("verify", "--manifest", "--to", public, folder=tmp_path).returncode == 3
    done = run("verify", "--manifest", "https://podcast.example.com/feed.xml", folder=tmp_path)
    assert done.returncode == 2
    assert (
        run("verify", "https://podcast.example.com/feed.xml", "--to", public, folder=tmp_path).returncode == 2
    )
