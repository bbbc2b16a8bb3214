"""What probing finds wrong with an audio file, before it is known in which show it lies."""

from __future__ import annotations

from publisher.problems import Finding

__all__ = ["COPY_AGAIN", "EXPORT_AGAIN", "Finding", "clock", "error", "warning"]

EXPORT_AGAIN = "export it again from your editor, as MP3 or M4A (AAC)"
COPY_AGAIN = "copy or download it again; if it is the same there, export it again from your editor"


def error(rule: str, message: str, help: str = EXPORT_AGAIN) -> Finding:
    return Finding(rule, "error", message, help)


def warning(rule: str, message: str, help: str = EXPORT_AGAIN) -> Finding:
    return Finding(rule, "warning", message, help)


def clock(seconds: float) -> str:
    """A duration as a person reads it: `1:02:03`, `2:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
