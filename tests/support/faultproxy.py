"""A reverse proxy on loopback in front of a real S3 server, which can fail in every way on a chosen request.

    with proxying(server.endpoint) as proxy:
        proxy.arm(FAULTS["reset-after"], at=7)
        ...                       # whoever publishes finds the store at proxy.endpoint
        assert proxy.struck

Requests are counted in the order in which they arrive, from 1. Signatures stay valid: SigV4 signs the `Host`
that the client sent, so it is passed on as it came, and so is every other header that may be signed.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Literal
from urllib.parse import urlsplit

Mode = Literal["once", "stubborn", "forever"]
"""`once`: the n-th request alone. `stubborn`: that one, and whoever asks the same again. `forever`: every
request from the n-th on."""

HOLD_SECONDS: Final = 20.0
"""A stalled request is dropped after so long even when the client waits on."""

_NOT_PASSED_ON: Final = {"connection", "expect", "proxy-connection", "keep-alive", "transfer-encoding"}
_NO_BODY: Final = {204, 304}


@dataclass(frozen=True)
class Request:
    """What the client sent."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def __str__(self) -> str:
        return f"{self.method} {self.target}"


@dataclass(frozen=True)
class Answer:
    """What the server answered, its body whole."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Call:
    """One request at the proxy, as a fault handles it."""

    request: Request
    connection: socket.socket
    upstream: str

    def forward(self, request: Request | None = None) -> Answer:
        """Sends the request on, whole, and gives the server's answer."""
        request = request or self.request
        parts = urlsplit(self.upstream)
        assert parts.hostname
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        with contextlib.closing(connection):
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in _NOT_PASSED_ON:
                    connection.putheader(name, value)
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            return Answer(response.status, tuple(response.getheaders()), response.read())

    def forward_half(self) -> None:
        """Sends the head and half of the body on, and breaks off."""
        request, parts = self.request, urlsplit(self.upstream)
        head = [f"{request.method} {request.target} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in request.headers if name.lower() not in _NOT_PASSED_ON]
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60) as server:
            server.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n")
            server.sendall(request.body[: len(request.body) // 2])

    def send(self, answer: Answer, *, bytes_at_most: int | None = None) -> None:
        """Gives an answer to the client; all of it, or its head and only so much of its body."""
        is_head = self.request.method == "HEAD"
        lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'Said')}"]
        lines += [
            f"{name}: {value}"
            for name, value in answer.headers
            if name.lower() not in _NOT_PASSED_ON and (is_head or name.lower() != "content-length")
        ]
        if not is_head and answer.status not in _NO_BODY:
            lines.append(f"Content-Length: {len(answer.body)}")
        body = b"" if is_head else answer.body[:bytes_at_most]
        self.connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def refuse(self, status: int, code: str) -> None:
        """Answers as an S3 server does that will not."""
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message/></Error>'.encode()
        )
        # An answer to HEAD has no body, and so no code: its length says so.
        length = () if self.request.method != "HEAD" else (("Content-Length", "0"),)
        self.send(Answer(status, (("Content-Type", "application/xml"), *length), body))

    def reset(self) -> None:
        """Ends the connection the hard way."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise BrokenOff

    def hold(self) -> None:
        """Says nothing until the client has gone away."""
        waiting = select.poll()
        waiting.register(self.connection, select.POLLIN | select.POLLHUP | select.POLLRDHUP)
        waiting.poll(HOLD_SECONDS * 1000)


class BrokenOff(Exception):
    """The connection to the client is to be closed, without another word."""


@dataclass(frozen=True)
class Fault:
    """One way to fail.

    Attributes:
        act: takes the place of passing the request on.
        takes_effect: whether the server does what it was asked, so that the client is told wrongly.
        applies: to which requests; others are passed on.
    """

    name: str
    act: Callable[[Call], None]
    takes_effect: bool = False
    applies: Callable[[Request], bool] = lambda request: True


@dataclass
class FaultProxy:
    """A running proxy."""

    upstream: str
    endpoint: str
    requests: list[Request] = field(default_factory=list)
    """All since the last `clear`, in the order of arrival."""
    struck: list[Request] = field(default_factory=list)
    """Those that a fault was done to."""
    connections: int = 0
    """How many clients have opened since the last `clear`."""
    broken: list[str] = field(default_factory=list)
    """What went wrong in the proxy itself."""
    _fault: Fault | None = None
    _at: int = 0
    _mode: Mode = "once"
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, fault: Fault, *, at: int, mode: Mode = "once") -> None:
        """Forgets what was counted; the `at`-th request from here on gets the fault."""
        with self._lock:
            self._fault, self._at, self._mode = fault, at, mode
            self.requests, self.struck = [], []

    def clear(self) -> None:
        """No fault any more, and nothing counted."""
        with self._lock:
            self._fault = None
            self.requests, self.struck, self.connections = [], [], 0

    def opened(self) -> None:
        """Counts a connection."""
        with self._lock:
            self.connections += 1

    def due(self, request: Request) -> Fault | None:
        """Counts a request, and gives the fault that it is to meet."""
        with self._lock:
            self.requests.append(request)
            fault, count = self._fault, len(self.requests)
            if fault is None or count < self._at or not fault.applies(request):
                return None
            if count > self._at:
                same = self._mode == "forever" or (self._mode == "stubborn" and self._repeats(request))
                if not same:
                    return None
            self.struck.append(request)
            return fault

    def _repeats(self, request: Request) -> bool:
        first = self.requests[self._at - 1]
        return (request.method, request.path) == (first.method, first.path)


@contextlib.contextmanager
def proxying(upstream: str) -> Iterator[FaultProxy]:
    """A proxy before the server at `upstream`, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 60

        def setup(self) -> None:
            proxy.opened()
            super().setup()

        def do_GET(self) -> None:
            try:
                _handle(self, proxy)
            except (BrokenOff, ConnectionError, TimeoutError):
                self.close_connection = True

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the requests are the log."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
            # Without the orderly end that would go before: what is to be reset has to be reset.
            assert isinstance(request, socket.socket)
            self.close_request(request)

        def handle_error(self, request: object, client_address: object) -> None:
            import sys

            error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
            if not isinstance(error, ConnectionError | TimeoutError):
                proxy.broken.append(repr(error))

    server = Server(("127.0.0.1", 0), Handler)
    proxy = FaultProxy(upstream, f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="fault-proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handle(handler: BaseHTTPRequestHandler, proxy: FaultProxy) -> None:
    length = int(handler.headers.get("Content-Length") or 0)
    body = handler.rfile.read(length)
    if len(body) < length:
        raise BrokenOff
    request = Request(handler.command, handler.path, tuple(handler.headers.items()), body)
    call = Call(request, handler.connection, proxy.upstream)
    fault = proxy.due(request)
    if fault is None:
        call.send(call.forward())
    else:
        fault.act(call)


def _has_body(request: Request) -> bool:
    return bool(request.body)


def _changes(request: Request) -> bool:
    return request.method in ("PUT", "POST", "DELETE")


def _refusing(status: int, code: str) -> Callable[[Call], None]:
    return lambda call: call.refuse(status, code)


def _stall(call: Call) -> None:
    call.hold()
    raise BrokenOff


def _late(call: Call) -> None:
    call.hold()
    call.forward()
    raise BrokenOff


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :] if data else data


