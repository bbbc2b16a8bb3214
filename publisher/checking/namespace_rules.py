"""Rules of the podcast namespace's own elements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.checking.rule import NAMESPACE, Found, Scope, episode_rule, show_rule
from publisher.model import Episode, Social
from publisher.namespace import Recipient, Value
from publisher.problems import KeyPath

# A compressed public key: https://github.com/lightning/bolts/blob/master/01-messaging.md
_NODE = re.compile(r"0[23][0-9a-fA-F]{64}")
_LIGHTNING_ADDRESS = re.compile(r"[a-z0-9._+-]+@[a-z0-9.-]+\.[a-z0-9-]+", re.IGNORECASE)


@show_rule("value-address", "error", "a payment's address is one of its type", NAMESPACE + "value-recipient")
def _value(scope: Scope) -> Iterator[Found]:
    yield from _addresses(scope.show.value)
    for episode in scope.show.episodes:
        if episode.value:
            yield from _addresses(episode.value, f"{episode.slug}/episode.yaml")


def _addresses(values: tuple[Value, ...], file: str = "") -> Iterator[Found]:
    for place, value in enumerate(values):
        key: KeyPath = ("value", place)
        yield from _recipients(value.recipients, key, file)
        for split_place, split in enumerate(value.time_splits):
            yield from _recipients(split.recipients, (*key, "time_splits", split_place), file)


def _recipients(recipients: tuple[Recipient, ...], key: KeyPath, file: str) -> Iterator[Found]:
    for place, recipient in enumerate(recipients):
        found = _address(recipient)
        if found:
            yield Found(*found, (*key, "recipients", place, "address"), file)


def _address(recipient: Recipient) -> tuple[str, str] | None:
    who = recipient.name or recipient.address
    if recipient.type == "node" and not _NODE.fullmatch(recipient.address):
        help = "copy the key whole: 66 characters from 0 to 9 and a to f"
        if "@" in recipient.address:
            help = "add type: lnaddress"
        return f"the payment address of {who!r} is no node's key", help
    if recipient.type == "lnaddress" and not _LIGHTNING_ADDRESS.fullmatch(recipient.address):
        return f"the payment address of {who!r} is no Lightning address", "write it as name@wallet.example"
    return None


@show_rule(
    "update-frequency", "error", "a schedule that counts says from when", NAMESPACE + "update-frequency"
)
def _update_frequency(scope: Scope) -> Iterator[Found]:
    frequency = scope.show.update_frequency
    if frequency and "COUNT=" in frequency.rrule and frequency.dtstart is None:
        yield Found(
            "'update_frequency' counts episodes and does not say from when",
            "add dtstart: 2026-09-01",
            ("update_frequency",),
        )


@show_rule("social-url", "error", "a root post has an address", NAMESPACE + "social-interact")
def _show_social(scope: Scope) -> Iterator[Found]:
    yield from _posts(scope.show.social)
    for episode in scope.show.episodes:
        if episode.social:
            yield from _posts(episode.social, f"{episode.slug}/episode.yaml")


def _posts(posts: tuple[Social, ...], file: str = "") -> Iterator[Found]:
    for place, post in enumerate(posts):
        if not post.url and post.protocol != "disabled":
            message = f"the post on {post.protocol} has no address"
            yield Found(message, "add url: the post's address", ("social", place), file)


@episode_rule("time-split", "error", "a time split lies within the audio", NAMESPACE + "value-time-split")
def _time_splits(scope: Scope, episode: Episode) -> Iterator[Found]:
    for place, value in enumerate(episode.value):
        for split_place, split in enumerate(value.time_splits):
            start = split.start_seconds
            if episode.audio and start >= episode.audio.duration_seconds:
                yield Found(
                    f"a time split starts at {start:g} s, "
                    f"and the audio is {episode.audio.duration_seconds:.0f} s long",
                    "mend the time, or check that this is the right audio",
                    ("value", place, "time_splits", split_place),
                )
