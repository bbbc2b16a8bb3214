"""One run at a time per show folder on one machine. The lock is the kernel's: a killed run leaves none."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from publisher.errors import Conflict
from publisher.folder_names import SHOW_YAML, STATE_FOLDER

LOCK: Final = "lock"
"""In the state folder: the lock of runs that publish."""

WAIT_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1


@contextlib.contextmanager
def only_run(
    show: Path | str,
    *,
    wait_seconds: float = WAIT_SECONDS,
    say: Callable[[str], None] = lambda text: None,
    name: str = LOCK,
) -> Iterator[None]:
    """Holds the show's lock; a show on a read-only disk has none, and the store's conditions have to do.

    Args:
        show: the show folder; where it is none, there is nothing to lock.
        wait_seconds: how long another run is waited for.
        say: told once that it is.
        name: of the lock; others keep out each other only.

    Raises:
        Conflict: the other run is still at it.
    """
    root = Path(show)
    if not (root / SHOW_YAML).exists():
        yield
        return
    try:
        state = root / STATE_FOLDER
        state.mkdir(exist_ok=True)
        file = os.open(state / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield
        return
    try:
        hold(file, wait_seconds, say)
        yield
    finally:
        os.close(file)


def hold(file: int, wait_seconds: float, say: Callable[[str], None]) -> None:
    until = time.monotonic() + wait_seconds
    waiting = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                message = "another run of this show on this machine has not come to its end"
                raise Conflict(LOCK, message=message, help="try again when it has") from None
        if not waiting:
            say("waiting for another run of this show on this machine")
            waiting = True
        time.sleep(_LOOK_SECONDS)
