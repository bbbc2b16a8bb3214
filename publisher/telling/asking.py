"""Asking somebody's server: a few times, for a bounded time, and telling nobody what was sent."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from publisher import __version__

USER_AGENT: Final = f"publisher/{__version__}"
TRIES: Final = 3
SECONDS: Final = 20.0
"""For all tries together."""
_ONCE_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.5
_MOST_BYTES: Final = 1 << 20
# The server asks for patience, or is in trouble: the same may do in a moment.
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotTold(Exception):
    """Somebody could not be told.

    The message follows the name of who it was: "answers 503". It holds nothing of what was sent, and nothing
    of the answer but its status: servers repeat passwords.
    """

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


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
        try:
            values = json.loads(self.body)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise NotTold("answers something that is not understood") from None
        return values


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
        end = time.monotonic() + self.seconds
        pause = self.pause_seconds
        for place in range(1, self.tries + 1):
            try:
                reply = _once(method, url, body, headers or {}, min(_ONCE_SECONDS, end - time.monotonic()))
                if 200 <= reply.status < 300:
                    return reply
                found, passing = _refused(reply.status), reply.status in _PASSING
            except (HTTPError, OSError, ValueError) as error:
                # Not raised from it: its words may hold the address and the password in it.
                found, passing = NotTold(_reason(error)), not isinstance(error, ValueError)
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


def _once(method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Reply:
    pool = _pool(url)
    try:
        response = pool.request(
            method,
            url,
            body=body or None,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(5.0, seconds), read=seconds),
        )
        try:
            return Reply(response.status, response.read(_MOST_BYTES, decode_content=True))
        finally:
            response.close()
    finally:
        pool.clear()


def _pool(url: str) -> urllib3.PoolManager:
    """Straight to the host, or through the proxy that the environment names for it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = host in ("localhost", "::1") or host.startswith("127.")
    proxy = "" if local or proxy_bypass(host) else getproxies().get(parts.scheme, "")
    # Said in full: an older urllib3 checks no certificate unless it is told to.
    context = ssl.create_default_context()
    if not proxy:
        return urllib3.PoolManager(1, ssl_context=context)
    found = urlsplit(proxy)
    login = f"{found.username}:{found.password or ''}" if found.username else None
    return urllib3.ProxyManager(
        proxy, 1, proxy_headers=urllib3.make_headers(proxy_basic_auth=login), ssl_context=context
    )


def _refused(status: int) -> NotTold:
    if 300 <= status < 400:
        return NotTold(f"answers {status} and leads elsewhere", help="write the address to which it leads")
    if status in (401, 403):
        return NotTold(f"answers {status}: it does not take the secret", help="see that the secret is right")
    if status in (404, 410):
        return NotTold(f"answers {status}: there is nothing there", help="see that the address is right")
    return NotTold(f"answers {status}")


def _reason(error: Exception) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "has a certificate that is not valid for it"
    if any(type(cause).__name__ in ("NameResolutionError", "gaierror") for cause in causes):
        return "cannot be found: its name is not in the DNS"
    if any(isinstance(cause, ConnectTimeoutError) for cause in causes):
        return "could not be connected to in time"
    if any(isinstance(cause, ReadTimeoutError | TimeoutError) for cause in causes):
        return "did not answer in time"
    if any(isinstance(cause, SSLError | ssl.SSLError) for cause in causes):
        return "offers no encryption that can be agreed on"
    if any(isinstance(cause, ConnectionRefusedError | NewConnectionError) for cause in causes):
        return "does not take connections"
    return "broke off, or does not speak HTTP"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop(0)
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__]
        waiting += [part for part in cause.args if isinstance(part, BaseException)]
