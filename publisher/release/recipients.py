"""Who is to be told of a release, by the show's settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from publisher.identity import sha256
from publisher.manifest import Manifest
from publisher.model import Mail, Show, Webhook
from publisher.planning import Plan, PlannedEpisode

Kind = Literal["websub", "podping", "webhook", "email", "mastodon", "bluesky"]

HUBS: Final = frozenset(("websub", "podping"))
"""They are told that the feed is new, whatever is new in it: of several releases, only of the last."""
NETWORKS: Final = frozenset(("mastodon", "bluesky"))

MOST_POSTS: Final = 3
"""So many episodes of one release are announced, the newest ones."""
NEWS: Final = timedelta(days=7)
"""An episode that is older is no news: back-dated, or of a show that came from elsewhere."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One way to tell somebody.

    Attributes:
        id: stands in the record, which everybody can read: it tells no address.
        label: what to call it before a person, without anything that may be a secret.
        url: where a hub is.
        webhook, mail: the setting, where it is one of these.
    """

    id: str
    kind: Kind
    label: str
    url: str = ""
    webhook: Webhook | None = None
    mail: Mail | None = None


def recipients(show: Show, event: str = "release") -> Iterator[Recipient]:
    """Everybody who is told of one event; of a release, hubs too."""
    notify = show.notify
    if event == "release":
        for hub in dict.fromkeys(notify.websub):
            yield Recipient(f"websub {_mark(hub)}", "websub", f"the hub {hub}", url=hub)
        if notify.podping:
            yield Recipient("podping", "podping", "podping")
    for webhook in dict.fromkeys(notify.webhooks):
        if event in webhook.on:
            # The path of a webhook's address is often a secret.
            label = f"the webhook at {urlsplit(webhook.url).netloc}"
            yield Recipient(f"webhook {_mark(webhook.url)}", "webhook", label, webhook=webhook)
    for mail in dict.fromkeys(notify.email):
        if event in mail.on:
            count = f" and {len(mail.to) - 1} more" if mail.to[1:] else ""
            yield Recipient(f"email {_mark(*mail.to)}", "email", f"{mail.to[0]}{count}", mail=mail)


def networks(show: Show) -> Iterator[Kind]:
    """Where new episodes are announced."""
    if show.announce.mastodon:
        yield "mastodon"
    if show.announce.bluesky:
        yield "bluesky"


def tells(show: Show) -> bool:
    """Whether anybody is ever told of a release."""
    return not show.private and any((*recipients(show), *networks(show)))


def wanted(plan: Plan, *, now: datetime, public: bool) -> tuple[tuple[str, ...], int]:
    """Who is to be told of a release that is about to be made.

    Args:
        now: aware; what is announced is news then.
        public: whether the feed has an address that others can ask; nobody in the world is told otherwise.

    Returns:
        The ids, and how many new episodes are not announced because there are too many.
    """
    show = plan.show
    found = [recipient for recipient in recipients(show) if public or recipient.kind not in HUBS]
    if plan.only_adds_posts:
        # The release before was this one but for the addresses of posts: producers know of it.
        found = [recipient for recipient in found if recipient.kind in HUBS]
    ids = [recipient.id for recipient in found]
    news = [planned for planned in plan.of("new") if _is_news(planned, plan, now)]
    if not public or not any(networks(show)):
        news = []
    chosen = news[-MOST_POSTS:]
    ids += [f"{network} {planned.guid}" for planned in chosen for network in networks(show)]
    return tuple(ids), len(news) - len(chosen)


def wanted_of_rollback(show: Show, *, public: bool) -> tuple[str, ...]:
    """Who is to be told that a past release stands again: nobody announces that."""
    return tuple(recipient.id for recipient in recipients(show) if public or recipient.kind not in HUBS)


def new_episodes(manifest: Manifest, before: Manifest | None) -> tuple[str, ...]:
    """GUIDs of what only the newer manifest holds."""
    known = {released.guid for released in before.episodes} if before else set()
    return tuple(released.guid for released in manifest.episodes if released.guid not in known)


def _is_news(planned: PlannedEpisode, plan: Plan, now: datetime) -> bool:
    episode = planned.episode
    return (
        episode is not None
        and episode.type == "full"
        and not episode.block
        # Who wrote down where it is talked about has posted already.
        and not episode.social
        and planned.guid not in plan.posts
        and planned.published is not None
        and now - planned.published <= NEWS
    )


def _mark(*texts: str) -> str:
    return sha256("\n".join(texts).encode())[:12]
