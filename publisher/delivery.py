"""What listeners are given: the form in which an episode's sound goes out. Pure.

`audio` of podcast.yaml says what the show wants. It holds for audio that is new: what is published keeps its
form, whatever is written there later, since a new encoding would be a new download for every listener, and a
worse one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from publisher.model import Audio, AudioFormat, Show

TYPES: Final = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "opus": "audio/ogg"}
"""MIME type of each form that goes out."""

ENDINGS: Final = {"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".opus"}

_FORMATS: Final = {
    "audio/mpeg": ("mp3", ("mp3",)),
    "audio/mp4": ("m4a", ("aac",)),
    "audio/ogg": ("opus", ("opus",)),
}
_PLAYED_EVERYWHERE: Final = frozenset(("mp3", "m4a"))

# Speech that nobody tells from the original, by channels. What directories ask for lies above:
# https://podcasters.apple.com/support/893-audio-requirements
_BITRATES: Final = {"mp3": (96, 128), "m4a": (64, 128), "opus": (48, 96)}
_LOW_BITRATES: Final = {"mp3": (64, 96), "m4a": (48, 64), "opus": (24, 32)}

LOUDNESS: Final = {1: -19.0, 2: -16.0}
"""LUFS by channels. The same voice in mono comes out of two loudspeakers as loud as 3 dB more in stereo."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A form to go out.

    Attributes:
        format: `mp3`, `m4a` or `opus`.
        bitrate: in kbit/s; of something that is encoded already, the most it may have. None: whatever it has.
        channels: 1, 2, or None for as many as there are.
        loudness: integrated, in LUFS; None for as loud as it is.
    """

    format: str
    bitrate: int | None = None
    channels: int | None = None
    loudness: float | None = None

    @property
    def type(self) -> str:
        return TYPES[self.format]

    @property
    def ending(self) -> str:
        return ENDINGS[self.type]


def delivery(show: Show, audio: Audio) -> Delivery | None:
    """What the enclosure is to be; None where it goes out as it was given."""
    asked, given = show.audio, _format_of(audio)
    played = given in _PLAYED_EVERYWHERE
    if played and not _asks(asked):
        return None
    form = asked.format or (given if played else "mp3")
    channels = asked.channels or min(audio.channels or 2, 2)
    loudness = asked.loudness
    if loudness is None and form != given:
        # Everything is decoded and encoded anew anyway: then it may as well be as loud as it should be.
        loudness = LOUDNESS[channels]
    bitrate = asked.bitrate or (None if form == given else _BITRATES[form][channels - 1])
    return Delivery(form, bitrate, asked.channels, None if loudness == "off" else loudness)


def encoded(wanted: Delivery, audio: Audio) -> Delivery:
    """The same with nothing left open, for sound that does not fit as it is."""
    channels = wanted.channels or min(audio.channels or 2, 2)
    return replace(
        wanted, channels=channels, bitrate=wanted.bitrate or _BITRATES[wanted.format][channels - 1]
    )


def further(show: Show, audio: Audio) -> tuple[Delivery, ...]:
    """The forms beside it (`audio.alternates`), as loud as the enclosure unless they say otherwise."""
    main = delivery(show, audio)
    found: dict[Delivery, None] = {}
    for asked in show.audio.alternates:
        form = asked.format or "opus"
        channels = asked.channels or min(audio.channels or 2, 2)
        loudness = asked.loudness if asked.loudness is not None else (main.loudness if main else None)
        wanted = Delivery(
            form,
            asked.bitrate or _LOW_BITRATES[form][channels - 1],
            channels,
            None if loudness == "off" else loudness,
        )
        found[wanted] = None
    return tuple(found)


def delivered_type(show: Show, audio: Audio) -> str:
    """MIME type of what goes out."""
    wanted = delivery(show, audio)
    return wanted.type if wanted else audio.type


def _format_of(audio: Audio) -> str:
    """The form that a file has already; empty for what never goes out, such as a WAV or Apple's lossless."""
    form, codecs = _FORMATS.get(audio.type, ("", ()))
    return form if not audio.codec or audio.codec in codecs else ""


def _asks(asked: AudioFormat) -> bool:
    return replace(asked, alternates=()) not in (AudioFormat(), AudioFormat(loudness="off"))
