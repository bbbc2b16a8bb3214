"""What an MP4 or M4A file holds, by its boxes alone (ISO/IEC 14496-12 and -14)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from pathlib import Path
from struct import Struct
from typing import BinaryIO

from publisher.audio.facts import CONSTANT, MAX_SECONDS, VARIABLE
from publisher.audio.findings import COPY_AGAIN, Finding, error
from publisher.audio.mp4.boxes import (
    MAX_MOOV,
    Box,
    boxes,
    child,
    media_end,
    sample_sizes,
    time_runs,
    top_boxes,
)
from publisher.audio.mp4.codec import Codec, codec_of
from publisher.audio.mp4.fragments import fragments

_PICTURES = {b"jpeg", b"png ", b"mjpa", b"mjpb"}
_MAX_TRACKS = 100
_MAX_EDITS = 10_000
_CODECS = {
    b"alac": "alac",
    b"Opus": "opus",
    b"fLaC": "flac",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
    b".mp3": "mp3",
    b"mp3 ": "mp3",
    b"lpcm": "pcm",
    b"sowt": "pcm",
    b"twos": "pcm",
    b"ipcm": "pcm",
    b"in24": "pcm",
    b"in32": "pcm",
    b"fl32": "pcm-float",
    b"fl64": "pcm-float",
}
"""Those that can be decoded, by sample entry; AAC is told by what is in its entry."""
_DECODED = {"aac", "mp3", "ac3", "eac3", "vorbis"}
_LOSSLESS = {"alac", "flac", "pcm", "pcm-float"}
_RESERVOIR_BITS = 6144
"""Of each channel (ISO/IEC 14496-3 4.5.3)."""


@dataclass(frozen=True, slots=True)
class Mp4:
    """What the boxes say.

    Attributes:
        brand: the major brand of `ftyp` (`M4A `, `mp42`, …), empty without one.
        codec: `aac`, `alac`, `mp3`, `pcm` and so on, or the sample entry's four characters.
        duration_seconds: of the audio track, as its sample table and edit list say.
        bitrate: mean of the samples, in bits per second.
        bitrate_mode: `constant` where the samples' lengths vary by no more than AAC's bit reservoir lets
            them, else `variable`.
        bits_per_sample: of what is stored without loss, else 0.
        has_artwork: whether there is a cover, in the tags or as a track of its own.
        has_video: whether there are moving pictures.
        index_first: whether `moov` stands before the sound, so that players can start at once.
        fragmented: whether the sound lies in movie fragments.
    """

    brand: str = ""
    codec: str = ""
    duration_seconds: float = 0.0
    bitrate: int = 0
    bitrate_mode: str = ""
    sample_rate: int = 0
    channels: int = 0
    bits_per_sample: int = 0
    has_artwork: bool = False
    has_video: bool = False
    index_first: bool = False
    fragmented: bool = False
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """A track of `moov`. Times are in units of 1/`timescale` second; `chapters` are ids of chapter tracks."""

    box: Box
    id: int
    handler: bytes
    timescale: int
    stbl: Box
    codec: Codec
    chapters: tuple[int, ...]


def read_moov(file: BinaryIO, top: list[Box], size: int) -> bytes | None:
    """The whole `moov` box, or None where there is none that is whole and of sane size."""
    moov = next((box for box in top if box.type == b"moov"), None)
    if moov is None or moov.end > size or moov.end - moov.start > MAX_MOOV:
        return None
    file.seek(moov.start)
    return file.read(moov.end - moov.start)


def moov_box(moov: bytes) -> Box:
    """`moov` as a box of its own bytes."""
    return Box(b"moov", 0, 16 if moov[:4] == b"\0\0\0\1" else 8, len(moov))


def tracks(moov: bytes) -> list[Track]:
    """Those of the first hundred tracks that can be made sense of."""
    root = moov_box(moov)
    traks = (box for box in boxes(moov, root.body, root.end) if box.type == b"trak")
    found = (_track(moov, box) for box in islice(traks, _MAX_TRACKS))
    return [track for track in found if track is not None]


def walk(path: Path) -> Mp4:
    """Looks through the file's boxes.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return walk_file(file, path.stat().st_size)


