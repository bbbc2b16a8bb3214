"""What building needs besides the episode, and what everything that is built has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from publisher.build.artifact import Artifact, of_file
from publisher.errors import StoreError
from publisher.identity import ascii_slug
from publisher.manifest import StoredObject
from publisher.model import Episode, Show, SourceFile

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
    """

    show: Show
    root: Path
    work: Path
    keep: Keep
    fetch: Callable[[StoredObject, Path], None]

    def address(self, item: StoredObject) -> str:
        return self.show.url + item.key

    def page_url(self, episode: Episode) -> str:
        return self.show.url + page_key(episode.slug).removesuffix("index.html")


def page_key(slug: str) -> str:
    return f"episodes/{ascii_slug(slug)}/index.html"


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
