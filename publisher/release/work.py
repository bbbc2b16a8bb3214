"""A folder for copies that cannot be avoided, gone when the work is done."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Final

from publisher.build.sounds import MEASURED, SOURCE_CHARACTERS
from publisher.folder_names import STATE_FOLDER

_SOUND: Final = "sound"
_PREFIX: Final = "work-"
_STALE_SECONDS: Final = 24 * 3600
_FORGOTTEN_SECONDS: Final = 30 * 24 * 3600


@contextlib.contextmanager
def work_folder(root: Path) -> Iterator[Path]:
    """A new folder in the show's own state, or where temporary files go if the show cannot be written to.

    What a killed run left behind is removed a day later: by then nobody works in it.
    """
    state: Path | None = root / STATE_FOLDER
    try:
        root.joinpath(STATE_FOLDER).mkdir(exist_ok=True)
        work = tempfile.mkdtemp(prefix=_PREFIX, dir=state)
    except OSError:
        # A show on a read-only disk is published all the same.
        work = tempfile.mkdtemp(prefix=f"publisher-{_PREFIX}")
    else:
        _remove_stale(root / STATE_FOLDER)
    try:
        yield Path(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sound_folder(root: Path, work: Path) -> Path:
    """Where encoded sound waits for its release, so that a run after an interrupted one need not make it
    again; in the work folder where the show cannot be written to."""
    return root / STATE_FOLDER / _SOUND if work.is_relative_to(root) else work / _SOUND


def clear_sound(root: Path, released: Callable[[], Collection[str]]) -> None:
    """Removes what was encoded, once it is released. What was made ready for an episode that is to come
    stays, for a month if it never comes; what was measured stays, since it is small.

    Args:
        released: gives digests of the audio that was released.
    """
    folder = root / STATE_FOLDER / _SOUND
    paths = [path for path in folder.glob("*") if not path.name.endswith(MEASURED)]
    gone = {digest[:SOURCE_CHARACTERS] for digest in released()} if paths else set()
    for path in paths:
        with contextlib.suppress(OSError):
            old = time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS
            if old or path.name[:SOURCE_CHARACTERS] in gone:
                path.unlink()


def _remove_stale(state: Path) -> None:
    for path in state.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
