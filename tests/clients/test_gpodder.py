"""gPodder, a podcast app that people use, on the preview: subscribe, list, download, update, unsubscribe."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.stand import Stand
from tests.support.relay import Relay, relaying
from tests.support.require import require_program
from tests.support.sample import plain_environment


@dataclass
class Visit:
    """What gPodder said to each command, what it fetched, and what lay on its disk before it unsubscribed."""

    stand: Stand
    relay: Relay
    said: dict[str, str] = field(default_factory=dict)
    downloads: dict[str, int] = field(default_factory=dict)
    """SHA-256 → length of everything that was downloaded."""


@pytest.fixture(scope="module")
def visit(either: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A listener's visit, from the first to the last command."""
    program = require_program("gpo")
    home = tmp_path_factory.mktemp("gpodder")
    feed, downloads = either.at("feed.xml"), home / "downloads"
    with relaying() as relay:
        environment = plain_environment(
            home,
            {
                "GPODDER_HOME": str(home / "state"),
                "GPODDER_DOWNLOAD_DIR": str(downloads),
                "http_proxy": relay.url,
            },
        )
        visit = Visit(either, relay)
        for name, arguments in (
            ("subscribe", [feed]),
            ("list", []),
            ("info", [feed]),
            ("download", []),
            ("update", []),
            ("unsubscribe", [feed]),
            ("list again", []),
        ):
            if name == "unsubscribe":
                visit.downloads = _contents(downloads)
            done = subprocess.run(
                [program, name.split()[0], *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            visit.said[name] = done.stderr + done.stdout
        yield visit


def _contents(folder: Path) -> dict[str, int]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found[hashlib.sha256(data).hexdigest()] = len(data)
    return found


def test_it_subscribes_and_lists_the_show(visit: Visit) -> None:
    assert "Successfully added" in visit.said["subscribe"]
    assert visit.stand.show.title in visit.said["list"]
    assert visit.stand.at("feed.xml") in visit.said["list"]


def test_it_lists_every_episode_newest_first_and_no_other(visit: Visit) -> None:
    told = visit.said["info"].partition("Episodes:")[2]
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    assert len(lines) == len(visit.stand.episodes)
    for line, episode in zip(lines, visit.stand.episodes, strict=True):
        assert line.endswith(episode.title)


def test_it_downloads_every_enclosure_byte_for_byte(visit: Visit) -> None:
    assert f"{len(visit.stand.episodes)} episodes downloaded" in visit.said["download"]
    for episode in visit.stand.episodes:
        data = visit.stand.enclosure(episode.slug).read_bytes()
        assert visit.downloads.get(hashlib.sha256(data).hexdigest()) == len(data), episode.slug


def test_its_second_poll_sends_validators_and_gets_a_304(visit: Visit) -> None:
    first, *later = visit.relay.of("/feed.xml")
    assert first.status == 200
    assert later, "gPodder asked for the feed once only"
    for exchange in later:
        assert exchange.asked["if-none-match"] == first.answered["etag"]
        assert exchange.asked["if-modified-since"] == first.answered["last-modified"]
        assert exchange.status == 304
    assert "0 new episodes" in visit.said["update"]


def test_nothing_it_asked_for_was_refused(visit: Visit) -> None:
    files = [visit.stand.enclosure(episode.slug) for episode in visit.stand.episodes]
    enclosures = {f"/{file.relative_to(visit.stand.public).as_posix()}" for file in files}
    assert enclosures <= {exchange.path for exchange in visit.relay.exchanges}
    assert [exchange for exchange in visit.relay.exchanges if exchange.status >= 400] == []


def test_it_unsubscribes(visit: Visit) -> None:
    assert "Unsubscribed from" in visit.said["unsubscribe"]
    assert visit.stand.show.title not in visit.said["list again"]
