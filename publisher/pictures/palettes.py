"""Colours of a show, drawn from its artwork so that text on them can be read.

Lightness and chroma are those of OKLCH (https://bottosson.github.io/posts/oklab/), in which equal steps look
equal; contrast is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PIL import Image

from publisher.model import Colors
from publisher.pictures.opening import opened, pillow, type_of
from publisher.pictures.squares import square

TEXT_CONTRAST: Final = 7.0
LEAST_CONTRAST: Final = 4.5
"""What WCAG asks of text of any size (AA)."""

Rgb = tuple[int, int, int]

_SAMPLE: Final = 96
_KINDS: Final = 24
_ENOUGH: Final = 0.02
_GREY: Final = 0.03
"""Chroma below which a colour has no hue to speak of."""

_MIDDLE: Final = 0.18
"""Luminance from which a colour is a light one: dark text on it can be read better than light text."""

_PLAIN_HUE: Final = 1.6
_HUES: Final = 8
_CALM: Final = (74, 84, 92)


@dataclass(frozen=True, slots=True)
class Scheme:
    """Colours that go together, each `#rrggbb`.

    Attributes:
        background: behind everything.
        text: has at least 7:1 against the background.
        soft: text that matters less, at least 4.5:1.
        accent: the show's own colour as far as it can be read, at least 4.5:1.
    """

    background: str
    text: str
    soft: str
    accent: str


@dataclass(frozen=True, slots=True)
class Palette:
    """A show's colours by day and by night.

    Attributes:
        own: the colour that stands out most, as it is in the artwork; `#rrggbb`.
    """

    own: str
    light: Scheme
    dark: Scheme


def palette(artwork: bytes | Path) -> Palette:
    """The colours of a picture. One that cannot be read, or is grey, gives calm ones of its own.

    The same picture gives the same colours.
    """
    sample = _sample(artwork)
    if sample is None:
        return from_colour(_CALM)
    kinds = _kinds(sample)
    return from_colour(_strongest(kinds), _widest(kinds))


def from_colour(own: Rgb | str, base: Rgb | str | None = None) -> Palette:
    """The palette of one colour, such as a show's own.

    Args:
        own: what accents are made of.
        base: what backgrounds are tinted with; the same colour unless given.

    Raises:
        ValueError: a text is no `#rrggbb`.
    """
    rgb = own if isinstance(own, tuple) else rgb_of(own)
    base = base or rgb
    _, vivid, bright = _lch(rgb)
    _, chroma, hue = _lch(base if isinstance(base, tuple) else rgb_of(base))
    strength = 0.0 if chroma < _GREY else chroma
    tint = hue if strength else _PLAIN_HUE
    return Palette(
        own=_hex(rgb),
        light=_scheme(
            background=_rgb(0.98, min(strength, 0.008), tint),
            text=_rgb(0.22, min(strength, 0.02), tint),
            soft=(0.45, min(strength, 0.03), tint),
            accent=(0.55, vivid, bright),
            darker=True,
        ),
        dark=_scheme(
            background=_rgb(0.25, min(strength, 0.045), tint),
            text=_rgb(0.97, min(strength, 0.01), tint),
            soft=(0.78, min(strength, 0.03), tint),
            accent=(0.80, min(vivid, 0.14), bright),
            darker=False,
        ),
    )


def show_palette(colors: Colors, artwork: Palette) -> Palette:
    """The palette of a show: the colours that it sets, and those of its artwork for the others.

    A background goes into the scheme that it suits by its lightness, a light one by day, and tints the other
    one. Colours are kept as they are set, as far as text on them can be read.

    Args:
        colors: as podcast.yaml has them.
        artwork: as `palette` draws it.
    """
    if not (colors.accent or colors.background):
        return artwork
    made = from_colour(colors.accent or artwork.own, colors.background or artwork.dark.background)
    if colors.background:
        given = rgb_of(colors.background)
        if _luminance(given) >= _MIDDLE:
            made = replace(made, light=_on(given, made.light, darker=True))
        else:
            made = replace(made, dark=_on(given, made.dark, darker=False))
    if colors.accent:
        light, dark = (
            replace(scheme, accent=_kept(colors.accent, rgb_of(scheme.background), darker))
            for scheme, darker in ((made.light, True), (made.dark, False))
        )
        made = replace(made, light=light, dark=dark)
    return made


def contrast(one: str | Rgb, other: str | Rgb) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21."""
    both = (colour if isinstance(colour, tuple) else rgb_of(colour) for colour in (one, other))
    lights = sorted(map(_luminance, both))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def rgb_of(text: str) -> Rgb:
    """Red, green and blue of `#rrggbb`. Raises ValueError."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"{text!r} is no colour such as #0d5f58")
    number = int(text[1:], 16)
    return number >> 16, number >> 8 & 255, number & 255


def _scheme(
    *,
    background: Rgb,
    text: Rgb,
    soft: tuple[float, float, float],
    accent: tuple[float, float, float],
    darker: bool,
) -> Scheme:
    return Scheme(
        _hex(background),
        _hex(text),
        _readable(soft, background, darker),
        _readable(accent, background, darker),
    )


def _on(background: Rgb, like: Scheme, darker: bool) -> Scheme:
    """A scheme on another background, which is made lighter or darker where no text could be read on it."""
    lightness, chroma, hue = _lch(background)
    while contrast(background, "#000000" if darker else "#ffffff") < TEXT_CONTRAST:
        lightness += 0.01 if darker else -0.01
        background = _rgb(lightness, chroma, hue)
    return Scheme(
        _hex(background),
        _kept(like.text, background, darker, TEXT_CONTRAST),
        _kept(like.soft, background, darker),
        _kept(like.accent, background, darker),
    )


def _kept(colour: str, background: Rgb, darker: bool, least: float = LEAST_CONTRAST) -> str:
    if contrast(colour, background) >= least:
        return colour
    return _readable(_lch(rgb_of(colour)), background, darker, least)


def _readable(
    colour: tuple[float, float, float], background: Rgb, darker: bool, least: float = LEAST_CONTRAST
) -> str:
    """The colour, made darker or lighter until it has the contrast."""
    lightness, chroma, hue = colour
    while contrast(found := _rgb(lightness, chroma, hue), background) < least:
        lightness += -0.01 if darker else 0.01
        if not 0 < lightness < 1:
            return "#000000" if darker else "#ffffff"
    return _hex(found)


def _sample(artwork: bytes | Path) -> Image.Image | None:
    try:
        with io.BytesIO(artwork) if isinstance(artwork, bytes) else artwork.open("rb") as file:
            type = type_of(file.read(32))
            if not type:
                return None
            with pillow():
                image, _ = opened(file, type, wanted=_SAMPLE * 2)
                return square(image, _SAMPLE)
    except Exception:  # Whatever a broken file made Pillow stumble over: there are colours without it.
        return None


def _kinds(sample: Image.Image) -> list[tuple[int, Rgb]]:
    """(pixels, colour) of the colours that a picture is made of, in an order of their own."""
    few = sample.quantize(_KINDS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    found = []
    for count, colour in few.getcolors(_SAMPLE * _SAMPLE) or []:
        assert isinstance(colour, tuple)
        found.append((count, (int(colour[0]), int(colour[1]), int(colour[2]))))
    return sorted(found, key=lambda item: (-item[0], item[1]))


def _strongest(kinds: list[tuple[int, Rgb]]) -> Rgb:
    """The colour that stands out: of those whose hue covers some of the picture, the one with most chroma."""
    hues: dict[int, int] = {}
    for count, colour in kinds:
        hues[_hue_of(colour)] = hues.get(_hue_of(colour), 0) + count
    enough = sum(hues.values()) * _ENOUGH

    def strength(kind: tuple[int, Rgb]) -> float:
        return _seen(kind[1]) * math.sqrt(min(1.0, hues[_hue_of(kind[1])] / enough))

    return max(kinds, key=strength, default=(0, _CALM))[1]


def _widest(kinds: list[tuple[int, Rgb]]) -> Rgb:
    """The colour that covers most, counted by hue and by how much of a colour it is."""
    hues: dict[int, float] = {}
    for count, colour in kinds:
        hue = _hue_of(colour)
        hues[hue] = hues.get(hue, 0.0) + count * _seen(colour)
    widest = max(hues, key=lambda hue: hues[hue], default=0)
    inside = [kind for kind in kinds if _hue_of(kind[1]) == widest]
    return max(inside, key=lambda kind: kind[0] * _seen(kind[1]), default=(0, _CALM))[1]


def _seen(rgb: Rgb) -> float:
    """Chroma as it is noticed: nearly black and nearly white have a hue that nobody sees."""
    lightness, chroma, _ = _lch(rgb)
    return (chroma + 0.005) * max(0.0, min(1.0, lightness / 0.3, (1 - lightness) / 0.15))


def _hue_of(rgb: Rgb) -> int:
    return int((_lch(rgb)[2] + math.pi) / (2 * math.pi) * _HUES) % _HUES


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = map(_linear, rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _lch(rgb: Rgb) -> tuple[float, float, float]:
    red, green, blue = map(_linear, rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """The nearest colour that a screen has: chroma is given up for it, lightness and hue are not."""
    while True:
        channels = _channels(lightness, chroma, hue)
        if chroma <= 0 or all(-0.0005 <= channel <= 1.0005 for channel in channels):
            break
        chroma = max(0.0, chroma - 0.004)
    red, green, blue = (_coded(min(1.0, max(0.0, channel))) for channel in channels)
    return red, green, blue


def _channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _coded(channel: float) -> int:
    value = channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
    return round(value * 255)


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
