"""Reads the podcast namespace's JSON chapters, 1.x.

https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/examples/chapters/jsonChapters.md
"""

from __future__ import annotations

from typing import Any

from publisher.chapters.draft import MAX_CHAPTERS, Draft, clean, finish
from publisher.findings import Findings
from publisher.json_files import kind_of, read_object, read_seconds
from publisher.model import Chapter, Place
from publisher.problems import Finding
from publisher.quoting import shown

_MEND = "look there for a comma too many or too few, or for quotes that are not closed"
_SHAPE = 'write {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"}]}'


def read_chapters_json(text: str) -> tuple[tuple[Chapter, ...] | None, tuple[Finding, ...]]:
    """The chapters of the file, and everything found in it; None where an error was found.

    An empty list says that there are none. What the format does not know is passed over. `url` and `img` are
    given as they stand in the file.
    """
    findings = Findings()
    document = read_object(text, findings, rule="chapters-syntax", shape=_SHAPE, mend=_MEND)
    chapters = None if document is None else _chapters(document, findings)
    return None if findings.has_error else chapters, findings.all()


def _chapters(document: dict[str, Any], findings: Findings) -> tuple[Chapter, ...]:
    version = document.get("version")
    if isinstance(version, str) and not version.startswith("1"):
        message = f"the file says that it is version {shown(version, 20)}, and 1.2 is what is known here"
        findings.add("chapters-syntax", "warning", message, "check what has become of the chapters")
    listed = document.get("chapters")
    if not isinstance(listed, list):
        found = kind_of(listed) if "chapters" in document else "no such key"
        message = f"'chapters' was to be a list, and there is {found}"
        findings.add("chapters-syntax", "error", message, _SHAPE)
        return ()
    # One more than are taken is enough to be told so.
    some = enumerate(listed[: MAX_CHAPTERS + 1])
    drafts = [draft for index, value in some if (draft := _chapter(value, f"chapters[{index}]", findings))]
    return finish(drafts, findings)


def _chapter(value: Any, place: str, findings: Findings) -> Draft | None:
    if not isinstance(value, dict):
        message = f"{place} was to be an object, and it is {kind_of(value)}"
        findings.add("chapters-syntax", "error", message, _SHAPE)
        return None
    start = _seconds(value, "startTime", place, findings)
    if start is None and value.get("startTime") is None:
        findings.add("chapters-syntax", "error", f"{place} has no startTime", _SHAPE)
    end = _seconds(value, "endTime", place, findings)
    title, url, image = (_text(value, key, place, findings) for key in ("title", "url", "img"))
    toc = value.get("toc")
    if toc is not None and not isinstance(toc, bool):
        message = f"{place}.toc was to be true or false, and it is {kind_of(toc)}"
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
        message = f"{place} was to be an object, and it is {kind_of(value)}"
        findings.add("chapters-syntax", "error", message, 'write {"name": "Oslo", "geo": "geo:59.91,10.75"}')
        return None
    name, geo, osm = (_text(value, key, place, findings) for key in ("name", "geo", "osm"))
    return Place(name, geo, osm) if name else None


def _seconds(chapter: dict[str, Any], key: str, place: str, findings: Findings) -> float | None:
    rules = ("chapters-syntax", "chapters-times")
    shape = "write 754.5 for 12:34.5"
    return read_seconds(chapter.get(key), f"{place}.{key}", findings, rules=rules, shape=shape)


def _text(value: dict[str, Any], key: str, place: str, findings: Findings) -> str:
    text = value.get(key)
    if text is None:
        return ""
    if not isinstance(text, str):
        message = f"{place}.{key} was to be text, and it is {kind_of(text)}"
        findings.add("chapters-syntax", "error", message, "write it between double quotes")
        return ""
    return clean(text)
