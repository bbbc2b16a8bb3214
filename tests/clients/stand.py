"""A show, published and served, as a stranger meets it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from publisher import load_show
from publisher.model import Chapter, Episode, Person, Show
from tests.support.sample import AFTER_ALL_BUT_ONE, command, copy_sample, plain_environment, run_well

PUBLIC_URL = "https://podcast.example.com/tingen/"
_START_SECONDS = 60


@dataclass(frozen=True)
class Stand:
    """A published show.

    Attributes:
        folder: the show folder.
        public: the folder it is published to.
        show: what `load_show` reads.
        url: where the preview serves it; ends with a slash. Empty where it is not served.
        public_url: the address that it was published for.
    """

    folder: Path
    public: Path
    show: Show
    url: str = ""
    public_url: str = PUBLIC_URL

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """Those that are out, newest first."""
        now = datetime.fromisoformat(AFTER_ALL_BUT_ONE).replace(tzinfo=UTC)
        out = [episode for episode in self.show.episodes if episode.published and episode.published <= now]
        return tuple(sorted(out, key=lambda episode: published(episode), reverse=True))

    def episode(self, slug: str) -> Episode:
        (found,) = (episode for episode in self.episodes if episode.slug == slug)
        return found

    def enclosure(self, slug: str) -> Path:
        """The released audio of an episode, found by its name alone."""
        found = [
            path
            for path in (self.public / "media").iterdir()
            if path.suffix in (".mp3", ".m4a") and path.stem.rpartition("-")[0] == slug
        ]
        assert len(found) == 1, f"{slug}: {found}"
        return found[0]

    def at(self, path: str) -> str:
        return urljoin(self.url, path)

    def local(self, url: str) -> Path:
        """The object behind an address, whether it is the preview's or the public one."""
        for base in (self.url, self.public_url):
            if base and url.startswith(base):
                return self.public / url.removeprefix(base)
        raise AssertionError(f"{url} is outside of the show")


def parse(data: bytes) -> Any:
    """The root of an XML document."""
    return etree.fromstring(data)


def parse_html(text: str) -> Any:
    """The root of an HTML fragment."""
    return etree.HTML(text)


def published(episode: Episode) -> datetime:
    assert episode.published is not None
    return episode.published


def people(show: Show, episode: Episode) -> list[tuple[Person, str]]:
    """Everybody in an episode with their role, in the order of the YAML."""
    hosts = show.hosts if episode.hosts is None else episode.hosts
    return [
        *((person, person.role or "host") for person in hosts),
        *((person, person.role or "guest") for person in episode.guests),
        *((person, person.role) for person in episode.people),
    ]


def artists(show: Show, episode: Episode) -> list[str]:
    return [person.name for person, role in people(show, episode) if role in ("host", "guest")]


def chapters(episode: Episode) -> tuple[Chapter, ...]:
    """Those of the YAML, else those that were in the audio."""
    assert episode.audio is not None
    return episode.audio.chapters if episode.chapters is None else episode.chapters


def publish(
    folder: Path,
    *options: str,
    make: Callable[[Path], Path] = copy_sample,
    public_url: str = PUBLIC_URL,
) -> Stand:
    """Publishes a show below `folder` through the command line: a copy of the sample show, or what `make`
    writes into the folder that it is given."""
    show = make(folder / "episodes")
    public = folder / "public"
    run_well(
        "publish", "episodes", "--to", public, "--url", public_url, "--now", AFTER_ALL_BUT_ONE, *options,
        folder=folder,
    )  # fmt: skip
    loaded = load_show(show)
    assert loaded.show is not None
    return Stand(show, public, loaded.show, public_url=public_url)


@contextmanager
def previewing(folder: Path, *options: str) -> Iterator[str]:
    """Runs `publisher preview` on a free port, and gives the address that it prints.

    It is told to stop as a person does, with Ctrl-C, and has to end well, with nothing said but what `check`
    says of the show.
    """
    checked = run_well("check", "episodes", folder=folder)
    with (folder / "preview.log").open("wb") as log:
        process = subprocess.Popen(
            command("preview", "episodes", "--port", "0", *options),
            cwd=folder,
            env=plain_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        yield _address(process, folder / "preview.log")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0, (folder / "preview.log").read_text()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    said = set((folder / "preview.log").read_text("utf-8").splitlines())
    assert said <= {*checked.stdout.splitlines(), *checked.stderr.splitlines()}


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    said, deadline = b"", time.monotonic() + _START_SECONDS
    while b"feed.xml" not in said:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
        more = os.read(process.stdout.fileno(), 4096) if ready else b""
        assert more, f"the preview did not come up: {said.decode()}{log.read_text()}"
        said += more
    (feed,) = (line.split()[-1] for line in said.decode().splitlines() if line.endswith("feed.xml"))
    return feed.removesuffix("feed.xml")
