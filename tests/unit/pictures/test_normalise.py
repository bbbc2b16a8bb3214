"""Any picture in, right artwork out: the colours are looked at, pixel by pixel."""

from __future__ import annotations

import functools
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, features

from publisher.pictures import Normalised, normalise, probe_artwork, probe_picture, resized, small_cover
from publisher.pictures.jpeg import without_metadata
from publisher.pictures.normalising import MOST_BYTES
from tests.unit.pictures.samples import (
    BLUE,
    RED,
    as_bytes,
    halves,
    near,
    opened,
    pixel,
    srgb_profile,
    swapped_profile,
)

WHITE = (255, 255, 255)


def made(tmp_path: Path, data: bytes, name: str = "cover") -> Normalised:
    path = tmp_path / name
    path.write_bytes(data)
    found, findings = normalise(path)
    assert findings == ()
    assert found is not None
    assert opened(found.data).width == found.side
    return found


def refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "cover"
    path.write_bytes(data)
    found, findings = normalise(path)
    assert found is None
    (finding,) = findings
    assert finding.severity == "error"
    assert finding.help
    return finding.rule


def noise(side: int) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise((side, side), 90) for _ in range(3)])


# Formats and modes. CMYK and palettes know these two colours only nearly.
KINDS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: as_bytes(halves(), "JPEG", quality=95),
    "jpeg-progressive": lambda: as_bytes(halves(), "JPEG", quality=95, progressive=True),
    "jpeg-cmyk": lambda: as_bytes(halves(mode="CMYK"), "JPEG", quality=95),
    "png": lambda: as_bytes(halves(), "PNG"),
    "png-rgba": lambda: as_bytes(halves(mode="RGBA"), "PNG"),
    "png-palette": lambda: as_bytes(halves(mode="P"), "PNG"),
    "png-16-bit": lambda: png_16_bit(1500),
    "webp": lambda: as_bytes(halves(), "WEBP", quality=95),
    "webp-lossless": lambda: as_bytes(halves(mode="RGBA"), "WEBP", lossless=True),
    "tiff": lambda: as_bytes(halves(), "TIFF"),
    "tiff-lzw": lambda: as_bytes(halves(), "TIFF", compression="tiff_lzw"),
    "tiff-jpeg": lambda: as_bytes(halves(), "TIFF", compression="jpeg", quality=95),
    "tiff-cmyk": lambda: as_bytes(halves(mode="CMYK"), "TIFF"),
    "tiff-lab": lambda: as_bytes(lab(), "TIFF"),
    "tiff-pages": lambda: as_bytes(
        halves(), "TIFF", save_all=True, append_images=[Image.new("RGB", (1500, 1500))] * 3
    ),
    "gif": lambda: as_bytes(halves(mode="P"), "GIF"),
    "gif-animated": lambda: as_bytes(
        halves(mode="P"), "GIF", save_all=True, append_images=[Image.new("P", (1500, 1500))] * 3
    ),
    "bmp": lambda: as_bytes(halves(), "BMP"),
}
if features.check("avif"):
    KINDS["avif"] = lambda: as_bytes(halves(), "AVIF", quality=95)


def lab() -> Image.Image:
    from PIL import ImageCms

    way = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    image = ImageCms.applyTransform(halves(), way)
    assert image is not None
    return image


