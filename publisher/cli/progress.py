"""The progress bar: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from publisher.cli.output import Output
from publisher.release.uploads import Progress, Quiet


@contextmanager
def watching(output: Output) -> Iterator[Progress]:
    """A bar while a release runs, for people who look."""
    if output.quiet or output.as_json or not sys.stderr.isatty():
        yield Quiet()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
    from rich.progress import Progress as Bars

    columns = (
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bar(bars)


class _Bar:
    def __init__(self, bars: object) -> None:
        from rich.progress import Progress as Bars

        assert isinstance(bars, Bars)
        self._bars = bars
        self._task = bars.add_task("", total=0)
        self._total = 0
        self._done = 0

    def expect(self, length_bytes: int) -> None:
        self._total += length_bytes
        self._bars.update(self._task, total=self._total)

    def advance(self, length_bytes: int) -> None:
        # Tags, pages and pictures come on top of what was expected: the bar never runs past its end.
        self._done += length_bytes
        self._bars.update(self._task, completed=self._done, total=max(self._total, self._done))

    def say(self, text: str) -> None:
        self._bars.update(self._task, description=text)
