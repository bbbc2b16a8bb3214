"""Chapters in an MP4 file: QuickTime's chapter track, and Nero's list (`chpl`).

A file often has both; the track knows more (long titles, ends, pictures), so it comes first.
QuickTime: https://developer.apple.com/documentation/quicktime-file-format/text_sample_data
"""

from __future__ import annotations

from typing import BinaryIO

from publisher.audio.chapter_parts import MAX_CHAPTERS, MAX_PICTURE, RawChapter, clean, picture
from publisher.audio.mp3.outer_tags import read_at
from publisher.audio.mp4.boxes import child, samples, top_boxes
from publisher.audio.mp4.walk import Track, moov_box, read_moov, tracks

_NERO_UNITS = 10_000_000
_MAX_TITLE = 65_535 + 2
_MAX_PICTURES = 48 << 20
"""Bytes of all pictures together; several samples may claim the same ones."""


def read(file: BinaryIO, size: int) -> list[RawChapter]:
    """The chapters of the file, in its own order."""
    moov = read_moov(file, top_boxes(file, size), size)
    if moov is None:
        return []
    found = tracks(moov)
    wanted = next((track.chapters for track in found if track.handler == b"soun" and track.chapters), ())
    pointed_at = [track for track in found if track.id in wanted and track.timescale]
    texts = [track for track in pointed_at if track.handler in (b"text", b"sbtl")]
    chapters = _from_track(file, size, moov, texts[0]) if texts else _from_list(moov)
    for track in pointed_at:
        if track.handler == b"vide":
            _add_pictures(file, size, moov, track, chapters)
    return chapters


def _from_track(file: BinaryIO, size: int, moov: bytes, track: Track) -> list[RawChapter]:
    found = []
    for sample in samples(moov, track.stbl, MAX_CHAPTERS):
        if sample.offset >= size:
            break
        data = read_at(file, sample.offset, min(sample.length_bytes, _MAX_TITLE))
        length = int.from_bytes(data[:2], "big")
        start = sample.start / track.timescale
        end = (sample.start + sample.duration) / track.timescale if sample.duration else None
        found.append(
            RawChapter(_milliseconds(start), end and _milliseconds(end), _text(data[2 : 2 + length]))
        )
    if len(found) > 1 and not found[0].title and found[0].start_seconds == 0:
        del found[0]  # fills the time before the first chapter: a track has no gaps
    return found


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return clean(data[: len(data) // 2 * 2].decode("utf-16", "replace"))
    return clean(data.decode("utf-8", "replace"))


def _from_list(moov: bytes) -> list[RawChapter]:
    chpl = child(moov, moov_box(moov), b"udta", b"chpl")
    if chpl is None or chpl.end - chpl.body < 5:
        return []
    data = moov[chpl.body : chpl.end]
    at = 9 if data[0] == 1 else 5
    found = []
    for _ in range(data[at - 1] if len(data) >= at else 0):
        if at + 9 > len(data):
            break
        start, length = int.from_bytes(data[at : at + 8], "big"), data[at + 8]
        found.append(
            RawChapter(_milliseconds(start / _NERO_UNITS), None, _text(data[at + 9 : at + 9 + length]))
        )
        at += 9 + length
    return found


def _add_pictures(file: BinaryIO, size: int, moov: bytes, track: Track, chapters: list[RawChapter]) -> None:
    """Gives each chapter the picture that is shown when it starts."""
    by_start = {chapter.start_seconds: chapter for chapter in chapters}
    room = _MAX_PICTURES
    for sample in samples(moov, track.stbl, MAX_CHAPTERS):
        chapter = by_start.get(_milliseconds(sample.start / track.timescale))
        if sample.offset >= size:
            break
        if chapter is not None and sample.length_bytes <= min(MAX_PICTURE, room):
            room -= sample.length_bytes
            chapter.picture = picture(read_at(file, sample.offset, sample.length_bytes))


def _milliseconds(seconds: float) -> float:
    return round(seconds, 3)
