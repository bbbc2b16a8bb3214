"""The same for a folder: killed at moments all over a publish, and on a disk that is full ever sooner."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from publisher.store.folder import WORK_FOLDER
from tests.faults.child import Children, ended
from tests.faults.conftest import ALL, Say
from tests.faults.scene import BASE, Folders
from tests.support.checker import FolderSide, check, keeps_its_address

LARGE_BYTES = 2 << 20
KILLS = 400 if ALL else 20
LIMITS = 200 if ALL else 16


class Stand:
    """Folders with A and with B, and one to be disturbed."""

    def __init__(self, root: Path) -> None:
        self.children = Children()
        states = Folders.make(root, large_bytes=LARGE_BYTES)
        folders = next(states)
        a, b = root / "a", root / "b"
        self._publish(folders.before, a)
        self.folders = next(states)
        self.before = tree(a)
        _fill(b, self.before)
        began = time.monotonic()
        self._publish(self.folders.copy(root / "undisturbed" / "show"), b)
        self.seconds = time.monotonic() - began
        self.after = tree(b)
        self.public = root / "public"
        self.work = root / "work" / "show"

    def _publish(self, show: Path, to: Path) -> None:
        status, said = self.children.run(show, str(to))
        assert status == 0, said

    def reset(self) -> Path:
        """The public folder as A left it; gives a show folder to publish B from."""
        # A killed run leaves its unfinished write until it is a minute old.
        shutil.rmtree(self.public / WORK_FOLDER, ignore_errors=True)
        _fill(self.public, self.before)
        return self.folders.copy(self.work)

    def look(self) -> list[str]:
        """What the independent checker says."""
        pages = {
            key: [tree[key] for tree in (self.before, self.after) if key in tree]
            for key in {**self.before, **self.after}
            if keeps_its_address(key)
        }
        feeds = [self.before["feed.xml"], self.after["feed.xml"]]
        return check(FolderSide(self.public), base=BASE, feeds=feeds, pages=pages).findings

    def converge(self) -> list[str]:
        """Publishes undisturbed, and says how the folder differs from one that never was disturbed."""
        status, said = self.children.run(self.work, str(self.public))
        found = tree(self.public)
        wrong = [f"the run after it ended with {status}: {said}"] if status else []
        wrong += [f"{key} is missing or differs" for key in self.after if found.get(key) != self.after[key]]
        # Only what is named by its content may be left over.
        left = {key for key in found if key not in self.after}
        return wrong + [
            f"{key} is left" for key in left if hashlib.sha256(found[key]).hexdigest()[:24] not in key
        ]


def tree(folder: Path) -> dict[str, bytes]:
    """What a web server would serve of the folder."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {key: data for key, data in found.items() if not key.startswith(".")}


def _fill(folder: Path, objects: dict[str, bytes]) -> None:
    standing = tree(folder) if folder.exists() else {}
    for key in standing.keys() - objects.keys():
        (folder / key).unlink()
    for key, data in objects.items():
        if standing.get(key) != data:
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(data)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return Stand(tmp_path_factory.mktemp("folder"))


def test_a_kill_at_any_moment_leaves_the_folder_whole(stand: Stand, say: Say) -> None:
    chance = random.Random(20260101)
    ends: Counter[str] = Counter()
    bad = []
    for number in range(KILLS):
        show = stand.reset()
        delay = chance.uniform(0, stand.seconds * 1.1)
        process = stand.children.start(show, str(stand.public))
        process.join(delay)
        if process.exitcode is None:
            assert process.pid
            os.kill(process.pid, signal.SIGKILL)
        status = ended(process)
        feed = (stand.public / "feed.xml").read_bytes()
        ends["new" if feed == stand.after["feed.xml"] else "old"] += 1
        ends["killed" if status == -signal.SIGKILL else "done"] += 1
        assert status in (0, -signal.SIGKILL)
        found = stand.look() + stand.converge()
        bad += [f"kill {number} after {delay:.3f} s: {text}" for text in found]
    say(
        f"folder: {KILLS} runs, {ends['killed']} killed in time, {ends['old']} left the old release and "
        f"{ends['new']} the new, {'all whole' if not bad else f'{len(bad)} findings'}"
    )
    assert not bad, "\n".join(bad)
    assert ends["killed"] > KILLS // 3
    assert ends["old"] > KILLS // 10


def test_a_full_disk_at_any_size_leaves_the_folder_whole(stand: Stand, say: Say) -> None:
    chance = random.Random(20260102)
    sizes = sorted(len(data) for data in stand.after.values())
    # Right below, at and above each object, and anywhere between.
    limits = [size + step for size in sizes for step in (-1, 0, 1)]
    limits += [int(2 ** chance.uniform(6, 22)) for _ in range(LIMITS)]
    statuses: Counter[int] = Counter()
    bad = []
    for limit in limits if ALL else chance.sample(limits, LIMITS):
        show = stand.reset()
        status, said = stand.children.run(show, str(stand.public), file_bytes=limit)
        statuses[status] += 1
        if status not in (0, 3) or "Traceback" in said:
            bad.append(f"limit {limit}: status {status}: {said}")
        if status == 0 and (stand.public / "feed.xml").read_bytes() != stand.after["feed.xml"]:
            bad.append(f"limit {limit}: done, it says, and the old release stands")
        left = list(stand.public.glob(f"{WORK_FOLDER}/*.part"))
        found = stand.look() + stand.converge() + [f"{path.name} is left" for path in left]
        bad += [f"limit {limit}: {text}" for text in found]
    how = ", ".join(f"{count} ended with {status}" for status, count in sorted(statuses.items()))
    say(
        f"folder: {sum(statuses.values())} sizes of a full disk ({how}), {'all whole' if not bad else bad[0]}"
    )
    assert not bad, "\n".join(bad)
    assert statuses[3] > 5
