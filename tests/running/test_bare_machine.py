"""A CI machine that was never here before: the text of a thousand episodes, the newest one's audio, no cache.

What it costs there to publish that one is counted, request by request, in front of a real S3 server. Of all
that is published already only the feed, its manifest and the parts of that lie in that bucket: a run that
wanted anything else of it, an old episode's audio or transcript, would not find it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from publisher.reading.load import load_show
from publisher.release import compare, release
from publisher.release.uploads import Quiet
from publisher.store.folder import FolderStore
from tests.release.trees import run
from tests.servers.server import S3Server
from tests.support.faultproxy import Request, proxying
from tests.support.shows import add_episode, make_show

EPISODES: Final = 1000
NEWEST: Final = f"{EPISODES + 1:04d}-episode"
BASE: Final = "https://show.example/a/"
NOW: Final = datetime(2031, 1, 1, tzinfo=UTC)
TRANSCRIPT: Final = "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Ada>This is number {}.\n"

KINDS: Final = {
    "the newest episode": rf"(media|images|transcripts)/{NEWEST}-.+",
    "its share of the search index": r"search/[0-9a-f]{24}/.+",
    "pages": r"(episodes/.+|archive/.+|topics/.+|search/index|index)\.(html|json)|sitemap\.xml",
    "copies of pages": r"releases/pages/.+",
    "copy of the feed": r"releases/feed-.+",
    "manifest": r"releases/[0-9a-f]{64}\.json",
    "parts of the manifest": r"releases/episodes-.+",
    "feed": r"feed\.xml",
    # Ceph's own: does this server hold what it is sent to a condition, and to the digest that is signed?
    "what the server holds to": r"\.publisher-asks-.+",
}
COSTS: Final = {
    # What is small is sent without asking whether it is there, and answered with its MD5.
    "the newest episode": {"PUT": 7},
    "its share of the search index": {"PUT": 11},
    # The look at each is after the flip: did another publisher write over it?
    "pages": {"HEAD": 10, "PUT": 10},
    # One is larger, and is asked for first.
    "copies of pages": {"HEAD": 1, "PUT": 10},
    "copy of the feed": {"PUT": 1},
    # Read is the old one, sent the new one.
    "manifest": {"GET": 1, "HEAD": 1, "PUT": 1},
    # All of the old one's, and of the new one's that with the newest episodes.
    "parts of the manifest": {"GET": 22, "HEAD": 1, "PUT": 1},
    # Its first kilobyte at the start and twice at the end. Ceph refuses a PUT whose condition is quoted.
    "feed": {"GET": 3, "HEAD": 2, "PUT": 2},
    "what the server holds to": {"PUT": 1},
}
PAGES: Final = {
    f"episodes/{NEWEST}/index.html",
    f"episodes/{NEWEST}/embed/index.html",
    f"episodes/{NEWEST}/oembed.json",
    # The one before it, which leads on to it.
    f"episodes/{EPISODES:04d}-episode/index.html",
    "index.html",
    "archive/index.html",
    "archive/2030/index.html",
    "topics/index.html",
    "search/index.html",
    "sitemap.xml",
}


@dataclass(frozen=True)
class Published:
    """A show of a thousand episodes, as its producer has published it from another machine."""

    show: Path
    public: Path
    manifest_key: str

    @property
    def parts(self) -> list[str]:
        """Keys of the manifest's."""
        manifest = json.loads((self.public / self.manifest_key).read_bytes())
        return [part["key"] for part in manifest["episode_parts"]]

    def bare(self, folder: Path) -> Path:
        """A clone: the text and the pictures."""
        ignored = shutil.ignore_patterns(".publisher", "audio.*")
        return shutil.copytree(self.show, folder / "episodes", ignore=ignored)

    def bucket(self, server: S3Server) -> str:
        """A bucket that holds what a bare machine may want of it."""
        bucket = server.new_bucket()
        for key in ("feed.xml", self.manifest_key, *self.parts):
            server.client().put_object(Bucket=bucket, Key=key, Body=(self.public / key).read_bytes())
        return bucket


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("producer")
    show = make_show(folder / "episodes", episodes=map(_episode, range(1, EPISODES + 1)))
    prepared = compare(load_show(show), FolderStore(folder / "public"), url=BASE, now=NOW)
    outcome = release(prepared, progress=Quiet())
    return Published(show, folder / "public", outcome.manifest_key)


def _episode(number: int) -> dict[str, Any]:
    return {
        "slug": f"{number:04d}-episode",
        "number": number,
        "notes": f"Word {number} of a thousand.",
        "files": {"transcript.vtt": TRANSCRIPT.format(number)},
        "keywords": [f"keyword {number % 20}"],
    }


