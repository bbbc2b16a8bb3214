"""The doctor on folders, and on what serves them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from publisher import doctor, publish
from publisher.diagnosing import folders
from publisher.errors import ShowError, UsageError
from publisher.previewing.server import make_app
from publisher.previewing.server import serving as preview_serving
from tests.doctor.stand import (
    Misbehaviour,
    Shown,
    document_of,
    not_well,
    outcomes,
    probe_of,
    serving,
)
from tests.support.require import require
from tests.support.shows import make_show

NO_ADDRESS = {"public address": "unknown"}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """A folder that something has been published to."""
    folder = tmp_path / "public"
    folder.mkdir()
    (folder / "feed.xml").write_bytes(b"<rss/>")
    return folder


def visible(folder: Path) -> set[str]:
    """Everything below but what the store keeps for itself."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    return {name for name in names if not name.startswith(".publisher-writing")}


def test_a_folder_that_is_well(public: Path) -> None:
    found = doctor("nowhere", to=str(public))
    assert not_well(found) == NO_ADDRESS
    assert found.is_well
    assert visible(public) == {"feed.xml"}


def test_a_folder_that_is_still_to_be_made_is_not_made(tmp_path: Path) -> None:
    found = doctor("nowhere", to=str(tmp_path / "public"))
    assert not_well(found) == NO_ADDRESS
    assert probe_of(found, "folder").found == "the first release will make it"
    assert list(tmp_path.iterdir()) == []


def test_a_stand_in_that_was_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    old, new = tmp_path / f"{folders._TEMPORARY}old", tmp_path / f"{folders._TEMPORARY}new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "feed.xml").touch()
    os.utime(old, (0, 0))
    doctor("nowhere", to=str(tmp_path / "public"))
    assert list(tmp_path.iterdir()) == [new]


def test_a_folder_whose_parent_is_missing(tmp_path: Path) -> None:
    found = doctor("nowhere", to=str(tmp_path / "none" / "public"), url="https://podcast.invalid/")
    assert outcomes(found)["folder"] == "missing"
    assert not found.is_well
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("in the way")
    found = doctor("nowhere", to=str(tmp_path / "public"))
    assert outcomes(found)["folder"] == "missing"
    assert (tmp_path / "public").read_text() == "in the way"


def test_the_show_says_where_it_is_published(tmp_path: Path) -> None:
    show = make_show(tmp_path / "episodes", publish={"to": "elsewhere"})
    assert doctor(show).store_name == str(tmp_path / "elsewhere")
    assert doctor(show, to=str(tmp_path / "other")).store_name == str(tmp_path / "other")


def test_without_a_show_and_without_a_store_there_is_nothing_to_ask(tmp_path: Path) -> None:
    with pytest.raises(ShowError):
        doctor(tmp_path / "nowhere")
    with pytest.raises(UsageError):
        doctor(tmp_path / "nowhere", to=str(tmp_path), url="ftp://podcast.example/")


_SMALL_DISK = """
import subprocess, sys
folder, size, flags = sys.argv[1:4]
subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "small", folder], check=True)
if flags:
    subprocess.run(["mount", "-o", f"remount,{flags}", folder], check=True)
doctor = [sys.executable, "-m", "publisher", "doctor", "nowhere", "--json", "--to", folder]
sys.exit(subprocess.run(doctor).returncode)
"""


@pytest.mark.parametrize(
    ("size", "flags", "name", "says"),
    [("1m", "", "space", "are free"), ("1m", "ro", "write", "read-only")],
)
def test_a_small_or_read_only_disk(tmp_path: Path, size: str, flags: str, name: str, says: str) -> None:
    command = ["unshare", "--mount", sys.executable, "-c", _SMALL_DISK, str(tmp_path), size, flags]
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        require("unshare", "mounting a small disk takes root and a mount namespace")
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    document = document_of(done.stdout)
    (probe,) = (probe for probe in document["probes"] if probe["name"] == name)
    assert done.returncode == 3
    assert probe["outcome"] == "missing"
    assert says in probe["found"]


_OTHER_DISK = """
import pathlib, subprocess, sys
folder = pathlib.Path(sys.argv[1]) / "media"
folder.mkdir()
subprocess.run(["mount", "-t", "tmpfs", "other", str(folder)], check=True)
doctor = [sys.executable, "-m", "publisher", "doctor", "nowhere", "--json", "--to", sys.argv[1]]
sys.exit(subprocess.run(doctor).returncode)
"""


