"""Where an error becomes an exit status, and nowhere else."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import Final, NoReturn

_LASTING: Final = ("preview", "watch")
"""Commands that run until they are stopped."""
_STDERR: Final = 2


def main() -> None:
    """Runs the command line and exits with the status that `docs/cli.md` lists."""
    _open_streams()
    from publisher.cli import run
    from publisher.garbage import MANY, runs_one_command

    is_lasting = bool(sys.argv[1:]) and sys.argv[1] in _LASTING
    # A large show is a million small values that stay; looking for cycles among them every 700 costs a sixth.
    gc.set_threshold(50_000 if is_lasting else MANY, 20, 20)
    if not is_lasting:
        runs_one_command()
    # Whoever stops a service or a container sends this. As the first process of a container it would not even
    # end without a handler.
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    _end(status)


def _open_streams() -> None:
    """A job may be started with its streams closed. Whatever was opened next would have their numbers, and
    what a program writes that we start would go into it."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (opened := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        os.set_inheritable(opened, True)
    os.close(opened)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(_STDERR, "w", closefd=False)


def _end(status: int) -> NoReturn:
    """Ends the process without taking apart what it has made, which takes Python 0.1 s of a large show; the
    system takes all of it back at once."""
    network = sys.modules.get("publisher.network")
    # What a show began that waits for a silent store is not waited for.
    if network is None or not network.still_at_work():
        if threading.active_count() > 1:
            # The interpreter waits for threads; it would also look for cycles among all that there is.
            gc.freeze()
            sys.exit(status)
        # What libraries tidy up: temporary files, processes, logs.
        atexit._run_exitfuncs()
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.flush()
    os._exit(status)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does: what was published before stands, and the status is 130."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
