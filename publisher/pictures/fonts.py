"""Fonts: those that ship with the package, those of a show, and which of them has the letters of a text.

Inter has Latin (all of Europe's languages and Vietnamese), Greek and Cyrillic. For other scripts a show
brings a font along. A letter that no font has is never drawn as an empty box: the text is left out.
"""

from __future__ import annotations

import functools
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import ImageFont, features

from publisher.problems import Finding

Weight = Literal["title", "text"]

_HERE: Final = Path(__file__).parent / "fonts"
_SHIPPED: Final[dict[Weight, Path]] = {
    "title": _HERE / "InterDisplay-SemiBold.otf",
    "text": _HERE / "Inter-Medium.otf",
}
_SPACE: Final = re.compile(r"[^\S\u00a0]+")
"""Spaces at which a line may end."""

_MOST_BYTES: Final = 40_000_000
_MOST_MARKS: Final = 4
"""Marks on one letter; more are heaped up for fun, and cover the lines above and below."""

_ORNAMENTS: Final = ("So", "Sk", "Me", "Co", "Cn", "Cs")
"""Emoji, their skins and their frames: a text says the same without them."""

_SHAPED: Final = ((0x0900, 0x109F), (0x1780, 0x17FF), (0x1900, 0x1CFF), (0xA800, 0xABFF))
"""Scripts of India and around it, whose letters change with their neighbours."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font that has every letter of a text.

    Attributes:
        text: what is to be drawn: the text without what no font draws.
        is_rtl: whether it begins in a script that runs from right to left.
    """

    path: Path
    text: str
    is_rtl: bool

    def sized(self, pixels: int) -> ImageFont.FreeTypeFont:
        return _font(self.path, pixels)


def probe_font(path: Path) -> tuple[Finding, ...]:
    """What is wrong with a font of a show's: `font-unreadable`. Raises OSError when it cannot be read."""
    if path.stat().st_size > _MOST_BYTES:
        message = f"the font has {path.stat().st_size:,} bytes; at most {_MOST_BYTES:,} are read"
        return (
            Finding("font-unreadable", "error", message, "take the languages out of it that you do not use"),
        )
    try:
        if _covered(path):
            _font(path, 20).getlength("a")
            return ()
        message = "the font has no letters"
    except struct.error:
        message = "the font cannot be read: it is damaged or broken off"
    except (OSError, ValueError) as error:
        message = f"the font cannot be read: {error or 'it is damaged'}"
    return (Finding("font-unreadable", "error", message, "use a TrueType or OpenType font (.ttf, .otf)"),)


def face_for(text: str, weight: Weight, own: tuple[Path, ...] = ()) -> Face | None:
    """The first font that has every letter of a text: of the show's own, then of those that ship.

    Args:
        own: the show's; one that is called bold goes before the others for titles, and after them for text.

    Returns:
        None where no font has them all, where nothing is left to draw, and where the script's letters change
        with their neighbours and this machine's Pillow cannot do that.
    """
    text = _cleaned(text)
    is_rtl = _is_rtl(text)
    if not text or (_needs_shaping(text) and not has_shaping()):
        return None
    ordered = sorted(
        own, key=lambda path: (("bold" in path.name.casefold()) != (weight == "title"), path.name)
    )
    for path in (*ordered, _SHIPPED[weight]):
        drawn = _drawable(text, _covered(path))
        if drawn:
            return Face(path, drawn, is_rtl)
    return None


@functools.cache
def has_shaping() -> bool:
    """Whether Pillow can lay out scripts that run from right to left or join their letters."""
    return bool(features.check("raqm"))


@functools.lru_cache(maxsize=64)
def _font(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if has_shaping() else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, pixels, layout_engine=engine)


def _is_bold(path: Path) -> bool:
    return "bold" in path.name.casefold()


def _cleaned(text: str) -> str:
    """Composed, on one line, without what has no shape."""
    kept: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", _SPACE.sub(" ", text).strip()):
        category = unicodedata.category(sign)
        # Joiners change how letters join; other formats, and selectors of colourful variants, have no shape.
        if category in ("Cc", "Cf") and sign not in "\u200c\u200d":
            continue
        if 0xFE00 <= ord(sign) <= 0xFE0F:
            continue
        marks = marks + 1 if category == "Mn" else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def _drawable(text: str, covered: frozenset[int]) -> str:
    """The text without ornaments that are not covered; empty where anything else is not."""
    kept = []
    for sign in text:
        if ord(sign) in covered or sign in " \u00a0":
            kept.append(sign)
        elif unicodedata.category(sign) not in _ORNAMENTS and sign not in "\u200c\u200d":
            return ""
    return _SPACE.sub(" ", "".join(kept)).strip()


def _is_rtl(text: str) -> bool:
    directions = (unicodedata.bidirectional(sign) for sign in text)
    return next((found in ("R", "AL") for found in directions if found in ("L", "R", "AL")), False)


def _needs_shaping(text: str) -> bool:
    return any(
        unicodedata.bidirectional(sign) in ("R", "AL")
        or any(first <= ord(sign) <= last for first, last in _SHAPED)
        for sign in text
    )


@functools.lru_cache(maxsize=32)
def _covered(path: Path) -> frozenset[int]:
    """Code points that a font has glyphs for.

    https://learn.microsoft.com/typography/opentype/spec/cmap; raises OSError, ValueError and struct.error.
    """
    data = path.read_bytes()
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, start + 4)[0]
    for number in range(tables):
        tag, _, at, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return frozenset(_mapped(data, at))
    raise ValueError("it has no table of letters (cmap)")


def _mapped(data: bytes, start: int) -> Iterator[int]:
    count = struct.unpack_from(">H", data, start + 2)[0]
    for number in range(count):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * number)
        if platform not in (0, 3):
            continue
        at = start + offset
        kind = struct.unpack_from(">H", data, at)[0]
        if kind == 4:
            yield from _segments(data, at)
        elif kind == 12:
            yield from _groups(data, at)


def _segments(data: bytes, at: int) -> Iterator[int]:
    double = struct.unpack_from(">H", data, at + 6)[0]
    ends = struct.unpack_from(f">{double // 2}H", data, at + 14)
    first = at + 16 + double
    starts = struct.unpack_from(f">{double // 2}H", data, first)
    deltas = struct.unpack_from(f">{double // 2}H", data, first + double)
    offsets = struct.unpack_from(f">{double // 2}H", data, first + 2 * double)
    for number, (begin, end) in enumerate(zip(starts, ends, strict=True)):
        for code in range(begin, min(end, 0xFFFE) + 1):
            if not offsets[number]:
                glyph = (code + deltas[number]) & 0xFFFF
            else:
                place = first + 2 * double + 2 * number + offsets[number] + 2 * (code - begin)
                glyph = struct.unpack_from(">H", data, place)[0]
            if glyph:
                yield code


def _groups(data: bytes, at: int) -> Iterator[int]:
    count = struct.unpack_from(">I", data, at + 12)[0]
    for number in range(count):
        begin, end, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
        if end > 0x10FFFF or begin > end:
            raise ValueError("its table of letters is damaged")
        yield from range(begin if glyph else begin + 1, end + 1)
