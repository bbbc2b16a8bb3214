"""Whether two pictures show the same."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageChops, ImageStat


def same_picture(shown: bytes, given: Path, *, unlike: float = 6.0) -> bool:
    """Whether `shown` is a square JPEG that looks like `given`, which may be of another kind and size.

    Args:
        unlike: by how much the colours may differ, 0 to 255 on average: a JPEG is never quite the same.
    """
    with Image.open(io.BytesIO(shown)) as one, Image.open(given) as other:
        if one.format != "JPEG" or one.width != one.height:
            return False
        small = (one.convert("RGB").resize((48, 48)), other.convert("RGB").resize((48, 48)))
    return max(ImageStat.Stat(ImageChops.difference(*small)).mean) <= unlike
