"""The first frame of an MP3: how many frames follow, and which samples at both ends are not the producer's.

lameenc writes none. Players need it for the exact duration, for playing without gaps, and for jumping.
Sources: the Xing header, and the LAME extension of http://gabriel.mp3-tech.org/mp3infotag.html
"""

from __future__ import annotations

import functools
import struct
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

ENCODER_DELAY: Final = 576
"""Samples that LAME puts in front (`lame_get_encoder_delay`)."""
DECODER_DELAY: Final = 529
"""Samples by which every decoder is late."""
FRAME_SAMPLES: Final = 1_152
_KBITS: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES: Final = (44_100, 48_000, 32_000)
_MONO: Final = 3
_HEADER: Final = 4
_TAG_BYTES: Final = 156
_FRAMES_BYTES_TABLE_QUALITY: Final = 0x0F
_QUALITY: Final = 57
"""LAME's figure for its default, quality 3 without VBR: 100 − 10 × 4 − 3."""
_CBR: Final = 1
_MOST_EXTRA_SECONDS: Final = 0.0495
_LANES: Final = 4_096
_BLOCK: Final = 1 << 22


def info_frame_length(first: bytes) -> int:
    """The length in bytes of the frame to be put in front of the one that starts with `first`."""
    return _length(_info_header(first))


def info_frame(file: BinaryIO, start: int, end: int, samples: int) -> bytes:
    """The frame itself.

    Args:
        file: open for reading; [start, end) are its frames: MPEG 1 Layer III of a constant bitrate.
        samples: of the sound in each channel, as it went into the encoder.
    """
    file.seek(start)
    header = file.read(_HEADER)
    frames, crc, _ = _survey(file, start, end)
    padding = min(4095, max(0, frames * FRAME_SAMPLES - samples - ENCODER_DELAY))
    info = _info_header(header)
    length = _length(info)
    whole = end - start + length
    tag = bytearray(b"Info")
    tag += struct.pack(">III", _FRAMES_BYTES_TABLE_QUALITY, frames, whole)
    tag += bytes(round(place * 255 / 100) for place in range(100))
    tag += struct.pack(">I", _QUALITY)
    tag += b"LAME3.100"
    tag += bytes((_CBR, 0)) + bytes(8) + bytes((0, min(255, _KBITS[header[2] >> 4])))
    tag += ((ENCODER_DELAY << 12) | padding).to_bytes(3, "big")
    mode = 0 if header[3] >> 6 == _MONO else 3
    tag += bytes((mode << 2 | (1 if _rate(header) == 44_100 else 2) << 6, 0)) + bytes(2)
    tag += struct.pack(">IH", whole, crc)
    frame = info + bytes(_side_information(header)) + bytes(tag)
    frame += struct.pack(">H", crc16(frame, 0))
    return frame.ljust(length, b"\0")


def without_spare_frame(file: BinaryIO, start: int, end: int, samples: int) -> int:
    """Where the frames in [start, end) should end.

    LAME writes up to 2,256 samples more than went in, and programs that count frames alone would be wrong by
    more than 50 ms. The last frame is then left out; all but a thousandth of a second of it is padding.
    """
    file.seek(start)
    header = file.read(_HEADER)
    frames, _, last = _survey(file, start, end)
    too_long = (frames * FRAME_SAMPLES - samples) / _rate(header) > _MOST_EXTRA_SECONDS
    return last if too_long and frames > 1 else end


def _info_header(first: bytes) -> bytes:
    """A header like the first frame's, of the lowest bitrate that has room for the tag, without padding."""
    for index in range(first[2] >> 4, len(_KBITS)):
        header = bytes((first[0], first[1], index << 4 | first[2] & 0x0C, first[3]))
        if _length(header) >= _HEADER + _side_information(first) + _TAG_BYTES:
            return header
    raise ValueError("no frame has room for the tag")


def _length(header: bytes) -> int:
    return 144_000 * _KBITS[header[2] >> 4] // _rate(header) + (header[2] >> 1 & 1)


def _rate(header: bytes) -> int:
    return _RATES[header[2] >> 2 & 3]


def _side_information(header: bytes) -> int:
    return 17 if header[3] >> 6 == _MONO else 32


def _survey(file: BinaryIO, start: int, end: int) -> tuple[int, int, int]:
    """How many frames there are, the CRC of their bytes, and where the last one starts."""
    file.seek(start)
    frames = crc = at = base = last = 0
    rest = b""
    while block := file.read(min(_BLOCK, end - file.tell())):
        crc = crc16(block, crc)
        window = rest + block
        while at - base + _HEADER <= len(window):
            frames += 1
            last = at
            at += _length(window[at - base : at - base + _HEADER])
        cut = min(at - base, len(window))
        base, rest = base + cut, window[cut:]
    return frames, crc, start + last


def _table() -> NDArray[np.uint16]:
    entries: NDArray[np.uint16] = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        entries = ((entries >> 1) ^ np.where(entries & 1, 0xA001, 0)).astype(np.uint16)
    return entries


_TABLE: Final = _table()
_PLAIN_TABLE: Final = _TABLE.tolist()


def crc16(data: bytes, crc: int) -> int:
    """CRC-16/ARC of `data`, going on from `crc`.

    A checksum of a long stretch is one of many shorter ones that are found side by side.
    """
    width = len(data) // _LANES
    if width >= 16:
        many = np.frombuffer(data, dtype=np.uint8, count=width * _LANES).reshape(_LANES, width).T.copy()
        found = np.zeros(_LANES, dtype=np.uint16)
        for column in many:
            found = (found >> 8) ^ _TABLE[(found ^ column) & 0xFF]
        shifted = _shifted(width)
        for lane in found.tolist():
            crc = shifted[crc] ^ lane
        data = data[width * _LANES :]
    for byte in data:
        crc = (crc >> 8) ^ _PLAIN_TABLE[(crc ^ byte) & 0xFF]
    return crc


@functools.lru_cache(maxsize=2)
def _shifted(width: int) -> list[int]:
    """What each checksum becomes behind so many zero bytes.

    A sum of checksums becomes the sum of what they become: sixteen of them tell all others.
    """
    alone = np.left_shift(1, np.arange(16)).astype(np.uint16)
    for _ in range(width):
        alone = (alone >> 8) ^ _TABLE[alone & 0xFF]
    every = np.zeros(1, dtype=np.uint16)
    for bit in alone:
        every = np.concatenate((every, every ^ bit))
    found: list[int] = every.tolist()
    return found
