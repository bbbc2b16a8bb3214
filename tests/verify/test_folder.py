"""A show in a folder, looked at through the preview's own server; and the rules themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import publisher
from publisher.checking import RULES
from publisher.errors import ShowError, StoreError
from publisher.release import publish
from publisher.verifying import Verification, verify
from tests.support.sample import AFTER_ALL_BUT_ONE, copy_sample, run, run_well
from tests.support.shows import edit_show
from tests.verify.conftest import small_show
from tests.verify.test_faults import rules

URL = "https://podcast.example.com/tingen/"


@pytest.fixture
def show(tmp_path: Path) -> Path:
    folder = small_show(tmp_path / "episodes")
    publish(folder, to=str(tmp_path / "public"), url=URL)
    return folder


def look(show: Path, *, everything: bool = True) -> Verification:
    return verify(show, to=str(show.parent / "public"), everything=everything)


def test_the_sample_show_has_no_problem(tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    run_well("publish", "episodes", "--url", URL, "--now", AFTER_ALL_BUT_ONE, folder=tmp_path)
    for options in ((), ("--all",), ("--manifest", "--all")):
        done = run_well("verify", "episodes", *options, "--json", folder=tmp_path)
        (said,) = json.loads(done.stdout)["shows"]
        assert said["verification"]["problems"] == []
        assert said["verification"]["checked"] > 30
    assert "no problems" in run_well("verify", folder=tmp_path).stdout


def test_the_address_of_a_folder_need_not_be_in_the_dns(show: Path) -> None:
    for everything in (False, True):
        found = look(show, everything=everything)
        assert found.problems == ()
        assert found.reached
        assert found.checked > 15


def test_a_feed_that_lives_elsewhere_is_looked_at_in_the_folder(tmp_path: Path) -> None:
    show = small_show(tmp_path / "episodes")
    edit_show(show, feed_url="https://feeds.example.com/tingen.xml")
    publish(show, to=str(tmp_path / "public"), url=URL)
    assert look(show).problems == ()


def test_what_is_missing_in_the_folder_is_found(show: Path) -> None:
    public = show.parent / "public"
    sound, *_ = (public / "media").glob("*.mp3")
    data = sound.read_bytes()
    sound.unlink()
    found = look(show)
    assert rules(found) == {"verify-status"}
    assert found.problems[0].path == f"{URL}media/{sound.name}"
    sound.write_bytes(data[:-1] + b"\0")
    assert rules(look(show)) == {"verify-digest"}
    sound.write_bytes(data[:-1])
    assert rules(look(show)) >= {"verify-length"}


def test_the_command_ends_with_six_and_says_how_to_go_back(show: Path) -> None:
    folder = show.parent
    for sound in (folder / "public" / "media").glob("*.mp3"):
        sound.unlink()
    done = run("verify", "episodes", "--to", "public", folder=folder)
    assert done.returncode == 6
    assert "error[verify-status]" in done.stderr
    assert "rollback" in done.stderr
    assert "2 errors" in done.stdout
    quiet = run("verify", "episodes", "--to", "public", "--quiet", folder=folder)
    assert (quiet.returncode, quiet.stdout) == (6, "")


def test_a_store_that_is_named_needs_no_show_folder(show: Path, tmp_path: Path) -> None:
    assert verify("no-such-folder", to=str(show.parent / "public")).problems == ()
    with pytest.raises(ShowError):
        verify(tmp_path / "no-such-folder")


def test_a_show_that_was_never_published_is_an_error_of_the_store(tmp_path: Path) -> None:
    show = small_show(tmp_path / "episodes")
    with pytest.raises(StoreError, match="nothing is published"):
        verify(show, to=str(tmp_path / "public"))
    assert run("verify", "episodes", folder=tmp_path).returncode == 3


def test_verify_is_an_operation_of_the_package(show: Path) -> None:
    assert publisher.verify is verify


def test_every_rule_of_verify_is_shown_by_a_planted_fault() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    declared = {id for id in RULES if id.startswith("verify-")}
    assert len(declared) > 20
    assert {id for id in declared if f'"{id}"' not in source} == set()


def test_a_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    for options in ((), ("--json",)):
        done = run("verify", "https://user:hush@podcast.example.com/feed.xml", *options, folder=tmp_path)
        assert done.returncode == 2
        assert "hush" not in done.stdout + done.stderr
