"""What lies in an inbox, and which of it belongs together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from publisher.identity import fingerprint
from publisher.inbox.names import PROBLEMS, clean, is_episode_yaml, is_litter, is_ours, unfinished
from publisher.reading.folder import AUDIO_ENDINGS

ItemKind = Literal["file", "folder", "link", "special"]
DropKind = Literal["folder", "archive", "loose"]

ARCHIVES: Final = (".zip",)


@dataclass(frozen=True, slots=True)
class Item:
    """One file of an inbox, or a folder that holds nothing.

    Attributes:
        path: below the inbox, with `/`, as the disk or the bucket writes it.
        version: opaque; equal while the file is unchanged.
        changed: last change of content or place, aware, UTC.
    """

    path: str
    kind: ItemKind
    length_bytes: int
    version: str
    changed: datetime

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Drop:
    """What is taken in together, or not at all.

    Attributes:
        name: of the folder, of the archive, or of the audio.
        items: producers' files; neither litter nor what publisher wrote.
        litter: what operating systems put among them.
        unfinished: names of copies under way.
        told: where publisher writes why it is refused, below the inbox.
        is_told: whether something is written there.
        strays: for loose files, names that lie beside it and may belong to it.
    """

    name: str
    kind: DropKind
    items: tuple[Item, ...]
    told: str
    litter: tuple[Item, ...] = ()
    unfinished: tuple[str, ...] = ()
    is_told: bool = False
    strays: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes with every file of the drop, and with nothing else."""
        return fingerprint(
            [
                *((ascii(item.path), item.length_bytes, item.version) for item in self.items),
                *map(ascii, (*self.unfinished, *self.strays)),
            ]
        )

    @property
    def changed(self) -> datetime | None:
        """When something of it last changed."""
        return max((item.changed for item in self.items), default=None)


def is_audio(name: str) -> bool:
    stem, dot, ending = clean(name).rpartition(".")
    return bool(stem) and (dot + ending).casefold() in AUDIO_ENDINGS


def drops_of(items: Iterable[Item]) -> tuple[Drop, ...]:
    """The drops of an inbox, ordered by name.

    A folder is one, a ZIP is one, and an audio file is one with the files that are called as it is. Names
    that start with `.` or `_` are set aside.
    """
    folders: dict[str, list[Item]] = {}
    files: dict[str, Item] = {}
    for item in items:
        first, slash, _ = item.path.partition("/")
        if is_litter(first):
            continue
        if slash or item.kind == "folder":
            if not first.startswith((".", "_")):
                folders.setdefault(first, []).append(item)
        else:
            files[first] = item
    told = {name for name in files if is_ours(name)}
    found = [_folder(name, inside) for name, inside in folders.items()]
    loose: list[Item] = []
    archives: list[Item] = []
    copies: list[str] = []
    for name, item in files.items():
        if name in told:
            continue
        if unfinished(name) is not None:
            copies.append(name)
        elif name.startswith((".", "_")):
            continue
        elif name.casefold().endswith(ARCHIVES):
            archives.append(item)
        else:
            loose.append(item)
    for item in archives:
        under_way = [name for name in copies if unfinished(name) == item.name]
        found.append(_single(item.name, "archive", (item,), told, under_way))
    copies = [name for name in copies if unfinished(name) not in {item.name for item in archives}]
    found += _grouped(loose, copies, told)
    return tuple(sorted(found, key=lambda drop: drop.name))


def _folder(name: str, inside: list[Item]) -> Drop:
    told = f"{name}/{PROBLEMS}"
    items, litter, copies = [], [], []
    for item in sorted(inside, key=lambda item: item.path):
        parts = item.path.split("/")[1:]
        if item.path == told or (item.kind == "folder" and not parts):
            continue
        if any(map(is_litter, parts)):
            litter.append(item)
        elif item.kind == "file" and unfinished(item.name) is not None:
            copies.append("/".join(parts))
        else:
            items.append(item)
    return Drop(
        name,
        "folder",
        tuple(items),
        told,
        tuple(litter),
        tuple(copies),
        any(item.path == told for item in inside),
    )


def _single(
    name: str,
    kind: DropKind,
    items: tuple[Item, ...],
    told: set[str],
    copies: Iterable[str] = (),
    strays: Iterable[str] = (),
) -> Drop:
    text = f"{name}.{PROBLEMS}"
    return Drop(name, kind, items, text, (), tuple(copies), text in told, tuple(strays))


def _stem(name: str) -> str:
    return clean(name).rpartition(".")[0].casefold() or clean(name).casefold()


def _grouped(loose: list[Item], copies: list[str], told: set[str]) -> list[Drop]:
    """Loose files by the audio that they are called after; those without any by their own names."""
    by_stem: dict[str, list[Item]] = {_stem(item.name): [] for item in loose if is_audio(item.name)}
    alone: list[Item] = []
    for item in loose:
        if is_audio(item.name):
            by_stem[_stem(item.name)].append(item)
            continue
        called = clean(item.name).casefold()
        # "talk" and "talk.one" may both be audio: the longer one is meant.
        stem = max((stem for stem in by_stem if called.startswith(f"{stem}.")), key=len, default=None)
        if stem is None:
            alone.append(item)
        else:
            by_stem[stem].append(item)
    yaml = [item for item in alone if is_episode_yaml(item.name)]
    if len(yaml) == 1 and len(by_stem) == 1 and not any(_has_yaml(group) for group in by_stem.values()):
        # Somebody dropped what is in an episode's folder, without the folder: all of it belongs together.
        next(iter(by_stem.values())).extend(alone)
        alone = []
    strays = [item.name for item in alone if is_episode_yaml(item.name)]
    found = []
    for stem, group in by_stem.items():
        audio = next(item for item in group if is_audio(item.name))
        under_way = [name for name in copies if _belongs(name, stem)]
        doubtful = () if _has_yaml(group) else strays
        found.append(_single(audio.name, "loose", tuple(group), told, under_way, doubtful))
    for item in alone:
        under_way = [name for name in copies if _belongs(name, _stem(item.name))]
        found.append(_single(item.name, "loose", (item,), told, under_way))
    claimed = {name for drop in found for name in drop.unfinished}
    found += [
        _single(name, "loose", (), told, (name,))
        for name in copies
        if name not in claimed and is_audio_copy(name)
    ]
    return found


def _has_yaml(group: list[Item]) -> bool:
    return any(
        clean(item.name).casefold().endswith((".yaml", ".yml", ".yaml.txt", ".yml.txt")) for item in group
    )


def _belongs(copy: str, stem: str) -> bool:
    """Whether a copy under way will be called as the group is."""
    target = clean(unfinished(copy) or "").casefold()
    return target == stem or target.startswith(f"{stem}.")


def is_audio_copy(name: str) -> bool:
    """Whether a copy under way is worth telling of by itself: not what sync programs hide."""
    return not name.startswith((".", "~")) and bool(unfinished(name))
