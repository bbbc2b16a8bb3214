"""One episode more in a published show of fifty: what is read, listed and written for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.counts.conftest import EPISODES, Place, add_one
from tests.counts.tracing import traced

# What is not needed for one episode more, and is done today. Each is to become less, and never more.
INDEXED_TOGETHER: Final = (EPISODES + 1) % 16
"""Pages of the newest, small shard of the search."""
OTHERS_TRANSCRIPTS_READ: Final = INDEXED_TOGETHER - 1 + 1
"""The neighbour's once more: its page is made again."""
COVER_READS: Final = 2
TIMES_AUDIO_IS_OPENED: Final = 10
TIMES_FOLDERS_ARE_LISTED: Final = 1
"""By the look before the run."""
TIMES_THE_SHOW_IS_LISTED: Final = 2
SEARCH_OBJECTS: Final = INDEXED_TOGETHER + 4
"""The folder of a shard is named by its content, so that all of it is written again."""
FEED_READS: Final = 7
"""Its version is the digest of it all, and is asked for again and again."""

PAGES: Final = frozenset(
    (
        "archive/2024/index.html",
        "archive/index.html",
        "episodes/0050-episode/index.html",
        "episodes/0051-episode/embed/index.html",
        "episodes/0051-episode/index.html",
        "episodes/0051-episode/oembed.json",
        "index.html",
        "people/guest-2/index.html",
        "search/index.html",
        "sitemap.xml",
        "topics/index.html",
    )
)
"""Its own, its neighbour's, its guest's, and the lists in which it stands."""


def test_one_episode_more(place: Place, tmp_path: Path) -> None:
    slug = add_one(place.show)
    before = _objects(place.public)
    done, (show, public) = traced(place.publish, (place.show, place.public), tmp_path / "trace")
    assert done.returncode == 0, done.stderr
    assert f"{EPISODES} unchanged" in done.stdout

    # Of the others' files.
    others = {
        name: count
        for name, count in show.opened.items()
        if name[:4].isdigit() and not name.startswith(f"{slug}/")
    }
    kinds: Counter[str] = Counter()
    for name, count in others.items():
        kinds[name.partition("/")[2]] += count
    assert kinds == {"transcript.vtt": OTHERS_TRANSCRIPTS_READ}
    assert show.opened["podcast.yaml"] == 1
    assert show.opened["cover.png"] <= COVER_READS

    # Of its own.
    own = {name.partition("/")[2]: show.opened[name] for name in show.opened if name.startswith(f"{slug}/")}
    assert own.keys() == {"audio.mp3", "episode.yaml", "notes.md", "transcript.vtt"}
    assert own["audio.mp3"] <= TIMES_AUDIO_IS_OPENED
    assert own["episode.yaml"] == own["notes.md"] == 1

    # What is the producers' is only read.
    assert {name.partition("/")[0] for name in (*show.written_bytes, *show.renamed)} == {".publisher"}
    folders = {name: count for name, count in show.listed.items() if not name.startswith(".publisher")}
    assert len(folders) == 1 + EPISODES + 1
    assert folders.pop(".") <= TIMES_THE_SHOW_IS_LISTED
    assert folders.pop(slug) == TIMES_FOLDERS_ARE_LISTED + 1
    assert set(folders.values()) == {TIMES_FOLDERS_ARE_LISTED}

    # In the store.
    after = _objects(place.public)
    written = {key for key in after if before.get(key) != after[key]}
    assert before.keys() <= after.keys()
    kind = Counter(key.partition("/")[0] for key in written - PAGES - {"feed.xml"})
    assert PAGES | {"feed.xml"} <= written
    assert kind.pop("search") <= SEARCH_OBJECTS
    # Its audio and what the player draws, its card, its transcript in three forms; the manifest, copies of
    # pages and of the feed.
    assert kind == {"media": 3, "images": 1, "transcripts": 3, "releases": 1 + 1 + len(PAGES)}
    feed_bytes = (place.public / "feed.xml").stat().st_size
    assert public.read_bytes["feed.xml"] <= FEED_READS * feed_bytes
    assert not {name for name in public.listed if not name.startswith(".publisher-writing")}


def _objects(public: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(public).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in _files(public)
    }


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and ".publisher-writing" not in path.parts)
