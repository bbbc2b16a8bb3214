"""The flip: one conditional write of the feed, and with it of everything that its manifest lists."""

from __future__ import annotations

from typing import BinaryIO

from publisher.audio.spliced import digest_of, open_spliced
from publisher.build.artifact import Artifact
from publisher.manifest import FEED_KEY, StoredObject, feed_names
from publisher.media_types import content_type
from publisher.release.uploads import Uploads
from publisher.store.base import Body


def named_feed(feed: bytes, manifest_key: str) -> Artifact:
    """The feed with the line that names its manifest, behind the XML declaration."""
    behind = feed.index(b"\n") + 1
    # Not joined: a feed of ten thousand items has thirty megabytes.
    pieces = feed[:behind], feed_names(manifest_key), memoryview(feed)[behind:]

    def opened() -> BinaryIO:
        return open_spliced(pieces)

    length, digest = sum(len(piece) for piece in pieces), digest_of(opened)
    item = StoredObject(FEED_KEY, digest, length, content_type(FEED_KEY))
    return Artifact(item, Body(opened, length, digest, pieces))


def flip(uploads: Uploads, manifest: Artifact, feed: Artifact, *, expected: str | None) -> None:
    """Stores the manifest, then puts the feed that names it in the place of the one that was read.

    Args:
        expected: the version of the feed that the release was planned on; None where there was none.

    Raises:
        Conflict: somebody else was first; listeners have what they released.
    """
    uploads.keep(manifest)
    uploads.progress.say("the feed")
    uploads.store.replace(FEED_KEY, feed.body, feed.headers, expected=expected)
    uploads.count += 1
    uploads.length_bytes += feed.object.length_bytes
