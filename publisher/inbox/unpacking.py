"""A ZIP file that somebody else packed, unpacked so that it can do no harm.

Everything is looked at before the first byte is written: a name that leads out of the folder, a link, a
password or a bomb refuses the whole archive, and all that is wrong with it is said at once.
"""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.inbox.names import clean, is_litter
from publisher.problems import Finding
from publisher.reading.characters import is_plain_name, printable

MOST_BYTES: Final = 16 << 30
"""Of what an archive unpacks to. Four hours of stereo in 24 bits are 4 GB."""
_MOST_FILES: Final = 2_000
_MOST_DEPTH: Final = 12
_MOST_NAME_BYTES: Final = 255
# Text shrinks to a tenth; only what says nothing shrinks to less than a hundredth of much.
_MOST_RATIO: Final = 100
_RATIO_FROM_BYTES: Final = 256 << 20
_LEAST_FREE_BYTES: Final = 64 << 20
_BLOCK: Final = 1 << 20
_MOST_LISTED: Final = 10

_ENCRYPTED: Final = 0x41  # the archive's own encryption, and the one that hides the names as well
_UTF8: Final = 0x800
_WINDOWS, _UNIX, _MACOS = (0, 10, 11, 14), 3, 19
_METHODS: Final = {
    zipfile.ZIP_STORED: "",
    zipfile.ZIP_DEFLATED: "",
    zipfile.ZIP_BZIP2: "",
    zipfile.ZIP_LZMA: "",
    9: "Deflate64, which Windows uses above 2 GB",
}
_PACK_AGAIN: Final = "pack the episode's folder again, as a plain ZIP"


class NoRoom(Exception):
    """The disk has not the room that the archive needs; later it may."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of an archive: where it goes, below the target, with `/`."""

    path: str
    info: zipfile.ZipInfo


