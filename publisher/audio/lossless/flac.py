"""FLAC (RFC 9639): metadata blocks, then frames that are walked from header to header.

A frame does not tell its length, so the next one is searched; its number and its header's checksum say
whether it is the right one. The checksums over whole frames tell what is damaged in them, and that of the
last one whether the file is cut off.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from publisher.audio import vorbis_comments
from publisher.audio.facts import MAX_SECONDS, VARIABLE, Facts
from publisher.audio.findings import COPY_AGAIN, EXPORT_AGAIN, Finding, clock, error, warning
from publisher.audio.mp3.outer_tags import TooManyTags, read_at, trailing_start

MAGIC = b"fLaC"
STREAMINFO, PADDING, APPLICATION, SEEKTABLE, COMMENTS, CUESHEET, PICTURE = range(7)
_MAX_BLOCKS = 1_000
_BLOCK = 1 << 20
_MAX_HEADER = 16
_CANDIDATE = re.compile(rb"\xff[\xf8\xf9]", re.DOTALL)
_MAX_STRAY = 300_000
"""Places that look like a frame and are none; sound has some ten thousand an hour."""
_BLOCK_SIZES = (0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 0, 0, 0, -1)


@dataclass(frozen=True, slots=True)
class Block:
    """A metadata block: `length` bytes from `body`; its head of four bytes stands before."""

    kind: int
    body: int
    length: int


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """STREAMINFO; `samples` is 0 where it is not known."""

    min_block: int
    max_block: int
    max_frame_bytes: int
    sample_rate: int
    channels: int
    bits: int
    samples: int


@dataclass(slots=True)
class _Walk:
    samples: int = 0
    """Behind the last frame that was found in its place."""
    frames: int = 0
    position: int = 0
    """Of that frame."""
    starts: array[int] = field(default_factory=lambda: array("Q"))
    """Where each of them stands."""
    damaged: int = 0
    """How many of them but the last have a wrong checksum."""
    lost: int = 0
    """How many frames came since then that are not the one that should."""
    stray: int = 0


def read_blocks(file: BinaryIO, start: int, size: int) -> tuple[list[Block], int] | None:
    """The metadata blocks behind the magic at `start`, and where the frames begin; None where they are cut
    off or have no end."""
    found: list[Block] = []
    position = start + 4
    while len(found) < _MAX_BLOCKS and position + 4 <= size:
        head = read_at(file, position, 4)
        block = Block(head[0] & 0x7F, position + 4, int.from_bytes(head[1:], "big"))
        position = block.body + block.length
        if position > size or block.kind == 0x7F:
            return None
        found.append(block)
        if head[0] & 0x80:
            return found, position
    return None


def stream_info(data: bytes) -> StreamInfo | None:
    """What the 34 bytes of STREAMINFO say; None where that cannot be."""
    if len(data) < 34:
        return None
    bits = int.from_bytes(data[10:18], "big")
    info = StreamInfo(
        min_block=int.from_bytes(data[:2], "big"),
        max_block=int.from_bytes(data[2:4], "big"),
        max_frame_bytes=int.from_bytes(data[7:10], "big"),
        sample_rate=bits >> 44,
        channels=(bits >> 41 & 7) + 1,
        bits=(bits >> 36 & 31) + 1,
        samples=bits & 0xF_FFFF_FFFF,
    )
    whole = 16 <= info.min_block <= info.max_block and info.sample_rate and info.bits >= 4
    return info if whole else None


def comments_of(file: BinaryIO, blocks: list[Block]) -> list[tuple[str, str]]:
    block = next((block for block in blocks if block.kind == COMMENTS), None)
    return [] if block is None else vorbis_comments.parse(read_at(file, block.body, block.length))


def walk_file(file: BinaryIO, size: int, start: int = 0) -> Facts:
    """The sound of the open FLAC file of `size` bytes that begins at `start`."""
    read = read_blocks(file, start, size)
    if read is None:
        message = "the FLAC ends within its header, or its header has no end"
        return Facts(findings=(error("audio-cut-off", message, COPY_AGAIN),))
    blocks, begin = read
    first = blocks[0]
    info = stream_info(read_at(file, first.body, first.length)) if first.kind == STREAMINFO else None
    if info is None:
        message = "the FLAC's header is damaged: what it says of its sound cannot be (STREAMINFO)"
        return Facts(findings=(error("audio-unreadable", message, EXPORT_AGAIN),))
    try:
        end = trailing_start(file, begin, size)
    except TooManyTags as cause:
        return Facts(findings=(error("audio-unreadable", f"the FLAC is damaged: {cause}"),))
    walk = _Walk()
    _walk_frames(file, begin, end, info, walk)
    if walk.frames > 1:
        # Late, since numpy takes its time to be imported.
        from publisher.audio.lossless.flac_checksums import damaged_frames

        walk.damaged = damaged_frames(file, walk.starts[:-1], walk.position)
    duration = walk.samples / info.sample_rate
    comments = comments_of(file, blocks)
    return Facts(
        codec="flac",
        duration_seconds=duration if duration <= MAX_SECONDS else 0.0,
        bitrate=round((end - begin) * 8 / duration) if duration else 0,
        bitrate_mode=VARIABLE,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bits_per_sample=info.bits,
        has_artwork=any(block.kind == PICTURE for block in blocks) or vorbis_comments.has_picture(comments),
        findings=tuple(_findings(file, begin, end, info, walk)),
    )


def _walk_frames(file: BinaryIO, begin: int, end: int, info: StreamInfo, walk: _Walk) -> None:
    for position, window in _candidates(file, begin, end):
        read = frame(window, info)
        if read is None:
            walk.stray += 1
            if walk.stray > _MAX_STRAY:
                return
            continue
        first, length = read
        if first != walk.samples:
            # Sound looks like another frame's header by chance, now and then; frames that are lost do not
            # come back.
            walk.lost += first > walk.samples
            continue
        walk.starts.append(position)
        walk.lost = 0
        walk.samples += length
        walk.frames += 1
        walk.position = position


def _candidates(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Where a frame may begin, and the bytes of its header."""
    position = begin
    while position < end:
        block = read_at(file, position, min(_BLOCK, end - position))
        is_last = position + len(block) >= end
        stop = len(block) if is_last else len(block) - _MAX_HEADER
        for match in _CANDIDATE.finditer(block):
            at = match.start()
            if at >= stop:
                break
            yield position + at, block[at : at + _MAX_HEADER]
        if is_last or not block:
            return
        position += stop


