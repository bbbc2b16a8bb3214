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
        resampler: AudioResampler | None = None
        kind: tuple[str, str, int] | None = None
        for frame in self._frames():
            if kind != (found := (frame.format.name, frame.layout.name, frame.sample_rate)):
                if resampler is not None:
                    yield from _arrays(resampler.resample(None))
                resampler, kind = self._resampler(), found
            assert resampler is not None
            # Timestamps of damaged files jump, and FFmpeg would make up for it with silence or cuts.
            frame.pts = None
            yield from _arrays(resampler.resample(frame))
        if resampler is not None:
            yield from _arrays(resampler.resample(None))

    def _resampler(self) -> AudioResampler:
        # FFmpeg mixes more than two channels; one and two are mixed here, without a change of level.
        layout = {1: "mono"}.get(self.source_channels, "stereo")
        if self.channels == self.source_channels:
            layout = self.layout
        return AudioResampler(
            format="fltp",
            layout=layout,
            rate=self.sample_rate,
            frame_size=self.sample_rate // CHUNKS * CHUNKS,
        )

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
        raise SoundError(
            f"{path.name} holds no sound in a format that is known", help=f"{_EXPORT}, or {_AGAIN}"
        ) from cause
    with container:
        if not container.streams.audio:
            raise SoundError(f"{path.name} holds no sound", help=_EXPORT)
        stream = container.streams.audio[0]
        _judge(path.name, stream)
        context = stream.codec_context
        total = Fraction(container.duration or 0, av.time_base)
        if stream.duration is not None and stream.time_base is not None:
            total = stream.duration * stream.time_base
        yield Sound(
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
            path.name,
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


def _arrays(frames: list[av.AudioFrame]) -> Iterator[Samples]:
    for frame in frames:
        yield frame.to_ndarray().astype(np.float32, copy=False)


def _mixed(blocks: Iterator[Samples], channels: int) -> Iterator[Samples]:
    for block in blocks:
        if len(block) == channels:
            yield block
        elif channels == 1:
            yield block.mean(axis=0, keepdims=True, dtype=np.float32)
        else:
            yield np.repeat(block, channels, axis=0)
