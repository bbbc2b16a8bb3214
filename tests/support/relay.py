"""A forward proxy on loopback that writes down what passes: the way to see what a client really asks."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_BLOCK = 1 << 16
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
def relaying() -> Iterator[Relay]:
    """A proxy for as long as the block runs; clients find it by `http_proxy`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _pass_on(self, relay)

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


def _pass_on(request: BaseHTTPRequestHandler, relay: Relay) -> None:
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
            while block := response.read(_BLOCK):
                request.wfile.write(block)
