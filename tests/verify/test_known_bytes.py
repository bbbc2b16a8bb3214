"""A body that is known is compared and not summed: whatever differs in it is found all the same."""

from __future__ import annotations

import hashlib
import random

import pytest

from publisher.verifying import Limits
from publisher.verifying.web import OTHERS, Known, Web
from tests.verify.server import Site

KEY = "known.bin"
LENGTH = (1 << 21) + 17


@pytest.fixture(scope="module")
def data() -> bytes:
    return random.Random(8).randbytes(LENGTH)


def told(site: Site, served: bytes, pieces: list[bytes]) -> str:
    """What is said of what is served, where these pieces are known."""
    digest = hashlib.sha256(b"".join(pieces)).hexdigest()
    (site.folder / KEY).write_bytes(served)
    web = Web(Limits(), seconds=30)
    try:
        answer = web.ask("GET", site.url + KEY, read_bytes=1 << 30, known=Known(pieces, digest))
    finally:
        web.close()
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
