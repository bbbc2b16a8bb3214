"""How many samples the packets of each codec in Ogg hold, told without decoding.

Opus: RFC 7845 and RFC 6716 3.1 · Vorbis: https://xiph.org/vorbis/doc/Vorbis_I_spec.html (4.2, A.2) ·
FLAC: RFC 9639 10.1
"""

from __future__ import annotations

from typing import Protocol

from publisher.audio import vorbis_comments
from publisher.audio.facts import MAX_CHANNELS, MAX_RATE
from publisher.audio.lossless import flac
from publisher.audio.vorbis_comments import Comments

OPUS_HEAD, OPUS_TAGS = b"OpusHead", b"OpusTags"
VORBIS_HEAD, VORBIS_COMMENTS, VORBIS_SETUP = b"\x01vorbis", b"\x03vorbis", b"\x05vorbis"
FLAC_HEAD = b"\x7fFLAC"
_MAX_OPUS_SAMPLES = 5760
_MODE_BITS = 41
_MAX_MODES = 64


class BadHeaders(Exception):
    """The header packets are no such codec's; the text says which."""


class Codec(Protocol):
    """One stream's codec.

    Attributes:
        headers: how many packets come before the sound.
        rate: of granule positions.
        skipped: samples of the start that a decoder throws away.
        comments: known once all headers were taken.
    """

    name: str
    headers: int
    rate: int
    sample_rate: int
    channels: int
    bits: int
    skipped: int
    comments: Comments

    def take_header(self, place: int, packet: bytes) -> None:
        """Reads a header packet behind the first.

        Raises:
            BadHeaders: it is not what should stand there.
        """

    def samples(self, head: bytes) -> int:
        """What the packet with these first bytes (up to 16) brings; less than 0 if it is no sound."""


def codec_for(packet: bytes) -> Codec | None:
    """The codec that the first packet of a stream tells of; None where it is another one.

    Raises:
        BadHeaders: it is one of ours, and damaged.
    """
    if packet[:8] == OPUS_HEAD:
        return Opus(packet)
    if packet[:7] == VORBIS_HEAD:
        return Vorbis(packet)
    if packet[:5] == FLAC_HEAD:
        return Flac(packet)
    return None


def _opus_samples() -> list[int]:
    """Samples at 48 kHz of one frame, by the first byte of a packet."""
    silk, hybrid, celt = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
    by_config = [*silk * 3, *hybrid * 2, *celt * 4]
    return [by_config[byte >> 3] for byte in range(256)]


_OPUS_SAMPLES = _opus_samples()


class Opus:
    name = "opus"
    headers = 2
    rate = sample_rate = 48_000
    bits = 0

    def __init__(self, packet: bytes) -> None:
        if len(packet) < 19 or packet[8] >> 4 or not packet[9]:
            raise BadHeaders("what it says of its sound cannot be (OpusHead)")
        self.channels = packet[9]
        self.skipped = int.from_bytes(packet[10:12], "little")
        self.comments: Comments = []

    def take_header(self, place: int, packet: bytes) -> None:
        if packet[:8] != OPUS_TAGS:
            raise BadHeaders("it has no comments where they should stand (OpusTags)")
        self.comments = vorbis_comments.parse(packet[8:])

    def samples(self, head: bytes) -> int:
        if not head:
            return 0
        kind = head[0] & 3
        count = 1 if kind == 0 else 2
        if kind == 3:
            count = head[1] & 63 if len(head) > 1 else 0
        samples = _OPUS_SAMPLES[head[0]] * count
        return samples if 0 < samples <= _MAX_OPUS_SAMPLES else -1


class Vorbis:
    name = "vorbis"
    headers = 3
    bits = skipped = 0

    def __init__(self, packet: bytes) -> None:
        self.channels = packet[11] if len(packet) >= 30 else 0
        self.rate = self.sample_rate = int.from_bytes(packet[12:16], "little")
        exponents = (packet[28] & 15, packet[28] >> 4) if len(packet) >= 30 else (0, 0)
        sane = 6 <= exponents[0] <= exponents[1] <= 13 and 0 < self.channels <= MAX_CHANNELS
        if not sane or not 0 < self.rate <= MAX_RATE or packet[7:11] != bytes(4):
            raise BadHeaders("what it says of its sound cannot be")
        self._sizes = (1 << exponents[0], 1 << exponents[1])
        self._by_mode: list[int] = []
        self._mask = 0
        self._previous = 0
        self.comments: Comments = []

    def take_header(self, place: int, packet: bytes) -> None:
        if place == 1:
            if packet[:7] != VORBIS_COMMENTS:
                raise BadHeaders("it has no comments where they should stand")
            self.comments = vorbis_comments.parse(packet[7:])
            return
        flags = _long_blocks(packet) if packet[:7] == VORBIS_SETUP else []
        if not flags:
            raise BadHeaders("its codebooks cannot be made sense of")
        self._by_mode = [self._sizes[flag] for flag in flags]
        self._mask = (1 << (len(flags) - 1).bit_length()) - 1

    def samples(self, head: bytes) -> int:
        if not head:
            return 0
        mode = head[0] >> 1 & self._mask
        if head[0] & 1 or mode >= len(self._by_mode):
            return -1
        size = self._by_mode[mode]
        samples = (self._previous + size) // 4 if self._previous else 0
        self._previous = size
        return samples


def _long_blocks(setup: bytes) -> list[int]:
    """Whether each mode has long blocks (1) or short ones (0).

    The modes are the last thing in the packet, and all that stands before would have to be unpacked to be
    passed over; so they are read from the end, as long as they look like modes, and as many as fit the count
    that stands before them.
    """
    bits = int.from_bytes(setup[-(_MODE_BITS * _MAX_MODES // 8 + 8) :], "little")
    position = bits.bit_length() - 1  # the last bit that is set frames the packet
    flags: list[int] = []
    found = 0
    while len(flags) < _MAX_MODES and position >= _MODE_BITS + 6:
        position -= _MODE_BITS
        mode = bits >> position & ((1 << _MODE_BITS) - 1)
        if mode >> 1 & 0xFFFF_FFFF or mode >> 33 > 63:
            break
        flags.append(mode & 1)
        if bits >> (position - 6) & 63 == len(flags) - 1:
            found = len(flags)
    return flags[:found][::-1]


class Flac:
    name = "flac"
    skipped = 0

    def __init__(self, packet: bytes) -> None:
        info = flac.stream_info(packet[17:51]) if packet[9:13] == flac.MAGIC else None
        if info is None:
            raise BadHeaders("what it says of its sound cannot be")
        self._info = info
        self.headers = int.from_bytes(packet[7:9], "big") + 1
        if self.headers == 1:
            raise BadHeaders("it does not say where its sound begins")
        self.rate = self.sample_rate = info.sample_rate
        self.channels, self.bits = info.channels, info.bits
        self.comments: Comments = []

    def take_header(self, place: int, packet: bytes) -> None:
        kind = packet[0] & 0x7F if packet else flac.PADDING
        if kind == flac.COMMENTS:
            self.comments += vorbis_comments.parse(packet[4:])
        elif kind == flac.PICTURE:
            self.comments.append(("METADATA_BLOCK_PICTURE", ""))

    def samples(self, head: bytes) -> int:
        if not head:  # FFmpeg ends a stream so
            return 0
        frame = flac.frame(head, self._info)
        return -1 if frame is None else frame[1]