def unpack(archive: Path, target: Path) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    """Unpacks a ZIP file into an empty folder.

    Returns:
        Each file by its path in the archive, without litter; empty where anything is wrong, which is said
        then.

    Raises:
        NoRoom: there is not enough space.
        OSError: the archive cannot be read, or the target not be written.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            packed, findings = looked_at(opened.infolist(), archive.stat().st_size)
            if findings:
                return {}, findings
            needed = sum(one.info.file_size for one in packed)
            if needed + _LEAST_FREE_BYTES > shutil.disk_usage(target).free:
                raise NoRoom
            return _written(opened, packed, target)
    except (zipfile.BadZipFile, struct.error, EOFError, UnicodeError, ValueError, OverflowError, IndexError):
        return {}, (_broken("it is cut off or damaged"),)
    except (NotImplementedError, RuntimeError):
        return {}, (
            Finding("inbox-archive", "error", "it is packed in a way that is not known", _PACK_AGAIN),
        )


def _written(
    opened: zipfile.ZipFile, packed: tuple[Packed, ...], target: Path
) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    found, damaged = {}, []
    for place, one in enumerate(packed):
        # Names of our own: what the archive calls its files matters only once it is in a folder.
        path = target / f"{place:05d}"
        try:
            with opened.open(one.info) as source, path.open("xb") as copy:
                length = _copy(source.read, copy.write)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError):
            damaged.append(_broken(f"{printable(one.path)} in it is cut off or damaged"))
            continue
        except OSError as error:
            # So does the reader of bzip2 complain of bytes; a disk that complains gives a number.
            if error.errno is not None:
                raise
            damaged.append(_broken(f"{printable(one.path)} in it is cut off or damaged"))
            continue
        if length != one.info.file_size:
            damaged.append(_broken(f"{printable(one.path)} in it has not the size that the archive says"))
        found[one.path] = path
    return ({}, tuple(damaged[:_MOST_LISTED])) if damaged else (found, ())


def _copy(read: Callable[[int], bytes], write: Callable[[bytes], int]) -> int:
    length = 0
    while block := read(_BLOCK):
        length += len(block)
        write(block)
    return length


def _broken(message: str) -> Finding:
    return Finding(
        "inbox-archive", "error", message, "wait until it is copied whole, or pack it and put it here again"
    )


def looked_at(
    infos: list[zipfile.ZipInfo], archive_bytes: int
) -> tuple[tuple[Packed, ...], tuple[Finding, ...]]:
    """What of an archive is to be unpacked, and what is wrong with it. Pure.

    Args:
        infos: its directory.
        archive_bytes: length of the whole.
    """
    findings: list[Finding] = []
    packed: list[Packed] = []
    slashes = any("/" in info.orig_filename for info in infos)
    for info in infos:
        name = decoded_name(info)
        if "\\" in name and (info.create_system in _WINDOWS or not slashes):
            name = name.replace("\\", "/")
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if not parts or any(map(is_litter, parts)):
            continue
        findings += _wrong(info, name, parts)
        if not (name.endswith("/") or info.is_dir()):
            packed.append(Packed("/".join(parts), info))
    findings += _wrong_together(packed, archive_bytes)
    return tuple(packed), tuple(dict.fromkeys(findings))[: 2 * _MOST_LISTED]


def _wrong(info: zipfile.ZipInfo, name: str, parts: list[str]) -> Iterator[Finding]:
    shown = printable(name)
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode) if info.create_system in (_UNIX, _MACOS) else 0
    if ".." in parts or name.startswith(("/", "\\")) or parts[0].endswith(":") or parts[0][1:2] == ":":
        message = f"{shown!r} in it leads out of the folder that it is unpacked to"
        yield Finding("inbox-archive", "error", message, _PACK_AGAIN)
    elif not all(is_plain_name(part) and clean(part) for part in parts):
        message = f"the name {shown!r} in it holds characters that are no text"
        yield Finding("inbox-archive", "error", message, "give the file another name, and pack it again")
    elif len(parts) > _MOST_DEPTH or any(len(os.fsencode(part)) > _MOST_NAME_BYTES for part in parts):
        message = f"{shown!r} in it is too long for the name of a file"
        yield Finding("inbox-archive", "error", message, "give the file a shorter name, and pack it again")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a link" if kind == stat.S_IFLNK else "no file"
        message = f"{shown!r} in it is {what}"
        yield Finding("inbox-archive", "error", message, "put the file itself into the archive")
    if info.flag_bits & _ENCRYPTED:
        message = "it is locked with a password"
        yield Finding("inbox-archive", "error", message, "pack it without a password")
    elif _METHODS.get(info.compress_type, "a way that is not known"):
        how = _METHODS.get(info.compress_type, "a way that is not known")
        message = f"{shown!r} in it is packed with {how}"
        help = "put the folder itself into the inbox, or pack it with another program"
        yield Finding("inbox-archive", "error", message, help)


def _wrong_together(packed: list[Packed], archive_bytes: int) -> Iterator[Finding]:
    total = sum(one.info.file_size for one in packed)
    stored = sum(one.info.compress_size for one in packed)
    if len(packed) > _MOST_FILES:
        message = f"it holds {len(packed):,} files; an episode has at most {_MOST_FILES:,}"
        yield Finding("inbox-archive", "error", message, "pack the episode's folder alone")
    is_bomb = total > _RATIO_FROM_BYTES and total > _MOST_RATIO * max(stored, 1)
    # Files that lie on top of each other in the archive unpack to more than it can hold.
    if total > MOST_BYTES or is_bomb or stored > archive_bytes:
        message = f"it would unpack to {total:,} bytes, which no episode has"
        yield Finding("inbox-archive", "error", message, "put the folder itself into the inbox")
    seen: dict[str, str] = {}
    for one in packed:
        key = "/".join(map(clean, one.path.split("/"))).casefold()
        if key in seen:
            message = f"{printable(one.path)!r} is in it twice"
            yield Finding("inbox-archive", "error", message, "keep one of the two, and pack it again")
        seen[key] = one.path
    for key in seen:
        above = key.rpartition("/")[0]
        if above in seen:
            message = f"{printable(seen[above])!r} in it is a file and a folder"
            yield Finding("inbox-archive", "error", message, _PACK_AGAIN)


def decoded_name(info: zipfile.ZipInfo) -> str:
    """The name as whoever packed it saw it.

    Only a flag says that a name is UTF-8, and macOS has long left it out; Windows writes in the code page of
    the console, which is 850 in Western Europe and 437 in America.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8 or name.isascii():
        return name
    try:
        data = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for encoding in ("cp437", "cp850"):
        text = data.decode(encoding)
        if all(sign.isascii() or sign.isalnum() for sign in text):
            return text
    return data.decode("cp850")
