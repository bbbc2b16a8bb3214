"""WAV: RIFF/WAVE and, for more than 4 GiB, RF64 and BW64.

http://www-mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html ·
https://tech.ebu.ch/docs/tech/tech3306.pdf (RF64) · https://www.itu.int/rec/R-REC-BS.2088 (BW64)
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from
from typing import BinaryIO

from publisher.audio.facts import CONSTANT, MAX_CHANNELS, MAX_RATE, Facts
from publisher.audio.findings import COPY_AGAIN, Finding, clock, error, warning
from publisher.audio.lossless.chunks import UNKNOWN, Chunk, Chunks, read_chunks
from publisher.audio.mp3.chapters import has_picture
from publisher.audio.mp3.outer_tags import read_at

MAGIC = (b"RIFF", b"RF64", b"BW64")
AS_PCM = "export it again from your editor, as WAV (PCM), FLAC or MP3"
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_CODECS = {_PCM: "pcm", _FLOAT: "pcm-float", _ALAW: "pcm-alaw", _MULAW: "pcm-mulaw"}
_SUBFORMATS = (
    bytes.fromhex("000000001000800000aa00389b71"),
    bytes.fromhex("000021 07d311 8644c8c1ca000000"),
)
"""What follows the kind in WAVE_FORMAT_EXTENSIBLE: Microsoft's, and that of Ambisonic B-format."""
_BITS = {_PCM: range(1, 65), _FLOAT: (32, 64), _ALAW: (8,), _MULAW: (8,)}
_OTHERS = {2: "Microsoft ADPCM", 0x11: "IMA ADPCM", 0x31: "GSM", 0x50: "MP2", 0x55: "MP3", 0xFF: "AAC"}
_OPEN_ENDS = (
    range(1),
    range(0x7FFF_E000, 0x8000_0001),
    range(UNKNOWN - 0x1000, UNKNOWN + 1),
)
"""Lengths of `data` that programs write which do not know yet how much will come: FFmpeg, SoX, arecord."""
_WIDEST = 1 << 32


@dataclass(frozen=True, slots=True)
class _Format:
    codec: str
    channels: int
    sample_rate: int
    frame_bytes: int
    bits: int


def walk_file(file: BinaryIO, size: int, start: int = 0) -> Facts:
    """The sound of the open WAV file of `size` bytes that begins at `start`."""
    is_wide = read_at(file, start, 4) != b"RIFF"
    lengths = _wide_lengths(file, start) if is_wide else {}
    chunks = read_chunks(file, start + 12, size, "little", lengths)
    if chunks.too_many:
        return _broken("it is made of more chunks than anybody writes")
    data, fmt = chunks.first(b"data"), chunks.first(b"fmt ")
    if fmt is None or (data is not None and data.start < fmt.start):
        if data is None and chunks.end >= size:
            message = "the WAV ends before its sound begins"
            return Facts(findings=(error("audio-cut-off", message, COPY_AGAIN),))
        return _broken("it does not say what its sound is like (it has no 'fmt ' chunk)")
    read = _format(read_at(file, fmt.body, min(fmt.length, 40)))
    if isinstance(read, Finding):
        return Facts(findings=(read,))
    if data is None:
        message = "the WAV ends before its sound begins: it has no 'data' chunk"
        return Facts(findings=(error("audio-cut-off", message, COPY_AGAIN),))
    length, findings = _data_length(file, size, data, chunks, is_wide, read)
    return sound(
        read.codec, length, read.frame_bytes, read.sample_rate, read.channels, read.bits,
        has_picture_chunk(file, size, chunks), findings,
    )  # fmt: skip


def sound(
    codec: str,
    length_bytes: int,
    frame_bytes: int,
    sample_rate: int,
    channels: int,
    bits: int,
    has_artwork: bool,
    findings: list[Finding],
) -> Facts:
    """Facts of uncompressed sound of so many bytes."""
    frames, rest = divmod(length_bytes, frame_bytes)
    if not frames and not findings:
        findings = [error("audio-empty", "the file holds a header, but no sound")]
    elif rest and not findings:
        message = f"the last {rest} bytes of the sound are no whole sample: the end may be missing"
        findings = [warning("audio-cut-off", message, COPY_AGAIN)]
    return Facts(
        codec=codec,
        duration_seconds=frames / sample_rate,
        bitrate=frame_bytes * 8 * sample_rate,
        bitrate_mode=CONSTANT,
        sample_rate=sample_rate,
        channels=channels,
        bits_per_sample=bits,
        has_artwork=has_artwork,
        findings=tuple(findings),
    )


def has_picture_chunk(file: BinaryIO, size: int, chunks: Chunks) -> bool:
    """Whether one of the chunks is an ID3 tag with a picture."""
    tag = chunks.first(b"id3 ", b"ID3 ")
    return tag is not None and tag.end <= size and has_picture(file, tag.body)


def _broken(why: str) -> Facts:
    return Facts(findings=(error("audio-unreadable", f"the WAV is damaged: {why}", AS_PCM),))


