"""Any file's sound as blocks of samples. The one module that opens others' files with FFmpeg's libraries."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from publisher.errors import SoundError
from publisher.sound.threads import Pipe

Samples = NDArray[np.float32]
"""Shape (channels, samples), full scale ±1; floating-point sources may go beyond."""

CHUNKS: Final = 100
"""A block is one second, in so many chunks."""
_AGAIN: Final = "copy or download it again; if it is the same there, export it again from your editor"
_EXPORT: Final = "export it as WAV, FLAC, MP3 or M4A"
# Without this, a playlist or a list of files under an audio file's name would open other files and addresses.
_FORMATS: Final = "wav,w64,aiff,flac,ogg,mov,mp3,aac,matroska,caf"
_OPTIONS: Final = {
    "format_whitelist": _FORMATS,
    "protocol_whitelist": "file",
    # Bytes of a WAV that are taken at once; others have packets of their own, and do not know this.
    "max_size": "131072",
}
_MOST_CHANNELS: Final = 8
_DAMAGE: Final = (av.error.InvalidDataError, av.error.PatchWelcomeError)


@dataclass(slots=True)
class Sound:
    """An open file's sound.

    Attributes:
        sample_rate, channels: of the blocks.
        source_rate, source_channels: of the file.
        expected_seconds: as the file tells, 0 where it does not.
        damaged: packets that could not be decoded, so far.
    """

    format: str
    codec: str
    bitrate_kbits: float
    source_rate: int
    source_channels: int
    sample_rate: int
    channels: int
    expected_seconds: float
    _container: InputContainer
    _stream: AudioStream
    _name: str
    damaged: int = field(default=0, init=False)

    @property
    def layout(self) -> str:
        """FFmpeg's name for the blocks' channels, such as `stereo`."""
        if self.channels == self.source_channels:
            return self._stream.layout.name
        return "mono" if self.channels == 1 else "stereo"

    def blocks(self) -> Iterator[Samples]:
        """The sound in order, one second each; the last is shorter, and so may be one where the file changes
        its kind. Numbers that are none become silence.

        Raises:
            SoundError: the file cannot be read on.
        """
        for block in _mixed(self._resampled(), self.channels):
            if not np.isfinite(block.sum()):
                # Writable, which a view of FFmpeg's memory is not.
                block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
            yield block

    def _resampled(self) -> Iterator[Samples]:
        """Blocks as the file has them, but of this rate and in floating point."""
        gathered = _Gathered(self.sample_rate // CHUNKS * CHUNKS)
        resampler: AudioResampler | None = None
        kind: tuple[str, str, int] | None = None
        for frame in self._frames():
            if kind != (found := (frame.format.name, frame.layout.name, frame.sample_rate)):
                if resampler is not None:
                    yield from gathered.add(resampler.resample(None))
                kind, layout = found, self._resampled_layout()
                resampler = None
                if kind != ("fltp", layout, self.sample_rate):
                    resampler = AudioResampler(format="fltp", layout=layout, rate=self.sample_rate)
            if resampler is None:
                yield from gathered.add([frame])
                continue
            # Timestamps of damaged files jump, and FFmpeg would make up for it with silence or cuts.
            frame.pts = None
            yield from gathered.add(resampler.resample(frame))
        if resampler is not None:
            yield from gathered.add(resampler.resample(None))
        yield from gathered.rest()

    def _resampled_layout(self) -> str:
        # FFmpeg mixes more than two channels; one and two are mixed here, without a change of level.
        if self.channels == self.source_channels:
            return self.layout
        return "mono" if self.source_channels == 1 else "stereo"

    def _frames(self) -> Iterator[av.AudioFrame]:
        try:
            for packet in self._container.demux(self._stream):
                try:
                    yield from packet.decode()
                except _DAMAGE:
                    self.damaged += 1
                    yield from self._silence(packet)
        except av.error.EOFError:
            return
        except av.FFmpegError as cause:
            raise SoundError(f"{self._name} cannot be read to its end", help=_AGAIN) from cause

    def _silence(self, packet: av.Packet[AudioStream]) -> Iterator[av.AudioFrame]:
        """As long as the packet would have been, so that what follows keeps its time."""
        context = self._stream.codec_context
        if packet.duration is None or packet.time_base is None or context.format is None:
            return
        samples = min(round(packet.duration * packet.time_base * context.sample_rate), context.sample_rate)
        if samples <= 0:
            return
        frame = av.AudioFrame(format=context.format.name, layout=context.layout, samples=samples)
        for plane in frame.planes:
            # Eight-bit samples are unsigned, and silent in their middle.
            plane.update((b"\x80" if context.format.name.startswith("u8") else b"\0") * plane.buffer_size)
        frame.sample_rate = context.sample_rate
        yield frame


@contextlib.contextmanager
def opened(path: Path, *, sample_rate: int | None = None, channels: int | None = None) -> Iterator[Sound]:
    """The sound of the file at `path`: its first stream of sound, whatever else is in it.

    Args:
        sample_rate: of the blocks, in Hz; None keeps the file's.
        channels: of the blocks, 1 or 2; None keeps the file's.

    Raises:
        SoundError: there is no sound in it that can be read.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        if not file.read(1):
            raise SoundError(f"{path.name} is empty", help=_AGAIN)
    try:
        # The prefix keeps a name with a colon from being taken for an address.
        container = av.open(f"file:{path}", options=_OPTIONS)
    except (av.FFmpegError, UnicodeEncodeError) as cause:
        raise _unknown(path.name) from cause
    with container:
        yield _sound(container, path.name, sample_rate, channels)


