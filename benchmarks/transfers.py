"""Sending and comparing: publisher beside the three programs that people put files into buckets with.

`aws`, `rclone` and `s5cmd` come from `.ci/install-transfer-tools`, or from PATH. The server is Ceph's
gateway, as `.ci/install-servers` gets it, and for the sending a sink that keeps nothing, too
(`benchmarks.sink`). What is missing is said on standard error, and left out of the table.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import ROOT, Command, Run, in_turn, once, publisher, subject
from benchmarks.table import Line, alone, compared

if TYPE_CHECKING:
    from benchmarks.suite import Workplace

_MEGABYTE: Final = 1_000_000
_FULL_EPISODES: Final = 10_000
_ROUNDS: Final = 3
_TOOLS: Final = ROOT / ".transfertools" / "bin"
_WHOLE: Final = ("wall_seconds", "cpu_seconds", "peak_bytes")
_BUCKET: Final = "s3://benchmark"
_NOW: Final = "2027-01-01"
_URL: Final = "https://podcast.example.com/"
_OURS: Final = "publisher"
_SINK_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True, slots=True)
class _Tool:
    """A program and its arguments, up to the source and the target.

    Attributes:
        send: copies a folder, whatever is there already.
        sync: copies what is not there; each with the options by which its makers say that it is quickest.
    """

    send: tuple[str, ...]
    sync: tuple[str, ...]
    target: str = "s3://"
    slash: str = ""

    def sending(self, folder: Path, to: str) -> tuple[str, ...]:
        return self._to(self.send, folder, to)

    def syncing(self, folder: Path, to: str) -> tuple[str, ...]:
        return self._to(self.sync, folder, to)

    def _to(self, start: tuple[str, ...], folder: Path, to: str) -> tuple[str, ...]:
        return (*start, f"{folder}{self.slash}", f"{to.replace('s3://', self.target)}{self.slash}")


def _tools(endpoint: str) -> dict[str, _Tool]:
    """Those that are there, by the name that the table calls them by."""
    found: dict[str, _Tool] = {}
    start: tuple[str, ...]
    if program := _program("aws"):
        start = (program, "s3")
        found["aws s3"] = _Tool(
            (*start, "cp", "--recursive", "--only-show-errors"), (*start, "sync", "--only-show-errors")
        )
    if program := _program("rclone"):
        options = (
            "--config",
            os.devnull,
            "--s3-provider",
            "Other",
            "--s3-env-auth",
            "--s3-endpoint",
            endpoint,
        )
        start = (*options, "--s3-no-check-bucket")
        # Whether a file changed, by the store's own time: else it asks for the time of each object.
        sync = ("--fast-list", "--update", "--use-server-modtime")
        found["rclone"] = _Tool(
            (program, "copy", *start, "--ignore-times"), (program, "sync", *start, *sync), ":s3:"
        )
    if program := _program("s5cmd"):
        start = (program, "--endpoint-url", endpoint, "--log", "error")
        found["s5cmd"] = _Tool((*start, "cp"), (*start, "sync"), slash="/")
    return found


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{_TOOLS}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        print(f"  {name} is not here: .ci/install-transfer-tools", file=sys.stderr)
    return found or ""


def uploads(place: Workplace) -> Iterator[Line]:
    """Files like episodes, sent to a sink and to Ceph; and long ones, which go in parts, to a sink."""
    count, megabytes = (50, 20) if _is_full(place) else (6, 2)
    with _files(place, count, megabytes) as folder:
        what = f"send {count} files of {megabytes} MB"
        with _sink() as environment:
            runs = in_turn(_sending(folder, environment), _ROUNDS)
        yield from _lines(f"{what} to a sink", runs)
        ceph: dict[str, list[Run]] = {}
        for _ in range(_ROUNDS):
            # A new server for each round: what is written over is cleared away late, and its device is small.
            with _ceph() as environment:
                for name, command in (_sending(folder, environment) if environment else {}).items():
                    ceph.setdefault(name, []).append(once(command))
        if ceph:
            yield from _lines(f"{what} to Ceph", ceph)
    count, megabytes = (8, 200) if _is_full(place) else (2, 40)
    with _files(place, count, megabytes) as folder, _sink() as environment:
        runs = in_turn(_sending(folder, environment), _ROUNDS)
        yield from _lines(f"send {count} files of {megabytes} MB to a sink", runs)


@contextlib.contextmanager
def _files(place: Workplace, count: int, megabytes: int) -> Iterator[Path]:
    folder = place.folder / "sent"
    folder.mkdir()
    for number in range(count):
        with folder.joinpath(f"episode-{number:03}.mp3").open("wb") as file:
            # By little, since no peak can be seen below that of the process which measures.
            for _ in range(megabytes):
                file.write(os.urandom(_MEGABYTE))
    yield folder
    shutil.rmtree(folder)


def syncing(place: Workplace) -> Iterator[Line]:
    """Nothing to do: a published show, and beside it the same release as a tree of files."""
    episodes = max(place.size.episodes)
    show, to = place.show(episodes), f"{_BUCKET}/show"
    place.published(show)
    tree = place.store(show)
    with _ceph() as environment:
        if not environment:
            return
        ours = publisher("publish", show, "--to", to, "--url", _URL, "--now", _NOW, "--no-verify", "--quiet")
        commands = {_OURS: Command(_with(environment, ours))}
        once(commands[_OURS])
        for name, tool in _tools(environment["AWS_ENDPOINT_URL_S3"]).items():
            commands[name] = Command(_with(environment, tool.syncing(tree, to)))
        # In the first round, which does not count, what only a folder holds goes to the bucket.
        runs = in_turn(commands, place.times(episodes))
    objects = sum(path.is_file() for path in tree.rglob("[!.]*"))
    yield from _lines(f"nothing to do on Ceph, {episodes:,} episodes, {objects:,} objects", runs)


def _is_full(place: Workplace) -> bool:
    return max(place.size.episodes) >= _FULL_EPISODES


def _lines(what: str, runs: Mapping[str, list[Run]]) -> Iterator[Line]:
    others = {name: found for name, found in runs.items() if name != _OURS}
    for name, found in others.items():
        yield from compared(what, runs[_OURS], name, found, _WHOLE)
    if not others:
        yield from alone(what, runs[_OURS], _WHOLE)


def _sending(folder: Path, environment: Mapping[str, str]) -> dict[str, Command]:
    commands = {_OURS: Command(_with(environment, subject("storing", folder, f"{_BUCKET}/publisher")))}
    for name, tool in _tools(environment["AWS_ENDPOINT_URL_S3"]).items():
        to = f"{_BUCKET}/{name.replace(' ', '-')}"
        commands[name] = Command(_with(environment, tool.sending(folder, to)))
    return commands


def _with(environment: Mapping[str, str], arguments: tuple[str, ...]) -> tuple[str, ...]:
    return ("env", *(f"{name}={value}" for name, value in environment.items()), *arguments)


@contextlib.contextmanager
def _sink() -> Iterator[dict[str, str]]:
    """Where a sink is found, for as long as the block runs."""
    command = (sys.executable, "-m", "benchmarks.sink")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield _SINK_ENVIRONMENT | {"AWS_ENDPOINT_URL_S3": process.stdout.readline().strip()}
        finally:
            process.stdin.close()


@contextlib.contextmanager
def _ceph() -> Iterator[dict[str, str]]:
    """Where a new Ceph with an empty bucket is found, for as long as the block runs; empty without Ceph."""
    from tests.servers import install
    from tests.servers.running import running_elsewhere

    if not install.is_installed("ceph"):
        print("  Ceph is not here: .ci/install-servers", file=sys.stderr)
        yield {}
        return
    with running_elsewhere("ceph") as server:
        environment = server.environment()
        # By a process of its own: what measures imports nothing large.
        once(Command(_with(environment, subject("bucket", _BUCKET.removeprefix("s3://")))))
        yield environment
