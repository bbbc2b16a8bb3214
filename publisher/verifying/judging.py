"""What an answer says against an address: one fault for one thing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from publisher.verifying.content import bare, wrong_sound
from publisher.verifying.feed import Address
from publisher.verifying.verification import Fault
from publisher.verifying.web import Answer, shown

GONE: Final = frozenset({404, 410})

_SOUNDS: Final = frozenset({"enclosure", "alternate"})
_MIDDLE_BYTES: Final = 1024

_OPEN_HELP: Final = (
    "let everybody read what is published: a bucket wants a policy that allows GetObject to all"
)
_MEND_HELP: Final = "purge the cache in front, if there is one, or make it again: publisher publish --mend"
_GONE_HELP: Final = "see that the public address leads to the store, and publish again"
_STATUS_HELP: Final = {
    401: _OPEN_HELP,
    403: _OPEN_HELP,
    404: _GONE_HELP,
    410: _GONE_HELP,
    429: "the server asks for patience: verify again later",
}
_SERVER_HELP: Final = "the server is in trouble: verify again later, and see its log if it stays so"


def failed(address: Address, answer: Answer) -> Fault:
    """The fault where nothing came back."""
    assert answer.failure is not None
    rule, help = {
        "address": ("verify-address", "apps want a complete https address"),
        "certificate": ("verify-certificate", "apps refuse it: renew or mend the certificate of that host"),
        "loop": ("verify-redirect", "mend the redirects of that host"),
        "insecure": ("verify-https", "apps refuse to leave https: let the redirect lead to https"),
    }.get(answer.failure.kind, ("verify-connection", "see that the host is up, and that its name is right"))
    where = f", sent on to {shown(answer.url)}," if answer.hops and answer.failure.kind != "insecure" else ""
    message = f"{address.name}{where} {answer.failure.message}"
    return Fault(rule, address.url, message, help, "error")


def bad_status(address: Address, answer: Answer) -> Fault:
    help = _STATUS_HELP.get(answer.status, _SERVER_HELP if answer.status >= 500 else "")
    return Fault("verify-status", address.url, f"{address.name} answers {answer.status}", help)


def judged(address: Address, answer: Answer) -> Iterator[Fault]:
    """A failure, a status that is no success, a body that broke off."""
    if answer.failure:
        yield failed(address, answer)
    elif answer.status != 200:
        yield bad_status(address, answer)
    elif answer.cut:
        message = f"{address.name} broke off after {answer.length_bytes} bytes: {answer.cut}"
        yield Fault("verify-cut", address.url, message, _SERVER_HELP)


def redirects(address: Address, answer: Answer) -> Iterator[Fault]:
    """Every hop costs each listener a request; on the way to a sound, every time it is played."""
    hops = len(answer.hops)
    if answer.failure:
        return
    if hops > 1 or (hops and address.kind in _SOUNDS):
        message = (
            f"{address.name} is reached by {hops} redirect{'s' if hops > 1 else ''}, at {shown(answer.url)}"
        )
        help = "each costs every listener time: let url: in podcast.yaml name the last address"
        yield Fault("verify-redirect", address.url, message, help)


def described(address: Address, answer: Answer) -> Iterator[Fault]:
    """Type, length and encoding, by the headers alone."""
    expected, served = bare(address.type), bare(answer.type)
    accepted = {expected, "application/json"} if address.kind == "chapters" else {expected}
    if expected and served not in accepted:
        message = f"{address.name} is served as {served or 'nothing'}, and it is {expected}"
        yield Fault("verify-type", address.url, message, "let the server send that Content-Type")
    if address.kind in _SOUNDS:
        yield from _sound_length(address, answer)


def _sound_length(address: Address, answer: Answer) -> Iterator[Fault]:
    encoding = answer.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        message = f"{address.name} is sent as {encoding}, so that nobody can seek in it"
        yield Fault("verify-encoding", address.url, message, "turn compression off for audio and video")
        return
    length = answer.content_length
    if length is None:
        message = f"{address.name} is served without a length"
        help = "apps show no progress and cannot resume: let the server send Content-Length"
        yield Fault("verify-length", address.url, message, help, "warning")
    elif address.length_bytes is not None and length != address.length_bytes:
        message = f"{address.name} has {length} bytes, and the feed says {address.length_bytes}"
        yield Fault(
            "verify-length",
            address.url,
            message,
            _MEND_HELP,
        )


def ranges(length: int | None) -> list[tuple[int, int]]:
    """The parts of a sound that are asked for, each from its first to its last byte."""
    if length is None:
        return [(0, 1)]
    if length < 4:
        return []
    middle = length // 2
    return [(0, 1), (middle, min(middle + _MIDDLE_BYTES, length) - 1)]


def part(address: Address, answer: Answer, first: int, last: int, length: int | None) -> Fault | None:
    """The fault of an answer to a request for a part; None where it is what was asked for."""
    asked = f"bytes {first} to {last} of {address.name}"
    help = "players seek and resume by ranges: let the server honour Range"
    if answer.failure:
        return failed(address, answer)
    if answer.status == 200:
        return Fault("verify-range", address.url, f"{asked} were asked for, and all of it was sent", help)
    if answer.status != 206:
        return Fault("verify-range", address.url, f"{asked} were asked for: {answer.status}", help)
    said = answer.headers.get("content-range", "").strip().lower()
    total = said.rpartition("/")[2]
    if not said.startswith(f"bytes {first}-{last}/"):
        message = f"{asked} were asked for, and the answer calls itself {said or 'nothing'}"
        return Fault("verify-range", address.url, message, help)
    if length is not None and total not in ("*", str(length)):
        message = f"{address.name} has {total} bytes by its range, and the feed says {length}"
        return Fault(
            "verify-length",
            address.url,
            message,
            _MEND_HELP,
        )
    if answer.cut or len(answer.body) != last - first + 1:
        message = f"{asked} were asked for, and {len(answer.body)} bytes came"
        return Fault("verify-cut", address.url, message, _SERVER_HELP)
    return None


def sounds(address: Address, answer: Answer) -> Iterator[Fault]:
    """How it begins."""
    wrong = wrong_sound(address.type or answer.type, answer.body)
    if wrong and len(answer.body) >= 12:
        message = f"{address.name} begins as {wrong}"
        yield Fault(
            "verify-audio",
            address.url,
            message,
            _MEND_HELP,
        )


def whole(address: Address, answer: Answer) -> Iterator[Fault]:
    """Length and digest of a body that was read to its end; nothing of one that was not."""
    if answer.failure or answer.status != 200 or (answer.cut and address.kind not in _SOUNDS):
        return
    if answer.cut:
        message = f"{address.name} broke off after {answer.length_bytes} bytes: {answer.cut}"
        yield Fault("verify-cut", address.url, message, _SERVER_HELP)
    elif answer.digest and address.digest and answer.digest != address.digest:
        yield _other_bytes(address, answer)


def _other_bytes(address: Address, answer: Answer) -> Fault:
    help = "publish again, or purge the cache in front"
    if address.kind == "page":
        # A page keeps its address: caches may have the old one, another publisher may have written a newer
        # one, and some CDNs put things into pages. Listeners can read it all the same.
        message = f"{address.name} has other bytes than were released"
        return Fault("verify-digest", address.url, message, "wait, or purge the cache in front", "warning")
    if address.length_bytes is not None and answer.length_bytes != address.length_bytes:
        message = f"{address.name} has {answer.length_bytes} bytes, and was released with"
        return Fault("verify-length", address.url, f"{message} {address.length_bytes}", help)
    message = f"{address.name} has other bytes than were released (their SHA-256 differs)"
    return Fault("verify-digest", address.url, message, help)
