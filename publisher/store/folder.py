"""A folder as a store: what `publisher preview` serves, and what any web server can."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from publisher.errors import (
    AccessDenied,
    Conflict,
    NoSuchBucket,
    ObjectMissing,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from publisher.store.base import Body, Headers, Stored, checked_key, is_key
from publisher.store.body import blocks

WORK_FOLDER = ".publisher-writing"
"""Unfinished writes and the lock, inside the store's folder and so in the same file system. Like every name
that starts with a dot it is no object: listing skips it, and a server must."""

_NOTE = "feed-"
"""Begins the name of a note of a large feed: what tells the file from any other, and its digest."""
_DIGEST_CHARACTERS = 64

_BLOCK_BYTES = 1 << 20
_EXACT_BYTES = 1 << 20
_LOCK_SECONDS = 30.0
_LEFTOVER_SECONDS = 60.0
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_DENIED = {errno.EACCES, errno.EPERM}
_Stamp = tuple[int, int, int, int, int]
_ABSENT = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FolderStore:
    """Objects are files under `root`, each moved into place whole.

    A file system keeps no content type and no metadata, so `Headers` are not stored; who serves the folder
    goes by the names. Versions are content digests for feeds and for anything small; for the rest, which
    content-addressing keeps from ever changing, they are made of inode, size and time.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._digests: dict[_Stamp, str] = {}
        """Of large files, so that a feed of ten thousand episodes is not read for each question about it."""

    @property
    def root(self) -> Path:
        """The folder, absolute."""
        return self._root

    @property
    def name(self) -> str:
        return str(self._root)

    @property
    def conditional_writes(self) -> bool:
        return True

    def head(self, key: str) -> Stored | None:
        path = self._path(key)
        with _errors_wrapped(key), contextlib.suppress(*_ABSENT), path.open("rb") as reader:
            return self._stored(key, reader)
        return None

    def read(self, key: str, *, first_bytes: int | None = None) -> tuple[bytes, Stored] | None:
        path = self._path(key)
        with _errors_wrapped(key), contextlib.suppress(*_ABSENT), path.open("rb") as reader:
            content = reader.read() if first_bytes is None else reader.read(first_bytes)
            return content, self._stored(key, reader)
        return None

    def open(self, key: str) -> BinaryIO:
        path = self._path(key)
        with _errors_wrapped(key):
            try:
                return path.open("rb")
            except _ABSENT as error:
                raise ObjectMissing(key) from error

    def put(
        self, key: str, body: Body, headers: Headers, *, progress: Callable[[int], None] | None = None
    ) -> None:
        path = self._path(key)
        with _errors_wrapped(key), self._written_aside(key, body, progress) as written:
            with self._locked():
                _move(written, path, self._root)
            _sync_folder(path.parent)

    def replace(self, key: str, body: Body, headers: Headers, *, expected: str | None) -> Stored:
        path = self._path(key)
        with _errors_wrapped(key), self._written_aside(key, body, None) as written:
            with self._locked():
                found = self.head(key)
                if (found.version if found else None) != expected:
                    raise Conflict(key)
                _move(written, path, self._root)
                self._note(key, _stamp(path.stat()), body)
                stored = self.head(key)
            _sync_folder(path.parent)
        assert stored is not None
        return stored

    def list(self, prefix: str = "") -> Iterator[Stored]:
        with _errors_wrapped(prefix):
            yield from self._listed(self._root, "", prefix)

    def delete(self, key: str) -> None:
        path = self._path(key)
        if not path.is_file() and not path.is_symlink():
            return
        with _errors_wrapped(key), self._locked():
            with contextlib.suppress(*_ABSENT):
                path.unlink()
                _sync_folder(path.parent)
            for folder in path.parents:
                if folder == self._root:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def _path(self, key: str) -> Path:
        """Where the object lies; links may lead elsewhere inside the store, never out of it."""
        path = self._root.joinpath(*checked_key(key).split("/"))
        with _errors_wrapped(key):
            inside = os.path.realpath(path)
            root = os.path.realpath(self._root)
        if not Path(inside).is_relative_to(root):
            raise _LeadsOut(
                f"{key!r} leads out of {self._root} through a symbolic link",
                help="remove the link: what is published must lie in the folder itself",
            )
        return path

    def _stored(self, key: str, reader: BufferedReader) -> Stored:
        """What an open file is; feeds count by their content however large, as `replace` guards them."""
        status = os.fstat(reader.fileno())
        stamp, digest = _stamp(status), ""
        if status.st_size <= _EXACT_BYTES or key.endswith(".xml"):
            digest = self._noted(key, stamp) if status.st_size > _EXACT_BYTES else ""
            if not digest:
                reader.seek(0)
                digest = hashlib.file_digest(reader, "sha256").hexdigest()
                if status.st_size > _EXACT_BYTES:
                    self._digests[stamp] = digest
        return Stored(
            key=key,
            length_bytes=status.st_size,
            version=digest or file_etag(status).strip('"'),
            digest=digest,
            modified=datetime.fromtimestamp(status.st_mtime, UTC),
            etag=file_etag(status),
        )

    def _note(self, key: str, stamp: _Stamp, body: Body) -> None:
        """Notes the digest of a feed that was summed on its way: the next run need not read it to know it."""
        self._digests[stamp] = body.digest
        if body.length_bytes <= _EXACT_BYTES:
            return
        # Where the note cannot be written, the next run reads the feed.
        with contextlib.suppress(OSError):
            note = self._note_of(key)
            partial = note.with_name(f"{note.name}-{secrets.token_hex(8)}.part")
            partial.write_text(f"{' '.join(map(str, stamp))}\n{body.digest}\n", "ascii")
            partial.replace(note)

    def _noted(self, key: str, stamp: _Stamp) -> str:
        """The digest of a file, as far as it is known."""
        if stamp not in self._digests:
            with contextlib.suppress(OSError, ValueError):
                told, digest = self._note_of(key).read_text("ascii").split("\n")[:2]
                if tuple(map(int, told.split())) == stamp and len(digest) == _DIGEST_CHARACTERS:
                    self._digests[stamp] = digest
        return self._digests.get(stamp, "")

    def _note_of(self, key: str) -> Path:
        # A private feed's key is nobody's to see.
        return self._root / WORK_FOLDER / (_NOTE + hashlib.sha256(key.encode()).hexdigest()[:16])

    def _listed(self, folder: Path, parent: str, prefix: str) -> Iterator[Stored]:
        try:
            with os.scandir(folder) as entries:
                visible = [entry for entry in entries if not entry.name.startswith(".")]
        except _ABSENT:
            return
        # A folder sorts as its keys do, with the slash: `a-b` comes before `a/b`.
        folders = {entry.name for entry in visible if entry.is_dir(follow_symlinks=False)}
        for name in sorted(entry.name + "/" * (entry.name in folders) for entry in visible):
            key = parent + name
            if name.endswith("/"):
                if key.startswith(prefix) or prefix.startswith(key):
                    yield from self._listed(folder / name, key, prefix)
            elif key.startswith(prefix):
                # What the store would not write is somebody else's, and no object.
                with contextlib.suppress(_LeadsOut):
                    found = self.head(key) if is_key(key) else None
                    if found is not None:
                        yield found

    @contextlib.contextmanager
    def _written_aside(self, key: str, body: Body, progress: Callable[[int], None] | None) -> Iterator[Path]:
        """The body, complete and on disk under a temporary name, which is gone afterwards."""
        work = self._work_folder()
        _remove_leftovers(work)
        path = work / f"{secrets.token_hex(8)}.part"
        try:
            with path.open("xb") as target:
                # Held for as long as this process lives: an unlocked one is a leftover.
                fcntl.flock(target, fcntl.LOCK_EX)
                # What is in memory need not be copied there in blocks.
                for block in body.pieces or blocks(key, body, _BLOCK_BYTES):
                    target.write(block)
                    if progress is not None:
                        progress(len(block))
                target.flush()
                os.fsync(target.fileno())
                yield path
        finally:
            path.unlink(missing_ok=True)

    def _work_folder(self) -> Path:
        work = self._root / WORK_FOLDER
        if not self._root.parent.is_dir():
            raise NoSuchBucket(
                f"the folder {self._root} cannot be made: {self._root.parent} does not exist",
                help=f"make {self._root.parent} first, or publish to another folder",
            )
        work.mkdir(parents=True, exist_ok=True)
        return work

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps every other writer out, threads of this process and other processes alike."""
        with (self._work_folder() / "lock").open("ab") as lock:
            deadline = time.monotonic() + _LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() > deadline:
                        raise StoreUnavailable(
                            f"another program has kept {self._root} locked for {_LOCK_SECONDS:.0f} seconds",
                            help="see whether another publisher hangs, end it, and run again",
                        ) from error
                time.sleep(0.005)
            yield


class _LeadsOut(StoreError):
    """A symbolic link inside the store points out of it."""


def file_etag(status: os.stat_result) -> str:
    """The strong ETag, with its quotes, with which the preview's server serves a file as it is."""
    return f'"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'


