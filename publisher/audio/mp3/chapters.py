"""Chapters in an ID3v2 tag: https://id3.org/id3v2-chapters-1.0

Read with bounds of our own and not through mutagen, which copies the rest of the tag at every frame and
unpacks compressed frames whatever their size: a few hostile kilobytes would cost minutes or gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from publisher.audio.chapter_parts import MAX_CHAPTERS, MAX_PICTURE, RawChapter, clean, picture
from publisher.audio.mp3.outer_tags import MAX_TAGS, id3v2_length, read_at

_MAX_TAG = 48 << 20
_MAX_FRAMES = 20_000
"""Of one tag; a tag of the smallest frames would hold millions."""
_MAX_INNER_FRAMES = 100
"""Of one chapter."""
_MAX_FRAME = MAX_PICTURE + (1 << 20)
_MAX_TABLES = 1_000
_MAX_TEXT = 8_192
"""Bytes of a title or an address; what is longer is cut."""
_NOT_SET = 0xFFFFFFFF
_TOP_LEVEL = 2
_UNSYNC_TAG, _EXTENDED = 0x80, 0x40
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_LINKS = ("WXXX", "WOAS", "WOAF", "WPUB", "WORS", "WCOM", "WOAR")


@dataclass(frozen=True, slots=True)
class _Frame:
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Contents:
    """A CTOC frame."""

    id: bytes
    is_top: bool
    children: tuple[bytes, ...]


def read(file: BinaryIO, size: int) -> list[RawChapter]:
    """The chapters of the first ID3v2 tag that has any, in the order of the tag."""
    position = 0
    for _ in range(MAX_TAGS):
        head = read_at(file, position, 10)
        length = id3v2_length(head)
        if not length:
            break
        found = _in_tag(head, read_at(file, position + 10, min(length - 10, _MAX_TAG)))
        if found:
            return found
        position += length
    return []


def has_picture(file: BinaryIO, start: int = 0) -> bool:
    """Whether the ID3v2 tags at `start` hold a picture of the whole."""
    for _ in range(MAX_TAGS):
        head = read_at(file, start, 10)
        length = id3v2_length(head)
        if not length:
            return False
        if _has_picture(head, read_at(file, start + 10, min(length - 10, _MAX_TAG))):
            return True
        start += length
    return False


def _has_picture(head: bytes, data: bytes) -> bool:
    version = head[3]
    if version == 2:
        return _has_old_picture(data)
    if version not in (3, 4):
        return False
    if head[5] & _UNSYNC_TAG and version == 3:
        data = _resync(data)
    start = _extended_length(data, version) if head[5] & _EXTENDED else 0
    frames = _frames(data, start, len(data), version, False, {"APIC"})
    return any(True for _ in frames)


def _has_old_picture(data: bytes) -> bool:
    """In a tag of version 2.2, whose frames have names and lengths of three bytes."""
    at = 0
    for _ in range(_MAX_FRAMES):
        name = data[at : at + 3]
        if name == b"PIC" or not name.strip(b"\0"):
            return name == b"PIC"
        at += 6 + int.from_bytes(data[at + 3 : at + 6], "big")
    return False


def _in_tag(head: bytes, data: bytes) -> list[RawChapter]:
    version = head[3]
    if version not in (3, 4):
        return []
    if head[5] & _UNSYNC_TAG and version == 3:
        data = _resync(data)
    start = _extended_length(data, version) if head[5] & _EXTENDED else 0
    chapters: dict[bytes, RawChapter] = {}
    contents: list[_Contents] = []
    always_unsync = bool(head[5] & _UNSYNC_TAG) and version == 4
    top = _frames(data, start, len(data), version, always_unsync, {"CHAP", "CTOC"})
    for frame in islice(top, _MAX_FRAMES):
        id, _, rest = frame.data.partition(b"\0")
        if frame.name == "CHAP" and len(chapters) < MAX_CHAPTERS and id not in chapters and len(rest) >= 16:
            chapters[id] = _chapter(rest, version)
        elif frame.name == "CTOC" and len(rest) >= 2 and len(contents) < _MAX_TABLES:
            contents.append(_table(id, rest))
    visible = _visible(contents, chapters)
    for id, chapter in chapters.items():
        chapter.toc = id in visible
    return list(chapters.values())


def _chapter(rest: bytes, version: int) -> RawChapter:
    start, end = (int.from_bytes(rest[at : at + 4], "big") for at in (0, 4))
    known_end = end != _NOT_SET and end > start
    chapter = RawChapter(start / 1000, end / 1000 if known_end else None)
    links: dict[str, str] = {}
    for frame in islice(_frames(rest, 16, len(rest), version, False, None), _MAX_INNER_FRAMES):
        if frame.name == "TIT2" and not chapter.title:
            chapter.title = clean(_text(frame.data))
        elif frame.name == "WXXX" and frame.data:
            links.setdefault(frame.name, _url(_after_text(frame.data[0], frame.data[1:])))
        elif frame.name in _LINKS:
            links.setdefault(frame.name, _url(frame.data))
        elif frame.name == "APIC" and chapter.picture is None:
            chapter.picture = _picture(frame.data)
    chapter.url = next((links[name] for name in _LINKS if links.get(name)), "")
    return chapter


def _table(id: bytes, rest: bytes) -> _Contents:
    count = rest[1]
    children = rest[2:].split(b"\0", count)[:count]
    return _Contents(id, bool(rest[0] & _TOP_LEVEL), tuple(children))


def _visible(contents: list[_Contents], chapters: dict[bytes, RawChapter]) -> set[bytes]:
    """The chapters a listener sees: those below the top-level table; without any table, all."""
    if not contents:
        return set(chapters)
    tables = {table.id: table for table in contents}
    waiting = [table.id for table in contents if table.is_top] or list(tables)
    seen: set[bytes] = set()
    while waiting:
        id = waiting.pop()
        if id in seen:
            continue
        seen.add(id)
        if id in tables:
            waiting.extend(tables[id].children)
    return seen


def _frames(
    data: bytes, at: int, end: int, version: int, always_unsync: bool, wanted: set[str] | None
) -> Iterator[_Frame]:
    """The frames in [at, end) that can be read; compressed and encrypted ones are passed over."""
    synchsafe = version == 4 and not _has_plain_sizes(data, at, end)
    for _ in range(_MAX_FRAMES):
        if at + 10 > end or data[at] == 0:
            return
        name = data[at : at + 4].decode("latin-1")
        length = _size(data[at + 4 : at + 8], synchsafe)
        flags = data[at + 9]
        begin, at = at + 10, at + 10 + length
        if wanted is not None and name not in wanted:
            continue
        body = data[begin : min(at, end, begin + _MAX_FRAME)]
        if version == 3:
            if flags & 0xC0:
                continue
            body = body[1:] if flags & 0x20 else body
        else:
            if flags & 0x0C:
                continue
            body = body[(1 if flags & 0x40 else 0) + (4 if flags & 0x01 else 0) :]
            if flags & 0x02 or always_unsync:
                body = _resync(body)
        yield _Frame(name, body)


def _has_plain_sizes(data: bytes, at: int, end: int) -> bool:
    """Whether this 2.4 tag has plain sizes, as iTunes once wrote them: only then do the frames line up."""
    return not _lines_up(data, at, end, True) and _lines_up(data, at, end, False)


def _lines_up(data: bytes, at: int, end: int, synchsafe: bool) -> bool:
    for _ in range(_MAX_FRAMES):
        if at + 10 > end or data[at] == 0:
            break
        if not data[at : at + 4].isalnum():
            return False
        at += 10 + _size(data[at + 4 : at + 8], synchsafe)
    return at <= end


def _size(four: bytes, synchsafe: bool) -> int:
    if not synchsafe:
        return int.from_bytes(four, "big")
    return (four[0] & 0x7F) << 21 | (four[1] & 0x7F) << 14 | (four[2] & 0x7F) << 7 | (four[3] & 0x7F)


def _extended_length(data: bytes, version: int) -> int:
    """The length of the extended header; 2.4 counts the four bytes of its size, 2.3 does not."""
    if len(data) < 4:
        return 0
    return _size(data[:4], True) if version == 4 else int.from_bytes(data[:4], "big") + 4


def _resync(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def _text(data: bytes) -> str:
    """The first value of a text frame."""
    if not data:
        return ""
    return _decoded(data[0], data[1 : 1 + _MAX_TEXT]).split("\0", 1)[0]


def _decoded(encoding: int, data: bytes) -> str:
    if encoding >= len(_ENCODINGS):
        return ""
    if encoding in (1, 2):
        data = data[: len(data) // 2 * 2]
    if encoding == 1 and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16-le", "replace")
    return data.decode(_ENCODINGS[encoding], "replace")


def _after_text(encoding: int, data: bytes) -> bytes:
    """What follows a terminated text of that encoding."""
    if encoding not in (1, 2):
        return data.partition(b"\0")[2]
    at = data.find(b"\0\0")
    while at >= 0 and at % 2:
        at = data.find(b"\0\0", at + 1)
    return data[at + 2 :] if at >= 0 else b""


def _url(data: bytes) -> str:
    return clean(data[:_MAX_TEXT].partition(b"\0")[0].decode("latin-1"))


def _picture(data: bytes) -> tuple[str, bytes] | None:
    """APIC: encoding, MIME type, kind, description, bytes."""
    if not data:
        return None
    _, _, rest = data[1:].partition(b"\0")
    return picture(_after_text(data[0], rest[1:]))
