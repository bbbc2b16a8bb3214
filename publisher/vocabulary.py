"""The words that others have laid down: Apple's categories, and the podcast namespace's lists."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any, Final

# https://podcastnamespace.org/tag/medium: each may also stand as a list (`podcastL`).
_MEDIA: Final = (
    "podcast",
    "music",
    "video",
    "film",
    "audiobook",
    "newsletter",
    "blog",
    "publisher",
    "course",
)
MEDIA: Final = (*_MEDIA, *(f"{name}L" for name in _MEDIA), "mixed")

# Nobody has listed more of either.
SOCIAL_PROTOCOLS: Final = (
    *("activitypub", "atproto", "twitter", "lightning", "nostr", "hive", "matrix", "disabled"),
)
EVENTS: Final = ("release", "failure", "upcoming")
"""Of what a producer can be told."""
CHAT_PROTOCOLS: Final = ("irc", "xmpp", "nostr", "matrix")


@functools.cache
def _data(name: str) -> Any:
    return json.loads(resources.files("publisher").joinpath("data", name).read_text("utf-8"))


@functools.cache
def categories() -> tuple[str, ...]:
    """Apple's names, as FORMAT has them: `Technology`, `Education > Courses`.

    https://podcasters.apple.com/support/1691-apple-podcasts-categories
    """
    names = []
    for category, subcategories in _data("apple-podcast-categories.json").items():
        names.append(category)
        names.extend(f"{category} > {sub}" for sub in subcategories)
    return tuple(names)


@functools.cache
def licenses() -> dict[str, str]:
    """Slugs of the podcast namespace's licence list, lowercase → address of the text."""
    return {entry["shortname"].casefold(): entry["link"] or "" for entry in _data("podcast-licenses.json")}


@functools.cache
def services() -> tuple[str, ...]:
    """Names of services, as `podcast:block` has them."""
    return tuple(_data("podcast-services.json"))


@functools.cache
def groups() -> tuple[str, ...]:
    """Groups of the Podcast Taxonomy, https://podcasttaxonomy.com"""
    return tuple(_data("podcast-roles.json"))


@functools.cache
def role_names() -> tuple[str, ...]:
    """Roles of the Podcast Taxonomy, each once."""
    return tuple(dict.fromkeys(role for roles in _data("podcast-roles.json").values() for role in roles))


@functools.cache
def _groups_of_roles() -> dict[str, str]:
    # `Editor` stands in two groups; the first one is that of text and sound.
    pairs = [(role, group) for group, roles in _data("podcast-roles.json").items() for role in roles]
    return {role.casefold(): group for role, group in reversed(pairs)}


def group_of(role: str) -> str:
    """The group of a role, in any case; empty where the taxonomy does not know it."""
    return _groups_of_roles().get(role.casefold(), "")


@functools.cache
def license_names() -> dict[str, str]:
    """Slugs of the podcast namespace's licence list, lowercase → what the licence is called."""
    return {entry["shortname"].casefold(): entry["name"] for entry in _data("podcast-licenses.json")}
