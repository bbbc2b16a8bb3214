"""Walking the pages of an Ogg file: Opus, Vorbis or FLAC in it, joined streams, and what is damaged.

The duration is counted twice, by the packets and by the granule positions of the pages; both have to agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from publisher.audio.facts import MAX_SECONDS, VARIABLE, Facts
from publisher.audio.findings import COPY_AGAIN, EXPORT_AGAIN, Finding, clock, error, warning
from publisher.audio.ogg.codecs import BadHeaders, Codec, codec_for
from publisher.audio.ogg.pages import FIRST, LAST, NO_GRANULE, Gap, Page, TooDamaged, read_pages
from publisher.audio.vorbis_comments import Comments, has_picture

MAX_HEADERS = 32 << 20
_MAX_STREAMS = 1_000
_SLACK = 2_048
"""By so many samples, two thousandths of a minute, positions may lie beside what the packets hold: some
programs that cut Vorbis get them wrong."""
_QUIET_ZEROS = 4_096
_VIDEO = (b"\x80theora", b"BBCD\0", b"OVP80")
_OTHERS = ((b"Speex   ", "Speex"), (b"fishead", ""), (b"CELT", "CELT"), (b"\x01video", "video"))


@dataclass(slots=True, eq=False)
class _Stream:
    """One logical stream: what was met of it so far.

    Attributes:
        codec: None where it is none of ours.
        packets: so many were complete.
        counted: samples of the packets.
        shift: by how much granule positions lie ahead of them; known from the first page of sound on.
        granule: the last one.
        before_last: what was counted on the page before that one.
    """

    serial: int
    codec: Codec | None = None
    other: str = ""
    is_video: bool = False
    sequence: int = 0
    goes_on: bool = False
    packets: int = 0
    partial: bytearray = field(default_factory=bytearray)
    is_open: bool = False
    counted: int = 0
    shift: int | None = None
    granule: int = 0
    before_last: int = 0
    length_bytes: int = 0
    sound_packets: int = 0
    lost_pages: int = 0
    bad_packets: int = 0
    has_ended: bool = False
    problem: str = ""

    @property
    def samples(self) -> int:
        """Of the sound as a decoder gives it."""
        assert self.codec is not None
        return max(self.granule - max(self.shift or 0, 0) - self.codec.skipped, 0)

    @property
    def seconds(self) -> float:
        return 0.0 if self.codec is None else self.samples / self.codec.rate


@dataclass(slots=True)
class _Walk:
    """All streams, in the order of their first pages; `active` holds those that may go on, by serial."""

    streams: list[_Stream] = field(default_factory=list)
    active: dict[int, _Stream] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    orphans: int = 0


def comments_of(file: BinaryIO, size: int, start: int = 0) -> Comments:
    """The comments of the first stream of sound; empty where there are none that can be read."""
    walk = _Walk()
    try:
        for page in read_pages(file, start, size):
            if isinstance(page, Gap):
                break
            _take(walk, page)
            sound = next((stream for stream in walk.streams if stream.codec is not None), None)
            if sound is None and len(walk.streams) > 8:
                break
            codec = None if sound is None else sound.codec
            if sound is not None and codec is not None and (sound.problem or sound.packets >= codec.headers):
                return codec.comments
    except TooDamaged:
        pass
    return []


def walk_file(file: BinaryIO, size: int, start: int = 0) -> Facts:
    """The sound of the open Ogg file of `size` bytes whose pages begin at `start`."""
    walk = _Walk()
    try:
        for page in read_pages(file, start, size):
            if isinstance(page, Gap):
                walk.gaps.append(page)
            elif len(walk.streams) > _MAX_STREAMS:
                raise TooDamaged
            else:
                _take(walk, page)
    except TooDamaged:
        message = "the Ogg file is damaged: most of what looks like its pages is none"
        return Facts(findings=(error("audio-unreadable", message, COPY_AGAIN),))
    sounds = _one_of_each_link(walk)
    if not sounds:
        return Facts(findings=(_no_sound(walk, size),))
    first = sounds[0].codec
    assert first is not None
    seconds = sum(stream.seconds for stream in sounds)
    findings = _findings(walk, sounds, size)
    if seconds > MAX_SECONDS:
        findings = [error("audio-unreadable", "the Ogg file claims to last for months: it is damaged")]
        seconds = 0.0
    length = sum(stream.length_bytes for stream in sounds)
    return Facts(
        codec=first.name,
        duration_seconds=seconds,
        bitrate=round(length * 8 / seconds) if seconds else 0,
        bitrate_mode=VARIABLE,
        sample_rate=first.sample_rate,
        channels=first.channels,
        bits_per_sample=first.bits,
        has_artwork=any(has_picture(stream.codec.comments) for stream in sounds if stream.codec),
        has_video=any(stream.is_video for stream in walk.streams),
        findings=tuple(findings),
    )


def _one_of_each_link(walk: _Walk) -> list[_Stream]:
    """The streams of sound that come one after the other: of those that run side by side, the first."""
    _close(walk)
    return [stream for stream in walk.streams if stream.codec is not None]


def _take(walk: _Walk, page: Page) -> None:
    if page.flags & FIRST:
        _begin(walk, page)
        return
    stream = walk.active.get(page.serial)
    if stream is None:
        walk.orphans += 1
        return
    if page.sequence != stream.sequence + 1:
        stream.lost_pages += 1
        stream.partial.clear()
        stream.is_open = False
    stream.sequence, stream.goes_on = page.sequence, True
    stream.has_ended = bool(page.flags & LAST)
    if stream.codec is not None and not stream.problem:
        _take_packets(stream, stream.codec, page)


def _begin(walk: _Walk, page: Page) -> None:
    """A stream's first page. Those of one link stand together, before all else."""
    if any(stream.goes_on for stream in walk.active.values()):
        _close(walk)
    packet = bytes(page.body)
    stream = _Stream(page.serial, sequence=page.sequence, packets=1, has_ended=bool(page.flags & LAST))
    if page.serial in walk.active:
        stream.problem = "two of its streams have the same number"
    try:
        stream.codec = codec_for(packet)
    except BadHeaders as cause:
        stream.problem = str(cause)
    stream.is_video = packet.startswith(_VIDEO)
    stream.other = next((name for magic, name in _OTHERS if packet.startswith(magic)), "")
    walk.streams.append(stream)
    walk.active[page.serial] = stream


