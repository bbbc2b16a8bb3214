"""Processes for work that holds Python's lock: decoding, and walking through frames."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any


def shared_numbers(count: int) -> Any:
    """Numbers that every process sees, each written by one of them: floats by their place."""
    return multiprocessing.get_context("spawn").Array("d", count, lock=False)


@contextlib.contextmanager
def processes(
    count: int, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Processes that end at once with this one, or when the block is left by an error.

    Args:
        count: at most so many; each starts when there is work for it.
        begin: called in each with `arguments` before its first work.
    """
    context = _Own()
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(begin, arguments))
    try:
        yield pool
    except BaseException:
        for process in context.begun:
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Own(SpawnContext):
    """Knows the processes that it began: another thread may have some for another show."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[SpawnProcess] = []

    def Process(self, *arguments: Any, **options: Any) -> SpawnProcess:  # type: ignore[override]
        process = SpawnProcess(*arguments, **options)
        self.begun.append(process)
        return process


# In one of the processes.


def _begin(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    # The terminal's interrupt goes to every process; the one that was started by a person decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with(parent: Any) -> None:
    """Where the run is killed, nobody is left to wait for what this process makes."""
    parent.join()
    os._exit(1)
