"""The feed itself: how it is served, what stands in it, and whether it can be reached at all."""

from __future__ import annotations

import gzip
import re
import socket
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.manifest import named_by, read_manifest
from publisher.release import publish
from publisher.verifying import Limits, Verification, verify, verify_feed
from publisher.verifying.feed import Feed, read_feed
from tests.support.shows import edit_episode
from tests.verify.conftest import small_show
from tests.verify.server import Planted, Request, Site, serving
from tests.verify.test_faults import QUICK, look, rules

RSS = "application/rss+xml"


def plain(site: Site, change: Callable[[str], str]) -> Planted:
    """The feed changed, and without the line that names its manifest: a feed of anybody's."""
    text = re.sub(r"<!-- publisher release.*?-->\n", "", site.read("feed.xml").decode())
    changed = change(text)
    assert changed != text
    return lambda request: request.well(changed.encode())


def look_at(site: Site, planted: Planted) -> Verification:
    site.planted["feed.xml"] = planted
    return look(site)


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        (lambda r: r.well(Content_Type="text/html"), {"verify-type"}),
        (lambda r: r.well(Content_Type="application/octet-stream"), {"verify-type"}),
        (lambda r: r.well(b"<!DOCTYPE html><html><p>Hello"), {"verify-feed"}),
        (lambda r: r.well(b"<?xml version='1.0'?><opml/>"), {"verify-feed"}),
        (lambda r: r.well(b""), {"verify-feed"}),
        (lambda r: r.well(r.site.read("feed.xml")[:2000]), {"verify-feed"}),
        (lambda r: r.bare(404), {"verify-status"}),
        (lambda r: r.bare(403), {"verify-status"}),
        (lambda r: r.bare(500), {"verify-status"}),
        (lambda r: r.bare(302, Location="/feed.xml"), {"verify-redirect"}),
    ],
)
def test_a_feed_that_cannot_be_used_is_an_error(site: Site, planted: Planted, expected: set[str]) -> None:
    found = look_at(site, planted)
    assert rules(found) == expected
    assert found.reached
    assert found.failed


def test_a_feed_that_breaks_off_is_an_error(site: Site) -> None:
    def half(request: Request) -> bool:
        body = site.read("feed.xml")
        request.head(200, {"Content-Type": RSS, "Content-Length": str(len(body))})
        request.send(body[:1000])
        return request.hang_up()

    assert rules(look_at(site, half)) == {"verify-cut"}


@pytest.mark.parametrize("type", [RSS, "text/xml", "application/xml; charset=utf-8", "Application/RSS+XML"])
def test_types_that_apps_take_are_well(site: Site, type: str) -> None:
    assert look_at(site, lambda request: request.well(Content_Type=type)).problems == ()


def test_a_feed_may_be_compressed(site: Site) -> None:
    packed = gzip.compress(site.read("feed.xml"))

    def zipped(request: Request) -> bool:
        assert "gzip" in request.headers["Accept-Encoding"]
        return request.well(packed, Content_Encoding="gzip")

    found = look_at(site, zipped)
    assert found.problems == ()
    assert found.checked > 10


def endless(request: Request) -> bool:
    request.head(200, {"Content-Type": RSS, "Connection": "close"})
    request.send(b"<rss><channel><item>")
    while not request.site.ended.is_set():
        request.send(b" " * 65536)
    return request.hang_up()


def bomb(request: Request) -> bool:
    packer = zlib.compressobj(wbits=31)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    return request.well(packed, Content_Encoding="gzip", ETag='"bomb"')


@pytest.mark.parametrize("planted", [endless, bomb])
def test_a_huge_feed_is_not_swallowed(site: Site, planted: Planted) -> None:
    site.planted["feed.xml"] = planted
    tracemalloc.start()
    try:
        found = look(site, limits=Limits(feed_bytes=1 << 20, total_seconds=30))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert rules(found) == {"verify-feed-size"}
    assert peak < 100 << 20


def test_an_entity_bomb_is_not_unfolded(site: Site) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 50}">' for n in range(1, 9))
    body = f'<!DOCTYPE rss [<!ENTITY e0 "x">{entities}]><rss><channel><title>&e8;</title></channel></rss>'
    found = look_at(site, lambda request: request.well(body.encode()))
    assert rules(found) <= {"verify-feed"}
    assert found.seconds < 5


