"""An MP4 file with other tags: a new `moov` box in front of the old sound.

Written are `ftyp`, `moov`, the chapters' own `mdat` if there are any, and then what else the file holds, in
its order, without paddings and old tags. The index stands first, so that players can start at once. The
offsets in the sample tables are moved along.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from pathlib import Path
from typing import BinaryIO

from publisher.audio.mp4.atoms import chapter_samples, chapter_track, metadata, nero_chapters
from publisher.audio.mp4.boxes import Box, boxes, child, chunk_offsets, render, samples, top_boxes
from publisher.audio.mp4.fragments import fragments
from publisher.audio.mp4.walk import Track, moov_box, read_moov, tracks
from publisher.audio.spliced import Piece, Span
from publisher.audio.tags import TagChapter, Tags, chapters_in_order
from publisher.audio.unsuitable import Unsuitable

_PADDING = {b"free", b"skip", b"wide"}
_OLD_TAGS = {b"meta", b"udta"}
_MAX_SAMPLES = 10_000


def mp4_pieces(
    path: Path, file: BinaryIO, size: int, tags: Tags, duration_seconds: float | None
) -> tuple[Piece, ...]:
    """The pieces of the file at `path` with `tags`.

    Raises:
        Unsuitable: it has no index, is cut off, or its index points astray.
    """
    top = top_boxes(file, size)
    moov = read_moov(file, top, size)
    if moov is None:
        raise Unsuitable("has no index (moov)")
    if top[-1].end > size:
        raise Unsuitable("is cut off")
    found = tracks(moov)
    sound = next((track for track in found if track.handler == b"soun"), None)
    if sound is None:
        raise Unsuitable("has no audio track")
    parts = fragments(file, top, size, moov, sound.id)
    if parts.absolute:
        raise Unsuitable("is fragmented in an old way that ties it to byte positions")
    shown = tuple(chapter for chapter in chapters_in_order(tags.chapters) if chapter.toc)
    dropped = {id for track in found for id in track.chapters} if shown else set()
    ftyp = [box for box in top if box.type == b"ftyp"][:1]
    rest = _kept_boxes(top, bool(parts.count), _chapter_mdats(moov, top, found, dropped))
    chapters = _Chapters(moov, found, dropped, shown, duration_seconds or 0.0)
    draft = _moov(moov, found, sound, tags, chapters, 0)
    head = sum(box.end - box.start for box in ftyp)
    new_moov = _moov(moov, found, sound, tags, chapters, head + len(draft) + 8)
    moved = _moved(rest, head + len(new_moov) + len(chapters.mdat))
    kept = {track.id for track in found} - dropped
    spans = [Span(path, box.start, box.end) for box in rest]
    opening = [Span(path, box.start, box.end) for box in ftyp]
    return (*opening, _with_offsets(new_moov, kept, moved), chapters.mdat, *_joined(spans))


class _Chapters:
    """The chapters that are to be written: empty bytes where there are none."""

    def __init__(
        self, moov: bytes, found: list[Track], dropped: set[int], shown: tuple[TagChapter, ...], end: float
    ) -> None:
        self.dropped = dropped
        self.shown = shown
        self.samples = chapter_samples(shown, end) if shown else []
        self.mdat = render(b"mdat", *(data for _, data in self.samples)) if shown else b""
        self.id = max((track.id for track in found if track.id not in dropped), default=0) + 1
        mvhd = child(moov, moov_box(moov), b"mvhd")
        if mvhd is None or mvhd.end - mvhd.body < 100:
            raise Unsuitable("has a damaged index (mvhd)")
        at = mvhd.body + (20 if moov[mvhd.body] == 1 else 12)
        self.timescale = int.from_bytes(moov[at : at + 4], "big")

    def track(self, offset: int) -> bytes:
        return chapter_track(self.id, self.timescale, self.samples, offset) if self.shown else b""


def _kept_boxes(top: list[Box], fragmented: bool, chapter_mdats: set[int]) -> list[Box]:
    """What follows our own boxes. A fragmented file keeps its paddings, since its index (`sidx`) counts
    them, and loses `mfra`, which names byte positions and which players do without."""
    out = {b"ftyp", b"moov"} | _OLD_TAGS | ({b"mfra"} if fragmented else _PADDING)
    return [box for box in top if box.type not in out and box.start not in chapter_mdats]


def _chapter_mdats(moov: bytes, top: list[Box], found: list[Track], dropped: set[int]) -> set[int]:
    """Starts of the `mdat` boxes that hold dropped chapters and nothing else, as we write them."""
    filled: dict[int, int] = {}
    media = [box for box in top if box.type == b"mdat"]
    starts = [box.start for box in media]
    for track in found:
        for sample in samples(moov, track.stbl, _MAX_SAMPLES) if track.id in dropped else ():
            place = bisect_right(starts, sample.offset) - 1
            if place >= 0:
                filled[place] = filled.get(place, 0) + sample.length_bytes
    return {
        media[place].start for place, count in filled.items() if count == media[place].end - media[place].body
    }


def _moov(
    moov: bytes, found: list[Track], sound: Track, tags: Tags, chapters: _Chapters, offset: int
) -> bytes:
    """The new `moov`, offsets of the old tracks still as they were."""
    root = moov_box(moov)
    by_start = {track.box.start: track for track in found}
    parts = []
    for box in boxes(moov, root.body, root.end):
        track = by_start.get(box.start)
        if (
            box.type in _OLD_TAGS
            or box.type in _PADDING
            or (track is not None and track.id in chapters.dropped)
        ):
            continue
        if box.type == b"mvhd" and chapters.shown:
            parts.append(moov[box.start : box.end - 4] + (chapters.id + 1).to_bytes(4, "big"))
        elif track is sound and chapters.shown:
            parts.append(_pointing(moov, box, chapters.id))
        else:
            parts.append(moov[box.start : box.end])
    parts.append(chapters.track(offset))
    nero = nero_chapters(chapters.shown) if chapters.shown else _old_list(moov, root)
    return render(b"moov", *parts, render(b"udta", nero, metadata(tags)))


def _old_list(moov: bytes, root: Box) -> bytes:
    chpl = child(moov, root, b"udta", b"chpl")
    return b"" if chpl is None else moov[chpl.start : chpl.end]


def _pointing(moov: bytes, trak: Box, chapter_id: int) -> bytes:
    """The sound's `trak`, with a reference to the chapters behind `tkhd` and to nothing else that had it."""
    parts = []
    references = []
    for box in boxes(moov, trak.body, trak.end):
        if box.type == b"tref":
            inner = (one for one in boxes(moov, box.body, box.end) if one.type != b"chap")
            references += [moov[one.start : one.end] for one in inner]
        else:
            parts.append((box.type, moov[box.start : box.end]))
    tref = render(b"tref", *references, render(b"chap", chapter_id.to_bytes(4, "big")))
    place = next((place for place, (type, _) in enumerate(parts) if type == b"tkhd"), -1) + 1
    bodies = [body for _, body in parts]
    return render(b"trak", *bodies[:place], tref, *bodies[place:])