def _close(walk: _Walk) -> None:
    """Ends a link: what runs beside its sound is of no more concern."""
    first = next((stream for stream in walk.active.values() if stream.codec is not None), None)
    for stream in walk.active.values():
        if stream.codec is not None and stream is not first:
            stream.codec = None
    walk.active = {}


def _take_packets(stream: _Stream, codec: Codec, page: Page) -> None:
    counted_before, at, body = stream.counted, 0, page.body
    begin = 0
    if not page.flags & 1 and stream.is_open:
        stream.bad_packets += 1
        stream.partial.clear()
        stream.is_open = False
    skip_first = bool(page.flags & 1) and not stream.is_open
    for length in page.lacing:
        at += length
        if length == 255:
            continue
        if skip_first:  # its beginning was lost with a page before
            skip_first = False
        else:
            _take_packet(stream, codec, body[begin:at])
            if stream.problem:
                return
        begin = at
    if page.lacing and page.lacing[-1] == 255 and not skip_first:
        _keep(stream, codec, body[begin:at])
        stream.is_open = True
    if page.granule != NO_GRANULE and stream.packets > codec.headers:
        if stream.shift is None:
            is_single = bool(page.flags & LAST)
            ahead = page.granule - stream.counted
            stream.shift = max(ahead, 0) if is_single else ahead
        stream.before_last = counted_before
        stream.granule = page.granule


def _keep(stream: _Stream, codec: Codec, piece: memoryview) -> None:
    """Headers are kept whole; of sound, the bytes that tell how long it is."""
    room = MAX_HEADERS if stream.packets < codec.headers else 16
    stream.partial += piece[: max(room - len(stream.partial), 0)]
    if stream.packets >= codec.headers:
        stream.length_bytes += len(piece)


def _take_packet(stream: _Stream, codec: Codec, piece: memoryview) -> None:
    if stream.packets < codec.headers:
        _keep(stream, codec, piece)
        try:
            codec.take_header(stream.packets, bytes(stream.partial))
        except BadHeaders as cause:
            stream.problem = str(cause)
        stream.partial.clear()
    else:
        stream.length_bytes += len(piece)
        head = bytes(piece[:16])
        if stream.is_open:
            head = (bytes(stream.partial) + head)[:16]
            stream.partial.clear()
        samples = codec.samples(head)
        if samples < 0:
            stream.bad_packets += 1
        else:
            stream.counted += samples
            stream.sound_packets += 1
    stream.is_open = False
    stream.packets += 1


