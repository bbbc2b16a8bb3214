"""The card that is shown where somebody shares an episode's address, in Open Graph's size."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from publisher.pictures.fonts import Face, Weight, face_for
from publisher.pictures.layout import Box, Laid, draw, lay
from publisher.pictures.opening import opened, pillow, type_of
from publisher.pictures.palettes import Palette, Scheme
from publisher.pictures.squares import square

WIDTH: Final = 1200
HEIGHT: Final = 630
MOST_BYTES: Final = 300_000
"""Some messengers show no larger picture."""

_MARGIN: Final = 72
_GAP: Final = 64
_ARTWORK: Final = 446
_ARTWORK_ALONE: Final = 518
_RADIUS: Final = 18
_TITLE_SIZES: Final = (84, 78, 72, 66, 60, 56, 52, 48, 44, 40, 37, 34, 31, 28, 26)
_TEXT_SIZES: Final = (30, 28, 26)
_BETWEEN: Final = 18
_QUALITIES: Final = (92, 85, 75, 60, 45, 30)


@dataclass(frozen=True, slots=True)
class CardTexts:
    """What a card says; whatever is empty is left out.

    Attributes:
        label: what stands above the title, such as the episode's code or number.
        guests: names.
        language: BCP 47, of all of it.
    """

    show: str
    title: str = ""
    label: str = ""
    guests: tuple[str, ...] = ()
    language: str = ""


def share_card(
    texts: CardTexts, artwork: bytes | Path | None, colours: Palette | Scheme, fonts: tuple[Path, ...] = ()
) -> bytes:
    """Draws a card.

    Titles wrap, shrink, and end in `…` at last. A text that no font has all letters of is left out, and so is
    an emoji; without any text the artwork stands in the middle.

    Args:
        artwork: a picture; without one, or with one that cannot be read, the text takes all the width.
        colours: of a palette, those for the dark.
        fonts: of the show; they go before those that ship.

    Returns:
        A JPEG of 1200 × 630 pixels and less than 300 KB, the same for the same input with the same versions
        of Pillow and its libraries.
    """
    scheme = colours.dark if isinstance(colours, Palette) else colours
    card = Image.new("RGB", (WIDTH, HEIGHT), scheme.background)
    blocks = _Blocks(texts, fonts)
    picture = _picture(artwork, _ARTWORK if blocks.any else _ARTWORK_ALONE) if artwork else None
    if picture is not None:
        _place(card, picture, alone=not blocks.any, mirrored=blocks.is_rtl)
    width = WIDTH - 2 * _MARGIN - (_ARTWORK + _GAP if picture else 0)
    left = _MARGIN + (_ARTWORK + _GAP if picture and blocks.is_rtl else 0)
    blocks.draw(card, scheme, left, width)
    return _encoded(card)


class _Blocks:
    """The four texts of a card: the show above, the guests below, label and title between them."""

    def __init__(self, texts: CardTexts, fonts: tuple[Path, ...]) -> None:
        def face(text: str, weight: Weight) -> Face | None:
            return face_for(text, weight, fonts) if text.strip() else None

        self._language = texts.language
        self._show = face(texts.show, "text")
        self._label = face(texts.label, "text")
        self._title = face(texts.title, "title")
        self._guests = face(_listed(texts.guests), "text")
        if self._guests is None and texts.guests:
            # One name in another script costs that name only.
            self._guests = face(_listed(name for name in texts.guests if face(name, "text")), "text")

    @property
    def any(self) -> bool:
        return any((self._show, self._label, self._title, self._guests))

    @property
    def is_rtl(self) -> bool:
        first = self._title or self._show or self._guests
        return first is not None and first.is_rtl

    def draw(self, card: Image.Image, scheme: Scheme, left: int, width: int) -> None:
        top, bottom = _MARGIN, HEIGHT - _MARGIN
        if self._show:
            show = self._small(self._show, width, lines=2)
            draw(card, show, Box(left, top, width, show.height), scheme.soft)
            top += show.height + 2 * _BETWEEN
        if self._guests:
            guests = self._small(self._guests, width, lines=2)
            bottom -= guests.height
            draw(card, guests, Box(left, bottom, width, guests.height), scheme.text)
            bottom -= 2 * _BETWEEN
        label = self._small(self._label, width, lines=1) if self._label else None
        above = label.height + _BETWEEN if label else 0
        title = None
        if self._title:
            room = bottom - top - above
            title = lay(self._title, width, room, _TITLE_SIZES, self._language, balanced=True)
        height = above + (title.height if title else 0)
        top += max(0, (bottom - top - height) // 2)
        if label:
            draw(card, label, Box(left, top, width, label.height), scheme.accent)
        if title:
            draw(card, title, Box(left, top + above, width, title.height), scheme.text)

    def _small(self, face: Face, width: int, *, lines: int) -> Laid:
        height = round(_TEXT_SIZES[0] * 1.2) * lines
        return lay(face, width, height, _TEXT_SIZES, self._language)


def _listed(names: Iterable[str]) -> str:
    """Names side by side; each stays on one line where it can."""
    return " · ".join("\u00a0".join(name.split()) for name in names if name.strip())


def _picture(artwork: bytes | Path, side: int) -> Image.Image | None:
    try:
        with io.BytesIO(artwork) if isinstance(artwork, bytes) else artwork.open("rb") as file:
            type = type_of(file.read(32))
            if not type:
                return None
            with pillow():
                image, _ = opened(file, type, wanted=side * 2)
                return square(image, side)
    except Exception:  # Whatever a broken file made Pillow stumble over: the card does without it.
        return None


def _place(card: Image.Image, picture: Image.Image, *, alone: bool, mirrored: bool) -> None:
    left = WIDTH - _MARGIN - picture.width
    if alone:
        left = (WIDTH - picture.width) // 2
    elif mirrored:
        left = _MARGIN
    card.paste(picture, (left, (HEIGHT - picture.height) // 2), _rounded(picture.width))


def _rounded(side: int) -> Image.Image:
    """A square with round corners, drawn larger first for the sake of its edges."""
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), _RADIUS * 4, fill=255)
    return mask.resize((side, side), Image.Resampling.BOX)


def _encoded(card: Image.Image) -> bytes:
    for quality in _QUALITIES:
        data = io.BytesIO()
        card.save(data, "JPEG", quality=quality, subsampling=0, optimize=True)
        if data.tell() < MOST_BYTES:
            break
    return data.getvalue()
