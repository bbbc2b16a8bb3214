"""A text file in another encoding as UTF-8, where there is no doubt which one it is. Pure."""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What Western texts hold beyond ASCII: letters, quotation marks, dashes, and the signs of a few currencies.
_WESTERN: Final = re.compile("[\x09\x0a\x0d\x20-\x7e€‚„…†ŠŒŽ‘’“”•–—™šœžŸ\xa0¡£§©«®°·»¿À-ÖØ-öø-ÿ]*")
# Texts in other alphabets, read as Western ones, are runs of such letters; no Western word has three.
_RUN: Final = re.compile("[À-ÖØ-öø-ÿ]{3}")
# Two bytes of UTF-8 read as two letters: a file that is UTF-8 in part is none of anything.
_MIXED: Final = re.compile("[ÂÃÅ][\x80-\xbf€‚„…†‡‰Š‹ŒŽ‘’“”•–—™š›œž]")


def duplicate_mark_removed(data: bytes) -> bytes:
    """The bytes with one byte order mark at most."""
    mark = codecs.BOM_UTF8
    while data.startswith(mark * 2):
        data = data[len(mark) :]
    return data


def as_utf8(data: bytes) -> tuple[bytes, str] | None:
    """The file in UTF-8 and the name of what it was in.

    Returns:
        None where it could be one of several encodings, or is no text in any.
    """
    if data.startswith(_MARKS):
        return _decoded(data, "utf-16", "UTF-16")
    zeros = data[:200].count(0)
    if zeros:
        # ASCII letters in UTF-16 have a zero each, all on the same side.
        even, odd = data[0:200:2].count(0), data[1:200:2].count(0)
        if zeros < len(data[:200]) * 0.35 or min(even, odd):
            return None
        return _decoded(data, "utf-16-le" if odd else "utf-16-be", "UTF-16")
    found = _decoded(data, "cp1252", "Windows-1252")
    if found is None:
        return None
    text = data.decode("cp1252")
    if not _WESTERN.fullmatch(text) or _RUN.search(text) or _MIXED.search(text):
        return None
    return found


def _decoded(data: bytes, encoding: str, name: str) -> tuple[bytes, str] | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else (text.encode("utf-8"), name)
