"""What private feeds left that are none of the show's any more: removed whole, once they are long gone.

Nothing in the store tells whose an unknown folder below `private/` is: its name was made from a secret that
nobody has any more, or from one that is missing here or mistyped. So nothing is taken for a former feed
unless every feed of the show is known and stands.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from publisher.model import Show
from publisher.parts import show_parts
from publisher.private import FOLDER, TOKEN_CHARACTERS
from publisher.release.history import Past
from publisher.store import PrefixedStore, Store, Stored

_OF_FEED: Final = re.compile(rf"({FOLDER}[0-9a-f]{{{TOKEN_CHARACTERS}}}/).+")


@dataclass(frozen=True, slots=True)
class Former:
    """What former private feeds left.

    Attributes:
        removable: everything of those that are gone for longer than the grace period.
        waiting: how many objects there are of others.
        reason: why those stay.
    """

    removable: tuple[Stored, ...] = ()
    waiting: int = 0
    reason: str = ""


def find_former(
    store: Store,
    show: Show | None,
    stores: Mapping[str, PrefixedStore | None],
    kept: Mapping[str, tuple[Past, ...]],
    *,
    since: datetime,
    at_once: bool,
) -> Former:
    """Looks for them.

    Args:
        show: None where podcast.yaml cannot be read.
        stores: where each private feed of the show stands.
        kept: releases that stay, by the name of the feed; the empty name is the public one's. A feed that
            could not be read is not among them.
        since: the beginning of the grace period.
        at_once: whether they go however young they are: their addresses are to open nothing any more.
    """
    # A folder that a feed of the show may need is never looked at, whatever else is known.
    own = tuple(known.prefix for known in stores.values() if known)
    found = _unknown(store, own)
    if not found:
        return Former()
    objects = sum(map(len, found.values()))
    reason = _unsure(show, stores, kept) or ("" if at_once else _recent(show, kept, since))
    if reason:
        return Former(waiting=objects, reason=reason)
    gone = [
        stored
        for of_feed in found.values()
        if at_once or all(item.modified is not None and item.modified < since for item in of_feed)
        for stored in of_feed
    ]
    waiting = objects - len(gone)
    return Former(tuple(gone), waiting, "something of it is younger than the grace period" if waiting else "")


def _unknown(store: Store, own: Collection[str]) -> dict[str, list[Stored]]:
    """Objects of private feeds that are none of the show's, by the prefix of the feed."""
    found: defaultdict[str, list[Stored]] = defaultdict(list)
    for stored in store.list(FOLDER):
        match = _OF_FEED.fullmatch(stored.key)
        if match and match[1] not in own:
            found[match[1]].append(stored)
    return found


def _unsure(
    show: Show | None, stores: Mapping[str, PrefixedStore | None], kept: Mapping[str, tuple[Past, ...]]
) -> str:
    """Why nobody can tell former feeds from those of the show; empty where it can be told."""
    if show is None:
        return "podcast.yaml cannot be read, so that nobody knows which feeds the show has"
    hidden = [feed.secret for feed in show.feeds if stores.get(feed.name) is None]
    if hidden:
        return f"{', '.join(dict.fromkeys(hidden))} is not set, so that nobody knows which are the show's"
    missing = [feed.name for feed in show.feeds if not kept.get(feed.name)]
    if missing:
        return f"the private feed {missing[0]!r} does not stand whole where its secret says: publish first"
    if _names(show_parts(show)) != _names(kept[""][0].manifest.parts):
        return "the feeds of podcast.yaml are not those of the release that stands: publish first"
    return ""


def _recent(show: Show | None, kept: Mapping[str, tuple[Past, ...]], since: datetime) -> str:
    """Why a former feed may have been one within the grace period; empty where it was not."""
    wanted = _names(show_parts(show)) if show else ""
    if any(_names(past.manifest.parts) != wanted for past in kept[""]):
        return "the show's private feeds were others within the grace period"
    for name, releases in kept.items():
        oldest = releases[-1].when
        if name and (oldest is None or oldest >= since):
            return f"the private feed {name!r} stands at its address for less than the grace period"
    return ""


def _names(parts: Mapping[str, str]) -> str:
    return parts.get("feeds", "")
