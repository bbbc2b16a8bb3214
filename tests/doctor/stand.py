"""Running the doctor, and looking at what it left."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from publisher.diagnosing.probe import Probe
from publisher.diagnosing.visit import Diagnosis
from tests.servers.server import S3Server

PREFIX = "shows/one"


@dataclass(frozen=True)
class Place:
    """A prefix of a bucket, and the address under which anybody would read below it."""

    server: S3Server
    bucket: str
    prefix: str = PREFIX

    @property
    def to(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def url(self) -> str:
        """Without opening anything."""
        account = self.server.access_key.partition(":")[0]
        root = f"v1/AUTH_{account}/" if self.server.kind == "swift" else ""
        return f"{self.server.endpoint}/{root}{self.bucket}/{self.prefix}/"

    def names(self) -> set[str]:
        """Every key of the bucket."""
        pages = self.server.client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def uploads(self) -> list[str]:
        found = self.server.client().list_multipart_uploads(Bucket=self.bucket)
        return [upload["Key"] for upload in found.get("Uploads", [])]

    def assert_untouched(self, *, but: set[str] | None = None) -> None:
        assert self.names() == (but or set())
        assert self.uploads() == []


def outcomes(found: Diagnosis) -> dict[str, str]:
    return {probe.name: probe.outcome for probe in found.probes}


def not_well(found: Diagnosis) -> dict[str, str]:
    """What is not there, with its outcome."""
    return {name: outcome for name, outcome in outcomes(found).items() if outcome != "ok"}


def probe_of(found: Diagnosis, name: str) -> Probe:
    (probe,) = (probe for probe in found.probes if probe.name == name)
    return probe


@dataclass
class Shown:
    """An answer on its way out, for a misbehaviour to change."""

    method: str
    path: str
    asked: dict[str, str]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Misbehaviour = Callable[[Shown], None]

_TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".txt": "text/plain; charset=utf-8",
}


@contextlib.contextmanager
def serving(folder: Path, misbehave: Misbehaviour = lambda _: None) -> Iterator[str]:
    """A web server for a folder that does all that a podcast wants, then what `misbehave` makes of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            shown = Shown(self.command, self.path.partition("?")[0], asked)
            _answer(folder, shown)
            misbehave(shown)
            self.send_response_only(shown.status)
            shown.headers.setdefault("Content-Length", str(len(shown.body)))
            for name, value in shown.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(shown.body)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(folder: Path, shown: Shown) -> None:
    cors = {"Access-Control-Allow-Origin": "*"}
    if shown.method == "OPTIONS":
        shown.status = 204
        shown.headers = cors | {
            "Access-Control-Allow-Methods": "GET, HEAD",
            "Access-Control-Allow-Headers": "Range",
        }
        return
    path = folder / shown.path.lstrip("/")
    if not path.is_file():
        shown.status = 404
        return
    shown.body = path.read_bytes()
    etag = f'"{hash(shown.body):x}"'
    shown.headers = cors | {
        "Access-Control-Expose-Headers": "Content-Length, Content-Range",
        "Content-Type": _TYPES.get(path.suffix, "application/octet-stream"),
        "Cache-Control": "no-cache",
        "ETag": etag,
    }
    if shown.asked.get("if-none-match") == etag:
        shown.status, shown.body = 304, b""
    elif (wanted := shown.asked.get("range", "")).startswith("bytes="):
        first, last = (int(number) for number in wanted.removeprefix("bytes=").split("-"))
        shown.headers["Content-Range"] = f"bytes {first}-{last}/{len(shown.body)}"
        shown.status, shown.body = 206, shown.body[first : last + 1]
    elif shown.method == "HEAD":
        shown.headers["Content-Length"] = str(len(shown.body))


def settings_of(server: S3Server) -> dict[str, str]:
    """An environment for a process that sees this server and no setting of this machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PUBLISHER_"))}
    return kept | server.environment()


def document_of(stdout: bytes) -> dict[str, Any]:
    (show,) = json.loads(stdout)["shows"]
    assert isinstance(show, dict)
    return show
