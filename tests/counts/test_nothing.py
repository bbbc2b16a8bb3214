"""Nothing to do: one stat a file, one listing a folder, the head of the feed, and none of what builds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.counts.conftest import EPISODES, Place
from tests.counts.tracing import traced

CACHE_BYTES: Final = 6 * 16_384
"""A few pages of the database, however many there are."""

FEED_BYTES_TWICE: Final = 8192
"""Of the feed so much is read once more, for its head; as Python buffers it."""

HEAVY: Final = frozenset(
    (
        *("PIL", "av", "babel", "boto3", "botocore", "feedgen", "jinja2", "lameenc", "lxml", "markdown_it"),
        *("mutagen", "nh3", "numpy", "rich", "ssl", "starlette", "urllib3", "uvicorn", "yaml", "asyncio"),
        *("concurrent.futures", "email.message", "http.client", "multiprocessing", "subprocess"),
        *("publisher.build", "publisher.checking", "publisher.feed", "publisher.operations"),
        *(
            "publisher.planning",
            "publisher.reading",
            "publisher.release",
            "publisher.site",
            "publisher.telling",
        ),
    )
)
"""What reads, plans, builds or asks the network."""


def test_only_stats_are_asked_for(settled: Place, tmp_path: Path) -> None:
    done, (show, public) = traced(settled.publish, (settled.show, settled.public), tmp_path / "trace")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing to do" in done.stdout

    folders = {path.name for path in settled.show.iterdir() if path.is_dir() and path.name != ".publisher"}
    files = {
        path.relative_to(settled.show).as_posix()
        for path in settled.show.rglob("*")
        if path.is_file() and ".publisher" not in path.parts
    }
    assert len(folders) == EPISODES
    assert len(files) == 4 * EPISODES + 2

    own = {name for name in show.opened if name.startswith(".publisher/")}
    assert show.opened.keys() == own, "no file of a producer's is opened"
    partial = {name for name in own if name.endswith(".partial")}
    assert own - partial == {f".publisher/{name}" for name in ("cache.sqlite", "lock", "last-run.json")}
    assert len(partial) == 1
    assert set(show.opened.values()) == {1}

    assert show.listed == dict.fromkeys((".", *folders), 1)
    looked_at = {name: show.looked_at[name] for name in show.looked_at.keys() & (files | folders)}
    # Whether there is a podcast.yaml is asked before anything else.
    assert looked_at == dict.fromkeys(files, 1) | {"podcast.yaml": 2}

    assert sum(show.read_bytes.values()) <= CACHE_BYTES
    assert show.written_bytes.keys() == partial
    assert public.opened == {"feed.xml": 1}
    assert not public.listed
    assert not public.written_bytes
    assert not public.renamed


def test_of_the_store_the_feed_is_read(settled: Place, tmp_path: Path) -> None:
    """Its head names the manifest. A folder's store goes on to read it for its digest, its version."""
    _, (public,) = traced(settled.publish, (settled.public,), tmp_path / "trace")
    length_bytes = (settled.public / "feed.xml").stat().st_size
    assert public.read_bytes.keys() == {"feed.xml"}
    assert public.read_bytes["feed.xml"] <= length_bytes + FEED_BYTES_TWICE


def test_nothing_is_imported_that_reads_or_builds(settled: Place) -> None:
    modules = settled.modules()
    assert not modules & HEAVY
    assert {"publisher.idle.recalling", "sqlite3"} <= modules


def test_what_is_said_to_a_program_takes_no_more(settled: Place) -> None:
    """`--json` has a note of its own, which is made by the first whole run that is asked for it."""
    asked = (*settled.publish, "--json")
    settled.modules(*asked)
    assert not settled.modules(*asked) & HEAVY
