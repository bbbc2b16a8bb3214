"""The show folder, read whole: podcast.yaml, every episode, and what their files hold."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from publisher.model import Alternate, Chapter, Episode, Person, Show, SourceFile
from publisher.problems import Finding, Problem, in_order
from publisher.reading import accept
from publisher.reading.cache import FactsCache
from publisher.reading.fields import Reading, Record
from publisher.reading.folder import (
    AUDIO_ENDINGS,
    PICTURE_ENDINGS,
    TRANSCRIPT_ENDINGS,
    Folder,
    by_ending,
    escapes,
    list_folder,
)
from publisher.reading.kept import keep, recall
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.probes import Probes
from publisher.reading.yaml import ILLEGAL, MAX_BYTES, Node, describe_illegal, read_yaml
from publisher.suggest import nearest

SHOW_YAML: Final = "podcast.yaml"
EPISODE_YAML: Final = "episode.yaml"
STATE_FOLDER: Final = ".publisher"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came out of reading.

    Attributes:
        show: None only where there is no podcast.yaml that could be parsed.
        problems: all of them, file by file.
        root: the show folder on this machine, resolved.
    """

    show: Show | None
    problems: tuple[Problem, ...]
    root: Path

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)


def load_show(folder: Path | str, *, cache: bool = True) -> Loaded:
    """Reads a show folder.

    Args:
        folder: the folder that holds podcast.yaml.
        cache: whether to remember what files hold in `.publisher/` of the folder.

    Returns:
        The show and every problem found; nothing is raised for anything a producer wrote. Values that
        could not be read have their default, so that the rest can still be checked.
    """
    path = Path(folder)
    name = path.name or path.resolve().name or "."
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        help = "name the folder that holds podcast.yaml, or make a show with: publisher new FOLDER TITLE"
        return Loaded(None, (Problem("no-show", "error", f"the show folder {what}", help, str(path)),), path)
    root = path.resolve()
    with FactsCache(root / STATE_FOLDER if cache else None) as facts:
        loader = _Loader(root, name, Probes(root, facts))
        show = loader.load()
    return Loaded(show, in_order(loader.problems), root)


