from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import publisher.site
from publisher.words import (
    KEYS,
    LANGUAGES,
    direction,
    format_clock,
    format_date,
    format_duration,
    word,
)

MOMENT = datetime(2020, 9, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_language_has_every_word(language: str, key: str) -> None:
    text = word(language, key)
    assert text == text.strip()
    assert text[0] in string.ascii_uppercase + "ÆØÅÄÖÜ"


def test_the_pages_ask_for_words_that_exist() -> None:
    templates = Path(publisher.site.__file__).parent / "templates"
    asked = {key for path in templates.iterdir() for key in re.findall(r'word\("(\w+)"\)', path.read_text())}
    assert asked
    assert asked <= set(KEYS)


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb", "Mer å lære"),
        ("no", "Mer å lære"),
        ("no-NO", "Mer å lære"),
        ("nb-NO", "Mer å lære"),
        ("NN-no", "Meir å lære"),
        ("sv-FI", "Lär dig mer"),
        ("da", "Lær mere"),
        ("de-AT", "Mehr zum Thema"),
        ("en-GB", "More to learn"),
        ("fr", "More to learn"),
        ("", "More to learn"),
    ],
)
def test_words_follow_the_primary_language(language: str, wanted: str) -> None:
    assert word(language, "links") == wanted


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        word("nb", "nonsense")


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb", "2. september 2020"),
        ("nn", "2. september 2020"),
        ("no", "2. september 2020"),
        ("da", "2. september 2020"),
        ("sv", "2 september 2020"),
        ("de", "2. September 2020"),
        ("en", "2 September 2020"),
        ("en-GB", "2 September 2020"),
        ("en-US", "September 2, 2020"),
        ("fr", "2020-09-02"),
        ("zh-Hant", "2020-09-02"),
    ],
)
def test_dates(language: str, wanted: str) -> None:
    assert format_date(language, MOMENT) == wanted


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("nb", "mars mai desember"),
        ("da", "marts maj december"),
        ("sv", "mars maj december"),
        ("de", "März Mai Dezember"),
        ("en", "March May December"),
    ],
)
def test_months_that_languages_spell_differently(language: str, wanted: str) -> None:
    days = [format_date(language, datetime(2020, month, 1, tzinfo=UTC)) for month in (3, 5, 12)]
    assert " ".join(day.split()[1] for day in days) == wanted


def test_the_day_is_that_of_the_shows_zone() -> None:
    late = datetime(2020, 12, 31, 23, 30, tzinfo=UTC)
    assert format_date("nb", late, "Europe/Oslo") == "1. januar 2021"
    assert format_date("nb", late, "America/New_York") == "31. desember 2020"
    assert format_date("fr", late.astimezone(timezone(timedelta(hours=9))), "UTC") == "2020-12-31"


@pytest.mark.parametrize(
    ("language", "seconds", "wanted"),
    [
        ("nb", 0, "0 sek"),
        ("nb", 45.4, "45 sek"),
        ("nb", 59.4, "59 sek"),
        ("nb", 59.6, "1 min"),
        ("nb", 89, "1 min"),
        ("nb", 2520, "42 min"),
        ("nb", 3600, "1 t"),
        ("nb", 3599, "1 t"),
        ("nb", 3900, "1 t 5 min"),
        ("en", 3900, "1 hr 5 min"),
        ("sv", 3900, "1 tim 5 min"),
        ("da", 3900, "1 t. 5 min."),
        ("de", 3900, "1 Std. 5 Min."),
        ("fr", 3900, "1 h 5 min"),
        ("nb", 36000, "10 t"),
    ],
)
def test_durations(language: str, seconds: float, wanted: str) -> None:
    assert format_duration(language, seconds) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03"), (36000, "10:00:00")],
)
def test_clock(seconds: float, wanted: str) -> None:
    assert format_clock(seconds) == wanted


def test_direction() -> None:
    assert [direction(tag) for tag in ("ar-EG", "he", "fa", "nb", "en")] == [
        "rtl",
        "rtl",
        "rtl",
        "ltr",
        "ltr",
    ]
