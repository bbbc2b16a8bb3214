"""What an audio file really is, told by its content and never by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from publisher.audio.chapters import read_chapters_from
from publisher.audio.facts import CONSTANT, VARIABLE, Facts
from publisher.audio.findings import Finding, error, warning
from publisher.audio.lossless import aiff, flac, wav
from publisher.audio.mp3 import chapters as id3
from publisher.audio.mp3 import walk as mp3
from publisher.audio.mp3.outer_tags import TooManyTags, leading_end, read_at
from publisher.audio.mp4 import walk as mp4
from publisher.audio.ogg import pages
from publisher.audio.ogg import walk as ogg
from publisher.model import Chapter

__all__ = ["EXTENSIONS", "MP3", "MP4", "Finding", "Probed", "probe"]

MP3 = "audio/mpeg"
MP4 = "audio/mp4"

WAV, AIFF, FLAC, OGG = "audio/wav", "audio/aiff", "audio/flac", "audio/ogg"
VIDEO, QUICKTIME = "video/mp4", "video/quicktime"
EXTENSIONS = {
    MP3: (".mp3",),
    MP4: (".m4a", ".mp4", ".m4b", ".mov"),
    WAV: (".wav", ".wave", ".bwf", ".rf64"),
    AIFF: (".aiff", ".aif", ".aifc"),
    FLAC: (".flac",),
    OGG: (".ogg", ".oga", ".opus", ".ogv"),
    VIDEO: (".mp4", ".m4v", ".mov"),
    QUICKTIME: (".mov", ".qt"),
}
"""File name endings that tell the truth; the first is the one we write."""

_NAMES = {
    MP3: "an MP3",
    MP4: "an M4A (MP4)",
    WAV: "a WAV",
    AIFF: "an AIFF",
    FLAC: "a FLAC",
    OGG: "an Ogg file",
    VIDEO: "an MP4 video",
    QUICKTIME: "a QuickTime video",
}
_AS_KNOWN = "export it from your editor as WAV, FLAC, MP3 or M4A (AAC)"
_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_OTHER = (
    (0, b"caff", "a Core Audio file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM file"),
    (0, b"ADIF", "a bare AAC file"),
    (0, b"MThd", "a MIDI file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"RIFX", "a big-endian WAV (RIFX)"),
    (0, b"riff\x2e\x91\xcf\x11", "a Wave64 file"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
)


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found in an audio file.

    Attributes:
        type: the MIME type of its content, a key of `EXTENSIONS`; empty if it is none that we take.
        codec: `mp3`, `aac`, `alac`, `pcm`, `pcm-float`, `pcm-alaw`, `pcm-mulaw`, `flac`, `vorbis`, `opus` and
            so on; empty as above.
        duration_seconds: of the sound, exact; 0 where it could not be told.
        bitrate: mean, in bits per second.
        bitrate_mode: `constant` or `variable`; empty where nothing can be said.
        bits_per_sample: of what is stored without loss; 0 for the other codecs.
        has_artwork: whether there is a picture of the whole; chapters' own do not count.
        has_video: whether there are moving pictures.
        chapters: those inside the file; `read_chapters` gives their pictures as well.
        findings: what is wrong, errors first.
    """

    type: str = ""
    codec: str = ""
    duration_seconds: float = 0.0
    bitrate: int = 0
    bitrate_mode: str = ""
    sample_rate: int = 0
    channels: int = 0
    bits_per_sample: int = 0
    has_artwork: bool = False
    has_video: bool = False
    chapters: tuple[Chapter, ...] = ()
    findings: tuple[Finding, ...] = ()


