"""podget, a downloader for cron, on the served shows: download, run again, and go on where one broke off."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients.stand import Stand
from tests.support.relay import Exchange, relaying
from tests.support.require import require_program
from tests.support.sample import plain_environment


@dataclass
class Visit:
    """What each run of podget left on the disk, and what it asked for.

    Attributes:
        files: name → bytes after each run.
        asked: the requests of each run.
        broken_off: the file that was cut to its first half before the last run.
    """

    stand: Stand
    files: list[dict[str, bytes]] = field(default_factory=list)
    asked: list[list[Exchange]] = field(default_factory=list)
    broken_off: str = ""


@pytest.fixture(scope="module")
def visit(either: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    podget = require_program("podget")
    home = tmp_path_factory.mktemp("podget")
    settings, library, log = home / "settings", home / "library", home / "library" / ".LOG"
    settings.mkdir()
    with relaying() as relay:
        environment = plain_environment(home, {"http_proxy": relay.url})

        def run(*options: str) -> None:
            done = subprocess.run(
                [podget, "-d", settings, "-l", library, "--dir_session", home / "session", *options],
                env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr

        run("--create-config", "podgetrc")
        assert relay.exchanges == []
        (settings / "serverlist").write_text(f"{either.at('feed.xml')} Shows The_show\n")
        visit = Visit(either)
        for turn in ("first", "second", "after a break"):
            if turn == "after a break":
                visit.broken_off = _break_off(either, library / "Shows" / "The_show", log / "done")
            before = len(relay.exchanges)
            run()
            visit.asked.append(relay.exchanges[before:])
            visit.files.append(_contents(library / "Shows" / "The_show"))
        yield visit


def _break_off(stand: Stand, folder: Path, done: Path) -> str:
    """Leaves half of the newest episode, and the log as if it had not been finished."""
    file = stand.enclosure(stand.episodes[0].slug)
    half = file.read_bytes()[: file.stat().st_size // 2]
    (folder / file.name).write_bytes(half)
    lines = done.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if file.name not in line]
    assert len(kept) == len(lines) - 1
    done.write_text("".join(kept), "utf-8")
    return file.name


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _enclosures(stand: Stand) -> dict[str, bytes]:
    files = [stand.enclosure(episode.slug) for episode in stand.episodes]
    return {file.name: file.read_bytes() for file in files}


def test_it_downloads_every_enclosure_under_a_name_of_its_own(visit: Visit) -> None:
    assert visit.files[0] == _enclosures(visit.stand)


def test_its_second_run_downloads_nothing(visit: Visit) -> None:
    assert [exchange.path for exchange in visit.asked[1]] == ["/feed.xml"]
    assert visit.files[1] == visit.files[0]


def test_it_goes_on_where_a_download_broke_off(visit: Visit) -> None:
    assert visit.files[2] == _enclosures(visit.stand)
    length = len(visit.files[2][visit.broken_off])
    (resumed,) = (exchange for exchange in visit.asked[2] if exchange.path.endswith(visit.broken_off))
    assert resumed.asked["range"] == f"bytes={length // 2}-"
    assert resumed.status == 206
    assert resumed.answered["content-range"] == f"bytes {length // 2}-{length - 1}/{length}"


def test_nothing_was_refused(visit: Visit) -> None:
    assert [exchange for run in visit.asked for exchange in run if exchange.status >= 400] == []
