"""The private feeds of a show: each a release of its own, after the public one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.errors import PublisherError, UsageError
from publisher.model import PrivateFeed, Show
from publisher.private import SHORTEST_SECRET, prefix, private_show, token
from publisher.problems import Problem
from publisher.release.preparing import Prepared, compare
from publisher.store import PrefixedStore

if TYPE_CHECKING:
    from publisher.release import Outcome


@dataclass(frozen=True, slots=True)
class PrivateOutcome:
    """What came of one private feed.

    Attributes:
        name: the feed's, as podcast.yaml has it.
        outcome: of its release; None where it failed, or was left as it is.
        error: why it failed; None where it did not.
        problems: why it was left as it is.
    """

    name: str
    outcome: Outcome | None = None
    error: PublisherError | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def exit_status(self) -> int:
        if self.error is not None:
            return self.error.exit_status
        return self.outcome.exit_status if self.outcome else 0

    def as_json(self) -> dict[str, Any]:
        """Without any address: a log must not hold one."""
        return {
            "name": self.name,
            "released": bool(self.outcome and self.outcome.released),
            "uploaded": self.outcome.uploaded if self.outcome else 0,
            "error": self.error.message if self.error else None,
            "problems": [problem.as_json() for problem in self.problems],
            "outside": [problem.as_json() for problem in self.outcome.outside] if self.outcome else [],
        }


def secret_of(feed: PrivateFeed, environment: Mapping[str, str]) -> str:
    """The secret that the feed's variable holds; empty where there is none.

    Raises:
        UsageError: it is too short to keep an address from being guessed.
    """
    secret = environment.get(feed.secret, "").strip()
    if secret and len(secret) < SHORTEST_SECRET:
        raise UsageError(
            f"the secret of the private feed {feed.name!r} has {len(secret)} characters",
            help=f"put {SHORTEST_SECRET} or more into {feed.secret}: openssl rand -hex 32 makes one",
        )
    return secret


def tokens(show: Show, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Token by the name of each private feed whose secret is known."""
    known = os.environ if environment is None else environment
    found = {feed: secret_of(feed, known) for feed in show.feeds}
    return {feed.name: token(feed, secret) for feed, secret in found.items() if secret}


def publish_private(prepared: Prepared, release: Callable[[Prepared], Outcome]) -> tuple[PrivateOutcome, ...]:
    """Releases every private feed of a show whose public release is made. One that fails keeps no other.

    Args:
        prepared: of the public release.
        release: carries one out.
    """
    return tuple(_published(prepared, feed, release) for feed in prepared.plan.show.feeds)


def _published(
    prepared: Prepared, feed: PrivateFeed, release: Callable[[Prepared], Outcome]
) -> PrivateOutcome:
    try:
        secret = secret_of(feed, os.environ)
        if not secret:
            message = f"the private feed {feed.name!r} is left as it is: {feed.secret} is not set"
            help = f"put its secret into the environment variable {feed.secret} where publish runs"
            path = f"{prepared.plan.show.folder}/podcast.yaml"
            left = Problem("feed-left", "warning", message, help, path)
            return PrivateOutcome(feed.name, problems=(left,))
        mark = token(feed, secret)
        show = private_show(prepared.plan.show, feed, mark)
        store = PrefixedStore(prepared.store, prefix(mark), f"private feed {feed.name}")
        # What is wrong with the show has been said of the public release.
        loaded = replace(prepared.loaded, show=show, problems=())
        private = compare(
            loaded, store, url=show.url, now=prepared.plan.now, id3_version=prepared.plan.id3_version
        )
        return PrivateOutcome(feed.name, outcome=release(private))
    except PublisherError as error:
        return PrivateOutcome(feed.name, error=error)


def discreet(problems: tuple[Problem, ...], store: PrefixedStore) -> tuple[Problem, ...]:
    """Problems without the address that nobody is told."""
    return tuple(
        replace(
            problem,
            message=store.discreet(problem.message),
            help=store.discreet(problem.help),
            path=store.discreet(problem.path),
        )
        for problem in problems
    )
