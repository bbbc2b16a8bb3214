"""Squares out of pictures of any shape: upright, in sRGB, on white, never enlarged."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image
from PIL.ImageFile import ImageFile

from publisher.pictures.colours import Colours
from publisher.pictures.opening import opened, pillow, type_of

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What stands the picture upright, per EXIF orientation."""

_BAND_PIXELS: Final = 2_000_000
_MARGIN: Final = 4
"""Rows that a band is made larger by: those within three of its edge would differ from the picture's own."""

_QUALITIES: Final = (90, 85, 80, 70, 60, 50)


def small_cover(source: bytes | Path, *, max_pixels: int = 600, max_bytes: int = 300_000) -> bytes | None:
    """A cover to embed in tags: a square RGB JPEG in sRGB without metadata, the same for the same image.

    What is not square is laid on white, and so is what is transparent; nothing is enlarged.

    Args:
        source: the image's bytes, or the file.
        max_pixels: the longest side.
        max_bytes: the size not to be exceeded; quality goes first, pixels after.

    Returns:
        The JPEG, or None where the source is no image that can be opened without harm, or no cover can be
        that small.
    """
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            return _small_cover(file, max_pixels, max_bytes)
    except OSError:
        return None


def orientation_of(image: ImageFile) -> int:
    """EXIF orientation, 1 to 8, of what is in memory: Pillow turns a TIFF itself once it is loaded, and a PNG
    may say it after its pixels."""
    found = image.getexif().get(_ORIENTATION, 1)
    return found if found in _TURNS else 1


def square(image: ImageFile, side: int) -> Image.Image:
    """A square of an image, closed afterwards, that was just opened.

    It goes band by band: a large image in other colours would be in memory two or three times.

    Args:
        side: pixels; a smaller image gives a smaller square.
    """
    image.load()
    orientation = orientation_of(image)
    side = min(side, max(image.size))
    scale = max(1.0, max(image.size) / side)
    width, height = (min(side, max(1, round(length / scale))) for length in image.size)
    to_srgb = Colours(image)
    placed = Image.new("RGB", (side, side), "white")
    left, top = (side - width) // 2, (side - height) // 2
    rows = max(1, int(_BAND_PIXELS / image.width / scale))
    for first in range(0, height, rows):
        end = min(height, first + rows)
        band = _band(image, to_srgb, (width, height), max(0, first - _MARGIN), min(height, end + _MARGIN))
        skip = first - max(0, first - _MARGIN)
        placed.paste(band.crop((0, skip, width, skip + end - first)), (left, top + first))
    image.close()
    return placed.transpose(_TURNS[orientation]) if orientation in _TURNS else placed


def _band(image: Image.Image, to_srgb: Colours, size: tuple[int, int], first: int, end: int) -> Image.Image:
    """Rows `first` to `end` of the image as it is once it has `size`."""
    scale = image.height / size[1]
    above, below = first * scale, min(float(image.height), end * scale)
    start, stop = math.floor(above), math.ceil(below)
    band = to_srgb(image.crop((0, start, image.width, stop)))
    if image.size == size:
        return band
    box = (0.0, above - start, float(image.width), below - start)
    return band.resize((size[0], end - first), Image.Resampling.LANCZOS, box)


def _small_cover(file: BinaryIO, max_pixels: int, max_bytes: int) -> bytes | None:
    type = type_of(file.read(32))
    if not type:
        return None
    with pillow():
        try:
            image, _ = opened(file, type, wanted=max_pixels * 2)
            shrunk = _shrunk(image, max_pixels)
            cover = _on_white_square(shrunk, max_pixels, orientation_of(image))
            return _encoded(cover, max_bytes)
        except Exception:  # Pillow lets out whatever a broken file made it stumble over.
            return None


def _shrunk(image: Image.Image, max_pixels: int) -> Image.Image:
    """The image in sRGB, between one and two times the wanted size, band by band."""
    factor = max(1, max(image.size) // (max_pixels * 2))
    rows = max(1, _BAND_PIXELS // (image.width * factor)) * factor
    image.load()
    to_srgb = Colours(image)
    shrunk = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)), "white")
    for top in range(0, image.height, rows):
        band = to_srgb(image.crop((0, top, image.width, min(image.height, top + rows))))
        shrunk.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return shrunk


def _on_white_square(image: Image.Image, max_pixels: int, orientation: int) -> Image.Image:
    side = min(max_pixels, max(image.size))
    if max(image.size) > side:
        scale = side / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    if image.size == (side, side):
        return image
    placed = Image.new("RGB", (side, side), "white")
    placed.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return placed


def _encoded(cover: Image.Image, max_bytes: int) -> bytes | None:
    while True:
        for quality in _QUALITIES:
            data = io.BytesIO()
            cover.save(data, "JPEG", quality=quality, optimize=True)
            if data.tell() <= max_bytes:
                return data.getvalue()
        side = cover.width * 3 // 4
        if side == 0:
            return None
        cover = cover.resize((side, side), Image.Resampling.LANCZOS)