@contextlib.contextmanager
def opened_mp3(pipe: Pipe, name: str) -> Iterator[Sound]:
    """The same of an MP3 that is still being made: no header tells which samples at its ends to leave out.

    Raises:
        SoundError: there is no sound in it that can be read.
    """
    try:
        container = av.open(pipe, "r", format="mp3")
    except av.FFmpegError as cause:
        raise _unknown(name) from cause
    with container:
        yield _sound(container, name, None, None)


def _unknown(name: str) -> SoundError:
    return SoundError(f"{name} holds no sound in a format that is known", help=f"{_EXPORT}, or {_AGAIN}")


def _sound(container: InputContainer, name: str, sample_rate: int | None, channels: int | None) -> Sound:
    if not container.streams.audio:
        raise SoundError(f"{name} holds no sound", help=_EXPORT)
    stream = container.streams.audio[0]
    _judge(name, stream)
    context = stream.codec_context
    total = Fraction(container.duration or 0, av.time_base)
    if stream.duration is not None and stream.time_base is not None:
        total = stream.duration * stream.time_base
    return Sound(
        container.format.name,
        context.codec.canonical_name,
        (stream.bit_rate or (container.bit_rate if len(container.streams) == 1 else 0) or 0) / 1000,
        context.sample_rate,
        context.channels,
        sample_rate or context.sample_rate,
        channels or context.channels,
        max(0.0, float(total)),
        container,
        stream,
        name,
    )


def _judge(name: str, stream: AudioStream) -> None:
    context = stream.codec_context
    if context is None:
        raise SoundError(f"the sound of {name} is in a format that cannot be decoded", help=_EXPORT)
    if context.codec_tag in ("drms", "enca"):
        raise SoundError(f"{name} is protected against copying", help="use a file without protection")
    if not context.sample_rate or not 1 <= context.channels <= _MOST_CHANNELS:
        raise SoundError(
            f"{name} has {context.channels} channels at {context.sample_rate} Hz",
            help=f"{_EXPORT}, mono or stereo",
        )


class _Gathered:
    """Frames of any length made into blocks of so many samples."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._arrays: list[Samples] = []
        self._count = 0

    def add(self, frames: list[av.AudioFrame]) -> Iterator[Samples]:
        for frame in frames:
            array = _array(frame)
            if self._arrays and len(array) != len(self._arrays[0]):
                yield from self.rest()
            self._arrays.append(array)
            self._count += array.shape[1]
            if self._count >= self._length:
                yield from self._blocks()

    def rest(self) -> Iterator[Samples]:
        """What is left, shorter than a block."""
        if self._count:
            block = np.concatenate(self._arrays, axis=1)
            self._arrays, self._count = [], 0
            yield block

    def _blocks(self) -> Iterator[Samples]:
        joined = np.concatenate(self._arrays, axis=1)
        whole = self._count // self._length * self._length
        for start in range(0, whole, self._length):
            yield joined[:, start : start + self._length]
        self._arrays, self._count = [joined[:, whole:]], self._count - whole


def _array(frame: av.AudioFrame) -> Samples:
    """The samples of a frame of planes of floats; PyAV's own way takes as long as to decode it."""
    planes = [np.frombuffer(memoryview(plane), np.float32, frame.samples) for plane in frame.planes]
    return planes[0][np.newaxis] if len(planes) == 1 else np.stack(planes)


def _mixed(blocks: Iterator[Samples], channels: int) -> Iterator[Samples]:
    for block in blocks:
        if len(block) == channels:
            yield block
        elif channels == 1:
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)
        else:
            yield np.repeat(block, channels, axis=0)
