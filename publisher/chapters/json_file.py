"""Reads the podcast namespace's JSON chapters, 1.x.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
"""

from __future__ import annotations

import json
from typing import Any

from publisher.chapters.draft import MAX_CHAPTERS, Draft, clean, finish, shown
from publisher.findings import Findings
from publisher.model import Chapter, Place
from publisher.problems import Finding

_SHAPE = 'write {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"}]}'


def read_chapters_json(text: str) -> tuple[tuple[Chapter, ...] | None, tuple[Finding, ...]]:
    """The chapters of the file, and everything found in it; None where an error was found.

    An empty list says that there are none. What the format does not know is passed over. `url` and `img` are
    given as they stand in the file.
    """
    findings = Findings()
    document = _document(text, findings)
    chapters = None if document is None else _chapters(document, findings)
    return None if findings.has_error else chapters, findings.all()


def _document(text: str, findings: Findings) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"the file is no JSON: {error.msg} at column {error.colno}"
        help = "look there for a comma too many or too few, or for quotes that are not closed"
        findings.add("chapters-syntax", "error", message, help, error.lineno)
        return None
    except (RecursionError, ValueError) as error:
        # json's own limits: nesting, and integers of more than 4,300 digits.
        deep = isinstance(error, RecursionError)
        what = "is nested too deeply" if deep else "holds a number too long to read"
        findings.add("chapters-syntax", "error", f"the file {what}", _SHAPE)
        return None
    if isinstance(document, dict):
        return document
    message = f"the file was to be an object, and it is {_kind(document)}"
    findings.add("chapters-syntax", "error", message, _SHAPE, 1)
    return None


def _chapters(document: dict[str, Any], findings: Findings) -> tuple[Chapter, ...]:
    version = document.get("version")
    if isinstance(version, str) and not version.startswith("1"):
        message = f"the file says that it is version {shown(version, 20)}, and 1.2 is what is known here"
        findings.add("chapters-syntax", "warning", message, "check what has become of the chapters")
    listed = document.get("chapters")
    if not isinstance(listed, list):
        found = _kind(listed) if "chapters" in document else "no such key"
        message = f"'chapters' was to be a list, and there is {found}"
        findings.add("chapters-syntax", "error", message, _SHAPE)
        return ()
    # One more than are taken is enough to be told so.
    some = enumerate(listed[: MAX_CHAPTERS + 1])
    drafts = [draft for index, value in some if (draft := _chapter(value, f"chapters[{index}]", findings))]
    return finish(drafts, findings)


def _chapter(value: Any, place: str, findings: Findings) -> Draft | None:
    if not isinstance(value, dict):
        message = f"{place} was to be an object, and it is {_kind(value)}"
        findings.add("chapters-syntax", "error", message, _SHAPE)
        return None
    start = _seconds(value, "startTime", place, findings)
    if start is None and value.get("startTime") is None:
        findings.add("chapters-syntax", "error", f"{place} has no startTime", _SHAPE)
    end = _seconds(value, "endTime", place, findings)
    title, url, image = (_text(value, key, place, findings) for key in ("title", "url", "img"))
    toc = value.get("toc")
    if toc is not None and not isinstance(toc, bool):
        message = f"{place}.toc was to be true or false, and it is {_kind(toc)}"
        findings.add("chapters-syntax", "error", message, "write it without quotes")
    location = _location(value.get("location"), place, findings)
    if start is None:
        return None
    return Draft(start, title, url, image, toc is not False, end, location, place=place)


def _location(value: Any, place: str, findings: Findings) -> Place | None:
    if value is None:
        return None
    place = f"{place}.location"
    if not isinstance(value, dict):
        message = f"{place} was to be an object, and it is {_kind(value)}"
        findings.add("chapters-syntax", "error", message, 'write {"name": "Oslo", "geo": "geo:59.91,10.75"}')
        return None
    name, geo, osm = (_text(value, key, place, findings) for key in ("name", "geo", "osm"))
    return Place(name, geo, osm) if name else None


def _seconds(chapter: dict[str, Any], key: str, place: str, findings: Findings) -> float | None:
    value = chapter.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{place}.{key} was to be a number of seconds, and it is {_kind(value)}"
        findings.add("chapters-syntax", "error", message, "write 754.5 for 12:34.5")
        return None
    # Integers too large for a float would raise, and NaN is within no bounds; none of them is a time.
    if not -1e9 < value < 1e9:
        findings.add("chapters-times", "error", f"{place}.{key} is no time in seconds", "correct it")
        return None
    if value < 0:
        message = f"{place}.{key} is {value}, before the sound begins"
        findings.add("chapters-times", "error", message, "correct it")
        return None
    return round(float(value), 3)


def _text(value: dict[str, Any], key: str, place: str, findings: Findings) -> str:
    text = value.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        message = f"{place}.{key} was to be text, and it is {_kind(text)}"
        findings.add("chapters-syntax", "error", message, "write it between double quotes")
        return ""
    return clean(text)


def _kind(value: Any) -> str:
    """What a JSON value is, in the words of a person."""
    if isinstance(value, str):
        return f"the text {shown(value, 30)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    if value is None:
        return "null"
    return "a list" if isinstance(value, list) else "an object"