def walk_file(file: BinaryIO, size: int) -> Mp4:
    """As `walk`, for an open file of `size` bytes."""
    top = top_boxes(file, size)
    brand = _brand(file, top)
    if not top or not any(box.type in (b"ftyp", b"moov", b"mdat") for box in top):
        return Mp4(findings=(error("audio-not-audio", "this is no MP4: its first bytes are no MP4 box"),))
    cut = _cut_off(top, size)
    moov = read_moov(file, top, size)
    if moov is None:
        return Mp4(brand=brand, findings=(cut or _no_index(top, size),))
    found = tracks(moov)
    chapter_ids = {id for track in found for id in track.chapters}
    sound = next((track for track in found if track.handler == b"soun"), None)
    if sound is None or not sound.timescale:
        return Mp4(brand=brand, findings=(error("audio-not-audio", "the MP4 file has no audio track"),))
    findings = ([] if cut is None else [cut]) + _codec_findings(sound.codec)
    summary = _summary(file, top, size, brand, moov, sound, findings)
    others = [track for track in found if track.handler == b"vide" and track.id not in chapter_ids]
    return replace(
        summary,
        has_video=any(_is_video(track) for track in others),
        has_artwork=_has_cover(moov) or any(not _is_video(track) for track in others),
    )


def _summary(
    file: BinaryIO, top: list[Box], size: int, brand: str, moov: bytes, sound: Track, findings: list[Finding]
) -> Mp4:
    parts = fragments(file, top, size, moov, sound.id)
    count, alike, sizes = sample_sizes(moov, sound.stbl)
    length_bytes = (count * alike if alike else sum(sizes)) + parts.length_bytes
    units = sum(n * delta for n, delta in time_runs(moov, sound.stbl))
    duration = (units + parts.duration) / sound.timescale
    if not parts.count:
        duration = _edited(moov, sound, duration)
        samples = sum(n for n, _ in time_runs(moov, sound.stbl))
        if not findings and (samples != count or _contradicts(moov, sound, duration)):
            message = "the MP4's index contradicts itself: it gives its sound two durations"
            findings = [error("audio-unreadable", message, COPY_AGAIN)]
    if not findings and sizes and max(sizes) > size:
        message = "the MP4's index is damaged: some of its samples are larger than the file"
        findings = [error("audio-unreadable", message, COPY_AGAIN)]
    if not findings and media_end(moov, sound.stbl) > size:
        findings.append(
            error("audio-cut-off", "the audio is cut off: its index points beyond the end", COPY_AGAIN)
        )
    if duration > MAX_SECONDS:
        message = f"the MP4 claims to last {duration / 3600:,.0f} hours: its index is damaged"
        findings, duration = [*findings, error("audio-unreadable", message)], 0.0
    if not duration and not findings:
        findings.append(error("audio-empty", "the audio track holds no sound"))
    if parts.absolute:
        message = "the MP4 is fragmented in an old way that ties it to byte positions"
        findings.append(error("audio-unreadable", message, "export it again as an ordinary M4A"))
    positions = {box.type: box.start for box in reversed(top)}
    name = _codec_name(sound.codec)
    return Mp4(
        brand=brand,
        codec=name,
        duration_seconds=duration,
        bitrate=round(length_bytes * 8 / duration) if duration else 0,
        bitrate_mode=_mode(name, alike, sizes, sound.codec.channels) if duration else "",
        sample_rate=sound.codec.sample_rate or sound.timescale,
        channels=sound.codec.channels,
        bits_per_sample=sound.codec.bits if name in _LOSSLESS else 0,
        index_first=positions[b"moov"] < positions.get(b"mdat", size),
        fragmented=bool(parts.count),
        findings=tuple(findings),
    )


def _brand(file: BinaryIO, top: list[Box]) -> str:
    if not top or top[0].type != b"ftyp":
        return ""
    file.seek(top[0].body)
    return file.read(4).decode("latin-1")


def _cut_off(top: list[Box], size: int) -> Finding | None:
    if top[-1].end <= size:
        return None
    message = f"the audio is cut off: {top[-1].end:,} bytes were announced, but the file ends after {size:,}"
    return error("audio-cut-off", message, COPY_AGAIN)


def _no_index(top: list[Box], size: int) -> Finding:
    if any(box.type == b"moov" for box in top):
        return error("audio-unreadable", f"the MP4's index (moov) is larger than {MAX_MOOV >> 20} MiB")
    message = "the MP4 has no index (moov): the recording or export was not finished, or the end is missing"
    return error("audio-cut-off", message, COPY_AGAIN)


def _is_video(track: Track) -> bool:
    return track.handler == b"vide" and track.codec.entry not in _PICTURES


def _codec_findings(codec: Codec) -> list[Finding]:
    if codec.protected:
        message = "the audio is encrypted (DRM), so that nobody else can play it"
        return [error("audio-drm", message, "publish a recording of your own, exported without protection")]
    if codec.name in _DECODED or codec.entry in _CODECS:
        return []
    name = codec.name or "an unknown codec"
    message = f"the sound in this MP4 is {name!r}, which cannot be decoded; AAC was expected"
    return [error("audio-codec", message)]


def _codec_name(codec: Codec) -> str:
    return _CODECS.get(codec.entry) or codec.name


