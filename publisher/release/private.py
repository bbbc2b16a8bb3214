"""The private feeds of a show: each a release of its own, after the public one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.errors import PublisherError, ShowError, UsageError
from publisher.model import PrivateFeed, Show
from publisher.planning import PrivatePlan
from publisher.private import SHORTEST_SECRET, prefix, private_show, token
from publisher.problems import Problem, without_hints
from publisher.reading.load import Loaded
from publisher.release.preparing import Lender, Prepared, compare
from publisher.store import PrefixedStore, Store
from publisher.suggest import did_you_mean

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

    @property
    def notices(self) -> tuple[str, ...]:
        """What else a person should know, without the address."""
        found = self.outcome.notices if self.outcome else ()
        store = self.outcome.store if self.outcome else None
        return tuple(store.discreet(text) for text in found) if isinstance(store, PrefixedStore) else ()

    def as_json(self) -> dict[str, Any]:
        """Without any address: a log must not hold one."""
        return {
            **PrivatePlan(
                self.name, self.outcome.plan if self.outcome else None, self.error, self.problems
            ).as_json(),
            "released": bool(self.outcome and self.outcome.released),
            "uploaded": self.outcome.uploaded if self.outcome else 0,
            "notices": list(self.notices),
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


def stores_of(show: Show, store: Store) -> dict[str, PrefixedStore | None]:
    """Where each private feed stands, by its name; None where its secret is not known.

    Raises:
        UsageError: a secret is too short.
    """
    return {feed.name: _store_of(feed, store) for feed in show.feeds}


def _store_of(feed: PrivateFeed, store: Store) -> PrefixedStore | None:
    secret = secret_of(feed, os.environ)
    if not secret:
        return None
    return PrefixedStore(store, prefix(token(feed, secret)), f"private feed {feed.name}")


def store_of_feed(loaded: Loaded, store: Store, name: str) -> Store:
    """Where one feed of the show stands: the whole store for an empty name, else the private feed's part.

    Raises:
        ShowError: podcast.yaml cannot be read, so that nobody knows the feeds.
        UsageError: there is no such feed, or its secret is not known.
    """
    if not name:
        return store
    if loaded.show is None:
        raise ShowError(without_hints(loaded.problems))
    feeds = {feed.name: feed for feed in loaded.show.feeds}
    if name not in feeds:
        raise UsageError(
            f"the show has no private feed {name!r}",
            help=did_you_mean(name, feeds) if feeds else "feeds: of podcast.yaml lists none",
        )
    found = _store_of(feeds[name], store)
    if found is None:
        variable = feeds[name].secret
        what = f"where the private feed {name!r} stands is not known: {variable} is not set"
        raise UsageError(what, help=f"put its secret into the environment variable {variable}")
    return found


def plan_private(prepared: Prepared) -> tuple[PrivatePlan, ...]:
    """What a publish would do to every private feed of the show.

    Args:
        prepared: for the public release.
    """
    return tuple(_planned(prepared, feed) for feed in prepared.plan.show.feeds)


def _planned(prepared: Prepared, feed: PrivateFeed) -> PrivatePlan:
    try:
        private = prepare_private(prepared, feed)
    except PublisherError as error:
        return PrivatePlan(feed.name, error=error)
    if private is None:
        return PrivatePlan(feed.name, problems=(_left(prepared, feed),))
    return PrivatePlan(feed.name, private.plan)


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
        private = prepare_private(prepared, feed)
        if private is None:
            return PrivateOutcome(feed.name, problems=(_left(prepared, feed),))
        return PrivateOutcome(feed.name, outcome=release(private))
    except PublisherError as error:
        return PrivateOutcome(feed.name, error=error)


def _left(prepared: Prepared, feed: PrivateFeed) -> Problem:
    message = f"the private feed {feed.name!r} is left as it is: {feed.secret} is not set"
    help = f"put its secret into the environment variable {feed.secret} where publish runs"
    path = f"{prepared.plan.show.folder}/podcast.yaml"
    return Problem("feed-left", "warning", message, help, path)


def prepare_private(prepared: Prepared, feed: PrivateFeed) -> Prepared | None:
    """A private feed read, checked and compared; None where its secret is not known.

    Raises:
        PublisherError: as `publisher.release.preparing.compare`, and for a secret that is too short.
    """
    secret = secret_of(feed, os.environ)
    if not secret:
        return None
    mark = token(feed, secret)
    show = private_show(prepared.plan.show, feed, mark)
    store = PrefixedStore(prepared.store, prefix(mark), f"private feed {feed.name}")
    # What is wrong with the show has been said of the public release.
    loaded = replace(prepared.loaded, show=show, problems=())
    return compare(
        loaded,
        store,
        url=show.url,
        now=prepared.plan.now,
        id3_version=prepared.plan.id3_version,
        lender=Lender(prepared.store, prepared.known) if prepared.known else None,
    )


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
