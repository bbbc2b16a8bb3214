"""Rules that only a look from outside decides: declared here so that every id stands in one register."""

from __future__ import annotations

from typing import Final

from publisher.checking.rule import APPLE_ARTWORK, APPLE_FEED, NAMESPACE, PSP1, Rule, declare
from publisher.problems import Severity

_HTTP: Final = "https://www.rfc-editor.org/rfc/rfc9110"
_TRANSCRIPT: Final = NAMESPACE + "transcript"

_DECLARED: Final[tuple[tuple[str, Severity, str, str], ...]] = (
    ("verify-unreachable", "warning", "the public address of the feed answers", ""),
    ("verify-unfinished", "warning", "everything was looked at within the time for it", ""),
    ("verify-stale", "warning", "the feed that is served is the one released last", ""),
    ("verify-address", "error", "an address in the feed is complete, and http or https", PSP1),
    ("verify-connection", "error", "every address in the feed can be reached", ""),
    ("verify-certificate", "error", "certificates are valid, and the host's own", APPLE_FEED),
    ("verify-https", "warning", "addresses are https, and no redirect leaves it", PSP1),
    ("verify-status", "error", "every address answers with success", _HTTP + "#section-15"),
    ("verify-redirect", "warning", "listeners are not sent on from address to address", ""),
    ("verify-type", "error", "an object is served with the type that the feed says", APPLE_FEED),
    ("verify-length", "error", "an object has the length that the feed and the manifest say", APPLE_FEED),
    ("verify-digest", "error", "an object has the bytes that were released", ""),
    ("verify-cut", "error", "what is asked for arrives whole", _HTTP + "#section-8.6"),
    ("verify-encoding", "error", "audio is sent as it is, not compressed on the way", _HTTP + "#section-8.4"),
    ("verify-head", "error", "enclosures answer HEAD", APPLE_FEED),
    ("verify-range", "error", "any part of an enclosure can be asked for", APPLE_FEED),
    ("verify-audio", "error", "an enclosure begins as audio of its type does", APPLE_FEED),
    ("verify-artwork", "error", "served artwork is square, of 1400 to 3000 pixels", APPLE_ARTWORK),
    ("verify-content", "error", "transcripts and chapters are what their types say", _TRANSCRIPT),
    ("verify-cors", "warning", "players in a browser may read transcripts and chapters", _TRANSCRIPT),
    ("verify-page", "warning", "an address that ends in a slash leads to its page", ""),
    ("verify-feed", "error", "the feed is well-formed RSS", "https://www.rssboard.org/rss-specification"),
    ("verify-feed-size", "error", "the feed is not too large to be read", ""),
    ("verify-validators", "warning", "an unchanged feed is answered with 304", _HTTP + "#section-13"),
    ("verify-enclosure", "error", "every item has an enclosure with address, length and type", APPLE_FEED),
    ("verify-duplicate", "error", "no two items share a GUID or an enclosure", APPLE_FEED),
    ("verify-missing", "error", "every object of the release is in the store", ""),
    ("verify-damaged", "error", "every object of the release is in the store as it was released", ""),
    ("verify-rebuild", "error", "the published feed can be made again from the store", ""),
)  # fmt: skip

for _id, _severity, _says, _source in _DECLARED:
    declare(Rule(_id, _severity, _says, _source))
