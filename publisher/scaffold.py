"""`publisher new`: a show folder or an episode folder, filled in so that the next step is obvious."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publisher.errors import UsageError
from publisher.folder_names import EPISODE_YAML, SHOW_YAML
from publisher.identity import ascii_slug
from publisher.reading.load import load_show

_SHOW: Final = """\
# The show. Fill in the blanks (a key without a value counts as missing), then run: publisher check {folder}
# All keys: publisher schema show
title: {title}
description:            # what it is about, in a few sentences (Markdown)
language:               # nb, nn, en, en-GB, sv, …
categories:             # Apple's names, the first one counts: Technology, Education > Courses, …
author:                 # who is behind it
hosts: []               # - name: …
owner:
  name:
  email:                # directories write here to check who owns the show
explicit: false
timezone: UTC           # for dates without an offset: Europe/Oslo, …

# Where listeners will reach the files, and where publisher puts them. Without these two, a folder `public`
# beside the show is published, for a look with: publisher preview {folder}
# url: https://podcast.example.com/
# publish:
#   to: s3://bucket/prefix
"""

_EPISODE: Final = """\
# An episode. Put one MP3 or M4A file into this folder; its name does not matter.
# All keys: publisher schema episode
title: {title}
number: {number}
# Without a date the episode is a draft and never goes out. A date in the future goes out by itself.
# published: 2030-01-31 06:00
summary:                # one or two sentences; without it, the first paragraph of notes.md
guests: []              # - name: …
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made, and what to do now."""

    kind: str
    folder: Path
    files: tuple[Path, ...]
    next_steps: tuple[str, ...]


def new(show: Path, title: str) -> Made:
    """Makes a show folder, or in one that is there an episode folder. Never touches what exists.

    Args:
        show: the show folder; it may be missing or empty.
        title: of the show, or of the episode.

    Raises:
        UsageError: the title is empty, or something is in the way.
    """
    title = " ".join(unicodedata.normalize("NFC", title).split())
    if not title or any(map(_is_control, title)):
        raise UsageError("the title is empty or holds control characters", help='publisher new "A title"')
    try:
        if (show / SHOW_YAML).exists():
            return _new_episode(show, title)
        return _new_show(show, title)
    except OSError as error:
        raise UsageError(
            f"{error.filename or show} cannot be made: {error.strerror}", help="choose another folder"
        ) from error


def _is_control(character: str) -> bool:
    """What YAML or XML cannot carry. The joiners inside many emoji are not printable either, and may stay."""
    return unicodedata.category(character) in ("Cc", "Cs") or character in "\ufeff\ufffe\uffff"


def _new_show(show: Path, title: str) -> Made:
    if show.exists() and (not show.is_dir() or any(show.iterdir())):
        raise UsageError(
            f"{show} is there already and is no show (it holds no {SHOW_YAML})",
            help="name a new or an empty folder",
        )
    show.mkdir(parents=True, exist_ok=True)
    path = show / SHOW_YAML
    path.write_text(_SHOW.format(title=_quoted(title), folder=show), "utf-8")
    steps = (
        f"fill in the blanks of {path}",
        f"put a square cover.jpg of 1400 to 3000 pixels into {show}",
        f'make an episode: publisher new {show} "Its title"',
    )
    return Made("show", show, (path,), steps)


def _new_episode(show: Path, title: str) -> Made:
    loaded = load_show(show).show
    numbers = [episode.number for episode in loaded.episodes if episode.number] if loaded else []
    number = max(numbers, default=0) + 1
    folder = show / f"{number:0{_width(show)}d}-{ascii_slug(title)}"
    if folder.exists():
        raise UsageError(f"{folder} is there already", help="choose another title")
    folder.mkdir()
    path = folder / EPISODE_YAML
    path.write_text(_EPISODE.format(title=_quoted(title), number=number), "utf-8")
    steps = (
        f"put the audio into {folder}",
        f"fill in {path}; write show notes into notes.md, and add a transcript.vtt, if there are any",
        f"see whether all is well: publisher check {show}",
    )
    return Made("episode", folder, (path,), steps)


def _width(show: Path) -> int:
    """As many digits as the episodes that are there have in their folders' names."""
    digits = [len(match[0]) for path in show.iterdir() if (match := re.match(r"\d+(?=-)", path.name))]
    return max(digits, default=4)


def _quoted(text: str) -> str:
    """As a YAML text that needs no thought: JSON's strings are YAML's double-quoted ones."""
    return json.dumps(text, ensure_ascii=False)
