"""The segments of a JPEG: taking out what is not picture, without decoding it.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf, appendix B.
"""

from __future__ import annotations

from typing import Final

_SOI, _EOI, _SOS, _COM, _APP0, _APP2, _APP14, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xE2, 0xEE, 0xEF
_ALONE: Final = (0x01, *range(0xD0, 0xD8))
_COMMON: Final = (0xC0, 0xC1, 0xC2)
"""Frames that browsers decode: sequential and progressive, Huffman-coded."""

_ICC: Final = b"ICC_PROFILE\0"


def without_metadata(data: bytes) -> bytes | None:
    """The same picture without EXIF, XMP, IPTC, comments, thumbnails, and whatever follows its end.

    The colour profile and what says how the colours are coded stay.

    Returns:
        The bytes, the same where there was nothing to take out; None for a JPEG that is not well formed, or
        is coded in a way that few programs read.
    """
    kept, at = [b"\xff\xd8"], 2
    while True:
        if data[at : at + 1] != b"\xff":
            return None
        while data[at + 1 : at + 2] == b"\xff":
            at += 1
        marker = data[at + 1] if at + 1 < len(data) else None
        if marker == _EOI:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        if marker is None or marker in (0x00, _SOI):
            return None
        if marker in _ALONE:
            kept.append(data[at : at + 2])
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data) or _is_rare(marker):
            return None
        if _is_picture(marker, data[at + 4 : end]):
            kept.append(data[at:end])
        at = end
        if marker == _SOS:
            at = _end_of_scan(data, end)
            kept.append(data[end:at])


def _is_picture(marker: int, content: bytes) -> bool:
    if marker == _APP0:
        # JFIF without its thumbnail; what extends it holds nothing else.
        return content.startswith(b"JFIF\0") and len(content) == 14
    if marker == _APP2:
        return content.startswith(_ICC)
    if marker == _APP14:
        return content.startswith(b"Adobe")
    return marker != _COM and not _APP0 <= marker <= _APP15


def _is_rare(marker: int) -> bool:
    # C4 and CC define tables, C8 is not used.
    return 0xC0 <= marker <= 0xCF and marker not in (*_COMMON, 0xC4)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands that is none of a scan's own."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or following in _ALONE:
            at += 2
        else:
            return at
    return len(data)
