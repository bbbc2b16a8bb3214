"""Which Content-Type an object has, by its key: the one place that decides, for release and preview alike."""

from __future__ import annotations

import re
from posixpath import basename

_BY_NAME = {"feed.xml": "application/rss+xml; charset=utf-8"}

_BY_ENDING = {
    # The chapters' type is the podcast namespace's own:
    # https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
    ".chapters.json": "application/json+chapters; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".xsl": "text/xsl; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
    ".wasm": "application/wasm",
}

_GZIP = ".gz"
_DIGEST = re.compile(r"(?:^|-)[0-9a-f]{24,}\.[a-z0-9.]+$")
_DIGEST_FOLDER = re.compile(r"(?:^|/)[0-9a-f]{24,}/")
_FOR_EVER = "public, max-age=31536000, immutable"


def content_type(key: str) -> str:
    """The Content-Type an object is served with, charset included where the object is text.

    Feeds are `feed.xml` and the archive pages of RFC 5005 (`feed-….xml`). What is not known is
    `application/octet-stream`.
    """
    name = basename(key).lower().removesuffix(_GZIP)
    if name in _BY_NAME or (name.startswith("feed-") and name.endswith(".xml")):
        return _BY_NAME["feed.xml"]
    for ending, type_ in _BY_ENDING.items():
        if name.endswith(ending):
            return type_
    return "application/octet-stream"


def content_encoding(key: str) -> str:
    """How an object's bytes are packed: `gzip`, or empty for those that are served as they are."""
    return "gzip" if basename(key).lower().endswith(_GZIP) else ""


def is_text(type_: str) -> bool:
    """Whether a Content-Type of ours is text, and so may hold addresses."""
    return "charset=utf-8" in type_


def cache_control(key: str) -> str:
    """How long an object may be kept: for ever where its name holds its digest (at least 96 bits, in
    hexadecimal, as the name's last part before the ending) or a folder is named by the digest of what is in
    it, else not without asking again."""
    if key.endswith(".told.json"):
        # It may have a release's name, and is written again whenever somebody was told.
        return "no-cache"
    return _FOR_EVER if _DIGEST.search(basename(key)) or _DIGEST_FOLDER.search(key) else "no-cache"
