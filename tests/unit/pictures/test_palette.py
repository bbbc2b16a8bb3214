"""Colours of a show: they are the artwork's, and text in them can be read."""

from __future__ import annotations

import colorsys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from publisher.model import Colors
from publisher.pictures import Palette, contrast, palette, show_palette
from publisher.pictures.palettes import LEAST_CONTRAST, TEXT_CONTRAST, from_colour, rgb_of
from tests.unit.pictures.samples import as_bytes


def assert_readable(found: Palette) -> None:
    for scheme in (found.light, found.dark):
        assert contrast(scheme.text, scheme.background) >= TEXT_CONTRAST
        assert contrast(scheme.soft, scheme.background) >= LEAST_CONTRAST
        assert contrast(scheme.accent, scheme.background) >= LEAST_CONTRAST
    assert contrast(found.light.background, "#000000") > contrast(found.dark.background, "#000000")


def hue(colour: str) -> float:
    """Degrees."""
    red, green, blue = (value / 255 for value in rgb_of(colour))
    return colorsys.rgb_to_hsv(red, green, blue)[0] * 360


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
@settings(max_examples=300, deadline=None)
def test_whatever_the_colours_are_they_can_be_read(own: int, base: int) -> None:
    assert_readable(from_colour(f"#{own:06x}", f"#{base:06x}"))
    assert_readable(from_colour(f"#{own:06x}"))


@pytest.mark.parametrize("colour", ["#c01818", "#18a030", "#1840c0", "#c0a018", "#8018c0"])
def test_the_accent_has_the_artworks_hue(colour: str) -> None:
    image = Image.new("RGB", (600, 600), "#f4f1ea")
    ImageDraw.Draw(image).ellipse((200, 200, 400, 400), fill=colour)
    found = palette(as_bytes(image, "PNG"))
    for accent in (found.own, found.light.accent, found.dark.accent):
        assert min(abs(hue(accent) - hue(colour)), 360 - abs(hue(accent) - hue(colour))) < 25
    assert found == palette(as_bytes(image, "PNG"))


def test_backgrounds_are_of_what_covers_most() -> None:
    image = Image.new("RGB", (600, 600), "#14454a")
    ImageDraw.Draw(image).ellipse((250, 250, 350, 350), fill="#f06030")
    found = palette(as_bytes(image, "PNG"))
    assert abs(hue(found.dark.background) - hue("#14454a")) < 25
    assert abs(hue(found.dark.accent) - hue("#f06030")) < 25


@pytest.mark.parametrize("source", [b"", b"no picture", as_bytes(Image.new("L", (50, 50), 128), "PNG")])
def test_without_colours_there_are_calm_ones(source: bytes) -> None:
    assert_readable(palette(source))


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@pytest.mark.parametrize("text", ["", "red", "#fff", "0d5f58", "#gggggg"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        from_colour(text)


DRAWN = from_colour("#b02a1e", "#f0d8a0")
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(st.just("") | COLOURS, st.just("") | COLOURS)
@settings(max_examples=300, deadline=None)
def test_whatever_colours_a_show_sets_its_text_can_be_read(accent: str, background: str) -> None:
    assert_readable(show_palette(Colors(accent, background), DRAWN))


def test_a_show_without_colours_has_those_of_its_artwork() -> None:
    assert show_palette(Colors(), DRAWN) == DRAWN


def test_an_accent_stays_as_it_is_set_where_it_can_be_read() -> None:
    found = show_palette(Colors(accent="#0d5f58"), DRAWN)
    assert (found.own, found.light.accent) == ("#0d5f58", "#0d5f58")
    assert abs(hue(found.dark.accent) - hue("#0d5f58")) < 12
    assert show_palette(Colors(accent="#ffd84a"), DRAWN).dark.accent == "#ffd84a"
    for scheme, drawn in ((found.light, DRAWN.light), (found.dark, DRAWN.dark)):
        assert abs(hue(scheme.background) - hue(drawn.background)) < 25, "the artwork tints the rest"


def test_a_background_goes_where_it_suits_and_tints_the_other() -> None:
    cream = show_palette(Colors(background="#fff4d6"), DRAWN)
    assert cream.light.background == "#fff4d6"
    assert cream.own == DRAWN.own
    assert cream.dark.background != DRAWN.dark.background
    night = show_palette(Colors(background="#10182a"), DRAWN)
    assert night.dark.background == "#10182a"
    assert contrast(night.light.background, "#000000") > 18
    assert show_palette(Colors(background="#808080"), DRAWN).light.background != "#808080", "no text fits"
