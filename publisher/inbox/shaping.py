"""A drop, whatever shape it has, as the files of an episode's folder. Pure, but for `stage`."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from publisher.errors import StoreError
from publisher.fixing.encodings import as_utf8, duplicate_mark_removed
from publisher.folder_names import EPISODE_YAML
from publisher.identity import ascii_slug
from publisher.inbox.drops import is_audio
from publisher.inbox.names import (
    clean,
    is_episode_yaml,
    is_good_slug,
    is_litter,
    is_ours,
    is_yaml,
    plain_title,
    title_and_number,
)
from publisher.problems import Problem
from publisher.reading.characters import is_plain_name, printable
from publisher.reading.folder import FURTHER_PICTURE_ENDINGS, PICTURE_ENDINGS
from publisher.reading.probes import sha256_of
from publisher.reading.yaml import MAX_BYTES, Mapping, Scalar, read_yaml

_TEXTS: Final = (".yaml", ".yml", ".md", ".txt", ".vtt", ".srt", ".json")
_MOST_TEXT_BYTES: Final = 8 << 20
_ROLES: Final = ("cover", "notes", "transcript", "chapters", "labels", "episode")
_MOST_LISTED: Final = 20

_DRAFT: Final = """\
# Made from {file} in the inbox. All keys: publisher schema episode
title: {title}
{number}
# Without a date the episode is a draft and never goes out. A date in the future goes out by itself.
# published: 2030-01-31 06:00
summary:                # one or two sentences; without it, the first paragraph of notes.md
guests: []              # - name: …
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a drop.

    Attributes:
        path: where it goes in the episode's folder, with `/`.
        shown: what its producer calls it.
        source: where it is on this machine.
        origin: its path in the inbox; empty where it came out of an archive.
    """

    path: str
    shown: str
    source: Path
    origin: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Shape:
    """An episode's folder, before it is one.

    Attributes:
        names: what the folder was called on its way, innermost first.
        text: of an episode.yaml that has to be written; empty where there is one.
        title, number: of the episode, as far as they can be told at a glance.
        is_guessed: whether the title comes from a name or a tag, and not from a producer.
        left: files that are not the episode's, and are kept elsewhere.
    """

    pieces: tuple[Piece, ...]
    names: tuple[str, ...]
    text: str = ""
    title: str = ""
    number: int | None = None
    is_guessed: bool = False
    left: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()


def wrong(message: str, help: str, path: str = "") -> Problem:
    return Problem("inbox-shape", "error", message, help, path)


def shaped(
    name: str,
    pieces: Iterable[Piece],
    *,
    loose: bool = False,
    read: Callable[[Path], bytes],
    tagged: Callable[[Path], str],
    numbers: frozenset[int] = frozenset(),
) -> tuple[Shape | None, tuple[Problem, ...]]:
    """The episode that a drop is.

    Args:
        name: of the drop, without the ending of an archive or of audio.
        pieces: its files; `path` as they lie in the drop.
        loose: whether they lay in no folder, and are called after their audio.
        read: gives the first bytes of a small file.
        tagged: gives the title in the tags of an audio file.
        numbers: that other episodes have; one that is only guessed at is not given again.
    """
    names = [name]
    own = [piece for piece in pieces if not any(map(is_litter, piece.path.split("/")))]
    left = tuple(piece for piece in own if is_ours(piece.name))
    own = [piece for piece in own if not is_ours(piece.name)]
    problems = [*_unspeakable(own)]
    while (inner := _only_folder(own)) and len(names) < 4:
        own = [replace(piece, path=piece.path.partition("/")[2]) for piece in own]
        names.insert(0, clean(inner))
    own = [replace(piece, path="/".join(map(clean, piece.path.split("/")))) for piece in own]
    own, more = _with_episode_yaml(own)
    problems += more
    yaml = next((piece for piece in own if piece.path == EPISODE_YAML), None)
    data = read(yaml.source) if yaml else b""
    if loose:
        own = _in_roles(own, name, data)
    problems += _same_names(own)
    shape = Shape(tuple(sorted(own, key=lambda piece: piece.path)), tuple(names), left=left)
    audio = [piece for piece in own if "/" not in piece.path and is_audio(piece.path)]
    if yaml is None:
        problems += _without_yaml(own, audio)
    if problems:
        return None, tuple(problems)
    if yaml is not None:
        title, number = peeked(data)
        return replace(shape, title=title, number=number), ()
    title, number = _guessed(audio[0], names, tagged)
    number = None if number in numbers else number
    text = _DRAFT.format(
        file=json.dumps(audio[0].shown, ensure_ascii=False),
        title=json.dumps(title, ensure_ascii=False),
        number="# number:" if number is None else f"number: {number}",
    )
    return replace(shape, text=text, title=title, number=number, is_guessed=True), ()


def _unspeakable(pieces: list[Piece]) -> Iterable[Problem]:
    for piece in pieces:
        if not all(is_plain_name(clean(part)) and clean(part) for part in piece.path.split("/")):
            message = f"the name {printable(ascii(piece.shown))} holds characters that are no text"
            yield wrong(message, "give the file another name; letters, digits and hyphens do well everywhere")


def _only_folder(pieces: list[Piece]) -> str:
    """The folder that everything lies in; empty where something lies beside it."""
    tops = {piece.path.partition("/")[0] for piece in pieces}
    return next(iter(tops)) if len(tops) == 1 and all("/" in piece.path for piece in pieces) else ""


def _with_episode_yaml(pieces: list[Piece]) -> tuple[list[Piece], list[Problem]]:
    """The pieces with what is meant to be episode.yaml called so."""
    top = [piece for piece in pieces if "/" not in piece.path]
    named = [piece for piece in top if is_episode_yaml(piece.path)]
    named = named or [piece for piece in top if is_yaml(piece.path)]
    if len(named) > 1:
        listed = ", ".join(printable(piece.shown) for piece in named[:_MOST_LISTED])
        message = f"there are {len(named)} files that could be {EPISODE_YAML}: {listed}"
        return pieces, [wrong(message, "remove all but one")]
    if not named:
        nested = [piece for piece in pieces if "/" in piece.path and is_episode_yaml(piece.name)]
        folders = sorted({piece.path.rpartition("/")[0] for piece in nested})
        if len(folders) > 1:
            listed = ", ".join(map(printable, folders[:_MOST_LISTED]))
            message = f"there are {len(folders)} episodes in it: {listed}"
            return pieces, [wrong(message, "put each of them into the inbox by itself")]
        if nested:
            where = printable(folders[0])
            message = f"{EPISODE_YAML} lies in the folder {where}, and other files beside that folder"
            return pieces, [wrong(message, "put all of them into one folder")]
        return pieces, []
    return [replace(piece, path=EPISODE_YAML) if piece is named[0] else piece for piece in pieces], []


def _without_yaml(pieces: list[Piece], audio: list[Piece]) -> list[Problem]:
    if not pieces:
        return [wrong("there is nothing in it", "put the audio and episode.yaml into it")]
    if not audio:
        help = f"put the audio into it, and {EPISODE_YAML} with a title"
        return [wrong(f"there is neither audio nor {EPISODE_YAML} in it, so it is no episode", help)]
    if len(audio) > 1:
        listed = ", ".join(printable(piece.shown) for piece in audio[:_MOST_LISTED])
        message = f"there are {len(audio)} audio files and no {EPISODE_YAML}: {listed}"
        return [wrong(message, "give each episode a folder of its own, or keep only the one to be heard")]
    return []


def _same_names(pieces: list[Piece]) -> Iterable[Problem]:
    seen: dict[str, Piece] = {}
    for piece in pieces:
        other = seen.setdefault(piece.path.casefold(), piece)
        if other is not piece:
            message = f"{printable(other.shown)} and {printable(piece.shown)} would have the same name"
            yield wrong(message, "rename one of the two", piece.shown)


def _in_roles(pieces: list[Piece], stem: str, yaml: bytes) -> list[Piece]:
    """Loose files under the names that an episode's folder gives them: `talk.vtt` is transcript.vtt."""
    said = yaml.decode("utf-8", "replace")
    start = clean(stem).casefold()
    found = []
    for piece in pieces:
        path = piece.path
        is_called_after = path.casefold().startswith(f"{start}.")
        if is_called_after and path != EPISODE_YAML and not is_audio(path) and path not in said:
            path = _role(path[len(start) + 1 :])
        found.append(replace(piece, path=path))
    return found


