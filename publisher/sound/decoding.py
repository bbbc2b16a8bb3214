"""Sound out of a file, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from publisher.errors import PublisherError

av.logging.set_level(av.logging.PANIC)


class NoSound(PublisherError):
    """There is nothing in the file that can be heard."""


class Source:
    """A file that is open, and its first sound.

    Attributes:
        damaged: packets so far that could not be decoded.
    """

    def __init__(self, container: InputContainer, stream: AudioStream) -> None:
        self._container = container
        self.stream = stream
        self.damaged = 0

    def frames(self) -> Iterator[AudioFrame]:
        """Everything that can be decoded. What is damaged is left out and counted."""
        packets = self._container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
                frames: list[Any] = list(packet.decode())
            except StopIteration:
                return
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damaged += 1
                if self.damaged > _MOST_DAMAGED:
                    return
                continue
            yield from frames


_MOST_DAMAGED = 100_000


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Opens a file of any kind that FFmpeg knows.

    Raises:
        NoSound: there is no sound in it.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        try:
            container = av.open(file, mode="r", metadata_errors="ignore")
        except (av.error.FFmpegError, ValueError) as error:
            raise NoSound(
                f"the sound cannot be decoded: {getattr(error, 'strerror', None) or error}",
                help="export it again, as WAV, FLAC or MP3",
            ) from error
        try:
            if not container.streams.audio:
                raise NoSound("there is no sound in it", help="see whether this is the right file")
            stream = container.streams.audio[0]
            if stream.codec_context is None:
                raise NoSound("its codec is unknown", help="export it again, as WAV, FLAC or MP3")
            # Processes share the cores already.
            stream.codec_context.thread_count = 1
            yield Source(container, stream)
        finally:
            container.close()
