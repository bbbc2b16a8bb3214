"""The words that others have laid down: Apple's categories, the podcast namespace's media and licences."""

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
