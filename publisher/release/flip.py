"""The flip: one conditional write of the feed, and with it of everything that its manifest lists."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from publisher.audio.spliced import open_spliced
from publisher.build.artifact import Artifact
from publisher.manifest import FEED_KEY, StoredObject, named_pieces
from publisher.media_types import content_type
from publisher.release.uploads import Uploads
from publisher.store.base import Body, Stored


def named_feed(feed: Sequence[bytes], manifest_key: str) -> Artifact:
    """The feed with the line that names its manifest (`publisher.manifest.named_pieces`)."""
    pieces = named_pieces(feed, manifest_key)
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    length = sum(len(piece) for piece in pieces)
    item = StoredObject(FEED_KEY, digest.hexdigest(), length, content_type(FEED_KEY))
    return Artifact(item, Body(lambda: open_spliced(pieces), length, item.digest, pieces))


def flip(uploads: Uploads, manifest: Artifact, feed: Artifact, *, expected: str | None) -> Stored:
    """Stores the manifest, then puts the feed that names it in the place of the one that was read.

    Args:
        expected: the version of the feed that the release was planned on; None where there was none.

    Returns:
        What the store says of the feed.

    Raises:
        Conflict: somebody else was first; listeners have what they released.
    """
    uploads.keep(manifest)
    uploads.progress.say("the feed")
    stored = uploads.store.replace(FEED_KEY, feed.body, feed.headers, expected=expected)
    uploads.count += 1
    uploads.length_bytes += feed.object.length_bytes
    return stored
