"""What the podcast namespace's JSON files share: one object, with times in seconds. Pure.

https://github.com/Podcastindex-org/podcast-namespace/tree/main/docs/examples
"""

from __future__ import annotations

import json
from typing import Any

from publisher.findings import Findings
from publisher.quoting import shown


def read_object(text: str, findings: Findings, *, rule: str, shape: str, mend: str) -> dict[str, Any] | None:
    """The object that the file is, or None where it is none, which is reported at its line and column.

    Args:
        rule: under which it is reported.
        shape: how to write such a file.
        mend: what to do about a file that is no JSON.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        findings.add(rule, "error", f"the file is no JSON: {error.msg}", mend, error.lineno, error.colno)
        return None
    except (RecursionError, ValueError) as error:
        # json's own limits: nesting, and integers of more than 4,300 digits.
        deep = isinstance(error, RecursionError)
        what = "is nested too deeply" if deep else "holds a number too long to read"
        findings.add(rule, "error", f"the file {what}", shape)
        return None
    if isinstance(document, dict):
        return document
    findings.add(rule, "error", f"the file was to be an object, and it is {kind_of(document)}", shape, 1)
    return None


def read_seconds(
    value: Any, place: str, findings: Findings, *, rules: tuple[str, str], shape: str
) -> float | None:
    """A time in seconds, rounded to thousandths; None where there is none, or none that can be.

    Args:
        place: how a message names it: `chapters[3].startTime`.
        rules: for what is no number, and for a number that is no time.
        shape: how to write one.
    """
    if value is None:
        return None
    syntax, times = rules
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{place} was to be a number of seconds, and it is {kind_of(value)}"
        findings.add(syntax, "error", message, shape)
        return None
    # Integers too large for a float would raise, and NaN is within no bounds; none of them is a time.
    if not -1e9 < value < 1e9:
        findings.add(times, "error", f"{place} is no time in seconds", "correct it")
        return None
    if value < 0:
        findings.add(times, "error", f"{place} is {value}, before the sound begins", "correct it")
        return None
    return round(float(value), 3)


def kind_of(value: Any) -> str:
    """What a JSON value is, in the words of a person."""
    if isinstance(value, str):
        return f"the text {shown(value, 30)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"
