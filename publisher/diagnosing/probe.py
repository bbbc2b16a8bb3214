"""A question to a store, and what came of asking it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from publisher.errors import StoreError, StoreUnavailable

Outcome = Literal["ok", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        name: in a word or three.
        matters: what goes wrong where it is missing.
        mend: how to get it.
        needed: whether a show cannot be published well without it.
    """

    name: str
    matters: str
    mend: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """A question and its answer.

    Attributes:
        found: what was seen, or why it is not known.
        mend: how to mend it, empty where nothing is to be mended.
    """

    name: str
    outcome: Outcome
    needed: bool
    found: str
    matters: str
    mend: str = ""

    @property
    def is_in_the_way(self) -> bool:
        """Whether publishing well is not assured because of it."""
        return self.needed and self.outcome != "ok"

    def as_json(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "name": self.name,
            "outcome": self.outcome,
            "needed": self.needed,
            "found": self.found,
            "matters": self.matters,
        }
        return values | ({"mend": self.mend} if self.mend else {})


class Missing(Exception):
    """Raised by what looks: it is not there. `mend` goes before the question's own."""

    def __init__(self, found: str, *, mend: str = "") -> None:
        super().__init__(found)
        self.mend = mend


class Unknown(Missing):
    """Raised by what looks: it cannot be said."""


class Findings:
    """The answers so far, in order."""

    def __init__(self) -> None:
        self.probes: list[Probe] = []

    def ask(self, question: Question, look: Callable[[], str]) -> bool:
        """Looks, and notes what came of it.

        Args:
            look: gives what was seen; raises Missing, Unknown or a StoreError where it is not well.

        Returns:
            Whether it is there.
        """
        try:
            self._note(question, "ok", look())
            return True
        except Unknown as unknown:
            self._note(question, "unknown", str(unknown), unknown.mend)
        except Missing as missing:
            self._note(question, "missing", str(missing), missing.mend or question.mend)
        except StoreUnavailable as error:
            self._note(question, "unknown", error.message, error.help)
        except StoreError as error:
            self._note(question, "missing", error.message, error.help or question.mend)
        return False

    def leave(self, questions: tuple[Question, ...], why: str) -> None:
        """Notes that there was no use in asking."""
        for question in questions:
            self._note(question, "unknown", why)

    def _note(self, question: Question, outcome: Outcome, found: str, mend: str = "") -> None:
        self.probes.append(Probe(question.name, outcome, question.needed, found, question.matters, mend))