def _no_sound(walk: _Walk, size: int) -> Finding:
    problem = next((stream.problem for stream in walk.streams if stream.problem), "")
    if problem:
        return error("audio-unreadable", f"the Ogg file is damaged: {problem}", COPY_AGAIN)
    if any(gap.is_cut for gap in walk.gaps):
        return error("audio-cut-off", "the Ogg file ends within its header", COPY_AGAIN)
    if any(gap.is_damaged for gap in walk.gaps) or not walk.streams:
        return error("audio-unreadable", "the Ogg file is damaged: its header cannot be read", COPY_AGAIN)
    other = next((stream.other for stream in walk.streams if stream.other), "")
    message = f"the Ogg file holds {other or 'something'} that is neither Opus, Vorbis nor FLAC"
    return error("audio-codec", message, EXPORT_AGAIN)


def _findings(walk: _Walk, sounds: list[_Stream], size: int) -> list[Finding]:
    problem = next((stream.problem for stream in sounds if stream.problem), "")
    if problem:
        return [error("audio-unreadable", f"the Ogg file is damaged: {problem}", COPY_AGAIN)]
    seconds = sum(stream.seconds for stream in sounds)
    lost = sum(stream.lost_pages + stream.bad_packets for stream in sounds) + walk.orphans
    damaged = sum(gap.is_damaged for gap in walk.gaps)
    if lost or damaged:
        parts = f"{damaged:,} of its pages have a wrong checksum" if damaged else "parts of it are missing"
        return [error("audio-unreadable", f"the Ogg file is damaged: {parts}", COPY_AGAIN)]
    cut = any(gap.is_cut or (gap.only_zeros and gap.end == size and gap.end - gap.start > _QUIET_ZEROS)
              for gap in walk.gaps)  # fmt: skip
    if cut or any(stream.is_open for stream in sounds):
        message = f"the audio is cut off after {clock(seconds)}, in the middle of a page"
        return [error("audio-cut-off", message, COPY_AGAIN)]
    if any(not stream.sound_packets for stream in sounds) or not seconds:
        if all(stream.has_ended for stream in sounds):
            return [error("audio-empty", "the file holds a header, but no sound")]
        return [error("audio-cut-off", "the Ogg file ends behind its header: it holds no sound", COPY_AGAIN)]
    if any(_is_inconsistent(stream) for stream in sounds):
        message = "the Ogg file is damaged: its times do not fit the sound that is in it"
        return [error("audio-unreadable", message, COPY_AGAIN)]
    inside = [gap for gap in walk.gaps if gap.end < size]
    if inside:
        total = sum(gap.end - gap.start for gap in inside)
        message = f"{total:,} bytes that are no sound stand among the pages, first at {inside[0].start:,}"
        return [error("audio-junk", message, COPY_AGAIN)]
    return _warnings(walk, sounds, seconds)


def _warnings(walk: _Walk, sounds: list[_Stream], seconds: float) -> list[Finding]:
    found: list[Finding] = []
    if not sounds[-1].has_ended:
        message = f"the stream has no end mark: the sound may have been cut off after {clock(seconds)}"
        found.append(warning("audio-cut-off", message, "listen to its end; " + COPY_AGAIN))
    if len({(stream.codec.sample_rate, stream.codec.channels) for stream in sounds if stream.codec}) > 1:
        message = "sample rate or channels change in the middle, at which players stumble"
        found.append(warning("audio-codec", message, "join the parts in your editor and export them as one"))
    junk = [gap for gap in walk.gaps if not gap.only_zeros]
    if junk:
        total = sum(gap.end - gap.start for gap in junk)
        message = f"{total:,} bytes that are no sound stand at its end"
        found.append(warning("audio-junk", message, COPY_AGAIN))
    return found


def _is_inconsistent(stream: _Stream) -> bool:
    """Whether granule positions and packets tell of different durations. The last page may end earlier than
    its packets do, by which encoders cut what they had to fill up."""
    if stream.shift is None:
        return True
    # A start that is cut by position is cut within a block: decoders do no more.
    if stream.shift < (0 if stream.codec is not None and stream.codec.name == "opus" else -_SLACK):
        return True
    left_out = stream.counted + stream.shift - stream.granule
    most = stream.counted - stream.before_last if stream.has_ended else 0
    return not -_SLACK <= left_out <= most + _SLACK
