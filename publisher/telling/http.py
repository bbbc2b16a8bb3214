"""One request over HTTP, straight or through a proxy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Final
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

FAILURES: Final = (HTTPError, OSError, ValueError)
_MOST_BYTES: Final = 1 << 20


def once(method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """Asks once, and follows no redirect. Gives status and body, at most a megabyte of it.

    Raises:
        One of FAILURES, which `reason` puts into plain words.
    """
    pool = _pool(url)
    try:
        response = pool.request(
            method,
            url,
            body=body or None,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(5.0, seconds), read=seconds),
        )
        try:
            return response.status, response.read(_MOST_BYTES, decode_content=True)
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


def reason(error: Exception) -> str:
    """Why there is no answer, in words that follow the name of who was asked."""
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