def probe(path: Path) -> Probed:
    """Looks into the file at `path`.

    Whatever its bytes are, nothing but OSError is raised: what is wrong stands in `findings`.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        try:
            found = _probe(file, size)
        except OSError:
            raise
        except Exception as cause:  # a defect of ours must not stop the other 10,000 episodes
            message = f"the audio could not be read ({type(cause).__name__}: {cause})"
            return Probed(findings=(error("audio-unreadable", message),))
    findings = found.findings + _extension(path, found.type)
    return replace(found, findings=tuple(sorted(findings, key=lambda finding: finding.severity)))


def _probe(file: BinaryIO, size: int) -> Probed:
    if size == 0:
        return Probed(findings=(error("audio-empty", "the audio file is empty (0 bytes)"),))
    head = read_at(file, 0, 512)
    if head[4:8] in _MP4_BOXES:
        return _mp4(file, size)
    try:
        after_tags = leading_end(file, size)
    except TooManyTags:
        return _mp3(file, size, head)
    if after_tags < size:
        body = head if after_tags == 0 else read_at(file, after_tags, 512)
        walker = _walker(body)
        if walker is not None:
            return _walked(file, size, after_tags, *walker)
        other = _other_format(body)
        if other:
            message = f"this is {other}, which publisher does not take"
            return Probed(findings=(error("audio-format", message, _AS_KNOWN),))
    return _mp3(file, size, head)


_Walker = tuple[str, Callable[[BinaryIO, int, int], Facts]]


def _walker(body: bytes) -> _Walker | None:
    """The type that these first bytes tell of, and what walks through it."""
    if body[:4] in wav.MAGIC and body[8:12] == b"WAVE":
        return WAV, wav.walk_file
    if body[:4] == b"FORM" and body[8:12] in (b"AIFF", b"AIFC"):
        return AIFF, aiff.walk_file
    if body[:4] == flac.MAGIC:
        return FLAC, flac.walk_file
    return (OGG, ogg.walk_file) if body[:4] == pages.MAGIC else None


def _walked(
    file: BinaryIO, size: int, start: int, type: str, walk: Callable[[BinaryIO, int, int], Facts]
) -> Probed:
    found = walk(file, size, start)
    if not found.codec:
        return Probed(findings=found.findings)
    return Probed(
        type=type,
        codec=found.codec,
        duration_seconds=found.duration_seconds,
        bitrate=found.bitrate,
        bitrate_mode=found.bitrate_mode,
        sample_rate=found.sample_rate,
        channels=found.channels,
        bits_per_sample=found.bits_per_sample,
        has_artwork=found.has_artwork or id3.has_picture(file),
        has_video=found.has_video,
        chapters=read_chapters_from(file, size, type).chapters,
        findings=found.findings,
    )


def _mp3(file: BinaryIO, size: int, head: bytes) -> Probed:
    found = mp3.walk_file(file, size)
    if not found.frames:
        told = _not_audio(head) if found.findings[0].rule == "audio-not-audio" else None
        return Probed(findings=(found.findings if told is None else (told,)))
    return Probed(
        type=MP3,
        codec="mp3",
        duration_seconds=found.duration_seconds,
        bitrate=found.bitrate,
        bitrate_mode=VARIABLE if found.vbr else CONSTANT,
        sample_rate=found.sample_rate,
        channels=found.channels,
        has_artwork=id3.has_picture(file),
        chapters=read_chapters_from(file, size, MP3).chapters,
        findings=found.findings,
    )


def _mp4(file: BinaryIO, size: int) -> Probed:
    found = mp4.walk_file(file, size)
    if any(finding.rule == "audio-not-audio" for finding in found.findings):
        return Probed(findings=found.findings)
    type = MP4
    if found.has_video:
        type = QUICKTIME if found.brand == "qt  " else VIDEO
    return Probed(
        type=type,
        codec=found.codec,
        duration_seconds=found.duration_seconds,
        bitrate=found.bitrate,
        bitrate_mode=found.bitrate_mode,
        sample_rate=found.sample_rate,
        channels=found.channels,
        bits_per_sample=found.bits_per_sample,
        has_artwork=found.has_artwork,
        has_video=found.has_video,
        chapters=read_chapters_from(file, size, MP4).chapters,
        findings=found.findings,
    )


def _other_format(body: bytes) -> str:
    """What else the bytes say they are, empty if nothing that we know."""
    if body[:4] in wav.MAGIC and len(body) >= 12:
        return "an AVI video" if body[8:12] == b"AVI " else "a RIFF file"
    if len(body) >= 2 and body[0] == 0xFF:
        if body[1] & 0xF6 == 0xF0 and body[1] & 0xF0 == 0xF0:
            return "a bare AAC file (ADTS)"
        if body[1] in (0xFC, 0xFD, 0xF4, 0xF5):
            return "an MP2 file (MPEG Layer II)"
    return next((name for at, magic, name in _OTHER if body[at : at + len(magic)] == magic), "")


def _not_audio(head: bytes) -> Finding | None:
    """Says what a file without any frame holds instead, where that is plain to see."""
    if not head.strip(b"\0"):
        message = (
            "the file begins with nothing but zeros and holds no sound: a copy or download was not finished"
        )
        return error("audio-not-audio", message, "copy or download it again")
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        message = "this is a web page, not audio: a download probably brought an error page instead"
        return error(
            "audio-not-audio", message, "open it in a browser to see what it says, then download again"
        )
    if _is_text(head):
        return error("audio-not-audio", "this is text, not audio; MP3 or M4A was expected")
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head[:-3].decode("utf-8") if len(head) == 512 else head.decode("utf-8")
    except UnicodeDecodeError as cause:
        if cause.start < len(head) - 6:
            return False
        text = head[: cause.start].decode("utf-8")
    return bool(text) and all(character.isprintable() or character in "\t\n\r\f" for character in text)


def _extension(path: Path, type: str) -> tuple[Finding, ...]:
    """Whether the name tells what the content is."""
    if not type or path.suffix.lower() in EXTENSIONS[type]:
        return ()
    named = f"is named {path.suffix!r}" if path.suffix else "has no ending in its name"
    help = f"rename it to {path.stem}{EXTENSIONS[type][0]}"
    return (warning("audio-extension", f"the file {named}, but what is in it is {_NAMES[type]}", help),)
