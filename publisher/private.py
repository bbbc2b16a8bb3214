"""Private feeds: the same show for members, at an address that nobody guesses. Pure.

A private feed is a show of its own below `private/<token>/`: its own feed, manifest, pages and media, so that
nothing of an episode that only members may hear lies where others find it. The token is made from the feed's
name and a secret; who has the one cannot tell the other.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from publisher.model import Announce, Episode, Notify, PrivateFeed, Show

FOLDER: Final = "private/"
SHORTEST_SECRET: Final = 16
TOKEN_CHARACTERS: Final = 40


def token(feed: PrivateFeed, secret: str) -> str:
    """The unguessable part of the feed's address: 160 bits, in hexadecimal."""
    message = f"publisher private feed\n{feed.name}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:TOKEN_CHARACTERS]


def prefix(token: str) -> str:
    """What every key of the feed starts with."""
    return f"{FOLDER}{token}/"


def public_episodes(show: Show) -> Show:
    """The show without the episodes that stand in private feeds only."""
    return replace(show, episodes=tuple(episode for episode in show.episodes if not episode.feeds))


def private_show(show: Show, feed: PrivateFeed, token: str) -> Show:
    """The show as members get it: blocked for directories, early where the feed is.

    Args:
        show: settled (`publisher.planning.settle`): the public one.
    """
    url = show.url + prefix(token)
    return replace(
        show,
        title=feed.title or f"{show.title} ({feed.name})",
        guid=str(uuid.uuid5(uuid.UUID(show.guid), f"private feed {feed.name}")),
        url=url,
        feed_url=f"{url}feed.xml",
        new_feed_url="",
        feed_gzip=False,
        block=True,
        private=True,
        subscribe=(),
        notify=Notify(),
        announce=Announce(),
        feeds=(),
        episodes=tuple(_episodes(show.episodes, feed)),
    )


def _episodes(episodes: Iterable[Episode], feed: PrivateFeed) -> Iterable[Episode]:
    early = timedelta(seconds=feed.early_seconds)
    for episode in episodes:
        if (feed.episodes and episode.slug not in feed.episodes) or (
            episode.feeds and feed.name not in episode.feeds
        ):
            continue
        published = episode.published - early if episode.published else None
        yield replace(episode, published=published, feeds=())
