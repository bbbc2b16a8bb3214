"""A scheduler and workers on the loopback address, shows to publish with them, and what they are at."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.release.trees import PUBLISHER, environment
from tests.servers.process import answers, free_ports
from tests.sound.material import RATE, speech
from tests.support.require import require, require_program
from tests.support.shows import MP3, add_episode, make_show

SECONDS = 90
NOW = "2026-01-01"


def require_dask() -> None:
    """Skips the test, or fails it, where the extra is not installed."""
    if importlib.util.find_spec("distributed") is None:
        require("dask", "the cluster extra installs it")


@dataclass
class Worker:
    """A worker's process, without a nanny: whoever ends it ends the worker."""

    process: subprocess.Popen[bytes]
    scratch: Path
    log: Path

    def at_work(self) -> bool:
        """Whether it is at a task: each has a folder of its own."""
        return any(self.scratch.rglob("publisher-*"))

    def encoding(self) -> bool:
        """Whether it is writing an encoded file."""
        return any(self.scratch.rglob("publisher-*/.encoded*"))

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=SECONDS)


@dataclass
class Stand:
    """A cluster.

    Attributes:
        address: the scheduler's.
        scheduler: its process.
    """

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[Worker] = field(default_factory=list)

    def add(
        self,
        *,
        threads: int = 1,
        settings: Mapping[str, str] | None = None,
        start: Sequence[str] = (),
    ) -> Worker:
        """Starts a worker, and waits until the scheduler knows it.

        Args:
            settings: variables for it.
            start: what goes before its command.
        """
        number = len(self.workers)
        scratch, log = self.folder / f"scratch{number}", self.folder / f"worker{number}.log"
        scratch.mkdir()
        options = ["--nthreads", str(threads), "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        command = [*start, *dask("worker", self.address, *options, "--local-directory", str(scratch))]
        worker = Worker(_start(command, log, settings), scratch, log)
        self.workers.append(worker)
        until(lambda: b"Registered to" in log.read_bytes(), worker.process, what="a worker", log=log)
        return worker

    def publish(self, show: Path, to: Path | str, *options: str, **settings: str) -> Done:
        """Runs `publisher publish --cluster`."""
        with self.publishing(show, to, *options, **settings) as process:
            return ended(process)

    @contextlib.contextmanager
    def publishing(
        self, show: Path, to: Path | str, *options: str, **settings: str
    ) -> Iterator[subprocess.Popen[str]]:
        """The same, while it runs."""
        arguments = ["publish", str(show), "--to", str(to), "--now", NOW, "--json", *options]
        process = subprocess.Popen(
            [*PUBLISHER, *arguments, "--cluster", self.address],
            env=environment(settings),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def stop(self) -> None:
        for process in (*(worker.process for worker in self.workers), self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=SECONDS)


@contextlib.contextmanager
def overheard(stand: Stand) -> Iterator[list[bytes]]:
    """All that passes between a publisher and the scheduler, in either direction, while the block lasts."""
    host, _, port = stand.address.rpartition(":")
    heard: list[bytes] = []

    def pass_on(reader: socket.socket, writer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := reader.recv(1 << 16):
                heard.append(data)
                writer.sendall(data)
            writer.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", int(port)))
                sockets.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    sockets: list[socket.socket] = []
    address = stand.address
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        stand.address = f"{host}:{listener.getsockname()[1]}"
        try:
            yield heard
        finally:
            stand.address = address
            # A thread that waits in accept is not woken by a close.
            listener.shutdown(socket.SHUT_RDWR)
            for each in sockets:
                each.close()


def own_mounts(script: str, *arguments: Path) -> list[str]:
    """What goes before a command that is to see other disks: a shell script that mounts them."""
    unshare = require_program("unshare")
    start = [unshare, "--mount", "--map-root-user"]
    if subprocess.run([*start, "true"], check=False, capture_output=True).returncode:
        require("unshare", "this machine lets nobody mount in a name space of their own")
    # The worker's own arguments follow those of the script.
    shift = f"shift {len(arguments)}"
    return [*start, "sh", "-ec", f'{script}; {shift}; exec "$@"', "sh", *map(str, arguments)]


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    said: dict[str, Any]
    stderr: str

    @property
    def error(self) -> dict[str, str]:
        found: dict[str, str] = self.said["error"]
        return found


def ended(process: subprocess.Popen[str]) -> Done:
    """Waits for a publish."""
    out, err = process.communicate(timeout=SECONDS)
    return Done(process.returncode, json.loads(out)["shows"][0] if out else {}, err)


@contextlib.contextmanager
def standing(folder: Path, **settings: str) -> Iterator[Stand]:
    """A scheduler without workers."""
    (port,) = free_ports(1)
    log = folder / "scheduler.log"
    command = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    stand = Stand(folder, f"tcp://127.0.0.1:{port}", _start(command, log, settings))
    try:
        until(lambda: answers(port), stand.scheduler, what="the scheduler", log=log)
        yield stand
    finally:
        stand.stop()


def dask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dask", *arguments]


def until(
    done: Callable[[], bool],
    process: subprocess.Popen[Any],
    *,
    what: str,
    log: Path | None = None,
    seconds: float = SECONDS,
) -> None:
    """Polls until it is so; fails once the process has ended, or after a while."""
    end = time.monotonic() + seconds
    while not done():
        words = log.read_text("utf-8", "replace")[-2000:] if log else ""
        assert process.poll() is None, f"{what}: the process ended with {process.returncode}\n{words}"
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s\n{words}"
        time.sleep(0.02)


def _start(command: Sequence[str], log: Path, settings: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            env=environment(settings),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def studio_show(folder: Path, *, episodes: int = 3, seconds: float = 6.0, **keys: Any) -> Path:
    """A show whose episodes were given as WAVs, but for the last, which is an MP3; with chapters, and a form
    beside each enclosure."""
    show = make_show(folder, episodes=[], audio={"alternates": [{"format": "opus"}]}, **keys)
    for number in range(1, episodes + 1):
        slug = f"{number:04}-episode"
        last = number == episodes > 1
        chapters = [{"start": 0, "title": "One"}, {"start": 1, "title": "Two"}]
        sound = MP3 if last else None
        episode = add_episode(show, slug, number=number, chapters=chapters, sound=sound)
        if not last:
            write_wav(episode / "a studio's.wav", seconds=seconds, level=0.02 * number)
    return show


def write_wav(path: Path, *, seconds: float, level: float = 0.1) -> None:
    """Speech, repeated until it is long enough."""
    once = (speech(seconds=min(seconds, 10.0), level=level) * 32_767).astype("<i2").tobytes()
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        for _ in range(round(seconds / min(seconds, 10.0))):
            writer.writeframes(once)
