"""What building works with, and what its parts have in common."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from publisher.build.artifact import Artifact, of_file
from publisher.build.executor import Executor
from publisher.build.sounds import Sound
from publisher.errors import StoreError
from publisher.identity import ascii_slug, ascii_slugs
from publisher.manifest import StoredObject
from publisher.model import Episode, Show, SourceFile

State = Literal["", "draft", "scheduled"]
Keep = Callable[[Artifact], StoredObject]
"""Stores an artifact (or finds it stored) and says what is there now."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What building needs besides the episode.

    Attributes:
        root: the show folder.
        work: a folder of ours for what cannot be made in memory.
        keep: stores an artifact; it is called as soon as one is ready, so that none pile up.
        fetch: copies a released object to a file.
        borrow: the same, for an object of the feed that lends.
        sound_folder: where sound that was made ready is kept until it is released.
        states: by slug, for a preview, which episodes are not out yet and why: `draft`, `scheduled`.
        sounds: by slug, what was made ready of the sound (`publisher.build.sounds.prepare`).
        executor: where audio is worked on; None for here.
    """

    show: Show
    root: Path
    work: Path
    keep: Keep
    fetch: Callable[[StoredObject, Path], None]
    borrow: Callable[[StoredObject, Path], None]
    sound_folder: Path
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    executor: Executor | None = None

    def address(self, item: StoredObject) -> str:
        return self.show.url + item.key

    def page_url(self, episode: Episode) -> str:
        return self.show.url + page_key(episode.slug).removesuffix("index.html")


def page_key(slug: str) -> str:
    return f"episodes/{ascii_slug(slug)}/index.html"


def page_folders(slugs: Sequence[str]) -> list[str]:
    """Of each the address of its page below the show's: its key without the name of the file."""
    return [f"episodes/{slug}/" for slug in ascii_slugs(slugs)]


def transcript_url(shop: Workshop, episode: Episode) -> str:
    """Where a person reads it: on the episode's page; of a private feed nobody is told where that is."""
    if shop.show.private:
        return ""
    return shop.page_url(episode) + "#transcript" if episode.transcript else ""


def check_unchanged(path: str, found: str, digest: str) -> None:
    """Raises StoreError where a source has not the digest any more that it had when it was read."""
    if found != digest:
        raise StoreError(
            f"{path} changed while it was being published; nothing was released",
            help="wait until the file is complete (an export or a sync may still be running), then run again",
        )


def given(root: Path, folder: str, stem: str, ending: str, source: SourceFile) -> Artifact:
    """A producer's file as it is."""
    return of_file(folder, stem, ending, root / source.path, source.length_bytes, source.digest)


@contextmanager
def fetched(
    shop: Workshop, fetch: Callable[[StoredObject, Path], None], item: StoredObject, ending: str
) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=shop.work) as work:
        path = Path(work) / f"released{ending}"
        fetch(item, path)
        yield path
