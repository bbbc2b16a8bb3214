"""What a verification may take, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from publisher.checking import RULES
from publisher.problems import Problem, Severity

LocalBase = tuple[str, str]
"""The public address of a show, and the one at which a server in this process has it."""

_SHOWN: Final = 5
_SHOWN_ONCE: Final = frozenset({"verify-cors", "verify-page", "verify-https", "verify-redirect"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much.

    Attributes:
        total_seconds: for everything together; what was not looked at by then is counted. None: two minutes,
            or an hour where everything is wanted.
        connect_seconds, read_seconds: for one connection, and for each answer's next bytes.
        workers: requests at once.
        newest: episodes that are looked at whether or not they changed.
        feed_bytes: a feed larger than that is not read.
    """

    total_seconds: float | None = None
    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    workers: int = 8
    newest: int = 10
    feed_bytes: int = 64 << 20

    def seconds(self, *, everything: bool) -> float:
        return self.total_seconds if self.total_seconds is not None else 3600.0 if everything else 120.0


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it.

    Attributes:
        checked: addresses (or, for the manifest, objects) that were looked at, the feed among them.
        skipped: those that were not: out of scope, or out of time.
        reached: whether the feed's address answered at all.
        seconds: how long it took.
        requests: sent, redirects and second tries among them.
        unaccounted: objects of the store that no release lists; None where nobody counted.
        rebuilt: whether the feed could be made again from the store; None where nobody tried.
    """

    problems: tuple[Problem, ...]
    checked: int
    skipped: int
    reached: bool
    seconds: float
    requests: int = 0
    unaccounted: int | None = None
    rebuilt: bool | None = None

    @property
    def failed(self) -> bool:
        """Whether there are errors; warnings alone are none."""
        return any(problem.is_error for problem in self.problems)

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "reached": self.reached,
            "checked": self.checked,
            "skipped": self.skipped,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "unaccounted": self.unaccounted,
            "rebuilt": self.rebuilt,
        }
        problems = [problem.as_json() for problem in self.problems]
        return {name: value for name, value in values.items() if value is not None} | {"problems": problems}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one address (or key). `severity`: the rule's own unless it is said."""

    rule: str
    place: str
    message: str
    help: str = ""
    severity: Severity | None = None

    def as_problem(self, more: int = 0) -> Problem:
        rule = RULES[self.rule]
        message = self.message
        if more:
            message += f"; so it is with {more} more address{'es' if more > 1 else ''}"
        return Problem(
            rule.id, self.severity or rule.severity, message, self.help, self.place, source=rule.source
        )


def as_problems(faults: list[Fault]) -> tuple[Problem, ...]:
    """Errors first, then in the order in which they were looked at. Many of a kind are said a few times, with
    how many more there are: a store that refuses everybody must not fill ten thousand lines."""
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for fault in dict.fromkeys(faults):
        kinds.setdefault((fault.rule, fault.severity or RULES[fault.rule].severity), []).append(fault)
    problems = []
    for (rule, _), same in kinds.items():
        shown = 1 if rule in _SHOWN_ONCE else _SHOWN
        for place, fault in enumerate(same[:shown]):
            last = place == min(shown, len(same)) - 1
            problems.append(fault.as_problem(more=len(same) - shown if last and len(same) > shown else 0))
    return tuple(sorted(problems, key=lambda problem: not problem.is_error))
