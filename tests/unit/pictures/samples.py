"""Pictures of every kind, made by the tests themselves."""

from __future__ import annotations

import functools
import io

from PIL import Image, ImageCms, ImageDraw

RED, BLUE = (220, 30, 30), (20, 40, 200)


def halves(size: tuple[int, int] = (1500, 1500), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right, in any mode that has colours."""
    image = Image.new("RGB", size, RED)
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=BLUE)
    return image.convert(mode)


def as_bytes(image: Image.Image, format: str, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def opened(data: bytes) -> Image.Image:
    """What a JPEG of ours shows."""
    image = Image.open(io.BytesIO(data))
    image.load()
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert image.width == image.height
    return image


def pixel(image: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """A pixel, its place as parts of the width and the height."""
    value = image.getpixel((min(image.width - 1, int(x * image.width)), int(y * image.height)))
    assert isinstance(value, tuple)
    red, green, blue = (int(channel) for channel in value)
    return red, green, blue


def near(image: Image.Image, x: float, y: float, wanted: tuple[int, int, int], off: int = 10) -> bool:
    return all(abs(one - other) <= off for one, other in zip(pixel(image, x, y), wanted, strict=True))


@functools.cache
def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@functools.cache
def swapped_profile() -> bytes:
    """An sRGB profile in which red and blue have changed places."""
    return srgb_profile().replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
