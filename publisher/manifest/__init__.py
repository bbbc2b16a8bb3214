"""The manifest: all that a release consists of. Written once per release, named by its digest. Pure.

It holds no time of day and nothing of the machine, so that two machines that publish the same folder write
the same bytes. When a release happened is what the store says of the object.

`model` says what it consists of, `writing` and `reading` make bytes of it and the other way round. That of a
large show has its episodes in parts (`pieces`), its objects and pages as well (`listings`), and beside its
copies stands an `index` of all of them.
"""

from __future__ import annotations

from publisher.manifest.model import (
    FEED_HEAD_BYTES,
    FEED_KEY,
    FORMAT,
    Enclosure,
    Manifest,
    Released,
    digest_of_parts,
    feed_names,
    named_by,
    named_pieces,
)
from publisher.manifest.pieces import PartLost
from publisher.manifest.reading import indexed_manifest, posts_of, read_manifest
from publisher.manifest.stored import Listing, StoredObject, listed, listing
from publisher.manifest.writing import digest_in, manifest_bytes

__all__ = [
    "FEED_HEAD_BYTES",
    "FEED_KEY",
    "FORMAT",
    "Enclosure",
    "Listing",
    "Manifest",
    "PartLost",
    "Released",
    "StoredObject",
    "digest_in",
    "digest_of_parts",
    "feed_names",
    "indexed_manifest",
    "listed",
    "listing",
    "manifest_bytes",
    "named_by",
    "named_pieces",
    "posts_of",
    "read_manifest",
]
