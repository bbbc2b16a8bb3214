"""The feed as it is served: status, type, size, whether it is whole, and what a second poll costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from publisher.manifest import FEED_HEAD_BYTES
from publisher.verifying.feed import Address
from publisher.verifying.judging import failed, judged, redirects
from publisher.verifying.verification import Fault
from publisher.verifying.web import Answer, Failure, Known, Web, is_loopback

_TYPES: Final = frozenset({"application/rss+xml", "application/xml", "text/xml"})
_AWAY: Final = frozenset({"dns", "refused", "slow", "broken", "time"})
_MISSING_HELP: Final = (
    "each poll of each app transfers the whole feed: let the server send an ETag and honour it"
)


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What was answered.

    Attributes:
        body: the feed's bytes, None where they cannot be used.
        digest: SHA-256 of all of it.
    """

    body: bytes | None
    faults: tuple[Fault, ...]
    reached: bool
    digest: str = ""


def ask_for_feed(web: Web, feed_url: str, most_bytes: int, known: Known | None = None) -> FeedAnswer:
    """Asks for the feed as an app does, then again as it does an hour later.

    Args:
        known: a feed whose bytes are known: where it is served, its first bytes alone are given.
    """
    feed = Address(feed_url, "page", "the feed")
    kept = FEED_HEAD_BYTES if known else most_bytes + 1
    answer = web.ask("GET", feed_url, keep_bytes=kept, read_bytes=most_bytes + 1, unpack=True, known=known)
    if known and answer.digest and answer.digest != known.digest:
        return ask_for_feed(web, feed_url, most_bytes)
    if answer.failure and answer.failure.kind in _AWAY:
        return FeedAnswer(None, (_away(feed, answer),), reached=False)
    faults = [*_plain(feed), *redirects(feed, answer), *judged(feed, answer)]
    if answer.failure or answer.status != 200 or answer.cut:
        return FeedAnswer(None, tuple(faults), reached=True)
    if answer.length_bytes > most_bytes:
        message = f"the feed is larger than {most_bytes >> 20} MiB, so it was not read to its end"
        help = "apps give up long before: let feed: limit: in podcast.yaml keep the newest episodes"
        return FeedAnswer(None, (*faults, Fault("verify-feed-size", feed_url, message, help)), reached=True)
    if answer.type not in _TYPES:
        message = f"the feed is served as {answer.type or 'nothing'}, and it is application/rss+xml"
        help = "apps and directories refuse it: let the server send that Content-Type"
        faults.append(Fault("verify-type", feed_url, message, help))
    faults += _polled_again(web, feed, answer)
    return FeedAnswer(answer.body, tuple(faults), reached=True, digest=answer.digest)


def not_in_time(feed_url: str, seconds: float) -> FeedAnswer:
    """The answer that never came to its end."""
    failure = Failure("slow", f"did not come to an end within {seconds:g} seconds")
    feed = Address(feed_url, "page", "the feed")
    return FeedAnswer(None, (_away(feed, Answer(feed_url, failure=failure)),), reached=False)


def _away(feed: Address, answer: Answer) -> Fault:
    fault = failed(feed, answer)
    help = (
        "nothing is known of what listeners get: from this machine the address may be closed, or its name not"
        " in the DNS yet. Verify again from elsewhere, or when it is up"
    )
    return Fault("verify-unreachable", fault.place, fault.message, help)


def _plain(feed: Address) -> list[Fault]:
    scheme, _, rest = feed.url.partition("://")
    host = rest.partition("/")[0].rpartition("@")[2].partition(":")[0]
    if scheme.lower() != "http" or is_loopback(host):
        return []
    help = "directories want https: serve the show under it, and set url: in podcast.yaml"
    return [Fault("verify-https", feed.url, "the feed is http, not https", help)]


def _polled_again(web: Web, feed: Address, answer: Answer) -> list[Fault]:
    """RFC 9110, 13.1: an app sends back the validators it was given."""
    sent = {
        "If-None-Match": answer.headers.get("etag", ""),
        "If-Modified-Since": answer.headers.get("last-modified", ""),
    }
    sent = {name: value for name, value in sent.items() if value}
    if not sent:
        message = "the feed is served with neither ETag nor Last-Modified"
        return [Fault("verify-validators", feed.url, message, _MISSING_HELP)]
    again = web.ask("GET", feed.url, headers=sent, keep_bytes=1, unpack=True)
    if again.status == 304 or again.failure:
        return []
    changed = again.headers.get("etag") != answer.headers.get("etag")
    if again.status == 200 and changed and "etag" in again.headers:
        return []  # released in between, or many servers behind one name: nothing to say for certain
    message = f"the feed has not changed, and is answered with {again.status} where 304 is due"
    return [Fault("verify-validators", feed.url, message, _MISSING_HELP)]
