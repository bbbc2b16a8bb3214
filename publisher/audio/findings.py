"""What probing finds wrong with an audio file, before it is known in which show it lies."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.problems import Severity

EXPORT_AGAIN = "export it again from your editor, as MP3 or M4A (AAC)"
COPY_AGAIN = "copy or download it again; if it is the same there, export it again from your editor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the audio; the caller knows the path and makes a `Problem` of it.

    Attributes:
        rule: the rule's id, `audio-…`.
        message: what was found and what was wanted.
        help: how to mend it.
    """

    rule: str
    severity: Severity
    message: str
    help: str = ""


def error(rule: str, message: str, help: str = EXPORT_AGAIN) -> Finding:
    return Finding(rule, "error", message, help)


def warning(rule: str, message: str, help: str = EXPORT_AGAIN) -> Finding:
    return Finding(rule, "warning", message, help)
