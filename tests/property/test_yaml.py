"""Whatever a YAML file holds, reading it ends soon, with a value or with what is wrong."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.problems import Finding, Problem
from publisher.reading.characters import ILLEGAL
from publisher.reading.fields import Reading
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.times import BadTime, parse_date, parse_offset
from publisher.reading.yaml import Mapping, Node, Scalar, read_yaml

EPISODES = Path(__file__).parents[2] / "episodes"
SAMPLES = [path.read_bytes() for path in sorted(EPISODES.glob("**/*.yaml"))]
RECORDS = (SHOW, EPISODE)
ZONE = ZoneInfo("Europe/Oslo")

BOUNDED = settings(
    max_examples=150, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow]
)

words = st.sampled_from([key.name for record in RECORDS for key in record.keys] + ["name", "url", "start"])
snippets = st.one_of(
    words,
    st.sampled_from(
        [
            *(
                ": ",
                "- ",
                "\n",
                "\n  ",
                "[",
                "]",
                "{",
                "}",
                "'",
                '"',
                "|",
                ">",
                "#",
                "&a",
                "*a",
                "!!int ",
                "? ",
            ),
            *("---\n", "...\n", "%YAML 1.1\n", "\t", "\\", "true", "null", "~", "\x00", "\x85", "\u2028"),
            "\ufeff",
        ]
    ),
    st.text(max_size=5),
)


def check_reading(data: bytes) -> None:
    """Reads the bytes as both files, and looks at whatever comes out."""
    started = time.monotonic()
    root, findings = read_yaml(data)
    for finding in findings:
        check_finding(finding)
    for record in RECORDS:
        reading = Reading("show/x.yaml", ZONE)
        if root is not None:
            values = record.values("", root, reading)
            assert reading.problems or values is not None
            check_clean(values)
        for problem in reading.problems:
            check_finding(problem)
        assert len(reading.problems) <= 51
    assert time.monotonic() - started < 5


def check_finding(found: Finding | Problem) -> None:
    assert found.message.isprintable()
    assert found.help.isprintable()
    assert len(found.message) < 2000
    assert found.rule
    assert found.line is None or found.line >= 1
    assert found.column is None or found.column >= 1


def check_clean(value: Any) -> None:
    """No text that was read holds what a feed cannot carry."""
    text = repr(value)
    assert ILLEGAL.search(text) is None
    for text in _texts(value):
        assert ILLEGAL.search(text) is None
        assert text == text.strip()


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in _texts(item)]
    if isinstance(value, tuple):
        return [text for item in value for text in _texts(item)]
    names = getattr(value, "__dataclass_fields__", {})
    return [text for name in names for text in _texts(getattr(value, name))]


@BOUNDED
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    check_reading(data)


@BOUNDED
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    check_reading(text.encode("utf-8", "surrogatepass"))


@BOUNDED
@given(st.lists(snippets, max_size=40))
def test_anything_like_yaml(parts: list[str]) -> None:
    check_reading("".join(parts).encode("utf-8", "surrogatepass"))


@BOUNDED
@given(st.sampled_from(SAMPLES), st.data())
def test_a_sample_with_faults(sample: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(sample)))
        end = min(len(sample), start + data.draw(st.integers(0, 30)))
        put = data.draw(
            st.one_of(st.binary(max_size=8), snippets.map(lambda text: text.encode("utf-8", "replace")))
        )
        sample = sample[:start] + put + sample[end:]
    check_reading(sample)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@BOUNDED
@given(st.dictionaries(words, plain, max_size=8))
def test_known_keys_with_anything_in_them(document: dict[str, Any]) -> None:
    check_reading(json.dumps(document).encode())


# YAML folds lines at these, and takes no control characters.
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def _normal(text: str) -> bool:
    same = text == unicodedata.normalize("NFC", text).strip()
    return same and not ILLEGAL.search(text) and not _ODD.search(text)


texts = st.text(min_size=1, max_size=40).filter(_normal)
people = st.lists(st.fixed_dictionaries({"name": texts}, optional={"role": texts, "bio": texts}), max_size=3)
valid_episodes = st.fixed_dictionaries(
    {"title": texts},
    optional={
        "number": st.integers(1, 9999),
        "season": st.integers(1, 99),
        "code": texts,
        "type": st.sampled_from(["full", "trailer", "bonus"]),
        "summary": texts,
        "explicit": st.booleans(),
        "guests": people,
        "keywords": st.lists(texts, min_size=1, max_size=4),
        "quote": st.fixed_dictionaries({"text": texts, "by": texts}),
        "interview": st.lists(st.fixed_dictionaries({"question": texts, "answer": texts}), max_size=2),
    },
)


@BOUNDED
@given(valid_episodes)
def test_what_is_valid_comes_back(document: dict[str, Any]) -> None:
    # JSON is YAML, written by somebody else than us.
    root, findings = read_yaml(json.dumps(document, ensure_ascii=False).encode())
    assert findings == ()
    assert root is not None
    reading = Reading("show/x.yaml", ZONE)
    values = EPISODE.values("", root, reading)
    assert [problem for problem in reading.problems if problem.severity == "error"] == []
    assert values is not None
    for key, written in document.items():
        assert _as_written(values[key]) == written, key


def _as_written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_as_written(item) for item in value]
    names = getattr(value, "__dataclass_fields__", None)
    if names is None:
        return value
    return {name: getattr(value, name) for name in names if getattr(value, name) != ""}


@BOUNDED
@given(st.dictionaries(texts, st.lists(texts, max_size=3) | texts, max_size=4))
def test_nodes_hold_what_was_written(document: dict[str, Any]) -> None:
    root, findings = read_yaml(json.dumps(document, ensure_ascii=False).encode())
    assert findings == ()
    assert isinstance(root, Mapping)
    assert {key: _node(node) for key, node in root.items.items()} == document


def _node(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.text
    assert not isinstance(node, Mapping)
    return [_node(item) for item in node.items]


written_dates = st.from_regex(
    r"\d{1,4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2})?)? ?(Z|[+-]\d\d:?\d\d)?", fullmatch=True
)


@BOUNDED
@given(st.text(max_size=30) | written_dates)
def test_any_date(text: str) -> None:
    try:
        found = parse_date(text, ZONE)
    except BadTime as error:
        message = error.message
    else:
        message = ""
        assert found.utcoffset() == timedelta(0)
        assert found.astimezone(ZoneInfo("Pacific/Kiritimati")) == found
    assert message.isprintable()


@BOUNDED
@given(st.text(max_size=30) | st.from_regex(r"(\d+:)?(\d+:)?\d+(\.\d*)?", fullmatch=True))
def test_any_offset(text: str) -> None:
    try:
        seconds = parse_offset(text)
    except BadTime:
        return
    assert 0 <= seconds < 1e11
