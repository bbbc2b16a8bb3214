"""A folder as an inbox."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from publisher.errors import StoreError
from publisher.inbox.drops import Drop, Item, ItemKind
from publisher.inbox.names import TAKEN, is_litter, is_ours
from publisher.inbox.place import KEPT_DAYS, MARK, MOST_ITEMS, Changed

_DEEPEST: Final = 12


class FolderInbox:
    """An inbox on this machine, or on a disk that it sees.

    Args:
        root: the folder.
        today: for the names under which originals are kept, in UTC.
    """

    def __init__(self, root: Path, *, today: date) -> None:
        self._root = root
        self._today = today

    @property
    def root(self) -> Path:
        return self._root

    @property
    def name(self) -> str:
        return str(self._root)

    def look(self) -> tuple[Item, ...]:
        if not self._root.is_dir():
            what = "is no folder" if self._root.exists() else "is not there"
            raise StoreError(
                f"the inbox {self._root} {what}",
                help="make it, or mount the disk that holds it; `inbox` in podcast.yaml and --from name it",
            )
        found: list[Item] = []
        try:
            for item in self._below(self._root, "", 0):
                found.append(item)
                if len(found) > MOST_ITEMS:
                    raise StoreError(
                        f"the inbox {self._root} holds more than {MOST_ITEMS:,} files",
                        help="name a folder that is for new episodes alone",
                    )
        except PermissionError as error:
            if error.filename in (None, str(self._root)):
                raise StoreError(
                    f"the inbox {self._root} cannot be read: {error.strerror}", help="check its permissions"
                ) from error
            raise
        return tuple(found)

    def _below(self, folder: Path, inside: str, depth: int) -> Iterator[Item]:
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except FileNotFoundError:
            return  # it was moved away while we looked
        except PermissionError:
            if not inside:
                raise
            yield Item(inside, "special", 0, "unreadable", datetime.now(UTC))
            return
        if inside and not entries:
            with contextlib.suppress(FileNotFoundError):
                yield _item(inside, "folder", folder.stat())
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if not inside and entry.name.startswith(".") and (entry.name == TAKEN or is_litter(entry.name)):
                continue
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if entry.is_symlink():
                    yield _item(path, "link", status)
                elif stat.S_ISDIR(status.st_mode):
                    if depth < _DEEPEST:
                        yield from self._below(Path(entry.path), path, depth + 1)
                    else:
                        yield _item(path, "special", status)
                else:
                    yield _item(path, "file" if stat.S_ISREG(status.st_mode) else "special", status)

    def obstacle(self, drop: Drop) -> str:
        folders = {self._root} | {self._root.joinpath(item.path).parent for item in drop.items}
        if any(not os.access(folder, os.W_OK | os.X_OK) for folder in folders if folder.is_dir()):
            return "publisher may not take anything out of the inbox: check its permissions"
        for item in drop.items:
            if item.kind == "file" and is_being_written(self._root / item.path):
                return f"{item.name} is open in a program that writes to it"
        return ""

    def fetch(self, drop: Drop, work: Path) -> dict[str, Path]:
        for item in drop.items:
            if item.kind == "file" and not self.is_same(item):
                raise Changed(item.path)
        return {item.path: self._root / item.path for item in drop.items if item.kind == "file"}

    def is_same(self, item: Item) -> bool:
        try:
            status = os.lstat(self._root / item.path)
        except OSError:
            return False
        return _version(status) == item.version and stat.S_ISREG(status.st_mode)

    def keep(self, items: Iterable[Item]) -> str:
        forget_old(self._root / TAKEN, self._today)
        for item in items:
            target = self._root / TAKEN / self._today.isoformat() / item.path
            if self.is_same(item):
                target.parent.mkdir(parents=True, exist_ok=True)
                (self._root / item.path).rename(free_name(target))
        return f"{TAKEN}/{self._today.isoformat()}"

    def remove(self, items: Iterable[Item], *, folder: str = "") -> None:
        for item in items:
            if self.is_same(item):
                with contextlib.suppress(FileNotFoundError):
                    (self._root / item.path).unlink()
        if folder:
            _remove_empty(self._root / folder)
        _sync(self._root)

    def tell(self, path: str, text: str) -> bool:
        target = self._root / path
        try:
            if os.path.lexists(target):
                before = _own_text(target)
                if before is None:
                    return False
                if before == text:
                    return True
            handle, name = tempfile.mkstemp(prefix=".PROBLEMS.", suffix=".tmp", dir=target.parent)
            partial = Path(name)
            try:
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as writer:
                    writer.write(text)
                # Whoever may read the inbox may read what is wrong.
                partial.chmod(stat.S_IMODE(target.parent.stat().st_mode) & 0o666)
                partial.replace(target)
            except BaseException:
                partial.unlink()
                raise
        except OSError:
            return False
        return True

    def untell(self, path: str) -> None:
        target = self._root / path
        with contextlib.suppress(OSError):
            if is_ours(target.name) and _own_text(target) is not None:
                target.unlink()


def is_being_written(path: Path) -> bool:
    """Whether a program on this machine has the file open for writing. A guess where the kernel does not say
    (other systems than Linux, network disks, files of somebody else): then it is False.

    A read lease is only given on a file that nobody writes to: https://man7.org/linux/man-pages/man2/F_GETLEASE.2const.html
    """
    set_lease = getattr(fcntl, "F_SETLEASE", None)
    if set_lease is None:
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        # Whoever opens the file while the lease is held makes the kernel send a signal, and the usual one
        # ends the process. This one is ignored unless somebody asks for it.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, set_lease, fcntl.F_RDLCK)
        fcntl.fcntl(file, set_lease, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(file)
    return False


def _item(path: str, kind: ItemKind, status: os.stat_result) -> Item:
    if kind == "folder":
        return Item(path, kind, 0, "", datetime.fromtimestamp(status.st_ctime, UTC))
    changed = max(status.st_mtime, status.st_ctime)
    return Item(path, kind, status.st_size, _version(status), _moment(changed))


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def _version(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}"


def _own_text(path: Path) -> str | None:
    """What publisher wrote there; None where somebody else did."""
    try:
        text = path.read_text("utf-8") if path.is_file() and not path.is_symlink() else ""
    except UnicodeDecodeError:
        return None
    return text if text.startswith(MARK) else None


def forget_old(kept: Path, today: date) -> None:
    """Removes the originals that were kept long enough; each day's lie in a folder called after it."""
    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
    with contextlib.suppress(OSError):
        for folder in kept.iterdir():
            with contextlib.suppress(OSError, ValueError):
                if date.fromisoformat(folder.name).isoformat() < oldest:
                    shutil.rmtree(folder, ignore_errors=True)


def free_name(path: Path) -> Path:
    """The path, or one beside it that nothing has."""
    found, number = path, 2
    while os.path.lexists(found):
        found, number = path.with_name(f"{path.name} ({number})"), number + 1
    return found


def _remove_empty(folder: Path) -> None:
    """Removes a folder and those in it, as far as they hold nothing but litter."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if is_litter(entry.name):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                _remove_empty(Path(entry.path))
    left = list(folder.iterdir())
    if all(is_litter(path.name) for path in left):
        for path in left:
            with contextlib.suppress(OSError):
                path.unlink()
        with contextlib.suppress(OSError):
            folder.rmdir()


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