def _corrupt_request(call: Call) -> None:
    call.send(call.forward(replace(call.request, body=_flip(call.request.body))))


def _cut_request(call: Call) -> None:
    call.forward_half()
    call.reset()


def _corrupt_response(call: Call) -> None:
    answer = call.forward()
    call.send(replace(answer, body=_flip(answer.body)))


def _cut_response(call: Call) -> None:
    answer = call.forward()
    call.send(answer, bytes_at_most=len(answer.body) // 2)
    raise BrokenOff


def _reset_after(call: Call) -> None:
    call.forward()
    call.reset()


def _fail_after(call: Call) -> None:
    call.forward()
    call.refuse(500, "InternalError")


def _replay(call: Call) -> None:
    call.forward()
    call.send(call.forward())


def _delay(call: Call) -> None:
    answer = call.forward()
    # Long enough for the other threads of a release to overtake.
    threading.Event().wait(0.15)
    call.send(answer)


FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault
    for fault in (
        Fault("500-before", _refusing(500, "InternalError")),
        Fault("503-slow-down", _refusing(503, "SlowDown")),
        Fault("429", _refusing(429, "TooManyRequests")),
        Fault("reset-before", Call.reset),
        Fault("stall", _stall),
        Fault("late", _late, takes_effect=True, applies=_changes),
        Fault("clock-skew", _refusing(403, "RequestTimeTooSkewed")),
        Fault("expired", _refusing(400, "ExpiredToken")),
        Fault("denied", _refusing(403, "AccessDenied")),
        Fault("no-bucket", _refusing(404, "NoSuchBucket")),
        Fault("quota", _refusing(403, "QuotaExceeded"), applies=_changes),
        Fault("507-full", _refusing(507, "InsufficientStorage"), applies=_changes),
        Fault("request-corrupted", _corrupt_request, applies=_has_body),
        Fault("request-cut", _cut_request, applies=_has_body),
        Fault("reset-after", _reset_after, takes_effect=True),
        Fault("500-after", _fail_after, takes_effect=True),
        Fault("answer-cut", _cut_response, takes_effect=True),
        Fault("answer-corrupted", _corrupt_response, takes_effect=True),
        Fault("replayed", _replay, takes_effect=True),
        Fault("delayed", _delay, takes_effect=True),
    )
}
"""Every way to fail, by its name."""


def killing(kill: Callable[[], None], *, after: bool) -> Fault:
    """A fault that calls `kill`, which has to end the client: before the request is passed on, or after."""

    def act(call: Call) -> None:
        if after:
            call.forward()
        kill()
        raise BrokenOff

    return Fault(f"killed-{'after' if after else 'before'}", act, takes_effect=after)
