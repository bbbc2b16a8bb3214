"""Speech by eSpeak NG through its C library, which tells when each word begins (its command does not)."""

from __future__ import annotations

import ctypes
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBRARY = "libespeak-ng.so.1"
SYNCHRONOUS = 2
WORD, END = 1, 5
CHARS_UTF8, BY_CHARACTER = 1, 1
PARAMETERS = {"rate": 1, "pitch": 3, "range": 4}


class Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


@dataclass(frozen=True)
class Spoken:
    """One line as it was spoken.

    Attributes:
        words: the words as written, punctuation included, each with the second it begins at.
        end_seconds: where the voice stops.
        length_seconds: the whole recording, silence at its end included.
    """

    words: tuple[tuple[str, float], ...]
    end_seconds: float
    length_seconds: float


class Voices:
    """The synthesiser; one line at a time."""

    def __init__(self, pronunciation: dict[str, str]) -> None:
        self._pronunciation = pronunciation
        self._library = ctypes.CDLL(LIBRARY)
        self._rate: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, None, 0)
        if self._rate <= 0:
            raise RuntimeError("eSpeak NG could not be started: install espeak-ng")
        self._samples = bytearray()
        self._events: list[tuple[int, int, int]] = []
        self._callback = Callback(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: dict[str, Any], target: Path) -> Spoken:
        """Speaks `text` into the WAV file `target`."""
        words = text.split()
        spelt = [self._spell(word) for word in words]
        starts: list[int] = []
        position = 1
        for word in spelt:
            starts.append(position)
            position += len(word) + 1
        self._speak(" ".join(spelt), voice)
        with wave.open(str(target), "wb") as recording:
            recording.setnchannels(1)
            recording.setsampwidth(2)
            recording.setframerate(self._rate)
            recording.writeframes(bytes(self._samples))
        length = len(self._samples) / 2 / self._rate
        ends = [sample / self._rate for kind, _, sample in self._events if kind == END]
        return Spoken(
            words=tuple(zip(words, self._word_starts(starts), strict=True)),
            end_seconds=min(ends[-1], length) if ends else length,
            length_seconds=length,
        )

    def _spell(self, word: str) -> str:
        bare = word.strip(".,:;!?«»")
        spelling = self._pronunciation.get(bare) or self._pronunciation.get(bare.lower())
        return word.replace(bare, spelling) if spelling else word

    def _speak(self, text: str, voice: dict[str, Any]) -> None:
        self._samples.clear()
        self._events.clear()
        if self._library.espeak_SetVoiceByName(voice["voice"].encode()) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {voice['voice']}")
        for name, number in PARAMETERS.items():
            self._library.espeak_SetParameter(number, voice[name], 0)
        data = text.encode() + b"\0"
        status = self._library.espeak_Synth(
            data, ctypes.c_size_t(len(data)), 0, BY_CHARACTER, 0, CHARS_UTF8, None, None
        )
        if status != 0:
            raise RuntimeError(f"eSpeak NG could not say: {text}")

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if samples and count:
            self._samples += ctypes.string_at(samples, count * 2)
        place = 0
        while events[place].type != 0:
            event = events[place]
            self._events.append((event.type, event.text_position, event.sample))
            place += 1
        return 0

    def _word_starts(self, positions: list[int]) -> list[float]:
        """A word that was run together with the one before it begins where that one does."""
        heard = sorted((position, sample) for kind, position, sample in self._events if kind == WORD)
        starts: list[float] = []
        for place, position in enumerate(positions):
            following = positions[place + 1] if place + 1 < len(positions) else position + 10_000
            inside = [sample for at, sample in heard if position <= at < following]
            before = starts[-1] if starts else 0.0
            starts.append(max(before, min(inside) / self._rate) if inside else before)
        return starts
