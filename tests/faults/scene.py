"""Two releases of one small show: A, and B which follows it and is to be disturbed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from publisher.operations import check
from publisher.reading.load import load_show
from publisher.release import Outcome, compare, release
from publisher.release.uploads import Quiet
from publisher.store import Store
from tests.support.shows import add_episode, audio_of, edit_episode, edit_show, make_show

BASE: Final = "https://show.example/a/"
NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
NOW_TEXT: Final = "2026-01-01"
CHAPTERS: Final = [
    {"start": 0, "title": "One"},
    {"start": 0.5, "title": "Two"},
    {"start": 1, "title": "Three"},
]
TRANSCRIPT: Final = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada>Hello there.\n"
NEW: Final = "0004-new"
MOVED: Final = "0002-moved"


def first(folder: Path) -> Path:
    """The show as release A has it."""
    cover = (Path(__file__).parents[1] / "support" / "cover.png").read_bytes()
    rich = {
        "slug": "0001-rich",
        "files": {"transcript.vtt": TRANSCRIPT, "cover.png": cover + b"\0"},
        "chapters": CHAPTERS,
        "notes": "What was said, [and more](https://example.com/).",
    }
    return make_show(folder, episodes=[rich, "0002-named", "0003-other"], feed={"gzip": True})


def change(folder: Path, *, large_bytes: int) -> None:
    """Makes of A's folder what release B has: an episode edited, one renamed, a new one, no packed feed."""
    edit_show(folder, feed={"gzip": False})
    edit_episode(folder, "0001-rich", title="About something else")
    (folder / "0002-named").rename(folder / MOVED)
    add_episode(
        folder,
        NEW,
        sound=long_audio(NEW, large_bytes),
        number=4,
        published="2024-02-01",
        files={"transcript.vtt": TRANSCRIPT},
        chapters=CHAPTERS,
    )


def long_audio(slug: str, length_bytes: int) -> bytes:
    """An MP3 of at least so many bytes, at the highest rate there is: all of it is listened to."""
    data = audio_of(slug, "cbr-320.mp3")
    frames = data[data.index(b"\xff\xfb") :]
    return data + frames * max(0, -(-(length_bytes - len(data)) // len(frames)))


def publish(folder: Path, store: Store) -> Outcome:
    """Publishes the folder to a store that is at hand already."""
    prepared = compare(load_show(folder), store, url=BASE, now=NOW)
    return release(prepared, progress=Quiet())


@dataclass(frozen=True)
class Folders:
    """Show folders with the notes that publisher keeps in them.

    Attributes:
        before: as it was when A was published from it.
        after: the same, changed to what B is.
    """

    before: Path
    after: Path

    @classmethod
    def make(cls, root: Path, *, large_bytes: int) -> Iterator[Folders]:
        """Gives the folders twice: to publish A from `before`, and with `after` made from it."""
        before, after = root / "before" / "show", root / "after" / "show"
        first(before)
        yield cls(before, after)
        shutil.copytree(before, after)
        change(after, large_bytes=large_bytes)
        # Listened to once, and not in each of hundreds of copies.
        check(after, now=NOW, listen=True)
        yield cls(before, after)

    def copy(self, target: Path) -> Path:
        """A fresh copy of `after`."""
        shutil.rmtree(target, ignore_errors=True)
        return shutil.copytree(self.after, target)
