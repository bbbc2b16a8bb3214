"""Cards: what they show is looked at, pixel by pixel; nothing is drawn where nothing belongs."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from publisher.pictures import CardTexts, palette, probe_font, share_card
from publisher.pictures.card import _ARTWORK, _GAP, _MARGIN, HEIGHT, MOST_BYTES, WIDTH
from publisher.pictures.fonts import _SHIPPED, _covered, face_for, has_shaping
from publisher.pictures.palettes import rgb_of
from tests.unit.pictures.samples import BLUE, RED, as_bytes, halves, near

TEXTS = CardTexts("A show", "An episode", "Episode 12", ("Ada Berg",), "en")
COLOURS = palette(as_bytes(halves((64, 64)), "PNG"))
COVER = as_bytes(halves((600, 600)), "PNG")
BACKGROUND = rgb_of(COLOURS.dark.background)
PICTURE = (WIDTH - _MARGIN - _ARTWORK, (HEIGHT - _ARTWORK) // 2, WIDTH - _MARGIN, (HEIGHT + _ARTWORK) // 2)

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
with_dejavu = pytest.mark.skipif(not DEJAVU.exists(), reason="no DejaVu Sans (fonts-dejavu-core)")
with_shaping = pytest.mark.skipif(not has_shaping(), reason="this Pillow has no raqm")


def card(texts: CardTexts, artwork: bytes | None = COVER, fonts: tuple[Path, ...] = ()) -> Image.Image:
    data = share_card(texts, artwork, COLOURS, fonts)
    assert len(data) < MOST_BYTES
    image = Image.open(io.BytesIO(data))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (WIDTH, HEIGHT))
    assert data == share_card(texts, artwork, COLOURS, fonts)
    return image


def ink(image: Image.Image, box: tuple[int, int, int, int] | None = None) -> tuple[int, int, int, int] | None:
    """The smallest box around all that is not background, in a part of the card."""
    part = image.crop(box) if box else image
    red, green, blue = ImageChops.difference(part, Image.new("RGB", part.size, BACKGROUND)).split()
    off = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return off.point(lambda value: 255 if value > 40 else 0).getbbox()


def assert_inside(image: Image.Image, *, artwork: bool = True) -> None:
    """All ink is within the margins, and none between text and picture."""
    found = ink(image)
    assert found is not None
    assert found[0] >= _MARGIN
    assert found[1] >= _MARGIN
    assert found[2] <= WIDTH - _MARGIN
    assert found[3] <= HEIGHT - _MARGIN
    if artwork:
        assert ink(image, (PICTURE[0] - _GAP, 0, PICTURE[0], HEIGHT)) is None


TITLES: dict[str, str] = {
    "short": "Hi",
    "usual": "Hva husker en fjord?",
    "255 characters": ("Hvordan finner en podkast fram til dem som vil høre den? " * 5)[:255],
    "1000 characters": "All work and no play makes Jack a dull boy. " * 23,
    "one long word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "one endless word": "Å" * 255,
    "wide letters": "W" * 60,
    "marks": "Z" + "\u0334\u0322\u0354\u0330\u0303\u036f" * 20 + "algo e\u0301te\u0301",
    "tall": "ÅǺỒ ẤĜ̊ gjpqy ẉ̣",
    "emoji": "Kaffe ☕️ og te 👩🏽‍🚀 🇳🇴 5️⃣",
    "greek": "Τι θυμάται ένα φιόρδ;",
    "cyrillic": "Что помнит фьорд? Ґанок, ђак",
    "polish": "Zażółć gęślą jaźń",
    "vietnamese": "Vịnh hẹp nhớ những gì?",
    "turkish": "İğde çiçeği şöyle ıssız",
    "control": "One\u0000\u0007 and\u202e two\n\n\tthree",
    "markup": "<b>&amp; {{ show.title }} %s \\n",
}


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("guests", [0, 1, 6])
def test_nothing_is_drawn_outside(title: str, guests: int) -> None:
    names = ("Ødegård, Åse Marie", "Nguyễn Thị Minh", "Bo Li", "", "Jürgen Großmann", "Ada Byron King")
    image = card(replace(TEXTS, title=TITLES[title], guests=names[:guests]))
    assert_inside(image)
    assert near(image, 0.65, 0.5, RED, 30)
    assert near(image, 0.85, 0.5, BLUE, 30)


@pytest.mark.parametrize("title", TITLES)
def test_every_title_is_drawn(title: str) -> None:
    shown, without = (card(replace(TEXTS, title=text)) for text in (TITLES[title], ""))
    assert ImageChops.difference(shown, without).getbbox() is not None


@pytest.mark.parametrize("title", TITLES)
def test_without_artwork_the_text_takes_the_width(title: str) -> None:
    image = card(replace(TEXTS, title=TITLES[title]), artwork=None)
    assert_inside(image, artwork=False)
    assert card(replace(TEXTS, title=TITLES[title]), artwork=b"no picture").tobytes() == image.tobytes()


@given(st.text(max_size=120), st.text(max_size=60), st.lists(st.text(max_size=40), max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_text_is_drawn_outside(title: str, show: str, guests: list[str]) -> None:
    data = share_card(CardTexts(show, title, "1", tuple(guests), "en"), None, COLOURS)
    assert_inside(Image.open(io.BytesIO(data)), artwork=False)


@pytest.mark.parametrize(
    "change",
    [
        {"show": "Another show"},
        {"title": "Another title"},
        {"label": "S2E4"},
        {"guests": ("Ada Berg", "Bo Li")},
        {"guests": ()},
    ],
)
def test_everything_that_is_said_is_seen(change: dict[str, object]) -> None:
    one, other = card(TEXTS), card(replace(TEXTS, **change))  # type: ignore[arg-type]
    assert ImageChops.difference(one, other).crop((0, 0, PICTURE[0] - _GAP, HEIGHT)).getbbox() is not None


def test_colours_are_the_shows() -> None:
    image = card(TEXTS)
    assert near(image, 0.01, 0.01, BACKGROUND, 3)
    assert card(TEXTS).tobytes() == image.tobytes()
    light = share_card(TEXTS, COVER, COLOURS.light)
    assert near(Image.open(io.BytesIO(light)), 0.01, 0.01, rgb_of(COLOURS.light.background), 3)


@pytest.mark.parametrize(
    "text",
    [
        "峡湾记得什么？",
        "ما الذي يتذكره المضيق؟",
        "מה זוכר הפיורד?",
        "फ़्योर्ड को क्या याद है?",
        "ฟยอร์ดจำอะไรได้",
        "x 峡",
    ],
)
def test_letters_that_no_font_has_leave_no_boxes(text: str) -> None:
    """The whole text is left out, and the rest of the card is as without it."""
    image = card(replace(TEXTS, title=text))
    assert image.tobytes() == card(replace(TEXTS, title="")).tobytes()
    alone = card(CardTexts(text, text, text, (text,), "zh"))
    assert alone.tobytes() == card(CardTexts("")).tobytes()
    found = ink(alone)
    assert found is not None
    assert abs(found[0] + found[2] - WIDTH) <= 2, "the artwork stands in the middle"


def test_a_guest_whose_name_cannot_be_drawn_is_left_out_alone() -> None:
    both = card(replace(TEXTS, guests=("王小明", "Ada Berg")))
    assert both.tobytes() == card(TEXTS).tobytes()


def test_emoji_are_left_out() -> None:
    assert (
        card(replace(TEXTS, title="Tea ☕️ 👩🏽‍🚀time")).tobytes()
        == card(replace(TEXTS, title="Tea time")).tobytes()
    )
    assert card(replace(TEXTS, title="☕️🎧")).tobytes() == card(replace(TEXTS, title="")).tobytes()


@with_dejavu
@with_shaping
def test_a_font_of_the_shows_draws_other_scripts_from_their_side() -> None:
    texts = CardTexts("ההצגה", "מה זוכר הפיורד?", "פרק 1", (), "he")
    image = card(texts, fonts=(DEJAVU,))
    left = _MARGIN + _ARTWORK + _GAP
    assert near(image, (_MARGIN + 100) / WIDTH, 0.5, RED, 30), "the artwork changes sides"
    found = ink(image, (left, 0, WIDTH, HEIGHT))
    assert found is not None
    assert WIDTH - _MARGIN - 12 <= left + found[2] <= WIDTH - _MARGIN
    assert ink(image, (left - _GAP, 0, left, HEIGHT)) is None


@with_dejavu
@with_shaping
def test_arabic_letters_are_joined() -> None:
    """A word is narrower than its letters one by one."""
    face = face_for("مرحبا", "title", (DEJAVU,))
    assert face is not None
    assert face.is_rtl
    font = face.sized(60)
    assert font.getlength("مرحبا") < 0.9 * sum(font.getlength(letter) for letter in "مرحبا")


@with_dejavu
def test_a_shows_font_goes_before_those_that_ship() -> None:
    own = card(TEXTS, fonts=(DEJAVU,))
    assert ImageChops.difference(own, card(TEXTS)).getbbox() is not None
    assert_inside(own)


@pytest.mark.parametrize("weight", ["title", "text"])
def test_the_languages_that_ship(weight: str) -> None:
    letters = (
        "ABCXYZabcxyz0123456789 æøåÆØÅ äöüßẞ éèêëçœÿ ñ¿¡ ąćęłńóśźż őű čďěňřšťůž ğışİ āēģīķļņūž ėįųū "
        "ảạăắằẳẵặâấầẩẫậđẻẽẹêếềểễệỉĩịỏọôốồổỗộơớờởỡợủũụưứừửữựỷỹỵ αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ "
        "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўђћљњџѓќ –—‘’“”„«»…·•€£§№%‰&@#©®™°×÷−½"
    )
    covered = _covered(_SHIPPED[weight])  # type: ignore[index]
    assert {letter for letter in letters if ord(letter) not in covered} == set()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "text": lambda data: b"This is a font, honestly." * 10,
    "cut": lambda data: data[:5000],
    "header": lambda data: data[:12],
    "directory": lambda data: data[:4] + b"\xff\xff" + data[6:200],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_font_is_said_to_be(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "font.otf"
    path.write_bytes(DAMAGE[kind](_SHIPPED["title"].read_bytes()))
    (finding,) = probe_font(path)
    assert (finding.rule, finding.severity) == ("font-unreadable", "error")
    assert str(tmp_path) not in finding.message
    assert "unpack" not in finding.message
    assert probe_font(_SHIPPED["title"]) == ()


@functools.cache
def font_bytes() -> bytes:
    return _SHIPPED["text"].read_bytes()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_damage_of_a_font_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(font_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, 2000))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("font") / "font.otf"
    path.write_bytes(whole)
    probe_font(path)


def test_fonts_come_with_their_licence_and_are_small() -> None:
    folder = _SHIPPED["title"].parent
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text("utf-8")
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_500_000
