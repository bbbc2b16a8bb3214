"""A forward proxy on loopback that writes down what passes: the way to see what a client really asks."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_BLOCK = 1 << 16
_SLOW_BLOCK = 1 << 13
_HOP_BY_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Exchange:
    """A request and what was answered; names of headers are lowercase."""

    method: str
    url: str
    asked: dict[str, str]
    status: int
    answered: dict[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass
class Relay:
    """A running proxy."""

    url: str
    exchanges: list[Exchange] = field(default_factory=list)

    def of(self, path: str) -> list[Exchange]:
        """What was asked of a path, in order."""
        return [exchange for exchange in self.exchanges if exchange.path == path]


@contextlib.contextmanager
def relaying(*, bytes_per_second: int | None = None) -> Iterator[Relay]:
    """A proxy for as long as the block runs; clients find it by `http_proxy`.

    Args:
        bytes_per_second: how fast an answer is passed on; None: as fast as it comes. On a loopback a whole
            file may lie in a client's buffers before it has looked at the first byte.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _pass_on(self, relay, bytes_per_second)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the exchanges are the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    relay = Relay(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, name="relay", daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _pass_on(request: BaseHTTPRequestHandler, relay: Relay, bytes_per_second: int | None) -> None:
    parts = urlsplit(request.path)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    asked = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    with contextlib.closing(connection):
        connection.request(request.command, path, headers=asked)
        response = connection.getresponse()
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP]
        relay.exchanges.append(
            Exchange(
                request.command,
                request.path,
                {name.lower(): value for name, value in asked.items()},
                response.status,
                {name.lower(): value for name, value in headers},
            )
        )
        request.send_response_only(response.status)
        for name, value in headers:
            request.send_header(name, value)
        request.end_headers()
        # A player that jumps on hangs up in the middle.
        with contextlib.suppress(ConnectionError):
            while block := response.read(_BLOCK if bytes_per_second is None else _SLOW_BLOCK):
                request.wfile.write(block)
                if bytes_per_second is not None:
                    time.sleep(len(block) / bytes_per_second)
