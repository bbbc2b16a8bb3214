"""Colours of any kind turned into sRGB on white, a band of the picture at a time."""

from __future__ import annotations

import functools
import io
from typing import Final

from PIL import Image, ImageCms

from publisher.pictures.opening import is_white_zero

_BARE: Final = {"LA": "L", "La": "L", "P": "RGB", "PA": "RGB", "RGBA": "RGB", "RGBa": "RGB", "RGBX": "RGB"}
_CUBE: Final = (0, 24, 51, 102, 153, 204, 230, 255)
_ALIKE: Final = 2
"""Steps of 255 by which a profile's colours may differ from those of sRGB and still be called by its name:
several sRGB profiles are about, which differ in their last digits."""


class Colours:
    """Turns bands of one image into sRGB on white.

    A profile that is broken or belongs to other colours is left out: the picture matters more.
    """

    def __init__(self, image: Image.Image) -> None:
        self._transparent = image.has_transparency_data and not image.mode.startswith("I")
        self._negative = is_white_zero(image)
        self._mode = _BARE.get(image.mode, image.mode)
        self._transform: ImageCms.ImageCmsTransform | None = None
        profile = image.info.get("icc_profile")
        if image.mode == "LAB":
            self._transform = ImageCms.buildTransform(ImageCms.createProfile("LAB"), _srgb(), "LAB", "RGB")
        elif profile and not image.mode.startswith("I"):
            self._transform = transform(profile, self._mode)

    def __call__(self, band: Image.Image) -> Image.Image:
        if band.mode.startswith("I"):
            # Pillow's conversion clips every 16-bit grey above 255 to white.
            band = band.convert("I").point(lambda value: value * (1 / 256)).convert("L")
            if self._negative:
                band = band.point(lambda value: 255 - value)
            return band.convert("RGB")
        alpha = band.convert("RGBA").getchannel("A") if self._transparent else None
        if self._transform is not None:
            flat = band.convert("RGB") if band.mode == "P" else band
            colours = ImageCms.applyTransform(flat.convert(self._mode), self._transform)
            assert colours is not None
        else:
            colours = band.convert("RGBA").convert("RGB") if self._transparent else band.convert("RGB")
        if alpha is None:
            return colours
        return Image.composite(colours, Image.new("RGB", band.size, "white"), alpha)


def transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile's colours to sRGB; None where the profile does not serve."""
    try:
        return ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), _srgb(), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def is_srgb(profile: bytes) -> bool:
    """Whether the colours of a profile are those of sRGB, whatever it calls itself."""
    way = transform(profile, "RGB")
    if way is None:
        return False
    cube = [(red, green, blue) for red in _CUBE for green in _CUBE for blue in _CUBE]
    before = Image.new("RGB", (len(cube), 1))
    before.putdata(cube)
    after = ImageCms.applyTransform(before, way)
    assert after is not None
    pairs = zip(before.tobytes(), after.tobytes(), strict=True)
    return all(abs(one - other) <= _ALIKE for one, other in pairs)


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