def png_16_bit(side: int) -> bytes:
    """RGB with 16 bits per colour, which Pillow does not write."""
    left, right = (struct.pack(">3H", *(value * 257 for value in colour)) for colour in (RED, BLUE))
    row = b"\0" + left * (side // 2) + right * (side - side // 2)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    data = zlib.compress(row * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_keeps_its_colours(tmp_path: Path, kind: str) -> None:
    source = KINDS[kind]()
    found = made(tmp_path, source)
    image = opened(found.data)
    assert found.side == 1500
    assert near(image, 0.25, 0.5, RED, 14)
    assert near(image, 0.75, 0.5, BLUE, 14)
    assert len(found.data) <= MOST_BYTES
    again, _ = normalise(tmp_path / "cover")
    assert again == found
    cover = small_cover(source)
    assert cover is not None
    assert near(opened(cover), 0.25, 0.5, RED, 20)


def test_cmyk_as_adobe_writes_it_is_not_turned_round(tmp_path: Path) -> None:
    """Photoshop's CMYK is stored inverted and says so in a segment of its own; Pillow writes it so too."""
    data = as_bytes(halves(mode="CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data[:200]
    assert near(opened(made(tmp_path, data).data), 0.25, 0.5, RED, 14)


@pytest.mark.parametrize("byte_order", ["I;16", "I;16B"])
def test_16_bit_grey(tmp_path: Path, byte_order: str) -> None:
    grey = Image.new(byte_order, (1500, 1500), 0x6000)
    assert near(opened(made(tmp_path, as_bytes(grey, "TIFF")).data), 0.5, 0.5, (0x60,) * 3, 2)


def test_16_bit_grey_that_counts_from_white(tmp_path: Path) -> None:
    grey = Image.new("I;16", (1500, 1500), 0x2000)
    data = as_bytes(grey, "TIFF", tiffinfo={262: 0})
    assert near(opened(made(tmp_path, data).data), 0.5, 0.5, (0xDF,) * 3, 2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "RGB"])
@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_what_can_be_seen_through_lies_on_white(tmp_path: Path, mode: str, format: str) -> None:
    if format != "PNG" and mode != "RGBA":
        pytest.skip("only PNG has transparency in this mode")
    options: dict[str, object] = {}
    if mode in ("RGBA", "LA"):
        image = halves(mode=mode)
        alpha = Image.new("L", image.size, 255)
        ImageDraw.Draw(alpha).rectangle((0, 0, 749, 1500), fill=0)
        image.putalpha(alpha)
    else:
        image = halves().quantize(4) if mode == "P" else halves()
        options["transparency"] = image.getpixel((0, 0))
    if format == "WEBP":
        options["lossless"] = True
    shown = opened(made(tmp_path, as_bytes(image, format, **options)).data)
    assert near(shown, 0.25, 0.5, WHITE, 3)
    assert not near(shown, 0.75, 0.5, WHITE, 60)


def test_half_transparent_is_half_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (1500, 1500), (0, 0, 0, 128))
    assert near(opened(made(tmp_path, as_bytes(image, "PNG")).data), 0.5, 0.5, (127,) * 3, 3)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_profile_is_followed(tmp_path: Path, format: str) -> None:
    data = as_bytes(halves(), format, icc_profile=swapped_profile(), quality=95)
    found = made(tmp_path, data)
    image = opened(found.data)
    assert not found.is_original
    assert "icc_profile" not in image.info
    red, _, blue = pixel(image, 0.25, 0.5)
    assert blue > red + 60


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"nonsense", srgb_profile()[:200], swapped_profile()])
def test_a_profile_that_does_not_serve_costs_nothing(tmp_path: Path, mode: str, profile: bytes) -> None:
    if mode == "RGB" and profile == swapped_profile():
        pytest.skip("this one serves")
    plain = as_bytes(halves(mode=mode), "JPEG", quality=95)
    odd = as_bytes(halves(mode=mode), "JPEG", quality=95, icc_profile=profile)
    one, other = opened(made(tmp_path, plain).data), opened(made(tmp_path, odd).data)
    assert near(other, 0.25, 0.5, pixel(one, 0.25, 0.5), 3)


# Where the red is in a picture that has it at its left, once it stands as its EXIF orientation says.
RED_AT = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
PLACES = {"left": (0.02, 0.5), "right": (0.98, 0.5), "top": (0.5, 0.02), "bottom": (0.5, 0.98)}
OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


