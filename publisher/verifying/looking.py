"""What has to hold at one address, by what kind of thing stands there."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from publisher.problems import Severity
from publisher.verifying.content import bare, picture, wrong_text
from publisher.verifying.feed import Address
from publisher.verifying.judging import (
    GONE,
    bad_status,
    described,
    failed,
    judged,
    part,
    ranges,
    redirects,
    sounds,
    whole,
)
from publisher.verifying.verification import Fault
from publisher.verifying.web import Answer, Web, is_loopback

ORIGIN: Final = "https://player.example"
"""Some other host, whose pages ask for transcripts."""

_SMALL_BYTES: Final = 5_000_000
_SNIFF_BYTES: Final = 512
_LEAST_PIXELS: Final = 1400
_MOST_PIXELS: Final = 3000
_PICTURE_BYTES: Final = 3_000_000
_EVERYTHING: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Look:
    """How to look.

    Attributes:
        base_url: below it everything is the show's own.
        secure: whether the feed itself is https.
        digest: read everything to its end and compare it with what was released.
    """

    web: Web
    base_url: str
    secure: bool
    digest: bool

    def at(self, address: Address) -> list[Fault]:
        """Everything wrong at an address."""
        if address.kind in ("enclosure", "alternate"):
            return [*self._scheme(address), *self._sound(address)]
        looks = {"artwork": self._artwork, "picture": self._picture, "page": self._page}
        look = looks.get(address.kind, self._object if address.kind == "object" else self._text)
        return [*self._scheme(address), *look(address)]

    def is_own(self, url: str) -> bool:
        return url.startswith(self.base_url)

    def _scheme(self, address: Address) -> Iterator[Fault]:
        parts = urlsplit(address.url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            what = "and the feed is https: apps refuse to mix them" if self.secure else "not https"
            help = "set url: in podcast.yaml to an https address"
            severity: Severity = "error" if self.secure and address.kind != "page" else "warning"
            yield Fault("verify-https", address.url, f"{address.name} is http, {what}", help, severity)

    def _sound(self, address: Address) -> Iterator[Fault]:
        head = self.web.ask("HEAD", address.url)
        yield from redirects(address, head)
        if head.failure:
            yield failed(address, head)
            return
        if head.status == 200:
            yield from described(address, head)
        start = self._start(address)
        if head.status != 200:
            if start.status not in (200, 206):
                yield bad_status(address, head)
                return
            message = f"{address.name} answers HEAD with {head.status}"
            help = "directories ask with HEAD before they list a show: let the server answer it"
            yield Fault("verify-head", address.url, message, help)
        yield from sounds(address, start)
        yield from self._parts(address, head.content_length if head.status == 200 else None)
        if self.digest:
            yield from whole(address, self.web.ask("GET", address.url, read_bytes=_EVERYTHING))

    def _start(self, address: Address) -> Answer:
        wanted = {"Range": f"bytes=0-{_SNIFF_BYTES - 1}"}
        return self.web.ask("GET", address.url, headers=wanted, keep_bytes=_SNIFF_BYTES)

    def _parts(self, address: Address, served_length: int | None) -> Iterator[Fault]:
        """The first two bytes, which Apple's player asks for, and some in the middle."""
        length = address.length_bytes if served_length is None else served_length
        for first, last in ranges(length):
            wanted = {"Range": f"bytes={first}-{last}"}
            answer = self.web.ask("GET", address.url, headers=wanted, keep_bytes=last - first + 1)
            fault = part(address, answer, first, last, length)
            if fault:
                yield fault
                return

    def _artwork(self, address: Address) -> Iterator[Fault]:
        answer = yield from self._fetched(address, keep_bytes=_PICTURE_BYTES)
        if answer is None:
            return
        help = "artwork is a JPEG or PNG in RGB, square, 1400 to 3000 pixels wide"
        found = picture(answer.body)
        if found is None:
            yield Fault("verify-artwork", address.url, f"{address.name} is no JPEG or PNG image", help)
            return
        if bare(answer.type) != found.type:
            message = f"{address.name} is {found.type}, and is served as {answer.type or 'nothing'}"
            yield Fault("verify-type", address.url, message, "let the server send the type of the image")
        size = f"{found.width} × {found.height} pixels"
        if found.width != found.height or not _LEAST_PIXELS <= found.width <= _MOST_PIXELS:
            yield Fault("verify-artwork", address.url, f"{address.name} has {size}", help)

    def _picture(self, address: Address) -> Iterator[Fault]:
        if not self.is_own(address.url):
            yield from self._foreign(address)
            return
        answer = yield from self._fetched(address, keep_bytes=_SNIFF_BYTES)
        if answer is not None and not answer.type.startswith("image/"):
            message = f"{address.name} is served as {answer.type or 'nothing'}"
            yield Fault("verify-type", address.url, message, "let the server send the type of the image")

    def _text(self, address: Address) -> Iterator[Fault]:
        """A transcript or chapters: players in a browser read them too."""
        answer = yield from self._fetched(address, keep_bytes=_SMALL_BYTES, headers={"Origin": ORIGIN})
        if answer is None:
            return
        yield from described(address, answer)
        allowed = answer.headers.get("access-control-allow-origin", "")
        if allowed not in ("*", ORIGIN):
            message = f"{address.name} is closed to players in a browser: no Access-Control-Allow-Origin"
            help = "set CORS on the store: allow GET and HEAD from every origin"
            yield Fault("verify-cors", address.url, message, help)
        if answer.length_bytes <= _SMALL_BYTES:
            wrong = wrong_text(address.type or answer.type, answer.body)
            if wrong:
                message = f"{address.name} is not what it is said to be: {wrong}"
                yield Fault("verify-content", address.url, message, "publish again")

    def _page(self, address: Address) -> Iterator[Fault]:
        if not self.is_own(address.url):
            yield from self._foreign(address)
            return
        answer = self.web.ask("GET", address.url, read_bytes=_SMALL_BYTES)
        is_folder = urlsplit(address.url).path.endswith("/")
        if is_folder and answer.status in (401, 403, 404):
            index = self.web.ask("GET", address.url + "index.html", keep_bytes=1)
            if index.status == 200:
                message = f"{address.name} answers {answer.status}, though there is an index.html"
                help = (
                    "listeners who follow the link from their app see an error: turn on static website"
                    " hosting, or put a web server or CDN in front that answers addresses ending in a slash"
                    " with index.html"
                )
                yield Fault("verify-page", address.url, message, help)
                return
        yield from redirects(address, answer)
        yield from judged(address, answer)
        yield from whole(address, answer)
        if answer.status == 200 and answer.type != "text/html":
            message = f"{address.name} is served as {answer.type or 'nothing'}, and it is text/html"
            yield Fault("verify-type", address.url, message, "browsers offer it for download")

    def _object(self, address: Address) -> Iterator[Fault]:
        """Something that the manifest lists and the feed does not name."""
        answer = yield from self._fetched(address)
        if answer is not None:
            yield from described(address, answer)

    def _foreign(self, address: Address) -> Iterator[Fault]:
        """Other people's pages and pictures: only that they are gone is for us to say."""
        answer = self.web.ask("GET", address.url, keep_bytes=1)
        if answer.status in GONE or (answer.failure and answer.failure.kind in ("dns", "address")):
            fault = failed(address, answer) if answer.failure else bad_status(address, answer)
            yield Fault(fault.rule, fault.place, fault.message, "mend or remove the link", "warning")

    def _fetched(
        self, address: Address, *, keep_bytes: int = 0, headers: dict[str, str] | None = None
    ) -> Generator[Fault, None, Answer | None]:
        """Gets something small; of something large no more than the start, unless everything is wanted."""
        most = _EVERYTHING if self.digest else _SMALL_BYTES
        answer = self.web.ask("GET", address.url, headers=headers, keep_bytes=keep_bytes, read_bytes=most)
        yield from redirects(address, answer)
        yield from judged(address, answer)
        if answer.failure or answer.status != 200:
            return None
        yield from whole(address, answer)
        return answer