def unconditional(request: Request) -> bool:
    del request.headers["If-None-Match"]
    return request.well()


@pytest.mark.parametrize("planted", [lambda r: r.well(ETag=None), unconditional])
def test_a_feed_that_is_transferred_each_time_is_a_warning(site: Site, planted: Planted) -> None:
    found = look_at(site, planted)
    assert rules(found) == {"verify-validators"}
    assert not found.failed


def test_a_date_will_do_for_an_etag(site: Site) -> None:
    date = "Mon, 01 Jan 2024 00:00:00 GMT"

    def dated(request: Request) -> bool:
        if request.headers.get("If-Modified-Since") == date:
            return request.bare(304)
        return request.well(ETag=None, Last_Modified=date)

    assert look_at(site, dated).problems == ()


def test_one_hop_to_the_feed_is_well_and_two_are_not(site: Site) -> None:
    site.planted["old.xml"] = lambda request: request.bare(301, Location="/feed.xml")
    site.planted["older.xml"] = lambda request: request.bare(301, Location="/old.xml")
    assert verify_feed(f"{site.url}old.xml", limits=QUICK).problems == ()
    found = verify_feed(f"{site.url}older.xml", limits=QUICK)
    assert rules(found) == {"verify-redirect"}
    assert not found.failed


def swap(pattern: str, to: str, count: int = 0) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, to, text, count=count)


SOUND = r'<enclosure url="[^"]+"'
PERSON = '<podcast:person img="http://127.0.0.1:1/a.jpg"/></channel>'


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (swap(r"<guid[^>]*>[^<]+", "<guid>same"), {"verify-duplicate"}),
        (swap(r"<guid[^>]*>[^<]+</guid>", ""), {"verify-feed"}),
        (swap(r"<enclosure [^>]+>", "", 1), {"verify-enclosure"}),
        (swap(r'(<enclosure [^>]+) length="\d+"', r"\1"), {"verify-enclosure"}),
        (swap(r'<enclosure url="http://[^/]+/', '<enclosure url="/'), {"verify-address"}),
        (swap(r'<enclosure url="http:', '<enclosure url="ftp:'), {"verify-address"}),
        (swap(r' length="\d+"', ' length="1234"'), {"verify-length"}),
        (swap(r' type="audio/mpeg"', ' type="audio/mp4"'), {"verify-type", "verify-audio"}),
        (swap(r'"text/vtt"', '"text/html"'), {"verify-type"}),
        (swap(SOUND, '<enclosure url="http://no.invalid/a.mp3"', 1), {"verify-connection", "verify-https"}),
        (swap(SOUND, '<enclosure url="http://127.0.0.1:1/a.mp3"', 1), {"verify-connection"}),
        (swap(r"</channel>", PERSON), set()),
    ],
)
def test_what_stands_in_the_feed_is_held_against_what_is_served(
    site: Site, change: Callable[[str], str], expected: set[str]
) -> None:
    found = look_at(site, plain(site, change))
    assert rules(found) == expected, [str(problem) for problem in found.problems]


def test_two_items_with_one_enclosure_are_an_error(site: Site) -> None:
    def same(text: str) -> str:
        first, second = re.findall(r"<enclosure [^>]+>", text)
        return text.replace(second, first)

    found = look_at(site, plain(site, same))
    assert rules(found) == {"verify-duplicate"}
    assert found.failed


def test_enclosures_of_the_same_last_part_are_a_warning(site: Site) -> None:
    def alike(text: str) -> str:
        first, second = re.findall(r'<enclosure url="([^"]+)"', text)
        return text.replace(first, f"{site.url}a/sound.mp3").replace(second, f"{site.url}b/sound.mp3")

    sound = next((site.folder / "media").glob("*.mp3")).read_bytes()
    length = f'length="{len(sound)}"'
    site.planted["a/sound.mp3"] = site.planted["b/sound.mp3"] = lambda request: request.well(sound)
    found = look_at(site, plain(site, lambda text: re.sub(r'length="\d+"', length, alike(text))))
    assert rules(found) == {"verify-duplicate"}
    assert not found.failed


