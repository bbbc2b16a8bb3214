"""Bytes to text that XML, captions and tags can carry."""

from __future__ import annotations

import codecs
import html
import re
from collections import Counter

from publisher.findings import Findings
from publisher.nfc import nfc

MOST_CHARACTERS = 10
"""Different ones reported of one text."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Everything outside the production Char of XML 1.0."""

_SPACE = re.compile("[ \t\n\r\f\x0b\x85\u2028\u2029]+")
"""No-break spaces are left out on purpose: `10 000 kroner` stays together."""

_NO_CHARACTER = re.compile("&#[0-9]{100,};?")

_SENTENCE_END = re.compile("[.!?…][\"'»”’)\\]]*$")


def decode(data: bytes, findings: Findings) -> str | None:
    """The text of a file in NFC with `\\n` line ends, or None where its bytes are no text.

    UTF-8 with or without a byte order mark; UTF-16 where a byte order mark says so.
    """
    encoding = "utf-8-sig"
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and _lacks_mark(data):
        findings.add(
            "transcript-encoding",
            "error",
            "every other byte of the file is zero: it is UTF-16, and no byte order mark says so",
            "save it as UTF-8",
            1,
        )
        return None
    if marked:
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        _add_undecodable(data, error, encoding, findings)
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return nfc(text)


def check_characters(text: str, findings: Findings, place: str = "", first_line: int | None = 1) -> None:
    """Finds each code point that XML cannot carry, once, at its first place.

    Args:
        place: what to call the text in the message, where line numbers say nothing.
        first_line: the line on which `text` begins, None where it is not known.
    """
    first: dict[str, int] = {}
    times: Counter[str] = Counter()
    for match in _NOT_XML.finditer(text):
        first.setdefault(match.group(), match.start())
        times[match.group()] += 1
    for character, position in list(first.items())[:MOST_CHARACTERS]:
        count = f" {times[character]} times" if times[character] > 1 else ""
        findings.add(
            "transcript-encoding",
            "error",
            f"{place or 'the transcript'} holds the character U+{ord(character):04X}{count}, "
            "which no feed and no page can carry",
            "remove it, or save the file as UTF-8 from the program it came from",
            None if first_line is None else first_line + text.count("\n", 0, position),
        )


def one_line(text: str) -> str:
    """The text with every run of spaces and line ends as one space, and none at its ends; what XML cannot
    carry is gone (a character reference may have hidden it from `check_characters`)."""
    if text.isprintable():
        # As nearly every line is: then the space is the only one there can be of either.
        return nfc(" ".join(text.split()))
    return nfc(_SPACE.sub(" ", _NOT_XML.sub("", text)).strip(" "))


def unescaped(text: str) -> str:
    """The text with its HTML character references read."""
    if "&" not in text:
        return text
    # Python turns no digits beyond 4,300 into a number, and raises.
    return html.unescape(_NO_CHARACTER.sub("\ufffd", text))


def ends_sentence(text: str) -> bool:
    """Whether somebody else may speak after this."""
    return not text or _SENTENCE_END.search(text[-12:]) is not None


def _lacks_mark(data: bytes) -> bool:
    """Whether this is Latin text in UTF-16 without a byte order mark."""
    head = data[:64]
    pairs = len(head) // 2
    return pairs >= 4 and any(
        head[first::2].count(0) >= pairs - 1 and not head[1 - first :: 2].count(0) for first in (0, 1)
    )


def _add_undecodable(data: bytes, error: UnicodeDecodeError, encoding: str, findings: Findings) -> None:
    if encoding == "utf-16":
        findings.add(
            "transcript-encoding",
            "error",
            f"the file says it is UTF-16, but byte {error.start + 1} does not fit: {error.reason}",
            "save it as UTF-8",
        )
        return
    # The UTF-8 codec counts positions from behind the byte order mark.
    at = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    line = data.count(b"\n", 0, at) + 1
    column = at - (data.rfind(b"\n", 0, at) + 1) + 1
    byte = data[at]
    guess = data[at : at + 1].decode("cp1252", errors="ignore")
    meant = f" (in Windows-1252 it would be {guess!r})" if guess.isprintable() and guess else ""
    seems = _seems(data)
    findings.add(
        "transcript-encoding",
        "error",
        f"byte {at + 1} of the file, column {column} of its line, is 0x{byte:02X} and not UTF-8{meant}",
        f"save the file as UTF-8; it seems to be {seems}" if seems else "save the file as UTF-8",
        line,
    )


def _seems(data: bytes) -> str:
    """The encoding in which the bytes are plausible text; empty where none is."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    plausible = all(sign.isprintable() or sign in "\t\n\r\f\xa0\xad" for sign in text)
    return "Windows-1252" if plausible else ""
