"""Any picture in, the artwork that directories take out: a square RGB JPEG in sRGB, without metadata."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.ImageFile import ImageFile

from publisher.effective import LEAST_ARTWORK_SIDE, MOST_ARTWORK_SIDE
from publisher.pictures.colours import is_srgb
from publisher.pictures.jpeg import without_metadata
from publisher.pictures.opening import Refused, opened, pillow, type_of
from publisher.pictures.probing import probe_artwork
from publisher.pictures.squares import orientation_of, square
from publisher.problems import Finding

MOST_BYTES: Final = 512 * 1024
"""Above that, lists load slowly, and some directories refuse: the PSP-1's advice."""

SIZES: Final = (1500, 600, 300)
"""Sides of the smaller ones: for large and small screens, and for lists."""

_QUALITIES: Final = (90, 85, 80, 75, 70, 65, 60, 50)
_SMALL_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Normalised:
    """Artwork that is fit to be published.

    Attributes:
        data: a JPEG.
        side: pixels.
        is_original: whether the picture is the producer's own, not encoded again; metadata may be gone.
    """

    data: bytes
    side: int
    is_original: bool


def normalise(path: Path) -> tuple[Normalised | None, tuple[Finding, ...]]:
    """Makes artwork of any image: a square RGB JPEG of 1400 to 3000 pixels a side.

    A JPEG that is all that already and has at most `MOST_BYTES` is not encoded again; only its metadata is
    taken out. Anything else is turned upright, scaled down to 3000 pixels, brought to sRGB and laid on white
    where it is transparent. What is not square is laid on a white square: cropping might cut a title off,
    and which part matters only its maker knows (`artwork-size` asks them). Quality is given up, down to 50,
    before `MOST_BYTES` is exceeded; pixels are not. The same image gives the same bytes with the same
    version of Pillow.

    Returns:
        The artwork, None exactly where an error was found, and what was found: `artwork-unreadable`,
        `artwork-type`, `artwork-bomb`, or `artwork-size` for one with fewer than 1400 pixels on its longer
        side, which is never enlarged.
    """
    facts, findings = probe_artwork(path)
    found = tuple(finding for finding in findings if finding.severity == "error")
    if facts is None:
        return None, found
    if max(facts.width, facts.height) < LEAST_ARTWORK_SIDE:
        message = (
            f"the artwork has {facts.width} × {facts.height} pixels; wanted are {LEAST_ARTWORK_SIDE} a side"
        )
        return None, (Finding("artwork-size", "error", message, "export it again at 3000 × 3000"),)
    try:
        with pillow():
            return _normalised(path), ()
    except Refused as refused:
        return None, (Finding(refused.rule, "error", refused.message, refused.help),)
    except Exception as error:  # It was whole a moment ago: somebody is still writing to it.
        message = f"the artwork cannot be read any more: {error or 'it cannot be decoded'}"
        return None, (Finding("artwork-unreadable", "error", message, "wait until the file is complete"),)


def resized(artwork: bytes, side: int) -> bytes:
    """A smaller square JPEG of what `normalise` made; not enlarged. Raises OSError for anything else."""
    with pillow():
        image, _ = opened(io.BytesIO(artwork), "image/jpeg", wanted=side * 2)
        return _jpeg(square(image, side), _SMALL_QUALITY)


def _normalised(path: Path) -> Normalised:
    with path.open("rb") as file:
        type = type_of(file.read(32))
        image, size = opened(file, type, wanted=MOST_ARTWORK_SIDE)
        if type == "image/jpeg" and _fits(image, size):
            file.seek(0)
            own = without_metadata(file.read(2 * MOST_BYTES))
            if own is not None and len(own) <= MOST_BYTES:
                return Normalised(own, image.width, is_original=True)
        artwork = square(image, MOST_ARTWORK_SIDE)
    for quality in _QUALITIES:
        data = _jpeg(artwork, quality)
        if len(data) <= MOST_BYTES:
            break
    return Normalised(data, artwork.width, is_original=False)


def _fits(image: ImageFile, size: tuple[int, int]) -> bool:
    """Whether the picture itself is as it shall be."""
    profile = image.info.get("icc_profile")
    return (
        image.mode == "RGB"
        and size[0] == size[1]
        and LEAST_ARTWORK_SIDE <= size[0] <= MOST_ARTWORK_SIDE
        and orientation_of(image) == 1
        and (not profile or is_srgb(profile))
    )


def _jpeg(image: Image.Image, quality: int) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality, optimize=True, progressive=True)
    return data.getvalue()
