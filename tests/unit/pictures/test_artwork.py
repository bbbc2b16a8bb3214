"""Artwork: what a file is, and the cover made of it."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from publisher.pictures import probe_artwork, small_cover


def picture(mode: str = "RGB", size: tuple[int, int] = (90, 60)) -> Image.Image:
    """Red on the left, blue on the right, in any mode that has colours."""
    image = Image.new("RGB", size, (220, 30, 30))
    ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=(20, 40, 200))
    return image.convert(mode)


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 90).convert("RGB")


def as_bytes(image: Image.Image, format: str, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def png_header(width: int, height: int, rest: bytes = b"") -> bytes:
    """A PNG that says how large it is and has no pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + rest


def opened(cover: bytes | None) -> Image.Image:
    assert cover is not None
    image = Image.open(io.BytesIO(cover))
    image.load()
    assert (image.format, image.mode) == ("JPEG", "RGB")
    return image


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    red, green, blue = value
    return int(red), int(green), int(blue)


def near(image: Image.Image, place: tuple[int, int], wanted: tuple[int, int, int], off: int = 30) -> bool:
    return all(abs(a - b) <= off for a, b in zip(pixel(image, *place), wanted, strict=True))


@pytest.mark.parametrize(
    ("name", "mode", "format", "type", "found_mode", "alpha"),
    [
        ("cover.jpg", "RGB", "JPEG", "image/jpeg", "RGB", False),
        ("cover.JPEG", "L", "JPEG", "image/jpeg", "L", False),
        ("cover.jpg", "CMYK", "JPEG", "image/jpeg", "CMYK", False),
        ("cover.png", "RGB", "PNG", "image/png", "RGB", False),
        ("cover.PNG", "RGBA", "PNG", "image/png", "RGBA", True),
        ("cover.png", "P", "PNG", "image/png", "P", False),
        ("cover.png", "LA", "PNG", "image/png", "LA", True),
        ("cover.png", "I;16", "PNG", "image/png", "I;16", False),
    ],
)
def test_facts(
    tmp_path: Path, name: str, mode: str, format: str, type: str, found_mode: str, alpha: bool
) -> None:
    path = tmp_path / name
    image = Image.new("I;16", (90, 60), 30000) if mode == "I;16" else picture(mode)
    path.write_bytes(as_bytes(image, format))
    facts, findings = probe_artwork(path)
    assert findings == ()
    assert facts is not None
    assert (facts.type, facts.width, facts.height, facts.mode) == (type, 90, 60, found_mode)
    assert facts.has_alpha is alpha


def test_a_transparent_colour_is_alpha(tmp_path: Path) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(as_bytes(picture(), "PNG", transparency=(220, 30, 30)))
    facts, findings = probe_artwork(path)
    assert findings == ()
    assert facts is not None
    assert facts.has_alpha


