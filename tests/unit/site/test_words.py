from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import publisher.site
import publisher.words
from publisher.words import (
    KEYS,
    LANGUAGES,
    SCRIPT_KEYS,
    Words,
    direction,
    format_clock,
    format_date,
    format_duration,
    format_number,
    format_percent,
    placeholders,
    word,
)

PLACEHOLDER = re.compile(r"\{\w+\}")
MOMENT = datetime(2020, 9, 2, 6, tzinfo=UTC)


def catalogue(language: str) -> Catalog:
    with resources.files("publisher").joinpath("locale", f"{language}.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    files = {path.name for path in resources.files("publisher").joinpath("locale").iterdir()}
    assert files == {f"{language}.po" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_whole(language: str) -> None:
    english = {message.id: message.string for message in catalogue("en") if message.id}
    own = catalogue(language)
    messages = [message for message in own if message.id]
    assert len(KEYS) > 130
    assert [message.id for message in messages] == sorted(KEYS) == list(KEYS)
    assert str(own.header_comment).startswith("#")
    assert not own.obsolete
    for message in messages:
        assert isinstance(message.string, str)
        assert not message.fuzzy, message.id
        assert message.string == " ".join(message.string.split()) != "", message.id
        assert placeholders(message.string) == placeholders(str(english[message.id])), message.id
        first = PLACEHOLDER.sub("", message.string).strip()[0]
        assert message.string.startswith("{") or first in string.ascii_uppercase + "ÆØÅÄÖÜÉ", message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_says_which_language_it_is(language: str) -> None:
    text = resources.files("publisher").joinpath("locale", f"{language}.po").read_text("utf-8")
    assert f'"Language: {language}\\n"' in text
    assert text.count("msgid ") == len(KEYS) + 1


def test_the_pages_ask_for_words_that_exist() -> None:
    templates = Path(publisher.site.__file__).parent / "templates"
    asked = {key for path in templates.iterdir() for key in re.findall(r'word\("(\w+)"\)', path.read_text())}
    assert asked
    assert asked <= set(KEYS)


def test_placeholders_are_filled_in_where_there_are_values() -> None:
    assert word("nb", "result") == "Du svarte riktig på {right} av {count}"
    assert word("nb", "result", right=3, count=4) == "Du svarte riktig på 3 av 4"
    assert (
        word("en", "search_none", query="{count} {0.__class__}")
        == "Nothing found for “{count} {0.__class__}”"
    )
    with pytest.raises(KeyError):
        word("nb", "result", right=3)
    assert placeholders(word("de", "result")) == {"right", "count"}


def test_a_shows_own_words_go_before_publishers() -> None:
    words = Words("nb-NO", (("play", "Hør"), ("result", "{count}: {right}")))
    assert words.word("play") == "Hør"
    assert words.word("pause") == "Pause"
    assert words.word("result", right=3, count=4) == "4: 3"
    assert words.for_scripts()["play"] == "Hør"
    assert words.for_scripts()["result"] == "{count}: {right}"
    with pytest.raises(KeyError):
        words.word("nonsense")


def test_scripts_get_the_words_of_their_part() -> None:
    words = Words("sv")
    parts = {part: words.for_scripts(part) for part in SCRIPT_KEYS}
    assert parts["quiz"]["right"] == "Rätt"
    assert "right" not in parts["search"]
    assert words.for_scripts("quiz", "search") == dict(sorted((parts["quiz"] | parts["search"]).items()))
    every = {key for keys in SCRIPT_KEYS.values() for key in keys}
    assert set(words.for_scripts()) == every <= set(KEYS)


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
        ("EN", "2 September 2020"),
        ("en-XX", "2 September 2020"),
        ("en-NO", "2 September 2020"),
        ("no-NO", "2. september 2020"),
        ("fr", "2 septembre 2020"),
        ("fr-XX", "2 septembre 2020"),
        ("ar", "2 سبتمبر 2020"),
        ("ar-EG", "2 سبتمبر 2020"),
        ("he", "2 בספטמבר 2020"),
        ("fi", "2. syyskuuta 2020"),
        ("ja", "2020年9月2日"),
        ("zh-Hant", "2020年9月2日"),
        ("pt_BR", "2 de setembro de 2020"),
        ("xx", "2020-09-02"),
        ("und", "2020-09-02"),
        ("", "2020-09-02"),
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
    assert format_date("xx", late.astimezone(timezone(timedelta(hours=9))), "UTC") == "2020-12-31"


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
        ("nn", 3660, "1 t 1 min"),
        ("nn", 45, "45 sek"),
        ("sv", 45, "45 s"),
        ("en-GB", 3900, "1 hr 5 min"),
        ("fr", 3900, "1\u202fh 5\xa0min"),
        ("pt", 3660, "1 h 1 min"),
        ("ar", 3900, "1 س 5 د"),
        ("ja", 3900, "1 時間 5 分"),
        ("xx", 3900, "1 h 5 min"),
        ("xx", 45, "45 s"),
        ("nb", 36000, "10 t"),
    ],
)
def test_durations(language: str, seconds: float, wanted: str) -> None:
    assert format_duration(language, seconds) == wanted


@pytest.mark.parametrize(
    ("language", "number", "decimals", "wanted"),
    [
        ("nb", 1234567, 0, "1\xa0234\xa0567"),
        ("nb", 1234.56, 1, "1\xa0234,6"),
        ("en", 1234.56, 1, "1,234.6"),
        ("de", 1234.5, 2, "1.234,5"),
        ("hi", 1234567, 0, "12,34,567"),
        ("ar", 1234.5, 1, "1,234.5"),
        ("nb", 0.12345, 5, "0,12345"),
        ("nb", 12.0, 2, "12"),
        ("nb", 12.4, 0, "12"),
        ("xx", 1234.5, 1, "1,234.5"),
    ],
)
def test_numbers(language: str, number: float, decimals: int, wanted: str) -> None:
    assert format_number(language, number, decimals) == wanted


@pytest.mark.parametrize(
    ("language", "share", "wanted"),
    [
        ("nb", 0.8, "80\xa0%"),
        ("nn", 0.755, "76\xa0%"),
        ("en", 0.8, "80%"),
        ("de", 1, "100\xa0%"),
        ("tr", 0.8, "%80"),
        ("xx", 0, "0%"),
    ],
)
def test_shares(language: str, share: float, wanted: str) -> None:
    assert format_percent(language, share) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, "0:00"), (7.9, "0:07"), (754, "12:34"), (3723, "1:02:03"), (36000, "10:00:00")],
)
def test_clock(seconds: float, wanted: str) -> None:
    assert format_clock(seconds) == wanted


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("HE_IL", "rtl"),
        ("fa", "rtl"),
        ("nb", "ltr"),
        ("en", "ltr"),
        ("", "ltr"),
    ],
)
def test_direction(language: str, wanted: str) -> None:
    assert direction(language) == wanted


def test_what_is_not_there_is_said_as_usual() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        publisher.words.nothing  # noqa: B018
