"""Several shows in one command: at the same time, each with its lines together, and a summary at the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

from publisher.cli import logs, streams
from publisher.cli.output import Output, do_for, each_show, json_text
from publisher.garbage import end_is_near
from publisher.sharing import going_on

if TYPE_CHECKING:
    from publisher.cli.progress import Bar
    from publisher.release.uploads import Progress

Action = Callable[[str, Output], tuple[int, dict[str, Any]]]
"""What a command does for a show: it speaks through the output that it is given, sets its `came_to`, and
gives the exit status and the document."""

_FAILED: Final = "failed"


def shows_at_once(
    shows: Sequence[str], output: Output, action: Action, *, one_at_a_time: bool = False
) -> int:
    """Does the action for each show, several at the same time; one that fails, however it does, does not keep
    the others from going on.

    What is said of a show comes together, as soon as it and all that were named before it are done. With one
    show, or none named, everything is as `each_show` has it.

    Args:
        one_at_a_time: for shows that would be in each other's way, as those are that go to one store.

    Returns:
        The highest of the exit statuses.
    """
    if len(shows) <= 1:
        end_is_near()
        return each_show(shows, output, lambda show: action(show, output))
    from publisher.network import run_all

    summary = _Summary(output, len(shows))
    try:
        with ExitStack() as stack:
            common = Common(output, stack)

            def one(place: int) -> _Done:
                own = replace(output, show=shows[place], common=common, documents=[])
                with streams.aside() as lines:
                    status, document = do_for(own.show, own, lambda show: action(show, own))
                # A thousand documents as objects would take ten times the memory.
                text = json_text(document) if output.as_json else ""
                return _Done(own.show, status, own.came_to, own.reason, lines, text)

            run_all(
                shows,
                one,
                lambda place, done: common.above(lambda: summary.add(done)),
                one_at_a_time=one_at_a_time,
            )
    finally:
        summary.close()
    return summary.status


class Common:
    """The progress of shows that run at the same time; for any number of threads.

    Args:
        output: the command's.
        stack: what ends the bar, which there is only once a show has something to do.
    """

    def __init__(self, output: Output, stack: ExitStack) -> None:
        self._output = output
        self._stack = stack
        self._begun = False
        self._bar: Bar | None = None
        self._lock = threading.Lock()
        self._sound: dict[str, tuple[float, float]] = {}

    def of(self, show: str) -> Progress:
        """One show's own."""
        from publisher.cli.progress import bars

        with self._lock:
            if not self._begun:
                self._begun, self._bar = True, self._stack.enter_context(bars(self._output))
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

    def move(self, change: Callable[[Bar], None]) -> None:
        """Moves the bar."""
        with self._lock:
            if self._bar is not None:
                change(self._bar)

    def listen(self, show: str, done_seconds: float, total_seconds: float) -> None:
        """So much of a show's sound is done, of so much."""

        def change(bar: Bar) -> None:
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
        # Of many, which one says more than what of it.
        self._common.move(lambda bar: bar.say(self._show))


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of one show."""

    show: str
    status: int
    came_to: str
    reason: str
    lines: list[tuple[str, bool]]
    document: str


@dataclass(slots=True)
class _Summary:
    """Says what came of each show, and at the end what came of all."""

    output: Output
    shows: int
    status: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    not_well: list[tuple[str, int, str]] = field(default_factory=list)
    _held: str | None = None

    def add(self, done: _Done) -> None:
        self.status = max(self.status, done.status)
        self.counts[done.came_to or _FAILED] += 1
        if done.status:
            self.not_well.append((done.show, done.status, done.reason))
        if not self.output.as_json:
            streams.echo_all(done.lines)
            return
        # As one document, of which no more than one show's part is held.
        streams.echo('{\n  "shows": [' if self._held is None else f"{self._held},")
        self._held = indent(done.document, "    ")

    def close(self) -> None:
        """The summary, also of shows that were interrupted."""
        if not self.output.as_json:
            self._say()
            return
        streams.echo('{\n  "shows": [' if self._held is None else self._held)
        numbers = {name.replace(" ", "_"): number for name, number in self._numbers().items()}
        summary = json_text({"shows": self.shows, "status": self.status} | numbers)
        streams.echo(f'  ],\n  "summary": {indent(summary, "  ").lstrip()}\n}}')

    def _say(self) -> None:
        listed = ", ".join(f"{number:,} {name}" for name, number in self._numbers().items())
        self.output.say(f"{self.shows:,} shows: {listed}")
        for show, status, reason in self.not_well:
            with logs.about(show):
                self.output.complaint(f"{show}: {reason} (status {status})")

    def _numbers(self) -> dict[str, int]:
        """What came of how many shows; how many failed is said in any case, and stands last."""
        failed = {_FAILED: self.counts[_FAILED]}
        others = {name: number for name, number in sorted(self.counts.items()) if name != _FAILED}
        left = self.shows - self.counts.total()
        return others | failed | ({"interrupted": left} if left else {})
