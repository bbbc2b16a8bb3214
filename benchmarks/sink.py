"""An S3 server that keeps next to nothing: what a client can send at most, with nothing in its way.

`python -m benchmarks.sink` prints its address and serves until its standard input closes. Bodies are dropped
in the kernel, so that a client has the machine to itself; only what is small is kept and can be read back,
which is what a publish needs. Of what it drops it checks nothing, as if that were done at the far end of a
network: its ETag is the MD5 that the client itself says it has sent. So it proves nothing but speed."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_KEPT_BYTES: Final = 1 << 20
"""Bodies up to this size are kept: feeds, manifests, pages."""

_BLOCK_BYTES: Final = 4 << 20
_HEAD_BYTES: Final = 1 << 16
_XML: Final = "application/xml"
_DROPPED: Final = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0
"""On Linux the kernel throws away what is received so, without copying it (tcp(7))."""


@dataclass(frozen=True, slots=True)
class _Object:
    etag: str
    length_bytes: int
    type: str
    metadata: dict[str, str]
    content: bytes | None
    modified: str


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes | None
    length_bytes: int

    @property
    def etag(self) -> str:
        """The MD5 that the client sent along; of what is small, the right one whatever it sent."""
        if self.content is not None:
            return hashlib.md5(self.content, usedforsecurity=False).hexdigest()
        sent = self.headers.get("content-md5", "")
        if sent:
            import base64

            return base64.b64decode(sent).hex()
        return secrets.token_hex(16)

    @property
    def is_misnamed(self) -> bool:
        """Whether what was kept is not what the signature names."""
        named = self.headers.get("x-amz-content-sha256", "")
        if self.content is None or not re.fullmatch("[0-9a-f]{64}", named):
            return False
        return hashlib.sha256(self.content).hexdigest() != named


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length_bytes: int | None = None


class _Buckets:
    """Every object there is, under its bucket and key."""

    def __init__(self) -> None:
        self._objects: dict[str, _Object] = {}
        self._uploads: dict[str, tuple[dict[str, str], dict[int, tuple[str, int]]]] = {}
        self._lock = threading.Lock()

    def answer(self, request: _Request) -> _Answer:
        with self._lock:
            return getattr(self, f"_{request.method.lower()}", self._unknown)(request)

    def _unknown(self, request: _Request) -> _Answer:
        return _Answer(501, b"<Error><Code>NotImplemented</Code></Error>")

    def _get(self, request: _Request) -> _Answer:
        if "uploads" in request.query:
            return _Answer(200, b"<ListMultipartUploadsResult></ListMultipartUploadsResult>")
        if "/" not in request.path.strip("/"):
            return self._list(request)
        found = self._objects.get(request.path)
        if found is None or found.content is None:
            return _Answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if asked is None:
            return _Answer(200, found.content, _described(found))
        part = found.content[int(asked[1]) : int(asked[2] or found.length_bytes) + 1]
        place = f"bytes {asked[1]}-{int(asked[1]) + len(part) - 1}/{found.length_bytes}"
        return _Answer(206, part, _described(found) | {"Content-Range": place})

    def _list(self, request: _Request) -> _Answer:
        bucket, prefix = request.path.strip("/"), request.query.get("prefix", "")
        names = sorted(name for name in self._objects if name.startswith(f"/{bucket}/{prefix}"))
        rows = (
            f"<Contents><Key>{name.removeprefix(f'/{bucket}/')}</Key><ETag>{item.etag}</ETag>"
            f"<Size>{item.length_bytes}</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Contents>"
            for name, item in ((name, self._objects[name]) for name in names)
        )
        text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>"
        return _Answer(200, text.encode())

    def _head(self, request: _Request) -> _Answer:
        if "/" not in request.path.strip("/"):
            return _Answer(200)
        found = self._objects.get(request.path)
        if found is None:
            return _Answer(404)
        return _Answer(200, b"", _described(found), found.length_bytes)

    def _delete(self, request: _Request) -> _Answer:
        self._uploads.pop(request.query.get("uploadId", ""), None)
        if "uploadId" not in request.query:
            self._objects.pop(request.path, None)
        return _Answer(204)

    def _put(self, request: _Request) -> _Answer:
        if request.is_misnamed:
            return _Answer(400, b"<Error><Code>XAmzContentSHA256Mismatch</Code></Error>")
        if "partNumber" in request.query:
            upload = self._uploads.get(request.query.get("uploadId", ""))
            if upload is None:
                return _Answer(404, b"<Error><Code>NoSuchUpload</Code></Error>")
            upload[1][int(request.query["partNumber"])] = request.etag, request.length_bytes
            return _Answer(200, b"", {"ETag": f'"{request.etag}"'})
        if "/" not in request.path.strip("/"):
            return _Answer(200)
        there = self._objects.get(request.path)
        wanted = request.headers.get("if-match", "").strip('"')
        if wanted and (there is None or there.etag != wanted):
            return _Answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        if there is not None and request.headers.get("if-none-match") == "*":
            return _Answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        etag = request.etag
        self._keep(request.path, etag, request.length_bytes, request.headers, request.content)
        return _Answer(200, b"", {"ETag": f'"{etag}"'})

    def _post(self, request: _Request) -> _Answer:
        key = request.path.lstrip("/").partition("/")[2]
        if "uploads" in request.query:
            name = secrets.token_hex(16)
            self._uploads[name] = request.headers, {}
            return _Answer(200, _told("InitiateMultipartUploadResult", Key=key, UploadId=name))
        headers, parts = self._uploads.pop(request.query.get("uploadId", ""), ({}, {}))
        if not parts:
            return _Answer(404, b"<Error><Code>NoSuchUpload</Code></Error>")
        digests = b"".join(bytes.fromhex(parts[number][0]) for number in sorted(parts))
        etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
        self._keep(request.path, etag, sum(length for _, length in parts.values()), headers, None)
        return _Answer(200, _told("CompleteMultipartUploadResult", Key=key, ETag=f'"{etag}"'))

    def _keep(
        self, path: str, etag: str, length_bytes: int, headers: dict[str, str], content: bytes | None
    ) -> None:
        metadata = {name: value for name, value in headers.items() if name.startswith("x-amz-meta-")}
        type = headers.get("content-type", "binary/octet-stream")
        moment = formatdate(usegmt=True)
        self._objects[path] = _Object(etag, length_bytes, type, metadata, content, moment)


def _described(found: _Object) -> dict[str, str]:
    return {"ETag": f'"{found.etag}"', "Content-Type": found.type, "Last-Modified": found.modified} | (
        found.metadata
    )


def _told(kind: str, **values: str) -> bytes:
    rows = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><{kind}>{rows}</{kind}>'.encode()


class _Connection:
    """One client's connection, request after request."""

    def __init__(self, connection: socket.socket, buckets: _Buckets) -> None:
        self._connection = connection
        self._buckets = buckets
        self._rest = b""
        self._block = bytearray(_BLOCK_BYTES)

    def serve(self) -> None:
        with self._connection as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                for request in self._requests():
                    connection.sendall(_as_bytes(request, self._buckets.answer(request)))
            except (ConnectionError, ValueError):
                return

    def _requests(self) -> Iterator[_Request]:
        while head := self._head():
            first, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            if headers.get("expect", "").lower() == "100-continue":
                self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            length = int(headers.get("content-length") or 0)
            content = None
            if length <= _KEPT_BYTES:
                content = self._received(length)
            else:
                self._drop(length)
            # A signed body in chunks (`aws-chunked`) says how long it is without what frames them.
            length = int(headers.get("x-amz-decoded-content-length") or length)
            parts = urlsplit(target)
            query = {name: values[0] for name, values in parse_qs(parts.query, True).items()}
            yield _Request(method, unquote(parts.path), query, headers, content, length)

    def _head(self) -> bytes:
        while b"\r\n\r\n" not in self._rest:
            more = self._connection.recv(_HEAD_BYTES)
            if not more:
                return b""
            self._rest += more
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return head

    def _received(self, length: int) -> bytes:
        while len(self._rest) < length:
            more = self._connection.recv(length - len(self._rest))
            if not more:
                raise ConnectionResetError
            self._rest += more
        content, self._rest = self._rest[:length], self._rest[length:]
        return content

    def _drop(self, length: int) -> None:
        left = length - len(self._rest[:length])
        self._rest = self._rest[length:]
        while left:
            count = self._connection.recv_into(self._block, min(left, _BLOCK_BYTES), _DROPPED)
            if not count:
                raise ConnectionResetError
            left -= count


def _as_bytes(request: _Request, answer: _Answer) -> bytes:
    length = len(answer.content) if answer.length_bytes is None else answer.length_bytes
    headers = {"Content-Type": _XML, "Content-Length": str(length)} | answer.headers
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    content = b"" if request.method == "HEAD" else answer.content
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def main() -> None:
    """Serves until standard input closes."""
    buckets = _Buckets()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)

    def accept() -> None:
        for number in itertools.count():
            connection, _ = listener.accept()
            serve = _Connection(connection, buckets).serve
            threading.Thread(target=serve, name=f"connection-{number}", daemon=True).start()

    threading.Thread(target=accept, name="listener", daemon=True).start()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
