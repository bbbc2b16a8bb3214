"""What is measured on: show folders like real ones, as large as asked for, and audio of real frames.

The same call writes the same bytes, also where words are drawn by lot.
"""

from __future__ import annotations

import bisect
import itertools
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from PIL import Image

from publisher.audio.mp3.frames import KINDS, key_at
from publisher.audio.mp3.walk import walk

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLE_SHOW: Final = ROOT / "episodes"
_SPEECH: Final = SAMPLE_SHOW / "0001-hvordan-finner-en-podkast-fram" / "audio.mp3"
_FIRST: Final = datetime(2008, 1, 5, 6, tzinfo=UTC)
_SETTLED: Final = _FIRST.timestamp()
"""Files get this as their time of change: what was written a moment ago is not cached."""

_SHOW: Final = """\
title: Things that speak
description: |
  A weekly conversation about **technology** and people, made for learning.
language: en
categories: [Technology, Education > Courses]
author: The makers
owner: {name: The makers, email: makers@example.com}
url: https://podcast.example.com/
hosts:
  - name: Ada Holm
    url: https://example.com/ada
taxonomies: {theme: Theme}
"""

_EPISODE: Final = """\
title: Building together, part PLACE
published: DATE
number: NUMBER
season: SEASON
code: CPLACE
summary: >-
  What happens when a hundred people build one thing, and who decides when it is done? A conversation about
  code, cooperation and the courage to throw work away.
guests:
  - name: Guest Number PLACE
    title: Chief engineer
    organization: Institute of Things
    url: https://example.com/people/PLACE
quote:
  text: Nobody builds alone.
  by: Guest Number PLACE
taxonomies: {theme: [Open source, Cooperation]}
keywords: [software, cooperation, learning]
chapters:
  - {start: "0:00", title: Welcome}
  - {start: "0:01", title: How it began, url: "https://example.com/began/PLACE"}
  - {start: "0:02.5", title: What we learned}
links:
  - title: The project's own page
    url: https://example.com/project/PLACE
interview:
  - question: What surprised you most?
    answer: That people stay. *Nobody* is paid to, and yet the tenth year was better than the first.
  - question: What would you do again?
    answer: Write less, and say more about why.
learning:
  outcomes:
    - Say what makes cooperation last
    - Name two ways in which decisions are made
  quiz:
    - question: Who decides when the work is done?
      choices: [The founder, Those who use it, Nobody]
      answer: Those who use it
      explanation: They are the ones who know whether it helps.
"""

_NOTES: Final = """\
In episode PLACE we meet somebody who has spent ten years on one idea.

## What we talk about

- How a small group became a [large one](https://example.com/large)
- Why **writing things down** beats remembering them
- What to do when nobody agrees

Thanks for listening. Write to us, we read everything.
"""


