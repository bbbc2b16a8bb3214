"""Opening a picture: which format its bytes are, and whether it can be decoded without harm.

Formats are told by what the bytes say and opened through Pillow's own class for each: `Image.open` tries
every format it knows, and warns of large images where we refuse them. What describes shapes instead of
pixels (SVG, PDF) is never opened.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from PIL import Image, features
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

MOST_PIXELS: Final = 25_000_000
"""Nearly three times what any directory takes; a few kilobytes of PNG can unfold to gigabytes."""

_MOST_MEMORY: Final = 155_000_000
"""What decoding may take. With this program, and what is made of the picture, that stays below 200 MB."""

_MOST_SIDE: Final = 20_000
"""Pillow keeps a record for each row, and rows are what a picture of one column has most of."""

_MOST_SCANS: Final = 200
"""A progressive JPEG has about ten. Each costs a walk over the whole picture, and may take forty bytes."""

_MOST_READ_WHOLE: Final = 30_000_000
"""Bytes of a file that Pillow reads into memory before it decodes."""

_MOST_GIF_TEXT: Final = 1_000_000
"""Bytes of comments before a GIF's first frame, which Pillow puts together 255 at a time."""

_SMALLEST: Final = 8
_BLOCK: Final = 1 << 20

NAMES: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/tiff": "TIFF",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/avif": "AVIF",
}
SUFFIXES: Final[dict[str, tuple[str, ...]]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/tiff": (".tif", ".tiff"),
    "image/gif": (".gif",),
    "image/bmp": (".bmp",),
    "image/avif": (".avif",),
}
"""How a file of each type may be called; the first is the usual one."""

_CLASSES: Final[dict[str, Callable[[BinaryIO], ImageFile]]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/webp": WebPImageFile,
    "image/tiff": TiffImageFile,
    "image/gif": GifImageFile,
    "image/bmp": BmpImageFile,
    "image/avif": AvifImageFile,
}
_MAGIC: Final = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
)
_OTHERS: Final = (
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"8BPS", "Photoshop"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftyphevc", "HEIC"),
    (4, b"ftypheim", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (4, b"JXL ", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "SVG"),
)

_MODES: Final = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "LAB")

# warnings.catch_warnings changes what the whole process shows: one at a time.
_quiet = threading.Lock()


class Refused(Exception):
    """A picture that is not opened. `rule` is `artwork-bomb` or `artwork-unreadable`."""

    def __init__(self, rule: str, message: str, help: str) -> None:
        super().__init__(message)
        self.rule, self.message, self.help = rule, message, help


def type_of(head: bytes) -> str:
    """MIME type of a picture by its first 32 bytes; empty for what cannot be opened here."""
    for at, magic, type in _MAGIC:
        if head[at:].startswith(magic):
            return type if type != "image/avif" or features.check("avif") else ""
    # A still of either kind may call itself by the name of what both stand in.
    if head[4:12] == b"ftypmif1" and b"avif" in head[16:32] and features.check("avif"):
        return "image/avif"
    return ""


def other_format(head: bytes) -> str:
    """What a file that cannot be opened here is called; empty where it is no picture."""
    for at, magic, name in _OTHERS:
        if head[at:].startswith(magic):
            return name
    return ""


@contextmanager
def pillow() -> Iterator[None]:
    """Pillow's warnings about odd metadata concern nobody here, and are no errors where warnings are."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def opened(
    file: BinaryIO, type: str, *, wanted: int, tiny: bool = False
) -> tuple[ImageFile, tuple[int, int]]:
    """The picture, not yet decoded, of which it is certain that decoding does no harm.

    A JPEG is set to be decoded smaller where that is enough.

    Args:
        type: as `type_of` gave it.
        wanted: pixels a side that are needed.
        tiny: whether an eighth of a JPEG's size will do: every byte of it is read for that as well.

    Returns:
        The picture, whose size may be a part of its own, and its own width and height.

    Raises:
        Refused: it would take too much memory or time, or its colours are of no kind that is known.
        Exception: it is damaged; Pillow lets out whatever a broken file made it stumble over.
    """
    _check_file(file, type)
    file.seek(0)
    image = _CLASSES[type](file)
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > _MOST_SIDE:
        raise _too_many_pixels(width, height)
    if image.mode not in _MODES and not image.mode.startswith("I;16"):
        message = f"the artwork's colours are of a kind that is not read ({image.mode})"
        raise Refused("artwork-unreadable", message, "save it again with 8 bits per colour")
    side, scale = min(width, height), 1
    if type == "image/jpeg":
        while scale < _SMALLEST and side >= 2 * scale * wanted:
            scale *= 2
    needed = _memory(file, image, type, scale)
    if needed > _MOST_MEMORY:
        message = (
            f"the artwork ({NAMES[type]}, {width} × {height} pixels) takes {needed // 1_000_000} MB "
            f"of memory to open, and at most {_MOST_MEMORY // 1_000_000} are given"
        )
        raise Refused("artwork-bomb", message, "save it as an ordinary JPEG of 3000 × 3000 pixels")
    if tiny:
        scale = _SMALLEST
    if scale > 1:
        image.draft(None, (max(1, width // scale), max(1, height // scale)))
    return image, (width, height)


def _too_many_pixels(width: int, height: int) -> Refused:
    message = f"the artwork has {width} × {height} pixels, and at most {MOST_PIXELS:,} are opened"
    return Refused("artwork-bomb", message, "make it 3000 × 3000 pixels")


def _check_file(file: BinaryIO, type: str) -> None:
    """Looks for what would do harm before Pillow has said anything about the picture."""
    if type in ("image/webp", "image/avif"):
        file.seek(0, 2)
        if file.tell() > _MOST_READ_WHOLE:
            message = f"the artwork is {NAMES[type]} of {file.tell() / 1_000_000:,.0f} MB"
            raise Refused("artwork-bomb", message, "save it as an ordinary JPEG of 3000 × 3000 pixels")
    if type == "image/webp":
        _check_webp_size(file)
    if type == "image/jpeg" and scans(file) > _MOST_SCANS:
        message = f"the artwork is a JPEG of more than {_MOST_SCANS} scans, which takes minutes to show"
        raise Refused("artwork-bomb", message, "save it again as an ordinary JPEG")
    if type == "image/gif" and not _is_short_before_first_frame(file):
        message = "the artwork is a GIF with more text than picture"
        raise Refused("artwork-bomb", message, "save it as a JPEG")


def _check_webp_size(file: BinaryIO) -> None:
    """An animation's canvas takes its memory as soon as the file is opened."""
    file.seek(0)
    head = file.read(30)
    if head[12:16] == b"VP8X" and len(head) == 30:
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
        if width * height > MOST_PIXELS:
            raise _too_many_pixels(width, height)


