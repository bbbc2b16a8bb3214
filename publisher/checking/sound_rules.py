"""What directories ask of the audio itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from publisher.checking.rule import APPLE_AUDIO, SPOTIFY, Found, Scope, episode_rule, inside
from publisher.model import Episode

_RATES: Final = (44_100, 48_000)
_MONO: Final = (64_000, 128_000)
_STEREO: Final = (96_000, 256_000)
# A mean over a short file, or one with a variable rate, lies a little beside what was asked for.
_SLACK: Final = 0.1
_SPOTIFY_BYTES: Final = 200_000_000
_SPOTIFY_SECONDS: Final = 12 * 3600
_SHORT_SECONDS: Final = 60


@episode_rule(
    "audio-sample-rate", "hint", "the audio has 44.1 or 48 kHz", APPLE_AUDIO, profiles=("apple", "youtube")
)
def _rate(scope: Scope, episode: Episode) -> Iterator[Found]:
    audio = episode.audio
    if audio and audio.sample_rate and audio.sample_rate not in _RATES:
        yield Found(
            f"the audio has {audio.sample_rate / 1000:g} kHz; wanted are 44.1 or 48",
            "export it again with 44.1 kHz",
            file=inside(audio.source.path),
        )


@episode_rule(
    "audio-bitrate",
    "hint",
    "the audio has 64 to 128 kbit/s in mono, 96 to 256 in stereo",
    APPLE_AUDIO,
    profiles=("apple", "spotify"),
)
def _bitrate(scope: Scope, episode: Episode) -> Iterator[Found]:
    audio = episode.audio
    if not audio or not audio.bitrate or not audio.channels:
        return
    low, high = _MONO if audio.channels == 1 else _STEREO
    if not low * (1 - _SLACK) <= audio.bitrate <= high * (1 + _SLACK):
        sound = "mono" if audio.channels == 1 else "stereo"
        yield Found(
            f"the audio has {audio.bitrate / 1000:.0f} kbit/s in {sound}; "
            f"wanted are {low // 1000} to {high // 1000}",
            "export it again from the original; never from this file",
            file=inside(audio.source.path),
        )


@episode_rule(
    "audio-large",
    "warning",
    "the audio has at most 200 MB and 12 hours",
    SPOTIFY,
    profiles=("spotify",),
)
def _large(scope: Scope, episode: Episode) -> Iterator[Found]:
    audio = episode.audio
    if not audio:
        return
    if audio.source.length_bytes > _SPOTIFY_BYTES:
        yield Found(
            f"the audio has {audio.source.length_bytes / 1_000_000:,.0f} MB; Spotify takes at most 200",
            "export it with a lower bitrate, or in two parts",
            file=inside(audio.source.path),
        )
    elif audio.duration_seconds > _SPOTIFY_SECONDS:
        yield Found(
            f"the audio is {audio.duration_seconds / 3600:.1f} hours long; Spotify takes at most 12",
            "publish it in parts",
            file=inside(audio.source.path),
        )


@episode_rule("audio-short", "hint", "a full episode lasts a minute or more")
def _short(scope: Scope, episode: Episode) -> Iterator[Found]:
    audio = episode.audio
    if audio and episode.type == "full" and episode.published and audio.duration_seconds < _SHORT_SECONDS:
        yield Found(
            f"the audio of a full episode is {audio.duration_seconds:.0f} s long",
            "check that this is the right file; a short piece is a trailer or a bonus",
            file=inside(audio.source.path),
        )
