"""The chapters file: JSON chapters 1.2 of the podcast namespace. Pure.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
"""

from __future__ import annotations

import json
from typing import Any

from publisher.model import Chapter


def chapters_json(
    chapters: tuple[Chapter, ...],
    *,
    title: str,
    author: str,
    podcast_name: str,
    picture_urls: dict[str, str],
) -> bytes:
    """The file's bytes.

    Args:
        title, author: the episode's; the author may be empty.
        podcast_name: the show's title.
        picture_urls: address by the name under which a picture stands in the YAML.
    """
    entries = [_entry(chapter, picture_urls) for chapter in chapters]
    about = {"author": author, "title": title, "podcastName": podcast_name}
    known = {key: text for key, text in about.items() if text}
    document = {"version": "1.2.0", **known, "chapters": entries}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _entry(chapter: Chapter, picture_urls: dict[str, str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"startTime": _number(chapter.start_seconds)}
    if chapter.end_seconds is not None:
        entry["endTime"] = _number(chapter.end_seconds)
    if chapter.title:
        entry["title"] = chapter.title
    image = picture_urls.get(chapter.image, chapter.image if "://" in chapter.image else "")
    if image:
        entry["img"] = image
    if chapter.url:
        entry["url"] = chapter.url
    if not chapter.toc:
        entry["toc"] = False
    if chapter.location:
        place = {"name": chapter.location.name, "geo": chapter.location.geo, "osm": chapter.location.osm}
        entry["location"] = {key: text for key, text in place.items() if text}
    return entry


def _number(seconds: float) -> float | int:
    rounded = round(seconds, 3)
    return int(rounded) if rounded == int(rounded) else rounded
