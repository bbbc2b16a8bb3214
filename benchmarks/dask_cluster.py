"""A Dask scheduler with workers on the loopback address, for as long as something is measured with it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import ROOT

_SECONDS = 60.0


@contextlib.contextmanager
def cluster(folder: Path, cores: str) -> Iterator[str]:
    """The scheduler's address, once all workers have come: processes of one thread, as many as cores.

    Args:
        folder: for logs and what the workers put down; made.
        cores: on which scheduler and workers run, as `taskset -c` takes them: `0,1`.

    Raises:
        RuntimeError: they did not come.
    """
    folder.mkdir(parents=True)
    workers = len(cores.split(","))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    shared = ("--host", "127.0.0.1", "--no-dashboard")
    log = folder / "log"
    processes = [_start(log, cores, "scheduler", *shared, "--port", str(port))]
    try:
        for place in range(workers):
            own = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder / str(place)))
            processes.append(_start(log, cores, "worker", address, *shared, *own))
        end = time.monotonic() + _SECONDS
        while log.read_text("utf-8", "replace").count("Registered to") < workers:
            if time.monotonic() > end or any(process.poll() is not None for process in processes):
                raise RuntimeError(f"the cluster did not come up:\n{log.read_text('utf-8', 'replace')}")
            time.sleep(0.05)
        yield address
    finally:
        for process in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _start(log: Path, cores: str, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            ["taskset", "-c", cores, sys.executable, "-m", "dask", *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
