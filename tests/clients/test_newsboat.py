"""newsboat and podboat, a reader and a downloader for terminals: list, download, resume, poll again."""

from __future__ import annotations

import contextlib
import html
import os
import pty
import select
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.clients.stand import Stand, published
from tests.support.relay import Relay, relaying
from tests.support.require import require_program
from tests.support.sample import plain_environment

_SECONDS = 30.0


@dataclass
class Visit:
    """What newsboat and podboat found, fetched and kept.

    Attributes:
        rows: of newsboat's cache, oldest first.
        queue: (address, file, state) of each download after the first run of podboat.
        broken_off: the file of which the first half was there before.
    """

    stand: Stand
    relay: Relay
    unread: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    feed: dict[str, Any] = field(default_factory=dict)
    queue: list[tuple[str, Path, str]] = field(default_factory=list)
    broken_off: Path = Path()
    begun_bytes: int = 0


@pytest.fixture(scope="module")
def visit(either: Stand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    newsboat = require_program("newsboat")
    podboat = require_program("podboat", name="newsboat")
    home = tmp_path_factory.mktemp("newsboat")
    urls, config, cache, queue = (home / name for name in ("urls", "config", "cache.db", "queue"))
    urls.write_text(either.at("feed.xml") + "\n")
    config.write_text(
        f'podcast-auto-enqueue yes\ndownload-path "{home / "downloads"}"\nmax-downloads 1\n'
        'download-filename-format "%u"\n'
    )
    with relaying() as relay:
        environment = plain_environment(home, {"http_proxy": relay.url, "TERM": "xterm"})
        visit = Visit(either, relay)

        def reload(*more: str) -> str:
            done = subprocess.run(
                [newsboat, "-u", urls, "-C", config, "-c", cache, "-x", "reload", *more],
                env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=_SECONDS, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        visit.unread = reload("print-unread")
        with contextlib.closing(sqlite3.connect(cache)) as database:
            database.row_factory = sqlite3.Row
            visit.rows = [dict(row) for row in database.execute("select * from rss_item order by pubDate")]
            (visit.feed,) = (dict(row) for row in database.execute("select * from rss_feed"))
        (home / ".newsboat" / "queue").rename(queue)
        _, visit.broken_off, _ = _read_queue(queue)[0]
        whole = either.local(_read_queue(queue)[0][0]).read_bytes()
        visit.begun_bytes = len(whole) // 2
        visit.broken_off.parent.mkdir()
        part = visit.broken_off.with_name(visit.broken_off.name + ".part")
        part.write_bytes(whole[: visit.begun_bytes])
        _download([podboat, "-C", str(config), "-q", str(queue), "-a"], environment, queue)
        visit.queue = _read_queue(queue)
        reload()
        reload()
        yield visit


def _read_queue(queue: Path) -> list[tuple[str, Path, str]]:
    found = []
    for line in queue.read_text("utf-8").splitlines():
        url, _, rest = line.partition(' "')
        name, _, state = rest.rpartition('"')
        found.append((url, Path(name), state.strip()))
    return found


def _download(command: list[str], environment: dict[str, str], queue: Path) -> None:
    """Runs podboat on a terminal until all of its queue is there, then tells it to quit."""
    wanted = [path for _, path, _ in _read_queue(queue)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown, deadline, asked = b"", time.monotonic() + _SECONDS, [b"q", b"d"]
    try:
        while process.poll() is None:
            assert time.monotonic() < deadline, shown[-4000:]
            if select.select([ours], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # the terminal's other end is gone
                    shown += os.read(ours, 65536)
            # A download has its own name once it is whole.
            if asked[-1:] == [b"q"] and all(path.exists() for path in wanted):
                os.write(ours, asked.pop())
            # What broke off waits to be asked for; it stands first, and is chosen.
            if asked[-1:] == [b"d"] and b"incomplete" in shown:
                os.write(ours, asked.pop())
        assert process.returncode == 0, shown[-4000:]
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_newsboat_lists_the_show(visit: Visit) -> None:
    assert visit.unread.strip() == f"{len(visit.stand.episodes)} unread articles"
    assert visit.feed["title"] == visit.stand.show.title
    assert visit.feed["url"] == (visit.stand.show.link or visit.stand.url)
    assert visit.feed["rssurl"] == visit.stand.at("feed.xml")


def test_newsboat_lists_every_episode_with_what_it_knows(visit: Visit) -> None:
    stand = visit.stand
    for row, episode in zip(visit.rows, reversed(stand.episodes), strict=True):
        assert episode.audio is not None
        assert row["title"] == episode.title
        assert row["url"] == (episode.link or stand.at(f"episodes/{episode.slug}/"))
        assert row["pubDate"] == published(episode).timestamp()
        assert row["enclosure_url"] == stand.at(f"media/{stand.enclosure(episode.slug).name}")
        assert row["enclosure_type"] == episode.audio.type
        # It keeps the show notes, which open with a summary of its own, as HTML.
        assert html.escape(episode.summary, quote=False) in row["content"]
        for guest in episode.guests:
            assert html.escape(guest.name, quote=False) in row["content"]
    assert len({row["guid"] for row in visit.rows}) == len(visit.rows)


def test_podboat_downloads_every_enclosure_byte_for_byte(visit: Visit) -> None:
    assert [state for _, _, state in visit.queue] == ["downloaded"] * len(visit.stand.episodes)
    assert len({path for _, path, _ in visit.queue}) == len(visit.queue)
    for url, path, _ in visit.queue:
        assert path.read_bytes() == visit.stand.local(url).read_bytes()


def test_podboat_goes_on_where_a_download_broke_off(visit: Visit) -> None:
    url = next(url for url, path, _ in visit.queue if path == visit.broken_off)
    (exchange,) = (exchange for exchange in visit.relay.exchanges if exchange.url == url)
    assert exchange.asked["range"] == f"bytes={visit.begun_bytes}-"
    assert exchange.status == 206
    length = visit.stand.local(url).stat().st_size
    assert exchange.answered["content-range"] == f"bytes {visit.begun_bytes}-{length - 1}/{length}"


def test_newsboats_later_poll_sends_validators_and_gets_a_304(visit: Visit) -> None:
    """Its first poll writes them down before it has a place for them; it has them from its second."""
    first, second, third = visit.relay.of("/feed.xml")
    assert (first.status, second.status, third.status) == (200, 200, 304)
    assert third.asked["if-none-match"] == second.answered["etag"] == first.answered["etag"]
    assert third.asked["if-modified-since"] == second.answered["last-modified"]


def test_nothing_was_refused(visit: Visit) -> None:
    assert [exchange for exchange in visit.relay.exchanges if exchange.status >= 400] == []
