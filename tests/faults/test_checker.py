"""The checker that the harness goes by is put to the proof: damage that it does not find means that it is
broken, and every green run with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from publisher.media_types import content_type
from publisher.store.folder import FolderStore
from tests.faults.scene import BASE, first, publish
from tests.faults.stage import PREFIX, Stage
from tests.support.checker import FolderSide, Got, HttpSide, Report, check

Objects = dict[str, Got]


class Served:
    """Objects as a server would serve them, so that each thing it says can be made wrong."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def get(self, key: str) -> Got | None:
        return self._objects.get(key)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released show."""
    root = tmp_path_factory.mktemp("checked")
    publish(first(root / "show"), FolderStore(root / "public"))
    return root / "public"


@pytest.fixture
def objects(public: Path) -> Objects:
    found: Objects = {}
    for path in public.rglob("*"):
        key = path.relative_to(public).as_posix()
        if path.is_file() and not key.startswith("."):
            data = path.read_bytes()
            found[key] = Got(data, len(data), content_type(key))
    return found


def judge(objects: Objects, feed: bytes | None) -> Report:
    return check(Served(objects), base=BASE, feeds=[feed])


def one(objects: Objects, pattern: str) -> str:
    """The key that fits."""
    found = sorted(key for key in objects if re.search(pattern, key))
    assert found, f"nothing is called like {pattern}"
    return found[0]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def flip(pattern: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        key = one(objects, pattern)
        objects[key] = replace(objects[key], data=flipped(objects[key].data))

    return plant


def remove(pattern: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        del objects[one(objects, pattern)]

    return plant


def cut(pattern: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        key = one(objects, pattern)
        data = objects[key].data[: len(objects[key].data) // 2]
        objects[key] = replace(objects[key], data=data, length_bytes=len(data))

    return plant


def serve_as(pattern: str, type: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        key = one(objects, pattern)
        objects[key] = replace(objects[key], type=type)

    return plant


def say_length(pattern: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        key = one(objects, pattern)
        objects[key] = replace(objects[key], length_bytes=objects[key].length_bytes + 1)

    return plant


def swap(pattern: str, other: str) -> Callable[[Objects], None]:
    def plant(objects: Objects) -> None:
        here, there = one(objects, pattern), one(objects, other)
        objects[here], objects[there] = objects[there], objects[here]

    return plant


DAMAGE: dict[str, Callable[[Objects], None]] = {
    "a bit of an enclosure": flip(r"^media/0001.*\.mp3$"),
    "a bit of the artwork": flip(r"^artwork/show-[0-9a-f]+\.jpg$"),
    "a bit of a transcript": flip(r"\.srt$"),
    "a bit of the chapters": flip(r"\.chapters\.json$"),
    "a bit of the manifest": flip(r"^releases/[0-9a-f]{64}\.json$"),
    "a bit of an episode's page": flip(r"^episodes/0001.*index\.html$"),
    "a bit of the feed": flip(r"^feed\.xml$"),
    "a bit of the feed's copy": flip(r"^releases/feed-"),
    "a bit of the style sheet": flip(r"\.css$"),
    "an enclosure is gone": remove(r"^media/0002.*\.mp3$"),
    "a transcript is gone": remove(r"\.vtt$"),
    "the chapters are gone": remove(r"\.chapters\.json$"),
    "a picture is gone": remove(r"^artwork/show-[0-9a-f]+\.jpg$"),
    "the manifest is gone": remove(r"^releases/[0-9a-f]{64}\.json$"),
    "a page is gone": remove(r"^episodes/0002.*index\.html$"),
    "the home page is gone": remove(r"^index\.html$"),
    "the style sheet is gone": remove(r"\.css$"),
    "the feed is gone": remove(r"^feed\.xml$"),
    "the feed is cut": cut(r"^feed\.xml$"),
    "an enclosure is cut": cut(r"^media/0001.*\.mp3$"),
    "a page is cut": cut(r"^episodes/0003.*index\.html$"),
    "an enclosure has another type": serve_as(r"^media/0001.*\.mp3$", "application/octet-stream"),
    "the feed has another type": serve_as(r"^feed\.xml$", "text/plain"),
    "a transcript has another type": serve_as(r"\.vtt$", "text/plain"),
    "the chapters have another type": serve_as(r"\.chapters\.json$", "application/json"),
    "a picture has another type": serve_as(r"^artwork/show-[0-9a-f]+\.jpg$", "text/html"),
    "a page has another type": serve_as(r"^index\.html$", "text/plain"),
    "HEAD says another length": say_length(r"^media/0001.*\.mp3$"),
    "two enclosures are swapped": swap(r"^media/0002.*\.mp3$", r"^media/0003.*\.mp3$"),
    "two pages are swapped": swap(r"^episodes/0002.*\.html$", r"^episodes/0003.*\.html$"),
}


def test_a_whole_show_is_found_whole(objects: Objects, public: Path) -> None:
    feed = objects["feed.xml"].data
    report = judge(objects, feed)
    assert report.findings == []
    assert check(FolderSide(public), base=BASE, feeds=[feed]).findings == []
    # Three episodes, one of them with everything: it has looked at all of it.
    never = {key for key in objects if key not in report.seen and not key.startswith("releases/")}
    assert never == set()
    assert len(report.seen) > 12


@pytest.mark.parametrize("name", DAMAGE)
def test_the_checker_finds_planted_damage(objects: Objects, name: str) -> None:
    feed = objects["feed.xml"].data
    DAMAGE[name](objects)
    assert judge(objects, feed).findings, f"the checker is broken: it does not see that {name}"


def rewritten(objects: Objects, pattern: bytes, replacement: bytes) -> bytes:
    """A feed that says something else, and is allowed to: only what it promises is wrong."""
    before = objects["feed.xml"].data
    after = re.sub(pattern, replacement, before, count=1)
    assert after != before
    objects["feed.xml"] = Got(after, len(after), content_type("feed.xml"))
    return after


@pytest.mark.parametrize(
    ("pattern", "replacement", "found"),
    [
        (rb'length="[0-9]+"', b'length="1"', "and the feed says 1"),
        (rb'type="audio/mpeg"', b'type="audio/mp4"', "audio/mp4"),
        (rb"publisher release: releases/[0-9a-f]", b"publisher release: releases/g", "is not there"),
        (rb"<!-- publisher release: [^>]*>", b"", "names no manifest"),
        (rb"(?s)<enclosure[^>]*/>", b"", "has not one enclosure"),
        (rb"(?s)<item>.*</item>", b"", "has no items"),
        (rb"(?s)(<item>.*?</item>)", rb"\1\1", "two items have one GUID"),
        (rb'url="https://show.example/a/', b'url="https://show.example/b/', "is not under"),
        (rb'(?s)(<itunes:image href=")[^"]*', rb"\1https://show.example/a/media/none.png", "is not there"),
    ],
)
def test_the_checker_finds_a_feed_that_promises_wrongly(
    objects: Objects, pattern: bytes, replacement: bytes, found: str
) -> None:
    report = judge(objects, rewritten(objects, pattern, replacement))
    assert any(found in text for text in report.findings), f"the checker is broken: {report.findings}"


def test_the_checker_finds_a_feed_of_nobody(objects: Objects) -> None:
    assert judge(objects, b"another").findings == ["the feed is none of those that were released"]
    assert judge(objects, None).findings == ["the feed is none of those that were released"]
    assert judge({}, None).findings == []


def test_the_checker_finds_what_a_manifest_leaves_out(objects: Objects) -> None:
    """Another release's manifest under the name that the feed gives would do, but for its digest; one whose
    digest is right, and which lists less, has to be found as well."""
    key = one(objects, r"^releases/[0-9a-f]{64}\.json$")
    data = re.sub(rb'"key":"media/0002[^"]*"', b'"other":""', objects[key].data)
    assert data != objects[key].data
    other = f"releases/{hashlib.sha256(data).hexdigest()}.json"
    objects[other] = Got(data, len(data), "application/json")
    feed = rewritten(objects, re.escape(key.encode()), other.encode())
    findings = judge(objects, feed).findings
    assert any("not in its manifest" in text for text in findings), findings


def test_the_checker_finds_pages_of_no_release(objects: Objects) -> None:
    feed, home = objects["feed.xml"].data, objects["index.html"].data
    pages = {key: [got.data] for key, got in objects.items() if key.endswith(".html")}
    assert check(Served(objects), base=BASE, feeds=[feed], pages=pages).findings == []
    other = home.replace(b"</html>", b"<!-- --></html>")
    objects["index.html"] = Got(other, len(other), "text/html; charset=utf-8")
    findings = check(Served(objects), base=BASE, feeds=[feed], pages=pages).findings
    assert findings == ["index.html is no page of any release"]


def test_the_checker_finds_damage_on_a_real_server(stage: Stage) -> None:
    """By the same way as in the trials: over HTTP, without credentials."""
    stage.restore()
    assert stage.look().findings == []
    damage: dict[str, dict[str, Any] | None] = {
        r"^media/.*\.mp3$": {"Body": b"something else"},
        r"\.vtt$": {"ContentType": "text/plain"},
        r"^releases/[0-9a-f]{64}\.json$": None,
        r"^artwork/show-[0-9a-f]+\.jpg$": None,
        r"^episodes/0003.*\.html$": {"Body": b"<html>"},
        r"^feed\.xml$": {"ContentType": "text/html"},
    }
    for pattern, change in damage.items():
        key = sorted(key for key in stage.before if re.search(pattern, key))[0]
        target: dict[str, Any] = {"Bucket": stage.bucket, "Key": f"{PREFIX}/{key}"}
        if change is None:
            stage.client.delete_object(**target)
        else:
            arguments = {**stage.before[key].arguments, **change}
            stage.client.put_object(**target, **arguments)
        findings = stage.look().findings
        assert findings, f"the checker is broken: it does not see what became of {key}"
        assert all(key in text or "the feed" in text for text in findings), findings
        stage.client.put_object(**target, **stage.before[key].arguments)
        assert stage.look().findings == []
    assert HttpSide(stage.public).get("nothing") is None
