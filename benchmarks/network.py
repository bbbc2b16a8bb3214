"""Many shows in one command, beside a process for each in turn: to folders, and to a bucket on Ceph."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Command, in_turn, once, publisher, subject
from benchmarks.table import Line, compared

if TYPE_CHECKING:
    from benchmarks.suite import Workplace

_BESIDE: Final = "a process for each"
_BUCKET: Final = "network"
_WHOLE: Final = ("cpu_seconds", "wall_seconds", "peak_bytes")


def network(place: Workplace) -> Iterator[Line]:
    """Shows that have nothing to do, and a first publish of them all, which runs once."""
    number = place.size.shows
    public = place.folder / "network-public"
    public.mkdir()
    shows = _make(place, "network", str(public))
    commands = _commands(place, shows)
    first = once(commands["together"])
    for show in shows:
        shutil.rmtree(show / ".publisher")
        shutil.rmtree(public / show.name)
    apart = once(commands["apart"])
    yield from compared(f"first publish, {number} shows of 3 episodes", [first], _BESIDE, [apart], _WHOLE)
    yield from _idle(place, commands, f"nothing to do, {number} shows to folders")
    with _ceph() as found:
        if found:
            once(Command(subject("bucket", _BUCKET)))
            commands = _commands(place, _make(place, "network-s3", f"s3://{_BUCKET}"))
            once(commands["together"])
            yield from _idle(place, commands, f"nothing to do, {number} shows in a bucket on Ceph")


def _make(place: Workplace, name: str, to: str) -> list[Path]:
    folder = place.folder / name
    once(Command(subject("material", "network", folder, place.size.shows, to)))
    return sorted(path for path in folder.iterdir() if path.is_dir())


def _commands(place: Workplace, shows: list[Path]) -> dict[str, Command]:
    def publish(*shows: Path) -> tuple[str, ...]:
        return publisher("publish", *shows, "--now", "2027-01-01", "--no-verify", "--quiet")

    apart = "\n".join(shlex.join(publish(show)) for show in shows)
    return {"together": Command(publish(*shows)), "apart": Command(("sh", "-e", "-c", apart))}


def _idle(place: Workplace, commands: dict[str, Command], what: str) -> Iterator[Line]:
    # The first run that finds nothing to do reads everything, and notes that for those after it.
    once(commands["together"])
    runs = in_turn(commands, min(3, place.size.times))
    yield from compared(what, runs["together"], _BESIDE, runs["apart"], _WHOLE)


@contextlib.contextmanager
def _ceph() -> Iterator[bool]:
    """Ceph radosgw, where `.ci/install-servers` has been run, found by every command meanwhile."""
    # Without boto3: what is measured must not begin with the memory of the process that measures.
    from tests.servers import install
    from tests.servers.running import running_elsewhere

    if not install.is_installed("ceph"):
        print("network: no S3 server here; .ci/install-servers gets one", file=sys.stderr)
        yield False
        return
    before = dict(os.environ)
    with running_elsewhere("ceph") as server:
        os.environ.update(server.environment())
        try:
            yield True
        finally:
            os.environ.clear()
            os.environ.update(before)