def _role(rest: str) -> str:
    """What `en.vtt`, `jpg` or `chapters.json` is called in an episode's folder."""
    if rest.casefold().startswith(tuple(f"{role}." for role in _ROLES)):
        return rest
    ending = "." + rest.casefold().rpartition(".")[2]
    if ending in (*PICTURE_ENDINGS, *FURTHER_PICTURE_ENDINGS):
        return f"cover{ending}"
    if ending == ".md":
        return "notes.md"
    return f"transcript.{rest}" if ending in (".vtt", ".srt", ".json", ".txt") else rest


def _guessed(audio: Piece, names: list[str], tagged: Callable[[Path], str]) -> tuple[str, int | None]:
    """Title and number of audio that came without episode.yaml: by its tags, its name, its folder's name."""
    title, number = title_and_number(audio.name.rpartition(".")[0])
    for name in names:
        said_nothing = title.casefold() in ("", "audio", "episode", "final", "master", "mix")
        title, number = title_and_number(name) if said_nothing and name else (title, number)
    written, counted = title_and_number(plain_title(tagged(audio.source)))
    return written or title or "Untitled", number if number is not None else counted


def peeked(data: bytes) -> tuple[str, int | None]:
    """Title and number as an episode.yaml writes them, whatever else is wrong with it."""
    root, _ = read_yaml(_text(data))
    items = root.items if isinstance(root, Mapping) else {}
    found = {name: node.text for name, node in items.items() if isinstance(node, Scalar)}
    number = found.get("number", "")
    title = " ".join(found.get("title", "").strip(" “”„‟").split())
    return title, int(number) if re.fullmatch(r"[0-9]{1,6}", number) else None


