"""What tests of past releases share: a show with a past, processes that are killed, and a strict look."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from publisher.release import publish
from publisher.store.folder import FolderStore
from tests.release.trees import environment, tree
from tests.support.checker import FolderSide, check
from tests.support.shows import add_episode, edit_episode, make_show

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://show.example/"
DAY_SECONDS = 24 * 3600

_NAMED = re.compile(rb"<!-- publisher release: (\S+) -->\n")

_DYING = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from publisher.reading.load import load_show
from publisher.release import compare, release
from publisher.state.lock import only_run
from publisher.release.uploads import Quiet
from publisher.store.folder import FolderStore

class Dying(FolderStore):
    def replace(self, *arguments, **named):
        os.kill(os.getpid(), signal.SIGKILL)

show, public, again = sys.argv[1:]
with only_run(show):
    prepared = compare(load_show(show), Dying(Path(public)), now=datetime(2026, 1, 1, tzinfo=UTC))
    release(prepared, again=again == "again", progress=Quiet())
"""


def go(show: Path, public: Path) -> str:
    """Publishes, and gives the release that stands."""
    return publish(show, to=str(public), now=NOW).manifest_key


def with_a_past(folder: Path) -> tuple[Path, Path, list[bytes]]:
    """A show that was released three times: two episodes, then another title, then a third episode.

    Returns:
        The show, the folder it is published to, and its feeds, the oldest first.
    """
    show, public = make_show(folder / "show", episodes=2, url=URL), folder / "public"
    feeds = []
    go(show, public)
    feeds.append(feed(public))
    edit_episode(show, "0001-episode", title="A better title")
    go(show, public)
    feeds.append(feed(public))
    add_episode(show, "0003-new", number=3, published="2025-01-01")
    go(show, public)
    feeds.append(feed(public))
    return show, public, feeds


def feed(public: Path) -> bytes:
    return (public / "feed.xml").read_bytes()


def unnamed(data: bytes) -> bytes:
    """A feed without the line that names its manifest: there has to be one."""
    found, count = _NAMED.subn(b"", data)
    assert count == 1
    return found


def named(data: bytes) -> str:
    match = _NAMED.search(data)
    assert match
    return match.group(1).decode()


def pages(public: Path) -> dict[str, str]:
    """Digest of every page by its key."""
    found = {key: digest for key, digest in tree(public).items() if key.endswith("index.html")}
    assert found
    return found


def assert_whole(public: Path) -> None:
    """Everything that feed, manifest and pages name is there, and the pages are those of the release."""
    report = check(FolderSide(public), base=URL, feeds=[feed(public)])
    assert not report.findings, "\n".join(report.findings)
    assert report.feed is not None
    store = FolderStore(public)
    assert [key for key in pages(public) if key not in report.seen] == [], "pages that no release has"
    assert store.head("feed.xml") is not None


def publish_and_die(show: Path, public: Path, *, again: bool = False) -> None:
    """A publish that is killed when all is written but the feed."""
    before = feed(public) if (public / "feed.xml").exists() else None
    done = subprocess.run(
        [sys.executable, "-c", _DYING, str(show), str(public), "again" if again else ""],
        env=environment(),
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (feed(public) if before else None) == before


def age(public: Path, days: float) -> None:
    """Makes everything in a store that old."""
    then = time.time() - days * DAY_SECONDS
    for path in public.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))
