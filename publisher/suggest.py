"""The nearest known name, for "did you mean"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or an empty text where none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A help line: the nearest name, or else all that are known."""
    names = sorted(known) if isinstance(known, frozenset | set) else list(known)
    match = nearest(name, names)
    if match:
        return f"did you mean {match!r}?"
    if not names:
        return "none are known"
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return "known are: " + ", ".join(names[:20]) + more
