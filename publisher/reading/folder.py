"""Which files a show folder holds, and that none of them leads out of it."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.problems import Problem
from publisher.reading.characters import is_plain_name

AUDIO_ENDINGS: Final = frozenset(
    (
        ".mp3",
        ".m4a",
        ".m4b",
        ".mp4",
        ".m4v",
        ".mov",
        ".aac",
        ".wav",
        ".wave",
        ".bwf",
        ".rf64",
        ".aif",
        ".aiff",
        ".aifc",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".wma",
        ".amr",
        ".3gp",
        ".webm",
    )
)
PICTURE_ENDINGS: Final = (".jpg", ".jpeg", ".png")
FURTHER_PICTURE_ENDINGS: Final = (".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif", ".heic", ".heif")
FONT_ENDINGS: Final = (".ttf", ".otf", ".ttc")
TRANSCRIPT_ENDINGS: Final = (".vtt", ".srt", ".json", ".txt", ".md")

THEME_FOLDER: Final = "theme"
"""Of the show folder: how its pages look and what they say. No episode, unless it holds episode.yaml."""

# Written by operating systems and half-finished copies; never a producer's own.
_LITTER: Final = ("thumbs.db", "desktop.ini", ".ds_store")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the show, listed once.

    Attributes:
        path: where it is on this machine.
        name: how problems name it: `episodes/0796-x`.
        root: the show folder, resolved; nothing outside is ever opened.
        files: entries by the name in NFC; macOS hands names out decomposed.
        folders: names of the folders in it, sorted.
        nameless: names that are no text; what is called so is left out.
    """

    path: Path
    name: str
    root: Path
    files: dict[str, os.DirEntry[str]]
    folders: tuple[str, ...]
    nameless: tuple[str, ...] = ()

    def problem(self, rule: str, message: str, help: str = "", file: str = "") -> Problem:
        return Problem(rule, "error", message, help, f"{self.name}/{file}" if file else self.name)


def list_folder(path: Path, name: str, root: Path) -> Folder:
    """Lists a folder; hidden and `_` names are left out. Raises OSError."""
    files: dict[str, os.DirEntry[str]] = {}
    folders, nameless = [], []
    with os.scandir(path) as entries:
        for entry in entries:
            own = entry.name
            if own[0] in "._" or own.casefold() in _LITTER:
                continue
            if not is_plain_name(own):
                nameless.append(own)
            elif _is_folder(entry):
                folders.append(own)
            else:
                files[unicodedata.normalize("NFC", own)] = entry
    return Folder(
        path, name, root, dict(sorted(files.items())), tuple(sorted(folders)), tuple(sorted(nameless))
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def escapes(path: Path, root: Path) -> bool:
    """Whether a link on the way leads out of the show."""
    if path.parent == root and path.name != ".." and not path.is_symlink():
        return False
    # Path.resolve raises where a link leads in a circle.
    return not Path(os.path.realpath(path)).is_relative_to(root)


def below(folder: Path, name: str) -> Path | None:
    """The path of a name in NFC, however the disk writes it (macOS hands names out decomposed).

    None where there is nothing of that name, or where it is hidden or set aside.
    """
    path = folder
    try:
        for part in name.split("/"):
            if part.startswith((".", "_")) and part != ".":
                return None
            inside = path / part
            # Only what has accents is written in more than one way.
            if not part.isascii() and not os.path.lexists(inside):
                same = (own for own in path.iterdir() if unicodedata.normalize("NFC", own.name) == part)
                inside = next(same, inside)
            path = inside
        return path if os.path.lexists(path) else None
    except OSError:
        return None


def by_ending(folder: Folder, endings: tuple[str, ...] | frozenset[str], stem: str = "") -> list[str]:
    """Files with one of the endings, whatever their case; with `stem`, only those called so."""
    names = []
    for name in folder.files:
        # As PurePath parts them, which takes ten times as long to be made.
        own_stem, dot, ending = name.rpartition(".")
        if not own_stem or not ending:
            continue
        if (dot + ending).casefold() in endings and (not stem or own_stem.casefold() == stem):
            names.append(name)
    return names
