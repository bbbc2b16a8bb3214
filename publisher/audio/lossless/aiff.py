"""AIFF and AIFF-C: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/AIFF/AIFF.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from publisher.audio.facts import MAX_CHANNELS, MAX_RATE, Facts
from publisher.audio.findings import COPY_AGAIN, Finding, clock, error, warning
from publisher.audio.lossless.chunks import UNKNOWN, read_chunks
from publisher.audio.lossless.wav import AS_PCM, has_picture_chunk, sound
from publisher.audio.mp3.outer_tags import read_at

_KINDS = {
    b"NONE": ("pcm", 0),
    b"sowt": ("pcm", 0),
    b"twos": ("pcm", 0),
    b"raw ": ("pcm", 8),
    b"in24": ("pcm", 24),
    b"in32": ("pcm", 32),
    b"fl32": ("pcm-float", 32),
    b"FL32": ("pcm-float", 32),
    b"fl64": ("pcm-float", 64),
    b"FL64": ("pcm-float", 64),
    b"alaw": ("pcm-alaw", 8),
    b"ALAW": ("pcm-alaw", 8),
    b"ulaw": ("pcm-mulaw", 8),
    b"ULAW": ("pcm-mulaw", 8),
}
"""(codec, bits where they need not stand in the header) by compression type."""
_SSND_HEAD = 8
_OPEN_ENDS = (0, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Common:
    codec: str
    channels: int
    frames: int
    bits: int
    sample_rate: int

    @property
    def frame_bytes(self) -> int:
        return (self.bits + 7) // 8 * self.channels


def walk_file(file: BinaryIO, size: int, start: int = 0) -> Facts:
    """The sound of the open AIFF file of `size` bytes that begins at `start`."""
    is_compressed = read_at(file, start + 8, 4) == b"AIFC"
    chunks = read_chunks(file, start + 12, size, "big")
    if chunks.too_many:
        return _broken("it is made of more chunks than anybody writes")
    common, data = chunks.first(b"COMM"), chunks.first(b"SSND")
    if common is None:
        if data is None:
            message = "the AIFF ends before its sound begins"
            return Facts(findings=(error("audio-cut-off", message, COPY_AGAIN),))
        return _broken("it does not say what its sound is like (it has no COMM chunk)")
    read = _common(read_at(file, common.body, min(common.length, 22)), is_compressed)
    if isinstance(read, Finding):
        return Facts(findings=(read,))
    if data is None:
        if not read.frames and chunks.end >= size:
            return Facts(findings=(error("audio-empty", "the file holds a header, but no sound"),))
        message = "the AIFF ends before its sound begins: it has no SSND chunk"
        return Facts(findings=(error("audio-cut-off", message, COPY_AGAIN),))
    offset = int.from_bytes(read_at(file, data.body, 4), "big")
    begin = data.body + _SSND_HEAD + offset
    announced, there = data.end - begin, max(size - begin, 0)
    findings: list[Finding] = []
    if data.length in _OPEN_ENDS and not read.frames and there > 0:
        length = there
        message = "the AIFF's header was never completed: by it there is no sound, and there is some"
        findings.append(error("audio-unreadable", message, AS_PCM))
    elif data.end > size:
        length = there
        message = (
            f"the audio is cut off after {clock(there // read.frame_bytes / read.sample_rate)}: "
            f"{data.length:,} bytes of sound were announced, but only {max(size - data.body, 0):,} are there"
        )
        findings.append(error("audio-cut-off", message, COPY_AGAIN))
    else:
        length = max(announced, 0)
        findings += _contradiction(read, length // read.frame_bytes)
        if not findings and any(chunk.name == b"FORM" for chunk in chunks.found):
            message = "another AIFF file begins behind the first: two were joined without an editor"
            findings.append(
                error("audio-junk", message, "join the parts in your editor and export them as one")
            )
        if not findings and chunks.end < size:
            message = f"{size - chunks.end:,} bytes that are no sound stand at its end"
            findings.append(warning("audio-junk", message, AS_PCM))
    return sound(
        read.codec, length, read.frame_bytes, read.sample_rate, read.channels, read.bits,
        has_picture_chunk(file, size, chunks), findings,
    )  # fmt: skip


def _contradiction(read: _Common, frames: int) -> list[Finding]:
    """Whether header and sound tell of different durations; a header written in advance tells of none."""
    if read.frames in (0, frames):
        return []
    message = (
        f"the AIFF contradicts itself: {read.frames:,} samples "
        f"({clock(read.frames / read.sample_rate)}) were announced, and there are {frames:,}"
    )
    return [error("audio-unreadable", message, AS_PCM)]


def _broken(why: str) -> Facts:
    return Facts(findings=(error("audio-unreadable", f"the AIFF is damaged: {why}", AS_PCM),))


def _common(data: bytes, is_compressed: bool) -> _Common | Finding:
    wanted = 22 if is_compressed else 18
    if len(data) < wanted:
        return error("audio-unreadable", "the AIFF is damaged: its COMM chunk is too short", AS_PCM)
    channels, frames = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:6], "big")
    bits, sample_rate = int.from_bytes(data[6:8], "big"), _extended(data[8:18])
    kind = data[18:22] if is_compressed else b"NONE"
    if kind not in _KINDS:
        shown = kind.decode("latin-1").encode("ascii", "backslashreplace").decode()
        message = f"the sound in this AIFF-C is packed as {shown!r}; PCM was expected"
        return error("audio-codec", message, AS_PCM)
    codec, fixed = _KINDS[kind]
    bits = fixed or bits
    if not 0 < channels <= MAX_CHANNELS or not 0 < sample_rate <= MAX_RATE or not 0 < bits <= 32 + fixed:
        message = (
            f"the AIFF's header is damaged: it claims {channels:,} channels of {bits:,} bits "
            f"at {sample_rate:,} Hz"
        )
        return error("audio-unreadable", message, AS_PCM)
    return _Common(codec, channels, frames, bits, sample_rate)


def _extended(ten: bytes) -> int:
    """A float of 80 bits, rounded; 0 where it is none, or larger than any rate."""
    exponent = int.from_bytes(ten[:2], "big") - 16383
    mantissa = int.from_bytes(ten[2:], "big")
    if not 0 <= exponent < 32:
        return 0
    return (mantissa + (1 << (62 - exponent))) >> (63 - exponent)
