"""Asking over HTTP as an app does: bounded in time and memory, tried twice at most, redirects counted."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from publisher import __version__
from publisher.verifying.verification import Limits, LocalBase

FailureKind = Literal[
    "address", "certificate", "dns", "refused", "slow", "broken", "loop", "insecure", "time"
]

OTHERS: Final = "other bytes"
ENOUGH_BYTES: Final = 1 << 20
"""So much is read of a body that its ETag tells. The feed of ten thousand episodes has some dozens of
megabytes: to fetch them after every release takes a slow line half a minute, and somebody pays for it."""
USER_AGENT: Final = f"publisher/{__version__}"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_PASSING: Final = frozenset({"refused", "slow", "broken"})
_MOST_HOPS: Final = 10
_BLOCK: Final = 1 << 18
_PAUSE_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, in words that follow "it …"."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        url: the public address that answered in the end.
        status: 0 where there is a failure.
        headers: names in lowercase.
        body: the first bytes, as many as were asked for.
        length_bytes, digest: of all that was read; the digest only of a body that was read to its end. Of one
            that its head tells (`Known.is_of`) both are those of the whole.
        cut: why the body ended before it was whole; empty where it did not.
        hops: addresses that sent us on, the first one first.
        failure: set where nothing came back.
    """

    url: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    length_bytes: int = 0
    digest: str = ""
    cut: str = ""
    hops: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def type(self) -> str:
        """The Content-Type without parameters, in lowercase."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def content_length(self) -> int | None:
        length = self.headers.get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else None


@dataclass(frozen=True, slots=True)
class _How:
    method: str
    headers: Mapping[str, str]
    keep_bytes: int
    read_bytes: int
    unpack: bool
    known: Known | None


class Known(NamedTuple):
    """A body that is known.

    Attributes:
        pieces: its bytes, one piece after the other.
        digest: their SHA-256.
        etag: the strong ETag of the object that they are, with its quotes; empty where nobody knows. Where a
            server says the same, and the same length, it serves the bytes that the store was given, and some
            of its first ones are read.
    """

    pieces: Sequence[bytes]
    digest: str
    etag: str = ""

    def is_of(self, answer: Answer) -> bool:
        """Whether an answer's head tells that its body is this one. What was packed or changed on its way has
        another length or ETag, or a weak one."""
        told = answer.headers
        return (
            self.etag.startswith('"')
            and told.get("etag") == self.etag
            and not told.get("content-encoding")
            and answer.content_length == sum(map(len, self.pieces))
        )


class _Comparing:
    """Stands for a sum where the bytes are known: to compare some millions takes half as long."""

    def __init__(self, known: Known) -> None:
        self._digest = known.digest
        self._left = filter(None, known.pieces)
        self._piece, self._at, self._are_same = b"", 0, True

    def update(self, data: bytes) -> None:
        start = 0
        while self._are_same and start < len(data):
            if self._at == len(self._piece):
                self._piece, self._at = next(self._left, None) or b"", 0
                self._are_same = bool(self._piece)
                continue
            count = min(len(data) - start, len(self._piece) - self._at)
            # A slice of all of a piece is it itself; of what was read none has to be made.
            self._are_same = data.startswith(self._piece[self._at : self._at + count], start)
            start, self._at = start + count, self._at + count

    def hexdigest(self, *, is_begun: bool = False) -> str:
        """Of what was read.

        Args:
            is_begun: whether it is enough that the body begins with it.
        """
        is_whole = is_begun or (self._at == len(self._piece) and not any(self._left))
        return self._digest if self._are_same and is_whole else OTHERS


class Web:
    """Asks, from several threads at once. Nothing is raised: an answer says what went wrong."""

    def __init__(self, limits: Limits, *, seconds: float, local_base: LocalBase | None = None) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + seconds
        self._local = local_base
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.requests = 0

    @property
    def remaining_seconds(self) -> float:
        return 0.0 if self._stopped.is_set() else self._deadline - time.monotonic()

    def close(self) -> None:
        """Ends what is under way at its next bytes."""
        self._stopped.set()
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        keep_bytes: int = 0,
        read_bytes: int | None = None,
        unpack: bool = False,
        known: Known | None = None,
    ) -> Answer:
        """Asks for an address, and goes where it is sent.

        Args:
            keep_bytes: how many of the body's first bytes to keep.
            read_bytes: how many to read at most; None: as many as are kept. Only a body that ended by then is
                whole, and has a digest.
            unpack: let the server compress, and undo it.
            known: what is expected. Other bytes have `OTHERS` for a digest.
        """
        url = urldefrag(url).url
        how = _How(
            method, headers or {}, keep_bytes, keep_bytes if read_bytes is None else read_bytes, unpack, known
        )
        hops: list[str] = []
        while True:
            answer = self._tried(how, url)
            target = answer.headers.get("location", "") if answer.status in _REDIRECTS else ""
            if not target:
                return replace(answer, hops=tuple(hops))
            hops.append(url)
            before, url = url, self._public(urldefrag(urljoin(self._local_address(url), target)).url)
            if url in hops or len(hops) > _MOST_HOPS:
                return Answer(url, hops=tuple(hops), failure=Failure("loop", "is sent on without end"))
            if _scheme(before) == "https" and _scheme(url) == "http":
                failure = Failure("insecure", f"is sent on from https to {shown(url)}")
                return Answer(url, hops=tuple(hops), failure=failure)

    def _tried(self, how: _How, url: str) -> Answer:
        """A second time where that may help, and no more: a server in trouble is not helped by a storm."""
        answer = self._once(how, url)
        failed = answer.failure is not None and answer.failure.kind in _PASSING
        if not (failed or answer.cut or answer.status in _BUSY) or self.remaining_seconds <= _PAUSE_SECONDS:
            return answer
        self._stopped.wait(_PAUSE_SECONDS)
        again = self._once(how, url)
        return answer if again.failure is not None and again.failure.kind == "time" else again

    def _once(self, how: _How, url: str) -> Answer:
        if _scheme(url) not in ("http", "https"):
            return Answer(url, failure=Failure("address", "is no http or https address"))
        remaining = self.remaining_seconds
        if remaining <= 0:
            return Answer(url, failure=Failure("time", "was not asked any more"))
        asked = self._local_address(url)
        limits = self._limits
        timeout = urllib3.Timeout(
            connect=min(limits.connect_seconds, remaining), read=min(limits.read_seconds, remaining)
        )
        sent = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "gzip" if how.unpack else "identity",
        }
        with self._lock:
            self.requests += 1
        try:
            response = self._pool(asked).request(
                how.method,
                asked,
                headers=sent | dict(how.headers),
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=timeout,
            )
        except (HTTPError, OSError, ValueError) as error:
            return Answer(url, failure=_failure(error, limits))
        with contextlib.closing(response):
            found = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(url, response.status, found)
            if how.method == "HEAD":
                # Read to its end, which is here, a connection can be used again.
                response.drain_conn()
                return answer
            if response.status not in (200, 206):
                return answer
            return self._read(answer, response, how)

    def _read(self, answer: Answer, response: urllib3.BaseHTTPResponse, how: _How) -> Answer:
        kept, length, cut, whole = list[bytes](), 0, "", False
        known = how.known
        digest = _Comparing(known) if known else hashlib.sha256()
        is_told = known is not None and known.is_of(answer)
        most = min(how.read_bytes, ENOUGH_BYTES) if is_told else how.read_bytes
        # What is undone is copied twice on its way.
        unpack = how.unpack and bool(answer.headers.get("content-encoding"))
        try:
            for block in response.stream(max(1, min(_BLOCK, most)), decode_content=unpack):
                if length < how.keep_bytes:
                    kept.append(block[: how.keep_bytes - length])
                length += len(block)
                digest.update(block)
                if length >= most:
                    break
                if self.remaining_seconds <= 0:
                    cut = "there was no time left for it"
                    break
            else:
                whole = True
        except (HTTPError, OSError, ValueError) as error:
            cut = f"it {_failure(error, self._limits).message}"
        total = digest.hexdigest() if whole else ""
        if isinstance(digest, _Comparing) and is_told and not whole and not cut:
            # The connection is given up with the rest.
            total, length = digest.hexdigest(is_begun=True), answer.content_length or 0
        return replace(answer, body=b"".join(kept), length_bytes=length, digest=total, cut=cut)

    def _local_address(self, url: str) -> str:
        public, local = self._local or ("", "")
        return local + url.removeprefix(public) if public and url.startswith(public) else url

    def _public(self, url: str) -> str:
        public, local = self._local or ("", "")
        return public + url.removeprefix(local) if local and url.startswith(local) else url

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Straight to the host, or through the proxy that the environment names for it."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        proxy = "" if is_loopback(host) or proxy_bypass(host) else getproxies().get(parts.scheme, "")
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str) -> urllib3.PoolManager:
        # Said in full: an older urllib3 checks no certificate unless it is told to.
        context = ssl.create_default_context()
        if not proxy:
            return urllib3.PoolManager(16, maxsize=self._limits.workers, ssl_context=context)
        parts = urlsplit(proxy)
        login = f"{parts.username}:{parts.password or ''}" if parts.username else None
        return urllib3.ProxyManager(
            proxy,
            16,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=login),
            maxsize=self._limits.workers,
            ssl_context=context,
        )


def shown(url: str) -> str:
    """An address that we were sent to, as it may be printed: signatures and passwords stay out."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower() if "://" in url else ""


