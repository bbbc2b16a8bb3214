"""The same folder gives the same bytes, whatever machine, zone, language, moment or order it is made in."""

from __future__ import annotations

import locale
import shutil
from pathlib import Path
from typing import Any

import pytest

from publisher.release import publish
from tests.release.trees import run, tree
from tests.support.shows import edit_episode, make_show

VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada>Blåbær.\n\n00:01.000 --> 00:01.500\n<v Bo>Ja.\n"
EPISODES: list[dict[str, Any]] = [
    {
        "slug": "0001-blåbær",
        "title": "Blåbær & «sitat»",
        "notes": "# Om bær\n\n*Notes* with a [link](https://e.example/?a=1&b=2).",
        "files": {"transcript.vtt": VTT},
        "guests": [{"name": "Bo", "organization": "Åpen", "url": "https://bo.example/"}],
        "chapters": [{"start": 0, "title": "Start"}, {"start": 1, "title": "Slutt", "toc": False}],
        "keywords": ["bær", "skog"],
    },
    {"slug": "0002-m4a", "sound": "aac.m4a", "files": {"transcript.txt": "Ada: En.\n\nBo: To."}},
    {"slug": "0003-chapters", "sound": "chapters.mp3"},
    {"slug": "0004-later", "published": "2040-01-01"},
]
MACHINES: list[dict[str, str]] = [
    {"TZ": "UTC", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    {"TZ": "Pacific/Kiritimati", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "America/St_Johns", "LANG": "nb_NO.UTF-8", "LC_ALL": "nb_NO.UTF-8", "PYTHONHASHSEED": "12345"},
]
MOMENTS = ["2026-01-01", "2030-06-30 23:59", "2039-12-31T23:59:59Z"]


def is_known(name: str) -> bool:
    kept = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, kept)
    return True


def copied_backwards(show: Path, place: Path) -> Path:
    """A copy whose files were made in the opposite order, with other times and other rights."""
    for path in sorted(show.rglob("*"), reverse=True):
        target = place / path.relative_to(show)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o600)
    return place


def test_two_machines_write_the_same_tree(tmp_path: Path) -> None:
    show = make_show(tmp_path / "show", episodes=EPISODES, timezone="Europe/Oslo", hosts=["Ada"])
    trees = []
    machines = [machine for machine in MACHINES if is_known(machine["LC_ALL"])]
    assert len(machines) >= 2
    for place, (machine, moment) in enumerate(zip(machines, MOMENTS, strict=False)):
        # Both clones are named alike, as clones are; what lies above them differs.
        copy = copied_backwards if place % 2 else shutil.copytree
        clone = copy(show, tmp_path / f"machine-{place}" / "show")
        target = tmp_path / f"machine-{place}" / "store"
        done = run("publish", clone, "--to", target, "--now", moment, env=machine)
        assert done.returncode == 0, done.stderr
        trees.append(tree(target))
    assert len(trees[0]) > 15
    assert all(other == trees[0] for other in trees[1:])


def test_the_history_of_a_show_is_the_same_on_two_machines(tmp_path: Path) -> None:
    for name in ("one", "two"):
        show = make_show(tmp_path / name / "show", episodes=2)
        store = str(tmp_path / name / "store")
        publish(show, to=store)
        edit_episode(show, "0001-episode", title="Other")
        publish(show, to=store)
    assert tree(tmp_path / "one" / "store") == tree(tmp_path / "two" / "store")
    assert len(list((tmp_path / "one" / "store" / "releases").glob("*.json"))) == 2


@pytest.mark.parametrize("id3_version", [3, 4])
def test_the_producers_files_are_never_changed(tmp_path: Path, id3_version: int) -> None:
    show = make_show(tmp_path / "show", episodes=EPISODES, hosts=["Ada"])
    before, times = tree(show), {path: path.stat().st_mtime_ns for path in show.rglob("*.*")}
    assert publish(show, to=str(tmp_path / "store"), id3_version=id3_version).released
    publish(show, to=str(tmp_path / "store"), id3_version=id3_version)
    assert tree(show) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