def frame(head: bytes, info: StreamInfo) -> tuple[int, int] | None:
    """(first sample, samples) of the frame with this header; None where it is no header of this stream."""
    if len(head) < 6 or head[3] & 1 or head[2] >> 4 == 0 or (channels := head[3] >> 4) > 10:
        return None
    if (channels + 1 if channels < 8 else 2) != info.channels:
        return None
    number, at = _coded_number(head)
    if at == 0:
        return None
    kind, rate_kind = head[2] >> 4, head[2] & 15
    samples = _BLOCK_SIZES[kind]
    if kind in (6, 7):
        width = kind - 5
        samples, at = int.from_bytes(head[at : at + width], "big") + 1, at + width
    rate = _RATES[rate_kind]
    if 12 <= rate_kind <= 14:
        width = 1 if rate_kind == 12 else 2
        rate = int.from_bytes(head[at : at + width], "big") * (1000, 1, 10)[rate_kind - 12]
        at += width
    if rate not in (0, info.sample_rate) or at >= len(head) or _crc8(head[:at]) != head[at]:
        return None
    is_variable = head[1] & 1
    return (number if is_variable else number * info.max_block), samples


def _coded_number(head: bytes) -> tuple[int, int]:
    """The number behind the first four bytes, coded as UTF-8 codes characters but up to 36 bits, and where
    it ends; (0, 0) where it is none."""
    first = head[4]
    if first < 0x80:
        return first, 5
    extra = 0
    while extra < 7 and first & (0x80 >> (extra + 1)):
        extra += 1
    if not 1 <= extra <= 6 or len(head) < 5 + extra:
        return 0, 0
    number = first & (0x3F >> extra)
    for byte in head[5 : 5 + extra]:
        if byte & 0xC0 != 0x80:
            return 0, 0
        number = number << 6 | byte & 0x3F
    return number, 5 + extra


