"""Finding an object by its address in a chain of folders, and nothing outside of them."""

from __future__ import annotations

import gzip
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from publisher.media_types import content_encoding, content_type, is_text
from publisher.previewing.rewrite import as_it_is, is_rewritten
from publisher.store.folder import file_etag

_FORBIDDEN = frozenset('\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Found:
    """An object ready to be served.

    Attributes:
        file: an open reader, closed by whoever serves it.
        length_bytes: as served, after addresses were changed.
        etag: strong, with its quotes.
        modified_seconds: last change in whole seconds since 1970.
        encoding: Content-Encoding; empty where the bytes are served as they are.
    """

    key: str
    file: BinaryIO
    type: str
    length_bytes: int
    etag: str
    modified_seconds: int
    encoding: str = ""

    @property
    def last_modified(self) -> str:
        return formatdate(self.modified_seconds, usegmt=True)


def key_of(path: str) -> str | None:
    """The key that a decoded request path names (`""` and a slash at its end mean a folder), or None for one
    that no object can have: dot-names, empty parts, control characters, backslashes, drives."""
    key = path.removeprefix("/")
    parts = key.removesuffix("/").split("/") if key else []
    if any(not part or part.startswith(".") or _unsafe(part) for part in parts):
        return None
    return key


def _unsafe(part: str) -> bool:
    return not part.isprintable() or not _FORBIDDEN.isdisjoint(part)


def exists(layers: Sequence[Path], key: str) -> bool:
    """Whether any folder of the chain holds the object."""
    found = _first(layers, key)
    if found is not None:
        found.close()
    return found is not None


def find(layers: Sequence[Path], key: str, rewrite: Callable[[bytes], bytes]) -> Found | None:
    """The object, open, out of the first folder that has it; feeds, pages and JSON go through `rewrite`."""
    file = _first(layers, key)
    if file is None:
        return None
    known = os.fstat(file.fileno())
    type_ = content_type(key)
    etag = file_etag(known)
    length_bytes = known.st_size
    encoding = content_encoding(key)
    if is_text(type_) and rewrite is not as_it_is:
        with file:
            data = file.read()
        if encoding:
            data = gzip.compress(rewrite(gzip.decompress(data)), mtime=0)
        elif is_rewritten(key):
            data = rewrite(data)
        file, length_bytes, etag = BytesIO(data), len(data), f'"{sha256(data).hexdigest()[:32]}"'
    return Found(key, file, type_, length_bytes, etag, int(known.st_mtime), encoding)


def _first(layers: Sequence[Path], key: str) -> BinaryIO | None:
    parts = key.split("/")
    return next((file for layer in layers if (file := _open(layer, parts)) is not None), None)


def _open(layer: Path, parts: Sequence[str]) -> BinaryIO | None:
    """The file below `layer`, if it is a regular one and no link stands on the way to it."""
    path = layer
    try:
        for part in parts:
            path = path / part
            if path.is_symlink():
                return None
        # Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")
