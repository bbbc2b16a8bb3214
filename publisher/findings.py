"""Collects what is wrong with one file, without drowning its producer. Pure."""

from __future__ import annotations

from collections import Counter

from publisher.problems import Finding, Severity

MOST_PER_RULE = 20


class Findings:
    """Findings in the order they are made. After `MOST_PER_RULE` of a rule the rest is only counted: a file
    with one fault on each of its 60,000 lines is understood from the first ones."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._made: Counter[str] = Counter()
        self._left_off: dict[str, Severity] = {}
        self.has_error = False

    def add(
        self,
        rule: str,
        severity: Severity,
        message: str,
        help: str = "",
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        """Notes one finding; `line` and `column` are counted from 1."""
        self.has_error = self.has_error or severity == "error"
        self._made[rule] += 1
        if self._made[rule] <= MOST_PER_RULE:
            self._kept.append(Finding(rule, severity, message, help, line, column))
        elif self._left_off.get(rule) != "error":
            self._left_off[rule] = severity

    def all(self) -> tuple[Finding, ...]:
        """Everything found, with one closing line for each rule of which some were left off."""
        rest = (
            Finding(rule, severity, f"{self._made[rule] - MOST_PER_RULE} more places like those above")
            for rule, severity in self._left_off.items()
        )
        return (*self._kept, *rest)