def test_a_feed_changed_on_the_way_is_found_by_its_digest(site: Site) -> None:
    changed = site.read("feed.xml").replace(b"About 0001-episode", b"About 0001-Episode")
    found = look_at(site, lambda request: request.well(changed))
    assert rules(found) == {"verify-digest"}


def test_a_feed_out_of_an_old_cache_is_a_warning(tmp_path: Path) -> None:
    folder = tmp_path
    with serving(folder / "public") as site:
        show = small_show(folder / "show")
        publish(show, to=str(folder / "public"), url=site.url)
        old = site.read("feed.xml")
        edit_episode(show, "0001-episode", title="Edited")
        publish(show, to=str(folder / "public"), url=site.url)
        key = named_by(site.read("feed.xml"))
        manifest = read_manifest(key, site.read(key))
        assert verify_feed(f"{site.url}feed.xml", None, manifest, None, limits=QUICK).problems == ()
        site.planted["feed.xml"] = lambda request: request.well(old)
        found = verify_feed(f"{site.url}feed.xml", None, manifest, None, limits=QUICK)
        assert rules(found) == {"verify-stale"}
        assert not found.failed


def noting(asked: list[str], what: Callable[[Request], str] = lambda request: request.key) -> Planted:
    def note(request: Request) -> bool:
        asked.append(what(request))
        return False

    return note