def _published(bare: Path, bucket: str, server: S3Server) -> tuple[dict[str, Any], list[Request]]:
    """What the command line says of a publish, and what it asked of the server; keys stand for targets."""
    with proxying(server.endpoint) as proxy:
        arguments = ["--to", f"s3://{bucket}", "--url", BASE, "--now", "2031-01-01", "--no-verify", "--json"]
        environment = server.environment() | {"AWS_ENDPOINT_URL_S3": proxy.endpoint}
        done = run("publish", bare, *arguments, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    (show,) = json.loads(done.stdout)["shows"]
    return show, list(proxy.requests)


def _key(request: Request, bucket: str) -> str:
    return request.path.removeprefix(f"/{bucket}/")


def _costs(requests: Iterable[Request], bucket: str) -> dict[str, dict[str, int]]:
    """How often each method was used, by what it was used for."""
    found: dict[str, Counter[str]] = {}
    for request in requests:
        key = _key(request, bucket)
        kind = next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, key)), key)
        found.setdefault(kind, Counter())[request.method] += 1
    return {kind: dict(sorted(counts.items())) for kind, counts in found.items()}


@pytest.mark.xdist_group("ceph")
def test_the_manifest_is_read_and_what_is_new_is_sent(
    thousand: Published, ceph_server: S3Server, tmp_path: Path
) -> None:
    bare, bucket = thousand.bare(tmp_path), thousand.bucket(ceph_server)
    add_episode(bare, **_episode(EPISODES + 1) | {"published": "2030-06-01"})
    said, requests = _published(bare, bucket, ceph_server)
    assert said["released"]
    (released,) = [episode for episode in said["plan"]["episodes"] if episode["state"] != "unchanged"]
    assert released["slug"] == NEWEST

    assert _costs(requests, bucket) == COSTS
    assert {_key(request, bucket) for request in requests if _is_page(request, bucket)} == PAGES
    reads = [request for request in requests if request.method == "GET"]
    assert [_key(read, bucket) for read in reads[:2]] == ["feed.xml", thousand.manifest_key]
    assert {_key(read, bucket) for read in reads[2:-2]} == {*thousand.parts}
    assert all(
        dict(read.headers)["Range"] == "bytes=0-1023" for read in reads if _key(read, bucket) == "feed.xml"
    )

    sent = Counter[str]()
    for request in requests:
        if request.method == "PUT":
            key = _key(request, bucket)
            sent[next(kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, key))] += len(
                request.body
            )
    print(f"\n{len(requests)} requests; bytes sent: {dict(sent)}")
    # What lists all episodes grows with them: these, and the sitemap. All else is the one episode's own, but
    # for the newest parts of the manifest and of the feed's copy, which have up to 64 episodes.
    grows = {"manifest": 600, "feed": 2 * 1700}
    assert all(sent[kind] < EPISODES * most for kind, most in grows.items())
    sitemap = sum(len(r.body) for r in requests if r.method == "PUT" and b"<urlset" in r.body)
    copy, part = sent["copy of the feed"], sent["parts of the manifest"]
    assert 0 < copy < 64 * 1700
    assert 0 < part < 64 * 3200
    assert sent.total() - sum(sent[kind] for kind in grows) - copy - part - sitemap < 250_000


def _is_page(request: Request, bucket: str) -> bool:
    return bool(re.fullmatch(KINDS["pages"], _key(request, bucket)))


@pytest.mark.xdist_group("ceph")
def test_with_nothing_to_do_it_asks_for_what_is_published(
    thousand: Published, ceph_server: S3Server, tmp_path: Path
) -> None:
    bare, bucket = thousand.bare(tmp_path), thousand.bucket(ceph_server)
    said, requests = _published(bare, bucket, ceph_server)
    assert not said["released"]
    asked = [(request.method, _key(request, bucket)) for request in requests]
    assert asked[:2] == [("GET", "feed.xml"), ("GET", thousand.manifest_key)]
    # Several at a time.
    assert sorted(asked[2:]) == sorted(("GET", key) for key in thousand.parts)


@pytest.mark.xdist_group("ceph")
def test_with_the_cache_of_another_run_it_asks_once(
    thousand: Published, ceph_server: S3Server, tmp_path: Path
) -> None:
    """CI may keep `.publisher/`: what it holds of manifests are copies."""
    bare, bucket = thousand.bare(tmp_path), thousand.bucket(ceph_server)
    _published(bare, bucket, ceph_server)
    _, requests = _published(bare, bucket, ceph_server)
    assert [(request.method, _key(request, bucket)) for request in requests] == [("GET", "feed.xml")]
