"""Text laid into a box: wrapped, shrunk, cut at last, and never drawn outside."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from publisher.pictures.fonts import Face, has_shaping

_JOINERS: Final = ("\u200c", "\u200d")
_BEFORE_CUT: Final = " \u00a0,.;:–-·"
_LEADING: Final = 1.18
_BLEED: Final = 6
"""Pixels by which the ink of a letter may reach over the width that it takes."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text goes, in pixels of the card."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Laid:
    """A text laid out.

    Attributes:
        line_height: pixels.
    """

    face: Face
    pixels: int
    lines: tuple[str, ...]
    line_height: int
    language: str

    @property
    def height(self) -> int:
        return self.line_height * len(self.lines)


def lay(
    face: Face, width: int, height: int, sizes: tuple[int, ...], language: str, *, balanced: bool = False
) -> Laid:
    """Lays a text out as large as it goes.

    Words are broken only where no size fits them whole; what does not fit at the smallest size ends in `…`.

    Args:
        sizes: pixels, falling.
        language: BCP 47; some letters look different in some languages.
        balanced: whether lines are to be of about the same length.
    """
    for may_break in (False, True):
        for pixels in sizes:
            ruler = _Ruler(face, pixels, language)
            lines = _wrapped(face.text, width - 2 * _BLEED, ruler, may_break=may_break)
            line_height = round(pixels * _LEADING)
            if lines is not None and line_height * len(lines) <= height:
                if balanced:
                    lines = _balanced(face.text, width - 2 * _BLEED, ruler, lines, may_break=may_break)
                return Laid(face, pixels, tuple(lines), line_height, language)
    assert lines is not None, "broken anywhere, every text can be wrapped"
    room = max(1, height // line_height)
    lines = [*lines[: room - 1], _cut(lines[room - 1], width - 2 * _BLEED, ruler)]
    return Laid(face, pixels, tuple(lines), line_height, language)


def draw(card: Image.Image, laid: Laid, box: Box, colour: str) -> None:
    """Draws a text from the top of its box downwards, from the side on which its script begins.

    Whatever would reach over the box is cut off there.
    """
    font = laid.face.sized(laid.pixels)
    mask = Image.new("L", (box.width, box.height))
    pen = ImageDraw.Draw(mask)
    ascent, descent = font.getmetrics()
    middle = (laid.line_height - ascent - descent) / 2
    for number, line in enumerate(laid.lines):
        baseline = round(number * laid.line_height + middle + ascent)
        place = (box.width - _BLEED, baseline) if laid.face.is_rtl else (_BLEED, baseline)
        anchor = "rs" if laid.face.is_rtl else "ls"
        pen.text(place, line, fill=255, font=font, anchor=anchor, **_shaping(laid.language, laid.face))
    card.paste(colour, (box.left, box.top), mask)


class _Ruler:
    """How long words are in one font; each is measured once."""

    def __init__(self, face: Face, pixels: int, language: str) -> None:
        self._font: ImageFont.FreeTypeFont = face.sized(pixels)
        self._options = _shaping(language, face)
        self._known: dict[str, float] = {}
        self.space = self(" ")

    def __call__(self, word: str) -> float:
        if word not in self._known:
            self._known[word] = self._font.getlength(word, **self._options)
        return self._known[word]


def _shaping(language: str, face: Face) -> dict[str, Any]:
    if not has_shaping():
        return {}
    return {"language": language or None, "direction": "rtl" if face.is_rtl else "ltr"}


def _wrapped(text: str, width: float, ruler: _Ruler, *, may_break: bool) -> list[str] | None:
    """Lines no longer than `width`; None where a word is longer and may not be broken."""
    lines: list[str] = []
    line, length = "", 0.0
    for word in text.split(" "):
        own = ruler(word)
        if line and length + ruler.space + own <= width:
            line, length = f"{line} {word}", length + ruler.space + own
            continue
        if line:
            lines.append(line)
        line, length = word, own
        if own > width:
            if not may_break:
                return None
            *whole, line = _broken(word, width, ruler)
            lines += whole
            length = ruler(line)
    return [*lines, line]


def _broken(word: str, width: float, ruler: _Ruler) -> list[str]:
    parts, part = [], ""
    for cluster in _clusters(word):
        if part and ruler(part + cluster) > width:
            parts.append(part)
            part = ""
        part += cluster
    return [*parts, part]


def _balanced(text: str, width: float, ruler: _Ruler, lines: list[str], *, may_break: bool) -> list[str]:
    """The same number of lines, within the narrowest width that allows it."""
    least, most = width / 2, width
    while most - least > 4:
        middle = (least + most) / 2
        found = _wrapped(text, middle, ruler, may_break=may_break)
        if found is None or len(found) > len(lines):
            least = middle
        else:
            most, lines = middle, found
    return lines


def _cut(line: str, width: float, ruler: _Ruler) -> str:
    kept = _clusters(line)
    while kept and ruler("".join(kept).rstrip(_BEFORE_CUT) + "…") > width:
        kept.pop()
    return "".join(kept).rstrip(_BEFORE_CUT) + "…"


def _clusters(text: str) -> list[str]:
    """Letters with their marks: nothing between them is a place to break."""
    found: list[str] = []
    for sign in text:
        joined = found and (found[-1][-1] in _JOINERS or unicodedata.category(sign).startswith("M"))
        if joined or (found and sign in _JOINERS):
            found[-1] += sign
        else:
            found.append(sign)
    return found
