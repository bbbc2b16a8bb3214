"""Where an error becomes an exit status, and nowhere else."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command line and exits with the status that `docs/cli.md` lists."""
    from publisher.cli import run

    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()