@dataclass(slots=True)
class _Loader:
    root: Path
    name: str
    probes: Probes
    problems: list[Problem] = field(default_factory=list)

    def load(self) -> Show | None:
        try:
            folder = list_folder(self.root, self.name, self.root)
        except OSError as error:
            self._unreadable(self.name, error)
            return None
        if SHOW_YAML not in folder.files:
            help = f"a show folder holds {SHOW_YAML}; make one with: publisher new FOLDER TITLE"
            near = nearest(SHOW_YAML, folder.files)
            if near:
                help = f"rename {near} to {SHOW_YAML}"
            self.problems.append(folder.problem("no-show", f"there is no {SHOW_YAML}", help))
            return None
        reading = Reading(f"{self.name}/{SHOW_YAML}", problems=self.problems)
        values = self._yaml(folder, SHOW_YAML, SHOW, reading)
        if values is None:
            return None
        values = {"title": "", "description": "", "language": "und"} | values
        feed, publish = values.pop("feed", {}), values.pop("publish", {})
        values["feed_limit"] = feed.get("limit")
        values["publish_to"] = publish.get("to", "")
        values["publish_endpoint"] = publish.get("endpoint", "")
        zone = accept.zone(values.get("timezone", "UTC"))
        unreadable: list[str] = []
        artwork = self._one(
            folder,
            "artwork",
            values.pop("artwork", ""),
            by_ending(folder, PICTURE_ENDINGS, "cover"),
            self.probes.artwork,
            unreadable,
        )
        pictures = self._pictures(folder, SHOW_YAML, _person_pictures(values.get("hosts", ())))
        episodes = [
            episode
            for slug in folder.folders
            if (episode := self._episode(folder, slug, Reading("", zone, self.problems))) is not None
        ]
        return Show(
            folder=self.name,
            artwork=artwork,
            pictures=pictures,
            unreadable=tuple(unreadable),
            episodes=tuple(episodes),
            **values,
        )

    def _episode(self, show: Folder, folder_name: str, reading: Reading) -> Episode | None:
        slug = unicodedata.normalize("NFC", folder_name)
        path, name = show.path / folder_name, f"{self.name}/{slug}"
        if escapes(path, self.root):
            help = "put the folder itself into the show, not a link to it"
            message = "this is a link that leaves the show"
            self.problems.append(Problem("leaves-show", "error", message, help, name))
            return None
        try:
            folder = list_folder(path, name, self.root)
        except OSError as error:
            self._unreadable(name, error)
            return None
        if EPISODE_YAML not in folder.files:
            self._no_episode(folder)
            return None
        reading.path = f"{name}/{EPISODE_YAML}"
        values = self._episode_values(folder, reading)
        if values is None:
            return None
        values.setdefault("title", "")
        return self._with_files(folder, slug, values)

    def _no_episode(self, folder: Folder) -> None:
        near = nearest(EPISODE_YAML, folder.files)
        if near:
            message, help = (
                f"there is no {EPISODE_YAML}, so this is no episode",
                f"rename {near} to {EPISODE_YAML}",
            )
        elif by_ending(folder, AUDIO_ENDINGS):
            message = f"the folder holds audio but no {EPISODE_YAML}, so it is no episode yet"
            help = f"write {EPISODE_YAML}, or start the folder's name with _ to set it aside"
        else:
            return
        self.problems.append(Problem("no-episode", "warning", message, help, folder.name))

    def _with_files(self, folder: Folder, slug: str, values: dict[str, Any]) -> Episode:
        unreadable: list[str] = []
        taken = {alternate.file for alternate in values.get("alternates", ())}
        audio = self._one(
            folder,
            "audio",
            values.pop("audio", ""),
            [name for name in by_ending(folder, AUDIO_ENDINGS) if name not in taken],
            self.probes.audio,
            unreadable,
        )
        artwork = self._one(
            folder,
            "artwork",
            values.pop("artwork", ""),
            by_ending(folder, PICTURE_ENDINGS, "cover"),
            self.probes.artwork,
            unreadable,
        )
        transcript = self._one(
            folder,
            "transcript",
            values.pop("transcript", ""),
            by_ending(folder, TRANSCRIPT_ENDINGS, "transcript"),
            self.probes.transcript,
            unreadable,
        )
        notes = self._notes(folder, values.pop("notes", ""), unreadable)
        names = [
            name for key in ("hosts", "guests", "people") for name in _person_pictures(values.get(key) or ())
        ]
        names += [chapter.image for chapter in values.get("chapters") or () if "://" not in chapter.image]
        if "chapters" in values:
            values["chapters"] = _in_time(values["chapters"])
        return Episode(
            slug=slug,
            audio=audio,
            artwork=artwork,
            transcript=transcript,
            notes=notes,
            pictures=self._pictures(folder, EPISODE_YAML, names),
            alternate_files=self._alternates(folder, values.get("alternates", ())),
            unreadable=tuple(unreadable),
            **values,
        )

    def _one(
        self,
        folder: Folder,
        what: str,
        named: str,
        candidates: list[str],
        probe: Callable[[Path], tuple[T | None, tuple[Finding, ...]]],
        unreadable: list[str],
    ) -> T | None:
        """The one file of its kind: the named one, or else the only candidate."""
        if named:
            candidates = [named]
        if not candidates:
            return None
        if len(candidates) > 1:
            listed = ", ".join(candidates)
            message = f"there are {len(candidates)} files that could be the {what}: {listed}"
            help = f"remove all but one, or name it in the YAML file: {what}: {candidates[0]}"
            self.problems.append(folder.problem(f"{what}-choice", message, help))
            unreadable.append(what)
            return None
        path = self._find(folder, candidates[0], what)
        if path is None:
            unreadable.append(what)
            return None
        name = f"{folder.name}/{candidates[0]}"
        try:
            facts, findings = probe(path)
        except OSError as error:
            self._unreadable(name, error)
            unreadable.append(what)
            return None
        self.problems.extend(finding.at(name) for finding in findings)
        if facts is None:
            unreadable.append(what)
        return facts

    def _find(self, folder: Folder, name: str, what: str) -> Path | None:
        """The file on this machine, or None with the problem reported."""
        entry = folder.files.get(name)
        if entry is None and "/" not in name:
            near = nearest(name, folder.files)
            help = f"did you mean {near!r}?" if near else "put the file into the folder"
            self.problems.append(
                folder.problem("file-missing", f"{what!r} names {name!r}, which is not there", help)
            )
            return None
        if entry is not None and entry.is_file(follow_symlinks=False):
            # No link, in a folder that was looked at already: the listing has told all there is to know.
            return Path(entry.path)
        path = Path(entry.path) if entry is not None else folder.path / name
        if escapes(path, self.root):
            message = f"{name!r} is a link that leaves the show"
            self.problems.append(
                folder.problem("leaves-show", message, "copy the file itself into the folder")
            )
            return None
        if not path.is_file():
            message = f"{what!r} names {name!r}, which is " + ("no file" if path.exists() else "not there")
            self.problems.append(folder.problem("file-missing", message, "put the file into the folder"))
            return None
        return path

    def _notes(self, folder: Folder, named: str, unreadable: list[str]) -> str:
        name = named or next(iter(by_ending(folder, (".md",), "notes")), "")
        path = self._find(folder, name, "notes") if name else None
        if path is None:
            return ""
        text = self._text(path, f"{folder.name}/{name}")
        if text is None:
            unreadable.append("notes")
        return text or ""

    def _text(self, path: Path, name: str) -> str | None:
        data = self._bytes(path, name)
        if data is None:
            return None
        if len(data) > MAX_BYTES:
            message = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} (1 MiB) are read"
            self.problems.append(Problem("notes-too-large", "error", message, "shorten it", name))
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
            help = "save it again with the encoding UTF-8"
            self.problems.append(Problem("encoding", "error", message, help, name, line))
            return None
        for match in ILLEGAL.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            message, help = describe_illegal(match.group())
            self.problems.append(Problem("character", "error", message, help, name, line, column))
        return unicodedata.normalize("NFC", ILLEGAL.sub("\ufffd", text).replace("\r\n", "\n")).strip()

    def _pictures(
        self, folder: Folder, yaml_name: str, names: list[str]
    ) -> tuple[tuple[str, SourceFile], ...]:
        found = {}
        for name in dict.fromkeys(filter(None, names)):
            path = self._find(folder, name, "image")
            if path is None:
                continue
            try:
                facts, findings = self.probes.artwork(path)
            except OSError as error:
                self._unreadable(f"{folder.name}/{name}", error)
                continue
            self.problems.extend(finding.at(f"{folder.name}/{name}") for finding in findings)
            if facts is not None:
                found[name] = facts.source
        return tuple(found.items())

    def _alternates(
        self, folder: Folder, alternates: tuple[Alternate, ...]
    ) -> tuple[tuple[str, SourceFile], ...]:
        """Those that are there: whether one may be missing depends on what is published."""
        found = {}
        for alternate in alternates:
            name = alternate.file
            if not name or not (folder.path / name).exists():
                continue
            path = self._find(folder, name, "alternates")
            try:
                if path is not None:
                    found[name] = self.probes.digest(path)
            except OSError as error:
                self._unreadable(f"{folder.name}/{name}", error)
        return tuple(found.items())

    def _episode_values(self, folder: Folder, reading: Reading) -> dict[str, Any] | None:
        path = self._find(folder, EPISODE_YAML, EPISODE_YAML)
        if path is None:
            return None
        name, cache = self.probes.relative(path), self.probes.cache
        try:
            stat = path.stat()
        except OSError as error:
            self._unreadable(f"{folder.name}/{EPISODE_YAML}", error)
            return None
        values = recall(cache, name, stat, reading.zone)
        if values is not None:
            return values
        problems = len(self.problems)
        root, values = self._parsed(folder, path, EPISODE_YAML, EPISODE, reading)
        if root is not None and values is not None and len(self.problems) == problems:
            keep(cache, name, stat, root, values)
        return values

    def _yaml(self, folder: Folder, name: str, record: Record, reading: Reading) -> dict[str, Any] | None:
        path = self._find(folder, name, name)
        return self._parsed(folder, path, name, record, reading)[1] if path else None

    def _parsed(
        self, folder: Folder, path: Path, name: str, record: Record, reading: Reading
    ) -> tuple[Node | None, dict[str, Any] | None]:
        data = self._bytes(path, f"{folder.name}/{name}")
        if data is None:
            return None, None
        root, findings = read_yaml(data)
        self.problems.extend(finding.at(reading.path) for finding in findings)
        if root is None:
            if not findings:
                help = "fill it in; publisher schema lists the keys"
                self.problems.append(folder.problem("yaml-empty", "the file is empty", help, name))
            return None, None
        return root, record.values("", root, reading)

    def _bytes(self, path: Path, name: str) -> bytes | None:
        try:
            with path.open("rb") as reader:
                return reader.read(2 * MAX_BYTES)
        except OSError as error:
            self._unreadable(name, error)
            return None

    def _unreadable(self, name: str, error: OSError) -> None:
        message = f"cannot be read: {os.strerror(error.errno) if error.errno else error}"
        help = "check the permissions, and that the disk is still there"
        self.problems.append(Problem("unreadable", "error", message, help, name))


def _person_pictures(people: tuple[Person, ...]) -> list[str]:
    return [person.image for person in people if person.image and "://" not in person.image]


def _in_time(chapters: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    """Chapters by start; the order in which they were written is a rule's business, not the feed's."""
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_seconds))
