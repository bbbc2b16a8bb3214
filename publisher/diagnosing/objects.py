"""The objects that a doctor writes: under a prefix of their own, and gone when it leaves."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from publisher.errors import PublisherError, StoreUnavailable
from publisher.media_types import cache_control, content_type
from publisher.store import Body, Headers, Store, without_patience
from publisher.store.s3 import S3Store

LEFT_FOR: Final = timedelta(hours=1)
"""What a doctor that was killed left is removed by the next one after that time: it may still be at work."""

_NAMES: Final = (
    "feed.xml",
    "sound.mp3",
    "words.vtt",
    "swap.txt",
    "once.txt",
    "gone.txt",
    "big.mp3",
    "Case.txt",
)
_OURS: Final = re.compile(rf"doctor-[0-9a-f]{{16}}/({'|'.join(map(re.escape, _NAMES))})")


class Objects:
    """Keys under a random prefix, and what is written there.

    Attributes:
        mark: a word that stands in every object, and nowhere else.
        left: what could not be removed again, filled in by `removed_afterwards`.
    """

    def __init__(self) -> None:
        self.mark = secrets.token_hex(8)
        self.prefix = f"doctor-{self.mark}/"
        keys = (self.prefix + name for name in _NAMES)
        self.feed, self.sound, self.words, self.swap, self.once, self.gone, self.big, self.case = keys
        self.left: tuple[str, ...] = ()

    def content(self, key: str, *, edition: int = 1) -> bytes:
        """What is written under a key; another edition is other bytes."""
        name = key.removeprefix(self.prefix)
        if name == "feed.xml":
            title = f"<title>publisher doctor {self.mark} {edition}</title>"
            channel = f"<channel>{title}<link>http://127.0.0.1/</link><description>.</description></channel>"
            declaration = '<?xml version="1.0" encoding="UTF-8"?>'
            return f'{declaration}\n<rss version="2.0">{channel}</rss>\n'.encode()
        if name == "words.vtt":
            return f"WEBVTT\n\n00:00.000 --> 00:01.000\n{self.mark} {edition}\n".encode()
        return f"{self.mark} {edition} {'0123456789' * 20}\n".encode()

    @contextlib.contextmanager
    def removed_afterwards(self, store: Store) -> Iterator[None]:
        """Removes, however the block ends, all that was written; and before it what killed doctors left."""
        try:
            with contextlib.suppress(PublisherError):
                remove_leftovers(store)
            yield
        finally:
            self.left = self._clear(store)

    def _clear(self, store: Store) -> tuple[str, ...]:
        keys = {self.prefix + name for name in _NAMES}
        with contextlib.suppress(PublisherError):
            keys |= {stored.key for stored in store.list(self.prefix)}
        left = []
        for key in sorted(keys):
            try:
                store.delete(key)
            except StoreUnavailable:
                # It went away meanwhile; asking for each of the others would only take time.
                return (self.prefix,)
            except PublisherError:
                left.append(key)
        with contextlib.suppress(PublisherError):
            left = [key for key in left if store.head(key) is not None]
        return (*left, *_end_uploads(store, self.prefix, timedelta(minutes=-10)))


def remove_leftovers(store: Store) -> int:
    """Removes what doctors that were killed left, once it is an hour old. Says how much there was."""
    latest = datetime.now(UTC) - LEFT_FOR
    count = 0
    for stored in list(store.list("doctor-")):
        if _OURS.fullmatch(stored.key) and stored.modified and stored.modified < latest:
            store.delete(stored.key)
            count += 1
    _end_uploads(store, "doctor-", LEFT_FOR)
    return count


def _end_uploads(store: Store, below: str, older_than: timedelta) -> tuple[str, ...]:
    """Ends unfinished uploads of a doctor's, and gives the keys of those that could not be."""
    bare = without_patience(store)
    if not isinstance(bare, S3Store):
        return ()
    left = []
    with contextlib.suppress(PublisherError):
        for key, upload_id in list(bare.stale_uploads(older_than, below=below)):
            if _OURS.fullmatch(key):
                try:
                    bare.abort_upload(key, upload_id)
                except PublisherError:
                    left.append(key)
    return tuple(left)


def body_of(content: bytes) -> Body:
    """Bytes as a store takes them."""
    return Body(lambda: io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())


def headers_of(key: str, mark: str = "") -> Headers:
    """The headers that a release would give the object."""
    return Headers(content_type(key), cache_control(key), {"doctor": mark} if mark else {})
