"""A small web server that serves a published show well, but for the faults that a test plants.

It is none of publisher's own: what verify says of it, it says of a stranger.
"""

from __future__ import annotations

import contextlib
import hashlib
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publisher.media_types import content_type

Planted = Callable[["Request"], bool]
"""Answers a request in its own way; False leaves it to the server."""


@dataclass
class Site:
    """A running server and what is planted on it."""

    url: str
    folder: Path
    planted: dict[str, Planted] = field(default_factory=dict)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent_bytes: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        self.planted.clear()
        self.asked.clear()
        self.sent_bytes = 0

    def read(self, key: str) -> bytes:
        return (self.folder / key).read_bytes()


class Request(BaseHTTPRequestHandler):
    """One request; `body` and `headers_out` are what a good server would send."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        # A client that takes this for its proxy asks for whole addresses.
        self.key = urlsplit(self.path).path.lstrip("/")
        if not self.key or self.key.endswith("/"):
            self.key += "index.html"
        self.site.asked[(self.command, self.key)] += 1
        plant = self.site.planted.get(self.key) or self.site.planted.get("*")
        with contextlib.suppress(ConnectionError):
            if plant is None or not plant(self):
                self.well()

    do_HEAD = do_GET

    def well(
        self, body: bytes | None = None, *, ranges: bool = True, status: int = 200, **headers: str | None
    ) -> bool:
        """The object (or `body` in its place), with these headers instead; None leaves one out."""
        path = self.site.folder / self.key
        if body is None and not path.is_file():
            return self.bare(404)
        data = path.read_bytes() if body is None else body
        etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        said: dict[str, str | None] = {
            "Content-Type": content_type(self.key),
            "ETag": etag,
            "Accept-Ranges": "bytes",
            "Access-Control-Allow-Origin": "*",
        }
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        known = [(name.lower(), value) for name, value in said.items()]
        if self.headers.get("If-None-Match") == etag and ("etag", etag) in known:
            return self.bare(304, ETag=etag)
        wanted = self.headers.get("Range", "")
        if wanted and ranges:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(data)), len(data) - 1)
            said.setdefault("Content-Range", f"bytes {start}-{end}/{len(data)}")
            data, status = data[start : end + 1], 206
        said.setdefault("Content-Length", str(len(data)))
        self.head(status, said)
        if self.command != "HEAD":
            self.send(data)
        return True

    def bare(self, status: int, **headers: str) -> bool:
        """An answer without a body."""
        self.head(status, {"Content-Length": "0"} | {n.replace("_", "-"): v for n, v in headers.items()})
        return True

    def head(self, status: int, headers: dict[str, Any]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.site.sent_bytes += len(data)

    def hang_up(self) -> bool:
        self.close_connection = True
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or refuses the certificate, is what many of these tests are about."""


@contextlib.contextmanager
def serving(folder: Path, context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serves the folder on a free port of loopback while the block runs."""
    handler = type("Handler", (Request,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site = Site(f"http{'s' if context else ''}://127.0.0.1:{server.server_port}/", folder)
    handler.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
