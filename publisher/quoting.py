"""Quotations of what a file holds, for messages. Pure."""

from __future__ import annotations

import re
from typing import Final

from publisher.nfc import nfc

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE: Final = re.compile(r"\s+")


def shown(text: str, most: int = 60) -> str:
    """A quotation, cut where it is long, without what would move a terminal's cursor."""
    text = _SPACE.sub(" ", _NOT_XML.sub("", nfc(text[: 8 * most]))).strip()
    text = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    return f'"{text if len(text) <= most else text[: most - 1] + "…"}"'
