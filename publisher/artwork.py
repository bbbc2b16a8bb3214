"""Artwork: what a file really is, and a small cover for the tags of an audio file.

Only JPEG and PNG are opened, by what the bytes say and through Pillow's own classes for the two: `Image.open`
tries every format it knows, and warns of large images where we refuse them.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from publisher.problems import Finding

MOST_PIXELS = 25_000_000
"""Nearly three times what any directory takes. Decoding that takes less than 200 MB of memory, whatever the
colours; a few kilobytes of PNG can unfold to gigabytes."""

_MOST_SIDE = 20_000
"""Pillow keeps a record for each row, and rows are what a picture of one column has most of."""

_MOST_SCANS = 200
"""A progressive JPEG has about ten. Each costs a walk over the whole picture, and may take forty bytes."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What stands the picture upright, per EXIF orientation."""

_BAND_PIXELS = 2_000_000
_BLOCK = 1 << 20
_QUALITIES = (90, 85, 80, 70, 60, 50)
_SUFFIXES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}
_NAMES = {"image/jpeg": "JPEG", "image/png": "PNG"}
_OTHERS = (
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%PDF", "PDF"),
    (0, b"8BPS", "Photoshop"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypjxl", "JPEG XL"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
)

# warnings.catch_warnings changes what the whole process shows: one at a time.
_quiet = threading.Lock()


@dataclass(frozen=True, slots=True)
class ArtworkFacts:
    """What an image file is.

    Attributes:
        type: MIME type of its bytes, `image/jpeg` or `image/png`.
        mode: Pillow's word for the colours: `RGB`, `CMYK`, `L`, `P`, `I;16`, …
        has_alpha: whether any part can be transparent.
    """

    type: str
    width: int
    height: int
    mode: str
    has_alpha: bool


def probe_artwork(path: Path) -> tuple[ArtworkFacts | None, tuple[Finding, ...]]:
    """Finds out what an image file is, and decodes it once to know that it is whole.

    Returns:
        The facts, None exactly where an error was found, and what was found, under the rules
        `artwork-unreadable`, `artwork-type`, `artwork-bomb` and `artwork-extension` (a warning: the bytes
        are published under the name they deserve).
    """
    try:
        with path.open("rb") as file:
            facts, finding = _probe(file)
    except OSError as error:
        return None, (
            _unreadable(f"the artwork cannot be read: {error.strerror or error}", "check the file"),
        )
    if facts is None:
        return None, (finding,) if finding else ()
    if path.suffix.lower() in _SUFFIXES[facts.type]:
        return facts, ()
    name, wanted = _NAMES[facts.type], _SUFFIXES[facts.type][0]
    message = f"the artwork's name ends in {path.suffix!r}, and what is in it is {name}"
    help = f"rename it to {path.stem}{wanted}"
    return facts, (Finding("artwork-extension", "warning", message, help),)


def small_cover(source: bytes | Path, *, max_pixels: int = 600, max_bytes: int = 300_000) -> bytes | None:
    """A cover to embed in tags: a square RGB JPEG in sRGB without metadata, the same for the same image.

    What is not square is laid on white, and so is what is transparent; nothing is enlarged.

    Args:
        source: the image's bytes, or the file.
        max_pixels: the longest side.
        max_bytes: the size not to be exceeded; quality goes first, pixels after.

    Returns:
        The JPEG, or None where the source is no readable image of at most `MOST_PIXELS`, or no cover can be
        that small.
    """
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            return _small_cover(file, max_pixels, max_bytes)
    except OSError:
        return None


def _probe(file: BinaryIO) -> tuple[ArtworkFacts | None, Finding | None]:
    head = file.read(32)
    if not head:
        return None, _unreadable("the artwork is an empty file", "copy it again")
    type = _type(head)
    if type is None:
        return None, _not_ours(head)
    with _pillow():
        try:
            image = _opened(file, type)
            width, height = image.size
            if not _is_sane(image):
                message = f"the artwork has {width} × {height} pixels, and at most {MOST_PIXELS:,} are opened"
                return None, Finding("artwork-bomb", "error", message, "make it 3000 × 3000 pixels")
            facts = ArtworkFacts(type, width, height, image.mode, image.has_transparency_data)
            if type == "image/jpeg" and _has_too_many_scans(file):
                message = (
                    f"the artwork is a JPEG of more than {_MOST_SCANS} scans, which takes minutes to show"
                )
                return None, Finding("artwork-bomb", "error", message, "save it again as an ordinary JPEG")
            # A JPEG's every byte is read for an eighth of its size as well: it takes far less memory.
            image.draft(None, (max(1, width // 8), max(1, height // 8)))
            image.load()
        except Exception as error:  # Pillow lets out whatever a broken file made it stumble over.
            message = f"the artwork is a damaged {_NAMES[type]} image: {error or 'it cannot be decoded'}"
            return None, _unreadable(message, "export it again from the program it came from")
    return facts, None


def _small_cover(file: BinaryIO, max_pixels: int, max_bytes: int) -> bytes | None:
    type = _type(file.read(32))
    if type is None:
        return None
    with _pillow():
        try:
            image = _opened(file, type)
            if not _is_sane(image) or (type == "image/jpeg" and _has_too_many_scans(file)):
                return None
            orientation = image.getexif().get(_ORIENTATION, 1)
            image.draft(None, (max_pixels * 2, max_pixels * 2))
            cover = _on_white_square(_shrunk(image, max_pixels), max_pixels, orientation)
            return _encoded(cover, max_bytes)
        except Exception:  # As above: broken files end in any kind of exception.
            return None


def _type(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if head.startswith(b"\x89PNG\r\n\x1a\n") else None


def _not_ours(head: bytes) -> Finding:
    for at, magic, name in _OTHERS:
        if head[at:].startswith(magic):
            message = f"the artwork is {name}, and apps take JPEG and PNG"
            return Finding("artwork-type", "error", message, "save it as a JPEG in RGB")
    return _unreadable("the artwork is no image", "use a JPEG or PNG image")


def _unreadable(message: str, help: str) -> Finding:
    return Finding("artwork-unreadable", "error", message, help)


def _opened(file: BinaryIO, type: str) -> JpegImageFile | PngImageFile:
    file.seek(0)
    return JpegImageFile(file) if type == "image/jpeg" else PngImageFile(file)


def _is_sane(image: Image.Image) -> bool:
    return image.width * image.height <= MOST_PIXELS and max(image.size) <= _MOST_SIDE


def _has_too_many_scans(file: BinaryIO) -> bool:
    """Counts the marker that begins a scan, which cannot stand within one."""
    place = file.tell()
    file.seek(0)
    scans, before = 0, b""
    while (block := file.read(_BLOCK)) and scans <= _MOST_SCANS:
        scans += (before + block).count(b"\xff\xda")
        before = block[-1:] if block.endswith(b"\xff") else b""
    file.seek(place)
    return scans > _MOST_SCANS


@contextmanager
def _pillow() -> Iterator[None]:
    """Pillow's warnings about odd metadata concern nobody here, and are no errors where warnings are."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _shrunk(image: Image.Image, max_pixels: int) -> Image.Image:
    """The image in sRGB, between one and two times the wanted size. It goes band by band: converting a large
    image as a whole would hold it in memory two or three times."""
    factor = max(1, max(image.size) // (max_pixels * 2))
    rows = max(1, _BAND_PIXELS // (image.width * factor)) * factor
    to_srgb = _Colours(image)
    shrunk = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)), "white")
    for top in range(0, image.height, rows):
        band = to_srgb(image.crop((0, top, image.width, min(image.height, top + rows))))
        shrunk.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return shrunk


class _Colours:
    """Turns bands of one image into sRGB on white."""

    def __init__(self, image: Image.Image) -> None:
        self._transparent = image.has_transparency_data
        self._transform: ImageCms.ImageCmsTransform | None = None
        profile = image.info.get("icc_profile")
        mode = {"LA": "L", "P": "RGB", "PA": "RGB", "RGBA": "RGB"}.get(image.mode, image.mode)
        if not profile:
            return
        try:
            self._transform = ImageCms.buildTransform(
                ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), mode, "RGB"
            )
            self._mode = mode
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that is broken or belongs to other colours: the picture matters more.
            return

    def __call__(self, band: Image.Image) -> Image.Image:
        if band.mode.startswith("I"):
            # Pillow's conversion clips every 16-bit grey above 255 to white.
            band = band.convert("I").point(lambda value: value * (1 / 256)).convert("L")
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
    square = Image.new("RGB", (side, side), "white")
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


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