def _stamp(status: os.stat_result) -> _Stamp:
    """Tells a file from what stood at its place before: every write gives it another inode and time."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _move(written: Path, path: Path, root: Path) -> None:
    """Gives the object its name; the folders on the way are made, and made to last."""
    missing = [folder for folder in path.parents if folder.is_relative_to(root) and not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)
    written.replace(path)


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        # Somebody deleted what was just written, and the folder with it: there is nothing left to keep.
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_leftovers(work: Path) -> None:
    """Removes what a killed run left: old, and locked by no living process."""
    for path in work.glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime < _LEFTOVER_SECONDS:
                continue
            with path.open("rb") as leftover:
                fcntl.flock(leftover, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


@contextlib.contextmanager
def _errors_wrapped(key: str) -> Iterator[None]:
    """Turns the system's errors into the port's.

    Raises:
        StoreError: the block raised OSError.
    """
    try:
        yield
    except OSError as error:
        raise _as_store_error(key, error) from error


def _as_store_error(key: str, error: OSError) -> StoreError:
    place = error.filename2 or error.filename or key
    reason = error.strerror or type(error).__name__
    if error.errno == errno.EROFS:
        return StoreFull(
            f"{place} cannot be written: the file system is read-only",
            help="publish to a folder that can be written",
        )
    if error.errno in _FULL:
        return StoreFull(
            f"{key!r} does not fit: {reason}",
            help="make room on the disk, or raise the quota, and run again; what was published still stands",
        )
    if error.errno in _DENIED:
        return AccessDenied(
            f"{place}: {reason}",
            help="give the account that runs publisher the right to read and write there",
        )
    if isinstance(error, NotADirectoryError | FileExistsError | IsADirectoryError):
        return StoreError(
            f"{key!r} cannot be stored: {place} stands in its way",
            help="a file stands where a folder is needed, or the reverse; move it aside",
        )
    return StoreError(f"{place}: {reason}")