def _failure(error: Exception, limits: Limits) -> Failure:
    """In plain words; what a library says of itself helps no producer, and may hold a proxy's password."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure("certificate", _certificate(cause))
    if any(type(cause).__name__ in ("NameResolutionError", "gaierror") for cause in causes):
        return Failure("dns", "cannot be found: the host's name is not in the DNS")
    if any(isinstance(cause, ConnectTimeoutError) for cause in causes):
        return Failure("refused", f"could not be connected to within {limits.connect_seconds:g} seconds")
    if any(isinstance(cause, ReadTimeoutError | TimeoutError) for cause in causes):
        return Failure("slow", f"was silent for {limits.read_seconds:g} seconds")
    if isinstance(error, LocationParseError | UnicodeError) or type(error) is ValueError:
        return Failure("address", "is no complete address")
    if any(isinstance(cause, SSLError | ssl.SSLError) for cause in causes):
        return Failure("certificate", "offers no encryption that can be agreed on")
    if any(isinstance(cause, ConnectionRefusedError | NewConnectionError) for cause in causes):
        return Failure("refused", "does not take connections")
    return Failure("broken", "broke off, or does not speak HTTP")


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


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    """By OpenSSL's own numbers (x509_vfy.h): its sentences change between versions."""
    reasons = {
        9: "has a certificate that is not valid yet",
        10: "has a certificate that has expired",
        18: "has a certificate that it signed itself",
        19: "has a certificate signed by nobody who is known",
        20: "has a certificate signed by nobody who is known, or sends it without what leads there",
        62: "has a certificate for another host",
        64: "has a certificate for another host",
    }
    return reasons.get(error.verify_code, f"has a certificate that is not valid ({error.verify_message})")
