"""A server for as long as it is needed, and no longer."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers import ceph, swift
from tests.servers.process import Programs, StartFailed
from tests.servers.server import S3Server

SERVERS = {"swift": swift.start, "ceph": ceph.start}
START_SECONDS = 240


@contextlib.contextmanager
def running(kind: str, port: int | None = None) -> Iterator[S3Server]:
    """The server, on fresh data, until the block ends.

    Raises:
        StartFailed: it did not come up; nothing of it is left running.
    """
    data = Path(tempfile.mkdtemp(prefix=f"publisher-{kind}-"))
    programs = Programs(data)
    try:
        server = SERVERS[kind](data, programs, port)
        yield dataclasses.replace(server, pid=os.getpid(), data=str(data))
    finally:
        programs.stop()
        shutil.rmtree(data, ignore_errors=True)


def run(kind: str, port: int | None, *, until_stdin_closes: bool, as_json: bool) -> None:
    """Runs the server until a signal, or until whoever started it is gone, however that came about."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with contextlib.suppress(KeyboardInterrupt), running(kind, port) as server:
        print(server.as_json() if as_json else _for_people(server), flush=True)
        if until_stdin_closes:
            sys.stdin.buffer.read()
        else:
            signal.pause()


def _for_people(server: S3Server) -> str:
    lines = [f"export {name}={value}" for name, value in server.environment().items()]
    return "\n".join([f"# {server.kind} listens; Ctrl-C stops it and drops its data", *lines])


@contextlib.contextmanager
def running_elsewhere(kind: str) -> Iterator[S3Server]:
    """The same, kept by a process of its own which ends the server even when this one is killed.

    Raises:
        StartFailed: it did not come up.
    """
    command = [sys.executable, "-m", "tests.servers", "run", kind, "--json", "--until-stdin-closes"]
    keeper = subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    with keeper:
        try:
            ready, _, _ = select.select([keeper.stdout], [], [], START_SECONDS)
            line = keeper.stdout.readline() if ready else ""
            if not line:
                raise StartFailed(f"{kind} did not come up within {START_SECONDS} s; its words are above")
            yield S3Server.from_json(line)
        finally:
            keeper.stdin.close()
            keeper.wait(timeout=60)
