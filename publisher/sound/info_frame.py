"""The first frame of an MP3, which says how long the sound is and what encoders added. Pure.

Xing's header with LAME's extension: without it players guess the length from the bitrate, and hear a
twentieth of a second of nothing at the start. http://gabriel.mp3-tech.org/mp3infotag.html
"""

from __future__ import annotations

import struct
from typing import Final

_SAMPLES: Final = 1152
_BITRATES: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES: Final = (44_100, 48_000, 32_000)
_DELAY: Final = 576
"""Samples that LAME puts before the sound. A decoder adds 529 of its own, and knows that it does."""

_DECODER_DELAY: Final = 529


def frames_needed(samples: int) -> int:
    """How many frames hold so many samples, with what LAME and a decoder put before them."""
    return -(-(samples + _DELAY + _DECODER_DELAY) // _SAMPLES)


def frame_length(header: bytes) -> int:
    """Bytes of the frame that begins with these four. Raises ValueError where none of ours does."""
    word = int.from_bytes(header[:4], "big")
    if word >> 16 | 1 != 0xFFFB or len(header) < 4:
        raise ValueError(f"{header[:4].hex()} begins no frame of MPEG 1 layer III")
    return _size(_BITRATES[word >> 12 & 15], _RATES[word >> 10 & 3]) + (word >> 9 & 1)


def info_frame(
    *, bitrate: int, rate: int, channels: int, samples: int, frames: int, stream_bytes: int
) -> bytes:
    """A frame of MPEG 1 layer III that holds the header and no sound.

    Args:
        bitrate: in kbit/s, constant, as in the frames that follow.
        rate: in Hz.
        samples: of the sound itself, per channel.
        frames, stream_bytes: of what follows.
    """
    mode = 3 if channels == 1 else 1
    side_bytes = 17 if channels == 1 else 32
    # Of the bitrates that have room for the header, the stream's own or the one above it.
    size_rate = next(one for one in _BITRATES[1:] if one >= bitrate and _size(one, rate) >= side_bytes + 160)
    header = 0xFFFB0000 | _BITRATES.index(size_rate) << 12 | _RATES.index(rate) << 10 | mode << 6
    length = _size(size_rate, rate)
    padding = max(0, min(4095, frames * _SAMPLES - _DELAY - samples))
    data = bytearray(struct.pack(">I", header) + bytes(side_bytes))
    data += b"Info" + struct.pack(">III", 0b0111, frames, stream_bytes + length)
    data += bytes(min(255, place * 256 // 100) for place in range(100))
    data += b"LAME3.100" + bytes((0x01, 0)) + bytes(8) + bytes((0, min(bitrate, 255)))
    data += (_DELAY << 12 | padding).to_bytes(3, "big")
    data += bytes((0, 0)) + bytes(2) + struct.pack(">I", stream_bytes + length) + bytes(2)
    data += struct.pack(">H", _crc(bytes(data)))
    return bytes(data).ljust(length, b"\0")


def _size(bitrate: int, rate: int) -> int:
    return 144_000 * bitrate // rate


def _crc(data: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, reflected, from 0: what LAME writes and FFmpeg asks for."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
