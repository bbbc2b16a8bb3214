"""The progress bar: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.cli import logs
from publisher.cli.output import Output
from publisher.release.uploads import Progress, Quiet

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress as Bars


@contextmanager
def watching(output: Output) -> Iterator[Progress]:
    """A bar while a release runs, for people who look; a show among others moves the bar of all."""
    if output.common is not None:
        yield output.common.of(output.show)
        return
    with bars(output) as bar:
        yield bar or Quiet()


@contextmanager
def bars(output: Output) -> Iterator[Bar | None]:
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
        yield Bar(live, listening, storing)


class Bar:
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
