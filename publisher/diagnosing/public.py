"""What the public address must do for those who listen: asked over HTTP, as apps and browsers ask."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from publisher.diagnosing.objects import Objects, headers_of
from publisher.diagnosing.probe import Findings, Missing, Question, Unknown
from publisher.diagnosing.web import Answer, Unreachable, Untrusted, ask

ORIGIN: Final = "https://player.example"

READABLE = Question(
    "public read",
    "Apps fetch feed and audio without credentials.",
    "let everybody read the objects below the show's prefix",
)
HEAD = Question("HEAD", "Apple asks so for each enclosure.", "let HEAD through wherever GET is let through")
RANGES = Question(
    "ranges",
    "Apps seek and resume by byte ranges; Apple refuses shows without.",
    "let the Range header through to the store, and its 206 back",
)
TYPES = Question(
    "types",
    "Apps go by Content-Type: feeds and audio of another type are refused.",
    "serve what the store keeps as Content-Type, or set the types by name",
)
HTTPS = Question(
    "https",
    "Browsers and several directories refuse addresses that are not https.",
    "put a server or CDN with a certificate that all trust in front of the store",
    needed=False,
)
CORS = Question(
    "CORS",
    "Players in browsers can read transcripts and chapters only where this is allowed.",
    "answer with Access-Control-Allow-Origin: * and expose Content-Length, Content-Range, ETag",
    needed=False,
)
PREFLIGHT = Question(
    "CORS preflight",
    "Browsers ask before they seek.",
    "answer OPTIONS with Access-Control-Allow-Methods: GET, HEAD and Access-Control-Allow-Headers: Range",
    needed=False,
)
CACHING = Question(
    "caching",
    "Every app asks for the feed all day: a 304 costs nothing, and a feed that is kept too long is old.",
    "let Cache-Control, ETag and If-None-Match through",
    needed=False,
)
UNLISTED = Question(
    "no public list",
    "Who can list the store finds what no feed names (any more).",
    "allow everybody s3:GetObject alone, not s3:ListBucket; switch off indexes of folders",
    needed=False,
)

QUESTIONS: Final = (READABLE, HEAD, RANGES, TYPES, HTTPS, CORS, PREFLIGHT, CACHING, UNLISTED)
_FEED_TYPES: Final = {"application/rss+xml", "application/xml", "text/xml"}
_EXPOSED: Final = {"content-length", "content-range"}


class PublicAddress:
    """The address under which a store's objects are reached.

    Args:
        url: it ends with a slash.
        prefix: what the store puts before each key in its bucket, if that is known.
        own: objects that have been written.
    """

    def __init__(self, url: str, prefix: str, own: Objects) -> None:
        self._url = url
        self._prefix = prefix
        self._own = own

    def ask_all(self, findings: Findings) -> None:
        """Asks everything; where nothing can be read, the rest is left."""
        if not findings.ask(READABLE, self._readable):
            findings.ask(HTTPS, self._https)
            findings.leave(
                tuple(question for question in QUESTIONS if question not in (READABLE, HTTPS)),
                "not tried: nothing can be read there",
            )
            return
        for question, look in (
            (HEAD, self._head),
            (RANGES, self._ranges),
            (TYPES, self._types),
            (HTTPS, self._https),
            (CORS, self._cors),
            (PREFLIGHT, self._preflight),
            (CACHING, self._caching),
            (UNLISTED, self._unlisted),
        ):
            findings.ask(question, look)

    def _at(self, key: str) -> str:
        return self._url + quote(key)

    def _ask(self, key: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Answer:
        try:
            return ask(self._at(key), method=method, headers=headers)
        except Unreachable as error:
            raise Unknown(f"no answer: {error}") from error

    def _readable(self) -> str:
        url = self._at(self._own.feed)
        try:
            answer = ask(url)
        except Untrusted as error:
            raise Missing(f"{self._url}: {error}", mend=HTTPS.mend) from error
        except Unreachable as error:
            raise Unknown(
                f"{self._url} cannot be reached from here: {error}",
                mend="check the address and its name in the DNS; or ask again from where it can be reached",
            ) from error
        if answer.status in (401, 403):
            raise Missing(f"status {answer.status}: strangers are turned away")
        if answer.status in (404, 410):
            raise Missing(
                f"status {answer.status}: what was written to the store is not found below {self._url}",
                mend="check that the address leads to this store, and to the same prefix or folder",
            )
        if answer.status != 200:
            raise Missing(f"status {answer.status}")
        if self._own.mark.encode() not in answer.body:
            raise Missing(
                f"what comes from {self._url} is not what was written to the store",
                mend="check that the address leads to this store, and that what is not there gets a 404",
            )
        if answer.body != self._own.content(self._own.feed, edition=2):
            raise Missing("the bytes are not those that were written last", mend=CACHING.mend)
        return f"anybody can read below {self._url}"

    def _head(self) -> str:
        answer = self._ask(self._own.sound, method="HEAD")
        length = str(len(self._own.content(self._own.sound)))
        if answer.status != 200:
            raise Missing(f"status {answer.status}")
        if answer.header("Content-Length") != length:
            got = answer.header("Content-Length") or "none"
            raise Missing(f"Content-Length should be {length}, and is {got}")
        return "answered, with the length"

    def _ranges(self) -> str:
        content = self._own.content(self._own.sound)
        answer = self._ask(self._own.sound, headers={"Range": "bytes=10-19"})
        if answer.status != 206:
            raise Missing(f"asked for a range, it answers with status {answer.status}")
        if answer.header("Content-Range") != f"bytes 10-19/{len(content)}" or answer.body != content[10:20]:
            raise Missing("it gives another range than was asked for")
        return "206, with the bytes asked for"

    def _types(self) -> str:
        for key in (self._own.feed, self._own.sound, self._own.words):
            wanted = headers_of(key).type
            got = self._ask(key).header("Content-Type")
            if not _is_type(got, wanted):
                name = key.rpartition("/")[2]
                raise Missing(f"{name} should be {wanted}, and is served as {got or 'nothing'}")
        return "feed, audio and text have theirs, with charset"

    def _https(self) -> str:
        parts = urlsplit(self._url)
        if parts.scheme != "https":
            raise Missing(f"{self._url} is not https")
        try:
            ask(self._at(self._own.feed), method="HEAD")
        except Untrusted as error:
            raise Missing(str(error)) from error
        except Unreachable as error:
            raise Unknown(str(error)) from error
        return "with a certificate that is trusted"

    def _cors(self) -> str:
        answer = self._ask(self._own.words, headers={"Origin": ORIGIN})
        allowed = answer.header("Access-Control-Allow-Origin")
        if allowed not in ("*", ORIGIN):
            raise Missing("browsers are not allowed to read across origins")
        exposed = _names(answer.header("Access-Control-Expose-Headers"))
        if "*" not in exposed and not exposed >= _EXPOSED:
            raise Missing(f"{', '.join(sorted(_EXPOSED - exposed))} is not exposed to browsers")
        return "allowed for every origin"

    def _preflight(self) -> str:
        asked = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range",
        }
        answer = self._ask(self._own.words, method="OPTIONS", headers=asked)
        if not 200 <= answer.status < 300:
            raise Missing(f"OPTIONS is answered with status {answer.status}")
        if answer.header("Access-Control-Allow-Origin") not in ("*", ORIGIN):
            raise Missing("OPTIONS does not allow the origin")
        if not _names(answer.header("Access-Control-Allow-Methods")) & {"get", "*"}:
            raise Missing("OPTIONS does not allow GET")
        if not _names(answer.header("Access-Control-Allow-Headers")) & {"range", "*"}:
            raise Missing("OPTIONS does not allow the Range header")
        return "GET with Range is allowed"

    def _caching(self) -> str:
        answer = self._ask(self._own.feed)
        etag, control = answer.header("ETag"), answer.header("Cache-Control").lower()
        if not etag and not answer.header("Last-Modified"):
            raise Missing("the feed comes without ETag and without Last-Modified")
        known = {"If-None-Match": etag} if etag else {"If-Modified-Since": answer.header("Last-Modified")}
        again = self._ask(self._own.feed, headers=known)
        if again.status != 304:
            raise Missing(f"asked whether the feed has changed, it answers with status {again.status}")
        if "no-cache" not in control and "max-age=0" not in control:
            raise Missing(
                f"the feed's Cache-Control should be no-cache, and is {control[:60] or 'not there'}"
            )
        return "no-cache, and 304 for what has not changed"

    def _unlisted(self) -> str:
        """Names stand in a list alone: the question holds the folder, never the object's own name."""
        folder = f"{self._prefix}{self._own.prefix}"
        query = f"?list-type=2&prefix={quote(folder, safe='')}"
        root = self._url.removesuffix(self._prefix)
        places = {self._url, self._at(self._own.prefix), root + query, root.removesuffix("/") + query}
        for place in sorted(places):
            try:
                answer = ask(place)
            except Unreachable:
                continue
            body = answer.body
            if answer.status == 200 and (
                self._own.feed.encode() in body
                or (place == self._url and self._own.prefix.encode() in body)
                or (place == self._at(self._own.prefix) and b"words.vtt" in body)
            ):
                raise Missing("anybody can list what is stored")
        return "strangers cannot list what is stored"


def _names(header: str) -> set[str]:
    return {name.strip().lower() for name in header.split(",") if name.strip()}


def _is_type(got: str, wanted: str) -> bool:
    """Whether a type will do: a feed may be any XML, and text must say its charset as we do."""
    type_, _, rest = got.lower().replace(" ", "").partition(";")
    wanted_type, _, charset = wanted.replace(" ", "").partition(";")
    if wanted_type == "application/rss+xml":
        # XML other than text/xml says its encoding itself (RFC 7303).
        return type_ in _FEED_TYPES and (rest in (charset, f'{charset[:8]}"utf-8"') or not rest)
    return type_ == wanted_type and (not charset or charset in rest.replace('"', ""))