def _findings(file: BinaryIO, begin: int, end: int, info: StreamInfo, walk: _Walk) -> list[Finding]:
    done = clock(walk.samples / info.sample_rate)
    if walk.samples / info.sample_rate > MAX_SECONDS:
        return [error("audio-unreadable", "the FLAC claims to last for months: it is damaged")]
    if not walk.frames:
        if begin >= end and not info.samples:
            return [error("audio-empty", "the file holds a header, but no sound")]
        return [error("audio-cut-off", "the FLAC holds a header, and no sound that can be read", COPY_AGAIN)]
    if walk.stray > _MAX_STRAY:
        return [error("audio-unreadable", "the FLAC is damaged: what is in it is no sound for the most part")]
    if walk.lost > 1:
        message = f"the FLAC is damaged {done} in: what follows there is not the frame that should"
        return [error("audio-unreadable", message, COPY_AGAIN)]
    if walk.damaged:
        message = f"the FLAC is damaged: {walk.damaged:,} of its frames have a wrong checksum"
        return [error("audio-unreadable", message, COPY_AGAIN)]
    if info.samples and walk.samples > info.samples:
        message = f"the FLAC goes on behind its announced end of {clock(info.samples / info.sample_rate)}"
        return [error("audio-unreadable", message, COPY_AGAIN)]
    if info.samples and walk.samples < info.samples:
        wanted = clock(info.samples / info.sample_rate)
        return [error("audio-cut-off", f"the audio is cut off after {done} of {wanted}", COPY_AGAIN)]
    found = _last_frame(file, end, info, walk, done)
    if walk.starts[0] != begin and not found:
        found.append(
            warning("audio-junk", f"{walk.starts[0] - begin:,} bytes that are no sound stand before it")
        )
    return found


def _last_frame(file: BinaryIO, end: int, info: StreamInfo, walk: _Walk, done: str) -> list[Finding]:
    """Whether the last frame is whole, which only its checksum can tell."""
    most = max(info.max_frame_bytes, info.max_block * info.channels * (info.bits + 1) // 8 + 64)
    data = read_at(file, walk.position, min(end - walk.position, most + 64))
    if len(data) == end - walk.position and _crc16(data) == 0:
        return []
    length = _whole_length(data)
    rest = end - walk.position - length
    if length and b"fLaC" in read_at(file, walk.position + length, 4):
        message = f"another FLAC begins at byte {walk.position + length:,}: two were joined without an editor"
        return [error("audio-junk", message, "join the parts in your editor and export them as one")]
    if length:
        return [warning("audio-junk", f"{rest:,} bytes that are no sound stand at its end", EXPORT_AGAIN)]
    return [error("audio-cut-off", f"the audio is cut off in the middle of a frame, at {done}", COPY_AGAIN)]


def _table(bits: int, polynomial: int) -> list[int]:
    table = []
    for value in range(256):
        value <<= bits - 8
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value >> (bits - 1) else 0)
            value &= (1 << bits) - 1
        table.append(value)
    return table


_CRC8, _CRC16 = _table(8, 0x07), _table(16, 0x8005)


def _crc8(data: bytes) -> int:
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value


def _crc16(data: bytes) -> int:
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFF) ^ _CRC16[value >> 8 ^ byte]
    return value


def _whole_length(data: bytes) -> int:
    """The length of the whole frame that `data` begins with, in front of something else that is known or of
    zeros; 0 where there is none."""
    for mark in (b"fLaC", b"ID3", b"TAG", b"APETAGEX"):
        at = data.find(mark)
        if at > 0 and _crc16(data[:at]) == 0:
            return at
    stripped = len(data.rstrip(b"\0"))
    value = _crc16(data[:stripped])
    for length in range(stripped, min(stripped + 3, len(data)) + 1):
        if value == 0:
            return length
        value = (value << 8 & 0xFFFF) ^ _CRC16[value >> 8]
    return 0
