"""What names tell, whatever they hold."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.inbox.names import clean, is_good_slug, is_litter, title_and_number, unfinished
from publisher.inbox.shaping import Shape, slug_of

ANY = st.text(max_size=120)


@pytest.mark.parametrize(
    ("name", "title", "number"),
    [
        ("building-together", "Building together", None),
        ("Building_together", "Building together", None),
        ("0008 Building together", "Building together", 8),
        ("0008-building-together", "Building together", 8),
        ("8 - Building together", "Building together", 8),
        ("8. Building", "Building", 8),
        ("Ep. 12: X-ray vision", "X-ray vision", 12),
        ("episode 3", "", 3),
        ("Folge 4 – Über alles", "Über alles", 4),
        ("Avsnitt #5 Sommar", "Sommar", 5),
        ("#77 Lucky", "Lucky", 77),
        ("99 problems", "99 problems", None),
        ("2026-01-15 Interview with Ada", "Interview with Ada", None),
        ("20260115 interview", "Interview", None),
        ("2026-01-15", "2026-01-15", None),
        ("2026-01-15-ada-berg", "Ada berg", None),
        ("1984 - the book", "1984 - the book", None),
        ("Y2K", "Y2K", None),
        ("  ", "", None),
    ],
)
def test_title_and_number(name: str, title: str, number: int | None) -> None:
    assert title_and_number(name) == (title, number)


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("talk.mp3.part", "talk.mp3"),
        ("talk.mp3.crdownload", "talk.mp3"),
        ("talk.mp3.filepart", "talk.mp3"),
        (".talk.mp3.Xk3aBc", "talk.mp3"),
        (".syncthing.talk.mp3.tmp", "talk.mp3"),
        ("~syncthing~talk.mp3.tmp", "talk.mp3"),
        ("~$notes.docx", "notes.docx"),
        (".~lock.notes.odt#", "notes.odt"),
        (".talk.mp3.icloud", "talk.mp3"),
        (".in.talk.mp3.", "talk.mp3"),
        (".talk.mp3.~1a2b", "talk.mp3"),
        ("talk.mp3", None),
        ("part.mp3", None),
        (".DS_Store", None),
    ],
)
def test_copies_under_way_tell_what_they_will_be(name: str, target: str | None) -> None:
    assert unfinished(name) == target


@given(ANY)
def test_a_clean_name_is_one_that_every_machine_has(name: str) -> None:
    once = clean(name)
    assert clean(once) == once
    assert not once.endswith((".", " "))
    assert once == once.lstrip()
    assert all(unicodedata.category(sign) != "Cc" for sign in once)
    assert once.strip(".") or once == ""


@given(ANY)
def test_a_name_means_the_same_composed_and_decomposed(name: str) -> None:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    assert len({clean(form) for form in forms}) == 1
    assert len({title_and_number(form) for form in forms}) == 1


@settings(max_examples=300)
@given(ANY, ANY, st.none() | st.integers(1, 99999))
def test_every_drop_gets_a_good_slug(name: str, title: str, number: int | None) -> None:
    slug = slug_of(Shape((), (name,), title=title, number=number), digits=4)
    assert is_good_slug(slug), slug
    assert not is_litter(slug)
    assert unfinished(slug) is None


@given(ANY)
def test_a_title_is_one_line(name: str) -> None:
    title, number = title_and_number(name)
    assert title == " ".join(title.split())
    assert len(title) <= 200
    assert number is None or 0 < number < 100_000
