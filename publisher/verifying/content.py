"""What bytes are, told by how they begin. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

PICTURE_TYPES: Final = ("image/jpeg", "image/png")

_SAME: Final = {
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "image/jpg": "image/jpeg",
    "video/x-m4v": "video/mp4",
    "application/srt": "application/x-subrip",
    "text/srt": "application/x-subrip",
}
_FRAMES: Final = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)  # every SOF marker: those between are tables
_PAGE: Final = (b"<!doctype", b"<html", b"<?xml")


def bare(type: str) -> str:
    """A media type without parameters, by the one name of several that it has."""
    plain = type.partition(";")[0].strip().lower()
    return _SAME.get(plain, plain)


def wrong_sound(type: str, head: bytes) -> str:
    """What an enclosure begins with instead of sound of its type; empty where it is well.

    Args:
        head: its first bytes, a dozen at least.
    """
    kind = bare(type)
    begins = {
        "audio/mpeg": head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] >= b"\xe0"),
        "audio/mp4": head[4:8] == b"ftyp",
        "video/mp4": head[4:8] == b"ftyp",
        "audio/ogg": head[:4] == b"OggS",
        "audio/flac": head[:4] == b"fLaC" or head[:3] == b"ID3",
        "audio/wav": head[:4] == b"RIFF",
    }
    if is_page(head):
        return "a web page"
    return "" if begins.get(kind, True) else f"something that is no {kind}"


def is_page(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image by its header."""

    type: str
    width: int
    height: int


def picture(head: bytes) -> Picture | None:
    """Type and size of a JPEG or PNG; None where it is neither, or its size stands further behind."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        return Picture("image/png", int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))
    return _jpeg(head) if head.startswith(b"\xff\xd8") else None


def _jpeg(head: bytes) -> Picture | None:
    """ITU-T T.81, annex B: segments, each behind a marker and with its length, up to the frame's."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _FRAMES:
            height, width = (int.from_bytes(head[place : place + 2], "big") for place in (at + 5, at + 7))
            return Picture("image/jpeg", width, height)
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4], "big"))
    return None


def wrong_text(type: str, body: bytes) -> str:
    """What is wrong with a transcript's or chapters' bytes; empty where they are what their type says."""
    kind = bare(type)
    if kind == "text/vtt":
        return "" if body.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else "it is no WebVTT"
    if kind.endswith(("json", "+chapters")):
        wanted = "chapters" if "chapters" in kind else "segments"
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return "it is no JSON"
        has = isinstance(document, dict) and isinstance(document.get(wanted), list)
        return "" if has else f"it has no list of {wanted}"
    if kind != "text/html" and is_page(body[:200]):
        return "it is a web page"
    return ""
