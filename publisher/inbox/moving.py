"""An episode's way from the inbox into the show, which a kill may end at any moment.

1. The episode lies complete in the work folder, on the disk, under the name it will have.
2. A note says what is to be moved, and what of the inbox it was made from.
3. One rename puts it into the show.
4. What it was made from leaves the inbox, unless it changed meanwhile.
5. The note goes.

Before 3 the inbox has it, after 3 the show has it, whole. A run that finds a note goes on at 4 where the
episode is in the show, and forgets the note where it is not.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from publisher.errors import StoreError
from publisher.inbox.drops import Drop, Item
from publisher.inbox.memory import write_json
from publisher.inbox.place import Changed, Inbox
from publisher.inbox.shaping import sync

_NOTE: Final = "moving-"


@dataclass(frozen=True, slots=True)
class Move:
    """What the note says.

    Attributes:
        inbox, name: where the drop lies, and what it is called.
        folder: of the inbox, which goes when nothing more is in it; empty for loose files.
        files: of the episode's folder, with size and time of change: by them the folder is known again, even
            if somebody renamed it.
        kept: paths of originals that are not removed but kept.
        told: where publisher wrote why it was refused.
        is_reported: whether the run that moved it lived to say so.
    """

    inbox: str
    name: str
    slug: str
    title: str
    is_draft: bool
    folder: str
    files: dict[str, list[int]]
    items: tuple[Item, ...]
    kept: frozenset[str]
    told: str
    is_reported: bool = False

    def as_json(self) -> dict[str, Any]:
        document = {name: getattr(self, name) for name in self.__slots__ if name not in ("items", "kept")}
        items = [asdict(item) | {"changed": item.changed.isoformat()} for item in self.items]
        return document | {"items": items, "kept": sorted(self.kept)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Move:
        items = tuple(
            Item(**(item | {"changed": datetime.fromisoformat(item["changed"])}))
            for item in document.pop("items")
        )
        kept = frozenset(document.pop("kept"))
        return cls(**document, items=items, kept=kept)


def move(
    place: Inbox,
    drop: Drop,
    staged: Path,
    root: Path,
    state: Path,
    *,
    title: str,
    is_draft: bool,
    kept: frozenset[str],
) -> str:
    """Moves an episode into the show, under the name that its folder has.

    Args:
        staged: the episode's folder, in a work folder of `state`.
        root: the show folder.
        kept: paths of the drop's files whose originals are kept.

    Returns:
        Where originals are kept; empty where none are.

    Raises:
        Changed: the drop is not what it was; nothing was moved.
        OSError, StoreError: disk or bucket fail; nothing was moved.
    """
    target = root / staged.name
    for folder in (staged, *(path for path in staged.rglob("*") if path.is_dir())):
        sync(folder)
    note = state / f"{_NOTE}{staged.parent.parent.name}.json"
    planned = Move(
        place.name,
        drop.name,
        staged.name,
        title,
        is_draft,
        drop.name if drop.kind == "folder" else "",
        _files(staged),
        (*drop.items, *drop.litter),
        kept,
        drop.told,
    )
    write_json(note, planned.as_json())
    sync(state)
    try:
        for item in drop.items:
            if item.kind == "file" and not place.is_same(item):
                raise Changed(item.path)
        if os.path.lexists(target):
            raise Changed(target.name)
        staged.rename(target)
    except BaseException:
        if staged.exists():
            note.unlink()
        raise
    sync(root)
    try:
        return _left(place, planned, note)
    except (OSError, StoreError, Changed):
        # It is in the show. What it was made from goes with the next look.
        with contextlib.suppress(OSError):
            write_json(note, replace(planned, is_reported=True).as_json())
        return ""


def _left(place: Inbox, planned: Move, note: Path) -> str:
    """Empties the inbox of what the show has, and removes the note."""
    kept = ""
    originals = [item for item in planned.items if item.path in planned.kept]
    if originals:
        kept = place.keep(originals)
    place.untell(planned.told)
    place.remove((item for item in planned.items if item.path not in planned.kept), folder=planned.folder)
    note.unlink()
    return kept


def settle(place: Inbox, root: Path, state: Path) -> Iterator[tuple[Move, str]]:
    """Ends what runs before this one began: see the module's text.

    Yields:
        Each move that is in the show, and why it could not be ended; empty where it is.
    """
    for note in sorted(state.glob(f"{_NOTE}*.json")):
        try:
            planned = Move.from_json(json.loads(note.read_text("ascii")))
        except (OSError, ValueError, KeyError, TypeError):
            # Notes are written whole, before anything is moved: this one was never ours, or its disk is ill.
            with contextlib.suppress(OSError):
                note.rename(note.with_suffix(".unreadable"))
            continue
        if planned.inbox != place.name:
            continue
        if not _is_in_show(planned, root):
            note.unlink()
            continue
        try:
            _left(place, planned, note)
        except Changed:
            yield planned, "it changed"
        except StoreError as error:
            yield planned, error.message
        except OSError as error:
            yield planned, error.strerror or type(error).__name__
        else:
            yield planned, ""


def _is_in_show(planned: Move, root: Path) -> bool:
    """Whether the show has the folder; somebody may have renamed it since."""
    first = root / planned.slug
    return any(
        _files(folder) == planned.files
        for folder in (first, *(path for path in root.iterdir() if path != first))
        if planned.files.keys() and (folder / next(iter(planned.files))).exists()
    )


def _files(folder: Path) -> dict[str, list[int]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            found[path.relative_to(folder).as_posix()] = [status.st_size, status.st_mtime_ns]
    return found
