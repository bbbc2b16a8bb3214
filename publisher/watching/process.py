"""The process that watches: a thread for each show, the file system's news, and the signals."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from watchfiles import Change, DefaultFilter, watch

from publisher.errors import ShowError
from publisher.reading.load import read_settings
from publisher.sharing import Sharing, sharing
from publisher.watching.clock import Clock, SystemClock
from publisher.watching.show import Event, Settings, ShowWatch

_log = logging.getLogger(__name__)

TICK_SECONDS: Final = 10.0
"""The wall clock is looked at so often: it may have been set, or the machine may have slept."""

_STEP_MILLISECONDS: Final = 1000
_GATHER_MILLISECONDS: Final = 2000
_END_SECONDS: Final = 60.0


class Watch:
    """Shows under watch, until `stop`.

    Args:
        shows: the folders.
        tell: told of what happens, from any thread, one at a time.
    """

    def __init__(
        self,
        shows: Sequence[Path],
        settings: Settings,
        *,
        tell: Callable[[Event], None],
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        self._tell_lock = threading.Lock()
        self._tell = tell
        # One at a time: encoding takes every core by itself.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._runs = [self._run_of(folder, settings) for folder in shows]
        self._threads: list[threading.Thread] = []
        # Connections alone: whoever waited for a turn would be late.
        self._common = Sharing(turns=max(1, len(shows)))

    @property
    def shows(self) -> tuple[ShowWatch, ...]:
        return tuple(run.show for run in self._runs)

    def start(self) -> None:
        """Begins to watch; returns at once."""
        for run in self._runs:
            self._thread(run.go, f"watch {run.show.name}")
        self._thread(self._listen, "listen")

    def stop(self) -> None:
        """Lets what has begun to be released be finished, and leaves the rest; returns when that is done."""
        self._stop.set()
        for run in self._runs:
            run.wake.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for thread in self._threads:
            thread.join(_END_SECONDS)

    def look(self) -> None:
        """Looks at every show now."""
        for run in self._runs:
            run.show.changed()
            run.wake.set()

    def _run_of(self, folder: Path, settings: Settings) -> _Run:
        wake = threading.Event()
        show = ShowWatch(folder, settings, self._clock, self._told, self._stop, self._pool, woken=wake.set)
        return _Run(show, self._clock, self._stop, wake)

    def _told(self, event: Event) -> None:
        with self._tell_lock:
            self._tell(event)

    def _thread(self, target: Callable[[], None], name: str) -> None:
        def share() -> None:
            with sharing(self._common):
                target()

        thread = threading.Thread(target=share, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        """Wakes a show when something in its folder changes. What is missed is found at the next look."""
        roots = {run.show.folder.resolve(): run for run in self._runs if run.show.folder.is_dir()}
        inboxes = {inbox: run for run in self._runs if (inbox := inbox_of(run.show.folder)) is not None}
        if not roots:
            return
        try:
            changes = watch(
                *roots,
                *inboxes,
                watch_filter=_Filter((*roots, *inboxes)),
                debounce=_GATHER_MILLISECONDS,
                step=_STEP_MILLISECONDS,
                stop_event=self._stop,
                raise_interrupt=False,
            )
            for changed in changes:
                paths = [Path(path) for _, path in changed]
                for root, run in roots.items():
                    if any(path.is_relative_to(root) for path in paths):
                        run.show.changed()
                        run.wake.set()
                for inbox, run in inboxes.items():
                    if any(path.is_relative_to(inbox) for path in paths):
                        run.show.dropped()
                        run.wake.set()
        except OSError as error:
            # Too many folders for the kernel, or a file system that tells nothing.
            _log.warning(
                "the folders cannot be listened to (%s); they are looked at each hour", error.strerror
            )


def inbox_of(show: Path) -> Path | None:
    """The folder that is a show's inbox; None where it has none, or one in a bucket."""
    try:
        inbox = str(read_settings(show).get("inbox", ""))
    except ShowError:
        return None
    if not inbox or inbox.startswith("s3:"):
        return None
    folder = (show.resolve() / Path(inbox).expanduser()).resolve()
    return folder if folder.is_dir() else None


class _Run:
    """The loop of one show."""

    def __init__(self, show: ShowWatch, clock: Clock, stop: threading.Event, wake: threading.Event) -> None:
        self.show = show
        self.wake = wake
        self._clock = clock
        self._stop = stop

    def go(self) -> None:
        while not self._stop.is_set():
            seconds = self.show.wait_seconds()
            if seconds > 0:
                self._clock.wait(min(seconds, TICK_SECONDS), self.wake)
                self.wake.clear()
                continue
            self.show.step()


class _Filter(DefaultFilter):
    """Changes of shows' own files: not of what publisher keeps beside them."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots
        super().__init__()

    def __call__(self, change: Change, path: str) -> bool:
        found = Path(path)
        for root in self._roots:
            if found.is_relative_to(root):
                hidden = any(part.startswith(".") for part in found.relative_to(root).parts)
                return not hidden and super().__call__(change, path)
        return False


@contextmanager
def signals(stop: Callable[[], None], look: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT end the watch, SIGHUP lets it look at everything now. For the main thread."""

    def told(number: int, frame: FrameType | None) -> None:
        (look if number == signal.SIGHUP else stop)()

    before = {
        number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
