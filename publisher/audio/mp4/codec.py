"""The codec of an MP4 track, from its sample description (ISO/IEC 14496-1, -3, -12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack

from publisher.audio.facts import MAX_RATE
from publisher.audio.mp4.boxes import Box, boxes

_AAC_OBJECTS = {0x40, 0x66, 0x67, 0x68}
_OTHER_OBJECTS = {0x69: "mp3", 0x6B: "mp3", 0xA5: "ac3", 0xA6: "eac3", 0xDD: "vorbis"}
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8)
_SBR, _PARAMETRIC_STEREO = 5, 29
_PROTECTED = {b"drms", b"enca", b"drmi", b"encv"}


@dataclass(frozen=True, slots=True)
class Codec:
    """`entry` is the sample entry's type; `name` is `aac`, or what it is instead."""

    entry: bytes = b""
    name: str = ""
    sample_rate: int = 0
    channels: int = 0
    protected: bool = False
    bits: int = 0


def codec_of(moov: bytes, stsd: Box | None) -> Codec:
    """Reads the first sample description of `stsd`."""
    entry = None if stsd is None else next(boxes(moov, stsd.body + 8, stsd.end), None)
    if entry is None:
        return Codec()
    version = int.from_bytes(moov[entry.body + 8 : entry.body + 10], "big")
    channels = int.from_bytes(moov[entry.body + 16 : entry.body + 18], "big")
    rate = int.from_bytes(moov[entry.body + 24 : entry.body + 26], "big")
    if version == 2:  # QuickTime's, for rates and channels beyond 16 bits
        rate = _whole(moov[entry.body + 32 : entry.body + 40])
        channels = int.from_bytes(moov[entry.body + 40 : entry.body + 44], "big")
    name = entry.type.decode("latin-1").strip()
    if entry.type != b"mp4a":
        bits_at = entry.body + (48 if version == 2 else 18)
        bits = int.from_bytes(moov[bits_at : bits_at + (4 if version == 2 else 2)], "big")
        protected = entry.type in _PROTECTED
        if entry.type == b"alac":
            # QuickTime's fields say 16 bits and no more than 65,535 Hz; the codec's own box says the truth.
            rate, channels, bits = _alac(moov, entry) or (rate, channels, bits)
        return Codec(entry.type, name, rate, channels, protected, bits)
    begin = entry.body + 28 + {1: 16, 2: 36}.get(version, 0)
    inner = list(boxes(moov, begin, entry.end))
    wave = next((box for box in inner if box.type == b"wave"), None)
    if wave is not None:
        inner += boxes(moov, wave.body, wave.end)
    esds = next((box for box in inner if box.type == b"esds"), None)
    if esds is None:
        return Codec(entry.type, "aac", rate, channels)
    object_type, config = _decoder(moov[esds.body + 4 : esds.end])
    if object_type not in _AAC_OBJECTS and object_type:
        return Codec(
            entry.type, _OTHER_OBJECTS.get(object_type, f"MPEG-4 object {object_type:#x}"), rate, channels
        )
    config_rate, config_channels = _audio_config(config)
    return Codec(entry.type, "aac", config_rate or rate, config_channels or channels)


def _whole(eight: bytes) -> int:
    """A float of 64 bits as a rate; 0 where it is none."""
    value = unpack(">d", eight)[0] if len(eight) == 8 else 0.0
    return round(value) if 0 < value <= MAX_RATE else 0


def _alac(moov: bytes, entry: Box) -> tuple[int, int, int] | None:
    """(sample rate, channels, bits) of Apple Lossless (ALACMagicCookieDescription)."""
    inner = next((box for box in boxes(moov, entry.body + 28, entry.end) if box.type == b"alac"), None)
    if inner is None or inner.end - inner.body < 28:
        return None
    config = moov[inner.body + 4 : inner.body + 28]
    return int.from_bytes(config[20:24], "big"), config[9], config[5]


def _decoder(data: bytes) -> tuple[int, bytes]:
    """The object type and the decoder's own configuration out of an ES descriptor (14496-1 7.2.6)."""
    for tag, body in _descriptors(data):
        if tag == 3 and len(body) >= 3:
            flags = body[2]
            skip = 3 + (2 if flags & 0x80 else 0) + (1 + body[3] if flags & 0x40 and len(body) > 3 else 0)
            return _decoder(body[skip + (2 if flags & 0x20 else 0) :])
        if tag == 4 and len(body) >= 13:
            config = next((inner for kind, inner in _descriptors(body[13:]) if kind == 5), b"")
            return body[0], config
    return 0, b""


def _descriptors(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(data):
        tag, length, at = data[at], 0, at + 1
        for _ in range(4):
            if at >= len(data):
                return
            byte, at = data[at], at + 1
            length = length << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        yield tag, data[at : at + length]
        at += length


def _audio_config(config: bytes) -> tuple[int, int]:
    """Sample rate and channels of an AudioSpecificConfig (14496-3 1.6.2.1); 0 where it does not say."""
    if len(config) < 2:
        return 0, 0
    bits = _Bits(config)
    kind = _object_type(bits)
    rate = _rate(bits)
    place = bits.take(4)
    channels = _CHANNELS[place] if place < len(_CHANNELS) else 0
    if kind in (_SBR, _PARAMETRIC_STEREO):
        rate = _rate(bits)
    return rate, 2 if kind == _PARAMETRIC_STEREO else channels


class _Bits:
    """Bits from the front; zeros once they are used up."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data[:16].ljust(16, b"\0"), "big")
        self._left = 128

    def take(self, count: int) -> int:
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)


def _object_type(bits: _Bits) -> int:
    kind = bits.take(5)
    return 32 + bits.take(6) if kind == 31 else kind


def _rate(bits: _Bits) -> int:
    place = bits.take(4)
    if place == 15:
        return bits.take(24)
    return _RATES[place] if place < len(_RATES) else 0
