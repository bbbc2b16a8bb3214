"""A kill at any moment: the episode is in the inbox, or it is in the show, and whole wherever it is."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from publisher.inbox import Taken
from publisher.operations import load_show
from tests.inbox import killed
from tests.inbox.killed import Answer, Order
from tests.inbox.scene import YAML, Scene, make_scene, zipped
from tests.release.trees import environment, tree
from tests.support.shows import audio_of

DROPS = ("folder", "recoded", "zip", "loose")
_ROUNDS = 5
_MOMENTS = 12
_ENOUGH = 2


def filled(folder: Path, kind: str) -> Scene:
    scene = make_scene(folder)
    audio = audio_of("killed")
    if kind == "folder":
        scene.drop(
            "0007-x", {"episode.yaml": YAML, "audio.mp3": audio, "images/a.txt": "a", ".DS_Store": "x"}
        )
    elif kind == "recoded":
        scene.drop("0007-x", {"episode.yaml": YAML.encode("utf-16"), "audio.mp3": audio, "images/a.txt": "a"})
    elif kind == "zip":
        (scene.inbox / "0007-x.zip").write_bytes(zipped({"episode.yaml": YAML, "audio.mp3": audio}))
    else:
        for name, content in {
            "0007-x.mp3": audio,
            "0007-x.yaml": YAML.encode(),
            "0007-x.md": b"Notes",
        }.items():
            (scene.inbox / name).write_bytes(content)
    return scene


def wanted(folder: Path, kind: str) -> dict[str, str]:
    """The episode's folder as a run without a kill leaves it."""
    scene = filled(folder, kind)
    taken = scene.taken()
    assert taken.slug == "0007-x"
    return tree(scene.show / "0007-x")


class Killer:
    """Runs looks and kills them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, scene: Scene, last_change: int = 0, *, after_seconds: float = 0.0) -> Answer:
        """One look; an `Answer` without a signal came to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = Order(str(scene.show), str(scene.inbox), last_change, after_seconds)
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        answer = Answer(**json.loads(self._process.stdout.readline()))
        assert not answer.failed
        return answer


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    command = [sys.executable, killed.__file__]
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()


def judge(scene: Scene, before: dict[str, str], whole: dict[str, str]) -> None:
    """The show has the episode whole, or nothing of it and the inbox has all of it."""
    there = scene.show / "0007-x"
    loaded = load_show(scene.show, cache=False)
    assert loaded.show is not None
    assert not loaded.has_errors
    if there.exists():
        assert tree(there) == whole
        assert [episode.slug for episode in loaded.show.episodes] == ["0001-episode", "0007-x"]
    else:
        now = tree(scene.inbox)
        assert {path: now.get(path) for path in before} == before, "nothing has left the inbox"
    others = {path.name for path in scene.show.iterdir()}
    assert others <= {"0001-episode", "0007-x", "podcast.yaml", "cover.png", ".publisher"}


def finish(scene: Scene, before: dict[str, str], whole: dict[str, str]) -> None:
    """The next look ends it, and the one after that finds nothing."""
    outcomes = scene.look()
    assert all(isinstance(outcome, Taken) and outcome.slug == "0007-x" for outcome in outcomes), outcomes
    assert tree(scene.show / "0007-x") == whole
    assert scene.look() == ()
    assert scene.left() == []
    originals = set(tree(scene.inbox, without=()).values())
    kept = set(before.values()) - set(whole.values()) - {digest_of(b"x")}
    assert kept <= originals, "what was changed or unpacked is kept as it was"
    state = scene.show / ".publisher" / "inbox"
    left = [path.name for path in state.iterdir() if path.name.startswith(("work-", "moving-"))]
    assert left == []


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("kind", DROPS)
def test_a_kill_before_every_change_of_the_disk(killer: Killer, tmp_path: Path, kind: str) -> None:
    whole = wanted(tmp_path / "wanted", kind)
    changes = killer.run(filled(tmp_path / "counted", kind)).changes
    assert changes > 8
    ended_in_show = 0
    everything = os.environ.get("PUBLISHER_FAULTS") == "all" or kind == "folder"
    # A disk is waited for at each of them: of the further kinds every third.
    for last in range(1, changes + 1, 1 if everything else 3):
        scene = filled(tmp_path / f"{last}", kind)
        before = tree(scene.inbox)
        assert killer.run(scene, last).signal == signal.SIGKILL
        judge(scene, before, whole)
        ended_in_show += (scene.show / "0007-x").exists()
        finish(scene, before, whole)
        shutil.rmtree(tmp_path / f"{last}")
    assert 0 < ended_in_show < changes, "some kills came before the move, and some after it"


