"""Failures: the release that stood before stands, and the next run ends where an undisturbed one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.release import prepare, publish, release
from publisher.release.uploads import Quiet
from tests.release.feeds import read_feed
from tests.release.trees import PUBLISHER, environment, run, tree
from tests.support.shows import add_episode, audio_of, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def large(slug: str, repeats: int = 40) -> bytes:
    """The sample over and over: a quarter of a megabyte."""
    data = audio_of(slug)
    frames = data[data.index(b"\xff\xfb") :]
    return data + frames * repeats


def test_audio_that_vanishes_before_it_is_built_stops_the_release(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = tree(public)
    folder = add_episode(show, "0002-new", number=2)
    prepared = prepare(show, to=str(public), now=NOW)
    (folder / "audio.mp3").unlink()
    with pytest.raises(StoreError, match=r"audio\.mp3") as raised:
        release(prepared, progress=Quiet())
    assert raised.value.exit_status == 3
    assert tree(public)["feed.xml"] == before["feed.xml"]
    assert "About 0002-new" not in (public / "index.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["audio.mp3", "cover.png", "transcript.txt"])
def test_a_source_that_changes_before_it_is_built_stops_the_release(tmp_path: Path, name: str) -> None:
    show = make_show(tmp_path / "show", episodes=1)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    cover = (show / "cover.png").read_bytes()
    folder = add_episode(
        show, "0002-new", number=2, files={"cover.png": cover, "transcript.txt": "Ada: One."}
    )
    prepared = prepare(show, to=str(public), now=NOW)
    (folder / name).write_bytes(b"something else, and it is no longer what was read")
    before = tree(public)
    with pytest.raises(StoreError, match="changed while it was being"):
        release(prepared, progress=Quiet())
    after = tree(public)
    assert {key: after[key] for key in before} == before


def test_a_store_below_a_file_is_refused(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show")
    (tmp_path / "file").write_text("in the way")
    for target in (tmp_path / "file", tmp_path / "file" / "public"):
        done = run("publish", show, "--to", target)
        assert done.returncode == 3, done.stderr
        assert "file" in done.stderr
        assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == "in the way"


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
from publisher.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_a_full_store_leaves_the_old_release_whole(tmp_path: Path) -> None:
    """Files may not grow past a limit: to this process the disk is full in the middle of the new audio."""
    show = make_show(tmp_path / "show", episodes=1)
    public = tmp_path / "public"
    publish(show, to=str(public), now=NOW)
    before = tree(public)
    add_episode(show, "0002-large", sound=large("0002-large"), number=2)
    command = [
        sys.executable,
        "-c",
        LIMITED,
        "publish",
        str(show),
        "--to",
        str(public),
        "--now",
        "2026-01-01",
    ]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "help:" in done.stderr
    after = tree(public)
    assert {key: after[key] for key in before} == before
    assert not [key for key in after if key.startswith("media/0002") and key.endswith(".mp3")]
    assert not list(public.glob(".publisher-writing/*.part"))
    publish(show, to=str(public), now=NOW)
    assert len(read_feed(public).items) == 2


def test_a_killed_release_leaves_the_old_one_and_the_next_run_completes_it(tmp_path: Path) -> None:
    show, undisturbed = (make_show(tmp_path / name / "show", episodes=2) for name in ("one", "two"))
    public, alone = tmp_path / "public", tmp_path / "alone"
    publish(show, to=str(public), now=NOW)
    publish(undisturbed, to=str(alone), now=NOW)
    feed = (public / "feed.xml").read_bytes()
    for folder in (show, undisturbed):
        for number in range(3, 23):
            add_episode(folder, f"{number:04d}-new", number=number, sound=large(f"{number:04d}-new"))
        edit_episode(folder, "0001-episode", title="Mended")
    process = subprocess.Popen(
        [*PUBLISHER, "publish", str(show), "--to", str(public), "--now", "2026-01-01"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while len(list(public.glob("media/*-new-*"))) < 3:
        assert process.poll() is None, "it was done before it could be killed"
        assert time.monotonic() < deadline, "no media appeared"
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert len(list(public.glob("media/*-new-*"))) < 20
    assert (public / "feed.xml").read_bytes() == feed
    stored = set(public.glob("media/*-new-*"))
    times = {path: path.stat().st_mtime_ns for path in stored}
    publish(show, to=str(public), now=NOW)
    publish(undisturbed, to=str(alone), now=NOW)
    assert tree(public) == tree(alone)
    assert {path: path.stat().st_mtime_ns for path in stored} == times, "what was there was stored again"