def yaml_text(place: int) -> str:
    """An episode.yaml of about 1.5 kB: guest, quote, chapters, interview, quiz."""
    return (
        _EPISODE.replace("PLACE", f"{place:05}")
        .replace("DATE", _date(place))
        .replace("NUMBER", str(place))
        .replace("SEASON", str(1 + place // 50))
    )


def _date(place: int) -> str:
    """Two a day: ten thousand are out in 2021, and none is from before there were podcasts."""
    return (_FIRST + timedelta(hours=12 * place)).strftime("%Y-%m-%d %H:%M")


def _week(place: int) -> str:
    """For twenty years of weeks."""
    return (datetime(2007, 1, 1, 6, tzinfo=UTC) + timedelta(weeks=place)).strftime("%Y-%m-%d %H:%M")


def make_show(folder: Path, episodes: int) -> Path:
    """A show folder of that many episodes that are all due. Their audio is one tiny MP3, linked into each."""
    folder.mkdir(parents=True)
    _write(folder / "podcast.yaml", _SHOW)
    _write_cover(folder / "cover.jpg")
    audio = folder.parent / f"{folder.name}.mp3"
    write_mp3(audio, seconds=4)
    for place in range(1, episodes + 1):
        add_episode(folder, place)
    return folder


def add_episode(folder: Path, place: int) -> None:
    """One more of a show that `make_show` made."""
    own = folder / f"{place:05}-building-together"
    own.mkdir()
    _write(own / "episode.yaml", yaml_text(place))
    _write(own / "notes.md", _NOTES.replace("PLACE", str(place)))
    # A copy: another link would change the times of all the others, which are the same file.
    audio = folder.parent / f"{folder.name}.mp3"
    shutil.copyfile(audio, own / "audio.mp3")
    os.utime(own / "audio.mp3", (_SETTLED, _SETTLED))


def make_network(folder: Path, shows: int, to: str) -> Path:
    """Shows of three episodes each.

    Args:
        to: below which each is published under its own name.
    """
    for place in range(shows):
        show = make_show(folder / f"show{place:04}", 3)
        _write(show / "podcast.yaml", f"{_SHOW}publish: {{to: {to}/{show.name}}}\n")
    return folder


def make_talk_show(folder: Path, episodes: int) -> Path:
    """A show of that many episodes of which much is to be read and searched: guests who come again, a topic
    or two, notes of their own, and transcripts of a thousand words with times."""
    make_show(folder, episodes)
    for place in range(1, episodes + 1):
        own = folder / f"{place:05}-building-together"
        words = _Words(place)
        _write(own / "episode.yaml", talk_yaml(place, words))
        _write(own / "notes.md", "\n\n".join(words.sentences(60) for _ in range(3)) + "\n")
        _write(own / "transcript.vtt", _transcript(words))
    return folder


def talk_yaml(place: int, words: _Words) -> str:
    """As `yaml_text`, with what differs from episode to episode in a real show."""
    guest = words.lot.randrange(600)
    themes = ", ".join(sorted(words.lot.sample(_THEMES, 1 + place % 3)))
    interview = "".join(
        f"  - question: {words.sentence(8)}\n    answer: {words.sentences(40)}\n" for _ in range(3)
    )
    text = yaml_text(place).replace(_date(place), _week(place))
    text = text.replace("Building together, part", f"{words.sentence(4).rstrip('.')}, part")
    text = text.replace(f"Guest Number {place:05}", f"Guest Number {guest}")
    text = text.replace("Institute of Things", f"Institute {guest % 150}")
    text = text.replace("[Open source, Cooperation]", f"[{themes}]")
    text = text.replace("[software, cooperation, learning]", f"[{', '.join(words.some(3))}]")
    return text.replace("interview:\n", f"interview:\n{interview}")


_THEMES: Final = ("Work", "Money", "Law", "Art", "Health", "School", "The sea", "Land")
_OPENINGS: Final = ("b", "d", "f", "gr", "k", "l", "m", "n", "p", "st", "t", "v")
_SYLLABLES: Final = tuple(first + second for first in _OPENINGS for second in "aeiou")
_VOCABULARY: Final = 30_000


class _Words:
    """Words of an episode: few that are said often and many that are said seldom, as in any language
    (https://en.wikipedia.org/wiki/Zipf%27s_law)."""

    _weights: Final = list(itertools.accumulate(1 / rank for rank in range(1, _VOCABULARY + 1)))

    def __init__(self, place: int) -> None:
        self.lot = random.Random(place)

    def some(self, count: int) -> list[str]:
        total = self._weights[-1]
        return [_spelled(bisect.bisect(self._weights, self.lot.random() * total)) for _ in range(count)]

    def sentence(self, count: int) -> str:
        return " ".join(self.some(count)).capitalize() + "."

    def sentences(self, count: int) -> str:
        return " ".join(self.sentence(10) for _ in range(count // 10))


def _spelled(rank: int) -> str:
    """The rarer, the longer: no two are the same."""
    word, rank = "", rank + len(_SYLLABLES)
    while rank:
        rank, at = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[at]
    return word


def _transcript(words: _Words) -> str:
    return "WEBVTT\n\n" + "\n\n".join(_cues(words)) + "\n"


def _cues(words: _Words, count: int = 100) -> Iterator[str]:
    """Ten words each; speakers take turns, and talk so fast that they have done when the tiny audio ends."""
    for at in range(count):
        speaker = ("Ada Holm", "The guest")[at // 5 % 2]
        start, end = (f"00:00:0{moment // 1000}.{moment % 1000:03}" for moment in (40 * at, 40 * at + 40))
        yield f"{start} --> {end}\n<v {speaker}>{words.sentence(10)}"


def make_one_episode_show(folder: Path, *, length_bytes: int) -> Path:
    """A show with a single episode, whose MP3 has about that length."""
    make_show(folder, 1)
    audio = next(folder.glob("*/audio.mp3"))
    audio.unlink()
    write_mp3(audio, length_bytes=length_bytes)
    return folder


def make_studio_show(folder: Path, *, seconds: int, episodes: int = 4) -> Path:
    """A show whose few episodes were given as WAVs of about that length, no two the same."""
    make_show(folder, episodes)
    for place, audio in enumerate(sorted(folder.glob("*/audio.mp3"))):
        audio.unlink()
        write_wav(audio.with_suffix(".wav"), seconds=seconds + place)
    return folder


def write_mp3(path: Path, *, seconds: float = 0, length_bytes: int = 0) -> None:
    """An MP3 of real speech, 64 kbit/s mono, repeated frame by frame until it is long enough."""
    frames = _frames()
    wanted = length_bytes or round(seconds * 8000)
    with path.open("wb") as writer:
        while wanted > 0:
            if wanted >= len(frames):
                wanted -= writer.write(frames)
            else:
                writer.write(frames[: _whole_frames(frames, wanted)])
                break
    os.utime(path, (_SETTLED, _SETTLED))


def write_wav(path: Path, *, seconds: int) -> None:
    """A WAV of real speech, 44.1 kHz mono of 16 bits, repeated until it is long enough."""
    from publisher.sound.decoding import opened

    with opened(_SPEECH, sample_rate=44_100, channels=1) as speech:
        sound = b"".join((block[0] * 32_767).astype("<i2").tobytes() for block in speech.blocks())
    wanted = seconds * 2 * 44_100
    with path.open("wb") as writer:
        writer.write(_wav_header(wanted, sample_rate=44_100, channels=1))
        while wanted > 0:
            wanted -= writer.write(sound[:wanted])


def write_huge_wav(path: Path, *, seconds: int) -> None:
    """An RF64 of 16 bits, stereo at 96 kHz: some noise, then silence that takes no room on the disk."""
    import numpy as np

    length = seconds * 4 * 96_000
    with path.open("wb") as writer:
        writer.write(_wav_header(length, sample_rate=96_000, channels=2))
        chance = np.random.default_rng(1)
        for _ in range(min(60, seconds)):
            writer.write((chance.normal(size=2 * 96_000) * 1_000).astype("<i2").tobytes())
        writer.truncate(_WAV_HEADER + length)


_WAV_HEADER: Final = 80


def _wav_header(length: int, *, sample_rate: int, channels: int) -> bytes:
    """RF64 (EBU Tech 3306), which has room for any length."""
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, length + _WAV_HEADER - 8, length, length // 2 // channels, 0)
    shape = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * 2 * channels, 2 * channels, 16)
    head = b"RF64\xff\xff\xff\xffWAVE" + sizes + b"fmt " + struct.pack("<I", 16) + shape
    return head + b"data\xff\xff\xff\xff"


def write_encoded(path: Path, *, seconds: int) -> None:
    """The speech as FLAC or Opus, as the ending says, by FFmpeg."""
    speech = path.with_suffix(".mp3")
    write_mp3(speech, seconds=seconds)
    options = {".opus": ["-c:a", "libopus", "-b:a", "64k"], ".flac": ["-c:a", "flac"]}[path.suffix]
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(speech), *options, str(path)]
    subprocess.run(command, check=True)


def _frames() -> bytes:
    """The sample show's speech without tags and without the header frame, which tells of a length."""
    found = walk(_SPEECH)
    sound = _SPEECH.read_bytes()[found.start : found.end]
    return sound[_frame_length(sound, 0) :]


def _whole_frames(sound: bytes, at_most: int) -> int:
    end = 0
    while (after := end + _frame_length(sound, end)) <= at_most:
        end = after
    return end


def _frame_length(sound: bytes, at: int) -> int:
    return KINDS[key_at(sound, at)].length_bytes


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (_SETTLED, _SETTLED))


def _write_cover(path: Path) -> None:
    shades = Image.linear_gradient("L").resize((1400, 1400))
    Image.merge("RGB", (shades, shades.rotate(90), shades.rotate(180))).save(path, quality=80)
    os.utime(path, (_SETTLED, _SETTLED))
