"""Where an episode's chapters stand: in a file of its folder, else as a list in its show notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from publisher.chapters import chapters_in_notes, read_chapters_json, read_chapters_text
from publisher.model import Chapter, SourceFile
from publisher.problems import Finding
from publisher.reading import accept
from publisher.reading.characters import printable
from publisher.reading.files import Files

CHAPTER_FILES: Final = ("chapters.json", "chapters.txt", "labels.txt")
"""Names under which a chapters file is found by itself; `chapters` of episode.yaml may name any other."""


def read_chapters_file(files: Files, named: str) -> tuple[tuple[Chapter, ...] | None, str]:
    """The chapters of the one chapters file, and its name; None and an empty name where there is none.

    Args:
        named: by episode.yaml; empty where it names none.
    """
    candidates = [name for name in files.folder.files if name.casefold() in CHAPTER_FILES]
    name = named or (candidates[0] if candidates else "")

    def probe(path: Path) -> tuple[tuple[Chapter, ...] | None, tuple[Finding, ...]]:
        text = files.text(path, f"{files.folder.name}/{name}", "chapters-too-large")
        if text is None:
            return None, ()
        read = read_chapters_json if name.casefold().endswith(".json") else read_chapters_text
        chapters, findings = read(text)
        if chapters is None:
            return None, findings
        refused = [found for place, chapter in enumerate(chapters) for found in _refused(place, chapter)]
        return (None if refused else tuple(map(_accepted, chapters))), (*findings, *refused)

    chapters = files.one("chapters", named, candidates, probe)
    return chapters, "" if chapters is None else name


def read_listed_chapters(files: Files, notes: str) -> tuple[Chapter, ...] | None:
    """The chapters that the show notes list; None where they list none."""
    chapters, findings = chapters_in_notes(notes)
    files.problems.extend(found.at(f"{files.folder.name}/{files.notes_name}") for found in findings)
    return tuple(map(_accepted, chapters)) or None


def chapter_pictures(
    files: Files, chapters: tuple[Chapter, ...] | None, name: str
) -> tuple[tuple[str, SourceFile], ...]:
    """The files that chapters of the file `name` show; what is wrong with them is said of that file."""
    beside = replace(files, yaml=name)
    return beside.pictures([chapter.image for chapter in chapters or () if "://" not in chapter.image])


def _refused(place: int, chapter: Chapter) -> list[Finding]:
    """What of a chapter leads nowhere, as for those of episode.yaml."""
    found = []
    for key, text, take in (
        ("url", chapter.url, accept.address),
        ("img", chapter.image, accept.address_or_file),
    ):
        try:
            if text:
                take(text)
        except ValueError as error:
            message, help = (*error.args, "")[:2]
            shown = f"{key} of the chapter {chapter.title!r}" if chapter.title else f"chapters[{place}].{key}"
            found.append(
                Finding("chapters-syntax", "error", f'{shown} is "{printable(text)}": {message}', str(help))
            )
    return found


def _accepted(chapter: Chapter) -> Chapter:
    """The chapter with its addresses in their normal form; one in the notes that is none is left out."""
    url = chapter.url
    try:
        url = url and accept.address(url)
    except ValueError:
        url = ""
    image = chapter.image and accept.address_or_file(chapter.image)
    return replace(chapter, url=url, image=image)