def _moved(rest: list[Box], position: int) -> list[tuple[int, int, int]]:
    """(old start, old end, by how much it moves) of the boxes that stay, by old start."""
    moved = []
    for box in rest:
        moved.append((box.start, box.end, position - box.start))
        position += box.end - box.start
    return moved


def _with_offsets(moov: bytes, kept: set[int], moved: list[tuple[int, int, int]]) -> bytes:
    """`moov` with the chunk offsets of the tracks in `kept` moved along with the boxes they point into."""
    patched = bytearray(moov)
    starts = [start for start, _, _ in moved]
    for track in tracks(moov):
        if track.id not in kept:
            continue
        table = child(moov, track.stbl, b"stco")
        code = "Q" if table is None else "I"
        table = table or child(moov, track.stbl, b"co64")
        if table is None:
            continue
        offsets = chunk_offsets(moov, track.stbl)
        try:
            new = array(code, (_shifted(offset, starts, moved) for offset in offsets))
        except OverflowError as cause:
            raise Unsuitable("is too large for its own index (4 GiB)") from cause
        if sys.byteorder == "little":
            new.byteswap()
        patched[table.body + 8 : table.body + 8 + len(new) * new.itemsize] = new.tobytes()
    return bytes(patched)


def _shifted(offset: int, starts: list[int], moved: list[tuple[int, int, int]]) -> int:
    place = bisect_right(starts, offset) - 1
    if place < 0 or offset > moved[place][1]:
        raise Unsuitable("has an index that points where there is no sound")
    return offset + moved[place][2]


def _joined(spans: list[Span]) -> list[Span]:
    """Neighbours as one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].end == span.start:
            found[-1] = Span(span.path, found[-1].start, span.end)
        else:
            found.append(span)
    return found
