"""Asking a public address as an app would."""

from __future__ import annotations

import contextlib
import http.client
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

from publisher import __version__

_SECONDS: Final = 15.0
_BYTES_AT_MOST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status.

    Attributes:
        headers: names in lower case; of one that comes twice, the last.
        url: where it came from, after redirects.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


class Unreachable(Exception):
    """Nothing that could be understood came back."""


class Untrusted(Unreachable):
    """The server's certificate is not one that apps would trust."""


def ask(url: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
    """Asks once; redirects are followed.

    Raises:
        Unreachable: no answer came.
    """
    request = urllib.request.Request(url, method=method, headers=headers or {})
    request.add_header("User-Agent", f"publisher/{__version__}")
    try:
        with contextlib.closing(_opened(request)) as answer:
            return Answer(
                answer.status or 0,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read(_BYTES_AT_MOST),
                answer.url,
            )
    except urllib.error.URLError as error:
        raise _unreachable(error.reason) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(error) from error


def _opened(request: urllib.request.Request) -> http.client.HTTPResponse | urllib.error.HTTPError:
    try:
        opened: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_SECONDS)
        return opened
    except urllib.error.HTTPError as error:
        return error


def _unreachable(reason: object) -> Unreachable:
    if isinstance(reason, ssl.SSLError):
        said = getattr(reason, "verify_message", "") or reason.reason or "the handshake failed"
        return Untrusted(f"TLS: {said}")
    if isinstance(reason, TimeoutError):
        return Unreachable(f"no answer within {_SECONDS:.0f} seconds")
    if isinstance(reason, OSError):
        return Unreachable(reason.strerror or type(reason).__name__)
    return Unreachable(type(reason).__name__)
