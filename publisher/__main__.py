"""Where an error becomes an exit status, and nowhere else."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType
from typing import Final

_LASTING: Final = ("preview", "watch")
"""Commands that run until they are stopped."""


def main() -> None:
    """Runs the command line and exits with the status that `docs/cli.md` lists."""
    from publisher.cli import run
    from publisher.garbage import MANY

    # A large show is a million small values that stay; looking for cycles among them every 700 costs a sixth,
    # and doing so once when all is published and the process ends 0.1 s.
    gc.set_threshold(50_000 if sys.argv[1:] and sys.argv[1] in _LASTING else MANY, 20, 20)
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
    network = sys.modules.get("publisher.network")
    if network is not None and network.still_at_work():
        # The interpreter would wait for what a show began that waits for a silent store.
        sys.stderr.flush()
        os._exit(status)
    # The interpreter would end by looking for cycles among all that there is, which takes it 0.1 s.
    gc.freeze()
    sys.exit(status)


def _interrupted(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does: what was published before stands, and the status is 130."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
