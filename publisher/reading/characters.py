"""Characters that cannot stand in a feed, and bytes that are no text."""

from __future__ import annotations

import codecs
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final

from publisher.problems import Finding

# What XML 1.0 cannot carry (https://www.w3.org/TR/xml/#charsets).
ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NO_NAME: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

NAMES_ARE_UTF8: Final = sys.getfilesystemencoding().replace("-", "").lower() == "utf8"

# A file with one on each of its lines is understood from the first ones.
_MOST: Final = 20

_HELP: Final = "remove it; it often comes along when text is pasted from a word processor or a terminal"


def describe_illegal(character: str) -> tuple[str, str]:
    """Message and help for a character that XML cannot carry."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name}) cannot stand in a feed: XML has no way to write it", _HELP


def find_illegal(text: str, pattern: re.Pattern[str] = ILLEGAL) -> tuple[Finding, ...]:
    """Where the text holds characters of the pattern: the first ones each, the others counted."""
    found: list[Finding] = []
    line, line_start, place = 1, 0, 0
    for match in pattern.finditer(text):
        if len(found) == _MOST:
            more = len(pattern.findall(text, match.start()))
            message = f"{more:,} more such characters follow"
            found.append(Finding("character", "error", message, _HELP, *_position(text, match.start())))
            break
        breaks = text.count("\n", place, match.start())
        if breaks:
            line, line_start = line + breaks, text.rfind("\n", place, match.start()) + 1
        place = match.start()
        message, help = _describe(match.group())
        found.append(Finding("character", "error", message, help, line, place - line_start + 1))
    return tuple(found)


def _describe(character: str) -> tuple[str, str]:
    if not "\x7f" <= character <= "\x9f":
        return describe_illegal(character)
    message = f"U+{ord(character):04X} is a control character, which nobody can read"
    meant = "" if character == "\x7f" else character.encode("latin-1").decode("cp1252", "ignore")
    return message, f"it was probably meant to be {meant}: write that" if meant else _HELP


def _position(text: str, start: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def decode(data: bytes) -> tuple[str, Finding | None]:
    """The text of a UTF-8 file, with or without a byte order mark, or where it is none."""
    body = data.removeprefix(codecs.BOM_UTF8)
    if body[:4].count(0) >= 2:
        return "", _undecodable(body, 0, "UTF-16")
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError as error:
        utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return "", _undecodable(body, error.start, "UTF-16" if utf16 else "Latin-1 or Windows-1252")


def _undecodable(body: bytes, start: int, guess: str) -> Finding:
    before = body[:start]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    what = f"the byte 0x{body[start]:02x} is not UTF-8" if body[start] >= 0x80 else "this is not UTF-8"
    return Finding(
        "encoding",
        "error",
        f"{what}; the file looks like {guess}",
        "save it again with the encoding UTF-8",
        before.count(b"\n") + 1,
        column,
    )


def is_plain_name(name: str) -> bool:
    """Whether a file's name is text: on some disks it can be any bytes.

    Where Python is told that names are not UTF-8, what it makes of one beyond ASCII depends on the machine,
    and an episode's slug must not.
    """
    return _NO_NAME.search(name) is None and (name.isascii() or NAMES_ARE_UTF8)


def printable(text: str, most: int = 60) -> str:
    """The text on one line, cut where it is long, without what would move a terminal's cursor."""
    line = "".join(_characters(" ".join(text[: most * 4].split())))
    return line if len(line) <= most else line[: most - 3] + "…"


def _characters(text: str) -> Iterator[str]:
    return (
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
