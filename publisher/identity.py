"""Who is who: GUIDs, slugs and object names. Pure."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, Final

# https://podcastnamespace.org/tag/guid
_GUID_NAMESPACE: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")

# 24 hexadecimal digits are 96 bits: nobody guesses the address of an episode before it is out.
DIGEST_CHARACTERS: Final = 24

_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")
_SLUG: Final = re.compile(r"(?=.{1,100}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_CHARACTERS: Final = 100
_IN_SLUGS: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-\n"

# Letters that no Unicode decomposition takes apart.
_LETTERS: Final = str.maketrans({
    "æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ü": "u", "ß": "ss", "ð": "d", "þ": "th",
    "đ": "d", "ł": "l", "œ": "oe", "ı": "i",
})  # fmt: skip


def show_guid(feed_url: str) -> str:
    """The show's `podcast:guid`: UUIDv5 of the feed's address without scheme and trailing slashes."""
    return str(
        uuid.uuid5(_GUID_NAMESPACE, re.sub(r"^[a-z][a-z0-9+.-]*://", "", feed_url, flags=re.I).rstrip("/"))
    )


def episode_guid(show_guid: str, slug: str) -> str:
    """An episode's GUID: UUIDv5 of the show's GUID and the slug in NFC."""
    return str(uuid.uuid5(uuid.UUID(show_guid), unicodedata.normalize("NFC", slug)))


@functools.lru_cache(maxsize=100_000)
def ascii_slug(text: str) -> str:
    """Lowercase ASCII letters, digits and hyphens for addresses; `episode` where nothing is left."""
    if _SLUG.fullmatch(text):
        return text
    if text.isascii():
        folded = text.lower()
    else:
        composed = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
        folded = unicodedata.normalize("NFKD", composed).encode("ascii", "ignore").decode()
    slug = _NO_SLUG.sub("-", folded).strip("-")
    return slug[:_MOST_CHARACTERS].rstrip("-") or "episode"


def ascii_slugs(texts: Sequence[str]) -> list[str]:
    """`ascii_slug` of each."""
    # Of ten thousand folders nearly all are called so already, which is told of all at once.
    together = "\n".join(("", *texts, ""))
    plain = (
        not together.encode("utf-8", "surrogatepass").translate(None, _IN_SLUGS)
        and together.count("\n") == len(texts) + 1
        and not any(apart in together for apart in ("--", "-\n", "\n-", "\n\n"))
        and max(map(len, texts), default=0) <= _MOST_CHARACTERS
    )
    return [*texts] if plain else [*map(ascii_slug, texts)]


def addressed(folder: str, stem: str, digest: str, ending: str) -> str:
    """The key of an object that is named by its content: `media/<stem>-<digest>.mp3`."""
    return f"{folder}/{ascii_slug(stem)}-{digest[:DIGEST_CHARACTERS]}{ending}"


def sha256(data: bytes | memoryview) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """The one way in which a value becomes bytes: sorted keys, no spaces, UTF-8, a newline at the end."""
    return _encoder().encode(value).encode() + b"\n"


def fingerprint(value: Any) -> str:
    """48 bits of a value's digest, to tell whether it changed.

    A dataclass's fields that have their default say nothing, so that a field added to a type later does not
    change what was recorded before.
    """
    return fingerprint_of(canonical_json(value))


def fingerprint_of(canonical: bytes) -> str:
    """The fingerprint of a value that `canonical_json` has written."""
    return sha256(canonical)[:12]


@functools.cache
def _encoder() -> json.JSONEncoder:
    # Kept: json.dumps makes one for each call, and a plan asks for sixteen fingerprints an episode.
    return json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


@functools.cache
def _defaults(type_: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(type_))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: item for name, item, default in named if item != default}
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