def test_what_changed_is_looked_at_first_and_the_old_is_left(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("many")
    limits = Limits(newest=1, workers=1)
    with serving(folder / "public") as site:
        show = small_show(folder / "show", episodes=4)
        publish(show, to=str(folder / "public"), url=site.url)
        edit_episode(show, "0002-episode", title="Edited")
        publish(show, to=str(folder / "public"), url=site.url)
        asked: list[str] = []
        site.planted["*"] = noting(asked)
        found = verify_feed(f"{site.url}feed.xml", limits=limits)
        assert found.problems == ()
        assert found.skipped > 0
        sounds = [re.sub(r"^media/(\d+).*", r"\1", key) for key in asked if key.endswith(".mp3")]
        assert list(dict.fromkeys(sounds)) == ["0002", "0004"]
        asked.clear()
        named = verify_feed(
            f"{site.url}feed.xml", None, None, {"episodes/0001-episode/index.html"}, limits=limits
        )
        assert named.problems == ()
        pages = [key for key in asked if key.endswith(".html")]
        assert pages[0] == "episodes/0001-episode/index.html"
        everything = verify_feed(f"{site.url}feed.xml", everything=True, limits=limits)
        assert everything.skipped == 0
        assert everything.checked == found.checked + found.skipped


def refused() -> str:
    """An address at which nobody listens any more."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/feed.xml"


def test_a_host_that_is_not_there_is_one_warning() -> None:
    for url in ("http://nothing.invalid/feed.xml", "https://nothing.invalid/feed.xml", refused()):
        found = verify_feed(url, limits=QUICK)
        assert [problem.rule for problem in found.problems] == ["verify-unreachable"], url
        assert not found.reached
        assert not found.failed
        assert found.checked == 0


def test_a_host_that_takes_the_connection_and_says_nothing_is_one_warning() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = verify_feed(f"http://127.0.0.1:{listener.getsockname()[1]}/feed.xml", limits=QUICK)
    assert rules(found) == {"verify-unreachable"}
    assert not found.reached
    assert found.requests == 2


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a b/feed.xml", "https://x:port/feed.xml"])
def test_what_is_no_address_is_an_error(url: str) -> None:
    found = verify_feed(url, limits=QUICK)
    assert found.problems, url
    assert rules(found) <= {"verify-address", "verify-unreachable", "verify-https"}


def test_a_show_in_plain_http_is_a_warning(site: Site) -> None:
    folder = site.folder.parent
    public = "http://podcast.example.com/tingen/"
    publish(folder / "show", to=str(folder / "plain"), url=public)
    with serving(folder / "plain") as other:
        found = verify_feed(f"{public}feed.xml", (public, other.url), limits=QUICK)
    assert rules(found) == {"verify-https"}
    assert not found.failed


def test_http_in_an_https_feed_is_an_error(site: Site) -> None:
    folder = site.folder.parent
    public = "https://podcast.example.com/tingen/"
    publish(folder / "show", to=str(folder / "secure"), url=public)
    with serving(folder / "secure") as other:
        assert verify_feed(f"{public}feed.xml", (public, other.url), limits=QUICK).problems == ()
        other.planted["feed.xml"] = plain(
            other,
            lambda text: re.sub(r'<enclosure url="https:', '<enclosure url="http:', text, count=1),
        )
        found = verify_feed(f"{public}feed.xml", (public, other.url), limits=QUICK)
    assert rules(found) == {"verify-https", "verify-connection"}
    assert found.failed


def test_a_head_that_never_ends_does_not_outlast_the_time_limit(site: Site) -> None:
    def trickling(request: Request) -> bool:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not request.site.ended.wait(0.1):
            request.wfile.write(b"x")
        return request.hang_up()

    site.planted["feed.xml"] = trickling
    found = look(site, limits=Limits(total_seconds=1.0))
    assert rules(found) == {"verify-unreachable"}
    assert found.seconds < 5


def test_signatures_and_passwords_are_not_repeated(site: Site) -> None:
    sound = next((site.folder / "media").glob("*.mp3")).relative_to(site.folder).as_posix()
    target = site.url.replace("://", "://user:hush@") + sound + "?signature=hush"
    site.planted[sound] = lambda request: "?" not in request.path and request.bare(302, Location=target)
    found = look(site)
    assert rules(found) == {"verify-redirect"}
    assert "hush" not in str(found)
    with pytest.raises(UsageError) as refused:
        verify(target)
    assert "hush" not in str(refused.value)


def test_what_somebody_else_published_in_between_is_no_fault(tmp_path: Path) -> None:
    with serving(tmp_path / "public") as site:
        show = small_show(tmp_path / "show")
        publish(show, to=str(tmp_path / "public"), url=site.url)
        key = named_by(site.read("feed.xml"))
        ours = read_manifest(key, site.read(key))
        for title in ("Edited", "Edited again"):
            edit_episode(show, "0001-episode", title=title)
            publish(show, to=str(tmp_path / "public"), url=site.url)
        assert verify_feed(f"{site.url}feed.xml", None, ours, ours.all_objects(), limits=QUICK).problems == ()


def test_a_proxy_of_the_environment_is_used_and_its_password_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site.folder.parent
    public = "http://podcast.example.com/"
    publish(folder / "show", to=str(folder / "proxied"), url=public)
    monkeypatch.setenv("no_proxy", "")
    with serving(folder / "proxied") as proxy:
        logins: list[str] = []
        proxy.planted["*"] = noting(logins, lambda request: request.headers["Proxy-Authorization"] or "")
        monkeypatch.setenv("http_proxy", proxy.url.replace("://", "://user:hush@"))
        found = verify_feed(f"{public}feed.xml", limits=QUICK)
        assert rules(found) == {"verify-https"}
        assert found.checked > 10
        assert set(logins) == {"Basic dXNlcjpodXNo"}
    gone = verify_feed(f"{public}feed.xml", limits=QUICK)
    assert rules(gone) == {"verify-unreachable"}
    assert "hush" not in str(gone)


def test_sources_elsewhere_are_asked_for_only_on_the_web() -> None:
    sources = (
        '<podcast:source uri="https://a.example/1.opus"/>'
        '<podcast:source uri="https://a.example/1.torrent" contentType="application/x-bittorrent"/>'
        '<podcast:source uri="ipfs://Qm1"/><podcast:source uri="magnet:?xt=urn:btih:1"/>'
    )
    body = (
        '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>A</title>'
        "<item><title>One</title><guid>1</guid>"
        '<enclosure url="https://a.example/1.mp3" length="1" type="audio/mpeg"/>'
        f'<podcast:alternateEnclosure type="audio/ogg" length="7">{sources}</podcast:alternateEnclosure>'
        "</item></channel></rss>"
    )
    feed = read_feed("https://a.example/feed.xml", body.encode())
    assert isinstance(feed, Feed)
    ((*addresses,),) = feed.items
    assert [(item.url, item.type, item.length_bytes) for item in addresses if item.kind == "alternate"] == [
        ("https://a.example/1.opus", "audio/ogg", 7),
        ("https://a.example/1.torrent", "application/x-bittorrent", None),
    ]
