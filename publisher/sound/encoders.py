"""Encoders: float blocks in, a file out. The same sound gives the same bytes with the same libraries."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import av
import lameenc  # type: ignore[import-not-found, unused-ignore]
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame

from publisher.sound.info_frame import frame_length, frames_needed, info_frame

MP3_BITRATES: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
"""In kbit/s, of MPEG 1 layer III."""

_LAME_QUALITY: Final = 5
"""As FFmpeg has it; better ones take longer, and speech gains nothing."""
_AAC_MOST: Final = {1: 256, 2: 512}


class Encoder(Protocol):
    """Takes blocks of float samples, (channels, n), and writes a file. `close` ends it."""

    name: str

    def add(self, block: Any) -> None: ...

    def end(self) -> None: ...


def encoder(path: Path, *, format: str, bitrate: int, rate: int, channels: int) -> Encoder:
    """An encoder that writes to `path`.

    Args:
        format: `mp3`, `m4a` or `opus`.
        bitrate: in kbit/s; the nearest that the format has is taken.
        rate: in Hz; 48,000 for Opus, 44,100 or 48,000 for the others.
    """
    if format == "mp3":
        return _Mp3(path, min(MP3_BITRATES, key=lambda one: (abs(one - bitrate), one)), rate, channels)
    if format == "m4a":
        return _Muxed(path, "ipod", "aac", min(bitrate, _AAC_MOST[channels]), rate, channels)
    return _Muxed(path, "opus", "libopus", min(max(bitrate, 6 * channels), 256 * channels), rate, channels)


class _Mp3:
    """LAME at a constant bitrate, which is what seeks exactly everywhere."""

    def __init__(self, path: Path, bitrate: int, rate: int, channels: int) -> None:
        self.name = f"lameenc {_version('lameenc')}"
        self._lame = lameenc.Encoder()
        self._lame.set_bit_rate(bitrate)
        self._lame.set_in_sample_rate(rate)
        self._lame.set_out_sample_rate(rate)
        self._lame.set_channels(channels)
        self._lame.set_quality(_LAME_QUALITY)
        self._lame.silence()
        self._file = path.open("wb+")
        # Written over at the end, when it is known how much there is.
        self._info = partial(info_frame, bitrate=bitrate, rate=rate, channels=channels)
        self._begin = self._file.write(self._info(samples=0, frames=0, stream_bytes=0))
        self._samples = 0

    def add(self, block: Any) -> None:
        self._samples += block.shape[1]
        whole = np.rint(block.T * 32767).clip(-32768, 32767).astype("<i2")
        self._file.write(self._lame.encode(whole.tobytes()))

    def end(self) -> None:
        self._file.write(self._lame.flush())
        frames, end = self._cut()
        info = self._info(samples=self._samples, frames=frames, stream_bytes=end - self._begin)
        self._file.seek(0)
        self._file.write(info)
        self._file.close()

    def _cut(self) -> tuple[int, int]:
        """Takes away frames at the end in which there is no sound: LAME may flush one more than is needed.
        Gives how many are left, and where they end."""
        size, place = self._file.tell(), self._begin
        needed = frames_needed(self._samples)
        for frame in range(needed):
            if place >= size:
                return frame, size
            self._file.seek(place)
            place += frame_length(self._file.read(4))
        self._file.truncate(min(place, size))
        return needed, min(place, size)


class _Muxed:
    """An encoder and a container of FFmpeg's."""

    def __init__(
        self, path: Path, container: str, codec: str, bitrate: int, rate: int, channels: int
    ) -> None:
        self.name = f"{codec}, PyAV {_version('av')}"
        options = {"fflags": "+bitexact", "movflags": "+faststart"} if container == "ipod" else {}
        self._container = av.open(
            str(path), "w", format=container, options=options or {"fflags": "+bitexact"}
        )
        self._layout = "mono" if channels == 1 else "stereo"
        stream: Any = self._container.add_stream(codec, rate=rate, layout=self._layout)
        self._stream = stream
        context = stream.codec_context
        context.bit_rate = bitrate * 1000
        context.thread_count = 1
        context.flags |= av.codec.context.Flags.bitexact
        if codec == "libopus":
            context.options = {"application": "audio", "vbr": "on"}
        self._rate = rate
        self._format = "flt" if codec == "libopus" else "fltp"
        context.format = self._format
        self._fifo = AudioFifo()
        self._samples = 0
        self._size = 0

    def add(self, block: Any) -> None:
        self._fifo.write(self._frame(block))
        if not self._size:
            self._stream.codec_context.open()
            self._size = self._stream.codec_context.frame_size or 1024
        while frame := self._fifo.read(self._size):
            self._encode(frame)

    def end(self) -> None:
        last = self._fifo.read()
        if last:
            self._encode(last)
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()

    def _frame(self, block: Any) -> AudioFrame:
        data = block if self._format == "fltp" else np.ascontiguousarray(block.T).reshape(1, -1)
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(data, np.float32), format=self._format, layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts = self._samples
        self._samples += block.shape[1]
        return frame

    def _encode(self, frame: AudioFrame) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)
