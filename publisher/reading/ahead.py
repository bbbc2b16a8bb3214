"""Audio probed before its turn, where a show has much of it that nobody has read yet.

Reading goes from episode to episode, and a file that was never seen is read whole: digest and frames. A show
of hundreds of them would keep one core busy and leave the others idle. So once that has taken a while, the
folders are looked through for what is still to come, and it is probed in several processes, or wherever else
`Probing` has it done. A run that finds everything in the cache never comes to that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol

from publisher.reading.cache import FactsCache
from publisher.reading.folder import AUDIO_ENDINGS
from publisher.reading.probes import Facts, audio_facts

Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of audio that nobody has probed.

    Attributes:
        name: below the show folder, with `/`.
        stamp: size in bytes, times of change and inode, by which a change is noticed.
    """

    path: Path
    name: str
    stamp: Stamp

    @property
    def length_bytes(self) -> int:
        return self.stamp[0]


class Probed(Protocol):
    """A file that is being probed: a future."""

    def result(self) -> Facts:
        """Waits for it.

        Raises:
            OSError: as `audio_facts`.
            PublisherError: it is done elsewhere, and failed there.
        """


Submit = Callable[[Unread], Probed]
"""Has a file probed."""


@dataclass(frozen=True, slots=True)
class Probing:
    """Where audio is probed ahead: in processes of this machine.

    Attributes:
        patience_seconds: so long files are read one after the other.
        worth_seconds: of less work than that, processes take longer to begin than they spare.
    """

    patience_seconds: float = 0.5
    worth_seconds: float = 1.5

    def places(self) -> int:
        """How many files can be probed at once."""
        from publisher.sharing import cores

        return cores()

    @contextmanager
    def begin(self, count: int) -> Iterator[Submit]:
        """What takes files, of which there will be so many."""
        from publisher.processes import processes
        from publisher.sharing import room_for_processes

        with room_for_processes(min(self.places(), count)) as room, processes(room) as pool:
            yield lambda file: pool.submit(audio_facts, file.path, file.name)


@dataclass(slots=True)
class LookAhead:
    """Probes audio, and what comes after it. Use as a context manager.

    Attributes:
        folders: the episodes' folders, in the order in which they are read; gone through once at most.
    """

    cache: FactsCache
    probing: Probing
    yaml: str
    folders: Iterable[Path] = ()
    _spent_seconds: float = 0.0
    _read_bytes: int = 0
    _begun: bool = False
    _read: set[str] = field(default_factory=set)
    _waiting: dict[str, tuple[Stamp, Probed]] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> LookAhead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def facts(self, path: Path, name: str) -> Facts:
        """As `audio_facts`; taken from what was probed ahead if the file is still the same."""
        if not self._begun and self._spent_seconds >= self.probing.patience_seconds:
            self._begun = True
            self._begin()
        stamp, future = self._waiting.pop(name, (None, None))
        if future is not None and stamp == _stamp(path.stat()):
            try:
                return future.result()
            except BrokenExecutor:
                # Ended from outside, maybe for want of memory; one at a time needs less of it.
                self._waiting.clear()
        began = time.perf_counter()
        try:
            return audio_facts(path, name)
        finally:
            self._spent_seconds += time.perf_counter() - began
            self._read_bytes += path.stat().st_size
            self._read.add(name)

    def _begin(self) -> None:
        """Has everything probed that is still to come, where that is much."""
        if self.probing.places() < 2:
            return
        files = list(self._unread())
        total_bytes = sum(file.length_bytes for file in files)
        seconds = total_bytes * self._spent_seconds / max(1, self._read_bytes)
        if len(files) < 2 or seconds < self.probing.worth_seconds:
            return
        begun: AbstractContextManager[Submit] = self.probing.begin(len(files))
        submit = self._stack.enter_context(begun)
        for file in files:
            self._waiting[file.name] = file.stamp, submit(file)

    def _unread(self) -> Iterator[Unread]:
        """The audio of folders that are episodes and have one file of it; which of several counts is for
        reading to find out."""
        for folder in self.folders:
            found: list[os.DirEntry[str]] = []
            is_episode = False
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        is_episode = is_episode or entry.name == self.yaml
                        if not entry.name.startswith((".", "_")) and _is_audio(entry):
                            found.append(entry)
                stat = found[0].stat(follow_symlinks=False) if is_episode and len(found) == 1 else None
            except OSError:
                # Reading comes there too, and says it.
                continue
            if stat is None:
                continue
            name = f"{folder.name}/{found[0].name}"
            if name not in self._read and not self.cache.holds(name, "audio", stat):
                yield Unread(Path(found[0].path), name, _stamp(stat))


def _is_audio(entry: os.DirEntry[str]) -> bool:
    ending = os.path.splitext(entry.name)[1].casefold()  # noqa: PTH122 - a Path takes ten times as long
    return ending in AUDIO_ENDINGS and entry.is_file(follow_symlinks=False)


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
