from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.previewing.ranges import MOST_RANGES, Range, parse_range, precondition, range_allowed

DATE = "Wed, 02 Sep 2020 06:00:00 GMT"
SECONDS = 1599026400


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", [(0, 1)]),
        ("bytes=0-", [(0, 100)]),
        ("bytes=10-19", [(10, 20)]),
        ("BYTES = 10-19", [(10, 20)]),
        ("bytes=90-500", [(90, 100)]),
        ("bytes=-1", [(99, 100)]),
        ("bytes=-500", [(0, 100)]),
        ("bytes=0-1,5-6", [(0, 2), (5, 7)]),
        ("bytes=50-59, 0-9", [(50, 60), (0, 10)]),
        ("bytes=0-9,5-14", [(0, 15)]),
        ("bytes=0-9,,500-600", [(0, 10)]),
        ("bytes=100-", []),
        ("bytes=-0", []),
        ("bytes=99999999999999999999999-", []),
    ],
)
def test_ranges_within_a_hundred_bytes(header: str, wanted: list[tuple[int, int]]) -> None:
    assert parse_range(header, 100) == tuple(Range(*pair) for pair in wanted)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=a-b",
        "bytes=1",
        "bytes=٣-٥",
        "seconds=0-1",
        "bytes=--1",
    ],
)
def test_what_is_no_byte_range_is_ignored(header: str) -> None:
    assert parse_range(header, 100) is None


def test_too_many_or_too_long_is_ignored() -> None:
    many = ",".join(f"{2 * place}-{2 * place}" for place in range(MOST_RANGES + 1))
    assert parse_range(f"bytes={many}", 100) is None
    assert parse_range(f"bytes={'9' * 5000}-", 100) is None


def test_nothing_lies_within_an_empty_object() -> None:
    assert parse_range("bytes=0-", 0) == ()
    assert parse_range("bytes=-5", 0) == ()


@given(st.text(alphabet="bytes=-,0123456789 ", max_size=40), st.integers(0, 200))
def test_every_range_lies_within_and_none_overlaps(text: str, length_bytes: int) -> None:
    for header in (text, f"bytes={text}"):
        ranges = parse_range(header, length_bytes) or ()
        assert all(0 <= part.start < part.end <= length_bytes for part in ranges)
        ordered = sorted(ranges, key=lambda part: part.start)
        assert all(a.end <= b.start for a, b in pairwise(ordered))


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [(None, True), ('"a"', True), (DATE, True), ('"b"', False), ('W/"a"', False), ("yesterday", False)],
)
def test_if_range(condition: str | None, allowed: bool) -> None:
    headers = {} if condition is None else {"if-range": condition}
    assert range_allowed(headers, etag='"a"', last_modified=DATE) is allowed


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"if-none-match": '"a"'}, 304),
        ({"if-none-match": 'W/"a"'}, 304),
        ({"if-none-match": '"x", "a"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"x"'}, 200),
        ({"if-none-match": '"x"', "if-modified-since": DATE}, 200),
        ({"if-modified-since": DATE}, 304),
        ({"if-modified-since": "Wed, 02 Sep 2020 05:59:59 GMT"}, 200),
        ({"if-modified-since": "not a date"}, 200),
        ({"if-match": '"a"'}, 200),
        ({"if-match": 'W/"a"'}, 412),
        ({"if-match": '"x"'}, 412),
        ({"if-unmodified-since": "Wed, 02 Sep 2020 05:59:59 GMT"}, 412),
        ({"if-unmodified-since": DATE}, 200),
    ],
)
def test_preconditions(headers: dict[str, str], status: int) -> None:
    assert precondition(headers, etag='"a"', modified_seconds=SECONDS) == status
