"""Reading ahead of what is being done, and writing behind it.

FFmpeg, LAME and numpy let Python go on while they work, so that they work beside each other: to
convert a file takes little longer than the slowest part of it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

_WAITING: Final = 8
"""Blocks of a second that wait at most: memory stays small."""
_LOOK_SECONDS: Final = 0.1


class _End:
    """Stands behind the last one, with what stopped it."""

    def __init__(self, cause: BaseException | None = None) -> None:
        self.cause = cause


@contextlib.contextmanager
def ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items in the same order, made by a thread that is some of them ahead.

    What is raised while they are made is raised where they are taken. The thread has ended when the context
    is left, however that happens.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(_WAITING)
    stopped = threading.Event()

    def put(item: T | _End) -> None:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=_LOOK_SECONDS)
                return

    def make() -> None:
        try:
            for item in items:
                put(item)
                if stopped.is_set():
                    return
            put(_End())
        except BaseException as cause:
            put(_End(cause))

    def take() -> Iterator[T]:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.cause is not None:
            raise item.cause

    thread = threading.Thread(target=make, name="reading ahead", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        stopped.set()
        thread.join()


class Behind:
    """Does something with each item that it is given, in their order, in a thread of its own.

    A context: left without an error, it waits until all is done, and raises what that raised; left with one,
    it drops what is still waiting.
    """

    def __init__(self, do: Callable[[T], object]) -> None:
        self._do: Callable[[T], object] = do
        self._waiting: queue.Queue[object] = queue.Queue(_WAITING)
        self._cause: BaseException | None = None
        self._dropped = False
        self._thread = threading.Thread(target=self._work, name="writing behind", daemon=True)
        self._thread.start()

    def __call__(self, item: object) -> None:
        self._raise()
        self._waiting.put(item)

    def __enter__(self) -> Behind:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._dropped = kind is not None
        self._waiting.put(_End())
        self._thread.join()
        if kind is None:
            self._raise()

    def _raise(self) -> None:
        if self._cause is not None:
            raise self._cause

    def _work(self) -> None:
        while not isinstance(item := self._waiting.get(), _End):
            if self._dropped or self._cause is not None:
                continue
            try:
                self._do(item)  # type: ignore[arg-type]
            except BaseException as cause:
                self._cause = cause


class Pipe:
    """Bytes on their way from one thread to another: written at one end, read once as a file at the other."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[bytes] = queue.Queue(_WAITING)
        self._unread: bytes | None = None
        self._left = threading.Event()

    def write(self, data: bytes) -> None:
        """Waits while too much is unread; once nobody reads any more, what is written is dropped."""
        if data:
            self._put(data)

    def end(self) -> None:
        """The writer's last word. May be said twice."""
        self._put(b"")

    def leave(self) -> None:
        """The reader's last word."""
        self._left.set()

    def read(self, size: int) -> bytes:
        """At most so many bytes; none once all were read."""
        if self._unread is None:
            self._unread = self._waiting.get()
        data = self._unread[:size]
        if data:
            self._unread = self._unread[size:] or None
        return data

    def _put(self, data: bytes) -> None:
        while not self._left.is_set():
            with contextlib.suppress(queue.Full):
                self._waiting.put(data, timeout=_LOOK_SECONDS)
                return