def scans(file: BinaryIO) -> int:
    """How many scans a JPEG has, or a few more than are allowed: the marker that begins one cannot stand
    within one."""
    file.seek(0)
    found, before = 0, b""
    while (block := file.read(_BLOCK)) and found <= _MOST_SCANS:
        found += (before + block).count(b"\xff\xda")
        before = block[-1:] if block.endswith(b"\xff") else b""
    return found


def _is_short_before_first_frame(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(13)
    if len(head) < 13:
        return True
    if head[10] & 0x80:
        file.seek(3 << ((head[10] & 7) + 1), 1)
    start = file.tell()
    while file.tell() - start <= _MOST_GIF_TEXT:
        if file.read(1) != b"!" or not file.read(1):
            return True
        while (length := file.read(1)) not in (b"", b"\0"):
            file.seek(length[0], 1)
            if file.tell() - start > _MOST_GIF_TEXT:
                return False
        if not length:
            return True
    return False


def _memory(file: BinaryIO, image: ImageFile, type: str, scale: int) -> int:
    """Bytes that decoding takes, roughly, what Pillow's decoders keep beside the picture included.

    Args:
        scale: 2 where half of a JPEG's width and height are decoded, and so on.
    """
    pixels = image.width * image.height
    own = pixels * _bytes_per_pixel(image.mode) // scale**2
    if type == "image/jpeg":
        return own + (_coefficients(image) if scans(file) > 1 else 0)
    if type == "image/webp":
        # Two canvases of an animation, the frame that is handed over, the picture, and a little more.
        return pixels * 17
    if type == "image/avif":
        # Planes of up to 16 bits, the frame that is handed over, and the picture.
        return 2 * own + pixels * 6
    if type == "image/tiff":
        # Pillow turns it itself, which takes a second picture.
        turned = own if getattr(image, "tag_v2", {}).get(274, 1) != 1 else 0
        return own + max(_strip(image), turned)
    return own


def _bytes_per_pixel(mode: str) -> int:
    return {"1": 1, "L": 1, "P": 1}.get(mode, 2 if mode.startswith("I;16") else 4)


def _coefficients(image: ImageFile) -> int:
    """A JPEG of several scans is kept as 16-bit numbers until the last one is read."""
    layers = [(across, down) for _, across, down, _ in getattr(image, "layer", ())]
    if not layers:
        return 0
    whole: int = max(across for across, _ in layers) * max(down for _, down in layers)
    parts: int = sum(across * down for across, down in layers)
    return image.width * image.height * 2 * parts // max(1, whole)


def _strip(image: ImageFile) -> int:
    """The largest piece in which a TIFF is stored; many have but one."""
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(258, (8,))
    depth = sum(bits) if isinstance(bits, tuple) else int(bits)
    if 322 in tags and 323 in tags:
        pixels: int = int(tags[322]) * int(tags[323])
    else:
        pixels = image.width * min(image.height, int(tags.get(278, image.height)))
    needed: int = pixels * max(depth, 8 * int(tags.get(277, 1))) // 8
    return needed


def is_white_zero(image: Image.Image) -> bool:
    """Whether a 16-bit grey TIFF counts from white, which Pillow does not turn round."""
    return image.mode.startswith("I;16") and getattr(image, "tag_v2", {}).get(262) == 0
