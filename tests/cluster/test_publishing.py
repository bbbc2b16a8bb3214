"""What a publish with a cluster leaves is what one without leaves, byte for byte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.stand import NOW, SECONDS, Stand, studio_show
from tests.release.trees import environment, run, tree
from tests.support.shows import edit_episode, edit_show

LONG_AGO = 1_500_000_000
SECRET = "a secret of a few dozen characters"


def here(show: Path, to: Path | str, *options: str, **settings: str) -> None:
    done = run("publish", str(show), "--to", str(to), "--now", NOW, *options, env=settings, timeout=SECONDS)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return studio_show(tmp_path / "show")


def test_the_same_bytes(cluster: Stand, show: Path, tmp_path: Path) -> None:
    done = cluster.publish(show, tmp_path / "there")
    assert (done.status, done.stderr) == (0, "")
    assert done.said["released"]
    here(show, tmp_path / "here")
    made = tree(tmp_path / "there")
    assert made == tree(tmp_path / "here")
    assert sum(name.endswith(".mp3") for name in made) == 3
    assert sum(name.endswith(".opus") for name in made) == 3
    again = cluster.publish(show, tmp_path / "there")
    assert (again.status, again.said["released"], again.said["uploaded"]) == (0, False, 0)


def test_an_edit_tags_and_forms_again(cluster: Stand, show: Path, tmp_path: Path) -> None:
    """The MP3 is tagged again, and what was encoded is not encoded again."""
    for store in ("there", "here"):
        here(show, tmp_path / store)
    for number in (1, 3):
        edit_episode(show, f"{number:04}-episode", title="Another title")
    edit_show(show, audio={"alternates": [{"format": "m4a", "bitrate": 48}]})
    assert cluster.publish(show, tmp_path / "there").status == 0
    here(show, tmp_path / "here")
    assert tree(tmp_path / "there") == tree(tmp_path / "here")


def test_what_is_damaged_is_made_again(cluster: Stand, show: Path, tmp_path: Path) -> None:
    store = tmp_path / "there"
    assert cluster.publish(show, store).status == 0
    whole = tree(store)
    (enclosure,) = store.glob("media/0003-episode-*.mp3")
    enclosure.write_bytes(enclosure.read_bytes()[:-1] + b"\x01")
    assert cluster.publish(show, store, "--mend").status == 0
    mended = tree(store)
    assert {name: mended.get(name) for name in whole if name.startswith("media/")} == {
        name: digest for name, digest in whole.items() if name.startswith("media/")
    }


def test_private_feeds_are_made_here(cluster: Stand, tmp_path: Path) -> None:
    members = [{"name": "members", "secret": "MEMBERS_SECRET"}]
    show = studio_show(tmp_path / "show", episodes=2, feeds=members, url="https://show.example/")
    assert cluster.publish(show, tmp_path / "there", MEMBERS_SECRET=SECRET).status == 0
    here(show, tmp_path / "here", MEMBERS_SECRET=SECRET)
    made = tree(tmp_path / "there")
    assert made == tree(tmp_path / "here")
    assert any(name.startswith("private/") and name.endswith(".mp3") for name in made)


def test_audio_is_probed_there(cluster: Stand, show: Path, tmp_path: Path) -> None:
    for audio in show.glob("*/*.[mw][pa][3v]"):
        os.utime(audio, (LONG_AGO, LONG_AGO))
    code = f"""
import json
from pathlib import Path
from publisher.cluster import connected
from publisher.cluster.work import ClusterProbing
from publisher.reading.load import load_show

def main():
    show = Path({str(show)!r})
    with connected({cluster.address!r}) as cluster:
        given = []
        def submit(task, site, submit=cluster.submit):
            given.append(task.name)
            return submit(task, site)
        cluster.submit = submit
        probing = ClusterProbing(cluster=cluster, root=show, patience_seconds=0, worth_seconds=0)
        there = load_show(show, cache=False, probing=probing)
    assert there == load_show(show, cache=False)
    assert not there.problems, there.problems
    print(json.dumps(given))

main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 3


def test_a_run_with_nothing_to_do_needs_no_cluster(show: Path, tmp_path: Path) -> None:
    here(show, tmp_path / "here")
    here(show, tmp_path / "here", "--cluster", "tcp://127.0.0.1:9")


def test_dask_is_not_imported_without_a_cluster(show: Path, tmp_path: Path) -> None:
    arguments = ["publish", str(show), "--to", str(tmp_path / "here"), "--now", NOW, "--quiet"]
    code = (
        "import sys\n"
        "from publisher.cli import run\n"
        "if __name__ == '__main__':\n"
        f"    assert run({arguments!r}) == 0\n"
        "    assert not {'dask', 'distributed', 'tornado', 'publisher.cluster'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