@pytest.mark.parametrize("kind", DROPS[:2])
def test_a_kill_and_a_kill_of_the_look_that_mends_it(killer: Killer, tmp_path: Path, kind: str) -> None:
    whole = wanted(tmp_path / "wanted", kind)
    generator = random.Random(7)
    for number in range(_ROUNDS):
        scene = filled(tmp_path / f"{number}", kind)
        before = tree(scene.inbox)
        for _ in range(3):
            killer.run(scene, generator.randint(1, 25))
            judge(scene, before, whole)
        finish(scene, before, whole)


def test_a_kill_at_a_moment_of_nobodys_choice(killer: Killer, tmp_path: Path) -> None:
    whole = wanted(tmp_path / "wanted", "folder")
    generator = random.Random(int(os.environ.get("PUBLISHER_RANDOM", "11")))
    started = time.monotonic()
    killer.run(filled(tmp_path / "timed", "folder"))
    longest = time.monotonic() - started
    ended = 0
    for number in range(_MOMENTS):
        scene = filled(tmp_path / f"{number}", "folder")
        before = tree(scene.inbox)
        answer = killer.run(scene, after_seconds=longest * generator.uniform(0.05, 1))
        ended += answer.signal != 0
        judge(scene, before, whole)
        finish(scene, before, whole)
    assert ended, "at least one came before the end"


def test_the_witness_sees_an_episode_that_is_half_there(tmp_path: Path) -> None:
    """The checks above would not pass over what they are for."""
    whole = wanted(tmp_path / "wanted", "folder")
    scene = filled(tmp_path / "half", "folder")
    before = tree(scene.inbox)
    shutil.copytree(scene.inbox / "0007-x", scene.show / "0007-x")
    (scene.show / "0007-x" / "images" / "a.txt").unlink()
    with pytest.raises(AssertionError):
        judge(scene, before, whole)
    shutil.rmtree(scene.show / "0007-x")
    (scene.inbox / "0007-x" / "audio.mp3").unlink()
    with pytest.raises(AssertionError, match="nothing has left the inbox"):
        judge(scene, before, whole)


def test_an_episode_that_was_renamed_after_a_kill_is_not_taken_twice(killer: Killer, tmp_path: Path) -> None:
    whole = wanted(tmp_path / "wanted", "folder")
    renamed = 0
    for last in range(1, 60):
        scene = filled(tmp_path / f"{last}", "folder")
        if not killer.run(scene, last).signal:
            break
        if not (scene.show / "0007-x").exists():
            continue
        (scene.show / "0007-x").rename(scene.show / "0008-y")
        outcomes = scene.look()
        assert all(isinstance(outcome, Taken) for outcome in outcomes)
        assert tree(scene.show / "0008-y") == whole
        assert not (scene.show / "0007-x").exists()
        assert scene.left() == []
        renamed += 1
        if renamed == _ENOUGH:
            break
    assert renamed


def test_what_a_producer_changed_after_a_kill_stays(killer: Killer, tmp_path: Path) -> None:
    """The move happened, the inbox was not emptied yet, and meanwhile somebody went on writing."""
    stayed = 0
    for last in range(1, 60):
        scene = filled(tmp_path / f"{last}", "folder")
        if not killer.run(scene, last).signal:
            break
        notes = scene.inbox / "0007-x" / "images" / "a.txt"
        if not (scene.show / "0007-x").exists() or not notes.exists():
            continue
        # As editors save: a new file in the old one's place. The show's is not written to.
        (scene.inbox / "new").write_text("changed since")
        (scene.inbox / "new").rename(notes)
        scene.look()
        assert notes.read_text() == "changed since"
        assert (scene.show / "0007-x" / "images" / "a.txt").read_text() == "a"
        stayed += 1
        if stayed == _ENOUGH:
            break
    assert stayed
