"""What a rule means to a person: why it holds, what happens otherwise, and how to mend it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from publisher.checking.explanations import episode, reading, show, sound, verify
from publisher.checking.rule import Rule

EXPLANATIONS: Final[dict[str, str]] = {
    **show.EXPLANATIONS,
    **episode.EXPLANATIONS,
    **reading.EXPLANATIONS,
    **sound.EXPLANATIONS,
    **verify.EXPLANATIONS,
}
"""By the rule's id: two to four sentences."""

FIXED: Final = frozenset(
    (
        "address",
        "category",
        "character",
        "copyright-sign",
        "date",
        "encoding",
        "language",
        "title-number",
        "transcript-encoding",
        "type",
        "unknown-key",
        "yaml-syntax",
    )
)
"""Rules of which `check --fix` mends at least some problems; `publisher.fixing` knows how."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule with all that is known of it."""

    rule: Rule
    text: str
    is_fixed: bool

    def __str__(self) -> str:
        lines = [f"{self.rule.severity}[{self.rule.id}]: {self.rule.says}", "", *_wrapped(self.text), ""]
        lines.append(f"asked for by: {', '.join(self.rule.profiles) or 'everybody'}")
        lines.append(f"mended by --fix: {'where it is safe' if self.is_fixed else 'no'}")
        lines.append(f"source: {self.rule.source or 'the show format of publisher'}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.rule.id,
            "severity": self.rule.severity,
            "says": self.rule.says,
            "explanation": self.text,
            "profiles": list(self.rule.profiles),
            "fixed": self.is_fixed,
            "source": self.rule.source,
        }


def explained(rule: Rule) -> Explained:
    """The rule, explained.

    Raises:
        KeyError: nobody explained it.
    """
    return Explained(rule, EXPLANATIONS[rule.id], rule.id in FIXED)


def _wrapped(text: str, width: int = 90) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines
