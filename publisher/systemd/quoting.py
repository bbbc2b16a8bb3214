"""How systemd wants what stands in a unit file: systemd.syntax(7), systemd.unit(5), systemd.service(5)."""

from __future__ import annotations

import re
from typing import Final

from publisher.errors import UsageError

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@+,=~%$-]+")


def word(text: str) -> str:
    """One word of a list of paths: quoted where it has to be, `%` doubled since it begins a specifier.

    Raises:
        UsageError: it cannot be written into a unit.
    """
    text = _without_specifiers(text)
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def argument(text: str) -> str:
    """One argument of a command: a word in which `$` stands for itself.

    Raises:
        UsageError: it cannot be written into a unit.
    """
    return word(text.replace("$", "$$"))


def rest_of_line(text: str) -> str:
    """A value that takes the whole line, as WorkingDirectory= does: systemd knows no quotes there.

    Raises:
        UsageError: it cannot be written into a unit.
    """
    if text != text.strip() or text.endswith("\\"):
        raise UsageError(
            f"{text!r} cannot stand in a unit: systemd takes it as it is, up to the end of the line",
            help="use a path without a space or a backslash at its end",
        )
    return _without_specifiers(text)


def _without_specifiers(text: str) -> str:
    # A folder's name that is not UTF-8 reaches Python with surrogates in it.
    if any(ord(sign) < 32 or ord(sign) == 127 or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise UsageError(
            f"{text!r} cannot stand in a unit: it has line breaks, control characters, or is not UTF-8",
            help="give the folder another name",
        )
    return text.replace("%", "%%")
