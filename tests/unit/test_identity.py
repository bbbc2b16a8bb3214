"""GUIDs by their specifications, names that every address can hold, and one form for every value."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.identity import (
    DIGEST_CHARACTERS,
    addressed,
    ascii_slug,
    ascii_slugs,
    canonical_json,
    episode_guid,
    fingerprint,
    sha256,
    show_guid,
)
from publisher.model import Learning, Link, Person
from publisher.store.base import is_key


def test_show_guid_is_the_namespaces_own_example() -> None:
    """https://podcastnamespace.org/tag/guid"""
    assert show_guid("https://podnews.net/rss") == "9b024349-ccf0-5f69-a609-6b82873eab3c"


@pytest.mark.parametrize(
    "address",
    ["podnews.net/rss", "http://podnews.net/rss", "HTTPS://podnews.net/rss/", "feed://podnews.net/rss///"],
)
def test_show_guid_ignores_scheme_and_trailing_slashes(address: str) -> None:
    assert show_guid(address) == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_show_guid_tells_addresses_apart() -> None:
    assert show_guid("https://a.example/feed.xml") != show_guid("https://a.example/other.xml")


def test_episode_guid_is_a_version_5_uuid_of_show_and_slug() -> None:
    show = show_guid("https://a.example/feed.xml")
    assert episode_guid(show, "0001-a") == str(uuid.uuid5(uuid.UUID(show), "0001-a"))
    assert len({episode_guid(show, slug) for slug in ("a", "b", "A")}) == 3


def test_episode_guid_is_the_same_for_both_spellings_of_a_letter() -> None:
    show = show_guid("https://a.example/feed.xml")
    assert episode_guid(show, "bl\u00e5b\u00e6r") == episode_guid(show, "bla\u030ab\u00e6r")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("0796-building-together", "0796-building-together"),
        ("Hva husker en fjord?", "hva-husker-en-fjord"),
        ("Blåbær & Øl, straße, œuvre", "blabaer-ol-strasse-oeuvre"),
        ("bla\u030abær", "blabaer"),
        ("Ærlighet", "aerlighet"),
        ("ⅧX ﬁn", "viiix-fin"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本語", "episode"),
        ("🎙️", "episode"),
        ("!?", "episode"),
        ("", "episode"),
        ("x" * 300, "x" * 100),
        ("a" * 99 + " b", "a" * 99),
    ],
)
def test_ascii_slug(text: str, slug: str) -> None:
    assert ascii_slug(text) == slug


@given(st.text())
def test_every_text_gives_a_name_that_every_store_can_hold(text: str) -> None:
    slug = ascii_slug(text)
    assert slug
    assert len(slug) <= 100
    assert ascii_slug(slug) == slug
    assert is_key(f"episodes/{slug}/index.html")
    assert is_key(addressed("media", text, sha256(b"x"), ".mp3"))


SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
NEARLY = st.text("aB-\n\0 æ7", max_size=6) | st.integers(99, 102).map("a".__mul__)


@given(st.lists(SLUGS, max_size=8), st.lists(NEARLY, max_size=2))
def test_many_at_once_are_as_each_by_itself(plain: list[str], others: list[str]) -> None:
    for texts in (plain, [*plain, *others], [*others, *plain]):
        assert ascii_slugs(texts) == [ascii_slug(text) for text in texts]


def test_addressed_holds_enough_of_the_digest_that_nobody_guesses_it() -> None:
    digest = sha256(b"sound")
    key = addressed("media", "Én", digest, ".mp3")
    assert key == f"media/en-{digest[:24]}.mp3"
    assert DIGEST_CHARACTERS * 4 >= 96


def test_canonical_json_is_one_form() -> None:
    value = {"b": ("æ", 1.5), "a": datetime(2026, 1, 2, 3, tzinfo=UTC)}
    assert canonical_json(value) == '{"a":"2026-01-02T03:00:00+00:00","b":["æ",1.5]}\n'.encode()
    assert canonical_json({"x": 1, "a": 2}) == canonical_json({"a": 2, "x": 1})


def test_canonical_json_refuses_what_has_no_form() -> None:
    with pytest.raises(TypeError, match="set"):
        canonical_json({"a": {1, 2}})


def test_fingerprint_tells_values_apart() -> None:
    values: list[object] = [
        "a", ["a"], ("b",), Person("A"), Person("A", role="host"), Link("https://a"), Link("https://a", "b"),
        Learning(outcomes=("a",)), Learning(reflection="a"), None, 0, False, 1.0,
    ]  # fmt: skip
    assert len({fingerprint(value) for value in values}) == len(values)


def test_fingerprint_does_not_change_when_a_type_gets_a_field_with_a_default() -> None:
    @dataclass(frozen=True)
    class Before:
        name: str

    @dataclass(frozen=True)
    class After:
        name: str
        pronouns: str = ""

    assert fingerprint(Before("A")) == fingerprint(After("A"))
    assert fingerprint(After("A")) != fingerprint(After("A", pronouns="they"))


def test_fingerprint_is_the_same_whatever_the_hash_seed() -> None:
    program = (
        "from publisher.identity import fingerprint; from publisher.model import Learning;"
        "print(fingerprint({'b': Learning(('å',)), 'a': [1, 2.5]}))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(seen) == 1
    assert json.loads(b'"' + seen.pop().strip() + b'"') == fingerprint({"a": [1, 2.5], "b": Learning(("å",))})
