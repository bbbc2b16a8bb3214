"""Writing sound: MP3 with LAME, AAC and Opus with FFmpeg. The same samples give the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import av
import lameenc
import numpy as np
from av.audio.stream import AudioStream
from av.codec.context import Flags

from publisher.sound.decoding import Samples
from publisher.sound.facts import Format
from publisher.sound.info_header import info_frame, info_frame_length, without_spare_frame

_LAME_QUALITY: Final = 3
"""LAME's own default for a constant bitrate."""
_LAME_SCALES: Final = {192: 0.97, 224: 0.98, 256: 1.0, 320: 1.0}
_LAME_SCALE: Final = 0.95
"""LAME turns sound down, by bitrate (`abr_switch_map` in its presets.c), and lameenc has no switch for it."""
_LAYOUTS: Final = {1: "mono", 2: "stereo"}


class Writer(Protocol):
    """Takes blocks of any length, then `close` once."""

    codec: str

    def write(self, block: Samples) -> None: ...

    def close(self) -> None: ...


class Mp3Writer:
    """MPEG 1 Layer III of a constant bitrate, with a header of its length.

    Args:
        heard: is given every frame as it is written, but not the header.
    """

    codec = "mp3"

    def __init__(
        self,
        file: BinaryIO,
        *,
        bitrate_kbits: int,
        sample_rate: int,
        channels: int,
        heard: Callable[[bytes], None],
    ) -> None:
        self._file = file
        self._heard = heard
        self._samples = 0
        self._started = 0
        encoder = lameenc.Encoder()
        encoder.silence()
        encoder.set_channels(channels)
        encoder.set_in_sample_rate(sample_rate)
        encoder.set_out_sample_rate(sample_rate)
        encoder.set_bit_rate(bitrate_kbits)
        encoder.set_quality(_LAME_QUALITY)
        self._encoder = encoder
        self._scale = 32_768 / _LAME_SCALES.get(bitrate_kbits, _LAME_SCALE)

    def write(self, block: Samples) -> None:
        self._samples += block.shape[1]
        whole = np.clip(np.rint(block * self._scale), -32_768, 32_767).astype("<i2")
        self._put(bytes(self._encoder.encode(whole.T.tobytes())))

    def close(self) -> None:
        self._put(bytes(self._encoder.flush()))
        end = without_spare_frame(self._file, self._started, self._file.tell(), self._samples)
        self._file.seek(end)
        self._file.truncate()
        frame = info_frame(self._file, self._started, end, self._samples)
        self._file.seek(0)
        self._file.write(frame)
        self._file.seek(end)

    def _put(self, data: bytes) -> None:
        if data and not self._started:
            self._started = info_frame_length(data)
            self._file.seek(self._started)
        self._file.write(data)
        self._heard(data)


class ContainerWriter:
    """AAC in an M4A whose index comes first, or Opus in Ogg; without dates or random numbers."""

    def __init__(
        self, path: Path, format: Format, *, bitrate_kbits: int, sample_rate: int, channels: int
    ) -> None:
        muxer, self.codec, encoder = {"m4a": ("ipod", "aac", "aac"), "opus": ("opus", "opus", "libopus")}[
            format
        ]
        options = {"fflags": "+bitexact"}
        if muxer == "ipod":
            options["movflags"] = "+faststart"
        # The prefix keeps a name with a colon from being taken for an address.
        self._container = av.open(f"file:{path}", "w", format=muxer, options=options)
        self._layout = _LAYOUTS[channels]
        self._rate = sample_rate
        stream = self._container.add_stream(encoder, rate=sample_rate)
        assert isinstance(stream, AudioStream)
        stream.layout = self._layout
        stream.bit_rate = bitrate_kbits * 1000
        stream.codec_context.flags |= Flags.bitexact
        self._stream = stream
        self._samples = 0

    def write(self, block: Samples) -> None:
        if not block.shape[1]:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=self._layout)
        frame.sample_rate = self._rate
        frame.pts = self._samples
        self._samples += block.shape[1]
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()
