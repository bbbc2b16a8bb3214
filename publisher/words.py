"""The fixed words of pages, feeds and cards, and how dates, numbers and durations are written.

Words are gettext catalogues, `locale/<language>.po`, whose message ids are keys: `play`. The rest is what the
CLDR says (https://cldr.unicode.org), as Babel has it, and nothing comes from a locale of the machine, so that
the same show gives the same bytes everywhere. A language without words of its own gets English ones.

Babel is imported with the first word that is asked for: a command that says none does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES = ("nb", "nn", "en", "sv", "da", "de")

KEYS: tuple[str, ...]
"""All that `word` knows, in the order of the alphabet. Read when it is first asked for."""

SCRIPT_KEYS: Final = MappingProxyType(
    {
        "player": (
            *("play", "pause", "mute", "speed", "seek", "skip_back", "skip_forward", "chapters", "moment"),
            *("sleep_timer", "sleep_off", "sleep_minutes", "sleep_end", "continue_at", "copy_moment"),
            *("copied", "copy_embed", "listen", "previous_chapter", "next_chapter"),
        ),
        "transcript": ("transcript", "play", "copy_moment", "copied", "follow_transcript"),
        "share": (
            *("share", "copy_link", "copy_moment", "copy_embed", "copied", "share_email"),
            *("share_mastodon", "share_linkedin", "share_other"),
        ),
        "quiz": (
            *("quiz", "question_of", "one_by_one", "all_at_once", "check_answer", "next_question"),
            *("previous_question", "see_result", "right", "wrong", "right_answer_was", "result", "passed"),
            *("not_passed", "try_again", "unanswered", "show_answers", "answers", "get_certificate"),
        ),
        "certificate": (
            *("certificate", "certificate_name", "certificate_hint", "certificate_text"),
            *("certificate_date", "certificate_proof", "certificate_print", "certificate_picture"),
            "certificate_none",
        ),
        "reflection": (
            *("reflection", "reflection_label", "reflection_kept", "reflection_save", "reflection_send"),
            *("reflection_copy", "reflection_clear", "copied"),
        ),
        "search": (
            *("search", "search_label", "search_hint", "search_none", "search_found", "search_failed"),
            *(
                "show_more",
                "searching",
                "clear",
                "filter",
                "all",
                "seasons",
                "themes",
                "guests",
                "organizations",
            ),
        ),
    }
)
"""What the pages' scripts say, by the part of the page that they serve."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")

# Here the CLDR shortens some forms and others not ("1 minutt", "5 mins"); the sister's are the same words.
_DURATIONS: Final = {"nn": "nb", "en": "en-US"}
_SI_UNITS: Final = {"duration-hour": "h", "duration-minute": "min", "duration-second": "s"}
# What Babel is asked for instead: `en` alone is American to it, `und` a guess.
_MEANT: Final = {"no": "nb", "en": "en-001", "und": ""}

