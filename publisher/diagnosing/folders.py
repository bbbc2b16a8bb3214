"""What a folder must be able to do, besides what every store must."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from publisher.diagnosing.objects import LEFT_FOR, Objects, body_of, headers_of
from publisher.diagnosing.probe import Findings, Missing, Question, Unknown
from publisher.diagnosing.storing import OF_ANY, ask_any
from publisher.store.folder import WORK_FOLDER, FolderStore

FOLDER = Question(
    "folder",
    "It holds the show.",
    "make the folder that it is to stand in, or publish to another",
)
RENAME = Question(
    "one file system",
    "An object is written aside and moved into place: only within a file system is that all or nothing.",
    f"do not mount anything at {WORK_FOLDER} or below the folder",
)
SPACE = Question(
    "space", "A release that runs out of space is not made.", "make room on the disk, or publish to another"
)
CASE = Question(
    "upper and lower case",
    "Two names that differ in nothing else would be one object here, and two in a bucket.",
    "let no two episode folders differ in case alone",
    needed=False,
)
_LEAST_BYTES: Final = 100_000_000
_TEMPORARY: Final = ".publisher-doctor-"


@contextlib.contextmanager
def stand_in(store: FolderStore) -> Iterator[FolderStore]:
    """The store itself; one beside it, gone afterwards, where its folder has not been made yet."""
    root = store.root
    if root.exists() or not root.parent.is_dir():
        yield store
        return
    for old in root.parent.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > LEFT_FOR.total_seconds():
                shutil.rmtree(old, ignore_errors=True)
    try:
        made = tempfile.mkdtemp(prefix=_TEMPORARY, dir=root.parent)
    except OSError:
        yield store
        return
    try:
        yield FolderStore(Path(made))
    finally:
        shutil.rmtree(made, ignore_errors=True)


def ask_folder(findings: Findings, store: FolderStore, named: FolderStore, own: Objects) -> bool:
    """Asks a folder everything. Returns whether objects can be written.

    Args:
        store: the one to write to, `named` itself or a stand-in.
    """
    if not findings.ask(FOLDER, lambda: _folder(named.root)):
        findings.leave((*OF_ANY, RENAME, SPACE, CASE), "not tried: there is no folder")
        return False
    if not ask_any(findings, store, own):
        findings.leave((RENAME, SPACE, CASE), "not tried: nothing could be written")
        return False
    findings.ask(RENAME, lambda: _one_file_system(store.root))
    findings.ask(SPACE, lambda: _space(store.root))
    findings.ask(CASE, lambda: _case(store, own))
    return True


def _folder(root: Path) -> str:
    if root.is_dir():
        return "it is there"
    if root.exists():
        raise Missing(
            f"{root} is no folder", mend="move what stands there away, or publish to another folder"
        )
    if not root.parent.is_dir():
        raise Missing(f"neither {root} nor {root.parent} exists")
    return "the first release will make it"


def _one_file_system(root: Path) -> str:
    # A store that is published to has few folders; another disk is mounted at one of the first.
    devices = {root.stat().st_dev, (root / WORK_FOLDER).stat().st_dev}
    devices |= {path.stat().st_dev for path in root.iterdir() if path.is_dir()}
    if len(devices) > 1:
        raise Missing("parts of the folder lie on another file system")
    return "objects can be moved into place"


def _space(root: Path) -> str:
    try:
        free = shutil.disk_usage(root).free
    except OSError as error:
        raise Unknown(f"the system does not say: {error.strerror}") from error
    if free < _LEAST_BYTES:
        raise Missing(f"{free / 1e6:.0f} MB are free, an episode or two")
    return f"{free / 1e9:.1f} GB are free"


def _case(store: FolderStore, own: Objects) -> str:
    store.put(own.case, body_of(own.content(own.case)), headers_of(own.case))
    if store.head(own.case.replace("Case", "case")) is not None:
        raise Missing("the file system does not tell upper from lower case")
    return "are told apart"
