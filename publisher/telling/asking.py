"""Asking somebody's server: a few times, for a bounded time, and telling nobody what was sent."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from publisher import __version__

USER_AGENT: Final = f"publisher/{__version__}"
TRIES: Final = 3
SECONDS: Final = 20.0
"""For all tries together."""
_ONCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.5
# The server asks for patience, or is in trouble: the same may do in a moment.
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotTold(Exception):
    """Somebody could not be told.

    The message follows the name of who it was: "answers 503". It holds nothing of what was sent, and nothing
    of the answer but its status: servers repeat passwords.
    """

    def __init__(self, message: str, *, help: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.status = status
        """What was answered; 0 where nothing was."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: at most a megabyte of it."""

    status: int
    body: bytes = field(repr=False)

    def values(self) -> dict[str, Any]:
        """The JSON object that came back.

        Raises:
            NotTold: it is none.
        """
        values = self._parsed()
        if not isinstance(values, dict):
            raise NotTold("answers something that is not understood")
        return values

    def items(self) -> list[dict[str, Any]]:
        """The list of JSON objects that came back.

        Raises:
            NotTold: it is none.
        """
        values = self._parsed()
        if not isinstance(values, list):
            raise NotTold("answers something that is not understood")
        return [item for item in values if isinstance(item, dict)]

    def _parsed(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Asking:
    """How patiently a server is asked.

    Attributes:
        tries: how often at most.
        seconds: for how long at most, all tries together.
        pause_seconds: before the second try; doubled before each later one.
        sleep: waits; given so that tests need not.
    """

    tries: int = TRIES
    seconds: float = SECONDS
    pause_seconds: float = field(default_factory=lambda: _PAUSE_SECONDS)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def ask(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Asks, and once more where that may help. Redirects are not followed: they would lead what is sent,
        and the secret with it, to another host.

        Returns:
            An answer with a status from 200 to 299.

        Raises:
            NotTold: there was none.
        """
        # Imported here: a run that has nobody to tell needs no HTTP.
        from publisher.telling.http import FAILURES, once, reason

        end = time.monotonic() + self.seconds
        pause = self.pause_seconds
        for place in range(1, self.tries + 1):
            try:
                sent = {"User-Agent": USER_AGENT, "Accept": "*/*", **(headers or {})}
                seconds = min(_ONCE_SECONDS, end - time.monotonic())
                status, answer = once(method, url, body, sent, seconds)
                if 200 <= status < 300:
                    return Reply(status, answer)
                found, passing = _refused(status), status in _PASSING
            except FAILURES as error:
                # Not raised from it: its words may hold the address and the password in it.
                found, passing = NotTold(reason(error)), not isinstance(error, ValueError)
            if not passing or place == self.tries or end - time.monotonic() < pause + 1:
                raise found from None
            self.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")


def json_body(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def is_header(text: str) -> bool:
    """Whether a secret can stand in a header; a line break would begin another one."""
    return bool(text) and text.isascii() and text.isprintable()


def _refused(status: int) -> NotTold:
    what, help = f"answers {status}", ""
    if 300 <= status < 400:
        what, help = f"{what} and leads elsewhere", "write the address to which it leads"
    elif status in (401, 403):
        what, help = f"{what}: it does not take the secret", "see that the secret is right"
    elif status in (404, 410):
        what, help = f"{what}: there is nothing there", "see that the address is right"
    return NotTold(what, help=help, status=status)
