"""Publishing in a process of its own, which can be killed. It is forked by a process that has everything
imported, so that hundreds of them are affordable."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from tests.faults.scene import BASE, NOW

END_SECONDS: Final = 120


class Children:
    """Starts processes that publish."""

    def __init__(self) -> None:
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            [
                "publisher.release.assemble",
                "publisher.store.s3",
                "publisher.store.retrying",
                "tests.faults.child",
            ]
        )

    def start(
        self, folder: Path, to: str, environment: Mapping[str, str] | None = None, *, file_bytes: int = 0
    ) -> BaseProcess:
        """A process that publishes the folder. It ends with the exit status of the command line; its words go
        to a file beside the folder.

        Args:
            to: the store.
            environment: variables over those of this process.
            file_bytes: no file may grow larger, as on a disk that is full; 0 for no limit.
        """
        arguments = (str(folder), to, dict(environment or {}), file_bytes)
        process = self._context.Process(target=_publish, args=arguments)
        process.start()
        return process

    def run(
        self, folder: Path, to: str, environment: Mapping[str, str] | None = None, *, file_bytes: int = 0
    ) -> tuple[int, str]:
        """Publishes, and gives the exit status and what was said."""
        process = self.start(folder, to, environment, file_bytes=file_bytes)
        return ended(process), words(folder)


def ended(process: BaseProcess) -> int:
    """The exit status of a process, once it has ended; minus the signal that ended it."""
    process.join(END_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"the process did not end within {END_SECONDS} s")
    return process.exitcode


def words(folder: Path) -> str:
    """What the last process said that published this folder."""
    path = _log(folder)
    return path.read_text("utf-8") if path.exists() else ""


def _log(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.log"


def _publish(folder: str, to: str, environment: dict[str, str], file_bytes: int) -> None:
    from publisher.errors import PublisherError
    from publisher.release import publish

    log = os.open(_log(Path(folder)), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(environment)
    if file_bytes:
        # Python ignores SIGXFSZ of itself, so that a write past the limit is EFBIG.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, resource.RLIM_INFINITY))
    try:
        publish(folder, to=to, url=BASE, now=NOW)
    except PublisherError as error:
        # What is said goes to a file as well.
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print(error, file=sys.stderr, flush=True)
        sys.exit(error.exit_status)
