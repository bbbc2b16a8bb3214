"""Machines: processes that begin to publish at the same moment, and the eyes that watch the feed."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

from publisher.errors import PublisherError
from publisher.release import publish

MOST: Final = 8
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
START_SECONDS: Final = 60

_NAMED: Final = re.compile(rb"<!-- publisher release: (\S+) -->\n")
_barriers: dict[int, Barrier] = {}


@dataclass(frozen=True)
class Attempt:
    """How one machine's publish ended: its exit status, and the manifest of its release, if it made one."""

    machine: int
    status: int
    released: str = ""
    error: str = ""


class Machines:
    """Processes that stay, so that a race is about publishing and not about who starts Python first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        spawn: Any = multiprocessing.get_context("spawn")
        barriers = {count: spawn.Barrier(count) for count in range(1, MOST + 1)}
        self._pool = ProcessPoolExecutor(
            MOST, mp_context=spawn, initializer=_begin, initargs=(dict(environment), barriers)
        )

    def publish(self, shows: list[Path], *, to: str, url: str) -> list[Attempt]:
        """Publishes from every folder at once."""
        futures = [
            self._pool.submit(_publish, machine, len(shows), show, to, url)
            for machine, show in enumerate(shows)
        ]
        return [future.result(timeout=180) for future in futures]

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def machines(environment: Mapping[str, str]) -> Iterator[Machines]:
    running = Machines(environment)
    try:
        yield running
    finally:
        running.close()


def _begin(environment: dict[str, str], barriers: dict[int, Barrier]) -> None:
    os.environ.update(environment)
    _barriers.update(barriers)


def _publish(machine: int, count: int, show: Path, to: str, url: str) -> Attempt:
    _barriers[count].wait(START_SECONDS)
    try:
        outcome = publish(show, to=to, url=url, now=NOW)
    except PublisherError as error:
        return Attempt(machine, error.exit_status, error=str(error))
    return Attempt(machine, 0, outcome.manifest_key if outcome.released else "")


@dataclass
class Watch:
    """Every feed that was seen, in the order of its appearance."""

    feeds: list[bytes] = field(default_factory=list)
    looks: int = 0


@contextmanager
def watching(look: Callable[[], bytes | None]) -> Iterator[Watch]:
    """Looks at the public feed over and over while the block runs, and once after it."""
    watch, done = Watch(), threading.Event()
    failures: list[BaseException] = []

    def once() -> None:
        feed = look()
        watch.looks += 1
        if feed is not None and (not watch.feeds or watch.feeds[-1] != feed):
            watch.feeds.append(feed)

    def keep_looking() -> None:
        try:
            while not done.wait(0.01):
                once()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join(60)
    assert not failures, failures
    once()


def named(feed: bytes) -> str:
    """The manifest that a feed names."""
    match = _NAMED.search(feed[:1024])
    assert match, "the feed names no release"
    return match.group(1).decode()


def unnamed(feed: bytes) -> bytes:
    """The feed without the line that names its manifest."""
    return _NAMED.sub(b"", feed, count=1)


def copies(show: Path, count: int, to: Path) -> list[Path]:
    """The show on so many machines."""
    return [Path(shutil.copytree(show, to / f"machine-{number}" / "show")) for number in range(count)]
