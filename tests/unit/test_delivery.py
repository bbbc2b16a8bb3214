"""What listeners are given: the form that an episode's audio goes out in."""

from __future__ import annotations

from typing import Any

import pytest

from publisher.delivery import Delivery, delivered_type, delivery, encoded, further
from publisher.model import Audio, AudioFormat, Show, SourceFile

SOURCE = SourceFile("one/audio", "ab" * 32, 1000)


def show(**audio: Any) -> Show:
    return Show("show", "A show", "About things.", "en", audio=AudioFormat(**audio))


def sound(type: str = "audio/mpeg", codec: str = "mp3", channels: int = 2) -> Audio:
    return Audio(SOURCE, type, 600.0, bitrate=128_000, channels=channels, codec=codec)


WAV = sound("audio/wav", "pcm")


@pytest.mark.parametrize("audio", [sound(), sound("audio/mp4", "aac")])
@pytest.mark.parametrize("asked", [{}, {"loudness": "off"}, {"alternates": (AudioFormat("opus"),)}])
def test_what_apps_play_goes_out_as_it_is(audio: Audio, asked: dict[str, Any]) -> None:
    assert delivery(show(**asked), audio) is None
    assert delivered_type(show(**asked), audio) == audio.type


@pytest.mark.parametrize(
    ("audio", "loudness"),
    [
        (WAV, -16.0),
        (sound("audio/wav", "pcm", channels=1), -19.0),
        (sound("audio/wav", "pcm", channels=6), -16.0),
        (sound("audio/mp4", "alac"), -16.0),
        (sound("audio/ogg", "opus"), -16.0),
        (sound("video/mp4", "aac"), -16.0),
    ],
)
def test_everything_else_becomes_an_mp3_as_loud_as_it_should_be(audio: Audio, loudness: float) -> None:
    wanted = delivery(show(), audio)
    assert wanted is not None
    assert (wanted.format, wanted.loudness, wanted.channels) == ("mp3", loudness, None)
    assert delivered_type(show(), audio) == "audio/mpeg"


def test_what_the_show_asks_for() -> None:
    assert delivery(show(format="opus"), sound()) == Delivery("opus", 96, None, -16.0)
    assert delivery(show(format="m4a", channels=1), WAV) == Delivery("m4a", 64, 1, -19.0)
    assert delivery(show(loudness=-18.0), sound()) == Delivery("mp3", None, None, -18.0)
    assert delivery(show(bitrate=64), sound()) == Delivery("mp3", 64, None, None)
    assert delivery(show(format="opus"), sound("audio/ogg", "opus")) == Delivery("opus", None, None, None)
    assert delivery(show(loudness="off"), WAV) == Delivery("mp3", 128, None, None)


def test_nothing_is_left_open_where_something_is_encoded() -> None:
    assert encoded(Delivery("mp3", loudness=-16.0), sound(channels=1)) == Delivery("mp3", 96, 1, -16.0)
    assert encoded(Delivery("opus", 24, 1), sound()) == Delivery("opus", 24, 1)


def test_further_forms_are_as_loud_as_the_first() -> None:
    asked = (AudioFormat(), AudioFormat("m4a", loudness="off"), AudioFormat())
    assert further(show(loudness=-16.0, alternates=asked), sound(channels=1)) == (
        Delivery("opus", 24, 1, -16.0),
        Delivery("m4a", 48, 1, None),
    )
    assert further(show(alternates=(AudioFormat("opus", 32, 1),)), sound()) == (Delivery("opus", 32, 1),)
    assert further(show(), sound()) == ()
