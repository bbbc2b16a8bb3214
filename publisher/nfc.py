"""Unicode's normal form C, in time that grows with the text and not with its square. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

_MOST_MARKS: Final = 30
_JOINER: Final = "\u034f"

# Few texts have so long a run without a space or a Latin letter; only they are searched for marks.
_SUSPECT: Final = re.compile(f"[\u0300-\U0010ffff]{{{_MOST_MARKS + 1}}}")


def nfc(text: str) -> str:
    """The text in NFC, and in Unicode's stream-safe format: a run of more than thirty combining marks is
    parted by U+034F, as https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format says.

    No language has such a run. Marks are put in order by insertion, and half a megabyte of them would keep
    `unicodedata.normalize` busy for minutes.
    """
    if text.isascii():
        return text
    if _SUSPECT.search(text):
        text = _long_runs().sub(lambda run: run.group() + _JOINER, text)
    return unicodedata.normalize("NFC", text)


@functools.cache
def _long_runs() -> re.Pattern[str]:
    """Thirty marks with another behind them."""
    marks = [chr(code) for code in range(0x300, 0x20000) if _is_mark(chr(code))]
    marks_class = "[" + "".join(map(re.escape, marks)) + "]"
    return re.compile(f"{marks_class}{{{_MOST_MARKS}}}(?={marks_class})")


def _is_mark(character: str) -> bool:
    """Whether it takes part in the ordering; some that do not themselves decompose to some that do."""
    first = unicodedata.normalize("NFD", character)[0]
    return unicodedata.combining(character) > 0 or unicodedata.combining(first) > 0
