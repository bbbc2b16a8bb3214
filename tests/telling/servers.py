"""Servers of our own on loopback: a static host, a WebSub hub with a subscriber, podping, networks, SMTP.

Each refuses what the real one refuses, and keeps what it was sent. `plan` is a list of statuses that are
answered first, one a request, before it does what it is there for.
"""

from __future__ import annotations

import base64
import json
import re
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import urllib3

WAIT_SECONDS: Final = 10.0
Answer = tuple[int, dict[str, str], bytes]


def until(condition: Callable[[], bool]) -> None:
    """Polls; fails where it does not come true in time."""
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """A server that answers by `answer`, after `plan`."""

    plan: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    before: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        return 200, {}, b""

    def handled(self, request: Request) -> Answer:
        self.before()
        with self.lock:
            self.requests.append(request)
            if self.plan:
                status = self.plan.pop(0)
                # Some servers repeat what they were sent.
                told = json.dumps(request.headers).encode() + request.body
                return status, {"Location": "https://elsewhere.example/"}, told
            return self.answer(request)


@contextmanager
def running(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            status, more, body = service.handled(request)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _do

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    with _serving(server):
        yield service


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=partial(server.serve_forever, 0.02), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def hosting(folder: Path) -> Iterator[str]:
    """A web server over a folder, as a bucket's public side; gives its address."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None: ...

    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    with _serving(server):
        yield f"http://127.0.0.1:{server.server_port}/"


def got(url: str) -> bytes:
    return urllib3.PoolManager().request("GET", url, retries=False).data


@dataclass
class Hub(Service):
    """A WebSub hub: it verifies who subscribes, and fetches a feed when it is told that it is new."""

    subscribers: list[tuple[str, str]] = field(default_factory=list)
    fetched: list[bytes] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        form = request.form
        if request.method != "POST" or request.headers["content-type"] != "application/x-www-form-urlencoded":
            return 400, {}, b"a form is wanted"
        if form.get("hub.mode") == "subscribe":
            return self._subscribe(form["hub.topic"], form["hub.callback"])
        if form.get("hub.mode") != "publish" or not form.get("hub.url", "").startswith("http"):
            return 400, {}, b"hub.mode=publish and hub.url are wanted"
        self._distribute(form["hub.url"])
        return 204, {}, b""

    def _subscribe(self, topic: str, callback: str) -> Answer:
        # https://www.w3.org/TR/websub/#hub-verifies-intent
        challenge = f"challenge-{len(self.subscribers)}"
        asked = urlencode(
            {
                "hub.mode": "subscribe",
                "hub.topic": topic,
                "hub.challenge": challenge,
                "hub.lease_seconds": 60,
            }
        )
        if got(f"{callback}?{asked}") != challenge.encode():
            return 400, {}, b"the subscriber does not want it"
        self.subscribers.append((topic, callback))
        return 202, {}, b""

    def _distribute(self, topic: str) -> None:
        feed = got(topic)
        self.fetched.append(feed)
        for wanted, callback in self.subscribers:
            if wanted == topic:
                link = f'<{self.url}>; rel="hub", <{topic}>; rel="self"'
                headers = {"Content-Type": "application/rss+xml", "Link": link}
                urllib3.PoolManager().request("POST", callback, body=feed, headers=headers, retries=False)

    @property
    def pings(self) -> list[str]:
        return [r.form["hub.url"] for r in self.requests if r.form.get("hub.mode") == "publish"]


@dataclass
class Subscriber(Service):
    """An app that finds the hub in the feed, confirms what it wanted, and gets the feed by it."""

    topic: str = ""
    received: list[bytes] = field(default_factory=list)

    def subscribe(self, feed_url: str) -> None:
        found = re.search(rb'rel="hub" href="([^"]+)"|href="([^"]+)" rel="hub"', got(feed_url))
        assert found, "the feed names no hub"
        hub = (found[1] or found[2]).decode()
        self.topic = feed_url
        form = {"hub.mode": "subscribe", "hub.topic": feed_url, "hub.callback": f"{self.url}/callback"}
        answer = urllib3.PoolManager().request(
            "POST",
            hub,
            body=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            retries=False,
        )
        assert answer.status == 202, answer.data

    def answer(self, request: Request) -> Answer:
        if request.method == "GET":
            right = request.query.get("hub.topic") == self.topic
            return (200, {}, request.query["hub.challenge"].encode()) if right else (404, {}, b"")
        self.received.append(request.body)
        return 200, {}, b""


@dataclass
class Podping(Service):
    token: str = "podping-token"

    def answer(self, request: Request) -> Answer:
        query = request.query
        if request.headers.get("authorization") != self.token or not request.headers.get("user-agent"):
            return 401, {}, b"Invalid Authorization header"
        if request.method != "GET" or not query.get("url", "").startswith("http"):
            return 400, {}, b""
        if query.get("reason") not in ("update", "live") or "medium" not in query:
            return 400, {}, b""
        return 200, {}, b"Success!"


@dataclass
class Mastodon(Service):
    """Statuses of one account; a repeated Idempotency-Key gives the same one, until it is forgotten."""

    token: str = "mastodon-token"
    statuses: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, b'{"error": "The access token is invalid"}'
        account = {"id": "7", "acct": "show", "url": f"{self.url}/@show"}
        path = urlsplit(request.path).path
        if path == "/api/v1/accounts/verify_credentials":
            return _json(account)
        if path == "/api/v1/accounts/7/statuses":
            return _json(list(reversed(self.statuses)))
        if (request.method, path) != ("POST", "/api/v1/statuses"):
            return 404, {}, b"{}"
        key, values = request.headers.get("idempotency-key", ""), request.json
        if not key or not values.get("status") or len(values["status"]) > 500:
            return 422, {}, b'{"error": "Validation failed"}'
        if key not in self.keys:
            number = len(self.statuses) + 1
            status = {
                "id": str(number),
                "url": f"{self.url}/@show/{number}",
                "content": values["status"],
                "account": account,
                "language": values.get("language"),
            }
            self.statuses.append(status)
            self.keys[key] = status
        return _json(self.keys[key])


@dataclass
class Bluesky(Service):
    """A repository of one account, which checks what the lexicon of a post checks."""

    handle: str = "show.example.com"
    password: str = "bluesky-password"
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        values = request.json
        if request.path == "/xrpc/com.atproto.server.createSession":
            if (values["identifier"], values["password"]) != (self.handle, self.password):
                return 401, {}, b'{"error": "AuthenticationRequired"}'
            return _json(
                {"did": "did:plc:show", "handle": self.handle, "accessJwt": "jwt", "refreshJwt": "r"}
            )
        if request.headers.get("authorization") != "Bearer jwt":
            return 401, {}, b'{"error": "AuthMissing"}'
        if request.path != "/xrpc/com.atproto.repo.putRecord":
            return 404, {}, b'{"error": "XRPCNotSupported"}'
        wrong = self._wrong(values)
        if wrong:
            return 400, {}, json.dumps({"error": "InvalidRequest", "message": wrong}).encode()
        self.records[values["rkey"]] = values["record"]
        return _json({"uri": f"at://did:plc:show/app.bsky.feed.post/{values['rkey']}", "cid": "bafy"})

    @staticmethod
    def _wrong(values: dict[str, Any]) -> str:
        post = values["record"]
        if values["collection"] != "app.bsky.feed.post" or post["$type"] != "app.bsky.feed.post":
            return "no post"
        # https://atproto.com/specs/tid
        if not re.fullmatch(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", values["rkey"]):
            return "no TID"
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", post["createdAt"]):
            return "no date"
        if len(post["text"].encode()) > 3000:
            return "too long"
        for facet in post["facets"]:
            index, text = facet["index"], post["text"].encode()
            linked = text[index["byteStart"] : index["byteEnd"]].decode()
            if linked != facet["features"][0]["uri"]:
                return "the link is elsewhere"
        return ""


def _json(value: Any) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


@dataclass
class Letter:
    sender: str
    recipients: list[str]
    text: str


@dataclass
class MailServer:
    """SMTP, as much of it as a client that logs in needs. With `context` it offers STARTTLS, and takes no
    password without. `plan` are replies to MAIL FROM before it takes one."""

    user: str = ""
    password: str = ""
    context: ssl.SSLContext | None = None
    plan: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def mailing(server: MailServer) -> Iterator[MailServer]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            encrypted, known = False, not server.user
            sender, recipients = "", list[str]()
            self._say("220 mail.example ESMTP")
            while line := self.rfile.readline().decode("utf-8").rstrip("\r\n"):
                server.said.append(line)
                verb, _, rest = line.partition(" ")
                match verb.upper():
                    case "EHLO":
                        offers = ["mail.example", "8BITMIME", "SMTPUTF8"]
                        if server.context and not encrypted:
                            offers.append("STARTTLS")
                        elif server.user:
                            offers.append("AUTH PLAIN")
                        for offer in offers[:-1]:
                            self._say(f"250-{offer}")
                        self._say(f"250 {offers[-1]}")
                    case "STARTTLS" if server.context:
                        self._say("220 go ahead")
                        self.connection = server.context.wrap_socket(self.connection, server_side=True)
                        self.rfile = self.connection.makefile("rb")
                        self.wfile = self.connection.makefile("wb", buffering=0)
                        encrypted = True
                    case "AUTH":
                        given = base64.b64decode(rest.partition(" ")[2]).split(b"\0")[1:]
                        known = given == [server.user.encode(), server.password.encode()]
                        self._say("235 welcome" if known else f"535 not {given}")
                    case "MAIL" if not known:
                        self._say("530 log in first")
                    case "MAIL" if server.plan:
                        self._say(server.plan.pop(0))
                    case "MAIL":
                        sender, recipients = rest, []
                        self._say("250 ok")
                    case "RCPT":
                        recipients.append(rest.removeprefix("TO:").split()[0].strip("<>"))
                        self._say("250 ok")
                    case "DATA":
                        self._say("354 go ahead")
                        text = []
                        while (part := self.rfile.readline().decode("utf-8").rstrip("\r\n")) != ".":
                            text.append(part.removeprefix(".") if part.startswith("..") else part)
                        server.letters.append(Letter(sender, recipients, "\n".join(text)))
                        self._say("250 taken")
                    case "RSET":
                        self._say("250 ok")
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("502 unknown")

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    class Threaded(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    listening = Threaded(("127.0.0.1", 0), Handler)
    server.port = listening.server_address[1]
    with _serving(listening):
        yield server