@pytest.mark.parametrize("orientation", RED_AT)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation(tmp_path: Path, orientation: int, format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(made(tmp_path, as_bytes(halves(), format, exif=exif, quality=95)).data)
    assert near(image, *PLACES[RED_AT[orientation]], RED, 20)
    assert near(image, *PLACES[OPPOSITE[RED_AT[orientation]]], BLUE, 20)
    assert image.getexif().get(0x0112, 1) == 1


def secretive(format: str, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    exif.get_ifd(0x8825)[2] = (59.0, 54.0, 49.0)
    return as_bytes(halves(), format, exif=exif, **options)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_metadata_is_gone(tmp_path: Path, format: str) -> None:
    options = {"comment": b"a secret word"} if format == "JPEG" else {}
    data = secretive(format, quality=90, **options)
    assert b"secret" in data
    found = made(tmp_path, data)
    assert b"secret" not in found.data
    assert not {"exif", "xmp", "comment", "photoshop"} & set(opened(found.data).info)
    assert opened(found.data).getexif().get_ifd(0x8825) == {}


def test_a_jpeg_that_fits_is_not_encoded_again(tmp_path: Path) -> None:
    data = as_bytes(halves(), "JPEG", quality=93)
    found = made(tmp_path, data)
    assert found.is_original
    assert found.data == data


def test_metadata_goes_without_encoding_again(tmp_path: Path) -> None:
    data = secretive("JPEG", quality=93, comment=b"a secret word", icc_profile=srgb_profile())
    trailing = data + b"a secret film"
    found = made(tmp_path, trailing)
    assert found.is_original
    assert b"secret" not in found.data
    assert opened(found.data).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert opened(found.data).info["icc_profile"] == srgb_profile()
    assert without_metadata(found.data) == found.data


@pytest.mark.parametrize("progressive", [False, True])
def test_comments_between_scans_go_as_well(progressive: bool) -> None:
    data = as_bytes(noise(300), "JPEG", progressive=progressive)
    last = data.rindex(b"\xff\xda")
    comment = b"\xff\xfe" + struct.pack(">H", 8) + b"secret"
    assert without_metadata(data[:last] + comment + data[last:]) == data


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_taking_metadata_out_bears_any_damage(data: st.DataObject) -> None:
    whole = bytearray(small_jpeg())
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    kept = without_metadata(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    if kept is not None:
        assert kept.startswith(b"\xff\xd8")
        assert kept.endswith(b"\xff\xd9")
        assert without_metadata(kept) == kept


@functools.cache
def small_jpeg() -> bytes:
    return as_bytes(halves((64, 64)), "JPEG", comment=b"words", progressive=True)


@pytest.mark.parametrize(("size", "side"), [((3000, 3000), 3000), ((3001, 3001), 3000), ((4600, 4600), 3000)])
def test_what_is_too_large_is_scaled_down(tmp_path: Path, size: tuple[int, int], side: int) -> None:
    found = made(tmp_path, as_bytes(halves(size), "JPEG", quality=90))
    assert found.side == side
    image = opened(found.data)
    assert near(image, 0.25, 0.5, RED)
    assert near(image, 0.75, 0.99, BLUE)


def test_scaling_in_bands_leaves_no_seams(tmp_path: Path) -> None:
    """A slope from black to white, many bands high, is as smooth as Pillow makes it in one go."""
    slope = Image.linear_gradient("L").resize((3300, 3300), Image.Resampling.BICUBIC).convert("RGB")
    found = opened(made(tmp_path, as_bytes(slope, "PNG")).data)
    whole = slope.resize((3000, 3000), Image.Resampling.LANCZOS)
    for y in range(0, 3000, 7):
        one, other = found.getpixel((1500, y)), whole.getpixel((1500, y))
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        assert abs(one[0] - other[0]) <= 3, y


@pytest.mark.parametrize("size", [(1399, 1399), (100, 100), (1399, 900)])
def test_nothing_is_enlarged(tmp_path: Path, size: tuple[int, int]) -> None:
    assert refused(tmp_path, as_bytes(halves(size), "PNG")) == "artwork-size"


@pytest.mark.parametrize("size", [(2000, 1000), (1000, 2000), (1500, 1)])
def test_what_is_not_square_is_laid_on_white(tmp_path: Path, size: tuple[int, int]) -> None:
    found = made(tmp_path, as_bytes(Image.new("RGB", size, RED), "PNG"))
    image = opened(found.data)
    assert found.side == max(size)
    assert near(image, 0.01, 0.01, WHITE, 2)
    assert near(image, 0.99, 0.99, WHITE, 2)
    if min(size) > 100:
        assert near(image, 0.5, 0.5, RED)


def test_bytes_are_kept_to(tmp_path: Path) -> None:
    """A picture of which a good JPEG has a megabyte."""
    rough = (
        noise(3000).resize((375, 375), Image.Resampling.BOX).resize((3000, 3000), Image.Resampling.BICUBIC)
    )
    rough = Image.blend(rough, noise(3000), 0.06)
    assert len(as_bytes(rough, "JPEG", quality=90)) > MOST_BYTES
    found = made(tmp_path, as_bytes(rough, "JPEG", quality=97, subsampling=0))
    assert not found.is_original
    assert found.side == 3000
    assert len(found.data) <= MOST_BYTES


@pytest.mark.parametrize("side", [1500, 600, 300])
def test_smaller_ones(tmp_path: Path, side: int) -> None:
    found = made(tmp_path, as_bytes(halves((3000, 3000)), "JPEG"))
    small = resized(found.data, side)
    image = opened(small)
    assert image.width == side
    assert near(image, 0.25, 0.5, RED)
    assert small == resized(found.data, side)


@pytest.mark.parametrize("kind", ["webp", "tiff", "gif", "bmp"])
def test_a_picture_that_goes_out_as_it_is_has_to_be_jpeg_or_png(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"guest.{kind}"
    path.write_bytes(KINDS[kind]())
    facts, findings = probe_picture(path)
    assert facts is None
    assert [finding.rule for finding in findings] == ["artwork-type"]
    assert probe_artwork(path)[1] == ()


# Harm.


def test_too_many_pixels(tmp_path: Path) -> None:
    for format in ("PNG", "GIF", "TIFF", "BMP", "WEBP"):
        image = Image.new("1" if format != "WEBP" else "RGB", (5001, 5000))
        assert refused(tmp_path, as_bytes(image, format)) == "artwork-bomb", format


def test_too_much_memory(tmp_path: Path) -> None:
    large = Image.new("RGB", (4900, 4900))
    assert refused(tmp_path, as_bytes(large, "WEBP")) == "artwork-bomb"
    progressive = as_bytes(large, "JPEG", progressive=True, subsampling=0)
    assert refused(tmp_path, progressive) == "artwork-bomb"
    one_strip = as_bytes(large, "TIFF", compression="tiff_lzw", tiffinfo={278: 4900})
    assert refused(tmp_path, one_strip) == "artwork-bomb"


def test_too_many_scans(tmp_path: Path) -> None:
    data = as_bytes(halves(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert refused(tmp_path, data[:-2] + data[last:-2] * 300 + b"\xff\xd9") == "artwork-bomb"


def test_a_gif_of_comments(tmp_path: Path) -> None:
    data = as_bytes(halves(mode="P"), "GIF")
    start = 13 + (3 << ((data[10] & 7) + 1))
    words = b"!\xfe" + (b"\xff" + b"x" * 255) * 5000 + b"\0"
    assert refused(tmp_path, data[:start] + words + data[start:]) == "artwork-bomb"
    few = b"!\xfe\x05words\0"
    assert near(opened(made(tmp_path, data[:start] + few + data[start:]).data), 0.25, 0.5, RED)


def test_tags_that_all_point_at_the_same_bytes(tmp_path: Path) -> None:
    """EXIF whose thousands of tags each claim all of the file."""
    count = 4000
    entries = b"".join(struct.pack("<HHII", 50000 + tag, 7, 60000, 8) for tag in range(count))
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, count) + entries + bytes(4)
    data = as_bytes(halves(), "JPEG")
    block = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    assert peak(tmp_path, data[:2] + block + data[2:]) < 200


@pytest.mark.parametrize("kind", [*KINDS])
def test_what_is_broken_off_is_refused(tmp_path: Path, kind: str) -> None:
    data = KINDS[kind]()
    if kind in ("tiff-pages", "gif-animated"):
        pytest.skip("its first picture is whole")
    assert refused(tmp_path, data[: len(data) // 2]) == "artwork-unreadable"


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_raises(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(small_sample(data.draw(st.sampled_from(["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"]))))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, min(len(whole), 4000) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "cover"
    path.write_bytes(whole)
    found, findings = normalise(path)
    assert (found is None) == bool(findings)
    if found is not None:
        opened(found.data)


@functools.cache
def small_sample(format: str) -> bytes:
    return as_bytes(halves((1400, 1400), "P" if format == "GIF" else "RGB"), format)


# The peak of this program alone: getrusage counts the process that started it as well.
MEASURE = """
import sys
from pathlib import Path
from publisher.pictures import normalise, resized, small_cover
found, findings = normalise(Path(sys.argv[1]))
assert found, findings
resized(found.data, 1500)
assert small_cover(Path(sys.argv[1]))
lines = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")))
"""


def peak(tmp_path: Path, data: bytes) -> int:
    """Mebibytes that making artwork takes, the program's own included."""
    path = tmp_path / "cover"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    return int(done.stdout)


LARGE: dict[str, Callable[[], bytes]] = {
    "png-rgba": lambda: as_bytes(Image.new("RGBA", (5000, 5000), (*RED, 128)), "PNG", compress_level=1),
    "png-palette": lambda: as_bytes(Image.new("P", (5000, 5000)), "PNG"),
    "jpeg": lambda: as_bytes(Image.new("RGB", (5000, 5000), RED), "JPEG"),
    "jpeg-cmyk": lambda: as_bytes(Image.new("CMYK", (5000, 5000)), "JPEG"),
    "jpeg-turned": lambda: as_bytes(Image.new("RGB", (5000, 5000), RED), "JPEG", exif=turned()),
    "jpeg-progressive": lambda: as_bytes(
        Image.new("RGB", (3900, 3900), RED), "JPEG", progressive=True, subsampling=0
    ),
    "webp": lambda: as_bytes(Image.new("RGBA", (3010, 3010), RED), "WEBP", lossless=True),
    "tiff": lambda: as_bytes(Image.new("RGB", (4600, 4600), RED), "TIFF", compression="tiff_lzw"),
    "tiff-turned": lambda: as_bytes(Image.new("RGB", (4300, 4300), RED), "TIFF", exif=turned()),
    "gif": lambda: as_bytes(Image.new("P", (5000, 5000)), "GIF"),
}
if features.check("avif"):
    LARGE["avif"] = lambda: as_bytes(Image.new("RGB", (3000, 3000), RED), "AVIF", speed=10)


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("kind", LARGE)
def test_memory_of_the_largest(tmp_path: Path, kind: str) -> None:
    assert peak(tmp_path, LARGE[kind]()) < 250
