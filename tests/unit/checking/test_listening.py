"""What is heard: each rule fires on sound that has its fault, and is silent on sound that has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from publisher import model
from publisher.checking import check_sound
from publisher.checking.listening_rules import HEARD
from publisher.sound.facts import Measurement, Peaks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AUDIO = model.Audio(model.SourceFile("one/audio.mp3", "ab" * 32, 1000), "audio/mpeg", 600.0, codec="mp3")
SHOW = model.Show(
    "show", "A show", "About things.", "en", episodes=(model.Episode("one", "One", audio=AUDIO),)
)
GOOD = Measurement(
    format="mp3",
    codec="mp3",
    bitrate_kbits=128.0,
    duration_seconds=600.0,
    sample_rate=44_100,
    channels=2,
    integrated_lufs=-16.3,
    true_peak_dbtp=-1.4,
    range_lu=6.0,
    leading_silence_seconds=0.5,
    trailing_silence_seconds=2.0,
    longest_silence_seconds=2.0,
    clipped=0,
    same_channels=False,
    damaged=0,
    peaks=Peaks(44_100, 441, (-3, 3)),
)
SILENCE: dict[str, Any] = {
    "integrated_lufs": None,
    "true_peak_dbtp": None,
    "leading_silence_seconds": 600.0,
    "trailing_silence_seconds": 600.0,
    "longest_silence_seconds": 600.0,
}


def heard(show: model.Show = SHOW, **changes: Any) -> list[tuple[str, str, str]]:
    found = check_sound(show, {"one": replace(GOOD, **changes)}, now=NOW, hints=True)
    assert all(problem.path == "show/one/audio.mp3" for problem in found)
    return [(problem.rule, problem.severity, problem.message) for problem in found]


def test_good_sound_has_no_fault() -> None:
    assert heard() == []
    assert check_sound(SHOW, {}, now=NOW, hints=True) == ()


@pytest.mark.parametrize(
    ("rule", "severity", "changes", "says"),
    [
        ("sound-silent", "error", SILENCE, "nothing to hear"),
        ("sound-damaged", "warning", {"damaged": 3}, "3 pieces"),
        ("sound-damaged", "warning", {"duration_seconds": 480.0}, "8:00 minutes can be heard"),
        ("sound-silence", "warning", {"leading_silence_seconds": 12.0}, "12.0 s of silence at its beginning"),
        (
            "sound-silence",
            "warning",
            {"trailing_silence_seconds": 300.0},
            "5:00 minutes of silence at its end",
        ),
        ("sound-silence", "warning", {"longest_silence_seconds": 45.0}, "45.0 s of silence in the middle"),
        ("sound-loudness", "hint", {"integrated_lufs": -18.5}, "2 dB too quiet"),
        ("sound-loudness", "warning", {"integrated_lufs": -28.0}, "12 dB too quiet"),
        ("sound-loudness", "hint", {"integrated_lufs": -13.0}, "3 dB too loud"),
        ("sound-loudness", "hint", {"true_peak_dbtp": 0.4}, "0.4 dBTP"),
        ("sound-clipped", "warning", {"clipped": 500}, "500 places"),
        ("sound-one-channel", "hint", {"same_channels": True}, "the same"),
        ("sound-narrow", "warning", {"sample_rate": 8_000}, "8 kHz"),
    ],
)
def test_a_fault_is_told(rule: str, severity: str, changes: dict[str, Any], says: str) -> None:
    ((found, level, message),) = heard(**changes)
    assert (found, level) == (rule, severity)
    assert says in message


def test_every_rule_is_tested() -> None:
    (marks,) = test_a_fault_is_told.pytestmark
    assert {case[0] for case in marks.args[1]} == HEARD


def test_mono_is_as_loud_with_less() -> None:
    assert heard(channels=1, integrated_lufs=-19.4) == []
    assert [rule for rule, _, _ in heard(channels=1, integrated_lufs=-16.0)] == ["sound-loudness"]


def test_what_publisher_brings_to_its_loudness_is_said() -> None:
    show = replace(SHOW, audio=model.AudioFormat(loudness=-16.0))
    ((rule, severity, message),) = heard(show, integrated_lufs=-28.0)
    assert (rule, severity) == ("sound-loudness", "hint")
    assert message.endswith("publisher brings it to -16 LUFS")
    assert heard(show) == []


def test_a_silence_at_the_end_is_none_in_the_middle() -> None:
    ((_, _, message),) = heard(trailing_silence_seconds=60.0, longest_silence_seconds=60.0)
    assert message.endswith("at its end")
