"""Pictures that go out as they were given, but for what a camera wrote into them: where, when, by whom."""

from __future__ import annotations

import io
from typing import Final

from PIL import ImageOps

from publisher.pictures.jpeg import without_metadata
from publisher.pictures.opening import Refused, opened, pillow, type_of
from publisher.pictures.squares import orientation_of

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SHOWN: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT".split()
)
"""Chunks of a PNG that say what it looks like (https://www.w3.org/TR/png-3/#4Concepts.Format)."""
_JPEG_QUALITY: Final = 92


def cleaned(picture: bytes) -> bytes:
    """A JPEG or PNG without EXIF, XMP, comments and whatever follows its end.

    It is encoded again only where its metadata says which way is up, or where it is not well formed.

    Raises:
        ValueError: it is no JPEG or PNG that can be decoded.
    """
    type = type_of(picture[:32])
    if type not in ("image/jpeg", "image/png"):
        raise ValueError("neither JPEG nor PNG")
    with pillow():
        try:
            image, _ = opened(io.BytesIO(picture), type, wanted=1 << 16)
            if orientation_of(image) == 1:
                own = without_metadata(picture) if type == "image/jpeg" else _png_without_metadata(picture)
                if own is not None:
                    return own
            turned = ImageOps.exif_transpose(image)
        except Refused as refused:
            raise ValueError(refused.message) from refused
        except Exception as error:  # Pillow lets out whatever a broken file made it stumble over.
            raise ValueError(f"it cannot be decoded: {error}") from error
    # Pillow would write the comment again.
    turned.info.pop("comment", None)
    data = io.BytesIO()
    profile = image.info.get("icc_profile")
    if type == "image/png":
        turned.save(data, "PNG", icc_profile=profile)
    else:
        turned.save(data, "JPEG", quality=_JPEG_QUALITY, icc_profile=profile, exif=b"")
    return data.getvalue()


def _png_without_metadata(data: bytes) -> bytes | None:
    """None for one that is not well formed."""
    kept, at = [_PNG], len(_PNG)
    while True:
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < 4 or end > len(data):
            return None
        if kind in _SHOWN:
            kept.append(data[at:end])
        elif kind[:1].isupper():
            return None  # Critical, and unknown: nobody could show it without.
        if kind == b"IEND":
            return b"".join(kept)
        at = end
