"""Every fault that a server can have is found, at its address, and nothing else is said."""

from __future__ import annotations

import gzip
import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PIL import Image

from publisher.verifying import Limits, Verification, verify_feed
from tests.verify.server import Planted, Request, Site

QUICK = Limits(connect_seconds=2, read_seconds=0.5)


@dataclass(frozen=True)
class Case:
    """A fault at the first object of a kind, and the rules that have to find it."""

    name: str
    at: str
    plant: Planted
    rules: set[str]
    everything: bool = False
    severity: str = "error"
    says: str = ""


def cover(width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(data, "JPEG")
    return data.getvalue()


def part_of_another_size(request: Request) -> bool:
    if "Range" not in request.headers or request.command == "HEAD":
        return False
    body = request.site.read(request.key)
    first, _, last = request.headers["Range"].removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last), len(body) - 1)
    request.head(206, {"Content-Range": f"bytes {start}-{end}/{len(body)}", "Content-Length": "1"})
    request.send(body[start : start + 1])
    return True


def cut(request: Request) -> bool:
    body = request.site.read(request.key)
    request.head(200, {"Content-Type": "text/vtt", "Content-Length": str(len(body)), **OPEN})
    request.send(body[: len(body) // 2])
    return request.hang_up()


def cut_whole_sound(request: Request) -> bool:
    """Parts are well, but the whole breaks off."""
    if request.command == "HEAD" or "Range" in request.headers:
        return False
    body = request.site.read(request.key)
    request.head(200, {"Content-Type": "audio/mpeg", "Content-Length": str(len(body))})
    request.send(body[:-100])
    return request.hang_up()


def silent(request: Request) -> bool:
    request.site.ended.wait(3)
    return request.hang_up()


def ever_on(request: Request) -> bool:
    return request.bare(302, Location=f"{request.path}x") if request.key.count("x") < 40 else False


def flipped(request: Request) -> bool:
    body = bytearray(request.site.read(request.key))
    body[-1] ^= 1
    return request.well(bytes(body))


def another_range(request: Request) -> bool:
    return "Range" in request.headers and request.well(Content_Range="bytes 7-9/10")


def another_total(request: Request) -> bool:
    asked = request.headers.get("Range", "").replace("=", " ")
    return bool(asked) and request.well(Content_Range=f"{asked}/7")


def page_in_place(request: Request) -> bool:
    length = len(request.site.read(request.key))
    return request.well(b"<!DOCTYPE html><p>Sign in</p>".ljust(length))


def without_head(request: Request) -> bool:
    return request.command == "HEAD" and request.bare(405)


def zipped(request: Request) -> bool:
    return request.well(gzip.compress(request.site.read(request.key)), Content_Encoding="gzip")


def two_hops(request: Request) -> bool:
    hops = request.path.count("?")
    return request.path.count("=") < 2 and request.bare(
        302, Location=f"{request.path}{'&' if hops else '?'}a=1"
    )


def no_index(request: Request) -> bool:
    return not request.path.endswith("index.html") and request.bare(404)


OPEN = {"Access-Control-Allow-Origin": "*"}
SOUND, COVER, TEXT, CHAPTERS, PAGE, STYLE = "enclosure", "artwork", "transcript", "chapters", "page", "style"

CASES = (
    Case("type", SOUND, lambda r: r.well(Content_Type="application/octet-stream"), {"verify-type"}),
    Case("longer", SOUND, lambda r: r.well(r.site.read(r.key) + b"\0"), {"verify-length"}),
    Case("no length", SOUND, lambda r: r.command == "HEAD" and r.well(Content_Length=None), {"verify-length"},
         severity="warning"),
    Case("no ranges", SOUND, lambda r: r.well(ranges=False), {"verify-range"}),
    Case("416", SOUND, lambda r: "Range" in r.headers and r.bare(416), {"verify-range"}),
    Case("another range", SOUND, another_range,
         {"verify-range"}),
    Case("another total", SOUND,
         another_total,
         {"verify-length", "verify-range"}),
    Case("a part too short", SOUND, part_of_another_size, {"verify-cut"}),
    Case("gone", SOUND, lambda r: r.bare(404), {"verify-status"}, says="404"),
    Case("closed", SOUND, lambda r: r.bare(403), {"verify-status"}, says="403"),
    Case("trouble", SOUND, lambda r: r.bare(500), {"verify-status"}, says="500"),
    Case("silent", SOUND, silent, {"verify-connection"}, says="silent for 0.5 seconds"),
    Case("hangs up", SOUND, lambda r: r.hang_up(), {"verify-connection"}),
    Case("no HEAD", SOUND, without_head, {"verify-head"}),
    Case("HEAD closed", SOUND, lambda r: r.command == "HEAD" and r.bare(403), {"verify-head"}),
    Case("a page for sound", SOUND, page_in_place, {"verify-audio"}, says="web page"),
    Case("no sound", SOUND, lambda r: r.well(b"\0" * len(r.site.read(r.key))), {"verify-audio"}),
    Case("zipped sound", SOUND, zipped, {"verify-encoding", "verify-audio"}),
    Case("sound sent on", SOUND, lambda r: "?" not in r.path and r.bare(302, Location=r.path + "?a=1"),
         {"verify-redirect"}, severity="warning"),
    Case("sent on for ever", SOUND, ever_on, {"verify-redirect"}),
    Case("sent round", SOUND, lambda r: r.bare(302, Location=r.path), {"verify-redirect"}),
    Case("sent to a file", SOUND, lambda r: r.bare(302, Location="file:///etc/passwd"), {"verify-address"}),
    Case("flipped sound", SOUND, flipped, {"verify-digest"}, everything=True),
    Case("sound cut off", SOUND, cut_whole_sound, {"verify-cut"}, everything=True),
    Case("small cover", COVER, lambda r: r.well(cover(500, 500)), {"verify-artwork", "verify-length"}),
    Case("oblong cover", COVER, lambda r: r.well(cover(1500, 1400)), {"verify-artwork", "verify-length"}),
    Case("no cover", COVER, lambda r: r.well(b"GIF89a"), {"verify-artwork", "verify-length"}),
    Case("cover's type", COVER, lambda r: r.well(Content_Type="image/png"), {"verify-type"}),
    Case("cover gone", COVER, lambda r: r.bare(404), {"verify-status"}),
    Case("no CORS", TEXT, lambda r: r.well(Access_Control_Allow_Origin=None), {"verify-cors"},
         severity="warning"),
    Case("another's CORS", CHAPTERS, lambda r: r.well(Access_Control_Allow_Origin="https://a.example"),
         {"verify-cors"}, severity="warning"),
    Case("transcript's type", TEXT, lambda r: r.well(Content_Type="text/plain"), {"verify-type"}),
    Case("cut", TEXT, cut, {"verify-cut"}),
    Case("another transcript", TEXT, lambda r: r.well(b"Hello"), {"verify-content", "verify-length"}),
    Case("flipped transcript", TEXT, flipped, {"verify-digest"}),
    Case("no chapters", CHAPTERS, lambda r: r.well(b"{}"), {"verify-content", "verify-length"}),
    Case("no JSON", CHAPTERS, lambda r: r.well(b"["), {"verify-content", "verify-length"}),
    Case("page gone", PAGE, lambda r: r.bare(404), {"verify-status"}),
    Case("page's type", PAGE, lambda r: r.well(Content_Type="binary/octet-stream"), {"verify-type"}),
    Case("another page", PAGE, lambda r: r.well(b"<!doctype html><p>Hello"), {"verify-digest"},
         severity="warning"),
    Case("no index", PAGE, no_index, {"verify-page"}, severity="warning"),
    Case("sent on twice", PAGE, two_hops, {"verify-redirect"}, severity="warning"),
    Case("style gone", STYLE, lambda r: r.bare(404), {"verify-status"}),
)  # fmt: skip


def key_of(site: Site, kind: str) -> str:
    """The first object of a kind, found in the feed and the folder."""
    feed = site.read("feed.xml").decode()
    found = {
        "enclosure": r'<enclosure url="([^"]+)"',
        "artwork": r'<itunes:image href="([^"]+)"',
        "transcript": r'<podcast:transcript url="([^"]+\.vtt)"',
        "chapters": r'<podcast:chapters url="([^"]+)"',
        "page": r"<item>.*?<link>([^<]+)</link>",
    }
    if kind == "style":
        (style,) = site.folder.rglob("style-*.css")
        return style.relative_to(site.folder).as_posix()
    match = re.search(found[kind], feed, re.DOTALL)
    assert match, kind
    key = match[1].removeprefix(site.url)
    return f"{key}index.html" if key.endswith("/") else key


def rules(found: Verification) -> set[str]:
    return {problem.rule for problem in found.problems}


def look(site: Site, *, everything: bool = False, limits: Limits = QUICK) -> Verification:
    return verify_feed(f"{site.url}feed.xml", everything=everything, limits=limits)


@pytest.mark.parametrize("everything", [False, True])
def test_a_show_in_order_has_no_problem(site: Site, everything: bool) -> None:
    found = look(site, everything=everything)
    assert found.problems == ()
    assert found.reached
    assert found.skipped == 0
    objects = [path for path in site.folder.rglob("*.*") if path.is_file() and ".publisher" not in str(path)]
    releases = [path for path in objects if path.is_relative_to(site.folder / "releases")]
    assert found.checked == len(objects) - len(releases)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_found_and_nothing_else(site: Site, case: Case) -> None:
    key = key_of(site, case.at)
    site.planted[key] = case.plant
    if case.name == "sent on for ever":
        site.planted["*"] = lambda request: request.key.startswith(key) and case.plant(request)
    found = look(site, everything=case.everything)
    assert rules(found) <= case.rules, [str(problem) for problem in found.problems]
    assert found.problems
    assert found.reached
    for problem in found.problems:
        assert problem.severity == case.severity
        assert problem.path.removeprefix(site.url).startswith(key.removesuffix("index.html"))
        assert problem.help
        assert case.says in problem.message
    if case.severity == "error":
        assert case.rules & rules(found)
        assert found.failed
    site.reset()
    assert look(site, everything=case.everything).problems == ()


def test_a_server_in_trouble_is_asked_once_more_and_not_again(site: Site) -> None:
    key = key_of(site, TEXT)
    site.planted[key] = lambda request: request.bare(503)
    assert rules(look(site)) == {"verify-status"}
    assert site.asked[("GET", key)] == 2


@pytest.mark.parametrize("first", [lambda r: r.bare(503), lambda r: r.hang_up(), cut])
def test_what_goes_well_the_second_time_is_well(site: Site, first: Planted) -> None:
    key = key_of(site, TEXT)
    tries = []

    def once(request: Request) -> bool:
        tries.append(1)
        return len(tries) == 1 and first(request)

    site.planted[key] = once
    assert look(site).problems == ()
    assert len(tries) == 2


def test_a_flipped_byte_of_sound_is_found_only_where_all_is_read(site: Site) -> None:
    site.planted[key_of(site, SOUND)] = flipped
    assert look(site).problems == ()
    assert rules(look(site, everything=True)) == {"verify-digest"}


def test_the_time_limit_holds(site: Site) -> None:
    site.planted["*"] = lambda request: request.key != "feed.xml" and silent(request)
    started = time.monotonic()
    found = look(site, limits=Limits(total_seconds=1.0, read_seconds=30))
    assert time.monotonic() - started < 8
    assert rules(found) == {"verify-unfinished"}
    assert not found.failed
    assert found.skipped > 0


def trickling(request: Request) -> bool:
    """A byte now and then: never silent, and never done."""
    request.head(200, {"Content-Type": "text/vtt", "Content-Length": "100000", **OPEN})
    while not request.site.ended.wait(0.1):
        request.send(b"x")
    return request.hang_up()


def test_a_trickle_does_not_outlast_the_time_limit(site: Site) -> None:
    site.planted[key_of(site, TEXT)] = trickling
    started = time.monotonic()
    found = look(site, limits=Limits(total_seconds=1.5))
    assert time.monotonic() - started < 8
    assert rules(found) == {"verify-unfinished"}
    assert found.skipped == 1


def test_many_of_a_kind_are_said_once_with_their_number(site: Site) -> None:
    plant: Callable[[Request], bool] = lambda request: request.key != "feed.xml" and request.bare(403)  # noqa: E731
    site.planted["*"] = plant
    found = look(site)
    assert rules(found) == {"verify-status"}
    assert len(found.problems) == 5
    more = re.search(r"so it is with (\d+) more", found.problems[-1].message)
    assert more
    assert int(more[1]) + 5 == found.checked - 1
