"""The files of a show's folders: found, kept inside the show, and read or probed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from publisher.media_types import content_type
from publisher.model import Alternate, Artwork, SourceFile
from publisher.nfc import nfc
from publisher.problems import Finding, KeyPath, Problem
from publisher.reading.characters import ILLEGAL, decode, find_illegal, printable
from publisher.reading.folder import (
    FONT_ENDINGS,
    FURTHER_PICTURE_ENDINGS,
    PICTURE_ENDINGS,
    THEME_FOLDER,
    Folder,
    below,
    by_ending,
    escapes,
    list_folder,
)
from publisher.reading.pointers import MOST_BYTES, pointer_digest
from publisher.reading.probes import Probes
from publisher.reading.yaml import MAX_BYTES
from publisher.suggest import nearest

T = TypeVar("T")

_FONTS: Final = f"{THEME_FOLDER}/fonts"
_PUT_IT_THERE: Final = "put the file into the folder"

_NOT_FETCHED: Final = Finding(
    "lfs-pointer",
    "error",
    "the file was not fetched: Git LFS has only left a pointer to it",
    "fetch it: git lfs pull",
)

# What is wrong with one folder is understood from the first ones; each is looked for among all names.
_MOST_MISSING: Final = 50
_MOST_ALTERNATES: Final = 200
_MOST_LISTED: Final = 10


@dataclass(slots=True)
class Files:
    """Opens what one folder holds. Whatever stands in the way becomes a problem.

    Attributes:
        yaml: name of the file in which a file of the folder can be named.
        problems: where to report; shared by all folders of a show.
        unreadable: parts that are there but could not be read.
        missing: how many files were asked for in vain.
        notes_name: of the show notes, once they were read.
    """

    folder: Folder
    yaml: str
    probes: Probes
    problems: list[Problem]
    unreadable: list[str]
    missing: int = 0
    notes_name: str = ""

    def one(
        self,
        what: str,
        named: str,
        candidates: list[str],
        probe: Callable[[Path], tuple[T | None, tuple[Finding, ...]]],
    ) -> T | None:
        """The one file of its kind: the named one, or else the only candidate."""
        if not named and len(candidates) > 1:
            listed = ", ".join(map(printable, candidates[:_MOST_LISTED]))
            listed += f" and {len(candidates) - _MOST_LISTED} more" if len(candidates) > _MOST_LISTED else ""
            message = f"there are {len(candidates)} files that could be the {what}: {listed}"
            help = f"remove all but one, or name it in {self.yaml}: {what}: {printable(candidates[0])}"
            self.problems.append(self.folder.problem(f"{what}-choice", message, help))
            self.unreadable.append(what)
            return None
        if not named and not candidates:
            return None
        name = named or candidates[0]
        path = self.find(name, (what,) if named else ())
        if path is None:
            self.unreadable.append(what)
            return None
        facts = self._probed(path, name, probe)
        if facts is None:
            self.unreadable.append(what)
        return facts

    def pointer(self, named: str, candidates: list[str]) -> str:
        """SHA-256 of the one file of its kind where Git LFS has left a pointer in its place; else empty."""
        name = named or (candidates[0] if len(candidates) == 1 else "")
        entry = self.folder.files.get(name)
        try:
            if entry is None or not entry.is_file(follow_symlinks=False) or entry.stat().st_size > MOST_BYTES:
                return ""
            return pointer_digest(Path(entry.path))
        except OSError:
            return ""

    def find(self, name: str, key: KeyPath = ()) -> Path | None:
        """The file on this machine, or None with the problem reported.

        Args:
            key: what names it; empty where it was found by looking into the folder.
        """
        entry = self.folder.files.get(name)
        if entry is not None and entry.is_file(follow_symlinks=False):
            # No link, in a folder that was looked at already: the listing has told all there is to know.
            return Path(entry.path)
        if entry is None and self.missing > _MOST_MISSING:
            return None
        path = Path(entry.path) if entry is not None else self._below(name)
        if path is None or not os.path.lexists(path):
            self._report("file-missing", name, key, "is not there", self._mend(name))
            return None
        if escapes(path, self.folder.root):
            help = "copy the file itself into the folder"
            self._report("leaves-show", name, key, "is a link that leaves the show", help)
            return None
        if not path.is_file():
            what = "is a link to something that is not there" if path.is_symlink() else "is no file"
            self._report("file-missing", name, key, what, _PUT_IT_THERE)
            return None
        return path

    def notes(self, named: str) -> str:
        """The show notes, or an empty text."""
        name = named or next(iter(by_ending(self.folder, (".md",), "notes")), "")
        self.notes_name = name
        path = self.find(name, ("notes",) if named else ()) if name else None
        text = self.text(path, f"{self.folder.name}/{name}", "notes-too-large") if path else None
        if name and text is None:
            self.unreadable.append("notes")
        return text or ""

    def covers(self) -> list[str]:
        """Names of what could be the artwork. Other formats count where there is no JPEG and no PNG: what was
        exported often lies beside what it was exported from."""
        usual = by_ending(self.folder, PICTURE_ENDINGS, "cover")
        return usual or by_ending(self.folder, FURTHER_PICTURE_ENDINGS, "cover")

    def fonts(self) -> tuple[SourceFile, ...]:
        """Those of the show's `theme/fonts`."""
        folder = below(self.folder.path, _FONTS)
        if folder is None or not folder.is_dir() or escapes(folder, self.folder.root):
            return ()
        try:
            names = list(list_folder(folder, _FONTS, self.folder.root).files)
        except OSError as error:
            self.cannot_read(f"{self.folder.name}/{_FONTS}", error)
            return ()
        found = []
        for name in names:
            path = self.find(f"{_FONTS}/{name}") if name.casefold().endswith(FONT_ENDINGS) else None
            font = self._probed(path, f"{_FONTS}/{name}", self.probes.font) if path else None
            if font is not None:
                found.append(font)
        return tuple(found)

    def pictures(self, names: list[str]) -> tuple[tuple[str, SourceFile], ...]:
        """Those that persons and chapters name."""
        found = {}
        for name in dict.fromkeys(filter(None, names)):
            path = self.find(name, ("image",))
            facts = self._probed(path, name, self.probes.picture) if path else None
            if facts is not None:
                found[name] = facts.source
        return tuple(found.items())

    def images(self, names: list[str]) -> tuple[tuple[str, Artwork], ...]:
        """Those that `images` names: pictures and short videos; only JPEG and PNG are looked into."""
        found = {}
        for name in dict.fromkeys(filter(None, names)):
            path = self.find(name, ("images",))
            if path is None:
                continue
            if path.suffix.casefold() in PICTURE_ENDINGS:
                facts = self._probed(path, name, self.probes.picture)
                if facts is not None:
                    found[name] = facts
                continue
            try:
                found[name] = Artwork(self.probes.digest(path), content_type(name), 0, 0, "")
            except OSError as error:
                self.cannot_read(f"{self.folder.name}/{name}", error)
        return tuple(found.items())

    def alternates(self, alternates: tuple[Alternate, ...]) -> tuple[tuple[str, SourceFile], ...]:
        """Those that are there: whether one may be missing depends on what is published."""
        found = {}
        for alternate in alternates[:_MOST_ALTERNATES]:
            name = alternate.file
            if not name or self._below(name) is None:
                continue
            path = self.find(name, ("alternates",))
            try:
                # What Git LFS has not fetched is not there.
                if path is not None and not pointer_digest(path):
                    found[name] = self.probes.digest(path)
            except OSError as error:
                self.cannot_read(f"{self.folder.name}/{name}", error)
        return tuple(found.items())

    def read(self, path: Path, name: str) -> bytes | None:
        """The file's bytes, and at most a little more than will be looked at."""
        try:
            with path.open("rb") as reader:
                # Asked for a mebibyte, Python sets one aside, which takes longer than the reading.
                size = os.fstat(reader.fileno()).st_size
                return reader.read(min(size, MAX_BYTES) + 1)
        except OSError as error:
            self.cannot_read(name, error)
            return None

    def cannot_read(self, name: str, error: OSError) -> None:
        self.problems.append(cannot_read(name, error))

    def _probed(
        self, path: Path, name: str, probe: Callable[[Path], tuple[T | None, tuple[Finding, ...]]]
    ) -> T | None:
        full = f"{self.folder.name}/{name}"
        try:
            facts, findings = probe(path)
            if facts is None and pointer_digest(path):
                findings = (_NOT_FETCHED,)
        except OSError as error:
            self.cannot_read(full, error)
            return None
        self.problems.extend(finding.at(full) for finding in findings)
        return facts

    def text(self, path: Path, name: str, too_large: str) -> str | None:
        """The text of a file without spaces at its ends, or None with the problem reported.

        Args:
            name: how problems name the file.
            too_large: the rule that a file over 1 MiB breaks.
        """
        data = self.read(path, name)
        if data is None:
            return None
        if len(data) > MAX_BYTES:
            message = f"the file has more than {MAX_BYTES:,} bytes (1 MiB), and no larger one is read"
            self.problems.append(Problem(too_large, "error", message, "shorten it", name))
            return None
        text, encoding = decode(data)
        if encoding:
            self.problems.append(encoding.at(name))
            return None
        self.problems.extend(finding.at(name) for finding in find_illegal(text))
        return nfc(ILLEGAL.sub("\ufffd", text).replace("\r\n", "\n")).strip()

    def _below(self, name: str) -> Path | None:
        """As `below`, and without asking the disk for what the listing knows not to be there."""
        first = name.split("/")[0]
        folders = map(nfc, self.folder.folders)
        if first == "." or first in self.folder.files or first in folders:
            return below(self.folder.path, name)
        return None

    def _report(self, rule: str, name: str, key: KeyPath, what: str, help: str) -> None:
        self.missing += 1
        if self.missing > _MOST_MISSING:
            path = f"{self.folder.name}/{self.yaml}"
            message = f"more than {_MOST_MISSING} files are named that are not there; no more are listed"
            self.problems.append(Problem("too-many", "error", message, "mend these first", path))
            return
        if key:
            message = f"{str(key[0])!r} names {printable(name)!r}, which {what}"
            path = f"{self.folder.name}/{self.yaml}"
            self.problems.append(Problem(rule, "error", message, help, path, key=key))
        else:
            path = f"{self.folder.name}/{name}"
            self.problems.append(Problem(rule, "error", f"this {what}", help, path))

    def _mend(self, name: str) -> str:
        if any(part.startswith((".", "_")) and part != "." for part in name.split("/")):
            return f"{_PUT_IT_THERE}; a name that starts with . or _ is set aside, so call it something else"
        near = nearest(name, self.folder.files) if "/" not in name else ""
        return f"did you mean {near!r}?" if near else _PUT_IT_THERE


def cannot_read(name: str, error: OSError) -> Problem:
    """The problem that a file or a folder is there, but the machine does not give it out."""
    message = f"cannot be read: {os.strerror(error.errno) if error.errno else error}"
    help = "check the permissions, and that the disk is still there"
    return Problem("unreadable", "error", message, help, name)
