"""Movie fragments: MP4 as streaming tools write it, the sound in `moof` boxes (ISO/IEC 14496-12 8.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from publisher.audio.mp4.boxes import Box, big_endian, boxes, child

_MAX_MOOF = 4 << 20


@dataclass(slots=True)
class Fragments:
    """What the fragments of one track add up to.

    Attributes:
        duration: in the track's time scale.
        absolute: whether one names byte positions of the file, which would not survive a longer tag.
    """

    count: int = 0
    duration: int = 0
    length_bytes: int = 0
    absolute: bool = False


def fragments(file: BinaryIO, top: list[Box], size: int, moov: bytes, track_id: int) -> Fragments:
    """Adds up the fragments of the track `track_id`."""
    found = Fragments()
    defaults = _defaults(moov, track_id)
    for box in top:
        if box.type != b"moof" or box.end > size or box.end - box.start > _MAX_MOOF:
            continue
        found.count += 1
        file.seek(box.start)
        data = file.read(box.end - box.start)
        for traf in boxes(data, box.body - box.start, len(data)):
            if traf.type == b"traf":
                _add(found, data, traf, track_id, defaults)
    return found


def _defaults(moov: bytes, track_id: int) -> tuple[int, int]:
    """Default duration and size of a sample (`trex`)."""
    mvex = next((box for box in boxes(moov, 8, len(moov)) if box.type == b"mvex"), None)
    for box in () if mvex is None else boxes(moov, mvex.body, mvex.end):
        if box.type == b"trex" and int.from_bytes(moov[box.body + 4 : box.body + 8], "big") == track_id:
            duration = int.from_bytes(moov[box.body + 12 : box.body + 16], "big")
            return duration, int.from_bytes(moov[box.body + 16 : box.body + 20], "big")
    return 0, 0


def _add(found: Fragments, data: bytes, traf: Box, track_id: int, defaults: tuple[int, int]) -> None:
    tfhd = child(data, traf, b"tfhd")
    if tfhd is None:
        return
    flags = int.from_bytes(data[tfhd.body + 1 : tfhd.body + 4], "big")
    found.absolute |= bool(flags & 1)
    if int.from_bytes(data[tfhd.body + 4 : tfhd.body + 8], "big") != track_id:
        return
    duration, length = defaults
    at = tfhd.body + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    if flags & 8:
        duration, at = int.from_bytes(data[at : at + 4], "big"), at + 4
    if flags & 16:
        length = int.from_bytes(data[at : at + 4], "big")
    for trun in boxes(data, traf.body, traf.end):
        if trun.type == b"trun":
            _add_run(found, data, trun, duration, length)


def _add_run(found: Fragments, data: bytes, trun: Box, duration: int, length: int) -> None:
    flags = int.from_bytes(data[trun.body + 1 : trun.body + 4], "big")
    count = int.from_bytes(data[trun.body + 4 : trun.body + 8], "big")
    at = trun.body + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    width = 4 * (flags >> 8 & 0xF).bit_count()
    if not width:
        found.duration += count * duration
        found.length_bytes += count * length
        return
    columns = width // 4
    values = big_endian(data[at : min(trun.end, at + count * width)], "I")
    there = len(values) // columns
    values = values[: there * columns]
    has_length = bool(flags & 0x200)
    found.duration += sum(values[::columns]) if flags & 0x100 else there * duration
    found.length_bytes += sum(values[flags >> 8 & 1 :: columns]) if has_length else there * length
