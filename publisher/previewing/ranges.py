"""Byte ranges and conditional requests, as RFC 9110 has them: which part of an object is asked for, if any.

starlette's own FileResponse answers 400 to units and forms that a server has to ignore, and 416 to several
ranges of which only one lies outside; players ask for both, so this is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

MOST_RANGES = 32
"""More than that in one request is an attack and not a player: the whole object is sent instead."""

_LONGEST_HEADER = 2000
_RANGE = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)")


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes `start` up to but not including `end`."""

    start: int
    end: int

    @property
    def length_bytes(self) -> int:
        return self.end - self.start


def parse_range(header: str, length_bytes: int) -> tuple[Range, ...] | None:
    """The parts of an object that a Range header asks for, overlapping ones joined (RFC 9110, 14.1 and 14.2).

    Returns:
        None where the header is to be ignored (another unit, malformed, too many ranges); an empty tuple
        where no range lies within the object, which is answered with 416.
    """
    unit, equals, list_ = header.partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(header) > _LONGEST_HEADER:
        return None
    specs = [spec.strip(" \t") for spec in list_.split(",")]
    specs = [spec for spec in specs if spec]
    if not specs or len(specs) > MOST_RANGES:
        return None
    wanted = []
    for spec in specs:
        match = _RANGE.fullmatch(spec)
        if match is None or spec == "-":
            return None
        first, last = match["first"], match["last"]
        if first and last and int(last) < int(first):
            return None
        wanted.append(_within(first, last, length_bytes))
    return _joined([part for part in wanted if part is not None])


def _within(first: str, last: str, length_bytes: int) -> Range | None:
    if not first:
        start, end = max(0, length_bytes - int(last)), length_bytes
    else:
        start, end = int(first), min(int(last) + 1, length_bytes) if last else length_bytes
    return Range(start, end) if start < end else None


def _joined(ranges: list[Range]) -> tuple[Range, ...]:
    joined: list[Range] = []
    for part in sorted(ranges, key=lambda part: part.start):
        if joined and part.start <= joined[-1].end:
            joined[-1] = Range(joined[-1].start, max(joined[-1].end, part.end))
        else:
            joined.append(part)
    return tuple(joined) if len(joined) < len(ranges) else tuple(ranges)


def range_allowed(headers: Mapping[str, str], *, etag: str, last_modified: str) -> bool:
    """Whether If-Range lets a Range count: a strong ETag or a date, and the very one (RFC 9110, 13.1.5)."""
    condition = headers.get("if-range", "").strip()
    return not condition or condition in (etag, last_modified)


def precondition(headers: Mapping[str, str], *, etag: str, modified_seconds: int) -> int:
    """The status that the conditions of a GET or HEAD lead to: 200 (go on), 304 or 412 (RFC 9110, 13.2.2).

    Args:
        etag: the object's strong ETag, with its quotes.
        modified_seconds: its last change, in whole seconds since 1970.
    """
    if (match := headers.get("if-match")) is not None:
        if not _names(match, etag, weak=False):
            return 412
    elif (since := _seconds(headers.get("if-unmodified-since"))) is not None and modified_seconds > since:
        return 412
    if (none_match := headers.get("if-none-match")) is not None:
        return 304 if _names(none_match, etag, weak=True) else 200
    since = _seconds(headers.get("if-modified-since"))
    return 304 if since is not None and modified_seconds <= since else 200


def _names(header: str, etag: str, *, weak: bool) -> bool:
    if header.strip() == "*":
        return True
    tags = re.findall(r'(W/)?("[^"]*")', header)
    return any(tag == etag and (weak or not mark) for mark, tag in tags)


def _seconds(date: str | None) -> float | None:
    if not date:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
