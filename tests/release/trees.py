"""What lies in a folder, to be compared."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from publisher.store.folder import WORK_FOLDER

PUBLISHER = (sys.executable, "-m", "publisher")


def tree(folder: Path, *, without: tuple[str, ...] = (".publisher", WORK_FOLDER)) -> dict[str, str]:
    """Digest of every file by its path, but for those in folders of ours."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(without) & set(path.relative_to(folder).parts)
    }


def stats(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, size and time of last change of every file and folder, ours included."""
    found = [folder, *sorted(folder.rglob("*"))]
    return {str(path): (path.stat().st_ino, path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def run(
    *arguments: str | Path, env: Mapping[str, str] | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    return subprocess.run(
        [*PUBLISHER, *map(str, arguments)],
        env=environment(env),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's, without settings of publisher, and with the package on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PUBLISHER_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | dict(changes or {})
