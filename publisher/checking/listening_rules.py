"""What is heard in the audio. These rules speak of episodes that were listened to (`Scope.measured`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from publisher.checking.rule import APPLE_AUDIO, Found, Scope, episode_rule, inside
from publisher.delivery import LOUDNESS, delivery
from publisher.model import Audio, Episode
from publisher.sound.facts import MOST_TRUE_PEAK_DBTP, Measurement
from publisher.sound.fitting import LOUDNESS_TOLERANCE_LU, PEAK_TOLERANCE_DB

HEARD: Final = frozenset(
    (
        "sound-silent",
        "sound-damaged",
        "sound-silence",
        "sound-loudness",
        "sound-clipped",
        "sound-one-channel",
        "sound-narrow",
    )
)
"""The rules of this module."""

_SILENCE_AT_ENDS_SECONDS: Final = 10.0
_SILENCE_INSIDE_SECONDS: Final = 30.0
_NARROW_HZ: Final = 22_050
# One or two happen in every lively talk; a recording that was too hot has hundreds.
_MOST_CLIPPED_PER_HOUR: Final = 60
_FAR_SECONDS: Final = 1.0


def _heard(scope: Scope, episode: Episode) -> tuple[Audio, Measurement] | None:
    measured = scope.measured.get(episode.slug)
    return (episode.audio, measured) if measured and episode.audio else None


def _is_silent(measured: Measurement) -> bool:
    return measured.leading_silence_seconds >= measured.duration_seconds


@episode_rule("sound-silent", "error", "there is something to hear in the audio", APPLE_AUDIO)
def _silent(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if heard and _is_silent(heard[1]):
        yield Found(
            "there is nothing to hear in the audio: it is silent from beginning to end",
            "export it again; perhaps the tracks were muted, or the wrong channel was taken",
            file=inside(heard[0].source.path),
        )


@episode_rule("sound-damaged", "warning", "all of the audio can be decoded")
def _damaged(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if not heard:
        return
    audio, measured = heard
    if measured.damaged:
        yield Found(
            f"{measured.damaged} pieces of the audio cannot be decoded: listeners hear gaps or clicks",
            "export it again",
            file=inside(audio.source.path),
        )
    elif abs(measured.duration_seconds - audio.duration_seconds) > _FAR_SECONDS:
        yield Found(
            f"the audio says that it is {_clock(audio.duration_seconds)} long, "
            f"and {_clock(measured.duration_seconds)} can be heard",
            "export it again",
            file=inside(audio.source.path),
        )


@episode_rule("sound-silence", "warning", "the audio begins and ends with what there is to hear", APPLE_AUDIO)
def _silence(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if not heard or _is_silent(heard[1]):
        return
    audio, measured = heard
    longest = measured.longest_silence_seconds
    ends = (measured.leading_silence_seconds, measured.trailing_silence_seconds)
    inside_seconds = longest if longest > max(ends) else 0.0
    for seconds, most, where in (
        (measured.leading_silence_seconds, _SILENCE_AT_ENDS_SECONDS, "at its beginning"),
        (measured.trailing_silence_seconds, _SILENCE_AT_ENDS_SECONDS, "at its end"),
        (inside_seconds, _SILENCE_INSIDE_SECONDS, "in the middle"),
    ):
        if seconds > most:
            yield Found(
                f"the audio has {_clock(seconds)} of silence {where}",
                "cut it off, and export again"
                if where != "in the middle"
                else "listen whether this is meant",
                file=inside(audio.source.path),
            )


@episode_rule(
    "sound-loudness",
    "hint",
    "the audio has about -16 LUFS in stereo, -19 in mono, and peaks of at most -1 dBTP",
    APPLE_AUDIO,
    profiles=("apple", "spotify"),
)
def _loudness(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if not heard or heard[1].integrated_lufs is None or heard[1].true_peak_dbtp is None:
        return
    audio, measured = heard
    lufs, peak = heard[1].integrated_lufs, heard[1].true_peak_dbtp
    wanted = delivery(scope.show, audio)
    if wanted and wanted.loudness is not None:
        if abs(lufs - wanted.loudness) > LOUDNESS_TOLERANCE_LU:
            yield Found(
                f"the audio has {lufs:.1f} LUFS and peaks of {peak:.1f} dBTP; "
                f"publisher brings it to {wanted.loudness:g} LUFS",
                file=inside(audio.source.path),
            )
        return
    target = LOUDNESS[min(measured.channels, 2)]
    off = lufs - target
    if abs(off) > LOUDNESS_TOLERANCE_LU:
        yield Found(
            f"the audio has {lufs:.1f} LUFS, {abs(off):.0f} dB too {'loud' if off > 0 else 'quiet'}; "
            f"wanted are about {target:g}",
            f"write loudness: {target:g} below audio in podcast.yaml, and publisher sees to it",
            file=inside(audio.source.path),
            severity="warning" if abs(off) > _FAR_OFF_LU else None,
        )
    elif peak > MOST_TRUE_PEAK_DBTP + PEAK_TOLERANCE_DB:
        yield Found(
            f"the audio's peaks reach {peak:.1f} dBTP; wanted are at most {MOST_TRUE_PEAK_DBTP:g}",
            "export it with a true-peak limiter, or let publisher set the loudness",
            file=inside(audio.source.path),
        )


_FAR_OFF_LU: Final = 8.0


@episode_rule("sound-clipped", "warning", "the audio is not distorted")
def _clipped(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if not heard:
        return
    audio, measured = heard
    hours = max(measured.duration_seconds / 3600, 1 / 60)
    if measured.clipped > _MOST_CLIPPED_PER_HOUR * hours:
        yield Found(
            f"the audio is clipped in {measured.clipped} places: its wave is cut off at full scale",
            "take it from the recording again with less gain; what is cut off cannot be brought back",
            file=inside(audio.source.path),
        )


@episode_rule("sound-one-channel", "hint", "stereo holds two channels that differ", APPLE_AUDIO)
def _one_channel(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if heard and heard[1].same_channels and scope.show.audio.channels != 1:
        yield Found(
            "both channels of the audio hold the same",
            "export it in mono, or write channels: 1 below audio in podcast.yaml: half the size, same sound",
            file=inside(heard[0].source.path),
        )


@episode_rule("sound-narrow", "warning", "the audio has more than the band of a telephone", APPLE_AUDIO)
def _narrow(scope: Scope, episode: Episode) -> Iterator[Found]:
    heard = _heard(scope, episode)
    if heard and heard[1].sample_rate < _NARROW_HZ:
        yield Found(
            f"the audio has {heard[1].sample_rate / 1000:g} kHz, which sounds like a telephone",
            "look for the recording with 44.1 or 48 kHz; converting this one adds nothing",
            file=inside(heard[0].source.path),
        )


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02} minutes"
