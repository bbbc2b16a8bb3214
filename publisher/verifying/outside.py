"""A feed and the addresses in it, looked at from outside: changed things first, several at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from publisher.errors import StoreError
from publisher.manifest import (
    Manifest,
    StoredObject,
    feed_names,
    manifest_bytes,
    named_by,
    named_pieces,
    read_manifest,
)
from publisher.verifying.feed import Address, Feed, read_feed
from publisher.verifying.feed_answer import FeedAnswer, ask_for_feed, not_in_time
from publisher.verifying.feed_part import ReleasedFeed, part_of
from publisher.verifying.looking import Look
from publisher.verifying.verification import Fault, Limits, LocalBase, Verification, as_problems
from publisher.verifying.web import Known, Web

_MANIFEST_BYTES: Final = 64 << 20
_FEED_SECONDS: Final = 120.0
_MOST_RELEASES: Final = 10
_GRACE_SECONDS: Final = 1.0

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Run:
    """One verification under way."""

    web: Web
    feed_url: str
    limits: Limits
    everything: bool
    manifest_key: str = ""
    """Of the release that should stand, where that is known."""
    started: float = field(default_factory=time.monotonic)
    faults: list[Fault] = field(default_factory=list)
    checked: int = 0
    skipped: int = 0

    def result(self, *, reached: bool = True) -> Verification:
        return Verification(
            problems=as_problems(self.faults),
            checked=self.checked,
            skipped=self.skipped,
            reached=reached,
            seconds=time.monotonic() - self.started,
            requests=self.web.requests,
        )


def look_from_outside(
    feed_url: str,
    *,
    local_base: LocalBase | None,
    manifest: Manifest | None,
    changed: Collection[str] | None,
    everything: bool,
    limits: Limits,
    previous: Manifest | None = None,
    manifest_key: str = "",
    released: ReleasedFeed | None = None,
) -> Verification:
    """See `publisher.verifying.verify_feed`.

    Args:
        previous: the manifest before, where it is at hand.
        manifest_key: of the manifest, where it is known.
        released: the feed that was released, where it is at hand: where it is served, only the part of it
            is looked at that the release changed.
    """
    web = Web(limits, seconds=limits.seconds(everything=everything), local_base=local_base)
    if manifest is not None and not manifest_key:
        manifest_key = manifest_bytes(manifest)[0]
    run = _Run(web, feed_url, limits, everything, manifest_key)
    try:
        if changed is None or everything or manifest is None or all(item.piece for item in manifest.episodes):
            released = None  # nothing tells what the release made of the feed, or all of it is wanted
        known = None
        if released:
            pieces = named_pieces(released.pieces.pieces, manifest_key)
            known = Known(pieces, released.digest, released.etag)
        answer = _feed(run, known)
        run.faults += answer.faults
        run.checked += answer.reached
        if answer.body is None:
            return run.result(reached=answer.reached)
        part = None
        if released and manifest is not None and answer.digest == released.digest:
            part = part_of(released.pieces, manifest, limits.newest)
        feed = read_feed(feed_url, part.feed if part else answer.body)
        if isinstance(feed, Fault):
            run.faults.append(feed)
            return run.result()
        run.faults += feed.faults
        if part is None:  # else the feed is what was released
            manifest = _standing(run, answer.body, manifest)
        base_url = manifest.url if manifest else urljoin(feed_url, ".")
        if changed is None and manifest is not None and not everything:
            changed = _changed_by(manifest, previous or _fetched(web, base_url, manifest.previous))
        slugs = part.slugs if part else None
        first, rest, skipped = _in_order(run, feed, _objects(manifest, slugs), base_url, changed or ())
        run.skipped += skipped
        secure = urlsplit(feed_url).scheme == "https"
        _look_at(run, Look(web, base_url, secure, everything), first + rest if everything else first)
        return run.result()
    finally:
        web.close()


def _feed(run: _Run, known: Known | None) -> FeedAnswer:
    """The feed, within the time for it: a server can hold back an answer's head for ever."""

    def ask(feed_url: str) -> FeedAnswer:
        return ask_for_feed(run.web, feed_url, run.limits.feed_bytes, known)

    seconds = min(run.web.remaining_seconds, _FEED_SECONDS)
    (answer,) = each_in_time(ask, [run.feed_url], workers=1, seconds=seconds)
    return answer or not_in_time(run.feed_url, seconds)


def _standing(run: _Run, body: bytes, expected: Manifest | None) -> Manifest | None:
    """The manifest that the served feed names, if it can be had, and whether feed and manifest agree."""
    key = named_by(body)
    if expected is not None and key != run.manifest_key:
        newer = _newer(run.web, expected, run.manifest_key, key)
        if newer is not None:
            return newer
        message = "the feed that is served is another than the one released last"
        help = (
            "a cache in front still has the old one: wait, or purge it, and give feed.xml a short life there"
        )
        run.faults.append(Fault("verify-stale", run.feed_url, message, help))
        return expected
    manifest = expected or _fetched(run.web, urljoin(run.feed_url, "."), key)
    if manifest is None or manifest.feed is None:
        return manifest
    if not manifest.is_feed(body.replace(feed_names(key), b"", 1)):
        message = "the feed that is served has other bytes than were released"
        help = "something between the store and the world changes it: turn that off, or publish again"
        run.faults.append(Fault("verify-digest", run.feed_url, message, help))
    return manifest


def _newer(web: Web, expected: Manifest, wanted: str, key: str) -> Manifest | None:
    """The manifest that the served feed names, where it came after the expected one: somebody else published
    in between, which is no fault."""
    served = earlier = _fetched(web, expected.url, key) if key != expected.previous else None
    for _ in range(_MOST_RELEASES):
        if earlier is None or earlier.previous == wanted:
            break
        earlier = _fetched(web, expected.url, earlier.previous)
    return served if earlier is not None and earlier.previous == wanted else None