def _text(data: bytes) -> bytes:
    try:
        duplicate_mark_removed(data).decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in data:
            return duplicate_mark_removed(data)
    found = as_utf8(data)
    return duplicate_mark_removed(found[0]) if found else data


def slug_of(shape: Shape, *, digits: int) -> str:
    """What the episode's folder is called: as its producer called it, if that will do.

    Args:
        digits: as many as the numbers of the show's folders have.
    """
    good = next((name for name in shape.names if is_good_slug(name)), "")
    if good:
        return good
    slug = ascii_slug(shape.title or shape.names[0])
    if shape.number is not None and not re.match(rf"0*{shape.number}(?:-|$)", slug):
        slug = f"{shape.number:0{digits}d}-{slug}"
    return slug if is_good_slug(slug) else f"{slug}-1"


def stage(shape: Shape, folder: Path) -> tuple[frozenset[str], tuple[str, ...]]:
    """Lays an episode's folder out; no file of the inbox is changed.

    On the same disk each file is linked, which copies nothing; else it is copied, and read back.

    Args:
        folder: made here.

    Returns:
        Paths of the files that are not as they were dropped, and what was done to them.

    Raises:
        OSError: the disk fails, or is full.
        StoreError: a copy is not what was copied.
    """
    folder.mkdir(parents=True)
    changed, notes = set(), []
    for piece in shape.pieces:
        target = folder / piece.path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _mended_text(piece)
        if text is not None:
            write(target, text)
            changed.add(piece.path)
            notes.append(f"{piece.shown} was not UTF-8, and is now")
        else:
            _placed(piece.source, target)
        if piece.name != clean(piece.shown.rpartition("/")[2]):
            notes.append(f"{printable(piece.shown)} is now {piece.path}")
    if shape.text:
        write(folder / EPISODE_YAML, shape.text.encode())
        notes.append(f"{EPISODE_YAML} was made, with the title {shape.title!r}; without a date it is a draft")
    return frozenset(changed), tuple(notes)


def _mended_text(piece: Piece) -> bytes | None:
    """The bytes of a text that is not UTF-8 and surely something else; None where it stays as it is."""
    if not piece.path.casefold().endswith(_TEXTS) or piece.source.stat().st_size > _MOST_TEXT_BYTES:
        return None
    data = piece.source.read_bytes()
    mended = _text(data)
    return None if mended == data else mended


def _placed(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        # Another disk, a disk without links, or a file of somebody else's.
        shutil.copyfile(source, target, follow_symlinks=False)
        with contextlib.suppress(OSError):
            shutil.copystat(source, target)
        sync(target)
        if sha256_of(source) != sha256_of(target):
            raise StoreError(
                f"{printable(source.name)} changed while it was copied, or the disk is damaged",
                help="it is tried again with the next look; if it stays so, check the disk",
            ) from None
    else:
        sync(target)


def write(target: Path, data: bytes) -> None:
    """A file of its own, on the disk when this returns."""
    with target.open("xb") as writer:
        writer.write(data)
        writer.flush()
        os.fsync(writer.fileno())


def sync(path: Path) -> None:
    """Waits until the disk has a file or a folder; what the disk cannot promise is not waited for."""
    with contextlib.suppress(PermissionError):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):
                os.fsync(file)
        finally:
            os.close(file)


_CURLY: Final = "“”„‟"
_WHOLE: Final = re.compile(
    rf"^(?P<head>\s*(?:- +)*(?:[\w-]+:\s+)?)[{_CURLY}\"](?P<body>.*)[{_CURLY}\"](?P<tail>\s*(?:\#.*)?)$"
)
_LIST: Final = re.compile(r"^\s*(?:- +)*[\w-]+:\s+\[")


def straightened(text: str) -> str:
    """YAML in which the curly quotation marks of word processors stand for straight ones, and fixed spaces
    before a line for usual ones. Only for a file that cannot be read otherwise: within a text they are right.
    """
    return "".join(map(_straight, text.splitlines(keepends=True)))


def _straight(line: str) -> str:
    body = line.rstrip("\r\n")
    end = line[len(body) :]
    indent = len(body) - len(body.lstrip(" \u00a0\u2003\u2002"))
    body = " " * indent + body[indent:]
    whole = _WHOLE.match(body)
    if _LIST.match(body):
        body = re.sub(f"[{_CURLY}]", '"', body)
    elif whole and any(sign in body for sign in _CURLY):
        inside = whole["body"].replace("\\", "\\\\").replace('"', '\\"')
        body = f'{whole["head"]}"{inside}"{whole["tail"]}'
    return body + end


def first_bytes(path: Path) -> bytes:
    """What `shaped` reads of a small file. Raises OSError."""
    with path.open("rb") as reader:
        return reader.read(MAX_BYTES + 1)