def test_another_disk_in_the_middle(tmp_path: Path) -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        require("unshare", "mounting a disk takes root and a mount namespace")
    command = ["unshare", "--mount", sys.executable, "-c", _OTHER_DISK, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    (probe,) = (p for p in document_of(done.stdout)["probes"] if p["name"] == "one file system")
    assert (done.returncode, probe["outcome"]) == (3, "missing")


def test_a_server_that_does_everything(public: Path) -> None:
    with serving(public) as url:
        found = doctor("nowhere", to=str(public), url=url)
    assert not_well(found) == {"https": "missing"}
    assert found.is_well
    assert visible(public) == {"feed.xml"}


def test_the_previews_server_does_everything(public: Path) -> None:
    with preview_serving(make_app([public], public_url="http://x/", local_url="http://x/")) as url:
        found = doctor("nowhere", to=str(public), url=url)
    assert not_well(found) == {"https": "missing"}


def _status(status: int, *, path: str = "", method: str = "") -> Misbehaviour:
    def misbehave(shown: Shown) -> None:
        if shown.path.endswith(path) and (not method or shown.method == method):
            shown.status, shown.body, shown.headers = status, b"", {}

    return misbehave


def _without(*names: str) -> Misbehaviour:
    def misbehave(shown: Shown) -> None:
        for name in names:
            shown.headers.pop(name, None)

    return misbehave


def _with(path: str = "", **headers: str) -> Misbehaviour:
    def misbehave(shown: Shown) -> None:
        if shown.path.endswith(path):
            shown.headers |= {name.replace("_", "-"): value for name, value in headers.items()}

    return misbehave


def _whole_for_a_range(shown: Shown) -> None:
    if shown.status == 206:
        shown.status, shown.body = 200, b"x" * 1000


def _another_range(shown: Shown) -> None:
    if shown.status == 206:
        shown.headers["Content-Range"] = "bytes 0-9/1000"


def _another_body_for_a_range(shown: Shown) -> None:
    if shown.status == 206:
        shown.body = b"0" * len(shown.body)


def _always_anew(shown: Shown) -> None:
    if shown.status == 304:
        shown.status, shown.body = 200, b"<rss/>"


def _head_without_length(shown: Shown) -> None:
    if shown.method == "HEAD":
        shown.headers["Content-Length"] = "0"


def _old_feed(shown: Shown) -> None:
    shown.body = shown.body.replace(b" 2</title>", b" 1</title>")


@pytest.mark.parametrize(
    ("misbehave", "name", "is_needed"),
    [
        (_status(403), "public read", True),
        (_status(404), "public read", True),
        (_status(500), "public read", True),
        (_old_feed, "public read", True),
        (_status(405, method="HEAD"), "HEAD", True),
        (_head_without_length, "HEAD", True),
        (_whole_for_a_range, "ranges", True),
        (_another_range, "ranges", True),
        (_another_body_for_a_range, "ranges", True),
        (_with("feed.xml", Content_Type="application/octet-stream"), "types", True),
        (_with("feed.xml", Content_Type="application/rss+xml; charset=iso-8859-1"), "types", True),
        (_with("feed.xml", Content_Type="application/xml"), "", False),
        (_with("feed.xml", Content_Type='application/rss+xml;charset="UTF-8"'), "", False),
        (_with(".mp3", Content_Type="binary/octet-stream"), "types", True),
        (_with(".vtt", Content_Type="text/vtt"), "types", True),
        (_without("Content-Type"), "types", True),
        (_without("Access-Control-Allow-Origin"), "CORS", False),
        (_with(Access_Control_Allow_Origin="https://elsewhere.example"), "CORS", False),
        (_without("Access-Control-Expose-Headers"), "CORS", False),
        (_status(403, method="OPTIONS"), "CORS preflight", False),
        (_without("Access-Control-Allow-Methods"), "CORS preflight", False),
        (_without("Access-Control-Allow-Headers"), "CORS preflight", False),
        (_without("ETag", "Last-Modified"), "caching", False),
        (_with("feed.xml", Cache_Control="public, max-age=86400"), "caching", False),
        (_always_anew, "caching", False),
    ],
)
def test_a_server_that_misbehaves(public: Path, misbehave: Misbehaviour, name: str, is_needed: bool) -> None:
    with serving(public, misbehave) as url:
        found = doctor("nowhere", to=str(public), url=url)
    missing = {name for name, outcome in outcomes(found).items() if outcome == "missing"} - {"https"}
    if not name:
        assert missing == set()
    else:
        assert name in missing
        assert probe_of(found, name).mend
    assert found.is_well is not is_needed
    assert visible(public) == {"feed.xml"}


def test_without_an_address_that_of_what_is_published_is_asked(tmp_path: Path) -> None:
    with serving(tmp_path / "public") as url:
        show = make_show(tmp_path / "episodes")
        publish(show, to=str(tmp_path / "public"), url=url)
        found = doctor("nowhere", to=str(tmp_path / "public"))
    assert found.url == url
    assert not_well(found) == {"https": "missing"}


def test_a_page_for_everything_is_not_taken_for_the_feed(public: Path) -> None:
    def welcome(shown: Shown) -> None:
        shown.status, shown.body = 200, b"<html>Welcome</html>"

    with serving(public, welcome) as url:
        found = doctor("nowhere", to=str(public), url=url)
    assert "not what was written" in probe_of(found, "public read").found


def test_an_index_of_folders_is_noticed(public: Path) -> None:
    def index(shown: Shown) -> None:
        if shown.path == "/":
            names = "".join(f'<a href="{path.name}/">' for path in public.iterdir())
            shown.status, shown.body = 200, names.encode()

    with serving(public, index) as url:
        found = doctor("nowhere", to=str(public), url=url)
    assert outcomes(found)["no public list"] == "missing"
    assert found.is_well


def test_a_server_that_hangs_up(public: Path) -> None:
    def hang_up(shown: Shown) -> None:
        raise ConnectionAbortedError

    with serving(public, hang_up) as url:
        found = doctor("nowhere", to=str(public), url=url)
    assert outcomes(found)["public read"] == "unknown"
    assert not found.is_well


def test_the_command_on_a_folder(public: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "publisher", "doctor", "--to", "public", "-q"],
        cwd=public.parent,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
