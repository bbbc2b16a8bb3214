"""Looks that are killed: each in a process of its own, which ends right before its Nth change of the disk.

Reads one order a line, as JSON, and answers each with one. Processes are forked from this one, that has
imported all there is, because a test wants hundreds of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

# What changes a disk, as Python tells of it; opening counts where it writes.
CHANGES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.truncate"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True, slots=True)
class Order:
    """Which look, and when it ends: before a change, counted from 1, or after a time; at neither if 0."""

    show: str
    inbox: str
    last_change: int = 0
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How it ended: the signal, 0 for none, and how many changes it had made then where it was not killed."""

    signal: int
    changes: int
    failed: bool


def carry_out(order: Order) -> Answer:
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(reader)
            os.write(writer, str(_look(order)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    _, status = os.waitpid(process, 0)
    with os.fdopen(reader) as answer:
        changes = int(answer.read() or "0")
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Answer(killed, changes, not killed and os.WEXITSTATUS(status) != 0)


def _look(order: Order) -> int:
    from publisher.inbox import take_in

    count = 0

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        opened = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
        if event in CHANGES or opened:
            count += 1
            if count == order.last_change:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(heard)
    if order.after_seconds:
        # Nobody has a handler for it: it ends the process where it stands.
        signal.setitimer(signal.ITIMER_REAL, order.after_seconds)
    take_in(Path(order.show), order.inbox, now=datetime.now(UTC) + timedelta(hours=1))
    signal.setitimer(signal.ITIMER_REAL, 0)
    return count


def main() -> None:
    import publisher.audio.probe
    import publisher.inbox.folders
    import publisher.inbox.looking

    assert publisher.audio.probe
    assert publisher.inbox.folders
    for line in sys.stdin:
        answer = carry_out(Order(**json.loads(line)))
        print(json.dumps({name: getattr(answer, name) for name in answer.__slots__}), flush=True)


if __name__ == "__main__":
    main()
