"""WebSub hubs and Podping: they are told that the feed is new, and fetch it or tell others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from publisher.telling.asking import Asking, NotTold, is_header

PODPING_URL: Final = "https://podping.cloud/"


def tell_hub(hub: str, feed_url: str, asking: Asking) -> None:
    """As hubs take it from publishers: https://www.w3.org/TR/websub/#publisher-and-hub-communication-mechanism

    Raises:
        NotTold: the hub does not say that it will.
    """
    body = urlencode({"hub.mode": "publish", "hub.url": feed_url}).encode()
    asking.ask("POST", hub, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})


def podping_token(environment: Mapping[str, str]) -> str:
    return environment.get("PUBLISHER_PODPING_TOKEN", "").strip()


def tell_podping(feed_url: str, medium: str, environment: Mapping[str, str], asking: Asking) -> None:
    """https://github.com/Podcastindex-org/podping.cloud#requests: the token stands in the header by itself.

    Args:
        medium: of the show, by the podcast namespace.

    Raises:
        NotTold: it is not taken.
    """
    token = podping_token(environment)
    if not is_header(token):
        raise NotTold("was not asked: PUBLISHER_PODPING_TOKEN holds characters that no token has")
    base = environment.get("PUBLISHER_PODPING_URL", "").strip() or PODPING_URL
    query = urlencode({"url": feed_url, "reason": "update", "medium": medium})
    asking.ask("GET", f"{base}{'&' if '?' in base else '?'}{query}", headers={"Authorization": token})
