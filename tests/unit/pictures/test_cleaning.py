"""Pictures that go out as they were given, without what a camera wrote into them."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps
from PIL.PngImagePlugin import PngInfo

from publisher.pictures import cleaned

_PLACE = "60.39N"


def picture(mode: str = "RGB") -> Image.Image:
    """Something in which every side looks different."""
    across = Image.linear_gradient("L").resize((64, 40))
    down = across.transpose(Image.Transpose.ROTATE_90).resize((64, 40))
    return Image.merge("RGB", (across, down, ImageChops.multiply(across, down))).convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = "Bergen"  # ImageDescription
    found[0x0112] = orientation
    found.get_ifd(0x8825).update({1: "N", 2: (60.0, 23.0, 0.0), 29: _PLACE})
    return found


def encoded(image: Image.Image, type: str, **options: Any) -> bytes:
    if type == "PNG":
        text = PngInfo()
        text.add_text("Author", "Bergen")
        text.add_itxt("XML:com.adobe.xmp", f"<x>{_PLACE}</x>")
        options["pnginfo"] = text
    else:
        options |= {"comment": b"Bergen", "xmp": f"<x>{_PLACE}</x>".encode(), "quality": 90}
    data = io.BytesIO()
    image.save(data, type, **options)
    return data.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


@pytest.mark.parametrize("type", ["JPEG", "PNG"])
def test_metadata_is_gone_and_every_pixel_is_there(type: str) -> None:
    given = encoded(picture(), type, exif=exif()) + b"Bergen behind the end"
    assert _PLACE.encode() in given
    found = cleaned(given)
    assert _PLACE.encode() not in found
    assert b"Bergen" not in found
    assert pixels(found) == pixels(given)
    with Image.open(io.BytesIO(found)) as image:
        image.load()
        assert (image.format, dict(image.getexif())) == (type, {})
    assert cleaned(found) == found


@pytest.mark.parametrize("type", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_it_stays_the_right_way_up(type: str, orientation: int) -> None:
    given = encoded(picture(), type, exif=exif(orientation))
    found = cleaned(given)
    assert b"Bergen" not in found
    assert _PLACE.encode() not in found
    with Image.open(io.BytesIO(given)) as before, Image.open(io.BytesIO(found)) as after:
        upright = ImageOps.exif_transpose(before)
        assert upright.size == after.size
        assert not after.getexif()
        difference = ImageChops.difference(upright, after)
        assert max(difference.tobytes()) <= (0 if type == "PNG" else 12)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pngs_of_every_kind(mode: str) -> None:
    image = Image.new("I;16", (8, 8), 40_000) if mode == "I;16" else picture(mode)
    given = encoded(image, "PNG", exif=exif())
    assert pixels(cleaned(given)) == pixels(given)


def test_profile_and_transparent_colour_stay() -> None:
    given = encoded(picture("P"), "PNG", transparency=3, icc_profile=b"a profile")
    with Image.open(io.BytesIO(cleaned(given))) as image:
        assert (image.info["transparency"], image.info["icc_profile"]) == (3, b"a profile")


def test_a_png_with_a_chunk_that_must_be_known_is_encoded_again() -> None:
    given = encoded(picture(), "PNG")
    chunk = b"BERG" + b"en"
    odd = given[:33] + struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk)) + given[33:]
    found = cleaned(odd)
    assert pixels(found) == pixels(given)
    assert b"BERG" not in found


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"no picture" * 9])
def test_what_is_no_picture_is_said(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"neither JPEG nor PNG|cannot be decoded"):
        cleaned(data)


@given(st.data())
def test_no_damage_raises_anything_else(data: st.DataObject) -> None:
    whole = encoded(picture(), data.draw(st.sampled_from(["JPEG", "PNG"])), exif=exif(6))
    start = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole[: data.draw(st.integers(start, len(whole)))])
    for place in data.draw(st.lists(st.integers(0, max(0, len(damaged) - 1)), max_size=8)):
        if damaged:
            damaged[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ValueError):
        assert cleaned(bytes(damaged))
