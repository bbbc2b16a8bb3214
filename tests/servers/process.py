"""Starting programs that listen, waiting for them with a bound, and stopping exactly those."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

POLL_SECONDS = 0.05


class StartFailed(Exception):
    """A server did not come up; the message ends with what it last wrote."""


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of loopback that nobody listens on, all different.

    They lie below the range from which the kernel takes ports for outgoing connections, so that none is
    lost between this call and the server's own bind.
    """
    found: set[int] = set()
    for port in random.sample(range(15_000, 32_000), 2_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.add(port)
        if len(found) == count:
            return tuple(sorted(found))
    raise StartFailed("no free ports on 127.0.0.1")


def wait_until(done: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Polls `done`.

    Raises:
        StartFailed: it did not hold within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise StartFailed(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


def answers(port: int) -> bool:
    """Whether anybody accepts connections on the port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


class Programs:
    """The processes of one server. Each leads a process group of its own, which `stop` ends by its id."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        log = self._logs / f"{len(self._running)}-{Path(command[0]).name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=clean_environment(environment),
                cwd=self._logs,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((process, log))

    def wait_for(self, done: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Polls `done`, and gives up at once when a program has ended.

        Raises:
            StartFailed: one ended, or time is up.
        """

        def done_and_alive() -> bool:
            for process, log in self._running:
                if process.poll() is not None:
                    last_words = log.read_text(errors="replace")[-2000:]
                    raise StartFailed(f"{log.stem} ended with {process.returncode}:\n{last_words}")
            return done()

        wait_until(done_and_alive, seconds=seconds, what=what)

    def stop(self) -> None:
        """Ends every program, the last started first; kills what does not go within some seconds."""
        while self._running:
            process, _ = self._running.pop()
            _signal_group(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, without what would lead another Python astray."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | dict(extra or {})
