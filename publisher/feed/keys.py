"""What tells an item whose bytes are kept from an earlier run. Pure.

An item's bytes do not depend on where it stands, so that a feed is joined from those that are kept
(`publisher.feed.runs`) and the few that are made. A key is a fingerprint of all that an item's bytes depend
on, told from what is known before anything is made: no notes are rendered to find out that they are the same.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Final

from publisher.identity import fingerprint
from publisher.manifest import Released
from publisher.model import Episode, Show

NOT_IN_ITEMS: Final = frozenset(
    (
        *("folder", "title", "description", "categories", "link", "type", "timezone", "copyright", "license"),
        *("guid", "feed_url", "new_feed_url", "locked", "complete", "block", "medium", "funding"),
        *("subscribe", "taxonomies", "audio", "web_master", "location", "social", "value", "images", "txt"),
        *("chat", "trailer", "update_frequency", "podroll", "publisher", "remote_item", "feed_limit"),
        *("feed_gzip", "feeds", "feed_ttl", "publish_to", "publish_endpoint", "inbox", "notify"),
        *("announce", "artwork", "pictures", "image_files", "fonts", "colors", "theme", "unreadable"),
        "episodes",
    )
)
"""Of the show, what no item says anything of; all else changes every key."""

_ENCLOSED: Final = ("alternate:", "form:")
"""Of these objects an item tells more than where they are."""


class ItemKeys:
    """Keys of one show's items.

    Args:
        show: as `publisher.feed.render_feed` takes it.
        made_by: tells the code that makes items, and what it uses, from any other.
    """

    def __init__(self, show: Show, made_by: str) -> None:
        names = [field.name for field in fields(Show) if field.name not in NOT_IN_ITEMS]
        said = {name: getattr(show, name) for name in names}
        self._show = hashlib.blake2b(f"{made_by}\0{fingerprint(said)}".encode(), digest_size=16)

    def of(self, episode: Episode, parts: Iterable[tuple[str, str]], released: Released) -> str:
        """The item's key.

        Args:
            parts: fingerprints of the episode's parts (`publisher.parts.episode_parts`), sorted.
        """
        enclosure, objects = released.enclosure, released.objects
        audio = enclosure.object
        said = [episode.slug, released.guid, str(released.published)]
        said += (audio.key, audio.digest, str(audio.length_bytes), audio.type)
        said += (str(enclosure.duration_seconds), str(enclosure.bitrate))
        said += itertools.chain.from_iterable(parts)
        for role in sorted(objects):
            item = objects[role]
            said += (role, item.key)
            if role.startswith(_ENCLOSED):
                said += (item.digest, str(item.length_bytes), item.type)
        if enclosure.chapters and episode.chapters is None:
            said.append(str(enclosure.chapters))
        if episode.artwork or episode.image_files or episode.translations:
            said += _files(episode)
        found = self._show.copy()
        found.update("\0".join(said).encode("utf-8", "surrogatepass"))
        return found.hexdigest()


def _files(episode: Episode) -> Iterator[str]:
    """What was found in the episode's files and stands in its item; the parts know their digests alone."""
    if episode.artwork:
        yield f"{episode.artwork.width}x{episode.artwork.height}"
    for name, file in episode.image_files:
        yield f"{name} {file.width}x{file.height} {file.type}"
    for translation in episode.translations:
        yield translation.language
