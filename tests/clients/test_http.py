"""HTTP as podcast apps and web players do it, on the served show."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from tests.clients.stand import Stand, parse

MP3 = "0001-hvordan-finner-en-podkast-fram"
M4A = "0002-hva-husker-en-fjord"
_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "opus": "audio/ogg",
    "jpg": "image/jpeg",
    "json": "application/json; charset=utf-8",
    "chapters.json": "application/json+chapters; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "xml": "application/rss+xml; charset=utf-8",
}


@pytest.fixture(scope="module")
def web(stand: Stand) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stand.url, timeout=20, trust_env=False) as client:
        yield client


def _ending(name: str) -> str:
    return "chapters.json" if name.endswith(".chapters.json") else name.rpartition(".")[2]


def test_every_address_in_the_feed_answers_head_with_its_type_and_length(
    stand: Stand, web: httpx.Client
) -> None:
    feed = web.get("feed.xml")
    addresses = {
        str(text)
        for text in parse(feed.content).xpath("//@url | //@href | //@uri | //@img | //link/text()")
        if str(text).startswith(stand.url)
    }
    assert len(addresses) > 20
    kinds = set()
    for address in addresses:
        answer = web.head(address)
        assert answer.status_code == 200, address
        path = stand.local(address)
        name = path.name if path.is_file() else "index.html"
        kinds.add(_ending(name))
        assert answer.headers["content-type"] == _TYPES[_ending(name)], address
        assert int(answer.headers["content-length"]) == len(web.get(address).content)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.content == b""
    assert kinds == set(_TYPES) - {"css"}


@pytest.mark.parametrize("slug", [MP3, M4A])
def test_a_download_that_broke_off_in_the_middle_is_resumed(
    stand: Stand, web: httpx.Client, slug: str
) -> None:
    file = stand.enclosure(slug)
    whole, path = file.read_bytes(), f"media/{file.name}"
    middle = len(whole) // 2
    with web.stream("GET", path) as broken_off:
        etag = broken_off.headers["etag"]
        begun = b""
        for block in broken_off.iter_raw(16_384):
            begun += block
            if len(begun) >= middle:
                break
    assert middle <= len(begun) < len(whole)
    rest = web.get(path, headers={"Range": f"bytes={len(begun)}-", "If-Range": etag})
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes {len(begun)}-{len(whole) - 1}/{len(whole)}"
    assert hashlib.sha256(begun + rest.content).digest() == hashlib.sha256(whole).digest()


def test_an_app_that_seeks_gets_the_bytes_it_asks_for(stand: Stand, web: httpx.Client) -> None:
    file = stand.enclosure(MP3)
    whole, path = file.read_bytes(), f"media/{file.name}"
    probe = web.get(path, headers={"Range": "bytes=0-1"})
    assert (probe.status_code, probe.content) == (206, whole[:2])
    tail = web.get(path, headers={"Range": "bytes=-128"})
    assert (tail.status_code, tail.content) == (206, whole[-128:])
    beyond = web.get(path, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("kind", ["feed", "enclosure", "page"])
def test_what_did_not_change_is_not_sent_again(stand: Stand, web: httpx.Client, kind: str) -> None:
    path = {"feed": "feed.xml", "enclosure": f"media/{stand.enclosure(MP3).name}", "page": ""}[kind]
    first = web.get(path)
    for validators in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = web.get(path, headers=validators)
        assert again.status_code == 304
        assert again.content == b""
    changed = web.get(path, headers={"If-None-Match": '"something-else"'})
    assert (changed.status_code, changed.content) == (200, first.content)


def test_what_is_named_by_its_content_is_kept_for_ever_and_the_feed_is_not(
    stand: Stand, web: httpx.Client
) -> None:
    assert "immutable" in web.head(f"media/{stand.enclosure(MP3).name}").headers["cache-control"]
    assert web.head("feed.xml").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("element", ["transcript", "chapters"])
def test_web_players_may_read_transcripts_and_chapters(web: httpx.Client, element: str) -> None:
    names = {"podcast": "https://podcastindex.org/namespace/1.0"}
    found = parse(web.get("feed.xml").content).xpath(f"//podcast:{element}", namespaces=names)
    assert found
    origin = {"Origin": "https://player.example.com"}
    for item in found:
        answer = web.get(item.get("url"), headers=origin)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] in ("*", origin["Origin"])
        assert answer.headers["content-type"].partition(";")[0] == item.get("type")
        asked = web.options(
            item.get("url"),
            headers=origin
            | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"},
        )
        assert asked.is_success
        assert "range" in asked.headers["access-control-allow-headers"].lower()


def test_no_text_names_another_place_than_the_one_it_is_served_from(stand: Stand, web: httpx.Client) -> None:
    texts = [path for path in stand.public.rglob("*") if path.suffix in (".xml", ".html", ".vtt", ".srt")]
    texts += (stand.public / "chapters").iterdir()
    assert len(texts) > 8
    for path in texts:
        if path.parent.name == "pages":
            continue  # what is kept to go back to is served as it is
        served = web.get(path.relative_to(stand.public).as_posix())
        assert served.status_code == 200
        assert "podcast.example.com" not in served.text, path


def test_what_is_not_there_is_a_404_that_says_so(web: httpx.Client) -> None:
    for path in (
        "media/nothing-here.mp3",
        "episodes/0104-hilsen-til-2040/",
        "episodes/0004-snakker-torsken/",
    ):
        answer = web.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "Not found" in answer.text
    assert web.request("POST", "feed.xml").status_code == 405
