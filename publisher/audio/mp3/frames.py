"""MP3 frame headers: what their 32 bits say.

Sources: ISO/IEC 11172-3 2.4.1.3 (MPEG 1), 13818-3 (MPEG 2, half the sample rates), and the usual MPEG 2.5
extension (a quarter). The top 23 bits, from sync to padding, say how long a frame is: all their valid values
stand in one table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

LOOK_AHEAD = 64
"""Bytes after a frame's start in which its Xing, Info or VBRI mark stands."""
_MARK_BYTES = 8_192
"""One mark is looked at in so many bytes; real files have one per recording."""

_MPEG_1 = 3
_RATES = {_MPEG_1: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_UNPACK = Struct(">I").unpack_from

_THIRD = bytes(byte for byte in range(0xF0) if byte & 0x0F < 0x0C)
CANDIDATE = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][" + re.escape(_THIRD) + rb"]", re.DOTALL)
"""Sync, Layer III, and a bitrate and sample rate that exist."""
_MARKS = (b"Xing", b"Info", b"VBRI")


@dataclass(frozen=True, slots=True)
class FrameKind:
    """What the top 23 bits of a frame header say. `length_bytes` is 0 for free format."""

    version: int
    sample_rate: int
    kbits: int
    length_bytes: int

    @property
    def samples(self) -> int:
        return 1152 if self.version == _MPEG_1 else 576

    @property
    def stream(self) -> tuple[int, int]:
        """What stays the same from frame to frame of one recording."""
        return self.version, self.sample_rate


def _kinds() -> dict[int, FrameKind]:
    kinds = {}
    for version, rates in _RATES.items():
        slots = (1152 if version == _MPEG_1 else 576) // 8
        for bitrate, kbits in enumerate(_KBITS_1 if version == _MPEG_1 else _KBITS_2):
            for rate, sample_rate in enumerate(rates):
                for padding in (0, 1):
                    length = slots * kbits * 1000 // sample_rate + padding if kbits else 0
                    key = 0x7FF << 12 | version << 10 | 1 << 8 | bitrate << 3 | rate << 1 | padding
                    kind = FrameKind(version, sample_rate, kbits, length)
                    kinds[key] = kinds[key | 1 << 7] = kind
    return kinds


KINDS = _kinds()
LENGTHS: dict[tuple[int, int], dict[int, int]] = {kind.stream: {} for kind in KINDS.values()}
"""Per stream: key of a header → bytes of its frame."""
for _key, _kind in KINDS.items():
    if _kind.length_bytes:
        LENGTHS[_kind.stream][_key] = _kind.length_bytes


def key_at(block: bytes, at: int) -> int:
    """The key in `KINDS` of the four bytes at `at`."""
    return int(_UNPACK(block, at)[0]) >> 9


def run(block: bytes, stop: int, lengths: dict[int, int], counts: dict[int, int]) -> tuple[int, int]:
    """Goes from frame to frame and counts them: the hot loop.

    Returns:
        where it stopped (behind `stop`, or at what is no frame of this stream), and the last key.
    """
    unpack, at, key = _UNPACK, 0, 0
    try:
        while at <= stop:
            key = unpack(block, at)[0] >> 9
            at += lengths[key]
            counts[key] += 1
    except KeyError:
        pass
    return at, key


def header_frames(block: bytes) -> dict[int, int]:
    """Where frames would have to start for the marks in this block to make them header frames, with the
    frames each says there are (0 where it does not say).

    The mark follows the header (4 bytes, 6 with a checksum) and the side information (9, 17 or 32 bytes).
    """
    found = {}
    for mark, name in _marks(block):
        for back in (36,) if name == b"VBRI" else (13, 15, 21, 23, 36, 38):
            start = mark - back
            if start < 0 or not CANDIDATE.match(block, start):
                continue
            if name == b"VBRI" or back == _side_information_end(block, start):
                found[start] = _claimed(block, mark)
    return found


def _marks(block: bytes) -> Iterator[tuple[int, bytes]]:
    for name in _MARKS:
        mark = -1
        for _ in range(2 + len(block) // _MARK_BYTES):
            mark = block.find(name, mark + 1)
            if mark < 0:
                break
            yield mark, name


def _side_information_end(block: bytes, start: int) -> int:
    mono = block[start + 3] >> 6 == 3
    mpeg_1 = (block[start + 1] >> 3) & 3 == _MPEG_1
    side = (17 if mono else 32) if mpeg_1 else (9 if mono else 17)
    checksum = 0 if block[start + 1] & 1 else 2
    return 4 + checksum + side


def _claimed(block: bytes, mark: int) -> int:
    if block[mark : mark + 4] == b"VBRI":
        return int.from_bytes(block[mark + 14 : mark + 18], "big")
    has_count = int.from_bytes(block[mark + 4 : mark + 8], "big") & 1
    return int.from_bytes(block[mark + 8 : mark + 12], "big") if has_count else 0