_LANGUAGE_NAMES = {
    "ar": "العربية", "bg": "Български", "bn": "বাংলা", "ca": "Català", "cs": "Čeština", "cy": "Cymraeg",
    "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti",
    "eu": "Euskara", "fa": "فارسی", "fi": "Suomi", "fil": "Filipino", "fr": "Français", "ga": "Gaeilge",
    "gl": "Galego", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "id": "Indonesia",
    "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ko": "한국어", "lt": "Lietuvių", "lv": "Latviešu",
    "nb": "Norsk bokmål", "nl": "Nederlands", "nn": "Norsk nynorsk", "no": "Norsk", "pl": "Polski",
    "pt": "Português", "ro": "Română", "ru": "Русский", "se": "Davvisámegiella", "sk": "Slovenčina",
    "sl": "Slovenščina", "so": "Soomaali", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili", "th": "ไทย",
    "tr": "Türkçe", "uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""What those who read a language call it."""

_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one show.

    Attributes:
        language: a BCP 47 tag.
        overrides: the show's own texts by their keys; they go before those of the catalogues.
    """

    language: str
    overrides: tuple[tuple[str, str], ...] = ()

    def word(self, key: str, **values: object) -> str:
        """The text of a key, as `word` gives it, but for the show's own."""
        for own, text in self.overrides:
            if own == key:
                return _filled(text, values)
        return word(self.language, key, **values)

    def for_scripts(self, *parts: str) -> dict[str, str]:
        """What scripts say, by key, with placeholders as they stand.

        Args:
            parts: of `SCRIPT_KEYS`; all of them unless given.
        """
        return dict(_for_scripts(self, parts or tuple(SCRIPT_KEYS)))


def word(language: str, key: str, **values: object) -> str:
    """The fixed word `key` in the language of a BCP 47 tag, in English where there are no words for it.

    Args:
        values: for the text's placeholders, by name; without any, these stay as they are: `{count}`.

    Raises:
        KeyError: there is no such key (`KEYS` lists them), or a placeholder has no value.
    """
    return _filled(_text(language, key), values)


def placeholders(text: str) -> frozenset[str]:
    """Names of the places in a text that are filled in: `{right} of {count}` has two."""
    return frozenset(_PLACEHOLDER.findall(text))


def format_date(language: str, moment: datetime, timezone: str = "UTC") -> str:
    """The day of an aware `moment` in an IANA time zone, written out: `2. september 2020`.

    American English puts the month first. A language that Babel does not know gets `2020-09-02`.
    """
    return _day(language, moment.astimezone(ZoneInfo(timezone)).date())


@lru_cache(maxsize=1024)
def _day(language: str, day: date) -> str:
    locale = _locale(language)
    if locale is None:
        return day.isoformat()
    from babel import dates

    return dates.format_date(day, "long", locale=locale)


def format_duration(language: str, seconds: float) -> str:
    """A duration as one says it: `45 sek`, `12 min`, `1 t 5 min`; whole minutes from one minute on."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return _unit(language, whole, "duration-second")
    hours, minutes = divmod((whole + 30) // 60, 60)
    parts = ((hours, "duration-hour"), (minutes, "duration-minute"))
    return " ".join(_unit(language, number, unit) for number, unit in parts if number)


def format_number(language: str, number: float, decimals: int = 0) -> str:
    """A number with the language's own signs and at most so many decimals: `1 234,5`. A language that Babel
    does not know gets those of English."""
    from babel import numbers

    rounded = round(number, decimals)
    return numbers.format_decimal(rounded, locale=_locale(language) or "en", decimal_quantization=False)


def format_percent(language: str, share: float) -> str:
    """A share from 0 to 1 in whole percent, with the sign where the language has it: `80 %`, `80%`."""
    from babel import numbers

    return numbers.format_percent(share, locale=_locale(language) or "en")


def format_clock(seconds: float) -> str:
    """A place in the audio as players show it: `0:07`, `12:34`, `1:02:03`; fractions are cut off."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def direction(language: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`, as HTML's `dir` wants it."""
    return "rtl" if _primary(language) in _RIGHT_TO_LEFT else "ltr"


def language_name(language: str) -> str:
    """What those who read it call the language of a BCP 47 tag, with the tag where that says more:
    `Português (pt-BR)`. The tag alone where no name is known."""
    name = _LANGUAGE_NAMES.get(_primary(language))
    if name is None:
        return language
    return name if language.lower() == _primary(language) else f"{name} ({language})"


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()


def _known(language: str) -> str | None:
    """The language of ours that a tag means; `no` is written as Bokmål nearly always."""
    primary = _primary(language)
    if primary == "no":
        return "nb"
    return primary if primary in LANGUAGES else None


@lru_cache(maxsize=64)
def _for_scripts(words: Words, parts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every page asks for the same."""
    keys = {key for part in parts for key in SCRIPT_KEYS[part]}
    return tuple((key, words.word(key)) for key in sorted(keys))


@lru_cache(maxsize=1024)
def _text(language: str, key: str) -> str:
    return _catalogue(_known(language) or "en")[key]


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> Mapping[str, str]:
    """A language's words by their keys. Costs a few milliseconds once."""
    from babel.messages.pofile import read_po

    with resources.files("publisher").joinpath("locale", f"{language}.po").open("rb") as file:
        messages = read_po(file, abort_invalid=True)
    return MappingProxyType({str(message.id): str(message.string) for message in messages if message.id})


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale | None:
    """What Babel knows of a language, with its region or script where it knows these; None for nothing."""
    from babel import Locale, UnknownLocaleError

    primary, *rest = language.replace("_", "-").lower().split("-")
    meant = _MEANT.get(primary, primary)
    if not meant:
        return None
    for tag in ("-".join((meant.partition("-")[0], *rest)), meant) if rest else (meant,):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=256)
def _unit(language: str, number: int, unit: str) -> str:
    """A number of hours, minutes or seconds, short: `5 min`."""
    primary = _known(language)
    locale = _locale(_DURATIONS.get(primary or "", language))
    if locale is None:
        return f"{number} {_SI_UNITS[unit]}"
    from babel import units

    text = units.format_unit(number, unit, "short", locale=locale)
    if text != f"{number} {units.get_unit_name(unit, 'short', locale=locale)}":
        return text
    # That is Babel's way out where the CLDR has one form for all numbers (`1 h` in Portuguese): it finds that
    # form for a number which is neither one nor few, and lets us write the digits.
    return units.format_unit(100, unit, "short", format=f"'{number}'", locale=locale)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda found: str(values[found[1]]), text) if values else text


def __getattr__(name: str) -> tuple[str, ...]:
    if name == "KEYS":
        keys = globals()[name] = tuple(_catalogue("en"))
        return keys
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