def _mode(codec: str, alike: int, sizes: array[int], channels: int) -> str:
    """Whether the bitrate is constant: of AAC, how far the running sum strays from the mean's line tells."""
    if alike or codec != "aac" or not sizes:
        return CONSTANT if alike else VARIABLE
    mean = sum(sizes) / len(sizes)
    strayed = array("d", accumulate(size - mean for size in sizes))
    return CONSTANT if (max(strayed) - min(strayed)) * 8 <= _RESERVOIR_BITS * max(channels, 1) else VARIABLE


def _has_cover(moov: bytes) -> bool:
    root = moov_box(moov)
    udta = child(moov, root, b"udta")
    for holder in (root, udta):
        meta = None if holder is None else child(moov, holder, b"meta")
        if meta is None:
            continue
        # QuickTime's own has no version and flags.
        skipped = 4 if moov[meta.body : meta.body + 4] == bytes(4) else 0
        inner = Box(meta.type, meta.start, meta.body + skipped, meta.end)
        if child(moov, inner, b"ilst", b"covr") is not None:
            return True
    return False


def _track(moov: bytes, box: Box) -> Track | None:
    tkhd, mdhd = child(moov, box, b"tkhd"), child(moov, box, b"mdia", b"mdhd")
    hdlr, stbl = child(moov, box, b"mdia", b"hdlr"), child(moov, box, b"mdia", b"minf", b"stbl")
    if tkhd is None or mdhd is None or hdlr is None or stbl is None:
        return None
    wide = moov[mdhd.body : mdhd.body + 1] == b"\1"
    at = mdhd.body + (20 if wide else 12)
    id_at = tkhd.body + (20 if moov[tkhd.body : tkhd.body + 1] == b"\1" else 12)
    chap = child(moov, box, b"tref", b"chap")
    ids = b"" if chap is None else moov[chap.body : chap.end]
    return Track(
        box=box,
        id=int.from_bytes(moov[id_at : id_at + 4], "big"),
        handler=moov[hdlr.body + 8 : hdlr.body + 12],
        timescale=int.from_bytes(moov[at : at + 4], "big"),
        stbl=stbl,
        codec=codec_of(moov, child(moov, stbl, b"stsd")),
        chapters=tuple(int.from_bytes(ids[place : place + 4], "big") for place in range(0, len(ids) - 3, 4)),
    )


def _edited(moov: bytes, track: Track, media_seconds: float) -> float:
    """What the edit list leaves of the media: encoders name their delay there, editors what they trimmed.

    An edit list that is empty, absurd, or claims more than the media has is not believed.
    """
    elst = child(moov, track.box, b"edts", b"elst")
    mvhd = child(moov, moov_box(moov), b"mvhd")
    if elst is None or mvhd is None:
        return media_seconds
    wide = moov[mvhd.body : mvhd.body + 1] == b"\1"
    at = mvhd.body + (20 if wide else 12)
    timescale = int.from_bytes(moov[at : at + 4], "big")
    edits = list(_edits(moov, elst))
    if not timescale or any(rate != 1 for _, _, rate in edits):
        return media_seconds
    kept = sum(duration for duration, media_time, _ in edits if media_time >= 0) / timescale
    return kept if 0 < kept < media_seconds else media_seconds


def _contradicts(moov: bytes, track: Track, seconds: float) -> bool:
    """Whether the track's header (`tkhd`) tells of another duration than its samples."""
    tkhd, mvhd = child(moov, track.box, b"tkhd"), child(moov, moov_box(moov), b"mvhd")
    if tkhd is None or mvhd is None:
        return False
    timescale_at = mvhd.body + (20 if moov[mvhd.body : mvhd.body + 1] == b"\1" else 12)
    timescale = int.from_bytes(moov[timescale_at : timescale_at + 4], "big")
    at, width = (28, 8) if moov[tkhd.body : tkhd.body + 1] == b"\1" else (20, 4)
    units = int.from_bytes(moov[tkhd.body + at : tkhd.body + at + width], "big")
    if not timescale or units in (0, (1 << 8 * width) - 1):
        return False
    return abs(units / timescale - seconds) > max(1.0, seconds / 100)


def _edits(moov: bytes, elst: Box) -> Iterator[tuple[int, int, int]]:
    """(duration in movie units, start in media units, whole part of the rate) of the first edits."""
    count = min(int.from_bytes(moov[elst.body + 4 : elst.body + 8], "big"), _MAX_EDITS)
    layout = Struct(">QqhH" if moov[elst.body : elst.body + 1] == b"\1" else ">IihH")
    body = moov[elst.body + 8 : min(elst.end, elst.body + 8 + count * layout.size)]
    for duration, media_time, rate, _ in layout.iter_unpack(body[: len(body) // layout.size * layout.size]):
        yield duration, media_time, rate
