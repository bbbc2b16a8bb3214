"""The fixed words of pages and show notes, and how dates and durations are written, in six languages.

Names of months stand here and not in a locale of the machine, so that the same show gives the same
bytes everywhere. A language without words of its own gets English ones, and dates as ISO 8601.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("nb", "nn", "en", "sv", "da", "de")

_WORDS: dict[str, tuple[str, str, str, str, str, str]] = {
    # key: nb, nn, en, sv, da, de
    "all_episodes": (
        "Alle episoder",
        "Alle episodar",
        "All episodes",
        "Alla avsnitt",
        "Alle afsnit",
        "Alle Folgen",
    ),
    "bonus": ("Bonus", "Bonus", "Bonus", "Bonus", "Bonus", "Bonus"),
    "chapters": ("Kapitler", "Kapittel", "Chapters", "Kapitel", "Kapitler", "Kapitel"),
    "copy_address": (
        "Kopier adressen inn i appen din",
        "Kopier adressa inn i appen din",
        "Copy this address into your app",
        "Kopiera adressen till din app",
        "Kopiér adressen ind i din app",
        "Diese Adresse in die App kopieren",
    ),
    "download": ("Last ned", "Last ned", "Download", "Ladda ner", "Download", "Herunterladen"),
    "duration": ("Varighet", "Lengd", "Duration", "Längd", "Varighed", "Dauer"),
    "episode": ("Episode", "Episode", "Episode", "Avsnitt", "Afsnit", "Folge"),
    "episodes": ("Episoder", "Episodar", "Episodes", "Avsnitt", "Afsnit", "Folgen"),
    "episode_moved": (
        "Denne episoden har flyttet",
        "Denne episoden har flytta",
        "This episode has moved",
        "Det här avsnittet har flyttat",
        "Dette afsnit er flyttet",
        "Diese Folge ist umgezogen",
    ),
    "episode_removed": (
        "Denne episoden er fjernet",
        "Denne episoden er fjerna",
        "This episode was removed",
        "Det här avsnittet har tagits bort",
        "Dette afsnit er fjernet",
        "Diese Folge wurde entfernt",
    ),
    "feed": ("RSS-strøm", "RSS-straum", "RSS feed", "RSS-flöde", "RSS-feed", "RSS-Feed"),
    "feed_hint": (
        "Dette er en RSS-strøm for podkastapper. Kopier adressen inn i appen din for å abonnere.",
        "Dette er ein RSS-straum for podkastappar. Kopier adressa inn i appen din for å abonnere.",
        "This is an RSS feed for podcast apps. Copy its address into your app to subscribe.",
        "Det här är ett RSS-flöde för poddappar. Kopiera adressen till din app för att prenumerera.",
        "Dette er et RSS-feed til podcastapps. Kopiér adressen ind i din app for at abonnere.",
        "Dies ist ein RSS-Feed für Podcast-Apps. Zum Abonnieren die Adresse in die App kopieren.",
    ),
    "go_there": ("Gå dit", "Gå dit", "Go there", "Gå dit", "Gå dertil", "Dorthin"),
    "guest": ("Gjest", "Gjest", "Guest", "Gäst", "Gæst", "Gast"),
    "guests": ("Gjester", "Gjestar", "Guests", "Gäster", "Gæster", "Gäste"),
    "host": ("Programleder", "Programleiar", "Host", "Programledare", "Vært", "Moderation"),
    "hosts": ("Programledere", "Programleiarar", "Hosts", "Programledare", "Værter", "Moderation"),
    "interview": (
        "Spørsmål og svar",
        "Spørsmål og svar",
        "Questions and answers",
        "Frågor och svar",
        "Spørgsmål og svar",
        "Fragen und Antworten",
    ),
    "learn": (
        "Dette lærer du",
        "Dette lærer du",
        "What you will learn",
        "Det här lär du dig",
        "Det lærer du",
        "Das lernst du",
    ),
    "links": ("Mer å lære", "Meir å lære", "More to learn", "Lär dig mer", "Lær mere", "Mehr zum Thema"),
    "listen": ("Lytt", "Lytt", "Listen", "Lyssna", "Lyt", "Anhören"),
    "newest": (
        "Nyeste episode",
        "Nyaste episode",
        "Newest episode",
        "Senaste avsnittet",
        "Nyeste afsnit",
        "Neueste Folge",
    ),
    "newer": (
        "Nyere episode",
        "Nyare episode",
        "Newer episode",
        "Nyare avsnitt",
        "Nyere afsnit",
        "Neuere Folge",
    ),
    "no_episodes": (
        "Ingen episoder ennå",
        "Ingen episodar enno",
        "No episodes yet",
        "Inga avsnitt än",
        "Ingen afsnit endnu",
        "Noch keine Folgen",
    ),
    "notes": ("Om episoden", "Om episoden", "Show notes", "Om avsnittet", "Om afsnittet", "Zur Folge"),
    "older": (
        "Eldre episode",
        "Eldre episode",
        "Older episode",
        "Äldre avsnitt",
        "Ældre afsnit",
        "Ältere Folge",
    ),
    "people": ("Medvirkende", "Medverkande", "People", "Medverkande", "Medvirkende", "Mitwirkende"),
    "published": ("Publisert", "Publisert", "Published", "Publicerat", "Udgivet", "Veröffentlicht"),
    "quote": ("Sitat", "Sitat", "Quote", "Citat", "Citat", "Zitat"),
    "read_transcript": (
        "Les transkripsjonen",
        "Les transkripsjonen",
        "Read the transcript",
        "Läs transkriptionen",
        "Læs transskriptionen",
        "Transkript lesen",
    ),
    "season": ("Sesong", "Sesong", "Season", "Säsong", "Sæson", "Staffel"),
    "skip": (
        "Hopp til innholdet",
        "Hopp til innhaldet",
        "Skip to the content",
        "Hoppa till innehållet",
        "Gå til indholdet",
        "Zum Inhalt springen",
    ),
    "subscribe": ("Abonner", "Abonner", "Subscribe", "Prenumerera", "Abonnér", "Abonnieren"),
    "summary": ("Kort fortalt", "Kort fortalt", "Summary", "I korthet", "Kort fortalt", "Kurz gefasst"),
    "trailer": ("Trailer", "Trailer", "Trailer", "Trailer", "Trailer", "Trailer"),
    "transcript": (
        "Transkripsjon",
        "Transkripsjon",
        "Transcript",
        "Transkription",
        "Transskription",
        "Transkript",
    ),
    "translations": (
        "Transkripsjon på andre språk",
        "Transkripsjon på andre språk",
        "Transcript in other languages",
        "Transkription på andra språk",
        "Transskription på andre sprog",
        "Transkript in anderen Sprachen",
    ),
    "website": ("Nettsted", "Nettstad", "Website", "Webbplats", "Hjemmeside", "Website"),
}

KEYS = tuple(_WORDS)

_SCANDINAVIAN_END = ("september", "oktober", "november")
_MONTHS: dict[str, tuple[str, ...]] = {
    "nb": (
        *("januar", "februar", "mars", "april", "mai", "juni", "juli", "august"),
        *_SCANDINAVIAN_END,
        "desember",
    ),
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti"),
        *_SCANDINAVIAN_END,
        "december",
    ),
    "da": (
        *("januar", "februar", "marts", "april", "maj", "juni", "juli", "august"),
        *_SCANDINAVIAN_END,
        "december",
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August"),
        *("September", "Oktober", "November", "Dezember"),
    ),
}
_MONTHS["nn"] = _MONTHS["nb"]

_UNITS: dict[str, tuple[str, str, str]] = {
    # language: hour, minute, second
    "nb": ("t", "min", "sek"),
    "nn": ("t", "min", "sek"),
    "en": ("hr", "min", "sec"),
    "sv": ("tim", "min", "sek"),
    "da": ("t.", "min.", "sek."),
    "de": ("Std.", "Min.", "Sek."),
}
_SI_UNITS = ("h", "min", "s")

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


def word(language: str, key: str) -> str:
    """The fixed word `key` in the language of a BCP 47 tag, in English where there are no words for it.

    Raises:
        KeyError: there is no such key; `KEYS` lists them.
    """
    return _WORDS[key][LANGUAGES.index(_known(language) or "en")]


def format_date(language: str, moment: datetime, timezone: str = "UTC") -> str:
    """The day of an aware `moment` in an IANA time zone, written out: `2. september 2020`.

    American English puts the month first. Languages without months of their own get `2020-09-02`.
    """
    day = moment.astimezone(ZoneInfo(timezone))
    known = _known(language)
    if known is None:
        return f"{day.year:04d}-{day.month:02d}-{day.day:02d}"
    month = _MONTHS[known][day.month - 1]
    if language.replace("_", "-").lower() == "en-us":
        return f"{month} {day.day}, {day.year}"
    dot = "" if known in ("en", "sv") else "."
    return f"{day.day}{dot} {month} {day.year}"


def format_duration(language: str, seconds: float) -> str:
    """A duration as one says it: `45 sek`, `12 min`, `1 t 5 min`; whole minutes from one minute on."""
    hour, minute, second = _UNITS[known] if (known := _known(language)) else _SI_UNITS
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} {second}"
    hours, minutes = divmod((whole + 30) // 60, 60)
    parts = ([f"{hours} {hour}"] if hours else []) + ([f"{minutes} {minute}"] if minutes else [])
    return " ".join(parts)


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