BROKEN = {
    "empty": (b"", "artwork-unreadable", "empty"),
    "text": (b"This is a cover, honestly.\n", "artwork-unreadable", "no image"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "artwork-type", "HEIC"),
    "heif": (b"\0\0\0\x18ftypmif1\0\0\0\0heicmif1", "artwork-type", "HEIC"),
    "pdf": (b"%PDF-1.7\n", "artwork-type", "PDF"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "artwork-type", "SVG"),
    "png-cut": (as_bytes(noise((200, 200)), "PNG")[:-20000], "artwork-unreadable", "damaged PNG"),
    "jpeg-cut": (as_bytes(noise((200, 200)), "JPEG")[:-3000], "artwork-unreadable", "damaged JPEG"),
    "progressive-cut": (
        as_bytes(noise((200, 200)), "JPEG", progressive=True)[:-3000],
        "artwork-unreadable",
        "damaged JPEG",
    ),
    "png-magic-only": (b"\x89PNG\r\n\x1a\n", "artwork-unreadable", "damaged PNG"),
    "jpeg-magic-only": (b"\xff\xd8\xff", "artwork-unreadable", "damaged JPEG"),
    "no-pixels": (png_header(100, 100), "artwork-unreadable", "damaged PNG"),
    "bomb": (png_header(5001, 5000, b"\0\0\0\0IDAT"), "artwork-bomb", "5001 × 5000"),
    "huge-bomb": (png_header(2**31 - 1, 2**31 - 1, b"\0\0\0\0IDAT"), "artwork-bomb", "2147483647"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(tmp_path: Path, name: str) -> None:
    data, rule, words = BROKEN[name]
    path = tmp_path / "cover.png"
    path.write_bytes(data)
    facts, findings = probe_artwork(path)
    assert facts is None
    assert [(finding.rule, finding.severity) for finding in findings] == [(rule, "error")]
    assert words in findings[0].message
    assert findings[0].help
    assert str(tmp_path) not in findings[0].message
    assert small_cover(data) is None
    assert small_cover(path) is None


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path):
        facts, findings = probe_artwork(path)
        assert facts is None
        assert [finding.rule for finding in findings] == ["artwork-unreadable"]
        assert small_cover(path) is None


def test_the_name_says_something_else(tmp_path: Path) -> None:
    path = tmp_path / "cover.jpg"
    path.write_bytes(as_bytes(picture(), "PNG"))
    facts, findings = probe_artwork(path)
    assert facts is not None
    assert facts.type == "image/png"
    assert [(finding.rule, finding.severity) for finding in findings] == [("artwork-extension", "warning")]
    assert "cover.png" in findings[0].help


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_raises(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(
        data.draw(st.sampled_from([as_bytes(picture("RGBA"), "PNG"), as_bytes(picture(), "JPEG")]))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "cover.jpg"
    path.write_bytes(whole)
    facts, findings = probe_artwork(path)
    assert (facts is None) == any(finding.severity == "error" for finding in findings)
    cover = small_cover(path)
    if cover is not None:
        opened(cover)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "P", "RGBA"])
def test_cover_is_a_small_square(mode: str) -> None:
    source = as_bytes(picture(mode, (1500, 1500)), "JPEG" if mode == "CMYK" else "PNG")
    cover = small_cover(source)
    image = opened(cover)
    assert image.size == (600, 600)
    assert near(image, (100, 300), (220, 30, 30), 45)
    assert near(image, (500, 300), (20, 40, 200), 45)
    assert cover == small_cover(source)


def test_cover_from_path_is_the_same(tmp_path: Path) -> None:
    source = as_bytes(picture(size=(700, 700)), "PNG")
    (tmp_path / "cover.png").write_bytes(source)
    assert small_cover(tmp_path / "cover.png") == small_cover(source)


def test_nothing_is_enlarged() -> None:
    assert opened(small_cover(as_bytes(picture(size=(80, 80)), "PNG"))).size == (80, 80)


@pytest.mark.parametrize("size", [(1200, 300), (300, 1200), (90, 1), (1, 5000)])
def test_what_is_not_square_lies_on_white(size: tuple[int, int]) -> None:
    image = opened(small_cover(as_bytes(picture(size=size), "PNG")))
    assert image.width == image.height == min(600, max(size))
    assert near(image, (0, 0), (255, 255, 255), 12)
    assert near(image, (image.width - 1, image.height - 1), (255, 255, 255), 12)


def test_16_bit_grey_is_not_white() -> None:
    grey = Image.new("I;16", (2000, 2000), 0x6000)
    image = opened(small_cover(as_bytes(grey, "PNG")))
    assert near(image, (300, 300), (0x60, 0x60, 0x60), 3)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
def test_transparent_is_white(mode: str) -> None:
    options: dict[str, object] = {}
    if mode in ("RGBA", "LA"):
        image = picture(mode, (1400, 1400))
        image.putalpha(0)
    else:
        image = Image.new("RGB", (1400, 1400), (10, 20, 30))
        image = image.quantize(4) if mode == "P" else image
        options["transparency"] = image.getpixel((0, 0))
    cover = opened(small_cover(as_bytes(image, "PNG", **options)))
    assert near(cover, (300, 300), (255, 255, 255), 3)


# Where the red is in a picture that has it at its left, once it stands as its EXIF orientation says.
RED_AT = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}


@pytest.mark.parametrize("orientation", RED_AT)
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_orientation(orientation: int, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    cover = small_cover(as_bytes(picture(size=(300, 300)), format, exif=exif))
    image = opened(cover)
    places = {"left": (5, 150), "right": (294, 150), "top": (150, 5), "bottom": (150, 294)}
    red = [side for side, place in places.items() if near(image, place, (220, 30, 30), 40)]
    assert RED_AT[orientation] in red
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[RED_AT[orientation]]
    assert opposite not in red


def test_metadata_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = as_bytes(picture(), "JPEG", exif=exif, icc_profile=profile, comment=b"a secret word")
    cover = small_cover(source)
    assert cover is not None
    assert b"secret" in source
    assert b"secret" not in cover
    assert not {"exif", "icc_profile", "comment"} & set(opened(cover).info)


def swapped_profile() -> bytes:
    """An sRGB profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return re.sub(b"rXYZ|bXYZ", lambda match: b"bXYZ" if match[0] == b"rXYZ" else b"rXYZ", profile, count=2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_profile_is_followed(mode: str) -> None:
    source = as_bytes(picture(mode, (1400, 1400)), "PNG", icc_profile=swapped_profile())
    image = opened(small_cover(source))
    red, _, blue = pixel(image, 100, 300)
    assert blue > red + 60


@pytest.mark.parametrize("profile", [b"nonsense", swapped_profile()[:200]])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_bad_profile_costs_nothing(profile: bytes, mode: str) -> None:
    plain = small_cover(as_bytes(picture(mode), "JPEG"))
    assert small_cover(as_bytes(picture(mode), "JPEG", icc_profile=profile)) == plain


def test_a_profile_of_other_colours_costs_nothing() -> None:
    plain = small_cover(as_bytes(picture("CMYK"), "JPEG"))
    assert small_cover(as_bytes(picture("CMYK"), "JPEG", icc_profile=swapped_profile())) == plain


@pytest.mark.parametrize("max_bytes", [300_000, 50_000, 5_000, 1_000])
def test_bytes_are_kept_to(max_bytes: int) -> None:
    cover = small_cover(as_bytes(noise((1000, 1000)), "PNG"), max_bytes=max_bytes)
    assert cover is not None
    assert len(cover) <= max_bytes
    opened(cover)


def test_no_cover_is_that_small() -> None:
    assert small_cover(as_bytes(picture(), "PNG"), max_bytes=50) is None
