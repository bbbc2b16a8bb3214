"""What a publish asks of a store: counted on Ceph behind the tests' proxy, for shows of several sizes.

    python -m benchmarks.counting       measure, and write benchmarks/scale.json

It takes some minutes, and wants `.ci/install-servers`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import ROOT, Command, once, publisher, subject
from benchmarks.table import machine

if TYPE_CHECKING:
    from tests.servers.server import S3Server
    from tests.support.faultproxy import FaultProxy, Request

COUNTS: Final = ROOT / "benchmarks" / "scale.json"
SIZES: Final = (10, 100, 1_000)
SHOWS: Final = 20
FIRST, NEW, EDIT, IDLE = "first publish", "one new episode", "one edited note", "nothing to do"
KINDS: Final = (FIRST, NEW, EDIT, IDLE)

_BUCKET: Final = "counting"
_PARTS: Final = (
    ("manifest", re.compile(r"releases/([0-9a-f]{64}|(episodes|listing)-[0-9a-f]+)\.json")),
    ("feed", re.compile(r"(feed\.xml(\.gz)?|releases/feed-[0-9a-f]+\.xml|archive/feed-.*\.xml)")),
    ("audio", re.compile(r"media/.*\.(mp3|m4a|opus)")),
    ("search", re.compile(r"search/.+/.*")),
    ("pages", re.compile(r"(releases/pages/.*|.*\.html|.*\.xml|.*\.json|.*\.txt|.*\.webmanifest)")),
)


class Counting:
    """A server behind a proxy, and a show in it for each size."""

    def __init__(self, folder: Path, proxy: FaultProxy) -> None:
        self._folder = folder
        self._proxy = proxy

    def of_size(self, episodes: int) -> dict[str, dict[str, Any]]:
        """What each kind of publish asks of the store, for a show that has so many episodes before it."""
        show = self._folder / f"counted{episodes}"
        once(Command(subject("material", "show", show, episodes)))
        found = {FIRST: self._publish(show)}
        self._publish(show)
        found[IDLE] = _usual([self._publish(show) for _ in range(5)])
        new = []
        for number in range(1, 6):
            once(Command(subject("material", "episode", show, episodes + number)))
            new.append(self._publish(show))
        found[NEW] = _usual(new)
        notes = sorted(show.glob("*/notes.md"))[episodes // 2]
        notes.write_text(notes.read_text("utf-8") + "\nA word more.\n", "utf-8")
        os.utime(notes, (1_200_000_000, 1_200_000_000))
        found[EDIT] = self._publish(show)
        return found

    def _publish(self, show: Path) -> dict[str, Any]:
        self._proxy.clear()
        url = f"{self._proxy.endpoint}/{_BUCKET}/{show.name}/"
        options = ("--to", f"s3://{_BUCKET}/{show.name}", "--url", url, "--now", "2027-01-01", "--quiet")
        run = once(Command(publisher("publish", show, *options)))
        asked = counted(self._proxy.requests, show.name)
        return asked | {"cpu_seconds": round(run.cpu_seconds, 2)}

    def shows(self) -> dict[str, float]:
        """What each show more costs that has nothing to do."""
        folder = self._folder / "shows"
        once(Command(subject("material", "network", folder, SHOWS, f"s3://{_BUCKET}")))
        shows = sorted(path for path in folder.iterdir() if path.is_dir())

        def cpu(shows: Sequence[Path]) -> float:
            command = Command(publisher("publish", *shows, "--now", "2027-01-01", "--no-verify", "--quiet"))
            return min(once(command).cpu_seconds for _ in range(3))

        cpu(shows)
        alone, together = cpu(shows[:1]), cpu(shows)
        each = (together - alone) / (SHOWS - 1)
        return {"alone_cpu_seconds": round(alone, 3), "each_cpu_seconds": round(each, 4)}


def _usual(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The usual one of several publishes: one in fifty ends a part that is stored again as a whole. Of times
    the least counts: of hundredths of a second the machine's other work is a large part."""
    middle = sorted(found, key=lambda asked: sum(asked["requests"].values()))[len(found) // 2]
    return middle | {"cpu_seconds": min(asked["cpu_seconds"] for asked in found)}


def counted(requests: Sequence[Request], prefix: str) -> dict[str, Any]:
    """Requests by what a store charges them as, and the bytes that were sent, by what they are."""
    methods, sent = Counter[str](), Counter[str]()
    for request in requests:
        signed = any(name.lower() == "authorization" for name, _ in request.headers)
        methods[_class_of(request.method) if signed else "outside"] += 1
        if request.method in ("PUT", "POST"):
            sent[_part(request.path.partition(f"/{prefix}/")[2])] += len(request.body)
    return {"requests": dict(sorted(methods.items())), "sent_bytes": dict(sorted(sent.items()))}


def _class_of(method: str) -> str:
    return {"GET": "read", "HEAD": "read", "DELETE": "removed"}.get(method, "written")


def _part(key: str) -> str:
    return next((name for name, pattern in _PARTS if pattern.fullmatch(key)), "other")


@contextmanager
def counting(folder: Path, server: S3Server, proxy: FaultProxy) -> Iterator[Counting]:
    """A bucket that everybody may read, which every command finds meanwhile."""
    before = dict(os.environ)
    server.client().create_bucket(Bucket=_BUCKET)
    server.public_url(_BUCKET)
    os.environ.update(server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint})
    try:
        yield Counting(folder, proxy)
    finally:
        os.environ.clear()
        os.environ.update(before)


def measured(sizes: Sequence[int], say: Callable[[str], None]) -> dict[str, Any]:
    """All counts, as scale.json holds them."""
    from tests.servers.running import running_elsewhere
    from tests.support.faultproxy import proxying

    with (
        tempfile.TemporaryDirectory(prefix="publisher-counting-") as folder,
        running_elsewhere("ceph") as server,
        proxying(server.endpoint) as proxy,
        counting(Path(folder), server, proxy) as place,
    ):
        found = {}
        for episodes in sizes:
            say(f"{episodes:,} episodes …")
            found[str(episodes)] = place.of_size(episodes)
        say(f"{SHOWS} shows …")
        return {"machine": machine(), "episodes": found, "shows": place.shows()}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Count what publishes ask of a store.")
    parser.add_argument("--output", type=Path, default=COUNTS, metavar="FILE")
    arguments = parser.parse_args()
    found = measured(SIZES, lambda text: print(text, file=sys.stderr, flush=True))
    arguments.output.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
