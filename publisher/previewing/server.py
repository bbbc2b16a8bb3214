"""The preview's HTTP server: a published show out of a chain of folders, on loopback.

It answers as a good object store does (HEAD, byte ranges, ETags, CORS), so that a podcast app that works
against the preview works against the bucket.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from publisher.errors import UsageError
from publisher.media_types import cache_control, content_type
from publisher.previewing.live import Live, Served
from publisher.previewing.objects import Found, exists, find, key_of
from publisher.previewing.ranges import Range, parse_range, precondition, range_allowed
from publisher.previewing.rewrite import rewriter

_log = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 20
_SHUTDOWN_SECONDS = 2
_END_SECONDS = 15.0

_EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified",
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
}
_METHODS = "GET, HEAD, OPTIONS"
_OPTIONS = {
    "Allow": _METHODS,
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "Range, If-Range, If-Match, If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "600",
}


def make_app(
    layers: Sequence[Path] = (),
    *,
    public_url: str = "",
    local_url: str,
    redirect: str = "",
    live: Live | None = None,
) -> Starlette:
    """An application that serves the objects below `layers` by their keys.

    Args:
        layers: folders, asked in turn; the first that holds an object wins. They are read at each request,
            so what changes there is seen at once, and they may come into being later.
        public_url: address that the published files were written for.
        local_url: address that this application is reached by. Where the two differ, `public_url` is replaced
            in feeds, pages and JSON on the way out.
        redirect: address of the published show, to which paths that no layer holds are sent on, except feeds.
        live: where the other arguments come from at each request, and what tells open pages of changes.
    """
    fixed = Served(tuple(layers), public_url, redirect)

    # A plain function: starlette runs it in a thread, where it may wait for the disk.
    def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_EVERYWHERE | _OPTIONS)
        path = request.scope["path"]
        if live is not None and (told := live.answer(request)) is not None:
            return told
        key = key_of(path)
        if key is None:
            raise HTTPException(404)
        if not key or key.endswith("/"):
            key += "index.html"
        served = live.served if live else fixed
        rewrite = rewriter(served.public_url, local_url)
        if live is not None and key.endswith(".html"):
            rewrite = _in_turn(rewrite, live.with_script)
        found = find(served.layers, key, rewrite)
        if found is not None:
            return _answer_object(found, request)
        if exists(served.layers, f"{key}/index.html"):
            return _moved(f"{quote(path)}/", request.url.query)
        elsewhere = served.redirect.rstrip("/")
        if elsewhere not in ("", local_url.rstrip("/")) and content_type(key) != content_type("feed.xml"):
            return _moved(f"{elsewhere}{quote(path)}", request.url.query)
        raise HTTPException(404)

    app = Starlette(
        routes=[Route("/{path:path}", answer, methods=["GET", "HEAD", "OPTIONS"])],
        exception_handlers={HTTPException: _answer_problem, Exception: _answer_failure},
    )
    app.state.live = live
    return app


def _in_turn(first: Callable[[bytes], bytes], second: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda data: second(first(data))


def _answer_object(found: Found, request: Request) -> Response:
    headers = _EVERYWHERE | {
        "Content-Type": found.type,
        "ETag": found.etag,
        "Last-Modified": found.last_modified,
        "Cache-Control": cache_control(found.key),
    }
    if found.encoding:
        headers["Content-Encoding"] = found.encoding
    status = precondition(request.headers, etag=found.etag, modified_seconds=found.modified_seconds)
    if status != 200:
        found.file.close()
        if status == 304:
            del headers["Content-Type"]
        return Response(status_code=status, headers=headers)
    ranges = _ranges(found, request)
    if ranges == ():
        found.file.close()
        del headers["ETag"], headers["Last-Modified"]
        headers |= {"Content-Range": f"bytes */{found.length_bytes}", "Cache-Control": "no-cache"}
        return Response(status_code=416, headers=headers)
    parts, more, length_bytes = _parts(found, ranges)
    headers |= more | {"Content-Length": str(length_bytes)}
    status = 200 if ranges is None else 206
    # RFC 9110 defines ranges for GET alone; object stores and the directories' own tests use HEAD as well.
    if request.method == "HEAD":
        found.file.close()
        return Response(status_code=status, headers=headers)
    return _Streamed(found, parts, status_code=status, headers=headers)


def _ranges(found: Found, request: Request) -> tuple[Range, ...] | None:
    wanted = request.headers.get("range")
    if wanted is None or not range_allowed(
        request.headers, etag=found.etag, last_modified=found.last_modified
    ):
        return None
    return parse_range(wanted, found.length_bytes)


def _parts(found: Found, ranges: tuple[Range, ...] | None) -> tuple[list[bytes | Range], dict[str, str], int]:
    """What to send in turn, the headers it asks for, and its whole length."""
    if ranges is None:
        return [Range(0, found.length_bytes)], {}, found.length_bytes
    if len(ranges) == 1:
        (part,) = ranges
        return [part], {"Content-Range": _content_range(part, found)}, part.length_bytes
    boundary = token_hex(16)
    parts: list[bytes | Range] = []
    for part in ranges:
        about = f"Content-Type: {found.type}\r\nContent-Range: {_content_range(part, found)}"
        parts += [f"\r\n--{boundary}\r\n{about}\r\n\r\n".encode(), part]
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    length_bytes = sum(part.length_bytes if isinstance(part, Range) else len(part) for part in parts)
    return parts, {"Content-Type": f"multipart/byteranges; boundary={boundary}"}, length_bytes


def _content_range(part: Range, found: Found) -> str:
    return f"bytes {part.start}-{part.end - 1}/{found.length_bytes}"


class _Streamed(StreamingResponse):
    """Sends parts of an open object, a chunk at a time, and closes it however the request ends."""

    def __init__(
        self, found: Found, parts: list[bytes | Range], *, status_code: int, headers: dict[str, str]
    ) -> None:
        self._file = found.file
        super().__init__(self._chunks(parts), status_code=status_code, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()

    async def _chunks(self, parts: list[bytes | Range]) -> AsyncIterator[bytes]:
        for part in parts:
            if isinstance(part, bytes):
                yield part
                continue
            position = part.start
            while position < part.end:
                chunk = await anyio.to_thread.run_sync(self._read, position, part.end)
                position += len(chunk)
                yield chunk

    def _read(self, position: int, end: int) -> bytes:
        self._file.seek(position)
        chunk = self._file.read(min(_CHUNK_BYTES, end - position))
        if not chunk:
            raise EOFError("the object became shorter while it was served")
        return chunk


def _moved(address: str, query: str) -> Response:
    headers = _EVERYWHERE | {"Cache-Control": "no-cache"}
    return RedirectResponse(f"{address}?{query}" if query else address, status_code=302, headers=headers)


def _answer_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.status_code == 405:
        title, text = "Method not allowed", "A published show can be read, and nothing else."
        return _page(405, title, text, headers=_OPTIONS)
    path = request.scope["path"]
    text = f"The published show has nothing at {path!r}. What it has begins at its home page and in feed.xml."
    return _page(error.status_code, "Not found", text, live=request.app.state.live)


def _answer_failure(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    return _page(500, "This went wrong", "The preview could not answer; its log says why.")


def _page(
    status: int, title: str, text: str, *, live: Live | None = None, headers: dict[str, str] | None = None
) -> Response:
    style = (
        ":root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;"
        "margin:18vh auto;padding:0 1.5rem;overflow-wrap:anywhere}"
    )
    content = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n"
        f'<p><a href="/">Home page</a> · <a href="/feed.xml">feed.xml</a></p>\n</body>\n</html>\n'
    )
    return HTMLResponse(
        live.with_script(content.encode()) if live else content,
        status,
        headers=_EVERYWHERE | {"Cache-Control": "no-cache"} | (headers or {}),
    )


def bind(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket, so that the address is known before the application is made.

    Port 0 is any free one.

    Raises:
        UsageError: the port is taken, or not for us.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Or the end of every answer waits 40 ms for the client to say that it got the beginning; connections
        # have it from here, since asyncio sets it for sockets alone that say they are TCP's.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        why = {errno.EADDRINUSE: "is taken by another program", errno.EACCES: "is reserved for the system"}
        reason = why.get(getattr(error, "errno", None) or 0, f"cannot be used ({error})")
        raise UsageError(
            f"port {port} on {host} {reason}",
            help="choose another with --port, or any free one with --port 0",
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """The base URL of a listening socket: `http://127.0.0.1:8000/`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    """Ends quietly on Ctrl-C and SIGTERM; uvicorn would raise the signal again once it has shut down."""

    told: Callable[[], None] | None = None
    live: Live | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.told is not None:
            self.told()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.live is not None:
            self.live.close()
        await super().shutdown(sockets)
        # A client that does not read keeps its connection open past the time limit, waiting to be flushed.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    app: Starlette,
    *,
    host: str = "127.0.0.1",
    port: int,
    listener: socket.socket | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serves until Ctrl-C or SIGTERM, then returns; transfers under way have two seconds to end.

    Args:
        listener: what `bind` gave; without it `host` and `port` are bound here.
        ready: told the base URL once requests are answered.

    Raises:
        UsageError: the port is taken.
    """
    listener = listener or bind(port, host)
    server = _server(app)
    if ready is not None:
        base_url = address(listener)
        server.told = lambda: ready(base_url)
    try:
        server.run(sockets=[listener])
    finally:
        listener.close()


@contextmanager
def serving(app: Starlette, *, listener: socket.socket | None = None) -> Iterator[str]:
    """Serves in a thread while the block runs, and gives the base URL."""
    listener = listener or bind(0)
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="preview", daemon=True)
    thread.start()
    try:
        yield address(listener)
    finally:
        server.should_exit = True
        thread.join(_END_SECONDS)
        listener.close()


def _server(app: Starlette) -> _Server:
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )
    server.live = app.state.live
    return server