def _wide_lengths(file: BinaryIO, start: int) -> dict[bytes, int]:
    """What `ds64`, the first chunk of RF64 and BW64, says of the lengths that need more than 32 bits."""
    head = read_at(file, start + 12, 36)
    if head[:4] != b"ds64" or len(head) < 36:
        return {}
    lengths = {b"data": int.from_bytes(head[16:24], "little")}
    table = read_at(file, start + 48, 12 * min(int.from_bytes(head[32:36], "little"), 100))
    for at in range(0, len(table) - 11, 12):
        lengths.setdefault(table[at : at + 4], int.from_bytes(table[at + 4 : at + 12], "little"))
    return lengths


def _format(data: bytes) -> _Format | Finding:
    if len(data) < 16:
        return _header("its 'fmt ' chunk is too short")
    tag, channels, sample_rate, byte_rate, frame_bytes, bits = unpack_from("<HHIIHH", data)
    if tag == _EXTENSIBLE:
        if len(data) < 40:
            return _header("its 'fmt ' chunk is too short")
        if int.from_bytes(data[18:20], "little") > bits:
            return _header(f"more than {bits} of {bits} bits are said to be in use")
        tag = int.from_bytes(data[24:26], "little") if data[26:40] in _SUBFORMATS else 0
    if tag not in _CODECS:
        name = _OTHERS.get(tag, f"of an unknown kind ({tag:#06x})")
        return error("audio-codec", f"the sound in this WAV is {name}; PCM was expected", AS_PCM)
    if not 0 < channels <= MAX_CHANNELS or not 0 < sample_rate <= MAX_RATE:
        return _header(f"it claims {channels:,} channels at {sample_rate:,} Hz")
    width = frame_bytes // channels
    # 24 bits lie in three bytes, and in four as some recorders write them.
    right_width = width == (bits + 7) // 8 or (width, bits) == (4, 24)
    if bits not in _BITS[tag] or width * channels != frame_bytes or not right_width:
        return _header(f"{bits} bits in {channels} channels do not make {frame_bytes} bytes")
    if byte_rate not in (0, sample_rate * frame_bytes):
        return _header(f"{sample_rate:,} Hz of {frame_bytes} bytes do not make {byte_rate:,} bytes a second")
    return _Format(_CODECS[tag], channels, sample_rate, frame_bytes, bits)


def _header(why: str) -> Finding:
    return error("audio-unreadable", f"the WAV's header contradicts itself: {why}", AS_PCM)


def _data_length(
    file: BinaryIO, size: int, data: Chunk, chunks: Chunks, is_wide: bool, read: _Format
) -> tuple[int, list[Finding]]:
    """How many bytes of sound there are, and what is wrong with them."""
    there = size - data.body
    is_open = any(data.length in some for some in _OPEN_ENDS) or (is_wide and data.length == UNKNOWN)
    if data.length > there:
        if is_open:
            return there, []
        seconds = there // read.frame_bytes / read.sample_rate
        message = (
            f"the audio is cut off after {clock(seconds)}: {data.length:,} bytes of sound were announced, "
            f"but only {there:,} are there"
        )
        return there, [error("audio-cut-off", message, COPY_AGAIN)]
    behind = [chunk for chunk in chunks.found if chunk.start > data.start]
    is_all_chunks = chunks.end >= size and (not behind or behind[-1].end <= size)
    if data.length == 0 and there and not is_all_chunks:
        return there, []
    return data.length, _behind(file, size, data, chunks, behind, is_wide)


def _behind(
    file: BinaryIO, size: int, data: Chunk, chunks: Chunks, behind: list[Chunk], is_wide: bool
) -> list[Finding]:
    """What stands behind the sound where chunks should be, or nothing at all."""
    again = next((chunk for chunk in behind if chunk.name in MAGIC), None)
    if again is not None:
        message = f"another WAV file begins at byte {again.start:,}: two were joined without an editor"
        return [error("audio-junk", message, "join the parts in your editor and export them as one")]
    last = behind[-1] if behind else data
    begin = last.start if last.end > size else chunks.end
    rest = size - begin
    if rest <= 0:
        return []
    if size > _WIDEST and not is_wide:
        message = (
            "the WAV has more than 4 GiB, for which its length has no room, so where it ends is not known"
        )
        return [error("audio-unreadable", message, "export it as RF64 (BWF), or as FLAC")]
    if last.end > size and last is not data and rest < 1 << 20 and last.name in _SIDE_NOTES:
        return [warning("audio-cut-off", f"the WAV ends within its {_shown(last.name)} chunk", COPY_AGAIN)]
    if rest > _MAX_JUNK:
        message = (
            f"the sound ends at byte {begin:,} by its own length, but {rest:,} bytes follow that are no chunk"
        )
        return [error("audio-unreadable", message, AS_PCM)]
    if read_at(file, begin, rest).strip(b"\0"):
        return [warning("audio-junk", f"{rest:,} bytes that are no sound stand at its end", AS_PCM)]
    return []


_MAX_JUNK = 4096
_SIDE_NOTES = {
    b"LIST",
    b"id3 ",
    b"ID3 ",
    b"bext",
    b"cue ",
    b"iXML",
    b"axml",
    b"_PMX",
    b"chna",
    b"smpl",
    b"JUNK",
}


def _shown(name: bytes) -> str:
    return repr(name.decode("ascii"))