def _fetched(web: Web, base_url: str, key: str) -> Manifest | None:
    """A manifest over its public address; None where it cannot be had, which is no fault: apps never ask."""
    if not key:
        return None

    def read(key: str) -> bytes | None:
        answer = web.ask("GET", urljoin(base_url, key), keep_bytes=_MANIFEST_BYTES)
        return None if answer.failure or answer.status != 200 or not answer.digest else answer.body

    data = read(key)
    try:
        return read_manifest(key, data, lambda parts: [read(part.key) for part in parts]) if data else None
    except StoreError:
        return None


def _changed_by(manifest: Manifest, previous: Manifest | None) -> set[str]:
    """Keys of what a release brought: all of it, where nothing is known of the one before."""
    if previous is None:
        return set(_objects(manifest)) if not manifest.previous else set()
    before = _objects(previous)
    return {key for key, item in _objects(manifest).items() if before.get(key) != item}


def _objects(manifest: Manifest | None, slugs: Collection[str] | None = None) -> Mapping[str, StoredObject]:
    """What a release consists of beside its feed, by key: all of it, or only the show's own and that of some
    episodes."""
    return manifest.served_objects(slugs) if manifest else {}


def _in_order(
    run: _Run, feed: Feed, objects: Mapping[str, StoredObject], base_url: str, changed: Collection[str]
) -> tuple[list[Address], list[Address], int]:
    """What to look at: changed things, the show's own, the newest items; the rest, if everything is wanted,
    else how much that is. Each address once."""
    newest = [address for item in feed.items[: run.limits.newest] for address in item]
    older = [address for item in feed.items[run.limits.newest :] for address in item]
    every = {address.url: address for address in [*feed.channel, *newest]}
    further = {address.url: address for address in older if address.url not in every}
    named = {key for url in (*every, *further) for key in _keys_at(url, base_url) if key in objects}
    wanted = {key if "://" in key else base_url + quote(key) for key in changed}
    asked = {key for url in wanted for key in _keys_at(url, base_url)}
    wanted |= {url.removesuffix("index.html") for url in wanted}
    # Of ten thousand pages few are looked at.
    chosen = [key for key in (objects if run.everything else sorted(asked)) if key in objects]
    chosen = [key for key in chosen if key not in named]
    for key in chosen:
        item, url = objects[key], base_url + quote(key)
        every[url] = Address(url, "page" if item.type.startswith("text/html") else "object", key)
    every |= further
    first = [address for url, address in every.items() if url in wanted]
    first += [address for address in [*feed.channel, *newest] if address.url not in wanted]
    first = list({address.url: address for address in first}.values())
    taken = {address.url for address in first}
    rest = [address for url, address in every.items() if url not in taken]
    skipped = 0 if run.everything else len(rest) + len(objects) - len(named) - len(chosen)
    rest = [_known(address, objects, base_url) for address in rest] if run.everything else []
    return [_known(address, objects, base_url) for address in first], rest, skipped


def _keys_at(url: str, base_url: str) -> tuple[str, ...]:
    """What may be served at an address: its object, and for a folder the page in it."""
    if not url.startswith(base_url):
        return ()
    key = unquote(url[len(base_url) :])
    return (key,) if key and not key.endswith("/") else (key, f"{key}index.html")


def _known(address: Address, objects: Mapping[str, StoredObject], base_url: str) -> Address:
    """The address with what the manifest says of it."""
    keys = _keys_at(address.url, base_url)
    item = objects.get(keys[-1]) if keys else None
    if item is None:
        return address
    return replace(
        address,
        type=address.type or item.type,
        length_bytes=item.length_bytes if address.length_bytes is None else address.length_bytes,
        digest=item.digest,
    )


def _look_at(run: _Run, look: Look, addresses: Sequence[Address]) -> None:
    """Looks at the addresses, the first ones first, until the time is over."""

    def at(address: Address) -> list[Fault] | None:
        found = look.at(address)
        # What ran out of time says nothing of the address.
        return found if run.web.remaining_seconds > 0 else None

    results = each_in_time(at, addresses, workers=run.limits.workers, seconds=run.web.remaining_seconds)
    done = [found for found in results if found is not None]
    run.checked += len(done)
    run.faults += [fault for found in done for fault in found]
    late = len(addresses) - len(done)
    run.skipped += late
    if late:
        seconds = run.limits.seconds(everything=run.everything)
        message = f"{late} of {len(addresses)} addresses were not looked at within {seconds:g} seconds"
        help = "publisher verify looks again; with --all it takes an hour if it must"
        run.faults.append(Fault("verify-unfinished", run.feed_url, message, help))


def each_in_time(
    function: Callable[[T], R | None], items: Iterable[T], *, workers: int, seconds: float
) -> list[R | None]:
    """Applies the function to every item, several at a time, in order; None for what did not end in time.

    Its threads are left behind when the time is over: a server that never ends an answer must not keep the
    process from ending, as the threads of an executor would.

    Raises:
        BaseException: whatever the function raised first.
    """
    waiting = list(enumerate(items))
    results: list[R | None] = [None] * len(waiting)
    waiting.reverse()
    raised: list[BaseException] = []

    def work() -> None:
        while not raised:
            try:
                place, item = waiting.pop()
            except IndexError:
                return
            try:
                results[place] = function(item)
            except BaseException as error:
                raised.append(error)

    threads = [
        threading.Thread(target=work, name=f"verify-{number}", daemon=True)
        for number in range(min(workers, len(waiting)))
    ]
    deadline = time.monotonic() + seconds + _GRACE_SECONDS
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    finally:
        waiting.clear()
    if raised:
        raise raised[0]
    return list(results)
