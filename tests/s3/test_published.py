"""What stands in the bucket after the sample show was published to it: looked at, never changed here."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.clients.stand import parse
from tests.s3.stand import PREFIX, Bucket, Object, tree
from tests.support.checker import keeps_its_address
from tests.support.sample import (
    AFTER_ALL_BUT_ONE,
    SCHEDULED,
    copy_sample,
    drop_audio,
    forget_names_of_audio,
    run_well,
)

_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml; charset=utf-8",
    ".chapters.json": "application/json+chapters; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    "feed.xml": "application/rss+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    # What the search's own script reads, packed by itself.
    ".pf_index": "application/octet-stream",
    ".pf_meta": "application/octet-stream",
    ".pf_fragment": "application/octet-stream",
    ".pagefind": "application/octet-stream",
}


@dataclass(frozen=True)
class Released:
    """A published show, and what the command said."""

    bucket: Bucket
    folder: Path
    objects: dict[str, Object]
    said: dict[str, Any]

    @property
    def feed(self) -> Any:
        return parse(self.objects["feed.xml"].data)


@pytest.fixture(scope="module")
def released(new_bucket: Callable[[], Bucket], tmp_path_factory: pytest.TempPathFactory) -> Released:
    folder, bucket = tmp_path_factory.mktemp("show"), new_bucket()
    copy_sample(folder / "episodes")
    said = bucket.publish(folder)
    return Released(bucket, folder, bucket.objects(), said)


def test_all_it_said_it_uploaded_is_there(released: Released) -> None:
    assert released.said["released"] is True
    assert released.said["store"] == f"s3://{released.bucket.name}/{PREFIX}"
    assert released.said["feed_url"] == f"{released.bucket.url}feed.xml"
    assert released.said["uploaded"] == len(released.objects) > 30
    assert released.said["uploaded_bytes"] == sum(item.length_bytes for item in released.objects.values())


def test_every_object_has_its_type(released: Released) -> None:
    seen = set()
    for key, item in released.objects.items():
        # A release keeps a copy of its feed, named by its digest.
        name = "feed.xml" if key.startswith("releases/feed-") else key
        ending = next(ending for ending in _TYPES if name.endswith(ending))
        seen.add(ending)
        assert item.type == _TYPES[ending], key
    assert seen == set(_TYPES)


def test_every_object_has_its_length_and_digest(released: Released) -> None:
    for key, item in released.objects.items():
        assert len(item.data) == item.length_bytes > 0, key
        assert item.metadata["sha256"] == item.digest, key


def test_what_is_named_by_its_content_is_kept_for_ever_and_nothing_else(released: Released) -> None:
    for key, item in released.objects.items():
        if item.digest[:24] in key or re.match(r"(?:site|search)/[0-9a-f]{24,}/", key):
            assert item.cache_control == "public, max-age=31536000, immutable", key
        else:
            assert item.cache_control == "no-cache", key
            assert key == "feed.xml" or keeps_its_address(key)


def test_every_address_in_the_feed_is_an_object(released: Released) -> None:
    texts = released.feed.xpath("//@url | //@href | //@uri | //@img | //link/text() | //image/url/text()")
    ours = {str(text) for text in texts if str(text).startswith(released.bucket.url)}
    assert len(ours) > 20
    for address in ours:
        key = address.removeprefix(released.bucket.url)
        key += "index.html" if not key or key.endswith("/") else ""
        assert key in released.objects, address


def test_every_enclosure_has_its_true_length_and_type(released: Released) -> None:
    enclosures = released.feed.xpath("//enclosure")
    assert len(enclosures) == 4
    for enclosure in enclosures:
        item = released.objects[enclosure.get("url").removeprefix(released.bucket.url)]
        assert int(enclosure.get("length")) == item.length_bytes
        assert enclosure.get("type") == item.type


def test_nothing_of_what_is_not_out_is_there(released: Released) -> None:
    for key, item in released.objects.items():
        assert SCHEDULED not in key
        assert "snakker-torsken" not in key
        if not key.startswith("media/"):
            assert b"snakker-torsken" not in item.data, key
            assert SCHEDULED.encode() not in item.data, key


def test_a_folder_gets_the_same_tree_byte_for_byte(released: Released, tmp_path: Path) -> None:
    copy_sample(tmp_path / "episodes")
    elsewhere = {"TZ": "Pacific/Auckland", "LC_ALL": "C"}
    run_well(
        "publish", "episodes", "--to", "public", "--url", released.bucket.url, "--now", AFTER_ALL_BUT_ONE,
        folder=tmp_path,
        environment=elsewhere,
    )  # fmt: skip
    expected = tree(tmp_path / "public")
    assert sorted(released.objects) == sorted(expected)
    assert [key for key, item in released.objects.items() if item.data != expected[key]] == []


def test_strangers_read_the_feed_and_seek_in_an_enclosure(released: Released) -> None:
    url = released.bucket.url
    with urllib.request.urlopen(f"{url}feed.xml", timeout=20) as answer:
        assert answer.headers["Content-Type"] == _TYPES["feed.xml"]
        feed = parse(answer.read())
    for enclosure in feed.xpath("//enclosure"):
        address, length = enclosure.get("url"), int(enclosure.get("length"))
        whole = released.objects[address.removeprefix(url)].data
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=20) as answer:
            assert answer.headers["Content-Type"] == enclosure.get("type")
            assert int(answer.headers["Content-Length"]) == length
            assert answer.headers["Accept-Ranges"] == "bytes"
            etag = answer.headers["ETag"]
        middle = length // 2
        wanted = urllib.request.Request(address, headers={"Range": f"bytes={middle}-", "If-Range": etag})
        with urllib.request.urlopen(wanted, timeout=20) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {middle}-{length - 1}/{length}"
            assert answer.read() == whole[middle:]
        known = urllib.request.Request(address, headers={"If-None-Match": etag})
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(known, timeout=20)
        assert refused.value.code == 304
        refused.value.close()


def test_a_second_run_uploads_nothing(released: Released) -> None:
    before = released.bucket.versions()
    said = released.bucket.publish(released.folder)
    assert (said["released"], said["uploaded"]) == (False, 0)
    assert said["release"] == released.said["release"]
    assert released.bucket.versions() == before


def test_without_an_address_the_published_one_holds(released: Released) -> None:
    before = released.bucket.versions()
    done = run_well(
        "publish", "episodes", "--to", released.bucket.to, "--now", AFTER_ALL_BUT_ONE,
        folder=released.folder,
        environment=released.bucket.server.environment(),
    )  # fmt: skip
    assert "nothing to do" in done.stdout
    assert released.bucket.versions() == before


def test_a_machine_that_has_only_the_text_uploads_nothing(released: Released, tmp_path: Path) -> None:
    show = drop_audio(copy_sample(tmp_path / "episodes"))
    forget_names_of_audio(show)
    _expect_no_upload(released, tmp_path)


def test_the_same_where_the_yaml_names_the_audio(released: Released, tmp_path: Path) -> None:
    show = drop_audio(copy_sample(tmp_path / "episodes"))
    assert any("audio: audio.mp3" in path.read_text("utf-8") for path in show.glob("*/episode.yaml"))
    _expect_no_upload(released, tmp_path)


def _expect_no_upload(released: Released, folder: Path) -> None:
    before = released.bucket.versions()
    said = released.bucket.publish(folder)
    assert (said["released"], said["uploaded"]) == (False, 0)
    assert released.bucket.versions() == before
