"""A body that is known is compared and not summed: whatever differs in it is found all the same."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest

from publisher.verifying import Limits
from publisher.verifying.web import ENOUGH_BYTES, OTHERS, Answer, Known, Web
from tests.verify.server import Request, Site

KEY = "known.bin"
LENGTH = (1 << 21) + 17


@pytest.fixture(scope="module")
def data() -> bytes:
    return random.Random(8).randbytes(LENGTH)


def asked(site: Site, known: Known) -> Answer:
    web = Web(Limits(), seconds=30)
    try:
        return web.ask("GET", site.url + KEY, read_bytes=1 << 30, known=known)
    finally:
        web.close()


def told(site: Site, served: bytes, pieces: list[bytes]) -> str:
    """What is said of what is served, where these pieces are known."""
    digest = hashlib.sha256(b"".join(pieces)).hexdigest()
    (site.folder / KEY).write_bytes(served)
    answer = asked(site, Known(pieces, digest))
    (site.folder / KEY).unlink()
    assert answer.length_bytes == len(served)
    assert answer.digest in (digest, OTHERS)
    return "the same" if answer.digest == digest else "other"


@pytest.mark.parametrize("length", [LENGTH, 1 << 20, 100_001, 3000])
def test_the_same_bytes_are_the_same_however_they_are_cut(site: Site, data: bytes, length: int) -> None:
    pieces = [data[at : at + length] for at in range(0, LENGTH, length)]
    assert told(site, data, pieces) == "the same"
    assert told(site, data, [b"", *pieces[:1], b"", b"", *pieces[1:], b""]) == "the same"


@pytest.mark.parametrize("place", [0, 99_999, 100_000, (1 << 20) - 1, 1 << 20, LENGTH - 1])
def test_one_other_byte_is_found(site: Site, data: bytes, place: int) -> None:
    pieces = [data[at : at + 100_000] for at in range(0, LENGTH, 100_000)]
    served = bytearray(data)
    served[place] ^= 1
    assert told(site, bytes(served), pieces) == "other"


@pytest.mark.parametrize("length", [0, 1, LENGTH - 17, LENGTH - 1, LENGTH + 1, 2 * LENGTH])
def test_bytes_that_are_missing_or_too_many_are_found(site: Site, data: bytes, length: int) -> None:
    pieces = [data[at : at + 100_000] for at in range(0, LENGTH, 100_000)]
    assert told(site, (data * 2)[:length], pieces) == "other"


ETAG = '"as the store has it"'
LARGE = random.Random(9).randbytes(24 * ENOUGH_BYTES)
"""More than fits into the buffers between a server and who asks it."""
DIGEST = hashlib.sha256(LARGE).hexdigest()


def served(site: Site, body: bytes, known: Known, **headers: str | None) -> Answer:
    """What is said where a server gives these bytes with these headers."""

    def plant(request: Request) -> bool:
        said: dict[str, Any] = {"ETag": ETAG} | headers
        return request.well(body, **said)

    site.planted[KEY] = plant
    return asked(site, known)


def changed(place: int) -> bytes:
    body = bytearray(LARGE)
    body[place] ^= 1
    return bytes(body)


def test_a_body_that_its_etag_tells_is_only_begun(site: Site) -> None:
    answer = served(site, LARGE, Known([LARGE], DIGEST, ETAG))
    assert (answer.digest, answer.length_bytes, answer.cut) == (DIGEST, len(LARGE), "")
    assert site.sent_bytes < len(LARGE), "it was sent to its end"
    # What follows is asked over a connection of its own, and nothing of the rest stands before it.
    site.planted.clear()
    assert asked(site, Known([b""], "", ETAG)).status == 404


def test_it_begins_as_it_should(site: Site) -> None:
    for place in (0, ENOUGH_BYTES - 1):
        assert served(site, changed(place), Known([LARGE], DIGEST, ETAG)).digest == OTHERS


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"another"'},
        {"ETag": f"W/{ETAG}"},
        {"ETag": ETAG.strip('"')},
        {"ETag": None},
        {"Content-Encoding": "identity"},
    ],
    ids=["other", "weak", "bare", "none", "packed"],
)
def test_whoever_does_not_say_that_it_is_the_same_is_read_to_the_end(
    site: Site, headers: dict[str, str | None]
) -> None:
    known = Known([LARGE], DIGEST, ETAG)
    assert served(site, changed(len(LARGE) - 1), known, **headers).digest == OTHERS
    assert served(site, LARGE, known, **headers).digest == DIGEST


@pytest.mark.parametrize("more", [-1, 1])
def test_another_length_is_read_to_the_end(site: Site, more: int) -> None:
    body = (LARGE + LARGE)[: len(LARGE) + more]
    answer = served(site, body, Known([LARGE], DIGEST, ETAG))
    assert (answer.digest, answer.length_bytes) == (OTHERS, len(body))


@pytest.mark.parametrize("etag", ["", "bare", 'W/"weak"'])
def test_an_etag_that_tells_nothing_is_not_believed(site: Site, etag: str) -> None:
    answer = served(site, changed(len(LARGE) - 1), Known([LARGE], DIGEST, etag), ETag=etag or None)
    assert answer.digest == OTHERS


def test_one_that_breaks_off_before_is_broken_off(site: Site) -> None:
    def plant(request: Request) -> bool:
        request.head(200, {"ETag": ETAG, "Content-Length": str(len(LARGE))})
        request.send(LARGE[:1000])
        return request.hang_up()

    site.planted[KEY] = plant
    answer = asked(site, Known([LARGE], DIGEST, ETAG))
    assert (answer.digest, answer.length_bytes) == ("", 1000)
    assert answer.cut
