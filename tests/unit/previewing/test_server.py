"""The preview over real sockets, with what players, browsers and attackers send."""

from __future__ import annotations

import email
import email.policy
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from publisher.errors import UsageError
from publisher.previewing.server import address, bind, make_app, serve, serving

DIGEST = "0123456789abcdef01234567"
AUDIO = f"media/one-{DIGEST}.mp3"
SOUND = bytes(range(256)) * 400
PUBLIC = "https://cdn.example.org/show/"
FEED = f'<rss><link>{PUBLIC}</link><enclosure url="{PUBLIC}{AUDIO}"/></rss>'
SLOW_SECONDS = 20.0


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


Ask = Callable[..., Answer]


def ask(base_url: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request with the path sent exactly as it stands."""
    connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=SLOW_SECONDS)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def write(folder: Path, key: str, data: bytes | str) -> Path:
    path = folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    public = folder / "public"
    write(public, "feed.xml", FEED)
    write(public, "index.html", f'<!doctype html><a href="{PUBLIC}feed.xml">æøå</a>')
    write(public, "episodes/one/index.html", "<!doctype html>one")
    write(public, AUDIO, SOUND)
    write(public, f"media/one-{DIGEST}.vtt", "WEBVTT\n")
    write(public, f"media/one-{DIGEST}.chapters.json", f'{{"img": "{PUBLIC}a.jpg"}}')
    write(public, "empty.mp3", b"")
    write(public, ".secret", "hidden")
    write(public, ".hidden/feed.xml", "hidden")
    write(folder, "outside.mp3", "outside")
    (public / "link.mp3").symlink_to(folder / "outside.mp3")
    (public / "inner.mp3").symlink_to(public / AUDIO)
    (public / "up").symlink_to(folder)
    os.mkfifo(public / "pipe.mp3")
    return public


@pytest.fixture(scope="module")
def base_url(show: Path) -> Iterator[str]:
    listener = bind(0)
    local = address(listener)
    with serving(make_app([show], public_url=local, local_url=local), listener=listener) as url:
        yield url


@pytest.mark.parametrize(
    ("path", "type_", "cache"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/feed.xml", "application/rss+xml; charset=utf-8", "no-cache"),
        ("/episodes/one/", "text/html; charset=utf-8", "no-cache"),
        (f"/{AUDIO}", "audio/mpeg", "public, max-age=31536000, immutable"),
        (f"/media/one-{DIGEST}.vtt", "text/vtt; charset=utf-8", "public, max-age=31536000, immutable"),
        (
            f"/media/one-{DIGEST}.chapters.json",
            "application/json+chapters; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    ],
)
def test_head_and_get_agree(base_url: str, path: str, type_: str, cache: str) -> None:
    got, head = ask(base_url, path), ask(base_url, path, "HEAD")
    assert (got.status, head.status, head.body) == (200, 200, b"")
    assert got.headers["Content-Type"] == type_
    assert got.headers["Cache-Control"] == cache
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Accept-Ranges"] == "bytes"
    assert int(got.headers["Content-Length"]) == len(got.body) > 0
    assert _without_date(got.headers) == _without_date(head.headers)


def _without_date(headers: http.client.HTTPMessage) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers.items() if name.lower() != "date")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=1000-", 1000, len(SOUND)),
        ("bytes=-100", len(SOUND) - 100, len(SOUND)),
        ("bytes=-99999999", 0, len(SOUND)),
        ("bytes=500-99999999", 500, len(SOUND)),
        ("bytes=0-10,5-20", 0, 21),
        ("bytes=7-9,99999999-", 7, 10),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_one_range(base_url: str, method: str, asked: str, start: int, end: int) -> None:
    answer = ask(base_url, f"/{AUDIO}", method, Range=asked)
    assert answer.status == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(SOUND)}"
    assert answer.headers["Content-Length"] == str(end - start)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.body == (SOUND[start:end] if method == "GET" else b"")


def test_several_ranges(base_url: str) -> None:
    answer = ask(base_url, f"/{AUDIO}", Range="bytes=50-59,0-9,-5")
    assert answer.status == 206
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.body, policy=email.policy.HTTP)
    parts = list(message.iter_parts())
    assert [part["Content-Range"] for part in parts] == [
        f"bytes {start}-{end}/{len(SOUND)}"
        for start, end in ((50, 59), (0, 9), (len(SOUND) - 5, len(SOUND) - 1))
    ]
    wanted = [SOUND[50:60], SOUND[:10], SOUND[-5:]]
    assert [part.get_payload(decode=True) for part in parts] == wanted


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=99999999-,88888888-99999999"])
def test_no_range_within(base_url: str, asked: str) -> None:
    answer = ask(base_url, f"/{AUDIO}", Range=asked)
    assert (answer.status, answer.body) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(SOUND)}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("asked", ["seconds=0-1", "bytes=5-2", "bytes=abc", "nonsense"])
def test_what_is_no_byte_range_gets_the_whole(base_url: str, asked: str) -> None:
    answer = ask(base_url, f"/{AUDIO}", Range=asked)
    assert (answer.status, answer.body) == (200, SOUND)


def test_an_empty_object(base_url: str) -> None:
    assert ask(base_url, "/empty.mp3")[::2] == (200, b"")
    assert ask(base_url, "/empty.mp3", Range="bytes=0-").status == 416


def test_ranges_resume_only_what_is_the_same(base_url: str) -> None:
    headers = ask(base_url, f"/{AUDIO}", "HEAD").headers
    for validator in (headers["ETag"], headers["Last-Modified"]):
        assert ask(base_url, f"/{AUDIO}", Range="bytes=5-", If_Range=validator)[::2] == (206, SOUND[5:])
    for validator in ('"other"', f"W/{headers['ETag']}", "Wed, 02 Sep 2020 06:00:00 GMT"):
        assert ask(base_url, f"/{AUDIO}", Range="bytes=5-", If_Range=validator)[::2] == (200, SOUND)


@pytest.mark.parametrize("path", ["/feed.xml", f"/{AUDIO}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_asks_again_gets_304(base_url: str, path: str, method: str) -> None:
    first = ask(base_url, path, method)
    assert first.headers["ETag"].startswith('"')
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = ask(base_url, path, method, **condition)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["Content-Type"] is None
    assert ask(base_url, path, method, If_None_Match='"other"').status == 200
    assert ask(base_url, path, method, If_Match='"other"').status == 412


def test_a_changed_feed_has_another_etag(tmp_path: Path) -> None:
    write(tmp_path, "feed.xml", "<rss>1</rss>")
    known = (tmp_path / "feed.xml").stat()
    with serving(make_app([tmp_path], public_url="", local_url="")) as url:
        first = ask(url, "/feed.xml")
        write(tmp_path, "new", "<rss>2</rss>").replace(tmp_path / "feed.xml")
        os.utime(tmp_path / "feed.xml", ns=(known.st_atime_ns, known.st_mtime_ns))
        second = ask(url, "/feed.xml", If_None_Match=first.headers["ETag"])
    assert second[::2] == (200, b"<rss>2</rss>")


def test_folders_are_reached_with_a_slash(base_url: str) -> None:
    answer = ask(base_url, "/episodes/one?a=b")
    assert (answer.status, answer.headers["Location"]) == (302, "/episodes/one/?a=b")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(base_url, "/episodes").status == 404
    assert ask(base_url, "/episodes/").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.mp3",
        "/episodes/../../outside.mp3",
        "/%2e%2e/outside.mp3",
        "/%2E%2e%2Foutside.mp3",
        "/..%2foutside.mp3",
        "/%252e%252e/outside.mp3",
        "/..%5coutside.mp3",
        "/..\\outside.mp3",
        "/episodes\\one\\index.html",
        "/link.mp3",
        "/inner.mp3",
        "/up/outside.mp3",
        "/up/public/feed.xml",
        "/.secret",
        "/%2esecret",
        "/.hidden/feed.xml",
        "/./feed.xml",
        "//feed.xml",
        "/feed.xml/",
        "/feed.xml%00",
        "/feed.xml%00.html",
        "/feed.xml%0a",
        "/%0afeed.xml",
        "/C:/feed.xml",
        "/pipe.mp3",
        "/%ff%fe",
        "/" + "a" * 5000,
        "/" + "a/" * 3000,
        "/etc/passwd",
        "//etc/passwd",
    ],
)
def test_nothing_else_is_served(base_url: str, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = ask(base_url, path, method)
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert b"outside" not in answer.body.replace(b"outside.mp3", b"")
        assert b"hidden" not in answer.body.replace(b".hidden", b"")


def test_a_page_says_what_is_missing_and_escapes_it(base_url: str) -> None:
    answer = ask(base_url, "/%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status == 404
    assert b"&lt;script&gt;" in answer.body
    assert b"<script" not in answer.body


@pytest.mark.parametrize("path", ["/feed.xml", "/nothing", "/"])
def test_preflight(base_url: str, path: str) -> None:
    answer = ask(
        base_url, path, "OPTIONS", Origin="https://player.example", Access_Control_Request_Method="GET"
    )
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Range" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(base_url: str, show: Path, method: str) -> None:
    before = (show / "feed.xml").read_bytes()
    answer = ask(base_url, "/feed.xml", method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (show / "feed.xml").read_bytes() == before


def test_addresses_become_local_and_media_do_not(show: Path) -> None:
    listener = bind(0)
    local = address(listener)
    with serving(make_app([show], public_url=PUBLIC, local_url=local), listener=listener) as url:
        assert url == local
        feed, head = ask(url, "/feed.xml"), ask(url, "/feed.xml", "HEAD")
        assert feed.body.decode() == FEED.replace(PUBLIC, local)
        assert head.headers["Content-Length"] == str(len(feed.body))
        assert ask(url, "/feed.xml", If_None_Match=feed.headers["ETag"]).status == 304
        assert ask(url, "/feed.xml", Range="bytes=5-9").body == feed.body[5:10]
        assert local.encode() in ask(url, "/").body
        assert local.encode() in ask(url, f"/media/one-{DIGEST}.chapters.json").body
        assert ask(url, f"/{AUDIO}").body == SOUND
    with serving(make_app([show], public_url="", local_url="")) as url:
        plain = ask(url, "/feed.xml")
    assert plain.headers["ETag"] != feed.headers["ETag"]


def test_the_first_folder_that_has_it_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(second, "feed.xml", "second")
    write(second, "only.txt", "only")
    with serving(make_app([first, second], public_url="", local_url="")) as url:
        assert ask(url, "/feed.xml").body == b"second"
        write(first, "feed.xml", "first")
        assert ask(url, "/feed.xml").body == b"first"
        assert ask(url, "/only.txt").body == b"only"
        assert ask(url, "/nothing.txt").status == 404


def test_what_is_not_here_is_asked_for_elsewhere_but_feeds(show: Path) -> None:
    app = make_app([show], public_url=PUBLIC, local_url="http://127.0.0.1:1/", redirect=PUBLIC)
    with serving(app) as url:
        for method in ("GET", "HEAD"):
            answer = ask(url, "/media/old%20one.mp3?x=1", method, Range="bytes=0-1")
            assert answer.status == 302
            assert answer.headers["Location"] == f"{PUBLIC}media/old%20one.mp3?x=1"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert ask(url, "/feed-2.xml").status == 404
        assert ask(url, "/%2e%2e/secret").status == 404
        assert ask(url, f"/{AUDIO}").body == SOUND
    with serving(make_app([], public_url="", local_url=PUBLIC, redirect=PUBLIC)) as url:
        assert ask(url, "/media/a.mp3").status == 404


def test_many_at_once_get_their_own_bytes(base_url: str) -> None:
    def part(start: int) -> bool:
        answer = ask(base_url, f"/{AUDIO}", Range=f"bytes={start}-{start + 999}")
        return answer.status == 206 and answer.body == SOUND[start : start + 1000]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(part, range(0, len(SOUND) - 1000, 500)))


def test_no_answer_waits_for_its_beginning_to_be_acknowledged() -> None:
    """The end of an answer would wait for 40 ms, and with it everything that asks one thing after another."""
    with bind(0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_one_connection_serves_many_requests(base_url: str) -> None:
    with httpx.Client(base_url=base_url, trust_env=False) as client:
        for _ in range(3):
            assert client.get("/feed.xml").text == FEED
            assert client.get(f"/{AUDIO}", headers={"Range": "bytes=-3"}).content == SOUND[-3:]
            assert client.head(f"/{AUDIO}").headers["Content-Length"] == str(len(SOUND))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "media/large.mp3"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
        file.seek(-4, os.SEEK_END)
        file.write(b"last")
    return path


def test_large_media_pass_through_little_memory(tmp_path: Path, large: Path) -> None:
    with serving(make_app([tmp_path], public_url="", local_url="")) as url:
        ask(url, "/media/large.mp3", Range="bytes=-4")
        tracemalloc.start()
        try:
            with socket.create_connection(urlsplit(url).netloc.split(":"), timeout=SLOW_SECONDS) as stalled:  # type: ignore[arg-type]
                stalled.sendall(b"GET /media/large.mp3 HTTP/1.1\r\nHost: x\r\n\r\n")
                assert stalled.recv(15) == b"HTTP/1.1 200 OK"
                connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SLOW_SECONDS)
                connection.request("GET", "/media/large.mp3")
                response = connection.getresponse()
                total, end = 0, b""
                while chunk := response.read(1 << 18):
                    total, end = total + len(chunk), chunk[-4:]
                connection.close()
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (total, end) == (50 * 1024 * 1024, b"last")
    assert peak_bytes < 8 * 1024 * 1024


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted through /proc")
def test_who_hangs_up_leaves_nothing_open(tmp_path: Path, large: Path) -> None:
    with serving(make_app([tmp_path], public_url="", local_url="")) as url:
        for _ in range(5):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SLOW_SECONDS)
            connection.request("GET", "/media/large.mp3")
            connection.getresponse().read(10)
            connection.close()
        _until(lambda: not _open_files(large))
        assert ask(url, "/media/large.mp3", Range="bytes=-4").body == b"last"


def _open_files(path: Path) -> list[str]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target == str(path):
            found.append(target)
    return found


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + SLOW_SECONDS
    while not done():
        assert time.monotonic() < end, "did not happen in time"
        os.sched_yield()


def test_a_taken_port_is_the_users_to_change() -> None:
    listener = bind(0)
    with listener:
        port = listener.getsockname()[1]
        with pytest.raises(UsageError, match=rf"(?s)port {port} .*--port") as caught:
            serve(make_app([], public_url="", local_url=""), port=port)
    assert caught.value.exit_status == 2


def test_an_impossible_port_is_the_users_to_change() -> None:
    with pytest.raises(UsageError, match="--port"):
        bind(70000)


PROGRAM = """
import sys
from pathlib import Path
from publisher.previewing.server import make_app, serve
app = make_app([Path(sys.argv[1])], public_url="", local_url="")
serve(app, port=0, ready=lambda url: print(url, flush=True))
print("ended")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_in_the_middle_of_a_transfer(
    tmp_path: Path, large: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SLOW_SECONDS)
            connection.request("GET", "/media/large.mp3")
            assert connection.getresponse().read(10) == bytes(10)
            process.send_signal(number)
            output, errors = process.communicate(timeout=SLOW_SECONDS)
            connection.close()
        finally:
            process.kill()
    assert (process.returncode, output, errors) == (0, "ended\n", "")
