"""The progress bar: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.cli import logs
from publisher.cli.output import Output
from publisher.release.uploads import Progress, Quiet
from publisher.sharing import going_on

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress as Bars


@contextmanager
def watching(output: Output) -> Iterator[Progress]:
    """A bar while a release runs, for people who look; a show among others moves the bar of all."""
    if output.common is not None:
        yield output.common.of(output.show)
        return
    with _bars(output) as bar:
        yield bar or Quiet()


@contextmanager
def watching_all(output: Output) -> Iterator[Common]:
    """The same for shows that run at the same time: each is given its own by `watching`, where its output has
    this as `common`."""
    with _bars(output) as bar:
        yield Common(bar)


class Common:
    """The progress of shows that run at the same time; for any number of threads."""

    def __init__(self, bar: _Bar | None) -> None:
        self._bar = bar
        self._lock = threading.Lock()
        self._sound: dict[str, tuple[float, float]] = {}

    def of(self, show: str) -> Progress:
        """One show's own."""
        return _OfOne(show, self)

    def above(self, say: Callable[[], None]) -> None:
        """Lets something be said: above the bar, where there is one."""
        with self._lock:
            if self._bar is None:
                say()
                return
            self._bar.hide()
            try:
                say()
            finally:
                self._bar.show()

    def move(self, change: Callable[[_Bar], None]) -> None:
        """Moves the bar."""
        with self._lock:
            if self._bar is not None:
                change(self._bar)

    def listen(self, show: str, done_seconds: float, total_seconds: float) -> None:
        """So much of a show's sound is done, of so much."""

        def change(bar: _Bar) -> None:
            self._sound[show] = done_seconds, total_seconds
            done, total = (sum(part) for part in zip(*self._sound.values(), strict=True))
            bar.listen(done, total)

        self.move(change)


class _OfOne:
    """One show's progress among others. It is told often, from the show's own thread and from those that
    store for it: so here a show learns that all are to end."""

    def __init__(self, show: str, common: Common) -> None:
        self._show = show
        self._common = common
        self._go_on = going_on()

    def expect(self, length_bytes: int) -> None:
        self._go_on()
        self._common.move(lambda bar: bar.expect(length_bytes))

    def advance(self, length_bytes: int) -> None:
        # What is taken back is taken back because of a failure already.
        if length_bytes > 0:
            self._go_on()
        self._common.move(lambda bar: bar.advance(length_bytes))

    def listen(self, done_seconds: float, total_seconds: float) -> None:
        self._go_on()
        self._common.listen(self._show, done_seconds, total_seconds)

    def say(self, text: str) -> None:
        self._go_on()
        self._common.move(lambda bar: bar.say(f"{self._show}: {text}"))


@contextmanager
def _bars(output: Output) -> Iterator[_Bar | None]:
    """Bars that are shown; None where nobody would see them."""
    if output.quiet or output.as_json or logs.is_json() or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    # Sound is counted in its own time, and what is stored in bytes: a bar for each.
    listening = Bars(BarColumn(), TextColumn("{task.description}", markup=False))
    storing = Bars(
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # What is said meanwhile goes where it belongs, and not to the bars' stderr.
    live = Live(
        Group(listening, storing),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with live:
        yield _Bar(live, listening, storing)


class _Bar:
    def __init__(self, live: Live, listening: Bars, storing: Bars) -> None:
        self._live = live
        self._listening = listening
        self._sound = listening.add_task("", total=0, visible=False)
        self._storing = storing
        self._task = storing.add_task("", total=0, visible=False)
        self._total = 0
        self._done = 0

    def hide(self) -> None:
        self._live.stop()

    def show(self) -> None:
        self._live.start(refresh=True)

    def expect(self, length_bytes: int) -> None:
        self._total += length_bytes
        self._storing.update(self._task, total=self._total)

    def advance(self, length_bytes: int) -> None:
        # Tags, pages and pictures come on top of what was expected: the bar never runs past its end.
        self._done += length_bytes
        total = max(self._total, self._done)
        self._storing.update(self._task, completed=self._done, total=total, visible=True)

    def listen(self, done_seconds: float, total_seconds: float) -> None:
        self._listening.update(
            self._sound,
            completed=done_seconds,
            total=total_seconds,
            description=f"{_clock(done_seconds)} of {_clock(total_seconds)} of sound",
            visible=done_seconds < total_seconds,
        )

    def say(self, text: str) -> None:
        self._storing.update(self._task, description=text, visible=True)


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"
