"""The show folder, read whole: podcast.yaml, every episode, and what their files hold."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from publisher.errors import ShowError
from publisher.folder_names import EPISODE_YAML, SHOW_YAML, STATE_FOLDER
from publisher.model import Chapter, Episode, Person, Show
from publisher.problems import Problem
from publisher.reading import accept
from publisher.reading.ahead import LookAhead, Probing
from publisher.reading.cache import FactsCache
from publisher.reading.chapter_files import chapter_pictures, read_chapters_file, read_listed_chapters
from publisher.reading.characters import NAMES_ARE_UTF8, printable
from publisher.reading.fields import Reading, Record, is_null
from publisher.reading.files import Files, cannot_read
from publisher.reading.folder import (
    AUDIO_ENDINGS,
    THEME_FOLDER,
    Folder,
    below,
    by_ending,
    escapes,
    list_folder,
)
from publisher.reading.kept import KeptEpisodes
from publisher.reading.keys import EPISODE, SHOW
from publisher.reading.locate import locate
from publisher.reading.probes import Probes
from publisher.reading.theme_files import read_theme
from publisher.reading.translations import read_transcripts
from publisher.reading.words_file import read_words
from publisher.reading.yaml import MAX_BYTES, Mapping, Node, Scalar, read_yaml
from publisher.state.looking import NotToldError, Seen, look
from publisher.suggest import nearest

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


def load_show(
    folder: Path | str,
    *,
    cache: bool = True,
    seen: Seen | None = None,
    probing: Probing | None = None,
) -> Loaded:
    """Reads a show folder.

    Args:
        folder: the folder that holds podcast.yaml.
        cache: whether to remember what files hold in `.publisher/` of the folder.
        seen: a look at the folder that was taken a moment ago (`publisher.state.looking`); else one is taken.
        probing: where much new audio is probed; in processes of this machine unless it is given.

    Returns:
        The show and every problem found; nothing is raised for anything a producer wrote. Values that
        could not be read have their default, so that the rest can still be checked.
    """
    path = Path(folder)
    name = path.name if path.name not in ("", "..") else path.resolve().name or "."
    if not path.is_dir():
        what = "is not a folder" if path.exists() else "does not exist"
        help = "name the folder that holds podcast.yaml, or make a show with: publisher new FOLDER TITLE"
        return Loaded(None, (Problem("no-show", "error", f"the show folder {what}", help, str(path)),), path)
    root = path.resolve()
    state = root / STATE_FOLDER if cache else None
    if cache and seen is None:
        seen = _looked(root)
    with (
        FactsCache(state) as facts,
        KeptEpisodes(state, seen) as kept,
        LookAhead(facts, probing or Probing(), EPISODE_YAML) as ahead,
    ):
        loader = _Loader(root, name, Probes(root, facts, ahead), ahead, kept)
        show = loader.load()
    return Loaded(show, locate(tuple(loader.problems), root), root)


def _looked(root: Path) -> Seen | None:
    try:
        return look(root) if (root / SHOW_YAML).is_file() else None
    except (OSError, NotToldError):
        return None


def read_settings(folder: Path | str) -> dict[str, Any]:
    """The keys of podcast.yaml that can be read, and none of the episodes: for who asks often.

    Raises:
        ShowError: there is no podcast.yaml to be read.
    """
    path = Path(folder) / SHOW_YAML
    try:
        with path.open("rb") as reader:
            root, findings = read_yaml(reader.read(MAX_BYTES + 1))
    except OSError as error:
        raise ShowError((cannot_read(str(path), error),)) from error
    if root is None:
        raise ShowError(tuple(finding.at(str(path)) for finding in findings))
    return SHOW.values("", root, Reading(str(path))) or {}


@dataclass(slots=True)
class _Loader:
    root: Path
    name: str
    probes: Probes
    ahead: LookAhead
    kept: KeptEpisodes
    problems: list[Problem] = field(default_factory=list)
    language: str = ""
    inbox: Path | None = None

    def load(self) -> Show | None:
        try:
            folder = list_folder(self.root, self.name, self.root)
        except OSError as error:
            self.problems.append(cannot_read(self.name, error))
            return None
        if SHOW_YAML not in folder.files:
            help = f"a show folder holds {SHOW_YAML}; make one with: publisher new FOLDER TITLE"
            near = nearest(SHOW_YAML, folder.files)
            if near:
                help = f"rename {near} to {SHOW_YAML}"
            self.problems.append(folder.problem("no-show", f"there is no {SHOW_YAML}", help))
            return None
        self._refuse_nameless(folder)
        files = Files(folder, SHOW_YAML, self.probes, self.problems, [])
        values = self._yaml(files, SHOW, Reading(f"{self.name}/{SHOW_YAML}", problems=self.problems))
        self.language = (values or {}).get("language", "")
        zone = accept.zone((values or {}).get("timezone", "UTC"))
        self.kept.of_show(self.name, self.language, zone.key)
        named = (values or {}).get("inbox", "")
        if named and "://" not in named:
            self.inbox = Path(os.path.realpath(self.root / Path(named).expanduser()))
        self.ahead.folders = map(folder.path.joinpath, folder.folders)
        episodes = tuple(self._episodes(folder, zone))
        # Without the show there is none to give, but its episodes' problems are said all the same.
        return None if values is None else self._show(files, values, episodes)

    def _show(self, files: Files, values: dict[str, Any], episodes: tuple[Episode, ...]) -> Show:
        values = {"title": "", "description": "", "language": "und"} | values
        feed, publish = values.pop("feed", {}), values.pop("publish", {})
        values |= {f"feed_{name}": value for name, value in feed.items()}
        values["publish_to"] = publish.get("to", "")
        values["publish_endpoint"] = publish.get("endpoint", "")
        covers = files.covers()
        return Show(
            folder=self.name,
            artwork=files.one("artwork", values.pop("artwork", ""), covers, self.probes.artwork),
            pictures=files.pictures(_person_pictures(values.get("hosts", ()))),
            image_files=files.images(_image_names(values)),
            fonts=files.fonts(),
            words=read_words(files, values["language"]),
            theme=read_theme(files),
            unreadable=tuple(files.unreadable),
            episodes=episodes,
            **values,
        )

    def _episodes(self, show: Folder, zone: ZoneInfo) -> Iterator[Episode]:
        recall = self.kept.recall
        for name in show.folders:
            if self.inbox and self.inbox.is_relative_to(show.path / name):
                continue  # nothing in an inbox is an episode yet
            if kept := recall(name):
                known, problems = kept
                if problems:
                    self.problems += problems
                yield known
            elif episode := self._episode(show, name, Reading("", zone, self.problems)):
                yield episode

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
            self.problems.append(cannot_read(name, error))
            return None
        if EPISODE_YAML not in folder.files:
            self._no_episode(folder)
            return None
        before = len(self.problems)
        episode = self._read_episode(folder, slug, reading)
        return self.kept.keep(folder_name, episode, tuple(self.problems[before:]))

    def _read_episode(self, folder: Folder, slug: str, reading: Reading) -> Episode:
        self._refuse_nameless(folder)
        files = Files(folder, EPISODE_YAML, self.probes, self.problems, [])
        reading.path = f"{folder.name}/{EPISODE_YAML}"
        values = self._yaml(files, EPISODE, reading)
        if values is None:
            # It is there: other episodes may name it, and its slug is taken.
            return Episode(slug, "", unreadable=(EPISODE_YAML, "audio", "artwork", "transcript", "notes"))
        return self._with_files(files, slug, {"title": ""} | values)

    def _no_episode(self, folder: Folder) -> None:
        if folder.path == self.root / THEME_FOLDER:
            return
        near = nearest(EPISODE_YAML, folder.files)
        if near:
            message = f"there is no {EPISODE_YAML}, so this is no episode"
            help = f"rename {near} to {EPISODE_YAML}"
        elif by_ending(folder, AUDIO_ENDINGS):
            message = f"the folder holds audio but no {EPISODE_YAML}, so it is no episode yet"
            help = f"write {EPISODE_YAML}, or start the folder's name with _ to set it aside"
        elif any((folder.path / name / EPISODE_YAML).is_file() for name in folder.folders):
            message = "there are episodes in this folder, and they are looked for in the show folder only"
            help = f"move each of them up, beside {SHOW_YAML}"
        else:
            return
        self.problems.append(Problem("no-episode", "warning", message, help, folder.name))

    def _with_files(self, files: Files, slug: str, values: dict[str, Any]) -> Episode:
        folder, probes = files.folder, self.probes
        alternates = values.get("alternates", ())
        # A short video among the images is no second audio.
        taken = {alternate.file for alternate in alternates} | {*_image_names(values)}
        sounds = [name for name in by_ending(folder, AUDIO_ENDINGS) if name not in taken]
        covers = files.covers()
        pictures = [
            name for key in ("hosts", "guests", "people") for name in _person_pictures(values.get(key) or ())
        ]
        named = values.pop("audio", "")
        # Published audio need not stay: whether it may be gone is for a rule to say.
        pointer = files.pointer(named, sounds)
        gone = bool(pointer) or (bool(named) and not sounds and below(folder.path, named) is None)
        notes = files.notes(values.pop("notes", ""))
        chapters, chapters_file = self._chapters(files, values.pop("chapters", ""), notes)
        if not chapters_file:
            pictures += [chapter.image for chapter in chapters or () if "://" not in chapter.image]
        shown = files.pictures(pictures)
        if chapters_file:
            shown = tuple((dict(shown) | dict(chapter_pictures(files, chapters, chapters_file))).items())
        transcript, translations = read_transcripts(files, values.pop("transcript", ""), self.language)
        return Episode(
            slug=slug,
            audio=None if gone else files.one("audio", named, sounds, probes.audio),
            audio_name=named if gone and not pointer else "",
            audio_pointer=pointer,
            artwork=files.one("artwork", values.pop("artwork", ""), covers, probes.artwork),
            transcript=transcript,
            translations=translations,
            chapters=chapters,
            chapters_file=chapters_file,
            notes=notes,
            pictures=shown,
            image_files=files.images(_image_names(values)),
            alternate_files=files.alternates(alternates),
            unreadable=tuple(files.unreadable),
            **values,
        )

    def _chapters(
        self, files: Files, given: str | tuple[Chapter, ...], notes: str
    ) -> tuple[tuple[Chapter, ...] | None, str]:
        """The chapters and the file they come from: those of episode.yaml, else of a chapters file, else of
        a list in the notes. None where only the audio may have some.

        Args:
            given: `chapters` of episode.yaml, a list or a file's name; empty text where it says nothing.
        """
        if not isinstance(given, str):
            self._say_disorder(files.folder, given)
            return _in_time(given), ""
        chapters, name = read_chapters_file(files, given)
        if chapters is not None or "chapters" in files.unreadable:
            return chapters, name
        listed = read_listed_chapters(files, notes)
        return listed, files.notes_name if listed else ""

    def _say_disorder(self, folder: Folder, chapters: tuple[Chapter, ...]) -> None:
        for before, after in pairwise(chapters):
            if after.start_seconds < before.start_seconds:
                message = (
                    f"the chapter at {after.start_seconds:g} s stands below the one "
                    f"at {before.start_seconds:g} s"
                )
                help = "mend the time if it is wrong; publisher sorts chapters"
                path = f"{folder.name}/{EPISODE_YAML}"
                found = Problem("chapters-order", "hint", message, help, path, key=("chapters",))
                self.problems.append(found)
                return

    def _refuse_nameless(self, folder: Folder) -> None:
        for name in folder.nameless:
            shown = printable(name)
            message = f"the name {shown!r} holds characters that are no text"
            help = "give it another name; letters, digits and hyphens do well everywhere"
            if not NAMES_ARE_UTF8:
                help = "set the environment variable PYTHONUTF8=1: this machine takes names for ASCII"
            self.problems.append(folder.problem("file-name", message, help, shown))

    def _yaml(self, files: Files, record: Record, reading: Reading) -> dict[str, Any] | None:
        path = files.find(files.yaml)
        data = files.read(path, reading.path) if path else None
        if data is None:
            return None
        root, findings = read_yaml(data)
        self.problems.extend(finding.at(reading.path) for finding in findings)
        if root is None or is_null(root):
            if not findings:
                help = "fill it in; publisher schema lists the keys"
                self.problems.append(Problem("yaml-empty", "error", "the file is empty", help, reading.path))
            return None
        if record is SHOW:
            reading.zone = _zone(root)
        return record.values("", root, reading)


def _zone(root: Node) -> ZoneInfo:
    """The zone that podcast.yaml names, for dates in that same file; whether it is one is said elsewhere."""
    node = root.items.get("timezone") if isinstance(root, Mapping) else None
    try:
        return accept.zone(accept.timezone(node.text.strip()) if isinstance(node, Scalar) else "UTC")
    except ValueError:
        return accept.zone("UTC")


def _image_names(values: dict[str, Any]) -> list[str]:
    return [image.image for image in values.get("images", ()) if "://" not in image.image]


def _person_pictures(people: tuple[Person, ...]) -> list[str]:
    return [person.image for person in people if person.image and "://" not in person.image]


def _in_time(chapters: tuple[Chapter, ...]) -> tuple[Chapter, ...]:
    """Chapters by start; the order in which they were written is a rule's business, not the feed's."""
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_seconds))
