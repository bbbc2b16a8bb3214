"""How often Python looks for garbage that refers to itself, and what is not taken apart when nobody needs it
any more."""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator
from typing import Final

MANY: Final = 1_000_000
"""So many new values are a reason to look for cycles where few are expected."""
_left: Final[list[object]] = []
_lock: Final = threading.Lock()
_under_way: Final[list[tuple[int, int, int]]] = []
"""For each block that has begun how often cycles were looked for before the first of them."""


@contextlib.contextmanager
def rarely_collected() -> Iterator[None]:
    """While the block runs, cycles are looked for only where there is very much: a large show is a million
    small values, which stay for as long as the block takes and hold each other in no circle."""
    with _lock:
        before = _under_way[0] if _under_way else gc.get_threshold()
        _under_way.append(before)
        gc.set_threshold(max(MANY, before[0]), *before[1:])
    try:
        yield
    finally:
        with _lock:
            _under_way.pop()
            if not _under_way:
                gc.set_threshold(*before)


class _Ending:
    """Whether the process ends with what it does now."""

    is_command = False
    is_near = False


def runs_one_command() -> None:
    """Says that the process is one command's, and ends by `os._exit`."""
    _Ending.is_command = True


def end_is_near() -> None:
    """Says that a command does its last thing: what `leave` is given stays as it is from now on."""
    _Ending.is_near = _Ending.is_command


def leave(*made: object) -> None:
    """Leaves what nobody needs any more to the end of the process, where that is near: to take apart what was
    made of ten thousand episodes takes 0.1 s, and the system takes all memory back at once."""
    if _Ending.is_near:
        _left.extend(made)
